// What happens at the end of each epoch of a fit: one observer for each thing, in the order of the list.

import { Foreign, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import type { Rows } from '../intake/rows.ts'
import type { Metric } from '../metrics/table.ts'
import type { EarlyStoppingSettings, FitSettings } from '../model/call-settings.ts'
import type { Counters } from './counters.ts'
import { afterEpoch, endStopping } from './early-stopping.ts'
import { evaluateRows } from './evaluate.ts'
import type { EpochFigures, Recorder } from './history.ts'
import { measure } from './measure.ts'
import type { Progress } from './progress.ts'
import type { Rates } from './rates.ts'
import { validateRows } from './validate.ts'

/** A fit between two epochs, as its observers see it. */
export interface FitState {
  readonly engine: Engine
}

export interface Observer {
  /**
   * Sees an epoch that went well: its parameters are kept, and an error thrown here leaves the network with them. Returning
   * false ends the fit, once the observers behind it have seen the epoch too. What takes no time is done at once: the epochs
   * of a small network take microseconds, of which a generator costs a tenth of one.
   */
  epochEnded(figures: EpochFigures, fit: FitState): Slices<unknown> | undefined
  /** The fit has come to its end, and was not ended by an error. */
  fitEnded?(fit: FitState): Slices<void>
}

const recording = (recorder: Recorder): Observer => ({
  epochEnded(figures) {
    recorder.add(figures)
    return undefined
  },
})

const validating = (recorder: Recorder, rows: Rows): Observer => ({
  *epochEnded(_, { engine }) {
    const work = engine.teamSize > 0 ? validateRows(engine, rows) : evaluateRows(() => engine, rows)
    recorder.addValidation(yield* work)
  },
})

/** rows: what the metrics are of. */
const measuring = (recorder: Recorder, metrics: readonly Metric[], rows: Rows): Observer => ({
  *epochEnded(_, { engine }) {
    recorder.addMetrics(yield* measure(engine, metrics, rows))
  },
})

/** The rate may depend on what it sees. */
const scheduling = (recorder: Recorder, rates: Rates): Observer => ({
  epochEnded() {
    const { loss, validationLoss } = recorder.log()
    rates.observe(loss, validationLoss)
    return undefined
  },
})

const stopping = (
  recorder: Recorder,
  counters: Counters,
  settings: EarlyStoppingSettings,
  metrics: readonly Metric[],
): Observer => {
  // An epoch that is still to be seen is one of this fit.
  const before = counters.epochs - (counters.unobserved ? 1 : 0)
  return {
    *epochEnded(_, { engine }) {
      const { epochs } = counters
      const { stopping } = counters
      const state = yield* afterEpoch(settings, stopping, engine, recorder.log(), metrics, epochs)
      counters.stopping = state
      // 0 for one that this fit has not seen.
      recorder.bestEpoch = Math.max(0, state.bestEpoch - before)
      return state.bad <= settings.patience
    },
    *fitEnded({ engine }) {
      yield* endStopping(counters, engine)
    },
  }
}

const showing = (recorder: Recorder, progress: Progress): Observer => ({
  epochEnded() {
    progress.epochEnded(recorder.log())
    return undefined
  },
})

const calling = (recorder: Recorder, onEpoch: NonNullable<FitSettings['onEpoch']>): Observer => ({
  *epochEnded() {
    return yield new Foreign(onEpoch(recorder.log()))
  },
})

/** The rows that a fit looks at after each epoch. */
export interface Observed {
  readonly validation: Rows | undefined
  /** What the metrics are of, where there are some. */
  readonly measured?: { readonly rows: Rows; readonly metrics: readonly Metric[] } | undefined
}

/** Those that the settings of a fit ask for. The user's callback comes last: it is told what the others found. */
export function observersOf(
  recorder: Recorder,
  counters: Counters,
  rates: Rates,
  { validation, measured }: Observed,
  { earlyStopping, onEpoch }: FitSettings,
  progress?: Progress,
): readonly Observer[] {
  const observers = [recording(recorder)]
  if (validation) observers.push(validating(recorder, validation))
  if (measured) observers.push(measuring(recorder, measured.metrics, measured.rows))
  if (rates.observes) observers.push(scheduling(recorder, rates))
  if (earlyStopping) observers.push(stopping(recorder, counters, earlyStopping, measured?.metrics ?? []))
  if (progress) observers.push(showing(recorder, progress))
  if (onEpoch) observers.push(calling(recorder, onEpoch))
  return observers
}

/** Tells all of them that the fit has ended. */
export function* conclude(observers: readonly Observer[], fit: FitState): Slices<void> {
  for (const observer of observers) if (observer.fitEnded) yield* observer.fitEnded(fit)
}
