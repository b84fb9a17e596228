// Update rules: what becomes of a finished sum of gradients, g, while it is still in registers.
//
//   SGD              w + step · g,  step = −learningRate / rows
//   STORE_GRADIENT   0 + step · g,  step = 1 / rows: the mean gradient
//
// Both are one multiplication and one addition to a base, so that the tile that applies them has no branch: V8 fuses
// pairs of vectors only within one basic block. A new optimizer is a code in abi.ts, its base and step here (or a
// kernel of its own, over gradients that are stored), and the same in src/reference/optimizer.ts; the tensors it keeps
// are rows of the plan.

import { SGD } from './abi'
import { ZEROS } from './panels'

/** Where the base stands for the target at ptr: the target itself, or zeros. */
@inline
export function basePtr(rule: i32, ptr: usize): usize {
  return rule == SGD ? ptr : ZEROS
}

/** `distance` between two elements of the base: that between the targets, or 0, all zeros being alike. */
@inline
export function baseDistance(rule: i32, distance: usize): usize {
  return rule == SGD ? distance : 0
}

/** What g is multiplied with; `scale` is positive. */
@inline
export function stepOf(rule: i32, scale: f32): f32 {
  return rule == SGD ? -scale : scale
}
