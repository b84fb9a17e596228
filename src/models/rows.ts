// One row or several, and what a network takes of them.

import { isArray, isList, isObject } from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'
import type { Features } from '../data/features/features.ts'
import type { RowsLike, Table } from '../data/features/records.ts'

/** A row: an object of any type, or its cells in the order of the columns. */
// Not a Record: an interface and a class have no index signature.
export type RowLike = object

// Of any realm. It is a cell, though an object: no row has its columns.
const isDate = (value: unknown): boolean => Object.prototype.toString.call(value) === '[object Date]'

/** True for rows, false for a single one. */
export function areRows(value: unknown): value is RowsLike {
  if (isArray(value)) {
    const [first] = value
    return value.length === 0 || isList(first) || (isObject(first) && !isDate(first))
  }
  const { names, columns } = (isObject(value) ? value : {}) as Partial<Table>
  return isArray(names) && isArray(columns)
}

/** Rows as they are, or a single one in a list of its own. Throws ShapeError for what is neither. */
export function asRows(value: RowLike | RowsLike): { rows: RowsLike; isOne: boolean } {
  if (areRows(value)) return { rows: value, isOne: false }
  if (isList(value) || isObject(value)) return { rows: [value], isOne: true }
  throw new ShapeError(`row: expected an object or an array of cells, got ${shown(value)}`)
}

/** The rows as a network of so many inputs takes them, row-major (rows × inputs). Throws ShapeError. */
export function inputsOf(rows: RowsLike, inputs: number, features: Features | undefined): Float32Array {
  if (features) return features.transform(rows)
  if (!isArray(rows) || rows.length === 0) {
    throw new ShapeError(
      `rows: expected an array of rows of ${inputs} numbers, at least one, got ${shown(rows)}`,
    )
  }
  const out = new Float32Array(rows.length * inputs)
  for (let r = 0; r < rows.length; ++r) {
    const row = rows[r] as ArrayLike<number>
    if (row?.length !== inputs) {
      throw new ShapeError(`rows[${r}]: expected ${inputs} numbers, got ${shown(row)}`)
    }
    for (let c = 0; c < inputs; ++c) {
      if (typeof row[c] !== 'number')
        throw new ShapeError(`rows[${r}][${c}]: expected a number, got ${shown(row[c])}`)
      out[r * inputs + c] = row[c]
    }
  }
  return out
}
