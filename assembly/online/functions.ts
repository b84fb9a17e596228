// Elementary functions of two float64: those of src/base/math.ts, operation by operation, so that both have the same bits.

import { ACTIVATION, ALPHA, RELU, SIGMOID, TABLE, TABLE_END, TABLE_INVERSE, TABLE_SCALE, TANH } from '../abi/online'

@inline
function constant(address: usize): v128 {
  return v128.load64_splat(address)
}

const LOG2_E = memory.data<f64>([1.4426950408889634])
const LN2_HIGH = memory.data<f64>([0.6931471803691238])
const LN2_LOW = memory.data<f64>([1.9082149292705877e-10])
const ONE = memory.data<f64>([1])
const TWO = memory.data<f64>([2])
const HALF = memory.data<f64>([0.5])
const C2 = memory.data<f64>([0.5000000000000006])
const C3 = memory.data<f64>([0.16666666666666588])
const C4 = memory.data<f64>([0.04166666666657668])
const C5 = memory.data<f64>([0.008333333333389594])
const C6 = memory.data<f64>([0.0013888888931590819])
const C7 = memory.data<f64>([0.00019841269718959333])
const C8 = memory.data<f64>([2.4801505240494904e-5])
const C9 = memory.data<f64>([2.755740754380607e-6])
const C10 = memory.data<f64>([2.7626051838189003e-7])
const C11 = memory.data<f64>([2.5053788667506924e-8])
// Adding 1.5 · 2^52 leaves a whole number in the low bits; 1023 more makes those the exponent field.
const ROUND = memory.data<f64>([6755399441055744 + 1023])
// Beyond these, the float32 that is stored is 0 or ±1 in any case, and 2^n would leave the range.
const EXP_LEAST = memory.data<f64>([-700])
const EXPM1_LEAST = memory.data<f64>([-40])

/** The nearest float32 of each, in float64. */
@inline
export function rounded(x: v128): v128 {
  return f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(x))
}

@inline
function exponent(x: v128): v128 {
  return f64x2.floor(f64x2.add(f64x2.mul(x, constant(LOG2_E)), constant(HALF)))
}

/** r + r² (e^r − 1 − r) / r² = e^r − 1, with x = n ln 2 + r. */
@inline
function reduced(x: v128, n: v128): v128 {
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, constant(LN2_HIGH))), f64x2.mul(n, constant(LN2_LOW)))
  const s = f64x2.mul(r, r)
  let q = f64x2.add(constant(C10), f64x2.mul(constant(C11), r))
  q = f64x2.add(f64x2.add(constant(C8), f64x2.mul(constant(C9), r)), f64x2.mul(s, q))
  q = f64x2.add(f64x2.add(constant(C6), f64x2.mul(constant(C7), r)), f64x2.mul(s, q))
  q = f64x2.add(f64x2.add(constant(C4), f64x2.mul(constant(C5), r)), f64x2.mul(s, q))
  q = f64x2.add(f64x2.add(constant(C2), f64x2.mul(constant(C3), r)), f64x2.mul(s, q))
  return f64x2.add(r, f64x2.mul(s, q))
}

@inline
function powerOfTwo(n: v128): v128 {
  return i64x2.shl(f64x2.add(n, constant(ROUND)), 52)
}

/** 1 / (1 + e^−x) */
function sigmoid(x: v128): v128 {
  const y = f64x2.pmax(f64x2.neg(f64x2.abs(x)), constant(EXP_LEAST))
  const n = exponent(y)
  const one = constant(ONE)
  const e = f64x2.mul(f64x2.add(one, reduced(y, n)), powerOfTwo(n))
  return f64x2.div(v128.bitselect(e, one, f64x2.lt(x, f64x2.splat(0))), f64x2.add(one, e))
}

function tanh(x: v128): v128 {
  const y = f64x2.pmax(f64x2.mul(f64x2.abs(x), f64x2.neg(constant(TWO))), constant(EXPM1_LEAST))
  const n = exponent(y)
  const scale = powerOfTwo(n)
  const m = f64x2.add(f64x2.mul(scale, reduced(y, n)), f64x2.sub(scale, constant(ONE)))
  const t = f64x2.div(m, f64x2.add(constant(TWO), m))
  return v128.bitselect(x, t, f64x2.splat(-0.0))
}

const ROUND_WHOLE: f64 = 6755399441055744

/** f(z) from the table of src/brain/activation-table.ts, by the same operations. */
@inline
function byTable(head: usize, z: f64): f64 {
  const t = z * load<f64>(head, TABLE_SCALE) + ROUND_WHOLE
  const d = z - (t - ROUND_WHOLE) * load<f64>(head, TABLE_INVERSE)
  // The low half of the sum is the whole number.
  const entry = <usize>(load<u32>(head, TABLE) + ((<u32>reinterpret<i64>(t)) << 6))
  const d2 = d * d
  const square = f64x2.splat(d2)
  const low = f64x2.add(v128.load(entry), f64x2.mul(square, v128.load(entry, 16)))
  const high = f64x2.add(v128.load(entry, 32), f64x2.mul(square, v128.load(entry, 48)))
  const sums = f64x2.add(low, f64x2.mul(f64x2.splat(d2 * d2), high))
  return f64x2.extract_lane(sums, 0) + d * f64x2.extract_lane(sums, 1)
}

/** f(z) rounded to float32. */
export function activate(head: usize, z: v128): v128 {
  const activation = load<i32>(head, ACTIVATION)
  if (activation <= TANH) {
    if (i64x2.all_true(f64x2.lt(f64x2.abs(z), v128.load64_splat(head, TABLE_END)))) {
      const a = f64x2.splat(byTable(head, f64x2.extract_lane(z, 0)))
      return rounded(f64x2.replace_lane(a, 1, byTable(head, f64x2.extract_lane(z, 1))))
    }
    return far(head, z)
  }
  const negative = f64x2.lt(z, f64x2.splat(0))
  if (activation == RELU) return rounded(v128.andnot(z, negative))
  return rounded(v128.bitselect(f64x2.mul(v128.load64_splat(head, ALPHA), z), z, negative))
}

/** The same where not both are in the table. */
function far(head: usize, z: v128): v128 {
  let f = load<i32>(head, ACTIVATION) == SIGMOID ? sigmoid(z) : tanh(z)
  const end = load<f64>(head, TABLE_END)
  const z0 = f64x2.extract_lane(z, 0)
  const z1 = f64x2.extract_lane(z, 1)
  if (abs(z0) < end) f = f64x2.replace_lane(f, 0, byTable(head, z0))
  if (abs(z1) < end) f = f64x2.replace_lane(f, 1, byTable(head, z1))
  return rounded(f)
}

/** δ from the error and the activation, rounded to float32. */
@inline
export function delta(head: usize, e: v128, a: v128): v128 {
  const activation = load<i32>(head, ACTIVATION)
  const one = constant(ONE)
  if (activation == SIGMOID) return rounded(f64x2.mul(f64x2.mul(e, a), f64x2.sub(one, a)))
  if (activation == TANH) return rounded(f64x2.mul(f64x2.sub(one, f64x2.mul(a, a)), e))
  const positive = f64x2.gt(a, f64x2.splat(0))
  if (activation == RELU) return rounded(v128.and(e, positive))
  return rounded(v128.bitselect(e, f64x2.mul(v128.load64_splat(head, ALPHA), e), positive))
}
