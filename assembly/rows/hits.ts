// Whether the outputs of one row are right.

import * as Hits from '../abi/hits'
import { loadLanes } from '../base/simd'
import { sumLanes } from './losses/lanes'

/** The first of the largest of n floats. */
function argmax(ptr: usize, n: i32): i32 {
  let best = 0
  let largest = load<f32>(ptr)
  for (let j = 1; j < n; ++j) {
    const value = load<f32>(ptr + ((<usize>j) << 2))
    if (value > largest) {
      largest = value
      best = j
    }
  }
  return best
}

/** True if n floats are finite, and so are their differences from `from`. */
function isWithinReach(ptr: usize, n: i32, from: f32): bool {
  const origin = f32x4.splat(from)
  let sum = f32x4.splat(0)
  for (let j = 0; j < n; j += 4) {
    const distance = f32x4.sub(loadLanes(ptr + ((<usize>j) << 2), n - j), origin)
    // Any number times 0 is 0, except NaN and ±∞.
    sum = f32x4.add(sum, f32x4.mul(distance, f32x4.splat(0)))
  }
  return sumLanes(sum) == 0
}

/**
 * 1 where the row is right and 0 where it is wrong, or, in mode THRESHOLD, the share of its outputs that are on
 * their target's side of `threshold`. out is z for the fused losses (a ≥ ½ where z ≥ 0; a and z have the same largest
 * element). An output that is NaN or infinite is never right, nor is a row that has one in the other mode: where the loss is NaN
 * the accuracy is below 1.
 */
export function hitsRow(out: usize, y: usize, n: i32, mode: i32, threshold: f32): f32 {
  if (mode == Hits.ARGMAX) {
    const best = argmax(out, n)
    if (best != argmax(y, n)) return 0
    return isWithinReach(out, n, load<f32>(out + ((<usize>best) << 2))) ? 1 : 0
  }
  if (mode != Hits.THRESHOLD) unreachable()
  let right = 0
  for (let j = 0; j < n; ++j) {
    const at = (<usize>j) << 2
    const value = load<f32>(out + at)
    if (abs(value) < Infinity && value >= threshold == load<f32>(y + at) >= 0.5) right += 1
  }
  return <f32>right / <f32>n
}
