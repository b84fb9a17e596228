// The scans of assembly/data/scan.ts in plain JavaScript.

import type { Floats } from '../../base/floats.ts'

/** How many of n numbers are not ±0; −1 where one is not finite. */
export function countNonzeros(floats: Floats, x: number, n: number): number {
  let count = 0
  for (let i = x; i < x + n; ++i) {
    if (!Number.isFinite(floats[i])) return -1
    if (floats[i] !== 0) count += 1
  }
  return count
}

// The word of assembly/data/scan.ts.
const SALT = 0x2545f491

/** A number that changes where the n words from `x` on do: mixed as in assembly/data/scan.ts, but one word at a time. */
export function checksum(ints: Int32Array, x: number, n: number): number {
  let sum = n
  for (let i = x; i < x + n; ++i) sum = (((sum << 5) | (sum >>> 27)) + (ints[i] ^ SALT)) | 0
  return sum
}
