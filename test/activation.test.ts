// Activations, their derivatives, softmax and ⊙ of every backend against their definitions in float64.

import { describe, expect, it } from 'vitest'
import {
  ARENA_START,
  ELU,
  ELU_ALPHA,
  GELU,
  LEAKY_RELU,
  LEAKY_RELU_SLOPE,
  LINEAR,
  RELU,
  SELU,
  SELU_ALPHA,
  SELU_LAMBDA,
  SIGMOID,
  SILU,
  SOFTPLUS,
  TANH,
} from '../assembly/abi.ts'
import { exp, expm1, log1p, normalCdf, normalDensity, sigmoid, softplus, tanh } from '../src/math.ts'
import { backends, reference64 } from './helpers/backends.ts'
import { numbers } from './helpers/random.ts'

interface Definition {
  readonly code: number
  readonly value: (z: number) => number
  readonly slope: (z: number) => number
  /** Largest error of a value in ulp of float32: assembly/math.ts, and ½ for each operation after it. */
  readonly ulps: number
  /** f' in terms of a, where it is read from a. */
  readonly slopeFromA?: (a: number) => number
  /** The sum of the absolute terms of f', where it is stored. */
  readonly slopeTerms?: (z: number) => number
  /** The limits at −∞ and ∞ of f, and of f' where that is stored. */
  readonly limits: readonly [number, number]
  readonly slopeLimits?: readonly [number, number]
}

const scale = SELU_LAMBDA * SELU_ALPHA

const definitions: Record<string, Definition> = {
  linear: {
    code: LINEAR,
    value: (z) => z,
    slope: () => 1,
    slopeFromA: () => 1,
    ulps: 0,
    limits: [-Infinity, Infinity],
  },
  sigmoid: {
    code: SIGMOID,
    value: sigmoid,
    slope: (z) => sigmoid(z) * sigmoid(-z),
    slopeFromA: (a) => a * (1 - a),
    ulps: 2.5,
    limits: [0, 1],
  },
  tanh: {
    code: TANH,
    value: tanh,
    slope: (z) => 4 * sigmoid(2 * z) * sigmoid(-2 * z),
    slopeFromA: (a) => 1 - a * a,
    ulps: 2.5,
    limits: [-1, 1],
  },
  relu: {
    code: RELU,
    value: (z) => Math.max(z, 0),
    slope: (z) => (z > 0 ? 1 : 0),
    slopeFromA: (a) => (a > 0 ? 1 : 0),
    ulps: 0,
    limits: [0, Infinity],
  },
  leakyRelu: {
    code: LEAKY_RELU,
    value: (z) => (z > 0 ? z : LEAKY_RELU_SLOPE * z),
    slope: (z) => (z > 0 ? 1 : LEAKY_RELU_SLOPE),
    slopeFromA: (a) => (a > 0 ? 1 : LEAKY_RELU_SLOPE),
    ulps: 1,
    limits: [-Infinity, Infinity],
  },
  elu: {
    code: ELU,
    value: (z) => (z > 0 ? z : ELU_ALPHA * expm1(z)),
    slope: (z) => (z > 0 ? 1 : ELU_ALPHA * exp(z)),
    slopeFromA: (a) => (a > 0 ? 1 : a + ELU_ALPHA),
    ulps: 1.5,
    limits: [-ELU_ALPHA, Infinity],
  },
  selu: {
    code: SELU,
    value: (z) => (z > 0 ? SELU_LAMBDA * z : scale * expm1(z)),
    slope: (z) => (z > 0 ? SELU_LAMBDA : scale * exp(z)),
    slopeFromA: (a) => (a > 0 ? SELU_LAMBDA : a + scale),
    ulps: 2.5,
    limits: [-scale, Infinity],
  },
  gelu: {
    code: GELU,
    value: (z) => z * normalCdf(z),
    slope: (z) => normalCdf(z) + z * normalDensity(z),
    slopeTerms: (z) => normalCdf(z) + Math.abs(z) * normalDensity(z),
    ulps: 8,
    limits: [-0, Infinity],
    slopeLimits: [0, 1],
  },
  silu: {
    code: SILU,
    value: (z) => z * sigmoid(z),
    slope: (z) => sigmoid(z) * (1 + z * sigmoid(-z)),
    slopeTerms: (z) => sigmoid(z) * (1 + Math.abs(z) * sigmoid(-z)),
    ulps: 3.5,
    limits: [-0, Infinity],
    slopeLimits: [0, 1],
  },
  softplus: {
    code: SOFTPLUS,
    value: (z) => (z > 0 ? z + log1p(exp(-z)) : softplus(z)),
    slope: sigmoid,
    slopeTerms: sigmoid,
    ulps: 2,
    limits: [0, Infinity],
    slopeLimits: [0, 1],
  },
}
const each = Object.entries(definitions)

