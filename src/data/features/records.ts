// Rows of cells of any kind, as users have them: row objects, arrays of cells, or a table column by column.

import { isArray, isList, isObject } from '../../base/check.ts'
import { ShapeError, shown } from '../../base/errors.ts'

/** A table by columns: what readTable() returns. */
export interface Table {
  /** Of the columns, in their order. */
  readonly names: readonly string[]
  /** Cells of each column. */
  readonly rows: number
  /** One for each name: a cell a row. */
  readonly columns: readonly ArrayLike<unknown>[]
}

/** Rows as objects, as arrays of cells in the order of the columns, or a table. */
export type RowsLike = readonly object[] | Table

/** Cells by row and column. */
export interface Records {
  readonly rows: number
  /** Of the columns in their order. */
  readonly names: readonly string[]
  /** A reader of the cells of a column. Throws ShapeError. */
  column(name: string): (row: number) => unknown
}

export const isTable = (value: unknown): value is Table =>
  isObject(value) &&
  typeof value.rows === 'number' &&
  isArray(value.names) &&
  isArray(value.columns) &&
  value.columns.every(isList)

// What every object has says nothing of a row.
const isInherited = (name: string) => name in Object.prototype

/** True where the object has the column: its own, or that of its class, such as a getter. */
const hasCell = (row: object, name: string): boolean =>
  Object.hasOwn(row, name) || (name in row && !isInherited(name))

/** What becomes of a name that a row object lacks: refused, for it may be a misspelt one, or a cell that is missing. */
export type Absent = 'error' | 'missing'

function cellOf(row: unknown, r: number, name: string, absent: Absent): unknown {
  if (!isObject(row)) throw new ShapeError(`rows[${r}]: expected an object, got ${shown(row)}`)
  if (hasCell(row, name)) return row[name]
  if (absent === 'missing') return undefined
  const known = Object.keys(row).slice(0, 10).map(shown).join(', ')
  throw new ShapeError(
    `rows[${r}]: expected the column ${shown(name)}, got an object with ${known || 'none'}`,
  )
}

/** The place of each name, the first of one that is there twice: a look for one of 50,000 takes as long as for one of two. */
function placesOf(names: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  for (const [c, name] of names.entries()) if (!places.has(name)) places.set(name, c)
  return places
}

function ofTable({ names, rows, columns }: Table): Records {
  const places = placesOf(names)
  return {
    rows,
    names,
    column(name) {
      const c = places.get(name)
      const cells = c === undefined ? undefined : columns[c]
      if (cells?.length === rows) return (row) => cells[row]
      throw new ShapeError(
        c === undefined
          ? `rows: expected the column ${shown(name)} in the table, got ${names.slice(0, 10).map(shown).join(', ')}`
          : `rows: expected ${rows} cells in the column ${shown(name)}, got ${cells?.length ?? 'none'}`,
      )
    },
  }
}

/** The names of the first row, or of all where each may lack some, in the order in which they come. */
const namesOf = (list: readonly unknown[], absent: Absent): string[] =>
  absent === 'error'
    ? Object.keys(list[0] as object)
    : [...new Set(list.flatMap((row) => (isObject(row) ? Object.keys(row) : [])))]

const ofObjects = (list: readonly unknown[], absent: Absent): Records => ({
  rows: list.length,
  get names() {
    return namesOf(list, absent)
  },
  column: (name) => (row) => cellOf(list[row], row, name, absent),
})

function ofLists(list: readonly unknown[], names: readonly string[]): Records {
  const width = names.length
  const places = placesOf(names)
  return {
    rows: list.length,
    names,
    column(name) {
      const c = places.get(name)
      if (c === undefined) {
        const known = names.slice(0, 10).map(shown).join(', ') || 'none'
        throw new ShapeError(`rows: expected the column ${shown(name)} among the cells, got ${known}`)
      }
      return (row) => {
        const cells = list[row]
        if (!isList(cells))
          throw new ShapeError(`rows[${row}]: expected an array of cells, got ${shown(cells)}`)
        if (cells.length !== width)
          throw new ShapeError(`rows[${row}]: expected ${width} cells, got ${cells.length}`)
        return cells[c]
      }
    },
  }
}

/** '0', '1' and so on: what cells are called that have no other names. */
const placesIn = (row: ArrayLike<unknown>): string[] => Array.from(row, (_, c) => `${c}`)

/**
 * names: of the cells of an array, where the rows are arrays; without, they are called by their places. absent: of row objects.
 * Throws ShapeError for what has no rows.
 */
export function recordsOf(rows: unknown, names?: readonly string[], absent: Absent = 'error'): Records {
  if (isTable(rows)) return ofTable(rows)
  if (isArray(rows) && rows.length > 0) {
    const [first] = rows
    if (isList(first)) return ofLists(rows, names ?? placesIn(first))
    if (isObject(first)) return ofObjects(rows, absent)
  }
  throw new ShapeError(
    `rows: expected an array of objects or of arrays, at least one, or a table, got ${shown(rows)}`,
  )
}

/** True for what stands where there is no value: undefined, null, NaN and a text of nothing but spaces. */
export const isMissing = (cell: unknown): boolean =>
  cell === undefined ||
  cell === null ||
  Number.isNaN(cell) ||
  (typeof cell === 'string' && cell.trim() === '')
