// What a product does with the sums of a gradient, and what is left to a rule.
//
//   plain SGD        w + step · g,  step = −learningRate / rows: the product adds to the parameters itself
//   the others       0 + step · g,  step = 1 / rows: the mean gradient, stored where it is wanted, or in a strip that a
//                    rule then goes over
//
// Both are one multiplication and one addition to a base, so that the tile that applies them has no branch: V8 fuses pairs
// of vectors only within one basic block.

import { STRIP_HEAD } from '../abi/layout'
import * as Rules from '../abi/rules'
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
}

/** The update, in front of the thread's own strip at `room`. */
export function updateAt(room: usize, rule: i32, scalars: usize, slots: usize): Update {
  const update = changetype<Update>(room)
  update.rule = rule
  update.scalars = scalars
  update.slots = slots
  update.strip = room + (STRIP_HEAD << 2)
  return update
}

/** What a sum over `rows` rows is multiplied with. scalars: a fused rule has its learning rate there. */
@inline
export function stepOf(rule: i32, scalars: usize, rows: i32): f32 {
  return rule == Rules.FUSED ? -(load<f32>(scalars) / <f32>rows) : <f32>1 / <f32>rows
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
