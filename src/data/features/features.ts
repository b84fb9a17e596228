// All columns of a data set: fitted to rows once, they bring these rows and any others to the numbers that a network takes.

import {
  areStrings,
  checkOptions,
  isArray,
  isList,
  isObject,
  oneOf,
  optional,
  refuse,
} from '../../base/check.ts'
import { FormatError, NablaError, OptionError, shown } from '../../base/errors.ts'
import { copyOf } from '../../base/plain.ts'
import { type BooleanJSON, fitTruth, truthFrom } from './boolean.ts'
import { type CategoricalJSON, categoricalFrom, fitCategorical } from './categorical.ts'
import type { ColumnFrom, FitColumn, FittedColumn } from './column.ts'
import { inferColumn } from './infer.ts'
import { checkKeys, columnKeys, featuresKeys } from './keys.ts'
import { fitNumeric, type NumericJSON, numericFrom } from './numeric.ts'
import { type Absent, type RowsLike, recordsOf } from './records.ts'
import { type ColumnSpec, SHORT } from './spec.ts'

/** Options of fitFeatures(). Default: what each column is, is inferred from its cells. */
export interface FeatureOptions {
  /** What the columns are, by name: those that are not given are inferred from their cells. */
  columns?: Readonly<Record<string, ColumnSpec>>
  /** Columns that are left out, the target perhaps. Default none. */
  except?: readonly string[]
  /** Names of the cells where the rows are arrays. Default '0', '1', … */
  names?: readonly string[]
  /** What becomes of a column that a row object lacks altogether: 'error', since it may be a misspelt name, or 'missing', as if its
   * cell were undefined. Default 'error'. */
  absent?: 'error' | 'missing'
}

/** A fitted column as plain data, its kind by `type`. */
export type ColumnJSON = NumericJSON | CategoricalJSON | BooleanJSON

/** What Features are made of, and what they save. */
export interface FeaturesJSON {
  /** In the order of what they write. */
  columns: ColumnJSON[]
  /** Names of the cells of rows that are arrays, columns that are left out included; null where rows are objects. */
  cells: string[] | null
  /** 'missing' where row objects may lack columns, left out where they may not. */
  absent?: 'missing'
}

type ByType<T> = Readonly<Record<ColumnJSON['type'], T>>

const fits: ByType<FitColumn<never>> = {
  numeric: fitNumeric,
  categorical: fitCategorical,
  boolean: fitTruth,
}

const readers: ByType<ColumnFrom<never>> = {
  numeric: numericFrom,
  categorical: categoricalFrom,
  boolean: truthFrom,
}

const names = (value: unknown, name: string): string[] =>
  isArray(value) && areStrings(value) ? [...value] : refuse(name, 'an array of names', value)

const optionTable = {
  columns: optional<Readonly<Record<string, ColumnSpec>>, Readonly<Record<string, ColumnSpec>>>(
    (value, name) =>
      isObject(value) ? (value as Record<string, ColumnSpec>) : refuse(name, 'an object of columns', value),
    {},
  ),
  except: optional<string[], string[]>(names, []),
  names: optional<string[], undefined>(names, undefined),
  absent: optional<Absent, Absent>(oneOf<Absent>(['error', 'missing']), 'error'),
}

function fitColumn(name: string, cells: readonly unknown[], spec: ColumnSpec): FittedColumn | undefined {
  if (spec === 'ignored') return undefined
  const options = typeof spec === 'string' && Object.hasOwn(SHORT, spec) ? SHORT[spec] : spec
  const type = isObject(options) ? options.type : undefined
  if (typeof type === 'string' && Object.hasOwn(fits, type)) {
    return fits[type as ColumnJSON['type']](name, cells, options as never)
  }
  const known = [...Object.keys(SHORT), 'ignored'].map((one) => `'${one}'`).join(', ')
  return refuse(`columns[${shown(name)}]`, `one of ${known}, or an object with a type`, spec)
}

/** The columns of rows brought to numbers. Made by fitFeatures() or featuresFromJSON(). */
export class Features {
  readonly #columns: readonly FittedColumn[]
  readonly #cells: readonly string[] | undefined
  readonly #absent: Absent
  /** Names of the values that transform() makes of a row, (width). */
  readonly names: readonly string[]

  /** @internal */
  constructor(columns: readonly FittedColumn[], cells: readonly string[] | undefined, absent: Absent) {
    this.#columns = columns
    this.#cells = cells
    this.#absent = absent
    this.names = columns.flatMap((column) => column.names)
  }

  /** @internal Names of the cells where the rows are arrays, those of columns that are left out included. */
  get cells(): readonly string[] | undefined {
    return this.#cells
  }

  /** Values that stand for a row: the inputs of the network. */
  get width(): number {
    return this.names.length
  }