// 0 … 4 vectors and a tail, at every alignment.
const SIZES = Array.from({ length: 20 }, (_, n) => n)
const ALIGNMENTS = [0, 1, 2, 3]
const CANARY = 77
const Z = ARENA_START + 48
const A = Z + 64
const SLOPE = A + 64
const DELTA = SLOPE + 64
const ELEMENTS = DELTA + 64
// What may be lost where float32's exponential is flushed to 0, below 2^−125.5, and multiplied by |z| < 2^7.
const FLUSHED = 2 ** -118

const exactly = () => 0

describe.each(backends.map((backend) => [backend.name, backend] as const))('%s', (_, { make, epsilon }) => {
  const { floats, kernels } = make(ELEMENTS)

  /** Everything but the n elements from each of the starts is still the canary. Overwrites those. */
  function expectCanaries(n: number, ...starts: number[]) {
    for (const start of starts) floats.fill(CANARY, start, start + n)
    for (let i = ARENA_START; i < ELEMENTS; ++i)
      if (floats[i] !== CANARY) expect.fail(`element ${i} was written to`)
  }

  /** |floats[start + i] − expected(i)| ≤ tolerance(i) for n elements. */
  function expectClose(
    start: number,
    n: number,
    expected: (i: number) => number,
    tolerance: (i: number) => number,
  ) {
    for (let i = 0; i < n; ++i) {
      const found = floats[start + i]
      const wanted = expected(i)
      // An assertion for each of a million elements would take minutes.
      if (Math.abs(found - wanted) <= tolerance(i)) continue
      expect(found, `element ${i} of ${n}, within ${tolerance(i)}`).toBe(wanted)
    }
  }

  describe.each(each)('%s', (_name, definition) => {
    const { code, value, slope, ulps, slopeFromA, slopeTerms, limits, slopeLimits } = definition
    const z = numbers(20, 7, 8)
    const tolerance = (i: number) => 2 * ulps * epsilon * Math.abs(value(z[i])) + FLUSHED
    // Each term has the error of Φ or of a sigmoid, two more operations, and their sum's rounding.
    const slopeTolerance = (x: number) => 2 * 9 * epsilon * (slopeTerms?.(x) ?? 0) + FLUSHED

    it('is f(z) for every size and alignment, and touches nothing beside', () => {
      for (const n of SIZES) {
        for (const zShift of ALIGNMENTS) {
          for (const aShift of ALIGNMENTS) {
            floats.fill(CANARY, ARENA_START)
            floats.set(z.subarray(0, n), Z + zShift)
            kernels.activate(code, Z + zShift, A + aShift, 0, n)
            expectClose(Z + zShift, n, (i) => z[i], exactly)
            expectClose(A + aShift, n, (i) => value(z[i]), tolerance)
            expectCanaries(n, Z + zShift, A + aShift)
          }
        }
      }
    })

    it('is f(z) in place', () => {
      for (const n of SIZES) {
        for (const shift of ALIGNMENTS) {
          floats.fill(CANARY, ARENA_START)
          floats.set(z.subarray(0, n), A + shift)
          kernels.activate(code, A + shift, A + shift, 0, n)
          expectClose(A + shift, n, (i) => value(z[i]), tolerance)
          expectCanaries(n, A + shift)
        }
      }
    })

    it('stores f′(z) where it cannot be read from a, and only there', () => {
      for (const n of SIZES) {
        for (const shift of ALIGNMENTS) {
          floats.fill(CANARY, ARENA_START)
          floats.set(z.subarray(0, n), A)
          kernels.activate(code, A, A, SLOPE + shift, n)
          expectClose(A, n, (i) => value(z[i]), tolerance)
          if (slopeTerms) {
            expectClose(
              SLOPE + shift,
              n,
              (i) => slope(z[i]),
              (i) => slopeTolerance(z[i]),
            )
            expectCanaries(n, A, SLOPE + shift)
          } else {
            expectCanaries(n, A)
          }
        }
      }
    })

    it('gives an element the same bits in a vector, in a tail and with the slope', () => {
      floats.fill(CANARY, ARENA_START)
      floats.set(z, Z)
      kernels.activate(code, Z, A, SLOPE, 20)
      const whole = floats.slice(A, A + 20)
      const slopes = floats.slice(SLOPE, SLOPE + 20)
      for (let i = 0; i < 20; ++i) {
        kernels.activate(code, Z + i, A, 0, 1)
        expect(floats[A]).toBe(whole[i])
        kernels.activate(code, Z + i, A, SLOPE, 1)
        expect(floats[A]).toBe(whole[i])
        if (slopeTerms) expect(floats[SLOPE]).toBe(slopes[i])
      }
    })

    it('has its limits at ±∞ and carries NaN', () => {
      floats.set([-Infinity, Infinity, Number.NaN, 1, Number.NaN], Z)
      kernels.activate(code, Z, A, SLOPE, 5)
      expect(Math.abs(floats[A] - limits[0]) || 0).toBeLessThanOrEqual(2 * epsilon)
      expect(floats[A + 1]).toBe(limits[1])
      expect(floats[A + 2]).toBeNaN()
      expect(floats[A + 3]).not.toBeNaN()
      expect(floats[A + 4]).toBeNaN()
      if (slopeLimits) {
        expect(Math.abs(floats[SLOPE])).toBe(slopeLimits[0])
        expect(floats[SLOPE + 1]).toBe(slopeLimits[1])
        expect(floats[SLOPE + 2]).toBeNaN()
        expect(floats[SLOPE + 4]).toBeNaN()
      }
    })

    it('takes very large and very small z', () => {
      const extremes = [-1e30, -1000, -90, -20, -1e-3, -1e-20, 0, 1e-20, 1e-3, 20, 90, 1000, 1e30]
      const n = extremes.length
      floats.set(extremes, Z)
      const inputs = floats.slice(Z, Z + n)
      kernels.activate(code, Z, A, SLOPE, n)
      expectClose(
        A,
        n,
        (i) => value(inputs[i]),
        (i) => 2 * ulps * epsilon * Math.abs(value(inputs[i])) + FLUSHED,
      )
      if (slopeTerms)
        expectClose(
          SLOPE,
          n,
          (i) => slope(inputs[i]),
          (i) => slopeTolerance(inputs[i]),
        )
    })

    it('multiplies δ by f′ for every size and alignment, and touches nothing beside', () => {
      const delta = numbers(20, 8)
      const from = Float32Array.from(z, slopeTerms ? slope : value)
      const expected = (i: number) => delta[i] * (slopeFromA ?? ((s: number) => s))(from[i])
      for (const n of SIZES) {
        for (const fromShift of ALIGNMENTS) {
          for (const deltaShift of ALIGNMENTS) {
            floats.fill(CANARY, ARENA_START)
            floats.set(from.subarray(0, n), A + fromShift)
            floats.set(delta.subarray(0, n), DELTA + deltaShift)
            kernels.derive(code, A + fromShift, DELTA + deltaShift, n)
            // Four roundings, of terms of at most λα < 2.
            expectClose(DELTA + deltaShift, n, expected, (i) => 8 * epsilon * Math.abs(delta[i]))
            expectCanaries(n, A + fromShift, DELTA + deltaShift)
          }
        }
      }
    })
  })

  it('has the derivatives of PyTorch at 0', () => {
    const at0: [number, number][] = [
      [LINEAR, 1],
      [SIGMOID, 0.25],
      [TANH, 1],
      [RELU, 0],
      [LEAKY_RELU, 0.01],
      [ELU, ELU_ALPHA],
      [SELU, scale],
      [GELU, 0.5],
      [SILU, 0.5],
      [SOFTPLUS, 0.5],
    ]
    for (const [code, expected] of at0) {
      floats[Z] = 0
      floats[DELTA] = 1
      kernels.activate(code, Z, A, SLOPE, 1)
      kernels.derive(code, code === GELU || code === SILU || code === SOFTPLUS ? SLOPE : A, DELTA, 1)
      expect(Math.abs(floats[DELTA] - expected)).toBeLessThanOrEqual(2 * epsilon)
    }
  })

  it('stops δ at a relu that is off, even an infinite one', () => {
    floats.set([0, 0, 0, 2, 2], A)
    floats.set([Infinity, Number.NaN, 3, Infinity, 3], DELTA)
    kernels.derive(RELU, A, DELTA, 5)
    expect([...floats.slice(DELTA, DELTA + 5)]).toEqual([0, 0, 0, Infinity, 3])
  })

  describe('softmax', () => {
    const z = numbers(20, 9, 8)

    function expected(n: number): number[] {
      const top = Math.max(...z.subarray(0, n))
      const powers = Array.from(z.subarray(0, n), (x) => exp(x - top))
      const sum = powers.reduce((total, power) => total + power, 0)
      return powers.map((power) => power / sum)
    }

    it('is e^(z − max z) / Σ for every size and alignment, in place and not, with the same bits', () => {
      for (const n of SIZES.slice(1)) {
        const wanted = expected(n)
        let bits: typeof floats | undefined
        for (const zShift of ALIGNMENTS) {
          for (const aShift of [...ALIGNMENTS, Z - A + zShift]) {
            floats.fill(CANARY, ARENA_START)
            floats.set(z.subarray(0, n), Z + zShift)
            kernels.softmaxRow(Z + zShift, A + aShift, n)
            const first = (bits ??= floats.slice(A + aShift, A + aShift + n))
            expectClose(A + aShift, n, (i) => first[i], exactly)
            // z − max is exact here; the exponential is off by 2.4 u, the sum of n by n u, the quotient by 2 u.
            const tolerance = (i: number) => (2 * 2.4 + n + 2) * epsilon * wanted[i]
            expectClose(A + aShift, n, (i) => wanted[i], tolerance)
            expectCanaries(n, Z + zShift, A + aShift)
          }
        }
      }
    })

    it('does not overflow, and is 1 for a row of one', () => {
      floats.set([1000, 1001, -1e30, 999], Z)
      kernels.softmaxRow(Z, A, 4)
      const row = [...floats.slice(A, A + 4)]
      expect(row[2]).toBe(0)
      for (const [i, share] of [exp(-1), 1, 0, exp(-2)].entries()) {
        expect(Math.abs(row[i] - share / (1 + exp(-1) + exp(-2)))).toBeLessThanOrEqual(8 * epsilon)
      }
      floats[Z] = -12345
      kernels.softmaxRow(Z, A, 1)
      expect(floats[A]).toBe(1)
    })

    it('takes −∞ as a share of 0', () => {
      floats.set([-Infinity, 3, -Infinity, -Infinity, 3], Z)
      kernels.softmaxRow(Z, A, 5)
      expect([...floats.slice(A, A + 5)]).toEqual([0, 0.5, 0, 0, 0.5])
    })

    it.each([
      ['a NaN', Number.NaN],
      ['an ∞', Infinity],
    ])('is NaN throughout with %s anywhere in the row', (_what, bad) => {
      for (const n of SIZES.slice(1)) {
        for (let at = 0; at < n; ++at) {
          floats.set(z.subarray(0, n), Z)
          floats[Z + at] = bad
          kernels.softmaxRow(Z, A, n)
          expect([...floats.slice(A, A + n)]).toEqual(Array(n).fill(Number.NaN))
        }
      }
    })
  })

  it('multiplies x ⊙ y for every size and alignment, in place and not', () => {
    const x = numbers(20, 10)
    const y = numbers(20, 11)
    const product = floats instanceof Float64Array ? new Float64Array(20) : new Float32Array(20)
    for (let i = 0; i < 20; ++i) product[i] = x[i] * y[i]
    for (const n of SIZES) {
      for (const xShift of ALIGNMENTS) {
        for (const yShift of ALIGNMENTS) {
          for (const out of [DELTA + ((xShift + yShift) & 3), Z + xShift, A + yShift]) {
            floats.fill(CANARY, ARENA_START)
            floats.set(x.subarray(0, n), Z + xShift)
            floats.set(y.subarray(0, n), A + yShift)
            kernels.hadamard(Z + xShift, A + yShift, out, n)
            expectClose(out, n, (i) => product[i], exactly)
            expectCanaries(n, Z + xShift, A + yShift, out)
          }
        }
      }
    }
  })
})

describe('the float64 reference', () => {
  const { floats, kernels } = reference64.make(ELEMENTS)
  // Central differences: h² f‴/6 with |f‴| ≤ 2, and the rounding of f(z ± h), 8 ulp of at most 8, over h.
  const h = 2 ** -17
  const tolerance = (h * h) / 3 + (8 * 8 * 2 ** -53) / h
  const points = Array.from({ length: 128 }, (_, i) => (i + 0.5 - 64) / 8)

  it.each(each)('has the slope of its own values: %s', (_name, { code, slopeFromA }) => {
    for (const z of points) {
      floats.set([z, z - h, z + h], Z)
      floats[DELTA] = 1
      kernels.activate(code, Z, A, SLOPE, 3)
      const difference = (floats[A + 2] - floats[A + 1]) / (2 * h)
      kernels.derive(code, slopeFromA ? A : SLOPE, DELTA, 1)
      expect(Math.abs(floats[DELTA] - difference), `at ${z}`).toBeLessThanOrEqual(tolerance)
    }
  })
})
