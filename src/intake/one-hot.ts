import { integer, isList } from '../base/check.ts'
import { BackendError, ShapeError, shown } from '../base/errors.ts'

// Beyond this a label is a mistake, not a class: the widest layer that a network may have.
const MOST_CLASSES = 2 ** 24

// 4 GiB of float32: what a WebAssembly memory can hold, and less than the longest typed array of any engine.
const MOST_VALUES = 2 ** 30

/** Sets values[r · classes + labels[r]] to 1 for the rows [from, to). Throws ShapeError for a label that is no class. */
export function setOneHot(
  values: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
  name: string,
  from: number,
  to: number,
): void {
  for (let r = from; r < to; ++r) {
    const label = labels[r]
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      const expected = classes > 0 ? `a class index from 0 to ${classes - 1}` : 'a class index of at least 0'
      throw new ShapeError(`${name}[${r}]: expected ${expected}, got ${shown(label)}`)
    }
    values[r * classes + label] = 1
  }
}

/**
 * Returns a (labels.length × classes) array, row-major, with a 1 at [r, labels[r]] and 0 elsewhere.
 *
 * labels: class indices from 0 to classes − 1. classes: the largest label + 1 unless given. Throws ShapeError naming
 * the row of a label that is no class index, and for more than 2³⁰ values; OptionError; BackendError without the memory.
 */
export function oneHot(labels: ArrayLike<number>, classes?: number): Float32Array {
  checkLabels(labels, 'labels')
  const width = classes === undefined ? numberOfClasses(labels) : integer(1, MOST_CLASSES)(classes, 'classes')
  const values = allocate(labels.length, width)
  setOneHot(values, labels, width, 'labels', 0, labels.length)
  return values
}

function allocate(rows: number, classes: number): Float32Array {
  const size = `${rows} rows of ${classes} classes`
  if (rows * classes > MOST_VALUES) {
    throw new ShapeError(`labels: expected at most ${MOST_VALUES} values, rows × classes, got ${size}`)
  }
  try {
    return new Float32Array(rows * classes)
  } catch (cause) {
    throw new BackendError(`oneHot: not enough memory for ${size}`, { cause })
  }
}

/** Throws ShapeError for what is no list at all. */
export function checkLabels(labels: ArrayLike<number>, name: string): void {
  if (isList(labels)) return
  throw new ShapeError(`${name}: expected an array of class indices, got ${shown(labels)}`)
}

function numberOfClasses(labels: ArrayLike<number>): number {
  let most = -1
  for (let r = 0; r < labels.length; ++r) {
    if (Number.isInteger(labels[r]) && labels[r] > most) most = labels[r]
    if (most >= MOST_CLASSES) {
      throw new ShapeError(
        `labels[${r}]: expected a class index below ${MOST_CLASSES}, got ${shown(labels[r])}`,
      )
    }
  }
  return most + 1
}
