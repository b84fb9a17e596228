// The hinge losses of one row: nothing to pay once the right side is ahead by 1. f' is read from `from`: a, or the stored
// slope.

import { loadLanes, storeLanes } from '../../base/simd'
import { derive } from '../activation'
import { firstLanes, sumLanes } from './lanes'

/**
 * Σ max(0, 1 − s a), with s = 1 where y is above 0 and −1 elsewhere, so that targets may be 0 and 1, or −1 and 1.
 * δ = −s ⊙ f'(z), and 0 where s a ≥ 1.
 */
export function hingeRow(a: usize, from: usize, y: usize, delta: usize, n: i32, activation: i32): f32 {
  const zero = f32x4.splat(0)
  const one = f32x4.splat(1)
  let sum = zero
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const at = (<usize>j) << 2
    const side = v128.bitselect(one, f32x4.splat(-1), f32x4.gt(loadLanes(y + at, lanes), zero))
    let value = f32x4.pmax(f32x4.sub(one, f32x4.mul(side, loadLanes(a + at, lanes))), zero)
    if (lanes < 4) value = v128.and(value, firstLanes(lanes))
    sum = f32x4.add(sum, value)
    if (delta) {
      const slope = v128.and(f32x4.neg(side), f32x4.ne(value, zero))
      storeLanes(delta + at, slope, lanes)
    }
  }
  if (delta) derive(activation, from, delta, n)
  return sumLanes(sum)
}

/**
 * max(0, 1 + max (1 − y) a − Σ y a): for a class, 1 plus the largest other output (at least 0), minus its own.
 * δ = (the gradient of that) ⊙ f'(z), all 0 where it is 0. Of equal outputs the first counts as the largest.
 */
export function categoricalHingeRow(
  a: usize, from: usize, y: usize, delta: usize, n: i32, activation: i32,
): f32 {
  let own = f32x4.splat(0)
  for (let j = 0; j < n; j += 4) {
    const at = (<usize>j) << 2
    own = f32x4.add(own, f32x4.mul(loadLanes(a + at, n - j), loadLanes(y + at, n - j)))
  }
  let rival = 0
  let other: f32 = (<f32>1 - load<f32>(y)) * load<f32>(a)
  for (let j = 1; j < n; ++j) {
    const at = (<usize>j) << 2
    const score: f32 = (<f32>1 - load<f32>(y + at)) * load<f32>(a + at)
    if (score > other) {
      other = score
      rival = j
    }
  }
  const value = max<f32>(1 + other - sumLanes(own), 0)
  if (delta) {
    const owes = v128.splat<f32>(value == 0 ? 0 : 1)
    for (let j = 0; j < n; j += 4) {
      const lanes = n - j
      const at = (<usize>j) << 2
      const target = loadLanes(y + at, lanes)
      const isRival = i32x4.eq(i32x4.add(i32x4.splat(j), i32x4(0, 1, 2, 3)), i32x4.splat(rival))
      const gain = v128.and(f32x4.sub(f32x4.splat(1), target), isRival)
      const slope = f32x4.mul(f32x4.sub(gain, target), owes)
      storeLanes(delta + at, slope, lanes)
    }
    derive(activation, from, delta, n)
  }
  return value
}
