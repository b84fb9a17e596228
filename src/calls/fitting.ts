// What trains: the loop over epochs with its observers, threads and metrics. It is loaded by the first fit (load-fitting.ts), so
// that a page which predicts, or takes single steps, does not wait for it.

import { refuse } from '../base/check.ts'
import type { Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { fileWriter } from '../files/atomic.ts'
import { optionsToSave } from '../inspect/describe.ts'
import type { Rows } from '../intake/rows.ts'
import { resolveMetrics } from '../metrics/table.ts'
import type { FitSettings } from '../model/call-settings.ts'
import type { Core } from '../training/core.ts'
import { checkStopping } from '../training/early-stopping.ts'
import { fitSlices } from '../training/fit.ts'
import { allRowsSource } from '../training/full-batch.ts'
import { type History, Recorder } from '../training/history.ts'
import { checkMetrics } from '../training/measure.ts'
import { type Observed, observersOf } from '../training/observers.ts'
import { Progress } from '../training/progress.ts'
import { Rates } from '../training/rates.ts'
import { Saver } from '../training/saver.ts'
import { arraySource, type Source, type SourceContext, streamSource } from '../training/source.ts'
import type { Sources } from './fit-sources.ts'
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

/** The source that brings the data to an engine. */
function sourceOf({ from }: Sources, context: SourceContext): Source {
  if ('stream' in from) return streamSource(from.stream, from.batchSize, context)
  const { arrays, order, takesAll } = from
  return takesAll ? allRowsSource(arrays, order, context) : arraySource(arrays, order, context)
}

/** Trains on what was read. began: when the call did, by now() of base/clock.ts. */
export function* fitSources(
  core: Core,
  engine: Engine,
  settings: FitSettings,
  sources: Sources,
  began: number,
): Slices<History> {
  const { counters, stepper, transaction } = core
  const { seed, optimizer } = core.settings
  const recorder = new Recorder(settings.epochs, began)
  const { from, validation, rows, end } = sources
  const training = 'arrays' in from ? from.arrays : undefined
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
  const source = sourceOf(sources, {
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
