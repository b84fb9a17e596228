// Adam (D. P. Kingma and J. Ba 2015, arXiv:1412.6980) on each sample. The biases step by the moments before the sample, as
// brain.js is seen to do. A moment is m + (1 − β) (g − m): β itself, rounded to float32, would make it forget at another pace.

import {
  ACTIVATIONS, BETA1, BETA2, BIASES, DELTAS, ENTRY, EPSILON, FULL_RATE, INPUTS, LAYER, MASK, POWER1, POWER2, ROOT, SCALE,
  SHARE1, SHARE2, STRIDE, VECTORS, WEIGHTS,
} from '../abi/online/map'
import { madd } from '../base/simd'
import { delta, sumsOf } from './functions'

/** Bytes of four weights and their moments. */
const TRIPLE: usize = 48
/** From four weights to their moments. */
const LOW: usize = 16
const HIGH: usize = 32

/** Makes the factors of the sample that comes. */
export function advance(head: usize): void {
  const power1 = load<f64>(head, POWER1) * load<f64>(head, BETA1)
  const power2 = load<f64>(head, POWER2) * load<f64>(head, BETA2)
  store<f64>(head, power1, POWER1)
  store<f64>(head, power2, POWER2)
  store<f32>(head, <f32>(load<f64>(head, FULL_RATE) / (1 - power1)), SCALE)
  store<f32>(head, <f32>(1 / sqrt(1 - power2)), ROOT)
}

/** η m / (1 − β₁ᵗ) over √(v / (1 − β₂ᵗ)) + ε. */
@inline
function change(head: usize, mean: v128, square: v128): v128 {
  const below = madd(v128.load32_splat(head, ROOT), f32x4.sqrt(square), v128.load32_splat(head, EPSILON))
  return f32x4.div(f32x4.mul(v128.load32_splat(head, SCALE), mean), below)
}

@inline
function low(head: usize, mean: v128, g: v128): v128 {
  return madd(v128.load32_splat(head, SHARE1), f32x4.sub(g, mean), mean)
}

@inline
function high(head: usize, square: v128, g: v128): v128 {
  return madd(v128.load32_splat(head, SHARE2), f32x4.sub(f32x4.mul(g, g), square), square)
}

/** Steps the four weights at p, which are `weight`, by the gradient g. */
@inline
function step(head: usize, p: usize, weight: v128, g: v128): void {
  const mean = low(head, v128.load(p, LOW), g)
  const square = high(head, v128.load(p, HIGH), g)
  v128.store(p, mean, LOW)
  v128.store(p, square, HIGH)
  v128.store(p, f32x4.add(weight, change(head, mean, square)))
}

/** All rows; those that have no entry in [list, end) have an input of 0. */
export function updateListed(head: usize, layer: usize, list: usize, end: usize): void {
  const stride = <usize>load<u32>(layer, STRIDE)
  const deltas = <usize>load<u32>(layer, DELTAS)
  const last = deltas + ((<usize>load<u32>(layer, VECTORS)) << 4)
  const first = <usize>load<u32>(layer, WEIGHTS)
  const rows = first + <usize>load<u32>(layer, INPUTS) * stride
  for (let row = first; row < rows; row += stride) {
    let x = f32x4.splat(0)
    if (list < end && first + <usize>load<u32>(list) == row) {
      x = v128.load32_splat(list, 4)
      list += ENTRY
    }
    let p = row
    for (let d = deltas; d < last; d += 16, p += TRIPLE) step(head, p, v128.load(p), f32x4.mul(v128.load(d), x))
  }
}

/** As climb of momentum.ts. */
export function climb(head: usize, layer: usize): void {
  const under = layer - LAYER
  let a = <usize>load<u32>(under, ACTIVATIONS)
  const below = <usize>load<u32>(under, DELTAS) - a
  const mask = <usize>load<u32>(under, MASK) - a
  const stride = <usize>load<u32>(layer, STRIDE)
  const deltas = <usize>load<u32>(layer, DELTAS)
  const last = deltas + ((<usize>load<u32>(layer, VECTORS)) << 4)
  const end = a + ((<usize>load<u32>(layer, INPUTS)) << 2)
  let row = <usize>load<u32>(layer, WEIGHTS)
  for (; a < end; a += 16, row += stride << 2) {
    let e0 = f32x4.splat(0)
    let e1 = e0
    let e2 = e0
    let e3 = e0
    let p = row
    for (let d = deltas; d < last; d += 16, p += TRIPLE) {
      const v = v128.load(d)
      const w0 = v128.load(p)
      e0 = madd(v, w0, e0)
      step(head, p, w0, f32x4.mul(v, v128.load32_splat(a)))
      const p1 = p + stride
      const w1 = v128.load(p1)
      e1 = madd(v, w1, e1)
      step(head, p1, w1, f32x4.mul(v, v128.load32_splat(a, 4)))
      const p2 = p1 + stride
      const w2 = v128.load(p2)
      e2 = madd(v, w2, e2)
      step(head, p2, w2, f32x4.mul(v, v128.load32_splat(a, 8)))
      const p3 = p2 + stride
      const w3 = v128.load(p3)
      e3 = madd(v, w3, e3)
      step(head, p3, w3, f32x4.mul(v, v128.load32_splat(a, 12)))
    }
    v128.store(a + below, v128.and(delta(head, sumsOf(e0, e1, e2, e3), v128.load(a)), v128.load(a + mask)))
  }
}

export function updateBiases(head: usize, layer: usize): void {
  const part = (<usize>load<u32>(layer, VECTORS)) << 4
  let d = <usize>load<u32>(layer, DELTAS)
  let b = <usize>load<u32>(layer, BIASES)
  const last = b + part
  for (; b < last; b += 16, d += 16) {
    const g = v128.load(d)
    const mean = v128.load(b + part)
    const square = v128.load(b + 2 * part)
    v128.store(b, f32x4.add(v128.load(b), change(head, mean, square)))
    v128.store(b + part, low(head, mean, g))
    v128.store(b + 2 * part, high(head, square, g))
  }
}
