// Elementary functions of four floats. Every constant was fitted for this file by weighted Remez exchange in 45-digit
// arithmetic (E. Remez 1934; J.-M. Muller, Elementary Functions, ch. 3), rounding one coefficient to float32 at a time
// and refitting the rest. Only IEEE operations are used, so the simd build gives the same bits on every engine; the
// relaxed build rounds a · b + c once where the machine can.
//
// NaN propagates: pmin and pmax return their first operand when the second is NaN or the first is, so a clamp is
// always written pmin(x, bound). Results of exp below 2^−125.5 are 0, which keeps subnormals out of the hot loops.
//
// Each error below is the largest that scripts/measure-ulp.mjs --all found over all float32 inputs in the simd build,
// and in the relaxed build where the machine fuses (x86-64, Node 20), among results above 2^−125.

import { constant, madd } from './simd'

const HALF = memory.data<f32>([0.5])
const MINUS_HALF = memory.data<f32>([-0.5])
export const ONE = memory.data<f32>([1])
const TWO = memory.data<f32>([2])
const LOG2_E = memory.data<f32>([1.4426950216293335])
// ln 2 = 22713 / 2^15 + rest: n · LN2_HIGH is exact for |n| < 2^9.
const LN2_HIGH = memory.data<f32>([0.693145751953125])
const LN2_LOW = memory.data<f32>([1.4286067653302e-6])
// Adding 1.5 · 2^23 rounds to the nearest integer n and leaves it in the low bits; 126 more makes those bits the
// exponent field of 2^(n − 1).
const ROUND = memory.data<f32>([12582912 + 126])
// The same for 2^n.
const ROUND_WHOLE = memory.data<f32>([12582912 + 127])
// e^x is 0 below and ∞ above; e^x − 1 is −1 below.
const EXP_LEAST = memory.data<f32>([-87.5])
const EXP_MOST = memory.data<f32>([89])
const EXPM1_LEAST = memory.data<f32>([-25])

// (e^r − 1 − r) / r² for |r| ≤ ½ ln 2: error 2^−26 of e^r − 1.
const E2 = memory.data<f32>([0.4999999701976776])
const E3 = memory.data<f32>([0.16666539013385773])
const E4 = memory.data<f32>([0.04166774824261665])
const E5 = memory.data<f32>([0.008367087692022324])
const E6 = memory.data<f32>([0.0013837863225489855])
const TWICE_E2 = memory.data<f32>([2 * 0.4999999701976776])
const TWICE_E3 = memory.data<f32>([2 * 0.16666539013385773])
const TWICE_E4 = memory.data<f32>([2 * 0.04166774824261665])
const TWICE_E5 = memory.data<f32>([2 * 0.008367087692022324])
const TWICE_E6 = memory.data<f32>([2 * 0.0013837863225489855])

/** (e^r − 1 − r) / r². */
@inline
function expSeries(r: v128): v128 {
  let q = madd(constant(E6), r, constant(E5))
  q = madd(q, r, constant(E4))
  q = madd(q, r, constant(E3))
  return madd(q, r, constant(E2))
}

/** x − n ln 2, from −n: the one operation that the two builds have is a product added. */
@inline
function reduce(x: v128, minusN: v128): v128 {
  return madd(minusN, constant(LN2_LOW), madd(minusN, constant(LN2_HIGH), x))
}

/** 2 e^r. The factor 2 is part of the coefficients: see expCapped. */
@inline
function twiceExpSeries(r: v128): v128 {
  let q = madd(constant(TWICE_E6), r, constant(TWICE_E5))
  q = madd(q, r, constant(TWICE_E4))
  q = madd(q, r, constant(TWICE_E3))
  q = madd(q, r, constant(TWICE_E2))
  q = madd(q, r, constant(TWO))
  return madd(q, r, constant(TWO))
}

/**
 * e^x for x ≤ 89. With x = n ln 2 + r the result is 2e^r · 2^(n − 1), so that every exponent from the largest float's
 * (n = 128) down is a normal power of two; the next one below has the bits of 0, which is the flush.
 */
@inline
function expCapped(x: v128): v128 {
  x = f32x4.pmax(x, constant(EXP_LEAST))
  const t = madd(x, constant(LOG2_E), constant(ROUND))
  const minusN = f32x4.sub(constant(ROUND), t)
  return f32x4.mul(twiceExpSeries(reduce(x, minusN)), i32x4.shl(t, 23))
}

/** e^x, to 1.2 ulp (relaxed 0.9). +∞ above 88.72, 0 below −86.99. */
@inline
export function exp(x: v128): v128 {
  return expCapped(f32x4.pmin(x, constant(EXP_MOST)))
}

