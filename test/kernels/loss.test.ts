// The loss kernels of every backend against sums in float64, at every tail size, and their δ against central
// differences of those sums.

import { describe, expect, it } from 'vitest'
import * as Activations from '../../assembly/abi/activations.ts'
import * as Hits from '../../assembly/abi/hits.ts'
import { ARENA_START } from '../../assembly/abi/layout.ts'
import * as Losses from '../../assembly/abi/losses.ts'
import { backends } from '../helpers/backends.ts'
import { KERNEL_ROOM, kernelsOf } from '../helpers/kernels.ts'
import { cases } from '../helpers/losses.ts'
import { numbers } from '../helpers/random.ts'

const CANARY = -77.25
const MOST = 19
const OUT = 128
const SLOPE = 192
const Y = 256
const DELTA = 320
const ROOM = 384

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
      let compared = 0
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
            one.numbers?.(n),
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
            const [above, below] = [moved(h), moved(-h)]
            const slope = (above - below) / (2 * h)
            // Across a kink the two sides have slopes of their own, and the difference is none of them.
            if (Math.abs(above - 2 * cost + below) > 1e-2 * h) continue
            // The differences themselves are good to about h² and 1e-16 / h of the cost.
            const allowed = tolerance + 1e-9 * Math.max(1, Math.abs(cost))
            const error = Math.abs(floats[DELTA + shift + j] - slope)
            if (!(error <= allowed)) expect(error, `n ${n}, δ[${j}]`).toBeLessThanOrEqual(allowed)
            compared += 1
          }
          const end = DELTA + shift + n
          const around = [
            ...floats.subarray(DELTA + shift - 8, DELTA + shift),
            ...floats.subarray(end, end + 8),
          ]
          if (around.some((v) => v !== CANARY)) expect(around, `n ${n}`).toEqual(around.map(() => CANARY))
        }
      }
      // Of 4 · 190 elements.
      expect(compared).toBeGreaterThan(740)
    },
  )

  it('gives the loss alone where no δ is asked for', () => {
    for (const one of cases) {
      const z = [...numbers(7, 3, 4)]
      const y = one.targets(7, 4)
      floats.fill(CANARY, ARENA_START)
      floats.set(one.outputs(z), OUT)
      floats.set(y, Y)
      const loss = kernels.lossRow(OUT, 0, Y, 0, 7, one.loss, one.activation, one.numbers?.(7))
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
        const loss = kernels.lossRow(OUT, 0, Y, DELTA, 5, one.loss, one.activation, one.numbers?.(5))
        expect(loss, `${one.name}, ${j}`).toBeNaN()
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
