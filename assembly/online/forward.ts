// a = f(x · W + b) of one sample: the sum of each unit begins with its bias and takes the inputs in order, in float64.

import { ACTIVATIONS, BIASES, ENTRY, INPUTS, LAYER, MASK, STRIDE, VECTORS, WEIGHTS } from '../abi/online'
import { count, Four, One, Two } from '../base/counts'
import { activate } from './functions'

@inline
function store(head: usize, z: v128, a: usize, mask: usize, at: usize): void {
  v128.store(a + at, v128.and(activate(head, z), v128.load(mask + at)))
}

/**
 * Vectors (1, 2 or 4) of units from the vector at byte `at` of a row on. The inputs are the float64 at x, `inputs` of them or,
 * with Listed = Two, the entries of [x, end).
 */
function block<Vectors, Listed, Slots>(
  head: usize, layer: usize, x: usize, end: usize, at: usize,
): void {
  const weights = <usize>load<u32>(layer, WEIGHTS) + at * <usize>count<Slots>()
  const stride = <usize>load<u32>(layer, STRIDE)
  const bias = <usize>load<u32>(layer, BIASES) + at
  let c0 = v128.load(bias)
  let c1 = c0
  let c2 = c0
  let c3 = c0
  if (count<Vectors>() > 1) c1 = v128.load(bias, 16)
  if (count<Vectors>() > 2) {
    c2 = v128.load(bias, 32)
    c3 = v128.load(bias, 48)
  }
  let w = weights
  while (x < end) {
    let value: v128
    if (count<Listed>() > 1) {
      w = weights + <usize>load<u32>(x)
      value = f64x2.promote_low_f32x4(v128.load32_splat(x, 4))
      x += ENTRY
    } else {
      value = v128.load64_splat(x)
      x += 8
    }
    c0 = f64x2.add(c0, f64x2.mul(value, v128.load(w)))
    if (count<Vectors>() > 1) c1 = f64x2.add(c1, f64x2.mul(value, v128.load(w, <usize>(count<Slots>() * 16))))
    if (count<Vectors>() > 2) {
      c2 = f64x2.add(c2, f64x2.mul(value, v128.load(w, <usize>(count<Slots>() * 32))))
      c3 = f64x2.add(c3, f64x2.mul(value, v128.load(w, <usize>(count<Slots>() * 48))))
    }
    if (count<Listed>() == 1) w += stride
  }
  const a = <usize>load<u32>(layer, ACTIVATIONS)
  const mask = <usize>load<u32>(layer, MASK)
  store(head, c0, a, mask, at)
  if (count<Vectors>() > 1) store(head, c1, a, mask, at + 16)
  if (count<Vectors>() > 2) {
    store(head, c2, a, mask, at + 32)
    store(head, c3, a, mask, at + 48)
  }
}

@inline
function forward<Listed, Slots>(head: usize, layer: usize, x: usize, end: usize): void {
  let left = load<i32>(layer, VECTORS)
  let at: usize = 0
  for (; left >= 4; left -= 4, at += 64) block<Four, Listed, Slots>(head, layer, x, end, at)
  if (left & 2) {
    block<Two, Listed, Slots>(head, layer, x, end, at)
    at += 32
  }
  if (left & 1) block<One, Listed, Slots>(head, layer, x, end, at)
}

/** From the entries of [list, end). Slots: vectors that a row holds for each two weights. */
export function forwardListed<Slots>(head: usize, layer: usize, list: usize, end: usize): void {
  forward<Two, Slots>(head, layer, list, end)
}

/** From the activations of the layer below. */
export function forwardDense<Slots>(head: usize, layer: usize): void {
  const x = <usize>load<u32>(layer - LAYER, ACTIVATIONS)
  forward<One, Slots>(head, layer, x, x + ((<usize>load<u32>(layer, INPUTS)) << 3))
}
