// Sums over long vectors, in float64 and always in the same order, in slices that leave the event loop free.

import type { Floats } from '../base/floats.ts'
import { type Slices, VALUES_AT_ONCE } from '../base/pace.ts'

/** Calls `work` with one range of [0, n) after the other, and may pause between them. */
export function* inRanges(n: number, work: (from: number, to: number) => void): Slices<void> {
  for (let from = 0; from < n; from += VALUES_AT_ONCE) {
    work(from, Math.min(from + VALUES_AT_ONCE, n))
    yield
  }
}

/** Σ aᵢ bᵢ. */
export function* dot(a: Floats, b: Floats): Slices<number> {
  // Four sums: one addition need not wait for the one before.
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0]
  yield* inRanges(a.length, (from, to) => {
    let i = from
    for (; i + 3 < to; i += 4) {
      sum0 += a[i] * b[i]
      sum1 += a[i + 1] * b[i + 1]
      sum2 += a[i + 2] * b[i + 2]
      sum3 += a[i + 3] * b[i + 3]
    }
    for (; i < to; ++i) sum0 += a[i] * b[i]
  })
  return sum0 + sum1 + (sum2 + sum3)
}

/** b += factor · a. */
export function* addTo(b: Float64Array, factor: number, a: Floats): Slices<void> {
  yield* inRanges(b.length, (from, to) => {
    for (let i = from; i < to; ++i) b[i] += factor * a[i]
  })
}

/** b = factor · a. */
export function* setTo(b: Float64Array, factor: number, a: Floats): Slices<void> {
  yield* inRanges(b.length, (from, to) => {
    for (let i = from; i < to; ++i) b[i] = factor * a[i]
  })
}

/** The largest |aᵢ|. */
export function* largestOf(a: Floats): Slices<number> {
  let largest = 0
  yield* inRanges(a.length, (from, to) => {
    for (let i = from; i < to; ++i) largest = Math.max(largest, Math.abs(a[i]))
  })
  return largest
}