  /** Names of the columns that are read, in their order. */
  get columns(): string[] {
    return this.#columns.map(({ json }) => json.name)
  }

  /**
   * Returns the numbers of each row, row-major (rows × width).
   *
   * rows: as those that were fitted, objects, arrays of cells or a table; columns that were ignored may be missing in
   * objects. Throws ShapeError for a cell that its column cannot take.
   */
  transform(rows: RowsLike): Float32Array {
    const records = recordsOf(rows, this.#cells ?? this.columns, this.#absent)
    const { width } = this
    const out = new Float32Array(records.rows * width)
    let at = 0
    for (const column of this.#columns) {
      const cellOf = records.column(column.json.name)
      for (let r = 0; r < records.rows; ++r) column.write(cellOf(r), r, out, r * width + at)
      at += column.names.length
    }
    return out
  }

  /** Returns what featuresFromJSON() makes these from. */
  toJSON(): FeaturesJSON {
    return {
      columns: this.#columns.map(({ json }) => copyOf(json) as ColumnJSON),
      cells: this.#cells ? [...this.#cells] : null,
      ...(this.#absent === 'missing' && { absent: this.#absent }),
    }
  }
}

/**
 * Returns the columns of the rows fitted to them. What a column is, is inferred where it is not given: numbers are scaled to a
 * mean of 0 and a deviation of 1, true and false are 1 and 0, texts are categories, and a column of texts that differ in
 * almost every row is ignored, with a note.
 *
 * rows: an array of objects, or of arrays of cells, or a table of readTable(). Throws OptionError, ShapeError.
 */
export function fitFeatures(rows: RowsLike, options: FeatureOptions = {}): Features {
  const { columns, except, names: given, absent } = checkOptions(optionTable, options, 'options')
  const records = recordsOf(rows, given, absent)
  const known = new Set(records.names)
  if (known.size !== records.names.length) refuse('names', 'column names that differ', records.names)
  for (const name of [...Object.keys(columns), ...except]) {
    if (known.has(name)) continue
    const where = except.includes(name) ? 'options.except' : 'options.columns'
    refuse(where, `columns among ${records.names.slice(0, 10).map(shown).join(', ')}`, name)
  }
  const leftOut = new Set(except)
  const left = records.names.filter((name) => !leftOut.has(name))
  const fitted = left.flatMap((name) => {
    const spec = Object.hasOwn(columns, name) ? columns[name] : undefined
    if (spec === 'ignored') return []
    const cellOf = records.column(name)
    const cells = Array.from({ length: records.rows }, (_, r) => cellOf(r))
    return fitColumn(name, cells, spec ?? inferColumn(name, cells)) ?? []
  })
  if (fitted.length === 0) {
    throw new OptionError(
      `columns: expected one that is not ignored, got ${left.map(shown).join(', ') || 'none'}`,
    )
  }
  const isOfLists = isArray(rows) && isList(rows[0])
  return new Features(fitted, isOfLists ? records.names : undefined, absent)
}

function columnFrom(json: unknown, where: string): FittedColumn {
  if (!isObject(json)) return refuse(where, 'an object', json)
  const { type, name } = json
  if (typeof name !== 'string') return refuse(`${where}.name`, 'a text', name)
  if (typeof type !== 'string' || !Object.hasOwn(readers, type)) {
    return refuse(`${where}.type`, `one of ${Object.keys(readers).join(', ')}`, type)
  }
  checkKeys(json, columnKeys.get(type), where)
  return readers[type as ColumnJSON['type']](name, json as never, where)
}

/** Returns the features that a toJSON() came from, given its object, not its text. Throws FormatError. */
export function featuresFromJSON(json: unknown): Features {
  try {
    if (!isObject(json)) return refuse('features', 'an object', json)
    checkKeys(json, featuresKeys, 'features')
    const { columns, cells, absent } = json
    if (!isArray(columns) || columns.length === 0)
      return refuse('features.columns', 'an array of columns', columns)
    const fitted = Array.from(columns, (column, c) => columnFrom(column, `features.columns[${c}]`))
    const read = fitted.map((column) => column.json.name)
    if (new Set(read).size !== read.length) refuse('features.columns', 'names that differ', read)
    const listed = cells === null ? undefined : names(cells, 'features.cells')
    if (listed && new Set(listed).size !== listed.length)
      refuse('features.cells', 'names that differ', listed)
    const inCells = new Set(listed)
    const lacking = listed && read.find((name) => !inCells.has(name))
    if (lacking !== undefined) refuse('features.cells', `the name ${shown(lacking)} among them`, listed)
    return new Features(fitted, listed, optionTable.absent(absent, 'features.absent'))
  } catch (error) {
    if (error instanceof NablaError) throw new FormatError(error.message)
    throw error
  }
}
