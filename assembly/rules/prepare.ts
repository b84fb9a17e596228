// What becomes of the gradient before the rule has it: penalties are added to it, and it is clipped.

import { madd } from '../base/simd'
import { Update } from './update'

/** g += λ₁ sign w + 2 λ₂ w for n weights, in fours; sign 0 = 0, so that padding stays zero. */
export function penalize(w: usize, g: usize, n: i32, l1: f32, twiceL2: f32): void {
  const size = f32x4.splat(l1)
  const factor = f32x4.splat(twiceL2)
  const signBit = i32x4.splat(i32.MIN_VALUE)
  const zero = f32x4.splat(0)
  const end = w + ((<usize>n) << 2)
  for (; w < end; w += 16, g += 16) {
    const weight = v128.load(w)
    const signed = v128.or(size, v128.and(weight, signBit))
    const pull = v128.and(signed, f32x4.ne(weight, zero))
    v128.store(g, f32x4.add(madd(factor, weight, v128.load(g)), pull))
  }
}

/** Each of n elements into [−limit, limit]; NaN stays. */
function clamp(g: usize, n: i32, limit: f32): void {
  const most = f32x4.splat(limit)
  const least = f32x4.splat(-limit)
  const end = g + ((<usize>n) << 2)
  for (; g < end; g += 16) v128.store(g, f32x4.max(least, f32x4.min(most, v128.load(g))))
}

function scale(g: usize, n: i32, factor: f32): void {
  const f = f32x4.splat(factor)
  const end = g + ((<usize>n) << 2)
  for (; g < end; g += 16) v128.store(g, f32x4.mul(f, v128.load(g)))
}

/** The gradient g of n parameters at w, in fours, as the rule is to have it. */
export function prepare(update: Update, w: usize, g: usize, n: i32): void {
  if (update.l1 != 0 || update.twiceL2 != 0) penalize(w, g, n, update.l1, update.twiceL2)
  if (update.limit != 0) clamp(g, n, update.limit)
  // NaN too: a norm that is not finite must not go unseen.
  if (update.scale != 1) scale(g, n, update.scale)
}
