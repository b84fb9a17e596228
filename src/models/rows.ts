// One row or several: what predict() tells apart.

import { isArray, isList, isObject } from '../base/check.ts'
import type { RowsLike, Table } from '../data/features/records.ts'

/** A row: an object, or its cells in the order of the columns. */
export type RowLike = Readonly<Record<string, unknown>> | readonly unknown[]

/** True for rows, false for a single one. */
export function areRows(value: unknown): value is RowsLike {
  if (isArray(value)) return value.length === 0 || isList(value[0]) || isObject(value[0])
  const { names, columns } = (isObject(value) ? value : {}) as Partial<Table>
  return isArray(names) && isArray(columns)
}
