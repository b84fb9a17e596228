// From outputs to classes.

import { type LossName, losses } from '../model/losses.ts'

/** The index of the first of the largest of values[from … to), counted from `from`; −1 where one of them is NaN. */
export function indexOfLargest(values: ArrayLike<number>, from: number, to: number): number {
  let best = from
  for (let i = from; i < to; ++i) {
    if (Number.isNaN(values[i])) return -1
    if (values[i] > values[best]) best = i
  }
  return best - from
}

/** 1 where an output is at least the boundary, 0 where it is less, −1 where it is NaN. */
const sideOf = (boundary: number) => (a: number) => (a >= boundary ? 1 : a < boundary ? 0 : -1)

/**
 * Returns the classes of rows of outputs. With a single output, or with one label per output (binaryCrossEntropy and its
 * like), 1 where the output is at least ½ (with hinge: 0) and 0 where it is less, (rows × outputs); otherwise the index of each row's largest
 * output, the first of equal ones, (rows). −1, which is no class, stands for an output or a row with NaN.
 */
export function classesOf(values: Float32Array, outputs: number, loss: LossName): Int32Array {
  const { kind, fusedWith, threshold } = losses[loss]
  // A threshold of a fused loss is of z.
  if (outputs === 1 || kind === 'labels') return Int32Array.from(values, sideOf(fusedWith ? 0.5 : threshold))
  const classes = new Int32Array(values.length / outputs)
  for (let r = 0; r < classes.length; ++r) {
    classes[r] = indexOfLargest(values, r * outputs, (r + 1) * outputs)
  }
  return classes
}
