// The check of predict's inputs: one value that is not finite is seen at any place of any length.

import { describe, expect, it } from 'vitest'
import { ARENA_START } from '../assembly/abi.ts'
import { Network, ShapeError } from '../src/index.ts'
import { backends } from './helpers/backends.ts'

const AT = ARENA_START + 1

describe.each(backends.map((backend) => [backend.name, backend] as const))('%s', (_, { make }) => {
  const { floats, kernels } = make(AT + 64)

  it('sees NaN and ±∞ at every place of every length, and nothing beyond', () => {
    for (let n = 1; n <= 37; ++n) {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        for (let i = 0; i < n; ++i) {
          floats.fill(-3e38, AT, AT + n)
          floats[AT + n] = bad
          floats[AT - 1] = bad
          expect(kernels.allFinite(AT, n), `${n} finite`).toBe(1)
          floats[AT + i] = bad
          expect(kernels.allFinite(AT, n), `${bad} at ${i} of ${n}`).toBe(0)
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
