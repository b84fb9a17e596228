// The loss kernels of every backend against sums in float64, at every tail size, and their δ against central
// differences of those sums.

import { describe, expect, it } from 'vitest'
import * as Activations from '../assembly/abi/activations.ts'
import * as Hits from '../assembly/abi/hits.ts'
import { ARENA_START } from '../assembly/abi/layout.ts'
import * as Losses from '../assembly/abi/losses.ts'
import { exp, log, sigmoid, softplus, tanh } from '../src/base/math.ts'
import { backends } from './helpers/backends.ts'
import { KERNEL_ROOM, kernelsOf } from './helpers/kernels.ts'
import { numbers } from './helpers/random.ts'

const CANARY = -77.25
const MOST = 19
const OUT = 128
const SLOPE = 192
const Y = 256
const DELTA = 320
const ROOM = 384

function softmax(z: readonly number[]): number[] {
  const top = Math.max(...z)
  const e = z.map((v) => exp(v - top))
  const sum = e.reduce((s, v) => s + v, 0)
  return e.map((v) => v / sum)
}

interface LossCase {
  readonly name: string
  readonly loss: number
  readonly activation: number
  /** a as a function of z, the row that the kernel is given. */
  readonly outputs: (z: readonly number[]) => number[]
  /** f'(z) where the kernel reads it. */
  readonly slopes?: (z: readonly number[]) => number[]
  /** C of a row, from z. */
  readonly cost: (z: readonly number[], y: readonly number[]) => number
  readonly targets: (n: number, seed: number) => number[]
}

const quadratic = (a: readonly number[], y: readonly number[]) =>
  a.reduce((s, v, j) => s + (v - y[j]) ** 2 / 2, 0)
const anyTargets = (n: number, seed: number) => [...numbers(n, seed)]
const shares = (n: number, seed: number) => [...numbers(n, seed)].map((v) => Math.abs(v))

const elementwise = (
  name: string,
  activation: number,
  f: (z: number) => number,
  slope?: (z: number) => number,
) => ({
  name: `quadratic of ${name}`,
  loss: Losses.QUADRATIC,
  activation,
  outputs: (z: readonly number[]) => z.map(f),
  slopes: slope && ((z: readonly number[]) => z.map(slope)),
  cost: (z: readonly number[], y: readonly number[]) => quadratic(z.map(f), y),
  targets: anyTargets,
})

const cases: LossCase[] = [
  elementwise('linear', Activations.LINEAR, (z) => z),
  elementwise('sigmoid', Activations.SIGMOID, sigmoid),
  elementwise('tanh', Activations.TANH, tanh),
  elementwise(
    'silu',
    Activations.SILU,
    (z) => z * sigmoid(z),
    (z) => sigmoid(z) * (1 + z * (1 - sigmoid(z))),
  ),
  {
    name: 'quadratic of softmax',
    loss: Losses.QUADRATIC,
    activation: Activations.SOFTMAX,
    outputs: softmax,
    cost: (z, y) => quadratic(softmax(z), y),
    targets: anyTargets,
  },
  {
    name: 'crossEntropy of softmax, fused',
    loss: Losses.CROSS_ENTROPY,
    activation: Activations.SOFTMAX,
    outputs: (z) => [...z],
    cost: (z, y) => -softmax(z).reduce((s, p, j) => s + y[j] * log(p), 0),
    // Not summing to 1: the general case.
    targets: shares,
  },
  {
    name: 'binaryCrossEntropy of sigmoid, fused',
    loss: Losses.BINARY_CROSS_ENTROPY,
    activation: Activations.SIGMOID,
    outputs: (z) => [...z],
    cost: (z, y) => z.reduce((s, v, j) => s + softplus(v) - v * y[j], 0),
    targets: shares,
  },
  {
    name: 'meanAbsoluteError of tanh',
    loss: Losses.MEAN_ABSOLUTE_ERROR,
    activation: Activations.TANH,
    outputs: (z) => z.map(tanh),
    cost: (z, y) => z.reduce((s, v, j) => s + Math.abs(tanh(v) - y[j]), 0),
    targets: anyTargets,
  },
  {
    name: 'meanAbsoluteError of silu',
    loss: Losses.MEAN_ABSOLUTE_ERROR,
    activation: Activations.SILU,
    outputs: (z) => z.map((v) => v * sigmoid(v)),
    slopes: (z) => z.map((v) => sigmoid(v) * (1 + v * (1 - sigmoid(v)))),
    cost: (z, y) => z.reduce((s, v, j) => s + Math.abs(v * sigmoid(v) - y[j]), 0),
    targets: anyTargets,
  },
]

