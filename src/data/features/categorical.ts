// A column of categories: one value for each of them, 1 for that of the row.

import { checkOptions, integer, isArray, oneOf, optional, refuse } from '../../base/check.ts'
import { OptionError, ShapeError, shown } from '../../base/errors.ts'
import type { ColumnFrom, FitColumn, FittedColumn } from './column.ts'
import { isMissing } from './records.ts'

/** What a category may be; null is that of cells without a value. */
export type Category = string | number | boolean | null

/** Options of a column of categories, which becomes one value for each of them: 1 for that of the row, 0 for the others. */
export interface CategoricalOptions {
  /** Selects a column of categories. */
  type: 'categorical'
  /** Rows that a category must have at least; the others are taken as unknown. Default 1. */
  minCount?: number
  /** What becomes of a category that was not there when this was fitted: 'zeros', or 'error'. Default 'zeros'. */
  unknown?: 'zeros' | 'error'
  /** What becomes of a cell without a value: 'zeros', 'category' for one of its own, or 'error'. Default 'zeros'. */
  missing?: 'zeros' | 'category' | 'error'
}

/** A fitted column of categories, as plain data. */
export interface CategoricalJSON {
  /** Says that it is one of these, among the kinds of ColumnJSON. */
  type: 'categorical'
  /** The column that is read. */
  name: string
  /** Numbers in their order, then booleans, then texts by their characters, then null. */
  categories: Category[]
  /** What becomes of a category that is not listed: 0 everywhere, or a ShapeError. */
  unknown: 'zeros' | 'error'
  /** What becomes of a cell without a value: 0 everywhere, the category null, or a ShapeError. */
  missing: 'zeros' | 'category' | 'error'
}

// A network of more inputs than this from one column is a mistake: a name or a number of each row.
const MOST_CATEGORIES = 1 << 16

const optionTable = {
  type: oneOf(['categorical']),
  minCount: optional(integer(1), 1),
  unknown: optional(oneOf<'zeros' | 'error'>(['zeros', 'error']), 'zeros' as const),
  missing: optional(oneOf<'zeros' | 'category' | 'error'>(['zeros', 'category', 'error']), 'zeros' as const),
}

// What a file may say a category is.
const isCategory = (value: unknown): value is Exclude<Category, null> =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value))

const RANK: Record<string, number> = { number: 0, boolean: 1, string: 2, object: 3 }

/** Numbers in their order, then booleans, then texts by their characters, then null. */
export function inOrder(a: Category, b: Category): number {
  const byKind = RANK[typeof a] - RANK[typeof b]
  if (byKind !== 0 || a === b) return byKind
  return (a as string) < (b as string) ? -1 : 1
}

/** −0 is 0; texts without the spaces around them. */
const plain = (cell: Exclude<Category, null>): Category =>
  typeof cell === 'string' ? cell.trim() : typeof cell === 'number' ? cell + 0 : cell

/** The category of a cell: null where it is missing. Throws ShapeError for what is none. */
export function readCategory(cell: unknown, name: string, row: number): Category {
  if (isMissing(cell)) return null
  if (isCategory(cell)) return plain(cell)
  throw new ShapeError(
    `rows[${row}], column ${shown(name)}: expected a text, a number or a boolean, got ${shown(cell)}`,
  )
}

class Categorical implements FittedColumn {
  readonly json: CategoricalJSON
  readonly names: readonly string[]
  readonly #index: ReadonlyMap<Category, number>

  constructor(json: CategoricalJSON) {
    this.json = json
    this.names = json.categories.map((category) =>
      category === null ? `${json.name} missing` : `${json.name}=${category}`,
    )
    this.#index = new Map(json.categories.map((category, i) => [category, i]))
  }

  write(cell: unknown, row: number, out: Float32Array, at: number): void {
    const { name, categories, unknown, missing } = this.json
    const category = readCategory(cell, name, row)
    const index = this.#index.get(category)
    out.fill(0, at, at + categories.length)
    if (index !== undefined) out[at + index] = 1
    else if ((category === null ? missing : unknown) === 'error') {
      const known = categories.slice(0, 10).map(shown).join(', ')
      const more = categories.length > 10 ? `, … (${categories.length} in all)` : ''
      throw new ShapeError(
        `rows[${row}], column ${shown(name)}: expected one of ${known}${more}, got ${shown(cell)}`,
      )
    }
  }
}

export const fitCategorical: FitColumn<CategoricalOptions> = (name, cells, options) => {
  const where = `columns[${shown(name)}]`
  const { minCount, unknown, missing } = checkOptions(optionTable, options, where)
  if (minCount > 1 && unknown === 'error') {
    refuse(`${where}.unknown`, "'zeros' where minCount lets rare categories be unknown", unknown)
  }
  const counts = new Map<Category, number>()
  cells.forEach((cell, row) => {
    const category = readCategory(cell, name, row)
    if (category === null && missing === 'error') {
      throw new ShapeError(`rows[${row}], column ${shown(name)}: expected a category, got ${shown(cell)}`)
    }
    if (category !== null || missing === 'category') counts.set(category, (counts.get(category) ?? 0) + 1)
    if (counts.size > MOST_CATEGORIES) {
      throw new OptionError(
        `${where}: expected at most ${MOST_CATEGORIES} categories, got more by row ${row}: let it be 'ignored', or 'numeric'`,
      )
    }
  })
  const categories = [...counts].filter(([, count]) => count >= minCount).map(([category]) => category)
  if (categories.length === 0) {
    throw new OptionError(`${where}: expected a category with at least ${minCount} rows, got none`)
  }
  return new Categorical({
    type: 'categorical',
    name,
    categories: categories.sort(inOrder),
    unknown,
    missing,
  })
}

export const categoricalFrom: ColumnFrom<CategoricalJSON> = (
  name,
  { categories, unknown, missing },
  where,
) => {
  if (!isArray(categories) || categories.length === 0 || categories.length > MOST_CATEGORIES) {
    return refuse(`${where}.categories`, `an array of 1 to ${MOST_CATEGORIES} categories`, categories)
  }
  const list = Array.from(categories, (category, i) =>
    category === null || isCategory(category)
      ? (category as Category)
      : refuse(`${where}.categories[${i}]`, 'a text, a number, a boolean or null', category),
  )
  if (new Set(list).size !== list.length) refuse(`${where}.categories`, 'categories that differ', list)
  return new Categorical({
    type: 'categorical',
    name,
    categories: list,
    unknown: optionTable.unknown(unknown, `${where}.unknown`),
    missing: optionTable.missing(missing, `${where}.missing`),
  })
}
