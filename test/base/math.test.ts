// src/base/math.ts against values from mpmath (scripts/make-math-fixture.py makes them).

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  exp,
  expm1,
  gaussian,
  inverseNormalCdf,
  log,
  log1p,
  normalCdf,
  normalDensityFrom,
  sigmoid,
  softplus,
  tanh,
} from '../../src/base/math.ts'

const functions = {
  exp,
  expm1,
  log,
  log1p,
  tanh,
  sigmoid,
  softplus,
  normalCdf,
  normalDensity: (x: number) => normalDensityFrom(gaussian(x)),
  inverseNormalCdf,
}
type Name = keyof typeof functions

const fixture: Record<Name, { x: number[]; y: number[] }> = JSON.parse(
  readFileSync(new URL('../fixtures/math.json', import.meta.url), 'utf8'),
)

/** The largest error allowed, in ulp; the fixture's own rounding adds ½. */
const limits: Record<Name, number> = {
  exp: 1,
  expm1: 2,
  log: 1,
  log1p: 1,
  tanh: 2.5,
  sigmoid: 2,
  softplus: 1.5,
  normalCdf: 6,
  normalDensity: 3,
  inverseNormalCdf: 6,
}

const bits = new BigInt64Array(1)
const float = new Float64Array(bits.buffer)

/** The distance from |x| to the next larger float64. */
function ulp(x: number): number {
  float[0] = Math.abs(x)
  const low = float[0]
  bits[0] += 1n
  return float[0] - low
}

describe.each(Object.keys(limits) as Name[])('%s', (name) => {
  it(`is within ${limits[name]} ulp`, () => {
    const { x, y } = fixture[name]
    expect(x.length).toBeGreaterThan(100)
    let worst = 0
    let at = Number.NaN
    for (let i = 0; i < x.length; ++i) {
      const error = Math.abs(functions[name](x[i]) - y[i]) / ulp(y[i])
      expect(error).not.toBeNaN()
      if (error > worst) {
        worst = error
        at = x[i]
      }
    }
    expect(worst, `at ${at}`).toBeLessThanOrEqual(limits[name] + 0.5)
  })

  it('carries NaN', () => {
    expect(functions[name](Number.NaN)).toBeNaN()
  })
})

describe('limits', () => {
  const limitsAt: [Name, number, number][] = [
    ['exp', Infinity, Infinity],
    ['exp', -Infinity, 0],
    ['exp', 0, 1],
    ['exp', 709.79, Infinity],
    ['exp', -745.2, 0],
    ['expm1', Infinity, Infinity],
    ['expm1', -Infinity, -1],
    ['expm1', -0, -0],
    ['expm1', 5e-324, 5e-324],
    ['expm1', 710, Infinity],
    ['log', Infinity, Infinity],
    ['log', 0, -Infinity],
    ['log', -0, -Infinity],
    ['log', -5e-324, Number.NaN],
    ['log', -Infinity, Number.NaN],
    ['log', 1, 0],
    ['log1p', Infinity, Infinity],
    ['log1p', -1, -Infinity],
    ['log1p', -1.5, Number.NaN],
    ['log1p', -0, -0],
    ['log1p', 5e-324, 5e-324],
    ['tanh', Infinity, 1],
    ['tanh', -Infinity, -1],
    ['tanh', 0, 0],
    ['tanh', -0, -0],
    ['tanh', 20, 1],
    ['sigmoid', Infinity, 1],
    ['sigmoid', -Infinity, 0],
    ['sigmoid', 0, 0.5],
    ['softplus', Infinity, Infinity],
    ['softplus', -Infinity, 0],
    ['softplus', 800, 800],
    ['normalCdf', Infinity, 1],
    ['normalCdf', -Infinity, 0],
    ['normalCdf', 0, 0.5],
    ['normalDensity', Infinity, 0],
    ['normalDensity', -Infinity, 0],
    ['inverseNormalCdf', 0, -Infinity],
    ['inverseNormalCdf', 1, Infinity],
    ['inverseNormalCdf', 0.5, 0],
    ['inverseNormalCdf', -0.1, Number.NaN],
    ['inverseNormalCdf', 1.1, Number.NaN],
  ]
  it.each(limitsAt)('%s(%s) is %s', (name, x, y) => {
    expect(functions[name](x)).toBe(y)
  })
})

describe('identities', () => {
  const points = Array.from({ length: 401 }, (_, i) => (i - 200) / 16)

  it('makes tanh odd to the bit', () => {
    for (const x of points) expect(tanh(-x)).toBe(-tanh(x))
  })

  it('has sigmoid(x) + sigmoid(−x) = 1 and Φ(x) + Φ(−x) = 1', () => {
    for (const x of points) {
      expect(Math.abs(sigmoid(x) + sigmoid(-x) - 1)).toBeLessThanOrEqual(2 ** -52)
      expect(Math.abs(normalCdf(x) + normalCdf(-x) - 1)).toBeLessThanOrEqual(2 ** -52)
    }
  })

  it('inverts the normal distribution', () => {
    // An error of 6 ulp of p moves x by 6 ulp · p / φ(x), and p / φ(x) ≤ 1 / |x| in the lower tail.
    for (const x of points.filter((point) => point > -37 && point < 0)) {
      const back = inverseNormalCdf(normalCdf(x))
      expect(Math.abs(back - x)).toBeLessThanOrEqual((12 / Math.max(1, -x) + 6 * -x) * 2 ** -52)
    }
  })
})
