// Ends a fit when it has not become better for some epochs, and brings back the parameters of the best one.

import { OptionError } from '../base/errors.ts'
import type { Floats } from '../base/floats.ts'
import { type Slices, toItsEnd } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import type { EarlyStoppingSettings } from '../model/call-settings.ts'
import type { EpochLog } from '../model/options.ts'

/** What it remembers, as plain data beside the parameters. */
export interface StoppingState {
  /** The best value so far. */
  best: number
  /** The epoch that had it, counted from 1 in this fit; 0 before any. */
  bestEpoch: number
  /** Epochs in a row that were not better. */
  bad: number
}

/** Figures of which less is better; of the others more is. */
const LESS_IS_BETTER = /loss|error|deviation/i

/** The figure of the log by its name; undefined where the log has none. */
const figureOf = (log: EpochLog, name: string): number | undefined => {
  const value = (log as unknown as Record<string, unknown>)[name]
  return typeof value === 'number' ? value : undefined
}

export class EarlyStopping {
  readonly #settings: EarlyStoppingSettings
  readonly state: StoppingState
  /** Those of the best epoch, where they are to be brought back. */
  #parameters: Floats | undefined

  constructor(settings: EarlyStoppingSettings, state: StoppingState | undefined = undefined) {
    this.#settings = settings
    this.state = state ?? { best: Number.NaN, bestEpoch: 0, bad: 0 }
  }

  #isBetter(value: number, name: string): boolean {
    const { mode = LESS_IS_BETTER.test(name) ? 'min' : 'max', minDelta } = this.#settings
    const { best } = this.state
    if (Number.isNaN(value)) return false
    if (Number.isNaN(best)) return true
    return mode === 'min' ? value < best - minDelta : value > best + minDelta
  }

  /** Sees an epoch; returns false where it is the last one. Throws OptionError where the log has no such figure. */
  *epochEnded(engine: Engine, log: EpochLog): Slices<boolean> {
    const { monitor = log.validationLoss === undefined ? 'loss' : 'validationLoss', patience } =
      this.#settings
    const value = figureOf(log, monitor)
    if (value === undefined) {
      const known = Object.keys(log).filter((name) => figureOf(log, name) !== undefined)
      throw new OptionError(
        `fit options.earlyStopping.monitor: expected one of ${known.join(', ')}, got '${monitor}'`,
      )
    }
    if (!this.#isBetter(value, monitor)) {
      this.state.bad += 1
      return this.state.bad <= patience
    }
    if (this.#settings.restoreBest) {
      this.#parameters ??= engine.parameters.makeCopy()
      // Half a copy would be of no epoch.
      yield* toItsEnd(engine.parameters.copySlices(this.#parameters))
    }
    this.state.best = value
    this.state.bestEpoch = log.epoch
    this.state.bad = 0
    return true
  }

  /** Brings the parameters of the best epoch back. */
  *restore(engine: Engine): Slices<void> {
    if (this.#parameters) yield* toItsEnd(engine.parameters.setSlices(this.#parameters))
  }
}
