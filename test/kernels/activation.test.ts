// Activations and their derivatives of every backend, as the forward and the backward pass run them, against their
// definitions in float64.

import { describe, expect, it } from 'vitest'
import * as Activations from '../../assembly/abi/activations.ts'
import { ARENA_START } from '../../assembly/abi/layout.ts'
import { padded } from '../../src/program/panels.ts'
import { definitions, slopedDefinitions } from '../helpers/activations.ts'
import { backends, reference64 } from '../helpers/backends.ts'
import { canaries, exactly, expectClose } from '../helpers/canaries.ts'
import { KERNEL_ROOM, kernelsOf, sharesOf } from '../helpers/kernels.ts'
import { numbers } from '../helpers/random.ts'

const splits = [sharesOf(1), sharesOf(3), sharesOf(7), sharesOf(2, 'units'), sharesOf(5, 'units')]
const each = Object.entries({ ...definitions, ...slopedDefinitions })

// 1 … 5 vectors of which the last may be padded, at every alignment.
const SIZES = Array.from({ length: 19 }, (_, n) => n + 1)
const ALIGNMENTS = [0, 1, 2, 3]
const CANARY = 77
const ROWS = 5
const ROOM = ARENA_START
const BEGIN = ROOM + KERNEL_ROOM
const Z = BEGIN + 48
const A = Z + 64
const SLOPE = A + 128
const DELTA = SLOPE + 128
const ELEMENTS = DELTA + 128
// What may be lost where float32's exponential is flushed to 0, below 2^−125.5, and multiplied by |z| < 2^7.
const FLUSHED = 2 ** -118