/** e^x − 1 for x ≤ 0, to 1.0 ulp, near 0 too: what elu and tanh need. */
@inline
export function expm1Negative(x: v128): v128 {
  x = f32x4.pmax(x, constant(EXPM1_LEAST))
  const t = madd(x, constant(LOG2_E), constant(ROUND_WHOLE))
  const r = reduce(x, f32x4.sub(constant(ROUND_WHOLE), t))
  const scale = i32x4.shl(t, 23)
  const p = madd(f32x4.mul(r, r), expSeries(r), r)
  return madd(scale, p, f32x4.sub(scale, constant(ONE)))
}

// (log(1 + f) − f + ½f²) / f³ for −¼ ≤ f ≤ ½: error 2^−27 of log(1 + f).
const L3 = memory.data<f32>([0.3333345055580139])
const L4 = memory.data<f32>([-0.25000104308128357])
const L5 = memory.data<f32>([0.19990800321102142])
const L6 = memory.data<f32>([-0.16646866500377655])
const L7 = memory.data<f32>([0.1447841078042984])
const L8 = memory.data<f32>([-0.13166038691997528])
const L9 = memory.data<f32>([0.1047363355755806])
const L10 = memory.data<f32>([-0.04514254629611969])

/** log(1 + f) + high + low, the large part added last. */
@inline
function logSeries(f: v128, high: v128, low: v128): v128 {
  let p = madd(constant(L10), f, constant(L9))
  p = madd(p, f, constant(L8))
  p = madd(p, f, constant(L7))
  p = madd(p, f, constant(L6))
  p = madd(p, f, constant(L5))
  p = madd(p, f, constant(L4))
  p = madd(p, f, constant(L3))
  const square = f32x4.mul(f, f)
  const y = madd(constant(MINUS_HALF), square, madd(f32x4.mul(p, f), square, low))
  return f32x4.add(high, f32x4.add(f, y))
}

/** log's values where its argument u is not a positive finite number, y elsewhere; x is what an infinite u gives. */
@inline
function logLimits(u: v128, x: v128, y: v128): v128 {
  const zero = f32x4.splat(0)
  y = v128.bitselect(y, x, f32x4.lt(u, f32x4.splat(Infinity)))
  y = v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(u, zero))
  return v128.or(y, f32x4.lt(u, zero))
}

/** log x, to 0.9 ulp. −∞ at 0, NaN below; subnormal arguments are not flushed. */
@inline
export function log(x: v128): v128 {
  // Subnormals are scaled by 2^23 first.
  const small = f32x4.lt(x, f32x4.splat(1.1754943508222875e-38))
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, small)
  // x = 2^e · (1 + f) with 1 + f in [¾, 1½).
  const exponent = i32x4.shr_s(i32x4.sub(scaled, i32x4.splat(0x3f400000)), 23)
  const f = f32x4.sub(i32x4.sub(scaled, i32x4.shl(exponent, 23)), constant(ONE))
  const e = f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(small, f32x4.splat(23)))
  const y = logSeries(f, f32x4.mul(e, constant(LN2_HIGH)), f32x4.mul(e, constant(LN2_LOW)))
  return logLimits(x, x, y)
}

/** log(1 + x) for 0 ≤ x ≤ 1, to 0.9 ulp: what softplus and the fused losses need. */
@inline
export function log1pUnit(x: v128): v128 {
  const upper = f32x4.ge(x, constant(HALF))
  const f = v128.bitselect(f32x4.mul(f32x4.sub(x, constant(ONE)), constant(HALF)), x, upper)
  return logSeries(f, v128.and(upper, constant(LN2_HIGH)), v128.and(upper, constant(LN2_LOW)))
}

const SIGN = memory.data<f32>([-0.0])
const MINUS_TWO = memory.data<f32>([-2])

/** tanh x, to 2.5 ulp: −m / (2 + m) with m = e^(−2|x|) − 1, and the sign of x. */
@inline
export function tanh(x: v128): v128 {
  const sign = constant(SIGN)
  const m = expm1Negative(f32x4.mul(f32x4.abs(x), constant(MINUS_TWO)))
  const y = f32x4.div(m, f32x4.add(m, constant(TWO)))
  return v128.bitselect(x, y, sign)
}

/** e^−|x|: shared by sigmoid, softplus and their derivatives. */
@inline
export function expMinusAbs(x: v128): v128 {
  return expCapped(f32x4.neg(f32x4.abs(x)))
}

/** sigmoid x from e = e^−|x|: 1 / (1 + e) or, below 0, e / (1 + e). */
@inline
export function sigmoidFrom(x: v128, e: v128): v128 {
  const one = constant(ONE)
  return f32x4.div(v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0))), f32x4.add(one, e))
}