describe.each(backends.map((backend) => [backend.name, backend] as const))('%s', (_, { make, epsilon }) => {
  const backend = make(ROOM + KERNEL_ROOM)
  const { floats } = backend
  const kernels = kernelsOf(backend, ROOM)
  /** Puts a row at an offset between canaries. */
  const place = (at: number, values: readonly number[]) => {
    floats.fill(CANARY, at - 8, at + MOST + 12)
    floats.set(values, at)
  }

  it.each(cases.map((one) => [one.name, one] as const))(
    '%s, with its δ, at every tail size and alignment',
    (__, one) => {
      for (let n = 1; n <= MOST; ++n) {
        for (const shift of [0, 1, 2, 3]) {
          const z = [...numbers(n, n, 4)]
          const y = one.targets(n, 100 + n).map(Math.fround)
          place(OUT + shift, one.outputs(z))
          place(SLOPE + shift, one.slopes?.(z) ?? [])
          place(Y + shift, y)
          place(DELTA + shift, [])
          const loss = kernels.lossRow(
            OUT + shift,
            one.slopes ? SLOPE + shift : 0,
            Y + shift,
            DELTA + shift,
            n,
            one.loss,
            one.activation,
          )
          const cost = one.cost(z, y)
          // A sum of n terms of at most 16, each off by a few roundings of its parts.
          const tolerance = (n + 16) * epsilon * 16
          expect(Math.abs(loss - cost), `n ${n}`).toBeLessThanOrEqual(tolerance * Math.max(1, cost))
          for (let j = 0; j < n; ++j) {
            const h = 1e-5
            const moved = (by: number) =>
              one.cost(
                z.map((v, i) => (i === j ? v + by : v)),
                y,
              )
            const slope = (moved(h) - moved(-h)) / (2 * h)
            // The differences themselves are good to about h² and 1e-16 / h.
            expect(Math.abs(floats[DELTA + shift + j] - slope), `n ${n}, δ[${j}]`).toBeLessThanOrEqual(
              tolerance + 1e-9,
            )
          }
          const end = DELTA + shift + n
          for (let i = 0; i < 8; ++i) {
            expect([floats[DELTA + shift - 1 - i], floats[end + i]], `n ${n}`).toEqual([CANARY, CANARY])
          }
        }
      }
    },
  )

  it('gives the loss alone where no δ is asked for', () => {
    for (const one of cases) {
      const z = [...numbers(7, 3, 4)]
      const y = one.targets(7, 4)
      floats.fill(CANARY, ARENA_START)
      floats.set(one.outputs(z), OUT)
      floats.set(y, Y)
      const loss = kernels.lossRow(OUT, 0, Y, 0, 7, one.loss, one.activation)
      expect(Math.abs(loss - one.cost(z, y))).toBeLessThanOrEqual(400 * epsilon * Math.max(1, loss))
      expect(floats[DELTA]).toBe(CANARY)
      expect(floats[ARENA_START]).toBe(CANARY)
    }
  })

  it('stays exact where the output saturates', () => {
    floats.set([200, -200], OUT)
    floats.set([0, 1], Y)
    expect(kernels.lossRow(OUT, 0, Y, DELTA, 2, Losses.CROSS_ENTROPY, Activations.SOFTMAX)).toBe(400)
    expect([floats[DELTA], floats[DELTA + 1]]).toEqual([1, -1])
    floats.set([0, 1], Y)
    expect(kernels.lossRow(OUT, 0, Y, DELTA, 2, Losses.BINARY_CROSS_ENTROPY, Activations.SIGMOID)).toBe(400)
    expect([floats[DELTA], floats[DELTA + 1]]).toEqual([1, -1])
    floats.set([1, 0], Y)
    expect(kernels.lossRow(OUT, 0, Y, DELTA, 2, Losses.CROSS_ENTROPY, Activations.SOFTMAX)).toBe(0)
  })

  it('is NaN where an output is', () => {
    for (const one of cases) {
      floats.set(one.outputs([0.1, 0.2, 0.3, 0.4, 0.5]), OUT)
      floats.set([0, 0, 1, 0, 0], Y)
      for (let j = 0; j < 5; ++j) {
        const kept = floats[OUT + j]
        floats[OUT + j] = Number.NaN
        expect(kernels.lossRow(OUT, 0, Y, DELTA, 5, one.loss, one.activation), `${one.name}, ${j}`).toBeNaN()
        floats[OUT + j] = kept
      }
    }
  })

  it('counts a row right where the first of its largest outputs is the target', () => {
    for (let n = 2; n <= MOST; ++n) {
      for (let label = 0; label < n; ++label) {
        // Ties from the label on, of the least values too: the first of them counts.
        for (const [low, high] of [
          [0, 1],
          [-2, -1],
        ]) {
          place(
            OUT,
            Array.from({ length: n }, (_, j) => (j >= label ? high : low)),
          )
          for (let target = 0; target < n; ++target) {
            place(
              Y,
              Array.from({ length: n }, (_, j) => (j === target ? 1 : 0)),
            )
            const hit = kernels.hitsRow(OUT, Y, n, Losses.CROSS_ENTROPY, Hits.ARGMAX)
            expect(hit, `n ${n}, ${label}, target ${target}`).toBe(target === label ? 1 : 0)
          }
        }
      }
    }
  })

  it('never counts an output right that is NaN or infinite, nor its row', () => {
    for (let n = 1; n <= MOST; ++n) {
      for (let at = 0; at < n; ++at) {
        for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          place(OUT, [...numbers(n, n)])
          floats[OUT + at] = bad
          for (let target = 0; target < n; ++target) {
            place(
              Y,
              Array.from({ length: n }, (_, j) => (j === target ? 1 : 0)),
            )
            const what = `n ${n}, ${bad} at ${at}, target ${target}`
            if (n > 1) {
              expect(kernels.hitsRow(OUT, Y, n, Losses.CROSS_ENTROPY, Hits.ARGMAX), what).toBe(0)
              expect(kernels.hitsRow(OUT, Y, n, Losses.QUADRATIC, Hits.ARGMAX), what).toBe(0)
            }
          }
          for (const [loss, threshold] of [
            [Losses.BINARY_CROSS_ENTROPY, 0],
            [Losses.QUADRATIC, 0.5],
          ]) {
            for (const side of [0, 1]) {
              // Every other output is on its target's side: all but one are right.
              place(
                Y,
                Array.from(floats.subarray(OUT, OUT + n), (v, j) =>
                  j === at ? side : v >= threshold ? 1 : 0,
                ),
              )
              const share = kernels.hitsRow(OUT, Y, n, loss, Hits.THRESHOLD)
              expect(Math.fround(share), `n ${n}, ${bad} at ${at}`).toBe(Math.fround((n - 1) / n))
            }
          }
        }
      }
    }
  })

  it('counts an output on the threshold as above it', () => {
    floats.set([0, 0.5], OUT)
    floats.set([1, 1], Y)
    expect(kernels.hitsRow(OUT, Y, 1, Losses.BINARY_CROSS_ENTROPY, Hits.THRESHOLD)).toBe(1)
    expect(kernels.hitsRow(OUT + 1, Y, 1, Losses.QUADRATIC, Hits.THRESHOLD)).toBe(1)
    expect(kernels.hitsRow(OUT, Y, 2, Losses.QUADRATIC, Hits.THRESHOLD)).toBe(0.5)
  })
})
