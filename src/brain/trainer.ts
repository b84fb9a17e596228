// The loop of a training: how far it goes before something else is due, and what is due then.

import { now } from '../base/clock.ts'
import { DivergedError } from '../base/errors.ts'
import type { Slices } from '../base/pace.ts'
import type { Online } from './online.ts'
import type { INeuralNetworkState, INeuralNetworkTrainOptions } from './types.ts'

/** Milliseconds between two looks at the clock. */
const GLANCE_MS = 4
/** Samples of the first, which tell how fast the training is. */
const FIRST_SAMPLES = 64
const MOST_SAMPLES = 2 ** 30

/** The first multiple of the period after `iterations`, or, of a period that is no whole number, the next iteration. */
const nextMultiple = (period: number, iterations: number): number =>
  Number.isInteger(period) ? (Math.floor(iterations / period) + 1) * period : iterations + 1

export interface Course {
  readonly online: Online
  readonly options: INeuralNetworkTrainOptions
  /** Iterations between two looks at the error. */
  readonly errorCheckInterval: number
  /** Called before it goes on after others had their turn. */
  readonly resume: () => void
}

/** Trains, and returns how it ended. May pause at each yield. Throws DivergedError where the error is no longer finite. */
export function* train(course: Course): Slices<INeuralNetworkState> {
  const { online, options, errorCheckInterval, resume } = course
  const { callback, callbackPeriod, errorThresh, iterations: most, logPeriod, timeout } = options
  const log = typeof options.log === 'function' ? options.log : undefined
  const endTime = now() + timeout
  const status: INeuralNetworkState = { error: 1, iterations: 0 }

  // Samples for about GLANCE_MS.
  let glance = FIRST_SAMPLES
  function* advance(until: number): Slices<void> {
    // Where the error is looked at now and then, the kernels are not to stop by it.
    const threshold = errorCheckInterval === 1 ? errorThresh : -1
    const from = online.iterations
    for (;;) {
      const before = now()
      const trained = online.run(glance, until, threshold)
      const whole = trained < glance || online.iterations >= until
      const took = now() - before
      if (took < GLANCE_MS) glance = Math.min(2 * glance, MOST_SAMPLES)
      else if (took > 2 * GLANCE_MS) glance = Math.max(1, Math.floor(glance / 2))
      if (whole) return
      if (before + took >= endTime) {
        // At the end of a pass.
        if (online.iterations > from && online.isBetween) return
        until = online.iterations + 1
      }
      yield
      resume()
    }
  }

  const tell = (listener: (state: INeuralNetworkState) => void, state: INeuralNetworkState) => {
    listener(state)
    resume()
  }

  while (status.iterations < most && status.error > errorThresh && now() < endTime) {
    const done = status.iterations
    const due = [
      Math.ceil(most),
      log ? nextMultiple(logPeriod, done) : Infinity,
      callback ? nextMultiple(callbackPeriod, done) : Infinity,
      errorCheckInterval === 1 ? Infinity : nextMultiple(errorCheckInterval, done),
    ]
    yield* advance(Math.min(...due))
    const { iterations } = online
    status.iterations = iterations
    if (!Number.isFinite(online.error)) throw diverged(options, iterations)
    const logs = log && iterations % logPeriod === 0
    if (errorCheckInterval === 1 || iterations % errorCheckInterval === 0 || logs) status.error = online.error
    if (logs) tell(log, { error: status.error, iterations })
    if (callback && iterations % callbackPeriod === 0) tell(callback, { iterations, error: status.error })
  }
  return status
}

/** The error for a training whose numbers were no longer finite after so many iterations. */
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
