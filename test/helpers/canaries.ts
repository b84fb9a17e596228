// What a kernel must leave alone, and what it must come close to.

import { expect } from 'vitest'
import type { Floats } from '../../src/base/floats.ts'

/** Canaries in [begin, end) of an arena. */
export function canaries(floats: Floats, begin: number, end: number, canary: number) {
  const fill = () => {
    floats.fill(canary, begin, end)
  }
  /** Everything but the n elements from each start is still the canary. Overwrites those. */
  function expectLeft(...written: readonly (readonly [start: number, n: number])[]): void {
    for (const [start, n] of written) floats.fill(canary, start, start + n)
    for (let i = begin; i < end; ++i) if (floats[i] !== canary) expect.fail(`element ${i} was written to`)
  }
  return { fill, expectLeft }
}

export const exactly = () => 0

/** |floats[start + i] − expected(i)| ≤ tolerance(i) for n elements. */
export function expectClose(
  floats: Floats,
  start: number,
  n: number,
  expected: (i: number) => number,
  tolerance: (i: number) => number,
): void {
  for (let i = 0; i < n; ++i) {
    const found = floats[start + i]
    const wanted = expected(i)
    // An assertion for each of a million elements would take minutes.
    if (Math.abs(found - wanted) <= tolerance(i)) continue
    expect(found, `element ${i} of ${n}, within ${tolerance(i)}`).toBe(wanted)
  }
}