/** 1 / (1 + e^−x), to 2.4 ulp. */
@inline
export function sigmoid(x: v128): v128 {
  return sigmoidFrom(x, expMinusAbs(x))
}

/** softplus x from e = e^−|x|: max(x, 0) + log(1 + e). */
@inline
export function softplusFrom(x: v128, e: v128): v128 {
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1pUnit(e))
}

/** log(1 + e^x), to 1.8 ulp (relaxed 1.7). */
@inline
export function softplus(x: v128): v128 {
  return softplusFrom(x, expMinusAbs(x))
}

// Φ(−x) e^(x²/2) for 0 ≤ x ≤ 13.3 as the ratio of a quartic and a quintic, all of whose coefficients are positive, so
// that nothing cancels: error 2^−26.7. Fitted by iterated least squares with Lawson's weights (C. L. Lawson 1961).
const N0 = memory.data<f32>([0.5])
const N1 = memory.data<f32>([0.43500155210494995])
const N2 = memory.data<f32>([0.1807776689529419])
const N3 = memory.data<f32>([0.03979942947626114])
const N4 = memory.data<f32>([0.003990851808339357])
const D1 = memory.data<f32>([1.6678879261016846])
const D2 = memory.data<f32>([1.1923339366912842])
const D3 = memory.data<f32>([0.4629777669906616])
const D4 = memory.data<f32>([0.09976990520954132])
const D5 = memory.data<f32>([0.010003435425460339])
// Above 13.2 e^(−x²/2) is flushed to 0.
const GAUSSIAN_LIMIT = memory.data<f32>([13.2])
// The upper 12 bits of a significand, with its sign and exponent.
const HIGH_BITS = memory.data<u32>([0xfffff000])
const INVERSE_SQRT_2PI = memory.data<f32>([0.3989422804014327])

/** e^(−x²/2), to 1.4 ulp (relaxed 1.1) in the tail too: shared by Φ and its density. 0 beyond ±13.2. */
@inline
export function gaussian(x: v128): v128 {
  x = f32x4.pmin(f32x4.abs(x), constant(GAUSSIAN_LIMIT))
  // x²/2 = high²/2 + (x − high)(x + high)/2, where high has 12 bits and so an exact square.
  const high = v128.and(x, constant(HIGH_BITS))
  const y = f32x4.mul(f32x4.mul(high, high), constant(MINUS_HALF))
  const rest = f32x4.mul(f32x4.mul(f32x4.sub(high, x), constant(HALF)), f32x4.add(x, high))
  const t = madd(f32x4.add(y, rest), constant(LOG2_E), constant(ROUND))
  const minusN = f32x4.sub(constant(ROUND), t)
  return f32x4.mul(twiceExpSeries(f32x4.add(reduce(y, minusN), rest)), i32x4.shl(t, 23))
}

/** Φ(−|x|) from g = gaussian(x). */
@inline
export function normalTailFrom(x: v128, g: v128): v128 {
  x = f32x4.pmin(f32x4.abs(x), constant(GAUSSIAN_LIMIT))
  let p = madd(constant(N4), x, constant(N3))
  p = madd(p, x, constant(N2))
  p = madd(p, x, constant(N1))
  p = madd(p, x, constant(N0))
  let q = madd(constant(D5), x, constant(D4))
  q = madd(q, x, constant(D3))
  q = madd(q, x, constant(D2))
  q = madd(q, x, constant(D1))
  q = madd(q, x, constant(ONE))
  return f32x4.mul(f32x4.div(p, q), g)
}

/** Φ(x), the standard normal distribution function, from g = gaussian(x). */
@inline
export function normalCdfFrom(x: v128, g: v128): v128 {
  const tail = normalTailFrom(x, g)
  return v128.bitselect(tail, f32x4.sub(constant(ONE), tail), f32x4.lt(x, f32x4.splat(0)))
}

/** Φ(x): 1.9 ulp for x ≥ 0, 6.3 down to −8, 7.4 below (relaxed 6.1). */
@inline
export function normalCdf(x: v128): v128 {
  return normalCdfFrom(x, gaussian(x))
}

/** φ(x) = e^(−x²/2) / √(2π) from g = gaussian(x). */
@inline
export function normalDensityFrom(g: v128): v128 {
  return f32x4.mul(g, constant(INVERSE_SQRT_2PI))
}

/** log x of one float: lane 0 of log. */
@inline
export function logScalar(x: f32): f32 {
  return f32x4.extract_lane(log(f32x4.splat(x)), 0)
}
