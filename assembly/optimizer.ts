// Update rules. A rule is applied to a vector of a finished gradient while it is still in registers, so the gradient
// need not be stored. A new optimizer is a code in abi.ts, a case here, and the same case in
// src/reference/optimizer.ts; the tensors it keeps (momentum, …) are rows of the plan.

import { SGD } from './abi'
import { nmadd } from './simd'

/**
 * The new value at targetPtr, after storing it there: with g the sum over the batch,
 *
 *   STORE_GRADIENT   scale · g             (scale = 1 / rows: the mean gradient)
 *   SGD              w − scale · g         (scale = learningRate / rows)
 */
@inline
export function applyRule(rule: i32, targetPtr: usize, g: v128, scale: v128): v128 {
  let value: v128
  if (rule == SGD) value = nmadd(scale, g, v128.load(targetPtr))
  else value = f32x4.mul(scale, g)
  v128.store(targetPtr, value)
  return value
}
