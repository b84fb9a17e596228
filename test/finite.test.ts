// The scan of inputs: nonzeros are counted, and one value that is not finite is seen, at any place of any length.

import { describe, expect, it } from 'vitest'
import { ARENA_START } from '../assembly/abi.ts'
import { Network, ShapeError } from '../src/index.ts'
import { backends } from './helpers/backends.ts'

const AT = ARENA_START + 1

describe.each(backends.map((backend) => [backend.name, backend] as const))('%s', (_, { make }) => {
  const { floats, kernels } = make(AT + 64)

  it('counts nonzeros, and sees NaN and ±∞, at every place of every length, and nothing beyond', () => {
    for (let n = 1; n <= 37; ++n) {
      for (let i = 0; i < n; ++i) {
        floats[AT - 1] = Number.NaN
        floats.fill(0, AT, AT + n)
        floats[AT + n] = Number.NaN
        floats[AT + i] = -0
        expect(kernels.countNonzeros(AT, n), `${n} zeros`).toBe(0)
        // The least number there is, and the largest, to which another may not be added.
        floats[AT + i] = 2 ** -149
        expect(kernels.countNonzeros(AT, n), `2^−149 at ${i} of ${n}`).toBe(1)
        floats.fill(-3e38, AT, AT + n)
        floats[AT + i] = 0
        expect(kernels.countNonzeros(AT, n), `0 at ${i} of ${n}`).toBe(n - 1)
        for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          floats[AT + i] = bad
          expect(kernels.countNonzeros(AT, n), `${bad} at ${i} of ${n}`).toBe(-1)
        }
      }
    }
  })
})

describe('predict', () => {
  it.each(['simd', 'reference'] as const)(
    'names the value that is not finite, in any window (%s)',
    (kernels) => {
      const net = new Network({ sizes: [3, 2], seed: 1, kernels })
      const x = Float32Array.from({ length: 3000 }, (_, i) => i % 5)
      const before = net.predict(x)
      x[3 * 700 + 2] = Number.NaN
      expect(() => net.predict(x)).toThrow(ShapeError)
      expect(() => net.predict(x)).toThrow('x[700][2]: expected a finite number, got NaN')
      const doubles = Float64Array.from(x)
      doubles[3 * 700 + 2] = 1e300
      expect(() => net.predict(doubles)).toThrow('x[700][2]: expected a finite number, got 1e+300')
      x[3 * 700 + 2] = 700 * 3 + 2 - 5 * Math.floor((700 * 3 + 2) / 5)
      expect(net.predict(x)).toEqual(before)
    },
  )
})

describe('fit, evaluate and gradients', () => {
  it.each(['simd', 'reference'] as const)(
    'name the value that is not finite, in any window (%s)',
    async (kernels) => {
      const net = new Network({ sizes: [3, 2], seed: 1, kernels })
      const before = net.weights(0)
      const x = Float32Array.from({ length: 3000 }, (_, i) => i % 5)
      const y = new Float32Array(2000)
      x[3 * 700 + 1] = Number.NEGATIVE_INFINITY
      const message = 'x[700][1]: expected a finite number, got -Infinity'
      await expect(net.fit({ x, y })).rejects.toThrow(message)
      const good = { x: new Float32Array(3), y: new Float32Array(2) }
      await expect(net.fit(good, { validation: { x, y } })).rejects.toThrow(`validation.${message}`)
      expect(() => net.evaluate({ x, y })).toThrow(message)
      expect(() => net.gradients(x, y)).toThrow(message)
      expect(() => net.trainBatch(x, y)).toThrow(message)
      expect(net.weights(0)).toEqual(before)
    },
  )
})
