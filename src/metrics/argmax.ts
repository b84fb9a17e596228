import { isList } from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'
import { indexOfLargest } from '../base/largest.ts'

/** Returns, for each row of `width` values, the index of its largest one: of equal ones the first, with NaN among them −1. */
export function argmax(values: ArrayLike<number>, width: number): Int32Array {
  if (!isList(values)) throw new ShapeError(`argmax: expected an array of numbers, got ${shown(values)}`)
  if (!Number.isInteger(width) || width < 1 || values.length % width !== 0) {
    throw new ShapeError(
      `argmax: expected ${values.length} values in whole rows, got rows of ${shown(width)}`,
    )
  }
  const indices = new Int32Array(values.length / width)
  for (let r = 0; r < indices.length; ++r) {
    indices[r] = indexOfLargest(values, r * width, (r + 1) * width)
  }
  return indices
}
