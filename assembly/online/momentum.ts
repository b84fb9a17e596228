// change = η δ x + μ change; w = w + change, both rounded to float32. Biases have no momentum.

import { BIASES, DELTAS, ENTRY, INPUTS, STEPS, STRIDE, VECTORS, WEIGHTS } from '../abi/online'
import { delta, rounded } from './functions'

/** The row at w, whose changes are `changes` bytes further on, for the input x. */
@inline
function step(w: usize, changes: usize, v: v128, x: v128, mu: v128): v128 {
  const change = f64x2.add(f64x2.mul(v, x), f64x2.mul(mu, v128.load(w + changes)))
  v128.store(w + changes, rounded(change))
  return change
}

/** The rows of the entries of [list, end). */
export function updateListed(layer: usize, list: usize, end: usize, mu: v128): void {
  const weights = <usize>load<u32>(layer, WEIGHTS)
  const changes = (<usize>load<u32>(layer, VECTORS)) << 4
  const steps = <usize>load<u32>(layer, STEPS)
  for (; list < end; list += ENTRY) {
    let w = weights + <usize>load<u32>(list)
    const x = f64x2.promote_low_f32x4(v128.load32_splat(list, 4))
    const last = w + changes
    for (let s = steps; w < last; w += 16, s += 16) {
      const change = step(w, changes, v128.load(s), x, mu)
      v128.store(w, rounded(f64x2.add(v128.load(w), change)))
    }
  }
}

/**
 * The rows of a layer whose inputs are the activations at a; before that, the deltas of the units below, Σ δ w with the weights
 * as they were. Two rows at a time: their sums over the units above go in order.
 */
export function climb(
  layer: usize, a: usize, below: usize, mask: usize, activation: i32, alpha: v128, mu: v128,
): void {
  const inputs = load<i32>(layer, INPUTS)
  const stride = <usize>load<u32>(layer, STRIDE)
  const changes = (<usize>load<u32>(layer, VECTORS)) << 4
  const steps = <usize>load<u32>(layer, STEPS)
  const deltas = <usize>load<u32>(layer, DELTAS)
  let row = <usize>load<u32>(layer, WEIGHTS)
  for (let i = 0; i < inputs; i += 2) {
    const x0 = v128.load64_splat(a)
    const x1 = v128.load64_splat(a, 8)
    let e = f64x2.splat(0)
    let w = row
    const last = row + changes
    for (let s = steps, d = deltas; w < last; w += 16, s += 16, d += 16) {
      const w0 = v128.load(w)
      const w1 = v128.load(w + stride)
      e = f64x2.add(e, f64x2.mul(v128.load64_splat(d), v128.shuffle<f64>(w0, w1, 0, 2)))
      e = f64x2.add(e, f64x2.mul(v128.load64_splat(d, 8), v128.shuffle<f64>(w0, w1, 1, 3)))
      const v = v128.load(s)
      v128.store(w, rounded(f64x2.add(w0, step(w, changes, v, x0, mu))))
      v128.store(w + stride, rounded(f64x2.add(w1, step(w + stride, changes, v, x1, mu))))
    }
    v128.store(below, v128.and(delta(activation, e, v128.load(a), alpha), v128.load(mask)))
    a += 16
    below += 16
    mask += 16
    row += stride << 1
  }
}

export function updateBiases(layer: usize): void {
  const steps = <usize>load<u32>(layer, STEPS)
  let bias = <usize>load<u32>(layer, BIASES)
  const last = bias + ((<usize>load<u32>(layer, VECTORS)) << 4)
  for (let s = steps; bias < last; bias += 16, s += 16) {
    v128.store(bias, rounded(f64x2.add(v128.load(bias), v128.load(s))))
  }
}

/**
 * What `samples` samples leave of a row whose input was 0 in all of them: change = μ change; w = w + change. Where the
 * change no longer moves any weight, it shrinks by a power of μ at once, which may round otherwise in its last bits.
 */
export function catchUp(w: usize, changes: usize, samples: u64, mu: f64): void {
  const m = f64x2.splat(mu)
  const last = w + changes
  for (; w < last; w += 16) {
    let change = v128.load(w + changes)
    let weight = v128.load(w)
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
    v128.store(w, weight)
    v128.store(w + changes, change)
  }
}

/** mu^n by squaring. */
function power(mu: f64, n: u64): f64 {
  let result: f64 = 1
  for (; n && result != 0; n >>= 1, mu *= mu) if (n & 1) result *= mu
  return result
}
