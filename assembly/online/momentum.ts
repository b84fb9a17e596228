// change = η δ x + μ change; w = w + change. Biases have no momentum.

import {
  ACTIVATIONS, BIASES, DELTAS, ENTRY, INPUTS, LAYER, MASK, MOMENTUM, RATE, STEPS, STRIDE, VECTORS, WEIGHTS,
} from '../abi/online/map'
import { madd } from '../base/simd'
import { delta, sumsOf } from './functions'

/** Bytes of four weights and their changes. */
const PAIR: usize = 32
/** From four weights to their changes. */
const CHANGE: usize = 16

/** The four weights at p, which are `weight`, for the steps η δ of their units and the input x. */
@inline
function step(p: usize, weight: v128, steps: v128, x: v128, mu: v128): void {
  const change = madd(mu, v128.load(p, CHANGE), f32x4.mul(steps, x))
  v128.store(p, change, CHANGE)
  v128.store(p, f32x4.add(weight, change))
}

/** The rows of the entries of [list, end). */
export function updateListed(head: usize, layer: usize, list: usize, end: usize): void {
  const mu = v128.load32_splat(head, MOMENTUM)
  const weights = <usize>load<u32>(layer, WEIGHTS)
  const steps = <usize>load<u32>(layer, STEPS)
  const last = steps + ((<usize>load<u32>(layer, VECTORS)) << 4)
  for (; list < end; list += ENTRY) {
    let p = weights + <usize>load<u32>(list)
    const x = v128.load32_splat(list, 4)
    for (let s = steps; s < last; s += 16, p += PAIR) step(p, v128.load(p), v128.load(s), x, mu)
  }
}

/**
 * The rows of a layer whose inputs are the layer below; before that, the deltas of that, Σ δ w with the weights as they were, and
 * η δ. Four rows at a time.
 */
export function climb(head: usize, layer: usize): void {
  const rate = v128.load32_splat(head, RATE)
  const mu = v128.load32_splat(head, MOMENTUM)
  const under = layer - LAYER
  let a = <usize>load<u32>(under, ACTIVATIONS)
  const below = <usize>load<u32>(under, DELTAS) - a
  const belowSteps = <usize>load<u32>(under, STEPS) - a
  const mask = <usize>load<u32>(under, MASK) - a
  const stride = <usize>load<u32>(layer, STRIDE)
  const steps = <usize>load<u32>(layer, STEPS)
  const deltas = <usize>load<u32>(layer, DELTAS) - steps
  const last = steps + ((<usize>load<u32>(layer, VECTORS)) << 4)
  const end = a + ((<usize>load<u32>(layer, INPUTS)) << 2)
  let row = <usize>load<u32>(layer, WEIGHTS)
  for (; a < end; a += 16, row += stride << 2) {
    const x0 = v128.load32_splat(a)
    const x1 = v128.load32_splat(a, 4)
    const x2 = v128.load32_splat(a, 8)
    const x3 = v128.load32_splat(a, 12)
    let e0 = f32x4.splat(0)
    let e1 = e0
    let e2 = e0
    let e3 = e0
    let p = row
    for (let s = steps; s < last; s += 16, p += PAIR) {
      const d = v128.load(s + deltas)
      const v = v128.load(s)
      const w0 = v128.load(p)
      e0 = madd(d, w0, e0)
      step(p, w0, v, x0, mu)
      const p1 = p + stride
      const w1 = v128.load(p1)
      e1 = madd(d, w1, e1)
      step(p1, w1, v, x1, mu)
      const p2 = p1 + stride
      const w2 = v128.load(p2)
      e2 = madd(d, w2, e2)
      step(p2, w2, v, x2, mu)
      const p3 = p2 + stride
      const w3 = v128.load(p3)
      e3 = madd(d, w3, e3)
      step(p3, w3, v, x3, mu)
    }
    const d = v128.and(delta(head, sumsOf(e0, e1, e2, e3), v128.load(a)), v128.load(a + mask))
    v128.store(a + below, d)
    v128.store(a + belowSteps, f32x4.mul(rate, d))
  }
}

export function updateBiases(layer: usize): void {
  const steps = <usize>load<u32>(layer, STEPS)
  const last = steps + ((<usize>load<u32>(layer, VECTORS)) << 4)
  const biases = <usize>load<u32>(layer, BIASES) - steps
  for (let s = steps; s < last; s += 16) v128.store(s + biases, f32x4.add(v128.load(s + biases), v128.load(s)))
}

/**
 * What `samples` samples leave of the row at p, which ends at `last`, if its input was 0 in all of them: change = μ change;
 * w = w + change. Where the change no longer moves a weight, it shrinks by a power of μ at once.
 */
export function catchUp(p: usize, last: usize, samples: u64, mu: f32): void {
  const m = f32x4.splat(mu)
  for (; p < last; p += PAIR) {
    let change = v128.load(p, CHANGE)
    let weight = v128.load(p)
    let left = samples
    while (left && v128.any_true(f32x4.ne(change, f32x4.splat(0)))) {
      change = f32x4.mul(m, change)
      const moved = f32x4.add(weight, change)
      left -= 1
      const stays = i32x4.all_true(f32x4.eq(moved, weight))
      weight = moved
      if (stays) {
        change = f32x4.mul(change, f32x4.splat(power(mu, left)))
        break
      }
    }
    v128.store(p, weight)
    v128.store(p, change, CHANGE)
  }
}

/** mu^n by squaring. */
function power(mu: f64, n: u64): f32 {
  let result: f64 = 1
  for (; n && result != 0; n >>= 1, mu *= mu) if (n & 1) result *= mu
  return <f32>result
}
