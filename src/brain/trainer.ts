// The loop of a training: how far to train before something else is due, and doing that.

import { now } from '../base/clock.ts'
import { DivergedError } from '../base/errors.ts'
import type { Slices } from '../base/pace.ts'
import type { Online } from './online.ts'
import type { INeuralNetworkState, INeuralNetworkTrainOptions } from './types.ts'

/** Milliseconds of training between two looks at the clock. */
const GLANCE_MS = 4
/** Samples before the first look, which shows how fast training is. */
const FIRST_SAMPLES = 64
const MOST_SAMPLES = 2 ** 30

/**
 * The first multiple of the period after `iterations`, or just the next iteration if the period is not a whole number. Infinity if
 * the period is not above 0, which a callback may have made it.
 */
function nextMultiple(period: number, iterations: number): number {
  if (!(period > 0)) return Infinity
  return Number.isInteger(period) ? (Math.floor(iterations / period) + 1) * period : iterations + 1
}

interface Course {
  readonly online: Online
  /** The current options: callbacks may change them, and anyone may during a pause. */
  readonly options: () => INeuralNetworkTrainOptions
  /** The current number of iterations between two checks of the error. */
  readonly errorCheckInterval: () => number
  /** Called before training goes on after a callback or a pause. */
  readonly resume: () => void
}

/** Trains, and returns how it ended, which may be by an error that is no longer finite. May pause at each yield. */
export function* train(course: Course): Slices<INeuralNetworkState> {
  const { online, options, errorCheckInterval, resume } = course
  const endTime = now() + options().timeout
  const status: INeuralNetworkState = { error: 1, iterations: 0 }

  /** The next iteration after which there is something else to do. */
  function due(): number {
    const { callback, callbackPeriod, iterations, log, logPeriod } = options()
    const done = status.iterations
    const interval = errorCheckInterval()
    return Math.min(
      Math.ceil(iterations),
      typeof log === 'function' ? nextMultiple(logPeriod, done) : Infinity,
      callback ? nextMultiple(callbackPeriod, done) : Infinity,
      interval === 1 ? Infinity : nextMultiple(interval, done),
    )
  }

  // Samples for about GLANCE_MS.
  let glance = FIRST_SAMPLES
  function* advance(): Slices<void> {
    const from = online.iterations
    let isLate = false
    for (;;) {
      const until = isLate ? online.iterations + 1 : Math.max(due(), online.iterations + 1)
      // If the error is checked only now and then, kernels must not stop by it.
      const threshold = errorCheckInterval() === 1 ? options().errorThresh : -1
      const before = now()
      const trained = online.run(glance, until, threshold)
      if (trained < glance || online.iterations >= until) return
      // The last sample of a glance may be that of a pass whose error is small enough.
      const hasPassed = online.isBetween && online.iterations > from
      if (hasPassed && !(online.error > threshold)) return
      const took = now() - before
      if (took < GLANCE_MS) glance = Math.min(2 * glance, MOST_SAMPLES)
      else if (took > 2 * GLANCE_MS) glance = Math.max(1, Math.floor(glance / 2))
      if (before + took >= endTime) {
        // At the end of a pass.
        if (online.iterations > from && online.isBetween) return
        isLate = true
      }
      yield
      resume()
      if (online.iterations > from && online.isBetween && online.iterations >= due()) return
    }
  }

  const tell = (listener: (state: INeuralNetworkState) => void, state: INeuralNetworkState) => {
    listener(state)
    resume()
  }

  while (
    status.iterations < options().iterations &&
    status.error > options().errorThresh &&
    (endTime === Infinity || now() < endTime)
  ) {
    yield* advance()
    const { iterations } = online
    status.iterations = iterations
    if (!Number.isFinite(online.error)) break
    const interval = errorCheckInterval()
    const { log, logPeriod } = options()
    const logs = typeof log === 'function' && iterations % logPeriod === 0
    if (interval === 1 || iterations % interval === 0 || logs) status.error = online.error
    if (logs) tell(log, { error: status.error, iterations })
    const { callback, callbackPeriod } = options()
    if (callback && iterations % callbackPeriod === 0) tell(callback, { iterations, error: status.error })
  }
  return status
}

/** The error to throw for a training whose numbers were no longer finite after so many iterations. */
export function diverged(options: INeuralNetworkTrainOptions, iterations: number): DivergedError {
  const { activation, learningRate } = options
  const unbounded = activation === 'relu' || activation === 'leaky-relu'
  return new DivergedError(
    `the error or a weight is no longer finite in iteration ${iterations}. The network keeps the weights it had before this call. ` +
      `Try a learningRate below ${learningRate}, inputs and outputs scaled to between 0 and 1` +
      `${unbounded ? `, or a bounded activation such as 'sigmoid' instead of '${activation}'` : ''}.`,
    iterations,
    1,
  )
}
