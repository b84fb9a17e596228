// The whole training of a network sample by sample: forward, backward and update of each in turn, in one call. A module of its
// own, so that only pages that train in this way have its bytes.

import {
  ACTIVATION, ACTIVATIONS, ALPHA, BETA1, BETA2, DELTAS, ENTRIES, ENTRY, ERROR, HEAD, IS_ADAM, IS_SPARSE, ITERATIONS, INPUTS, LAYER, LAYERS,
  MASK, MOMENTUM, OUTPUTS, POWER1, POWER2, RATE, ROOT, ROW, ROWS, SAMPLES, SCALE, STARTS, STEPS, STRIDE, SUM, TARGETS, VECTORS,
  WEIGHTS,
} from '../abi/online'
import { Three, Two } from '../base/counts'
import * as Adam from './adam'
import { forwardDense, forwardListed } from './forward'
import { delta, rounded } from './functions'
import * as Momentum from './momentum'

/** Deltas of the last layer at `layer` for the float32 targets at y, which are padded. Returns the sum of the squared errors. */
@inline
function compare(layer: usize, y: usize, activation: i32, alpha: v128): f64 {
  let a = <usize>load<u32>(layer, ACTIVATIONS)
  let d = <usize>load<u32>(layer, DELTAS)
  let mask = <usize>load<u32>(layer, MASK)
  const last = a + ((<usize>load<u32>(layer, VECTORS)) << 4)
  let sum: f64 = 0
  for (; a < last; a += 16, d += 16, mask += 16, y += 8) {
    const outputs = v128.load(a)
    const present = v128.load(mask)
    const e = v128.and(f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(y)), outputs), present)
    v128.store(d, v128.and(delta(activation, e, outputs, alpha), present))
    const stored = rounded(e)
    const square = f64x2.mul(stored, stored)
    sum += f64x2.extract_lane(square, 0)
    sum += f64x2.extract_lane(square, 1)
  }
  return sum
}

/** η δ of a layer. */
@inline
function scaleDeltas(layer: usize, rate: v128): void {
  let d = <usize>load<u32>(layer, DELTAS)
  let s = <usize>load<u32>(layer, STEPS)
  const last = d + ((<usize>load<u32>(layer, VECTORS)) << 4)
  for (; d < last; d += 16, s += 16) v128.store(s, f64x2.mul(rate, v128.load(d)))
}

/** Brings the rows of the entries of [list, end) up to the sample that comes. */
@inline
function catchUp(head: usize, layer: usize, list: usize, end: usize): void {
  const now = load<u64>(head, SAMPLES)
  const weights = <usize>load<u32>(layer, WEIGHTS)
  const length = (<usize>load<u32>(layer, VECTORS)) << 5
  for (; list < end; list += ENTRY) {
    const w = weights + <usize>load<u32>(list)
    const stamp = w + length
    const behind = now - load<u64>(stamp)
    if (behind) Momentum.catchUp(w, stamp, behind, load<f64>(head, MOMENTUM))
    store<u64>(stamp, now + 1)
  }
}

/** Brings all rows of the lowest layer up to the last sample, where some are left behind. */
export function settle(head: usize): void {
  if (!load<i32>(head, IS_SPARSE) || load<i32>(head, IS_ADAM)) return
  const layer = head + HEAD
  const now = load<u64>(head, SAMPLES)
  const distance = <usize>load<u32>(layer, STRIDE)
  const length = (<usize>load<u32>(layer, VECTORS)) << 5
  let w = <usize>load<u32>(layer, WEIGHTS)
  for (let i = load<i32>(layer, INPUTS); i > 0; --i, w += distance) {
    const stamp = w + length
    Momentum.catchUp(w, stamp, now - load<u64>(stamp), load<f64>(head, MOMENTUM))
    store<u64>(stamp, now)
  }
}

