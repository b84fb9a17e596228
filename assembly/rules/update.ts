// What a product does with the sums of a gradient, and what is left to a rule.
//
//   plain SGD        w + step · g,  step = −learningRate / rows: the product adds to the parameters itself, if nothing
//                    else is done to the gradient
//   the others       0 + step · g,  step = 1 / rows: the mean gradient, stored where it is wanted, or in a strip that a
//                    rule then goes over
//
// Both are one multiplication and one addition to a base, so that the tile that applies them has no branch: V8 fuses pairs
// of vectors only within one basic block.

import { STRIP_HEAD } from '../abi/layout'
import { ZEROS } from '../base/panels'

/** What a rule needs besides the gradient, whose strips a product hands it. */
@unmanaged
export class Update {
  rule: i32
  /** The rule's numbers for this step. */
  scalars: usize
  /** Bytes from a parameter to its first slot, and between its slots. */
  slots: usize
  /** Room for a strip. */
  strip: usize
  /** False where the rule has the gradient as it is. */
  prepares: bool
  /** λ₁ and 2 λ₂ of a penalty. */
  l1: f32
  twiceL2: f32
  /** Of each element of the gradient; 0 for none. */
  limit: f32
  /** What the gradient is multiplied with. */
  scale: f32
}

/** The update, in front of the thread's own strip at `room`. */
export function updateAt(room: usize, rule: i32, scalars: usize, slots: usize): Update {
  const update = changetype<Update>(room)
  update.rule = rule
  update.scalars = scalars
  update.slots = slots
  update.strip = room + (STRIP_HEAD << 2)
  update.prepares = false
  return update
}

/** Says what is done to the gradient before the rule has it. */
export function prepareWith(update: Update, l1: f32, twiceL2: f32, limit: f32, scale: f32): void {
  update.prepares = l1 != 0 || twiceL2 != 0 || limit != 0 || scale != 1
  update.l1 = l1
  update.twiceL2 = twiceL2
  update.limit = limit
  update.scale = scale
}

/** What a sum over `rows` rows is multiplied with. scalars: where the product takes the step, its learning rate. */
@inline
export function stepOf(fused: bool, scalars: usize, rows: i32): f32 {
  return fused ? -(load<f32>(scalars) / <f32>rows) : <f32>1 / <f32>rows
}

/** Where the base stands for the target at ptr: the target itself, or zeros. */
@inline
export function basePtr(adds: bool, ptr: usize): usize {
  return adds ? ptr : ZEROS
}

/** `distance` between two elements of the base: that between the targets, or 0, all zeros being alike. */
@inline
export function baseDistance(adds: bool, distance: usize): usize {
  return adds ? distance : 0
}
