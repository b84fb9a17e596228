// From outputs to classes.

import { ShapeError } from '../base/errors.ts'
import { indexOfLargest } from '../base/largest.ts'
import { inChunks, runNow, type Slices } from '../base/pace.ts'
import type { ClassName, ClassNames } from '../model/class-names.ts'
import { type Loss, lossRow } from '../model/custom-loss.ts'

/**
 * Returns the classes of rows of outputs. With a single output, or with one label per output (binaryCrossEntropy and its
 * like), 1 where the output is at least ½ (with hinge: 0) and 0 where it is less, (rows × outputs); otherwise the index of each
 * row's largest output, the first of equal ones, (rows). −1, which is no class, stands for an output or a row with NaN. Yields
 * now and then.
 */
export function* classSlices(values: Float32Array, outputs: number, loss: Loss): Slices<Int32Array> {
  const { kind, fusedWith, threshold } = lossRow(loss)
  const rows = values.length / outputs
  if (outputs === 1 || kind === 'labels') {
    // A threshold of a fused loss is of z.
    const boundary = fusedWith ? 0.5 : threshold
    const sides = new Int32Array(values.length)
    yield* inChunks(rows, outputs, (from, to) => {
      for (let i = from * outputs; i < to * outputs; ++i) {
        sides[i] = values[i] >= boundary ? 1 : values[i] < boundary ? 0 : -1
      }
    })
    return sides
  }
  const classes = new Int32Array(rows)
  yield* inChunks(rows, outputs, (from, to) => {
    for (let r = from; r < to; ++r) classes[r] = indexOfLargest(values, r * outputs, (r + 1) * outputs)
  })
  return classes
}

/** The same at once. */
export const classesOf = (values: Float32Array, outputs: number, loss: Loss): Int32Array =>
  runNow(classSlices(values, outputs, loss))

// A name costs as much as so many numbers: it is an element of a list.
const NAME_COST = 16

/**
 * Returns the name of each row's class, or, with so many `labels` a row, the names of those that are 1. Throws ShapeError for
 * −1, which is no class. Yields now and then. call: the user's, for messages.
 */
export function* namesOf(
  classes: Int32Array,
  names: ClassNames,
  labels: number | undefined,
  call: string,
): Slices<ClassName[] | string[][]> {
  const columns = labels ?? 1
  const rows = classes.length / columns
  const refuse = (r: number): never => {
    throw new ShapeError(
      `${call}: expected outputs that are numbers, got NaN for x[${r}], which is no class and has no name ` +
        '(without names it is −1)',
    )
  }
  const nameOf = (r: number) => (classes[r] < 0 ? refuse(r) : names[classes[r]])
  const labelsOf = (r: number) => {
    const found: string[] = []
    for (let c = 0; c < columns; ++c) {
      const side = classes[r * columns + c]
      if (side < 0) refuse(r)
      if (side === 1) found.push(names[c] as string)
    }
    return found
  }
  const named: (ClassName | string[])[] = new Array(rows)
  yield* inChunks(rows, NAME_COST * columns, (from, to) => {
    for (let r = from; r < to; ++r) named[r] = labels === undefined ? nameOf(r) : labelsOf(r)
  })
  return named as ClassName[] | string[][]
}
