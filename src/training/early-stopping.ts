// Ends a fit when it has not become better for some epochs, and brings back the parameters of the best one.

import { OptionError } from '../base/errors.ts'
import type { Floats } from '../base/floats.ts'
import { type Slices, toItsEnd } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import type { EarlyStoppingSettings } from '../model/call-settings.ts'
import type { EpochLog } from '../model/options.ts'

/** What it has seen; replaced as a whole. */
export interface StoppingState {
  /** The best value so far; NaN before any. */
  readonly best: number
  /** The epoch that had it, counted over the life of the network; 0 before any. */
  readonly bestEpoch: number
  /** Epochs in a row that were not better. */
  readonly bad: number
  /** The parameters of the best epoch, where they are to be brought back. */
  readonly parameters: Floats | undefined
}

const NOTHING_SEEN: StoppingState = { best: Number.NaN, bestEpoch: 0, bad: 0, parameters: undefined }

/** Figures of which less is better; of the others more is. */
const LESS_IS_BETTER = /loss|error|deviation/i

/** The figure of the log by its name, or the metric; undefined where there is none. */
const figureOf = (log: EpochLog, name: string): number | undefined => {
  const value = (log as unknown as Record<string, unknown>)[name]
  return typeof value === 'number' ? value : log.metrics?.[name]
}

function isBetter(
  { mode, minDelta }: EarlyStoppingSettings,
  best: number,
  value: number,
  name: string,
): boolean {
  if (Number.isNaN(value)) return false
  if (Number.isNaN(best)) return true
  const isLess = (mode ?? (LESS_IS_BETTER.test(name) ? 'min' : 'max')) === 'min'
  return isLess ? value < best - minDelta : value > best + minDelta
}

/** The figure that it goes by. Throws OptionError where the log has none of this name. */
function monitored({ monitor }: EarlyStoppingSettings, log: EpochLog): { name: string; value: number } {
  const name = monitor ?? (log.validationLoss === undefined ? 'loss' : 'validationLoss')
  const value = figureOf(log, name)
  if (value !== undefined) return { name, value }
  const known = [...Object.keys(log), ...Object.keys(log.metrics ?? {})]
  throw new OptionError(
    'fit options.earlyStopping.monitor: expected one of ' +
      `${known.filter((one) => figureOf(log, one) !== undefined).join(', ')}, got '${name}'`,
  )
}

/** After the epoch number `epoch` in the life of the network, which has this log. Yields now and then. */
export function* afterEpoch(
  settings: EarlyStoppingSettings,
  state: StoppingState = NOTHING_SEEN,
  engine: Engine,
  log: EpochLog,
  epoch: number,
): Slices<StoppingState> {
  const { name, value } = monitored(settings, log)
  if (!isBetter(settings, state.best, value, name)) return { ...state, bad: state.bad + 1 }
  let parameters: Floats | undefined
  if (settings.restoreBest) {
    // Not over the copy that there is: whoever looks in between would see half of each.
    parameters = engine.parameters.makeCopy()
    yield* engine.parameters.copySlices(parameters)
  }
  return { best: value, bestEpoch: epoch, bad: 0, parameters }
}

/** Brings the parameters of the best epoch back, where there are some. */
export function* restoreBest(engine: Engine, state: StoppingState | undefined): Slices<void> {
  if (state?.parameters) yield* toItsEnd(engine.parameters.setSlices(state.parameters))
}
