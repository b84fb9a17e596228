// Lists and rows of numbers as users hand them over, brought to (rows × outputs) in float64.

import { isList } from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'
import type { MatrixLike } from '../model/options.ts'

export interface NumberRows {
  readonly values: Float64Array
  readonly rows: number
  readonly outputs: number
  /** Whether the numbers came in float32. */
  readonly isSingle: boolean
}

export const isNested = (value: unknown): value is readonly ArrayLike<number>[] =>
  isList(value) && !ArrayBuffer.isView(value) && value.length > 0 && isList(value[0])

/** Where a value stands, for messages. */
export const placed = (name: string, r: number, c: number, width: number): string =>
  width === 1 ? `${name}[${r}]` : `${name}[${r}][${c}]`

/**
 * Finite numbers, row after row or an array of rows. shape: how many rows they are, or how wide; without it an array of numbers
 * has one a row. Throws ShapeError.
 */
export function readNumbers(
  value: MatrixLike,
  name: string,
  { rows, outputs }: { rows?: number; outputs?: number } = {},
): NumberRows {
  if (!isList(value)) throw new ShapeError(`${name}: expected a typed array or an array, got ${shown(value)}`)
  if (value.length === 0) throw new ShapeError(`${name}: expected at least one row, got an empty array`)
  const nested = isNested(value)
  const width = outputs ?? (nested ? value[0].length : rows === undefined ? 1 : value.length / rows)
  const height = nested ? value.length : value.length / width
  const isWhole = Number.isInteger(width) && width > 0 && Number.isInteger(height)
  if (!isWhole || (rows !== undefined && height !== rows)) {
    const expected = rows === undefined ? `rows of ${width} values` : `values for ${rows} rows`
    throw new ShapeError(`${name}: expected ${expected}, got ${value.length} ${nested ? 'rows' : 'values'}`)
  }
  const values = new Float64Array(height * width)
  const read = (one: unknown, r: number, c: number) => {
    if (typeof one !== 'number' || !Number.isFinite(one)) {
      throw new ShapeError(`${placed(name, r, c, width)}: expected a finite number, got ${shown(one)}`)
    }
    values[r * width + c] = one
  }
  for (let r = 0; r < height; ++r) {
    const row: unknown = nested ? value[r] : value
    if (!isList(row) || (nested && row.length !== width)) {
      throw new ShapeError(`${name}[${r}]: expected a row of ${width} numbers, got ${shown(row)}`)
    }
    const at = nested ? 0 : r * width
    for (let c = 0; c < width; ++c) read(row[at + c], r, c)
  }
  const isSingle = (nested ? value[0] : value) instanceof Float32Array
  return { values, rows: height, outputs: width, isSingle }
}

/** Rows of labels that are each 0 or 1, or false or true: (rows × outputs). Throws ShapeError. */
export function readLabelRows(
  value: ArrayLike<unknown>,
  name: string,
  shape: { rows?: number; outputs?: number },
): NumberRows {
  const asNumbers = (list: ArrayLike<unknown>) =>
    Array.from(list, (one) => (typeof one === 'boolean' ? +one : one))
  const numbers = isNested(value)
    ? value.map((row) => (isList(row) ? asNumbers(row) : row))
    : asNumbers(value)
  const read = readNumbers(numbers as MatrixLike, name, shape)
  const wrong = read.values.findIndex((one) => one !== 0 && one !== 1)
  if (wrong >= 0) {
    const at = placed(name, Math.floor(wrong / read.outputs), wrong % read.outputs, read.outputs)
    throw new ShapeError(`${at}: expected a label that is 0 or 1, got ${read.values[wrong]}`)
  }
  return read
}
