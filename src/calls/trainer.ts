// From a call of fit to the training loop: the options and the user's arrays are checked, and the network is locked.

import { refuse } from '../base/check.ts'
import type { Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { fileWriter } from '../files/atomic.ts'
import { optionsToSave } from '../inspect/describe.ts'
import type { Rows } from '../intake/rows.ts'
import { resolveMetrics } from '../metrics/table.ts'
import { checkData, type FitSettings, fitSettings } from '../model/call-settings.ts'
import { refuseThreads } from '../model/custom.ts'
import { updateRuleOf } from '../model/optimizer.ts'
import type { Data, DataStream, FitOptions } from '../model/options.ts'
import type { Core } from '../training/core.ts'
import { checkStopping } from '../training/early-stopping.ts'
import { fitSlices } from '../training/fit.ts'
import { blockRowsOf } from '../training/full-batch.ts'
import { type History, Recorder } from '../training/history.ts'
import { checkMetrics } from '../training/measure.ts'
import { type Observed, observersOf } from '../training/observers.ts'
import { Progress } from '../training/progress.ts'
import { Rates } from '../training/rates.ts'
import { Saver } from '../training/saver.ts'
import { isStream } from '../training/source.ts'
import { readArrays, readParts, type Sources, type TrainingCall } from './fit-sources.ts'
import { goOnOrBegin } from './go-on.ts'

/** What is measured after each epoch. Throws OptionError where there is nothing to measure, or a metric has no meaning for it. */
function measuredOf(
  { metrics = [] }: FitSettings,
  outputs: number,
  rows: Rows | undefined,
): Observed['measured'] {
  if (metrics.length === 0) return undefined
  if (!rows)
    return refuse(
      'fit options.metrics',
      'validation data with a stream',
      metrics.map(({ as }) => as),
    )
  const resolved = resolveMetrics(metrics)
  checkMetrics(resolved, outputs, rows)
  return { rows, metrics: resolved }
}

/** What saves checkpoints, where the settings ask for them. */
function* saverOf(core: Core, { checkpoint }: FitSettings): Slices<Saver | undefined> {
  if (!checkpoint) return undefined
  const { save, file, every } = checkpoint
  const write = save ?? ((yield fileWriter(file!)) as (bytes: Uint8Array) => Promise<void>)
  return new Saver(optionsToSave(core.settings), core.counters, every, write)
}

function* fitWork(
  core: Core,
  engine: Engine,
  settings: FitSettings,
  reading: Slices<Sources>,
): Slices<History> {
  const { counters, stepper, transaction } = core
  const { seed, optimizer } = core.settings
  const recorder = new Recorder(settings.epochs)
  const { sourceOf, validation, training, rows, end } = yield* reading
  const measured = measuredOf(settings, core.settings.architecture.outputs, validation ?? training)
  if (settings.earlyStopping) {
    checkStopping(settings.earlyStopping, measured?.metrics ?? [], validation !== undefined)
  }
  yield* transaction.keep()
  const rates = new Rates(settings.learningRate ?? optimizer.learningRate, counters, end)
  if (rates.needsValidation && !validation) {
    refuse('learningRate.monitor', "validation data for fit, or 'loss'", 'validationLoss')
  }
  const progress = settings.verbose ? new Progress(settings.epochs, rows) : undefined
  const saver = yield* saverOf(core, settings)
  goOnOrBegin(core, settings.earlyStopping !== undefined)
  transaction.keepCounters()
  const observers = observersOf(recorder, counters, rates, { validation, measured }, settings, progress)
  const source = sourceOf({
    engine,
    settings,
    counters,
    naming: () => core.naming('a stream'),
    seed,
    threads: settings.threads ?? core.settings.threads,
    steps: stepper.rows(rates),
    validates: validation !== undefined,
  })
  // They are undone with the steps: by the transaction.
  if (training) counters.classNames ??= training.y.names
  const context = { rates, stepper, counters, recorder, observers, progress, saver }
  try {
    return yield* fitSlices(engine, source, settings, context, transaction)
  } finally {
    progress?.end(recorder.loss.length)
  }
}

/** See Network.fit. */
export async function train(
  core: Core,
  data: Data | DataStream,
  options: FitOptions,
  call: TrainingCall = 'fit',
): Promise<History> {
  const given = fitSettings(options)
  if (call === 'partialFit' && given.epochs !== 1)
    refuse(
      'partialFit options.epochs',
      'none: it trains on the data once, and fit as often as asked',
      given.epochs,
    )
  const { threads, offThread } = given
  const { architecture } = core.settings
  if (threads !== undefined && threads !== 'auto' && threads > 1) {
    refuseThreads(architecture, 'fit options.threads', "1 or 'auto'", threads)
  }
  if (offThread) refuseThreads(architecture, 'fit options.offThread', 'false', offThread)
  // Where a step takes all rows, a batch is what is computed at once.
  const takesAll = updateRuleOf(core.settings.optimizer).allRows
  const settings = takesAll ? { ...given, batchSize: blockRowsOf(core.settings.architecture) } : given
  const reading = isStream(data)
    ? (engine: Engine) => readParts(core, engine, data, settings, options.batchSize)
    : (engine: Engine) => readArrays(core, engine, checkData(data, 'fit data'), settings, call)
  return core.trainInSlices('fit', settings.signal, (engine) =>
    fitWork(core, engine, settings, reading(engine)),
  )
}
