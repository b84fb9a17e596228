// The whole training of a network sample by sample: forward, backward and update of each in turn, in one call. A module of its
// own, so that only pages that train in this way have its bytes.

import {
  ACTIVATIONS, DELTAS, ENTRIES, ENTRY, HEAD, INPUTS, IS_ADAM, IS_SPARSE, IS_TINY, LAYER, LAYERS, MASK, MOMENTUM, OUTPUTS,
  RATE, ROW, ROWS, SAMPLES, STARTS, STEPS, STRIDE, SUM, TARGETS, VECTORS, WEIGHTS,
} from '../abi/online/map'
import { Three, Two } from '../base/counts'
import * as Adam from './adam'
import { forwardDense, forwardListed } from './forward'
import { delta } from './functions'
import * as Momentum from './momentum'
import { endPass } from './pass'
import * as Tiny from './tiny'

/** Deltas δ of the last layer at `layer`, and η δ, for the targets at y, which are padded. Returns the sum of the squared errors. */
@inline
function compare(head: usize, layer: usize, y: usize): f64 {
  const rate = v128.load32_splat(head, RATE)
  let a = <usize>load<u32>(layer, ACTIVATIONS)
  const deltas = <usize>load<u32>(layer, DELTAS) - a
  const steps = <usize>load<u32>(layer, STEPS) - a
  const mask = <usize>load<u32>(layer, MASK) - a
  const last = a + ((<usize>load<u32>(layer, VECTORS)) << 4)
  let sum = f64x2.splat(0)
  for (; a < last; a += 16, y += 16) {
    const outputs = v128.load(a)
    const e = v128.and(f32x4.sub(v128.load(y), outputs), v128.load(a + mask))
    const d = delta(head, e, outputs)
    v128.store(a + deltas, d)
    v128.store(a + steps, f32x4.mul(rate, d))
    const low = f64x2.promote_low_f32x4(e)
    const high = f64x2.promote_low_f32x4(v128.shuffle<f64>(e, e, 1, 1))
    sum = f64x2.add(sum, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)))
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
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
    if (behind) Momentum.catchUp(w, stamp, behind, load<f32>(head, MOMENTUM))
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
    Momentum.catchUp(w, stamp, now - load<u64>(stamp), load<f32>(head, MOMENTUM))
    store<u64>(stamp, now)
  }
}

/** Trains on the row. Returns the mean of its squared errors before that. */
function train(head: usize, row: usize): f64 {
  const starts = <usize>load<u32>(head, STARTS) + (row << 2)
  const entries = <usize>load<u32>(head, ENTRIES)
  const list = entries + <usize>load<u32>(starts)
  const end = entries + <usize>load<u32>(starts, 4)
  const first = head + HEAD
  const top = first + (<usize>load<u32>(head, LAYERS) - 1) * LAYER
  const y = <usize>load<u32>(head, TARGETS) + row * ((<usize>load<u32>(top, VECTORS)) << 4)
  let sum: f64
  if (load<i32>(head, IS_ADAM)) {
    forwardListed<Three>(head, first, list, end)
    for (let layer = first; layer < top; layer += LAYER) forwardDense<Three>(head, layer + LAYER)
    sum = compare(head, top, y)
    Adam.advance(head)
    for (let layer = top; layer > first; layer -= LAYER) {
      Adam.climb(head, layer)
      Adam.updateBiases(head, layer)
    }
    Adam.updateListed(head, first, list, end)
    Adam.updateBiases(head, first)
  } else {
    if (load<i32>(head, IS_SPARSE)) catchUp(head, first, list, end)
    forwardListed<Two>(head, first, list, end)
    for (let layer = first; layer < top; layer += LAYER) forwardDense<Two>(head, layer + LAYER)
    sum = compare(head, top, y)
    for (let layer = top; layer > first; layer -= LAYER) {
      Momentum.climb(head, layer)
      Momentum.updateBiases(layer)
    }
    Momentum.updateListed(head, first, list, end)
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
  if (load<i32>(head, IS_TINY)) return Tiny.run(head, most, until, threshold)
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
    if (endPass(head, error, until, threshold)) break
  }
  store<u32>(head, row, ROW)
  store<f64>(head, sum, SUM)
  return trained
}