describe.each(backends.map((backend) => [backend.name, backend] as const))('%s', (_, { make, epsilon }) => {
  const backend = make(ELEMENTS)
  const { floats } = backend
  const kernels = kernelsOf(backend, ROOM)
  const { fill, expectLeft } = canaries(floats, BEGIN, ELEMENTS, CANARY)

  describe.each(each)('%s', (_name, definition) => {
    const { code, value, slope, ulps, slopeFromA, slopeTerms, limits, slopeLimits } = definition
    const { number, slopeCode = code } = definition
    type Activate = typeof kernels.activate extends (code: number, ...rest: infer R) => void ? R : never
    const activate = (...[z, a, f, n, rows, share]: Activate) =>
      kernels.activate(code, z, a, f, n, rows, share, number)
    const z = numbers(20, 7, 8)
    const tolerance = (i: number) => 2 * ulps * epsilon * Math.abs(value(z[i])) + FLUSHED
    // Each term has the error of Φ or of a sigmoid, two more operations, and their sum's rounding.
    const slopeTolerance = (x: number) => 2 * 9 * epsilon * (slopeTerms?.(x) ?? 0) + FLUSHED

    it('is f(z) for every size and alignment, and touches nothing beside the padded row', () => {
      for (const n of SIZES) {
        for (const aShift of ALIGNMENTS) {
          fill()
          floats.set(z.subarray(0, n), Z)
          activate(Z, A + aShift, 0, n)
          expectClose(floats, Z, n, (i) => z[i], exactly)
          expectClose(floats, A + aShift, n, (i) => value(z[i]), tolerance)
          expectLeft([Z, n], [A + aShift, padded(n)])
        }
      }
    })

    it('stores f′(z) where it cannot be read from a, and only there', () => {
      for (const n of SIZES) {
        for (const shift of ALIGNMENTS) {
          fill()
          floats.set(z.subarray(0, n), A)
          activate(A, A, SLOPE + shift, n)
          expectClose(floats, A, n, (i) => value(z[i]), tolerance)
          if (slopeTerms) {
            const expected = (i: number) => slope(z[i])
            expectClose(floats, SLOPE + shift, n, expected, (i) => slopeTolerance(z[i]))
            expectLeft([A, padded(n)], [SLOPE + shift, padded(n)])
          } else {
            expectLeft([A, padded(n)])
          }
        }
      }
    })

    it('gives an element the same bits in every lane and row, in parts, split by units and with the slope', () => {
      floats.set(z, Z)
      activate(Z, A, SLOPE, 20)
      const whole = floats.slice(A, A + 20)
      const slopes = floats.slice(SLOPE, SLOPE + 20)
      for (let i = 0; i < 20; ++i) {
        activate(Z + i, A, 0, 1)
        expect(floats[A]).toBe(whole[i])
        activate(Z + i, A, SLOPE, 1)
        expect(floats[A]).toBe(whole[i])
        if (slopeTerms) expect(floats[SLOPE]).toBe(slopes[i])
      }
      for (const shares of splits) {
        fill()
        floats.set(z, Z)
        for (const share of shares) activate(Z, A, SLOPE, 20, ROWS, share)
        for (let r = 0; r < ROWS; ++r) {
          expectClose(floats, A + 20 * r, 20, (i) => whole[i], exactly)
          if (slopeTerms) expectClose(floats, SLOPE + 20 * r, 20, (i) => slopes[i], exactly)
        }
        expectLeft([Z, 20], [A, 20 * ROWS], [SLOPE, slopeTerms ? 20 * ROWS : 0])
      }
    })

    it('has its limits at ±∞ and carries NaN', () => {
      floats.set([-Infinity, Infinity, Number.NaN, 1, Number.NaN], Z)
      activate(Z, A, SLOPE, 5)
      expect(Math.abs(floats[A] - limits[0]) || 0).toBeLessThanOrEqual(2 * epsilon)
      expect(floats[A + 1]).toBe(limits[1])
      expect(floats[A + 2]).toBeNaN()
      expect(floats[A + 3]).not.toBeNaN()
      expect(floats[A + 4]).toBeNaN()
      if (slopeLimits) {
        expect(Math.abs(floats[SLOPE])).toBe(slopeLimits[0])
        expect(floats[SLOPE + 1]).toBe(slopeLimits[1])
        // A slope that is the same for all z below 0 is that of NaN too.
        expect(floats[SLOPE + 2]).toBe(slope(Number.NaN))
        expect(floats[SLOPE + 4]).toBe(slope(Number.NaN))
      }
    })

    it('takes very large and very small z', () => {
      const extremes = [-1e30, -1000, -90, -20, -1e-3, -1e-20, 0, 1e-20, 1e-3, 20, 90, 1000, 1e30]
      const n = extremes.length
      floats.set(extremes, Z)
      const inputs = floats.slice(Z, Z + n)
      activate(Z, A, SLOPE, n)
      const expected = (i: number) => value(inputs[i])
      expectClose(floats, A, n, expected, (i) => 2 * ulps * epsilon * Math.abs(expected(i)) + FLUSHED)
      if (slopeTerms) {
        expectClose(
          floats,
          SLOPE,
          n,
          (i) => slope(inputs[i]),
          (i) => slopeTolerance(inputs[i]),
        )
      }
    })

    const delta = numbers(20, 8)
    const from = Float32Array.from(z, slopeTerms ? slope : value)
    const slopeAt = (i: number) => (slopeFromA ?? ((s: number) => s))(from[i])

    it('multiplies δ by f′ for every size and alignment, and touches nothing beside the padded row', () => {
      for (const n of SIZES) {
        for (const fromShift of ALIGNMENTS) {
          for (const deltaShift of ALIGNMENTS) {
            fill()
            floats.set(from.subarray(0, n), A + fromShift)
            floats.set(delta.subarray(0, n), DELTA + deltaShift)
            kernels.derive(slopeCode, A + fromShift, DELTA + deltaShift, n)
            // Four roundings, of terms of at most λα < 2.
            const tolerance = (i: number) => 8 * epsilon * Math.abs(delta[i])
            expectClose(floats, DELTA + deltaShift, n, (i) => delta[i] * slopeAt(i), tolerance)
            expectLeft([A + fromShift, n], [DELTA + deltaShift, padded(n)])
          }
        }
      }
    })

    it('gives δ the same bits in every lane and row, in parts and split by units', () => {
      floats.set(from, A)
      floats.set(delta, DELTA)
      kernels.derive(slopeCode, A, DELTA, 20)
      const whole = floats.slice(DELTA, DELTA + 20)
      for (let i = 0; i < 20; ++i) {
        floats[DELTA] = delta[i]
        kernels.derive(slopeCode, A + i, DELTA, 1)
        expect(floats[DELTA]).toBe(whole[i])
      }
      for (const shares of splits) {
        fill()
        for (let r = 0; r < ROWS; ++r) floats.set(from, A + 20 * r)
        floats.set(delta, Z)
        for (const share of shares) kernels.derive(slopeCode, A, DELTA, 20, Z, ROWS, share)
        for (let r = 0; r < ROWS; ++r) expectClose(floats, DELTA + 20 * r, 20, (i) => whole[i], exactly)
        expectLeft([Z, 20], [A, 20 * ROWS], [DELTA, 20 * ROWS])
      }
    })
  })

  const storesSlope = (code: number) =>
    code === Activations.GELU || code === Activations.SILU || code === Activations.SOFTPLUS

  it('has the derivatives of PyTorch at 0', () => {
    const at0: [number, number][] = [
      [Activations.LINEAR, 1],
      [Activations.SIGMOID, 0.25],
      [Activations.TANH, 1],
      [Activations.RELU, 0],
      [Activations.LEAKY_RELU, 0.01],
      [Activations.ELU, Activations.ELU_ALPHA],
      [Activations.SELU, Activations.SELU_LAMBDA * Activations.SELU_ALPHA],
      [Activations.GELU, 0.5],
      [Activations.SILU, 0.5],
      [Activations.SOFTPLUS, 0.5],
    ]
    for (const [code, expected] of at0) {
      floats[Z] = 0
      floats[DELTA] = 1
      kernels.activate(code, Z, A, SLOPE, 1)
      kernels.derive(code, storesSlope(code) ? SLOPE : A, DELTA, 1)
      expect(Math.abs(floats[DELTA] - expected)).toBeLessThanOrEqual(2 * epsilon)
    }
  })

  it('has those of PyTorch at 0 with a slope or an α of its own too, and computes as by the name alone with its number', () => {
    const pairs = [
      [Activations.SLOPED_RELU, Activations.LEAKY_RELU, Activations.LEAKY_RELU_SLOPE],
      [Activations.SCALED_ELU, Activations.ELU, Activations.ELU_ALPHA],
    ] as const
    const z = [...numbers(40, 12, 8), 0, -0, -1e-45, 1e-45, -1e-38, -1e30]
    for (const [own, plain, number] of pairs) {
      for (const at0 of [0.25, -2, number]) {
        floats[Z] = 0
        kernels.activate(own, Z, A, SLOPE, 1, 1, undefined, at0)
        expect(Math.abs(floats[SLOPE] - at0)).toBeLessThanOrEqual(epsilon)
      }
      floats.set(z, Z)
      kernels.activate(plain, Z, A, 0, z.length)
      const expected = floats.slice(A, A + z.length)
      kernels.activate(own, Z, A, SLOPE, z.length, 1, undefined, number)
      expectClose(floats, A, z.length, (i) => expected[i], exactly)
      const slopes = floats.slice(SLOPE, SLOPE + z.length)
      floats.fill(1, DELTA, DELTA + z.length)
      kernels.derive(plain, A, DELTA, z.length)
      expectClose(floats, DELTA, z.length, (i) => slopes[i], exactly)
    }
  })

  it('stops δ at a relu that is off, even an infinite one', () => {
    floats.set([0, 0, 0, 2, 2], A)
    floats.set([Infinity, Number.NaN, 3, Infinity, 3], DELTA)
    kernels.derive(Activations.RELU, A, DELTA, 5)
    expect([...floats.slice(DELTA, DELTA + 5)]).toEqual([0, 0, 0, Infinity, 3])
  })

  it.each([
    ['gelu', Activations.GELU],
    ['silu', Activations.SILU],
    ['softplus', Activations.SOFTPLUS],
  ])('multiplies δ ⊙ slope with one rounding, whatever the slope: %s', (__, code) => {
    const x = numbers(20, 10, 3)
    const y = numbers(20, 11)
    const product = floats instanceof Float64Array ? new Float64Array(20) : new Float32Array(20)
    for (let i = 0; i < 20; ++i) product[i] = x[i] * y[i]
    for (const n of SIZES) {
      for (const xShift of ALIGNMENTS) {
        for (const yShift of ALIGNMENTS) {
          fill()
          floats.set(x.subarray(0, n), A + xShift)
          floats.set(y.subarray(0, n), DELTA + yShift)
          kernels.derive(code, A + xShift, DELTA + yShift, n)
          expectClose(floats, DELTA + yShift, n, (i) => product[i], exactly)
          expectLeft([A + xShift, n], [DELTA + yShift, padded(n)])
        }
      }
    }
  })
})

describe('the float64 reference', () => {
  const backend = reference64.make(ELEMENTS)
  const { floats } = backend
  const kernels = kernelsOf(backend, ROOM)
  // Central differences: h² f‴/6 with |f‴| ≤ 2, and the rounding of f(z ± h), 8 ulp of at most 8, over h.
  const h = 2 ** -17
  const tolerance = (h * h) / 3 + (8 * 8 * 2 ** -53) / h
  const points = Array.from({ length: 128 }, (_, i) => (i + 0.5 - 64) / 8)

  it.each(each)(
    'has the slope of its own values: %s',
    (_name, { code, number, slopeCode = code, slopeFromA }) => {
      for (const z of points) {
        floats.set([z, z - h, z + h], Z)
        floats[DELTA] = 1
        kernels.activate(code, Z, A, SLOPE, 3, 1, undefined, number)
        const difference = (floats[A + 2] - floats[A + 1]) / (2 * h)
        kernels.derive(slopeCode, slopeFromA ? A : SLOPE, DELTA, 1)
        expect(Math.abs(floats[DELTA] - difference), `at ${z}`).toBeLessThanOrEqual(tolerance)
      }
    },
  )
})
