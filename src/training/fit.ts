// The training loop: a session, and in it epochs over shuffled mini-batches, each shown to the observers.

import { now } from '../base/clock.ts'
import { note } from '../base/notes.ts'
import { type Slices, toItsEnd } from '../base/pace.ts'
import type { Situation } from '../diagnosis/causes.ts'
import { type Divergence, divergedError } from '../diagnosis/diverged.ts'
import { remarkOn } from '../diagnosis/remark.ts'
import type { Engine } from '../engine/engine.ts'
import type { FitSettings } from '../model/call-settings.ts'
import type { Counters } from './counters.ts'
import { beginStopping } from './early-stopping.ts'
import { SliceLengths, type Training } from './epoch.ts'
import type { EpochFigures, History, Recorder } from './history.ts'
import { conclude, type FitState, type Observer } from './observers.ts'
import type { Progress } from './progress.ts'
import type { Rates } from './rates.ts'
import type { Saver } from './saver.ts'
import type { Source } from './source.ts'
import type { Stepper } from './stepper.ts'
import type { Transaction } from './transaction.ts'

/** What a fit needs besides its settings. */
interface FitContext {
  readonly rates: Rates
  readonly stepper: Stepper
  readonly counters: Counters
  /** What the first observer collects the history in. */
  readonly recorder: Recorder
  readonly observers: readonly Observer[]
  readonly progress?: Progress | undefined
  readonly saver?: Saver | undefined
}

const HAD_ENDED =
  'nabla: this fit trains nothing: early stopping had ended the training that it resumes; the next fit trains on'

/** The epochs, from a source that is open. */
function* runEpochs(
  engine: Engine,
  source: Source,
  settings: FitSettings,
  { rates, stepper, counters, recorder, observers, progress, saver }: FitContext,
  transaction: Transaction,
): Slices<History> {
  const start = { weightsBefore: engine.parameters.statistics(), trainedBefore: counters.steps > 0 }
  const fit: FitState = { engine }
  const situation = (): Situation => ({
    ...start,
    architecture: engine.architecture,
    ...source.seen,
    batchRows: Math.min(settings.batchSize, source.seen.x.rows),
    optimizer: stepper.settings,
    learningRate: rates.at(counters.steps),
    losses: recorder.rowLoss,
  })
  const diverge = (batch: number, seen: Divergence['seen']): never => {
    const epoch = recorder.loss.length + 1
    const kept =
      epoch > 1 ? `the parameters it had after epoch ${epoch - 1}` : 'the parameters it had before this call'
    throw divergedError({ ...situation(), epoch, batch, seen, kept })
  }
  const training: Training = {
    counters,
    stepper,
    rates,
    transaction,
    sliceLengths: new SliceLengths(),
    diverge,
    onBatch: settings.onBatch,
    progress,
    saver,
  }
  function* showEpoch(figures: EpochFigures): Slices<boolean> {
    let goesOn = true
    for (const observer of observers) {
      const seeing = observer.epochEnded(figures, fit)
      if (seeing && (yield* seeing) === false) goesOn = false
    }
    // An abort is heard here even where no observer paused: before the next epoch, or before the fit resolves.
    yield
    counters.unobserved = undefined
    transaction.keepCounters()
    if (saver?.isDueAfterEpoch()) yield* saver.save(engine)
    return goesOn
  }
  const { earlyStopping } = settings
  if (earlyStopping) yield* beginStopping(earlyStopping, counters, engine)
  const { bad = 0 } = counters.stopping ?? {}
  // A checkpoint may be from after the epoch that was the last.
  let isLast = bad > (earlyStopping?.patience ?? 0)
  if (isLast) note(HAD_ENDED, 'resumed after early stopping')
  let isPart = false
  // What a checkpoint left to be seen counts as an epoch of this fit.
  const left = counters.unobserved
  if (left) isLast = !(yield* showEpoch(left))
  for (let epoch = left ? 2 : 1; epoch <= settings.epochs && !isLast; ++epoch) {
    const from = now()
    const { rows, loss, weight, penalty, hits, batches, isEnded, isComplete, rate } = yield* source.pass(
      training,
      epoch,
    )
    if (engine.trainsElsewhere) yield* engine.fetchParameters()
    if (!(yield* engine.parameters.finiteSlices())) diverge(batches, 'parameters')
    isLast = isEnded
    isPart = source.seen.x.rows < rows
    if (isComplete) {
      const figures = {
        rows,
        loss: loss / weight,
        penalty: penalty / rows,
        hits,
        learningRate: rate ?? rates.at(counters.steps - 1),
        milliseconds: now() - from,
      }
      Object.assign(counters, { epochs: counters.epochs + 1, position: undefined, unobserved: figures })
    }
    yield* transaction.keep()
    if (isComplete && !(yield* showEpoch(counters.unobserved!))) isLast = true
  }
  yield* conclude(observers, fit)
  const remark = remarkOn(situation(), isPart)
  if (remark) note(remark, 'absurd loss')
  return recorder.history(engine.threads)
}

/** Leaves the parameters after the last whole step, if they are here and finite, else those that were kept. */
function* endEarly(engine: Engine, transaction: Transaction): Slices<void> {
  try {
    if (transaction.isWhole && !engine.hasLostWorker) yield* engine.fetchParameters()
  } catch {
    // The worker is lost too; what ended the fit is the error to report.
  }
  // Of a worker's own memory, a part of the parameters may have come.
  if (engine.hasLostWorker) transaction.isWhole = false
  const isTorn = engine.dismissTeam()
  yield* isTorn ? transaction.rollBackElsewhere() : transaction.settle()
}

/** The epochs, and what is left of them where something ended them early. */
function* runOrEndEarly(
  engine: Engine,
  source: Source,
  settings: FitSettings,
  context: FitContext,
  transaction: Transaction,
): Slices<History> {
  try {
    yield* source.open()
    return yield* runEpochs(engine, source, settings, context, transaction)
  } catch (error) {
    yield* toItsEnd(endEarly(engine, transaction))
    throw error
  }
}

/** Closes the source after the work, whose own error is the one to report. */
function* closing<T>(source: Source, work: Slices<T>): Slices<T> {
  let result: T
  try {
    result = yield* work
  } catch (error) {
    try {
      yield* source.close()
    } catch {
      // The user's stream failed once more, or an abort did not wait for it.
    }
    throw error
  }
  yield* source.close()
  return result
}

/** Trains the engine's network on what the source brings. */
export function* fitSlices(
  engine: Engine,
  source: Source,
  settings: FitSettings,
  context: FitContext,
  transaction: Transaction,
): Slices<History> {
  const { capacity } = engine.plan
  try {
    return yield* closing(source, runOrEndEarly(engine, source, settings, context, transaction))
  } finally {
    engine.dismissTeam()
    engine.group = undefined
    try {
      engine.settle(capacity)
    } catch {
      // The arena stays larger than necessary; the result of the fit matters more.
    }
  }
}
