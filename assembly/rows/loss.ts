// Losses of one row of outputs, each with its output delta δ = ∂C/∂z (BP1). A loss that belongs with an activation
// (crossEntropy with softmax, binaryCrossEntropy with sigmoid) is given z and is fused with it: its δ is then a − y
// with nothing to divide by, and its value is exact where a would round to 0 or 1.
//
// The sums over a row are taken four lanes at a time and the lanes added pairwise, so they depend on n alone.

import * as Activations from '../abi/activations'
import * as Hits from '../abi/hits'
import * as Losses from '../abi/losses'
import { exp, expMinusAbs, logScalar, sigmoidFrom, softplusFrom } from '../base/math'
import { loadLanes, loadPart, storeLanes, storePart } from '../base/simd'
import { derived } from './functions'

/** (v0 + v2) + (v1 + v3). */
@inline
function sumLanes(v: v128): f32 {
  const pair = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1))
  return f32x4.extract_lane(pair, 0) + f32x4.extract_lane(pair, 1)
}

/** All bits set in the first `lanes` lanes. */
@inline
function firstLanes(lanes: i32): v128 {
  return i32x4.gt_s(i32x4.splat(lanes), i32x4(0, 1, 2, 3))
}

/** ½ Σ (a − y)²; δ = (a − y) ⊙ f'(z), with f' read from `from`: a, or the stored slope. */
function quadraticRow(a: usize, from: usize, y: usize, delta: usize, n: i32, activation: i32): f32 {
  let squares = f32x4.splat(0)
  for (; n >= 4; n -= 4) {
    const error = f32x4.sub(v128.load(a), v128.load(y))
    squares = f32x4.add(squares, f32x4.mul(error, error))
    if (delta) {
      v128.store(delta, derived(activation, v128.load(from), error))
      delta += 16
    }
    a += 16
    from += 16
    y += 16
  }
  if (n) {
    const error = f32x4.sub(loadPart(a, n), loadPart(y, n))
    squares = f32x4.add(squares, f32x4.mul(error, error))
    if (delta) storePart(delta, derived(activation, loadPart(from, n), error), n)
  }
  return 0.5 * sumLanes(squares)
}

/** −1, 0 or 1 in each lane. */
@inline
function sign(v: v128): v128 {
  const zero = f32x4.splat(0)
  const one = f32x4.splat(1)
  return f32x4.sub(v128.and(f32x4.gt(v, zero), one), v128.and(f32x4.lt(v, zero), one))
}

/** Σ |a − y|; δ = sign(a − y) ⊙ f'(z), 0 where a is y. The operands are those of quadraticRow. */
function absoluteRow(a: usize, from: usize, y: usize, delta: usize, n: i32, activation: i32): f32 {
  let sum = f32x4.splat(0)
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const at = (<usize>j) << 2
    const error = f32x4.sub(loadLanes(a + at, lanes), loadLanes(y + at, lanes))
    sum = f32x4.add(sum, f32x4.abs(error))
    if (delta) storeLanes(delta + at, derived(activation, loadLanes(from + at, lanes), sign(error)), lanes)
  }
  return sumLanes(sum)
}

/**
 * ½ Σ (a − y)² of a softmax; with g = a − y, δ_j = a_j (g_j − ⟨g, a⟩) = a_j Σ_k a_k (g_j − g_k), for Σ a = 1.
 *
 * Where one output p is near 1, g_p − ⟨g, a⟩ is a difference of nearly equal numbers, and so may g_p itself be. The
 * digits that cancel there are still in the other outputs, however small these are:
 *
 *     g_p = (1 − y_p) − Σ_{k≠p} a_k        D = g_p − ⟨g, a⟩ = Σ_{k≠p} a_k (g_p − g_k)        δ_j = a_j ((g_j − g_p) + D)
 *
 * p is the output above ½. Without one nothing cancels, and with 0 for g_p this is the formula above.
 */
