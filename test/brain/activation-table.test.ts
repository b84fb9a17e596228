// The sigmoid and tanh of nabla/brain against those of src/base/math.ts, which have tests against 45 digits.

import { describe, expect, it } from 'vitest'
import { sigmoid, tanh } from '../../src/base/math.ts'
import { PhiloxStream } from '../../src/base/random.ts'
import { activationTables, byTable } from '../../src/brain/activation-table.ts'

describe.each([
  ['sigmoid', sigmoid, 18.75, 3],
  ['tanh', tanh, 9.375, 8],
] as const)('the table of %s', (name, f, end, ulps) => {
  const g = byTable(activationTables()[name])

  it('is within some ulp, near 0 and in the middle between two entries too', () => {
    const random = new PhiloxStream(1, 9)
    const values = [0, 1e-300, 1e-9, end - 1e-9, end]
    for (let i = 0; i < 60_000; ++i) values.push(end * random.uniform())
    for (let n = 0; n < 32 * end; ++n) values.push((n + 0.5) / 32, (n + 0.5) / 32 - 1e-12, n / 32)
    let largest = 0
    for (const z of values.flatMap((value) => [value, -value])) {
      const expected = f(z)
      const error = Math.abs(g(z) - expected)
      if (error > 0) largest = Math.max(largest, error / Math.abs(expected))
    }
    expect(largest).toBeLessThan(ulps * 2 ** -52)
    expect(largest).toBeGreaterThan(0)
  })

  it('has its limits beyond', () => {
    for (const z of [end, 20, 100, 800, Infinity]) {
      expect([g(z), g(-z)]).toEqual([f(z), f(-z)])
      expect(Math.fround(g(z))).toBe(1)
    }
    expect(g(NaN)).toBe(NaN)
  })
})
