// Adam (D. P. Kingma and J. Ba 2015, arXiv:1412.6980) on each sample: moments and weights rounded to float32. The biases step by
// the moments before the sample, as brain.js is seen to do.

import {
  ACTIVATIONS, BETA1, BETA2, BIASES, DELTAS, ENTRY, EPSILON, INPUTS, LAYER, MASK, POWER1, POWER2, RATE, ROOT, SCALE, SHARE1, SHARE2, STRIDE,
  VECTORS, WEIGHTS,
} from '../abi/online'
import { delta, rounded } from './functions'

/** Makes the factors of the sample that comes. */
export function advance(head: usize): void {
  const power1 = load<f64>(head, POWER1) * load<f64>(head, BETA1)
  const power2 = load<f64>(head, POWER2) * load<f64>(head, BETA2)
  store<f64>(head, power1, POWER1)
  store<f64>(head, power2, POWER2)
  store<f64>(head, load<f64>(head, RATE) / (1 - power1), SCALE)
  store<f64>(head, 1 / sqrt(1 - power2), ROOT)
}

/** η m / (1 − β₁ᵗ) over √(v / (1 − β₂ᵗ)) + ε. */
@inline
function stride(head: usize, mean: v128, square: v128): v128 {
  const below = f64x2.add(f64x2.mul(v128.load64_splat(head, ROOT), f64x2.sqrt(square)), v128.load64_splat(head, EPSILON))
  return f64x2.div(f64x2.mul(v128.load64_splat(head, SCALE), mean), below)
}

/** Bytes of two weights and their moments. */
const TRIPLE: usize = 48
/** From two weights to their moments. */
const LOW: usize = 16
const HIGH: usize = 32

/** Steps the two weights at p, which are `weight`, by the gradient g. */
@inline
function step(head: usize, p: usize, weight: v128, g: v128): void {
  const mean = f64x2.add(
    f64x2.mul(v128.load(p, LOW), v128.load64_splat(head, BETA1)),
    f64x2.mul(v128.load64_splat(head, SHARE1), g),
  )
  const square = f64x2.add(
    f64x2.mul(v128.load(p, HIGH), v128.load64_splat(head, BETA2)),
    f64x2.mul(f64x2.mul(v128.load64_splat(head, SHARE2), g), g),
  )
  v128.store(p, rounded(mean), LOW)
  v128.store(p, rounded(square), HIGH)
  v128.store(p, rounded(f64x2.add(weight, stride(head, mean, square))))
}

/** All rows; those that have no entry in [list, end) have an input of 0. */
export function updateListed(head: usize, layer: usize, list: usize, end: usize): void {
  const distance = <usize>load<u32>(layer, STRIDE)
  const deltas = <usize>load<u32>(layer, DELTAS)
  const last = deltas + ((<usize>load<u32>(layer, VECTORS)) << 4)
  const first = <usize>load<u32>(layer, WEIGHTS)
  const rows = first + <usize>load<u32>(layer, INPUTS) * distance
  for (let row = first; row < rows; row += distance) {
    let x = f64x2.splat(0)
    if (list < end && first + <usize>load<u32>(list) == row) {
      x = f64x2.promote_low_f32x4(v128.load32_splat(list, 4))
      list += ENTRY
    }
    let p = row
    for (let d = deltas; d < last; d += 16, p += TRIPLE) step(head, p, v128.load(p), f64x2.mul(v128.load(d), x))
  }
}

/** As climb of momentum.ts. */
export function climb(head: usize, layer: usize): void {
  const under = layer - LAYER
  let a = <usize>load<u32>(under, ACTIVATIONS)
  const below = <usize>load<u32>(under, DELTAS) - a
  const mask = <usize>load<u32>(under, MASK) - a
  const distance = <usize>load<u32>(layer, STRIDE)
  const deltas = <usize>load<u32>(layer, DELTAS)
  const last = deltas + ((<usize>load<u32>(layer, VECTORS)) << 4)
  const end = a + ((<usize>load<u32>(layer, INPUTS)) << 3)
  let row = <usize>load<u32>(layer, WEIGHTS)
  for (; a < end; a += 16, row += distance << 1) {
    const x0 = v128.load64_splat(a)
    const x1 = v128.load64_splat(a, 8)
    let e = f64x2.splat(0)
    let p = row
    let q = row + distance
    for (let d = deltas; d < last; d += 16, p += TRIPLE, q += TRIPLE) {
      const w0 = v128.load(p)
      const w1 = v128.load(q)
      e = f64x2.add(e, f64x2.mul(v128.load64_splat(d), v128.shuffle<f64>(w0, w1, 0, 2)))
      e = f64x2.add(e, f64x2.mul(v128.load64_splat(d, 8), v128.shuffle<f64>(w0, w1, 1, 3)))
      const v = v128.load(d)
      step(head, p, w0, f64x2.mul(v, x0))
      step(head, q, w1, f64x2.mul(v, x1))
    }
    v128.store(a + below, v128.and(delta(head, e, v128.load(a)), v128.load(a + mask)))
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
    v128.store(b, rounded(f64x2.add(v128.load(b), stride(head, mean, square))))
    v128.store(
      b + part,
      rounded(f64x2.add(f64x2.mul(mean, v128.load64_splat(head, BETA1)), f64x2.mul(v128.load64_splat(head, SHARE1), g))),
    )
    v128.store(
      b + 2 * part,
      rounded(
        f64x2.add(
          f64x2.mul(square, v128.load64_splat(head, BETA2)),
          f64x2.mul(f64x2.mul(v128.load64_splat(head, SHARE2), g), g),
        ),
      ),
    )
  }
}
