// Ends a fit when it has not become better for some epochs, and brings back the parameters of the best one.

import { refuse } from '../base/check.ts'
import { OptionError } from '../base/errors.ts'
import type { Floats } from '../base/floats.ts'
import { type Slices, toItsEnd } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import type { Metric } from '../metrics/table.ts'
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

/** The figures of the log that say how good an epoch was, and which way is better. */
const FIGURES = { loss: 'min', accuracy: 'max', validationLoss: 'min', validationAccuracy: 'max' } as const
type Figure = keyof typeof FIGURES
const isFigure = (name: string): name is Figure => Object.hasOwn(FIGURES, name)

const refuseMonitor = (figures: readonly string[], metrics: readonly Metric[], name: string): never => {
  const known = new Set([...figures, ...metrics.map((one) => one.name)])
  throw new OptionError(
    `fit options.earlyStopping.monitor: expected one of ${[...known].join(', ')}, got '${name}'`,
  )
}

const metricOf = (metrics: readonly Metric[], { monitor }: EarlyStoppingSettings): Metric | undefined =>
  metrics.find(({ name }) => name === monitor)

/**
 * Throws OptionError where there can be no such figure, and where it cannot be known which way the metric that is watched gets
 * better. Whether there is an accuracy is known after an epoch.
 */
export function checkStopping(
  settings: EarlyStoppingSettings,
  metrics: readonly Metric[],
  validates: boolean,
): void {
  const { monitor, mode } = settings
  const metric = metricOf(metrics, settings)
  if (!metric && monitor !== undefined) {
    const figures = Object.keys(FIGURES).filter((name) => validates || !name.startsWith('validation'))
    if (!figures.includes(monitor)) refuseMonitor(figures, metrics, monitor)
  }
  if (!metric || metric.better || mode) return
  refuse(
    'fit options.earlyStopping.mode',
    `'min' or 'max' with the metric '${metric.name}', a function of which it is not known whether less or more is better`,
    undefined,
  )
}

/** What it goes by: the metric of that name, or else the figure of the log. */
interface Monitored {
  readonly value: number
  readonly better: 'min' | 'max'
}

/** Throws OptionError where the log has no figure of this name. */
function monitored(settings: EarlyStoppingSettings, log: EpochLog, metrics: readonly Metric[]): Monitored {
  const { mode, monitor } = settings
  const metric = metricOf(metrics, settings)
  // Without a mode a metric has one of its own: checkStopping has seen to it.
  if (metric) return { value: log.metrics![metric.name], better: mode ?? metric.better! }
  const name = monitor ?? (log.validationLoss === undefined ? 'loss' : 'validationLoss')
  const value = isFigure(name) ? log[name] : undefined
  if (value !== undefined) return { value, better: mode ?? FIGURES[name as Figure] }
  const figures = Object.keys(FIGURES).filter((one) => log[one as Figure] !== undefined)
  return refuseMonitor(figures, metrics, name)
}

function isBetter({ value, better }: Monitored, best: number, minDelta: number): boolean {
  if (Number.isNaN(value)) return false
  if (Number.isNaN(best)) return true
  return better === 'min' ? value < best - minDelta : value > best + minDelta
}

/** After the epoch number `epoch` in the life of the network, which has this log. metrics: those of the fit. Yields now
 * and then. */
export function* afterEpoch(
  settings: EarlyStoppingSettings,
  state: StoppingState = NOTHING_SEEN,
  engine: Engine,
  log: EpochLog,
  metrics: readonly Metric[],
  epoch: number,
): Slices<StoppingState> {
  const figure = monitored(settings, log, metrics)
  if (!isBetter(figure, state.best, settings.minDelta)) return { ...state, bad: state.bad + 1 }
  let parameters: Floats | undefined
  if (settings.restoreBest) {
    // Not over the copy that there is: a look in between would see half of each.
    parameters = engine.parameters.makeCopy()
    yield* engine.parameters.copySlices(parameters)
  }
  return { best: figure.value, bestEpoch: epoch, bad: 0, parameters }
}

/** What a fit counts that this looks at. */
interface Counted {
  stopping?: StoppingState | undefined
  readonly epochs: number
  position?: unknown
  pairs?: unknown
}

/** Whether the parameters are those of the best epoch: it was the last, and no step was taken since. */
const isAtBest = ({ stopping, epochs, position }: Counted): boolean =>
  stopping?.bestEpoch === epochs && position === undefined

/** At the beginning of a fit that goes on with what another left: the best epoch may be the one where it stands. */
export function* beginStopping(
  { restoreBest }: EarlyStoppingSettings,
  counters: Counted,
  engine: Engine,
): Slices<void> {
  const { stopping } = counters
  if (!stopping || stopping.parameters || !restoreBest || !isAtBest(counters)) return
  const parameters = engine.parameters.makeCopy()
  yield* engine.parameters.copySlices(parameters)
  counters.stopping = { ...stopping, parameters }
}

/**
 * At the end of a fit: brings the parameters of the best epoch back, where there are some. Where it stands there already, or
 * none are to be brought back, what was seen stays for a training that is resumed from here.
 */
export function* endStopping(counters: Counted, engine: Engine): Slices<void> {
  const { stopping } = counters
  if (!stopping?.parameters) return
  if (isAtBest(counters)) {
    counters.stopping = { ...stopping, parameters: undefined }
    return
  }
  yield* toItsEnd(engine.parameters.setSlices(stopping.parameters))
  // Nobody goes on within an epoch from the parameters of another.
  Object.assign(counters, { position: undefined, pairs: undefined, stopping: undefined })
}
