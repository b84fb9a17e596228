// Reading an instruction's operands. `op` is its address, `word` one of those that abi/operands/ names.

import { STRIP, STRIP_HEAD } from '../abi/layout'

/** Operand `word` of the instruction at `op`. */
@inline
export function operand(op: usize, word: usize): i32 {
  return load<i32>(op + (word << 2))
}

/** Operand `word`, a float32. */
@inline
export function floatOperand(op: usize, word: usize): f32 {
  return load<f32>(op + (word << 2))
}

/** Operand `word` as a byte address; an offset of 0 stays 0. */
@inline
export function address(op: usize, word: usize): usize {
  return (<usize>load<u32>(op + (word << 2))) << 2
}

/** The float64 in operand `word` and the one after it. */
@inline
export function double(op: usize, word: usize): f64 {
  return load<f64>(op + (word << 2))
}

/** The thread's own table of the batch's rows in operand `word`, or 0. */
@inline
export function tableOf(op: usize, word: usize, rows: i32, thread: i32): usize {
  const first = address(op, word)
  return first ? first + ((<usize>(thread * rows)) << 2) : 0
}

/** The thread's own room for an update in operand `word`. */
@inline
export function roomOf(op: usize, word: usize, thread: i32): usize {
  return address(op, word) + ((<usize>(thread * (STRIP_HEAD + STRIP))) << 2)
}

/** The rule's numbers for step number `index` of this call. */
@inline
export function scalarsOf(op: usize, steps: usize, stepStride: usize, index: i32): usize {
  return address(op, steps) + ((<usize>(index * operand(op, stepStride))) << 2)
}
