// One step of the optimizer, taken at once or not at all.

import { DROPOUT_OF_STEP } from '../../assembly/abi/purposes.ts'
import { OptionError } from '../base/errors.ts'
import { runNow } from '../base/pace.ts'
import { type Divergence, divergedError } from '../diagnosis/diverged.ts'
import { refuseSingleRow } from '../intake/batches.ts'
import { loadRows, readRowsNow } from '../intake/rows.ts'
import { trainBatchSettings } from '../model/call-settings.ts'
import type { MatrixLike, TargetsLike, TrainBatchOptions } from '../model/options.ts'
import type { Core } from '../training/core.ts'
import { Rates } from '../training/rates.ts'

/** See Network.trainBatch. */
export function trainBatch(core: Core, x: MatrixLike, y: TargetsLike, options: TrainBatchOptions): number {
  const { counters, settings, stepper, transaction } = core
  const engine = core.writing('trainBatch')
  if (engine.takesAllRows) {
    throw new OptionError(
      `trainBatch: expected an optimizer that takes a step on each batch, got '${settings.optimizer.name}', which needs all ` +
        'rows at once; use fit',
    )
  }
  const { learningRate = settings.optimizer.learningRate, weights } = trainBatchSettings(options)
  const rates = new Rates(learningRate, counters)
  const data = readRowsNow(engine, { x, y, weights }, core.naming('trainBatch'))
  const { rows } = data.x
  refuseSingleRow(engine.architecture, rows, 'trainBatch', 'rows')
  engine.reserve({
    batchRows: rows,
    dataRows: rows,
    gradients: false,
    steps: 1,
    weighted: weights !== undefined,
  })
  loadRows(engine, data, 0, rows)
  engine.setMasks(settings.seed, DROPOUT_OF_STEP, counters.steps)
  stepper.prepare(engine, 1, rates)
  const batch = { firstRow: 0, endRow: rows, batchRows: rows }
  const { compute, update } = engine.step
  engine.train(batch, compute, 0, 1)
  const loss = engine.sum(engine.plan.losses, 0, rows) / (data.weights?.total ?? rows) + engine.penaltyAt(0)
  const diverge = (seen: Divergence['seen']): never => {
    throw divergedError({
      ...data,
      architecture: engine.architecture,
      batchRows: rows,
      optimizer: settings.optimizer,
      learningRate: rates.at(counters.steps),
      losses: [],
      weightsBefore: engine.parameters.statistics(),
      trainedBefore: counters.steps > 0,
      epoch: 1,
      batch: 1,
      seen,
      kept: 'the parameters it had before this batch',
    })
  }
  if (!Number.isFinite(loss)) diverge('loss')
  transaction.begin()
  try {
    runNow(transaction.keep())
    engine.train(batch, update, 0, 1)
    if (!engine.parameters.areFinite()) {
      runNow(transaction.rollBack())
      diverge('parameters')
    }
    stepper.taken(1)
    counters.classNames ??= data.y.names
    Object.assign(counters, { position: undefined, unobserved: undefined, stopping: undefined })
  } finally {
    transaction.end()
  }
  return loss
}