/** Trains on the row. Returns the mean of its squared errors before that. */
function train(head: usize, row: usize): f64 {
  const activation = load<i32>(head, ACTIVATION)
  const alpha = v128.load64_splat(head, ALPHA)
  const isAdam = load<i32>(head, IS_ADAM) != 0
  const starts = <usize>load<u32>(head, STARTS) + (row << 2)
  const entries = <usize>load<u32>(head, ENTRIES)
  const list = entries + <usize>load<u32>(starts)
  const end = entries + <usize>load<u32>(starts, 4)
  const first = head + HEAD
  const top = first + (<usize>load<u32>(head, LAYERS) - 1) * LAYER

  if (isAdam) {
    forwardListed<Three>(first, list, end, activation, alpha)
    for (let layer = first; layer < top; layer += LAYER) {
      forwardDense<Three>(layer + LAYER, <usize>load<u32>(layer, ACTIVATIONS), activation, alpha)
    }
  } else {
    if (load<i32>(head, IS_SPARSE)) catchUp(head, first, list, end)
    forwardListed<Two>(first, list, end, activation, alpha)
    for (let layer = first; layer < top; layer += LAYER) {
      forwardDense<Two>(layer + LAYER, <usize>load<u32>(layer, ACTIVATIONS), activation, alpha)
    }
  }

  const vectors = <usize>load<u32>(top, VECTORS)
  const sum = compare(top, <usize>load<u32>(head, TARGETS) + row * (vectors << 3), activation, alpha)

  if (isAdam) {
    const power1 = load<f64>(head, POWER1) * load<f64>(head, BETA1)
    const power2 = load<f64>(head, POWER2) * load<f64>(head, BETA2)
    store<f64>(head, power1, POWER1)
    store<f64>(head, power2, POWER2)
    store<f64>(head, load<f64>(head, RATE) / (1 - power1), SCALE)
    store<f64>(head, 1 / sqrt(1 - power2), ROOT)
    for (let layer = top; layer > first; layer -= LAYER) {
      const under = layer - LAYER
      Adam.climb(
        head, layer, <usize>load<u32>(under, ACTIVATIONS), <usize>load<u32>(under, DELTAS), <usize>load<u32>(under, MASK),
        activation, alpha,
      )
      Adam.updateBiases(head, layer)
    }
    Adam.updateListed(head, first, list, end)
    Adam.updateBiases(head, first)
  } else {
    const rate = v128.load64_splat(head, RATE)
    const mu = v128.load64_splat(head, MOMENTUM)
    for (let layer = top; layer > first; layer -= LAYER) {
      scaleDeltas(layer, rate)
      const under = layer - LAYER
      Momentum.climb(
        layer, <usize>load<u32>(under, ACTIVATIONS), <usize>load<u32>(under, DELTAS), <usize>load<u32>(under, MASK),
        activation, alpha, mu,
      )
      Momentum.updateBiases(layer)
    }
    scaleDeltas(first, rate)
    Momentum.updateListed(first, list, end, mu)
    Momentum.updateBiases(first)
  }
  store<u64>(head, load<u64>(head, SAMPLES) + 1, SAMPLES)
  return sum / <f64>load<i32>(head, OUTPUTS)
}

/**
 * Trains on the rows in order, from the one that comes next, on `most` of them at most. Ends after the pass that makes the number of
 * iterations `until`, or whose error is not above `threshold` or not a number. Returns on how many it trained.
 */
export function run(head: usize, most: u32, until: i32, threshold: f64): u32 {
  const rows = load<u32>(head, ROWS)
  let row = load<u32>(head, ROW)
  let sum = load<f64>(head, SUM)
  let trained: u32 = 0
  while (trained < most) {
    sum += train(head, row)
    trained += 1
    if (++row < rows) continue
    const error = sum / <f64>rows
    row = 0
    sum = 0
    const iterations = load<i32>(head, ITERATIONS) + 1
    store<i32>(head, iterations, ITERATIONS)
    store<f64>(head, error, ERROR)
    if (iterations >= until || !(error > threshold)) break
  }
  store<u32>(head, row, ROW)
  store<f64>(head, sum, SUM)
  return trained
}
