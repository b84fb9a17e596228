// The tables that the kernels of assembly/online/ take the sigmoid and tanh from.

import { describe, expect, it } from 'vitest'
import { TABLE_ENTRIES, TERMS } from '../../assembly/abi/online/map.ts'
import { sigmoid, tanh } from '../../src/base/math.ts'
import { activationTable } from '../../src/brain/activation-table.ts'

describe.each([
  ['sigmoid', sigmoid],
  ['tanh', tanh],
] as const)('the table of %s', (name, f) => {
  const { terms, low, high, scale } = activationTable(name)
  const entries = terms.length / TERMS

  it('has polynomials that are right half-way to the next entry, from end to end', () => {
    let largest = 0
    // The first one of the sigmoid is 0.
    for (let n = name === 'sigmoid' ? 1 : 0; n < entries; ++n) {
      for (const d of [-0.5 / scale, -0.2 / scale, 0.5 / scale]) {
        const [c0, c1, c2, c3] = terms.subarray(TERMS * n)
        const expected = f(low + n / scale + d)
        largest = Math.max(
          largest,
          Math.abs(c0 + d * (c1 + d * (c2 + d * c3)) - expected) / Math.abs(expected),
        )
      }
    }
    // One ulp of float32, most of it the rounding of the terms.
    expect(largest).toBeLessThan(2 ** -23)
    expect(largest).toBeGreaterThan(2 ** -26)
  })

  it('has a place for each entry, and steps that float32 adds exactly', () => {
    expect(entries).toBe((high - low) * scale + 1)
    expect(entries).toBeLessThanOrEqual(TABLE_ENTRIES)
    expect(Math.log2(scale) % 1).toBe(0)
  })

  it('ends where float32 hardly tells f(z) from its limit', () => {
    expect(1 - f(high)).toBeLessThan(2 ** -23)
    if (name === 'tanh') expect(1 + f(low)).toBeLessThan(2 ** -23)
    else expect(f(low)).toBeLessThan(3e-14)
    if (name === 'sigmoid') expect([...terms.subarray(0, TERMS)]).toEqual([0, 0, 0, 0])
  })
})