function quadraticSoftmaxRow(a: usize, y: usize, delta: usize, n: i32): f32 {
  let most = f32x4.splat(0.5)
  for (let j = 0; j < n; j += 4) most = f32x4.pmax(most, loadLanes(a + ((<usize>j) << 2), n - j))
  most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1))
  most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 1, 0, 3, 2))
  let top = f32x4.splat(0)
  if (f32x4.extract_lane(most, 0) > 0.5) {
    let rest = f32x4.splat(0)
    let target = f32x4.splat(0)
    for (let j = 0; j < n; j += 4) {
      const lanes = n - j
      const at = (<usize>j) << 2
      const out = loadLanes(a + at, lanes)
      const isTop = f32x4.eq(out, most)
      rest = f32x4.add(rest, v128.andnot(out, isTop))
      target = f32x4.add(target, v128.and(loadLanes(y + at, lanes), isTop))
    }
    top = f32x4.splat(1 - sumLanes(target) - sumLanes(rest))
  } else {
    most = f32x4.splat(2) // no lane is the top one
  }
  let squares = f32x4.splat(0)
  let spread = f32x4.splat(0)
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const at = (<usize>j) << 2
    const out = loadLanes(a + at, lanes)
    const error = v128.bitselect(top, f32x4.sub(out, loadLanes(y + at, lanes)), f32x4.eq(out, most))
    squares = f32x4.add(squares, f32x4.mul(error, error))
    spread = f32x4.add(spread, f32x4.mul(out, f32x4.sub(top, error)))
    if (delta) storeLanes(delta + at, error, lanes)
  }
  if (delta) {
    const above = f32x4.splat(sumLanes(spread))
    for (let j = 0; j < n; j += 4) {
      const lanes = n - j
      const at = (<usize>j) << 2
      const slope = f32x4.add(f32x4.sub(loadLanes(delta + at, lanes), top), above)
      storeLanes(delta + at, f32x4.mul(loadLanes(a + at, lanes), slope), lanes)
    }
  }
  return 0.5 * sumLanes(squares)
}

/** Σ y (log Σ e^(z − max) − (z − max)); δ = softmax(z) Σy − y, which is a − y for targets that sum to 1. */
function crossEntropyRow(z: usize, y: usize, delta: usize, n: i32): f32 {
  let largest = load<f32>(z)
  for (let j = 1; j < n; ++j) largest = max(largest, load<f32>(z + ((<usize>j) << 2)))
  const top = f32x4.splat(largest)
  let sum = f32x4.splat(0)
  let targets = f32x4.splat(0)
  let inner = f32x4.splat(0)
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const at = (<usize>j) << 2
    const shifted = f32x4.sub(loadLanes(z + at, lanes), top)
    const target = loadLanes(y + at, lanes)
    let e = exp(shifted)
    if (lanes < 4) e = v128.and(e, firstLanes(lanes))
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
      storeLanes(delta + at, f32x4.sub(f32x4.mul(loadLanes(delta + at, lanes), scale), loadLanes(y + at, lanes)), lanes)
    }
  }
  return weight * logScalar(total) - sumLanes(inner)
}

/** Σ softplus(z) − z y, which is −Σ [y log a + (1 − y) log(1 − a)]; δ = sigmoid(z) − y. */
function binaryCrossEntropyRow(z: usize, y: usize, delta: usize, n: i32): f32 {
  let sum = f32x4.splat(0)
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const at = (<usize>j) << 2
    const v = loadLanes(z + at, lanes)
    const target = loadLanes(y + at, lanes)
    const e = expMinusAbs(v)
    let loss = f32x4.sub(softplusFrom(v, e), f32x4.mul(v, target))
    if (lanes < 4) loss = v128.and(loss, firstLanes(lanes))
    sum = f32x4.add(sum, loss)
    if (delta) storeLanes(delta + at, f32x4.sub(sigmoidFrom(v, e), target), lanes)
  }
  return sumLanes(sum)
}

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
 * Returns the loss of one row and, where deltaPtr is not 0, stores its δ. out is z for the fused losses, else a; slope is the row of stored derivatives, or 0. Reads and writes n floats of each row and no more.
 */
export function lossRow(
  out: usize,
  slope: usize,
  y: usize,
  delta: usize,
  n: i32,
  loss: i32,
  activation: i32,
): f32 {
  switch (loss) {
    case Losses.CROSS_ENTROPY:
      return crossEntropyRow(out, y, delta, n)
    case Losses.BINARY_CROSS_ENTROPY:
      return binaryCrossEntropyRow(out, y, delta, n)
    case Losses.QUADRATIC:
      if (activation == Activations.SOFTMAX) return quadraticSoftmaxRow(out, y, delta, n)
      return quadraticRow(out, slope ? slope : out, y, delta, n, activation)
    case Losses.MEAN_ABSOLUTE_ERROR:
      return absoluteRow(out, slope ? slope : out, y, delta, n, activation)
    default:
      return unreachable()
  }
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
