// The scans of inputs: nonzeros are counted, one value that is not finite is seen, and so is any change, at any place of
// any length.

import { describe, expect, it } from 'vitest'
import { ARENA_START } from '../../assembly/abi/layout.ts'
import { Network, ShapeError } from '../../src/index.ts'
import { backends } from '../helpers/backends.ts'

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

  it('has another checksum after any change', () => {
    const COLUMNS = 256
    const { floats, kernels } = make(AT + 64 * COLUMNS)
    const dense = Float32Array.from({ length: 64 * COLUMNS }, (_, i) => Math.sin(i + 1) + 1.5)
    const oneHot = dense.map((v, i) => (i % COLUMNS === 3 ? v : 0))
    const changes: [string, (v: number, i: number) => number][] = [
      ['all negated', (v) => -v],
      ['all doubled', (v) => 2 * v],
      ['a quarter of all', (v) => v / 4],
      ['two rows negated', (v, i) => (i < 2 * COLUMNS ? -v : v)],
      ['the last 8 negated', (v, i) => (i >= 63 * COLUMNS + 3 ? -v : v)],
      ['one a little larger', (v, i) => (i === COLUMNS + 3 ? v * (1 + 2 ** -23) : v)],
    ]
    for (const values of [dense, oneHot]) {
      for (const n of [values.length, values.length - 5]) {
        floats.set(values, AT)
        const before = kernels.checksum(AT, n)
        for (const [name, change] of changes) {
          floats.set(values.map(change), AT)
          expect(kernels.checksum(AT, n), `${name}, ${n}`).not.toBe(before)
        }
        floats.set(values, AT)
        expect(kernels.checksum(AT, n)).toBe(before)
      }
    }
  })

  it('has another checksum where one value changes or two change places, at every place of every length', () => {
    for (let n = 1; n <= 37; ++n) {
      for (let i = 0; i < n; ++i) {
        for (let k = 0; k < n; ++k) floats[AT + k] = k + 1
        const before = kernels.checksum(AT, n)
        floats[AT + i] = -(i + 1)
        expect(kernels.checksum(AT, n), `a sign at ${i} of ${n}`).not.toBe(before)
        floats[AT + i] = 1
        floats[AT] = i + 1
        if (i > 0) expect(kernels.checksum(AT, n), `0 and ${i} of ${n}`).not.toBe(before)
      }
    }
  })
})

describe('predict', () => {
  it.each(['simd', 'reference'] as const)(
    'names the value that is not finite, in any block (%s)',
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
    'name the value that is not finite, in any block (%s)',
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
