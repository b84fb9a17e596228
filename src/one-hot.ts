import { integer } from './check.ts'
import { ShapeError, shown } from './errors.ts'

/**
 * Returns a (labels.length × classes) array, row-major, with a 1 at [r, labels[r]] and 0 elsewhere.
 *
 * labels: class indices from 0 to classes − 1. classes: the largest label + 1 unless given. name: what the errors call
 * the labels. Throws ShapeError naming the row of a label that is no class index.
 */
export function oneHot(labels: ArrayLike<number>, classes?: number, name = 'labels'): Float32Array {
  const width = classes === undefined ? countClasses(labels) : integer(1)(classes, 'classes')
  const values = new Float32Array(labels.length * width)
  for (let r = 0; r < labels.length; ++r) {
    const label = labels[r]
    if (!Number.isInteger(label) || label < 0 || label >= width) {
      const expected = width > 0 ? `a class index from 0 to ${width - 1}` : 'a class index of at least 0'
      throw new ShapeError(`${name}[${r}]: expected ${expected}, got ${shown(label)}`)
    }
    values[r * width + label] = 1
  }
  return values
}

function countClasses(labels: ArrayLike<number>): number {
  let most = -1
  for (let r = 0; r < labels.length; ++r) {
    if (Number.isInteger(labels[r]) && labels[r] > most) most = labels[r]
  }
  return most + 1
}
