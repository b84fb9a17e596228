// Losses of one row that compare probabilities with targets. They are given z, and are fused with their activation: δ is
// then a − y with nothing to divide by, and the value is exact where a would round to 0 or 1.

import { exp, expMinusAbs, logScalar, sigmoidFrom, softplusFrom } from '../../base/math'
import { loadLanes, storeLanes } from '../../base/simd'
import * as called from './called'
import { firstLanes, sumLanes } from './lanes'

/** The targets that the losses are given: y as it is, or smoothed: keep · y + share. */
@inline
function smoothed(y: v128, keep: v128, share: v128): v128 {
  return f32x4.add(f32x4.mul(y, keep), share)
}

/** The largest of n floats; NaN if there is one. */
@inline
export function largestOf(z: usize, n: i32): f32 {
  let largest = load<f32>(z)
  for (let j = 1; j < n; ++j) largest = max(largest, load<f32>(z + ((<usize>j) << 2)))
  return largest
}

/**
 * Σ t (log Σ e^(z − max) − (z − max)) with t = keep · y + share; δ = softmax(z) Σt − t, which is a − t for targets that sum
 * to 1. With keep 1 and share 0, t is y to the bit.
 */
export function crossEntropyRow(z: usize, y: usize, delta: usize, n: i32, keep: f32, share: f32): f32 {
  const top = f32x4.splat(largestOf(z, n))
  const factor = f32x4.splat(keep)
  const addend = f32x4.splat(share)
  let sum = f32x4.splat(0)
  let targets = f32x4.splat(0)
  let inner = f32x4.splat(0)
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const at = (<usize>j) << 2
    const shifted = f32x4.sub(loadLanes(z + at, lanes), top)
    let target = smoothed(loadLanes(y + at, lanes), factor, addend)
    let e = exp(shifted)
    if (lanes < 4) {
      e = v128.and(e, firstLanes(lanes))
      target = v128.and(target, firstLanes(lanes))
    }
    sum = f32x4.add(sum, e)
    targets = f32x4.add(targets, target)
    inner = f32x4.add(inner, f32x4.mul(target, shifted))
    if (delta) storeLanes(delta + at, e, lanes)
  }
  const total = sumLanes(sum)
  const weight = sumLanes(targets)
  if (delta) {
    const scale = f32x4.splat(weight / total)
    for (let j = 0; j < n; j += 4) {
      const lanes = n - j
      const at = (<usize>j) << 2
      const target = smoothed(loadLanes(y + at, lanes), factor, addend)
      storeLanes(delta + at, f32x4.sub(f32x4.mul(loadLanes(delta + at, lanes), scale), target), lanes)
    }
  }
  return weight * logScalar(total) - sumLanes(inner)
}

/**
 * Σ y log (y / softmax(z)), 0 where y is 0; δ as for crossEntropy, from which it differs by what y alone gives. Summed
 * class by class, so that what cancels where the two are alike is not the sum over a whole row.
 */
export function klDivergenceRow(z: usize, y: usize, delta: usize, n: i32): f32 {
  const top = f32x4.splat(largestOf(z, n))
  const zero = f32x4.splat(0)
  let sum = zero
  let targets = zero
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const at = (<usize>j) << 2
    let e = called.exp(f32x4.sub(loadLanes(z + at, lanes), top))
    if (lanes < 4) e = v128.and(e, firstLanes(lanes))
    sum = f32x4.add(sum, e)
    targets = f32x4.add(targets, loadLanes(y + at, lanes))
    if (delta) storeLanes(delta + at, e, lanes)
  }
  const total = sumLanes(sum)
  const scale = f32x4.splat(sumLanes(targets) / total)
  const logTotal = f32x4.splat(logScalar(total))
  let divergence = zero
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const at = (<usize>j) << 2
    const target = loadLanes(y + at, lanes)
    const shifted = f32x4.sub(loadLanes(z + at, lanes), top)
    const own = v128.and(called.log(target), f32x4.gt(target, zero))
    divergence = f32x4.add(divergence, f32x4.mul(target, f32x4.add(own, f32x4.sub(logTotal, shifted))))
    if (delta) storeLanes(delta + at, f32x4.sub(f32x4.mul(loadLanes(delta + at, lanes), scale), target), lanes)
  }
  return sumLanes(divergence)
}

/** Σ softplus(z) − z t, which is −Σ [t log a + (1 − t) log(1 − a)], with t = keep · y + share; δ = sigmoid(z) − t. */
export function binaryCrossEntropyRow(z: usize, y: usize, delta: usize, n: i32, keep: f32, share: f32): f32 {
  const factor = f32x4.splat(keep)
  const addend = f32x4.splat(share)
  let sum = f32x4.splat(0)
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const at = (<usize>j) << 2
    const v = loadLanes(z + at, lanes)
    const target = smoothed(loadLanes(y + at, lanes), factor, addend)
    const e = expMinusAbs(v)
    let loss = f32x4.sub(softplusFrom(v, e), f32x4.mul(v, target))
    if (lanes < 4) loss = v128.and(loss, firstLanes(lanes))
    sum = f32x4.add(sum, loss)
    if (delta) storeLanes(delta + at, f32x4.sub(sigmoidFrom(v, e), target), lanes)
  }
  return sumLanes(sum)
}
