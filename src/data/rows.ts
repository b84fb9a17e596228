import { isList } from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'

/** Rows one after another: a typed array or an array of numbers, or an array with one element a row. */
export type RowArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | readonly unknown[]

function checkList(x: unknown, name: string): void {
  if (isList(x)) return
  throw new ShapeError(`${name}: expected a typed array or an array, got ${shown(x)}`)
}

/** Returns how many rows of `width` elements `x` holds, at least 1. Throws ShapeError. */
export function countRows(x: ArrayLike<unknown>, width: number, name: string): number {
  checkList(x, name)
  if (!Number.isSafeInteger(width) || width < 1) {
    throw new ShapeError(`${name}: expected rows of at least 1 value, got rows of ${shown(width)}`)
  }
  if (x.length > 0 && x.length % width === 0) return x.length / width
  throw new ShapeError(
    `${name}: expected at least one row, and whole rows of ${width}, got ${x.length} values`,
  )
}

/** Numbers row by row: one after another, (rows × columns) and row-major, or an array of rows. */
export type NumberRows = ArrayLike<number> | readonly ArrayLike<number>[]

const isNested = (x: NumberRows): x is readonly ArrayLike<number>[] =>
  isList(x) && !ArrayBuffer.isView(x) && isList(x[0])

/**
 * Returns the values of x one after another, row-major, and how many a row has: `columns`, or as many as the first has where that is
 * undefined. The values are not checked. Throws ShapeError for rows that differ, and for a flat x without `columns`.
 */
export function flatRows(
  x: NumberRows,
  columns: number | undefined,
  name: string,
): { values: ArrayLike<number>; columns: number } {
  if (!isNested(x)) {
    if (columns !== undefined) return { values: x, columns }
    throw new ShapeError(
      `${name}: expected an array of rows, or a flat array and the number of its columns, as in (y, 1), got ${shown(x)} alone`,
    )
  }
  const width = columns ?? x[0].length
  const values = new Float64Array(x.length * width)
  for (let r = 0; r < x.length; ++r) {
    const row = x[r]
    if (!isList(row) || row.length !== width) {
      throw new ShapeError(`${name}[${r}]: expected a row of ${width} numbers, got ${shown(row)}`)
    }
    for (let c = 0; c < width; ++c) {
      // What would become a number, such as null or a text, is none.
      const value: unknown = row[c]
      if (typeof value !== 'number') {
        throw new ShapeError(`${name}[${r}][${c}]: expected a finite number, got ${shown(value)}`)
      }
      values[r * width + c] = value
    }
  }
  return { values, columns: width }
}

/** Returns how many elements each of the `rows` rows of `x` has, at least 1. Throws ShapeError. */
export function rowWidth(x: ArrayLike<unknown>, rows: number, name: string): number {
  checkList(x, name)
  if (x.length > 0 && x.length % rows === 0) return x.length / rows
  throw new ShapeError(
    `${name}: expected as many values for each of the ${rows} rows, got ${x.length} values`,
  )
}

/**
 * Returns the rows of `x` that `indices` name, in their order, in an array of x's own type: (indices.length × width).
 *
 * x: (rows × width), row-major; an array of rows is taken with a width of 1, and its rows are shared, not copied.
 * indices: from 0 to rows − 1, in any order and as often as wanted. Throws ShapeError.
 */
export function takeRows<X extends RowArray>(x: X, width: number, indices: ArrayLike<number>): X {
  const rows = countRows(x, width, 'x')
  const Rows = x.constructor as new (length: number) => { [index: number]: unknown }
  const taken = new Rows(indices.length * width)
  for (let i = 0; i < indices.length; ++i) {
    const row = indices[i]
    if (!Number.isInteger(row) || row < 0 || row >= rows) {
      throw new ShapeError(`indices[${i}]: expected a row from 0 to ${rows - 1}, got ${shown(row)}`)
    }
    for (let c = 0; c < width; ++c) taken[i * width + c] = x[row * width + c]
  }
  return taken as unknown as X
}
