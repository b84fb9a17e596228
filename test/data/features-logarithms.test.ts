// The logarithm and exponential of columns against values from mpmath, those of test/base/math.test.ts.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { expm1, log1p } from '../../src/data/features/logarithms.ts'

const fixture = JSON.parse(readFileSync(new URL('../fixtures/math.json', import.meta.url), 'utf8'))
const bits = new BigInt64Array(1)
const float = new Float64Array(bits.buffer)

/** The distance from |x| to the next larger float64. */
function ulp(x: number): number {
  float[0] = Math.abs(x)
  const low = float[0]
  bits[0] += 1n
  return float[0] - low
}

describe.each([
  ['log1p', log1p],
  ['expm1', expm1],
] as const)('%s of columns', (name, f) => {
  it('is within 4 ulp', () => {
    const { x, y } = fixture[name] as { x: number[]; y: number[] }
    // What has none is refused there, by NaN.
    const places = x.map((_, i) => i).filter((i) => Number.isFinite(y[i]))
    expect(places.length).toBeGreaterThan(100)
    for (const i of places) {
      expect(Math.abs(f(x[i]) - y[i]) / ulp(y[i]), `at ${x[i]}`).toBeLessThanOrEqual(4)
    }
  })

  it('is the inverse of the other', () => {
    for (let k = -60; k < 900; ++k) {
      const x = name === 'log1p' ? 2 ** k * 1.37 : Math.abs(k) / 2 + 0.1
      const back = name === 'log1p' ? expm1(f(x)) : log1p(f(x))
      // Errors of 4 ulp of a logarithm y move e^y by 4 y ulp.
      expect(Math.abs(back - x), `${x}`).toBeLessThanOrEqual(16 * (1 + Math.abs(Math.log1p(x))) * ulp(x))
    }
  })

  it('has its limits', () => {
    const at: [number, number][] =
      name === 'log1p'
        ? [[0, 0], [5e-324, 5e-324], [-1, NaN], [-2, NaN], [Infinity, NaN], [NaN, NaN]] // biome-ignore format: pairs
        : [[0, 0], [-0, -0], [5e-324, 5e-324], [-50, -1], [-Infinity, -1], [710, Infinity], [Infinity, Infinity], [NaN, NaN]] // biome-ignore format: pairs
    for (const [x, y] of at) expect(f(x)).toBe(y)
    const last = f(name === 'log1p' ? Number.MAX_VALUE : 709.78)
    expect(last / (name === 'log1p' ? Math.log(Number.MAX_VALUE) : Math.exp(709.78))).toBeCloseTo(1, 12)
  })
})
