// Losses of one row by the distance of a from y, other than its square: meanAbsoluteError, huber and logCosh. Their δ is
// that of the distance ⊙ f'(z), with f' read from `from`: a, or the stored slope; in a pass of its own,
// because in these loops the code for every activation would be there once for each loss.

import * as Losses from '../../abi/losses'
import { loadLanes, storeLanes } from '../../base/simd'
import { derive } from '../activation'
import { expMinusAbs, log1pUnit, tanh } from './called'
import { sumLanes } from './lanes'

const LN2: f32 = 0.6931471805599453
// log cosh e = e²/2 − e⁴/12 + e⁶/45 − 17e⁸/2520 + 31e¹⁰/14175 − …, to 2^−27 of it where |e| < 0.35.
const SERIES_LIMIT: f32 = 0.35
const C2: f32 = 0.5
const C4: f32 = -0.08333333333333333
const C6: f32 = 0.022222222222222223
const C8: f32 = -0.006746031746031746
const C10: f32 = 0.0021869488536155203

/** −1, 0 or 1 in each lane. */
@inline
function sign(v: v128): v128 {
  const zero = f32x4.splat(0)
  const one = f32x4.splat(1)
  return f32x4.sub(v128.and(f32x4.gt(v, zero), one), v128.and(f32x4.lt(v, zero), one))
}

/** log cosh e: for small e a series, for others |e| + log(1 + e^(−2|e|)) − log 2, which does not overflow. */
@inline
function logCosh(e: v128): v128 {
  const size = f32x4.abs(e)
  const s = f32x4.mul(e, e)
  let p = f32x4.add(f32x4.mul(f32x4.splat(C10), s), f32x4.splat(C8))
  p = f32x4.add(f32x4.mul(p, s), f32x4.splat(C6))
  p = f32x4.add(f32x4.mul(p, s), f32x4.splat(C4))
  p = f32x4.add(f32x4.mul(p, s), f32x4.splat(C2))
  const far = f32x4.add(size, f32x4.sub(log1pUnit(expMinusAbs(f32x4.add(e, e))), f32x4.splat(LN2)))
  return v128.bitselect(f32x4.mul(p, s), far, f32x4.lt(size, f32x4.splat(SERIES_LIMIT)))
}

/** The loop for one constant loss. The lanes beyond n hold no error, and add nothing. */
@inline
function loop(
  LOSS: i32, a: usize, from: usize, y: usize, delta: usize, n: i32, activation: i32, limit: f32,
): f32 {
  const bound = f32x4.splat(limit)
  let sum = f32x4.splat(0)
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const at = (<usize>j) << 2
    const error = f32x4.sub(loadLanes(a + at, lanes), loadLanes(y + at, lanes))
    let value: v128
    if (LOSS == Losses.HUBER) {
      const size = f32x4.abs(error)
      const inner = f32x4.pmin(size, bound)
      value = f32x4.mul(inner, f32x4.sub(size, f32x4.mul(f32x4.splat(C2), inner)))
    } else if (LOSS == Losses.LOG_COSH) value = logCosh(error)
    else value = f32x4.abs(error)
    sum = f32x4.add(sum, value)
    if (delta) {
      let slope: v128
      if (LOSS == Losses.HUBER) slope = f32x4.pmax(f32x4.pmin(error, bound), f32x4.neg(bound))
      else if (LOSS == Losses.LOG_COSH) slope = tanh(error)
      else slope = sign(error)
      storeLanes(delta + at, slope, lanes)
    }
  }
  if (delta) derive(activation, from, delta, n)
  return sumLanes(sum)
}

/** Σ |a − y|; δ = sign(a − y) ⊙ f'(z), 0 where a is y. */
export function absoluteRow(a: usize, from: usize, y: usize, delta: usize, n: i32, activation: i32): f32 {
  return loop(Losses.MEAN_ABSOLUTE_ERROR, a, from, y, delta, n, activation, 0)
}

/**
 * Σ ½ e² where |e| ≤ bound, else bound (|e| − ½ bound), with e = a − y: both are c (|e| − ½ c) with c = min(|e|, bound).
 * δ = e, but at most ±bound, ⊙ f'(z).
 */
export function huberRow(
  a: usize, from: usize, y: usize, delta: usize, n: i32, activation: i32, bound: f32,
): f32 {
  return loop(Losses.HUBER, a, from, y, delta, n, activation, bound)
}

/** Σ log cosh (a − y); δ = tanh(a − y) ⊙ f'(z). */
export function logCoshRow(a: usize, from: usize, y: usize, delta: usize, n: i32, activation: i32): f32 {
  return loop(Losses.LOG_COSH, a, from, y, delta, n, activation, 0)
}
