// a = f(x · W + b) of one sample: the sum of each unit begins with its bias and takes the inputs in order.

import { ACTIVATIONS, BIASES, ENTRY, INPUTS, LAYER, MASK, STRIDE, VECTORS, WEIGHTS } from '../abi/online/map'
import { count, Eight, Four, One, Two } from '../base/counts'
import { madd } from '../base/simd'
import { activate } from './functions'

@inline
function store(head: usize, z: v128, a: usize, mask: usize): void {
  v128.store(a, v128.and(activate(head, z), v128.load(a + mask)))
}

/**
 * Vectors (1, 2, 4 or 8) of units from the vector at byte `at` of a layer's units on, of rows with Slots vectors for each. The
 * inputs are the float32 of [x, end) or, with Listed = Two, its entries.
 */
function block<Vectors, Listed, Slots>(head: usize, layer: usize, x: usize, end: usize, at: usize): void {
  const weights = <usize>load<u32>(layer, WEIGHTS) + at * <usize>count<Slots>()
  const stride = <usize>load<u32>(layer, STRIDE)
  const bias = <usize>load<u32>(layer, BIASES) + at
  let c0 = v128.load(bias)
  let c1 = c0
  let c2 = c0
  let c3 = c0
  let c4 = c0
  let c5 = c0
  let c6 = c0
  let c7 = c0
  if (count<Vectors>() > 1) c1 = v128.load(bias, 16)
  if (count<Vectors>() > 2) {
    c2 = v128.load(bias, 32)
    c3 = v128.load(bias, 48)
  }
  if (count<Vectors>() > 4) {
    c4 = v128.load(bias, 64)
    c5 = v128.load(bias, 80)
    c6 = v128.load(bias, 96)
    c7 = v128.load(bias, 112)
  }
  let w = weights
  while (x < end) {
    let value: v128
    if (count<Listed>() > 1) {
      w = weights + <usize>load<u32>(x)
      value = v128.load32_splat(x, 4)
      x += ENTRY
    } else {
      value = v128.load32_splat(x)
      x += 4
    }
    c0 = madd(value, v128.load(w), c0)
    if (count<Vectors>() > 1) c1 = madd(value, v128.load(w, <usize>(count<Slots>() * 16)), c1)
    if (count<Vectors>() > 2) {
      c2 = madd(value, v128.load(w, <usize>(count<Slots>() * 32)), c2)
      c3 = madd(value, v128.load(w, <usize>(count<Slots>() * 48)), c3)
    }
    if (count<Vectors>() > 4) {
      c4 = madd(value, v128.load(w, <usize>(count<Slots>() * 64)), c4)
      c5 = madd(value, v128.load(w, <usize>(count<Slots>() * 80)), c5)
      c6 = madd(value, v128.load(w, <usize>(count<Slots>() * 96)), c6)
      c7 = madd(value, v128.load(w, <usize>(count<Slots>() * 112)), c7)
    }
    if (count<Listed>() == 1) w += stride
  }
  const a = <usize>load<u32>(layer, ACTIVATIONS) + at
  const mask = <usize>load<u32>(layer, MASK) + at - a
  store(head, c0, a, mask)
  if (count<Vectors>() > 1) store(head, c1, a + 16, mask)
  if (count<Vectors>() > 2) {
    store(head, c2, a + 32, mask)
    store(head, c3, a + 48, mask)
  }
  if (count<Vectors>() > 4) {
    store(head, c4, a + 64, mask)
    store(head, c5, a + 80, mask)
    store(head, c6, a + 96, mask)
    store(head, c7, a + 112, mask)
  }
}

@inline
function forward<Listed, Slots>(head: usize, layer: usize, x: usize, end: usize): void {
  let left = load<i32>(layer, VECTORS)
  let at: usize = 0
  for (; left >= 8; left -= 8, at += 128) block<Eight, Listed, Slots>(head, layer, x, end, at)
  if (left & 4) {
    block<Four, Listed, Slots>(head, layer, x, end, at)
    at += 64
  }
  if (left & 2) {
    block<Two, Listed, Slots>(head, layer, x, end, at)
    at += 32
  }
  if (left & 1) block<One, Listed, Slots>(head, layer, x, end, at)
}

/** From the entries of [list, end). Slots: vectors that a row holds for each four weights. */
export function forwardListed<Slots>(head: usize, layer: usize, list: usize, end: usize): void {
  forward<Two, Slots>(head, layer, list, end)
}

/** From the activations of the layer below. */
export function forwardDense<Slots>(head: usize, layer: usize): void {
  const x = <usize>load<u32>(layer - LAYER, ACTIVATIONS)
  forward<One, Slots>(head, layer, x, x + ((<usize>load<u32>(layer, INPUTS)) << 2))
}
