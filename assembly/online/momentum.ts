// change = η δ x + μ change; w = w + change, both rounded to float32. Biases have no momentum.

import {
  ACTIVATIONS, BIASES, DELTAS, ENTRY, INPUTS, LAYER, MASK, MOMENTUM, RATE, STEPS, STRIDE, VECTORS, WEIGHTS,
} from '../abi/online'
import { delta, rounded } from './functions'

/** Bytes of two weights and their changes. */
const PAIR: usize = 32
/** From two weights to their changes. */
const CHANGE: usize = 16

/** The two weights at p, which are `weight`, for the steps η δ of their units and the input x. */
@inline
function step(p: usize, weight: v128, steps: v128, x: v128, mu: v128): void {
  const change = f64x2.add(f64x2.mul(steps, x), f64x2.mul(mu, v128.load(p, CHANGE)))
  v128.store(p, rounded(change), CHANGE)
  v128.store(p, rounded(f64x2.add(weight, change)))
}

/** The rows of the entries of [list, end). */
export function updateListed(layer: usize, list: usize, end: usize, mu: v128): void {
  const weights = <usize>load<u32>(layer, WEIGHTS)
  const steps = <usize>load<u32>(layer, STEPS)
  const last = steps + ((<usize>load<u32>(layer, VECTORS)) << 4)
  for (; list < end; list += ENTRY) {
    let p = weights + <usize>load<u32>(list)
    const x = f64x2.promote_low_f32x4(v128.load32_splat(list, 4))
    for (let s = steps; s < last; s += 16, p += PAIR) step(p, v128.load(p), v128.load(s), x, mu)
  }
}

/**
 * The rows of a layer whose inputs are the layer below; before that, the deltas of that, and η δ, Σ δ w with the weights
 * as they were. Two rows at a time: their sums over the units above go in order.
 */
export function climb(head: usize, layer: usize): void {
  const rate = v128.load64_splat(head, RATE)
  const mu = v128.load64_splat(head, MOMENTUM)
  const under = layer - LAYER
  let a = <usize>load<u32>(under, ACTIVATIONS)
  const below = <usize>load<u32>(under, DELTAS) - a
  const belowSteps = <usize>load<u32>(under, STEPS) - a
  const mask = <usize>load<u32>(under, MASK) - a
  const stride = <usize>load<u32>(layer, STRIDE)
  const steps = <usize>load<u32>(layer, STEPS)
  const deltas = <usize>load<u32>(layer, DELTAS)
  const last = steps + ((<usize>load<u32>(layer, VECTORS)) << 4)
  const end = a + ((<usize>load<u32>(layer, INPUTS)) << 3)
  let row = <usize>load<u32>(layer, WEIGHTS)
  for (; a < end; a += 16, row += stride << 1) {
    const x0 = v128.load64_splat(a)
    const x1 = v128.load64_splat(a, 8)
    let e = f64x2.splat(0)
    let p = row
    let q = row + stride
    let d = deltas
    for (let s = steps; s < last; s += 16, d += 16, p += PAIR, q += PAIR) {
      const w0 = v128.load(p)
      const w1 = v128.load(q)
      e = f64x2.add(e, f64x2.mul(v128.load64_splat(d), v128.shuffle<f64>(w0, w1, 0, 2)))
      e = f64x2.add(e, f64x2.mul(v128.load64_splat(d, 8), v128.shuffle<f64>(w0, w1, 1, 3)))
      const v = v128.load(s)
      step(p, w0, v, x0, mu)
      step(q, w1, v, x1, mu)
    }
    const d0 = v128.and(delta(head, e, v128.load(a)), v128.load(a + mask))
    v128.store(a + below, d0)
    v128.store(a + belowSteps, f64x2.mul(rate, d0))
  }
}

export function updateBiases(layer: usize): void {
  const steps = <usize>load<u32>(layer, STEPS)
  const last = steps + ((<usize>load<u32>(layer, VECTORS)) << 4)
  let bias = <usize>load<u32>(layer, BIASES)
  for (let s = steps; s < last; s += 16, bias += 16) {
    v128.store(bias, rounded(f64x2.add(v128.load(bias), v128.load(s))))
  }
}

/**
 * What `samples` samples leave of the row at p, which ends at `last`, if its input was 0 in all of them: change = μ change;
 * w = w + change. Where the change no longer moves a weight, it shrinks by a power of μ at once, which may round otherwise in
 * its last bits.
 */
export function catchUp(p: usize, last: usize, samples: u64, mu: f64): void {
  const m = f64x2.splat(mu)
  for (; p < last; p += PAIR) {
    let change = v128.load(p, CHANGE)
    let weight = v128.load(p)
    let left = samples
    while (left && v128.any_true(f64x2.ne(change, f64x2.splat(0)))) {
      change = f64x2.mul(m, change)
      const moved = rounded(f64x2.add(weight, change))
      change = rounded(change)
      left -= 1
      const stays = i64x2.all_true(f64x2.eq(moved, weight))
      weight = moved
      if (stays) {
        change = rounded(f64x2.mul(change, f64x2.splat(power(mu, left))))
        break
      }
    }
    v128.store(p, weight)
    v128.store(p, change, CHANGE)
  }
}

/** mu^n by squaring. */
function power(mu: f64, n: u64): f64 {
  let result: f64 = 1
  for (; n && result != 0; n >>= 1, mu *= mu) if (n & 1) result *= mu
  return result
}
