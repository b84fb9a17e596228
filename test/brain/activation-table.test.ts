// The tables that the kernels of assembly/online/ take the sigmoid and tanh from.

import { describe, expect, it } from 'vitest'
import { TABLE_ENTRIES, TERMS } from '../../assembly/abi/online/map.ts'
import { sigmoid, tanh } from '../../src/base/math.ts'
import { activationTables } from '../../src/brain/activation-table.ts'

describe.each([
  ['sigmoid', sigmoid],
  ['tanh', tanh],
] as const)('the table of %s', (name, f) => {
  const { terms, scale } = activationTables()[name]

  it('has polynomials that are right half-way to the next entry, from end to end', () => {
    let largest = 0
    for (let n = -TABLE_ENTRIES; n <= TABLE_ENTRIES; ++n) {
      for (const d of [-0.5 / scale, -0.2 / scale, 0.5 / scale]) {
        const [c0, c1, c2, c3] = terms.subarray(TERMS * (n + TABLE_ENTRIES))
        const expected = f(n / scale + d)
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

  it('ends where float32 hardly tells f(z) from its limit', () => {
    expect(1 - f(TABLE_ENTRIES / scale)).toBeLessThan(2 ** -23)
  })
})
