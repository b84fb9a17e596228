// Trainings that go wrong, and what their messages must be good for.

import { expect } from 'vitest'
import { standardScaler } from '../../src/data/index.ts'
import { DivergedError, type FitOptions, type SizedNetworkOptions } from '../../src/index.ts'
import { networkSettings } from '../../src/model/network-settings.ts'
import { followed, outputsOf, type Training, train } from './advice.ts'
import { numbers } from './random.ts'

export const rateOf = ({ options, fit }: Training) =>
  fit.learningRate ??
  (typeof options.optimizer === 'object' ? options.optimizer.learningRate : undefined) ??
  0.01

/** Rows of x in [−1, 1), two columns by which y is made. */
export const rows = 200
export const base = numbers(rows * 4, 1, 1.7)
export const smooth = (x: Float32Array, columns: number, scale = 1, shift = 0) =>
  Float32Array.from(
    { length: x.length / columns },
    (_, r) =>
      shift + scale * (Math.sin(2 * base[(r * 4) % base.length]) + 0.5 * base[(r * 4 + 1) % base.length]),
  )
export const y1 = smooth(base, 4)
export const classes = Array.from({ length: rows }, (_, r) => (base[r * 4] + base[r * 4 + 1] > 0 ? 1 : 0))
export const sgd = (learningRate: number) => ({ name: 'sgd', learningRate }) as const
export const { optimizer: plainSgd } = networkSettings({ sizes: [1, 1] })
export const net = (
  sizes: number[],
  learningRate: number,
  more: Partial<SizedNetworkOptions> = {},
): SizedNetworkOptions => ({
  sizes,
  seed: 1,
  optimizer: sgd(learningRate),
  ...more,
})
export const change = <T extends Float32Array>(values: T, f: (v: number, i: number) => number) =>
  Float32Array.from(values, f)
export const column = (c: number, f: (v: number) => number) =>
  change(base, (v, i) => (i % 4 === c ? f(v) : v))

export const long: FitOptions = { epochs: 60, batchSize: 16 }

export const rate = /the learning rate .* is too high/

/** The training diverges, is told these causes and none beside them, and converges as told. */
export async function expectAdviceToHelp(training: Training, causes: readonly RegExp[]) {
  const error = await train(training).catch((e) => e)
  expect(error).toBeInstanceOf(DivergedError)
  const { message } = error as DivergedError
  for (const cause of causes) expect(message).toMatch(cause)
  // Nothing is blamed beside the causes.
  const blamed = [
    /far from a mean/g,
    /the initial weights/g,
    /the learning rate/g,
    /if it is a mistake/g,
    /sum to/g,
  ]
  const named = blamed.reduce((n, one) => n + [...message.matchAll(one)].length, 0)
  expect(named, message).toBeLessThanOrEqual(
    causes.some((c) => c === rate) ? causes.length : causes.length + 1,
  )
  const again = followed(training, message)!
  const { loss } = await train(again).catch((e: Error) => {
    throw new Error(`${e.message}\n  after\n${message}`)
  })
  expect(loss.at(-1)!, `${message} ${loss.slice(0, 3)}`).toBeLessThan(loss[0])
  // Better than the mean of the targets: it learns.
  const { y } = again
  const columns = outputsOf(again.options)
  if (y.length === rows * columns && !again.options.loss) {
    const { deviation } = standardScaler(y, columns)
    const mean = deviation.reduce((sum, d) => sum + d * d, 0) / 2
    expect(loss.at(-1)!, message).toBeLessThan(mean)
  }
  expect(rateOf(again)).toBeGreaterThan(0)
}
