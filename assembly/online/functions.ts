// Activations and their slopes, of four units at a time. The sigmoid and tanh come from a table (src/brain/activation-table.ts):
// every sample waits for them layer by layer, and the cubic of the nearest entry takes half the time of exp and a division.

import {
  ACTIVATION, ALPHA, RELU, SIGMOID, TABLE, TABLE_END, TABLE_INVERSE, TABLE_SCALE, TANH,
} from '../abi/online/map'
import { sigmoid, tanh } from '../base/math'
import { constant, madd } from '../base/simd'

/** c − a · b, in two roundings: this binary has no relaxed SIMD. */
@inline
function nmadd(a: v128, b: v128, c: v128): v128 {
  return f32x4.sub(c, f32x4.mul(a, b))
}

const ONE = memory.data<f32>([1])
// Adding 1.5 · 2^23 rounds to the nearest whole number and leaves it in the low bits.
const ROUND = memory.data<f32>([12582912])
// Its bits, times the 16 bytes of an entry.
const ROUND_BITS: u32 = 0x4b400000 << 4

/** f(z) within the table. */
@inline
function near(head: usize, z: v128): v128 {
  const t = madd(z, v128.load32_splat(head, TABLE_SCALE), constant(ROUND))
  const d = nmadd(f32x4.sub(t, constant(ROUND)), v128.load32_splat(head, TABLE_INVERSE), z)
  const entries = i32x4.shl(t, 4)
  const table = load<u32>(head, TABLE) - ROUND_BITS
  const e0 = v128.load(<usize>(table + <u32>i32x4.extract_lane(entries, 0)))
  const e1 = v128.load(<usize>(table + <u32>i32x4.extract_lane(entries, 1)))
  const e2 = v128.load(<usize>(table + <u32>i32x4.extract_lane(entries, 2)))
  const e3 = v128.load(<usize>(table + <u32>i32x4.extract_lane(entries, 3)))
  const low01 = v128.shuffle<f32>(e0, e1, 0, 4, 1, 5)
  const low23 = v128.shuffle<f32>(e2, e3, 0, 4, 1, 5)
  const high01 = v128.shuffle<f32>(e0, e1, 2, 6, 3, 7)
  const high23 = v128.shuffle<f32>(e2, e3, 2, 6, 3, 7)
  const c0 = v128.shuffle<f64>(low01, low23, 0, 2)
  const c1 = v128.shuffle<f64>(low01, low23, 1, 3)
  const c2 = v128.shuffle<f64>(high01, high23, 0, 2)
  const c3 = v128.shuffle<f64>(high01, high23, 1, 3)
  return madd(f32x4.mul(d, d), madd(d, c3, c2), madd(d, c1, c0))
}

/** f(z) where not all are in the table. */
function far(head: usize, z: v128, inside: v128): v128 {
  const beyond = load<i32>(head, ACTIVATION) == SIGMOID ? sigmoid(z) : tanh(z)
  return v128.bitselect(near(head, v128.and(z, inside)), beyond, inside)
}

/** f(z) */
export function activate(head: usize, z: v128): v128 {
  const activation = load<i32>(head, ACTIVATION)
  if (activation <= TANH) {
    const inside = f32x4.lt(f32x4.abs(z), v128.load32_splat(head, TABLE_END))
    return i32x4.all_true(inside) ? near(head, z) : far(head, z, inside)
  }
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
