// The focal losses of one row (Lin et al. 2017, arXiv:1708.02002), fused with softmax and with sigmoid: cross-entropy whose
// term for a class of probability p is multiplied by (1 − p)^γ. 1 − p is summed from the other outputs, never taken from
// a p near 1, and log p comes from z, so that nothing cancels where an output saturates.

import { logScalar } from '../../base/math'
import { loadLanes, storeLanes } from '../../base/simd'
import { exp, expMinusAbs, log, log1pUnit, softplusFrom } from './called'
import { largestOf } from './entropy'
import { firstLanes, sumLanes } from './lanes'

/** q^γ for 0 ≤ q ≤ 1; 1 where γ is 0. */
@inline
function power(q: v128, gamma: v128): v128 {
  const one = f32x4.splat(1)
  return v128.bitselect(one, exp(f32x4.mul(gamma, log(q))), f32x4.eq(gamma, f32x4.splat(0)))
}

/**
 * α Σ y (1 − p)^γ (−log p), p = softmax(z). With G = (1 − p)^γ (1 + γ p (−log p) / (1 − p)), which is −p times the
 * derivative of a term by p, δ = α [p (Σ y G − y G) − y G (1 − p)].
 */
export function focalRow(z: usize, y: usize, delta: usize, n: i32, gamma: f32, alpha: f32): f32 {
  const top = f32x4.splat(largestOf(z, n))
  const zero = f32x4.splat(0)
  const one = f32x4.splat(1)
  const exponent = f32x4.splat(gamma)
  let sum = zero
  let tops = zero
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const shifted = f32x4.sub(loadLanes(z + ((<usize>j) << 2), lanes), top)
    const isTop = f32x4.eq(shifted, zero)
    let e = v128.andnot(exp(shifted), isTop)
    let count = v128.and(one, isTop)
    if (lanes < 4) {
      e = v128.and(e, firstLanes(lanes))
      count = v128.and(count, firstLanes(lanes))
    }
    sum = f32x4.add(sum, e)
    tops = f32x4.add(tops, count)
  }
  // Of the largest outputs all but one, and those below: Σ e^(z − max) − 1 without the digits that the 1 costs.
  const rest = sumLanes(tops) - 1 + sumLanes(sum)
  const total: f32 = 1 + rest
  const logTotal = f32x4.splat(rest <= 1 ? f32x4.extract_lane(log1pUnit(f32x4.splat(rest)), 0) : logScalar(total))
  const scale = f32x4.splat(1 / total)
  const restShare = f32x4.splat(rest / total)
  let loss = zero
  let slopes = zero
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const at = (<usize>j) << 2
    const target = loadLanes(y + at, lanes)
    const shifted = f32x4.sub(loadLanes(z + at, lanes), top)
    const p = f32x4.mul(exp(shifted), scale)
    const q = v128.bitselect(restShare, f32x4.sub(one, p), f32x4.eq(shifted, zero))
    const surprise = f32x4.sub(logTotal, shifted)
    const weight = f32x4.mul(target, power(q, exponent))
    let term = f32x4.mul(weight, surprise)
    if (lanes < 4) term = v128.and(term, firstLanes(lanes))
    loss = f32x4.add(loss, term)
    if (delta) {
      // (−log p) / (1 − p) nears 1 where p does.
      const ratio = v128.bitselect(f32x4.div(surprise, q), one, f32x4.gt(q, zero))
      let slope = f32x4.mul(weight, f32x4.add(one, f32x4.mul(exponent, f32x4.mul(p, ratio))))
      if (lanes < 4) slope = v128.and(slope, firstLanes(lanes))
      slopes = f32x4.add(slopes, slope)
      storeLanes(delta + at, slope, lanes)
    }
  }
  if (delta) {
    const all = f32x4.splat(sumLanes(slopes))
    const factor = f32x4.splat(alpha)
    for (let j = 0; j < n; j += 4) {
      const lanes = n - j
      const at = (<usize>j) << 2
      const shifted = f32x4.sub(loadLanes(z + at, lanes), top)
      const p = f32x4.mul(exp(shifted), scale)
      const q = v128.bitselect(restShare, f32x4.sub(one, p), f32x4.eq(shifted, zero))
      const slope = loadLanes(delta + at, lanes)
      const gain = f32x4.sub(f32x4.mul(p, f32x4.sub(all, slope)), f32x4.mul(slope, q))
      storeLanes(delta + at, f32x4.mul(factor, gain), lanes)
    }
  }
  return alpha * sumLanes(loss)
}

/**
 * Σ [α y (1 − p)^γ (−log p) + β (1 − y) p^γ (−log(1 − p))], p = sigmoid(z).
 * δ = β (1 − y) p^γ (p − γ (1 − p) log(1 − p)) − α y (1 − p)^γ (1 − p − γ p log p). The powers are e^(γ log p), log p = −softplus(−z).
 */
export function binaryFocalRow(z: usize, y: usize, delta: usize, n: i32, gamma: f32, alpha: f32, beta: f32): f32 {
  const zero = f32x4.splat(0)
  const one = f32x4.splat(1)
  const exponent = f32x4.splat(gamma)
  let sum = zero
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const at = (<usize>j) << 2
    const v = loadLanes(z + at, lanes)
    const target = loadLanes(y + at, lanes)
    const e = expMinusAbs(v)
    // −log p and −log(1 − p).
    const missing = softplusFrom(f32x4.neg(v), e)
    const present = softplusFrom(v, e)
    const isTrue = f32x4.mul(f32x4.splat(alpha), target)
    const isFalse = f32x4.mul(f32x4.splat(beta), f32x4.sub(one, target))
    const weightTrue = f32x4.mul(isTrue, exp(f32x4.neg(f32x4.mul(exponent, present))))
    const weightFalse = f32x4.mul(isFalse, exp(f32x4.neg(f32x4.mul(exponent, missing))))
    let loss = f32x4.add(f32x4.mul(weightTrue, missing), f32x4.mul(weightFalse, present))
    if (lanes < 4) loss = v128.and(loss, firstLanes(lanes))
    sum = f32x4.add(sum, loss)
    if (delta) {
      const larger = f32x4.div(one, f32x4.add(one, e))
      const smaller = f32x4.mul(e, larger)
      const isBelow = f32x4.lt(v, zero)
      const p = v128.bitselect(smaller, larger, isBelow)
      const q = v128.bitselect(larger, smaller, isBelow)
      const up = f32x4.mul(weightFalse, f32x4.add(p, f32x4.mul(exponent, f32x4.mul(q, present))))
      const down = f32x4.mul(weightTrue, f32x4.add(q, f32x4.mul(exponent, f32x4.mul(p, missing))))
      storeLanes(delta + at, f32x4.sub(up, down), lanes)
    }
  }
  return sumLanes(sum)
}
