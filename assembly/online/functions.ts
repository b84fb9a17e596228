// Activations and their slopes, of four units at a time. The sigmoid and tanh come from a table (src/brain/activation-table.ts):
// every sample waits for them layer by layer, and the cubic of the nearest entry takes half the time of exp and a division.

import {
  ACTIVATION, ALPHA, RELU, SIGMOID, TABLE, TABLE_HIGH, TABLE_LOW, TABLE_ROUND, TANH,
} from '../abi/online/map'
import { constant, madd } from '../base/simd'

export const ONE = memory.data<f32>([1])

/** z where the table has it. NaN stays NaN, and the entry of its bits is one of the table too. */
@inline
export function clamp(head: usize, z: v128): v128 {
  return f32x4.pmin(f32x4.pmax(z, v128.load32_splat(head, TABLE_LOW)), v128.load32_splat(head, TABLE_HIGH))
}

/** z rounded to an entry, plus a number that leaves that of the entry in the low bits. */
@inline
export function rounded(head: usize, z: v128): v128 {
  return f32x4.add(z, v128.load32_splat(head, TABLE_ROUND))
}

/** From the entry to z. */
@inline
export function distance(head: usize, z: v128, t: v128): v128 {
  return f32x4.sub(z, f32x4.sub(t, v128.load32_splat(head, TABLE_ROUND)))
}

/** Bytes from the first entry to those of t: their numbers, which have 10 bits, times 16. */
@inline
export function offsets(t: v128): v128 {
  return i32x4.shr_u(i32x4.shl(t, 22), 18)
}

/** The powers of d are there before the terms are. */
@inline
function polynomial(d: v128, c0: v128, c1: v128, c2: v128, c3: v128): v128 {
  const square = f32x4.mul(d, d)
  return f32x4.add(madd(d, c1, c0), madd(f32x4.mul(square, d), c3, f32x4.mul(square, c2)))
}

/** f at the distance d from the one entry that is so many bytes from the first. */
@inline
export function at(offset: usize, d: v128): v128 {
  return polynomial(
    d,
    v128.load32_splat(offset, TABLE),
    v128.load32_splat(offset, TABLE + 4),
    v128.load32_splat(offset, TABLE + 8),
    v128.load32_splat(offset, TABLE + 12),
  )
}

/**
 * f(z) by the table. Each shuffle is one that V8 makes of shufps: those of integers take two cycles more between operations on
 * floats.
 */
@inline
function lookUp(head: usize, z: v128): v128 {
  z = clamp(head, z)
  const t = rounded(head, z)
  const all = offsets(t)
  const e0 = v128.load(<usize>i32x4.extract_lane(all, 0), TABLE)
  const e1 = v128.load(<usize>i32x4.extract_lane(all, 1), TABLE)
  const e2 = v128.load(<usize>i32x4.extract_lane(all, 2), TABLE)
  const e3 = v128.load(<usize>i32x4.extract_lane(all, 3), TABLE)
  const even01 = v128.shuffle<f32>(e0, e1, 0, 2, 4, 6)
  const even23 = v128.shuffle<f32>(e2, e3, 0, 2, 4, 6)
  const odd01 = v128.shuffle<f32>(e0, e1, 1, 3, 5, 7)
  const odd23 = v128.shuffle<f32>(e2, e3, 1, 3, 5, 7)
  return polynomial(
    distance(head, z, t),
    v128.shuffle<f32>(even01, even23, 0, 2, 4, 6),
    v128.shuffle<f32>(odd01, odd23, 0, 2, 4, 6),
    v128.shuffle<f32>(even01, even23, 1, 3, 5, 7),
    v128.shuffle<f32>(odd01, odd23, 1, 3, 5, 7),
  )
}

/** f(z) */
export function activate(head: usize, z: v128): v128 {
  const activation = load<i32>(head, ACTIVATION)
  if (activation <= TANH) return lookUp(head, z)
  const negative = f32x4.lt(z, f32x4.splat(0))
  if (activation == RELU) return v128.andnot(z, negative)
  return v128.bitselect(f32x4.mul(v128.load32_splat(head, ALPHA), z), z, negative)
}

/** δ from the error and the activation. */
@inline
export function delta(head: usize, e: v128, a: v128): v128 {
  const activation = load<i32>(head, ACTIVATION)
  if (activation == SIGMOID) return f32x4.mul(f32x4.mul(e, a), f32x4.sub(constant(ONE), a))
  // 1 − a² where a is close to ±1 is as exact as a, which a² rounded to float32 is not.
  if (activation == TANH) {
    return f32x4.mul(e, f32x4.mul(f32x4.sub(constant(ONE), a), f32x4.add(constant(ONE), a)))
  }
  const positive = f32x4.gt(a, f32x4.splat(0))
  if (activation == RELU) return v128.and(e, positive)
  return v128.bitselect(e, f32x4.mul(v128.load32_splat(head, ALPHA), e), positive)
}

/** The sums of the lanes of four vectors. */
@inline
export function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7))
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7))
  return f32x4.add(v128.shuffle<f64>(ab, cd, 0, 2), v128.shuffle<f64>(ab, cd, 1, 3))
}
