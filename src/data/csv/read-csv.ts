// Tables of numbers and classes from the rows of a CSV text.

import { areStrings, checkOptions, isArray, oneOf, optional, refuse } from '../../base/check.ts'
import { FormatError, shown } from '../../base/errors.ts'
import { CsvRows } from './rows.ts'
import { float32Of } from './decimal.ts'

export interface CsvOptions {
  /** Whether the first row names the columns, or the names themselves. Without, the names are '0', '1', … Default true. */
  header?: boolean | readonly string[]
  /** Name or index of the column to predict, null for none. Default the last one. */
  target?: string | number | null
  /** What stands between cells. Default ','. */
  delimiter?: string
  /** What the target is; 'auto' makes it a class if any of its cells is not a number. Default 'auto'. */
  targetType?: 'class' | 'number' | 'auto'
}

interface Table {
  /** The columns that are not the target, (rows × inputs), row-major. */
  x: Float32Array
  rows: number
  inputs: number
  /** Names of the columns of x, (inputs). */
  columns: string[]
}

/** A table whose target is a class. */
export interface ClassTable extends Table {
  /** The class of each row, an index into classNames, (rows). */
  y: Int32Array
  /** Sorted: by value if all are numbers, so that '1' and '1.0' are one class, else by their characters. */
  classNames: string[]
}

/** A table whose target is a number. */
export interface NumberTable extends Table {
  /** (rows). */
  y: Float32Array
  classNames: undefined
}

/** A table without a target. */
export interface FeatureTable extends Table {
  y: undefined
  classNames: undefined
}

const optionTable = {
  header: optional<boolean | readonly string[], boolean>(
    (value, name) =>
      typeof value === 'boolean' || (isArray(value) && areStrings(value))
        ? value
        : refuse(name, 'true, false or an array of names', value),
    true,
  ),
  target: optional<string | number | null, undefined>(
    (value, name) =>
      value === null || typeof value === 'string' || typeof value === 'number'
        ? value
        : refuse(name, 'the name or the index of a column, or null', value),
    undefined,
  ),
  delimiter: optional<string, string>(
    (value, name) =>
      typeof value === 'string' && /^[^"\r\n]+$/.test(value)
        ? value
        : refuse(name, 'characters other than quotes and line breaks', value),
    ',',
  ),
  targetType: optional(oneOf(['class', 'number', 'auto']), 'auto'),
}

// How many columns a message lists.
const MOST_NAMES = 10

function checkNames(names: readonly string[]): void {
  const seen = new Map<string, number>()
  names.forEach((name, c) => {
    if (seen.has(name)) {
      throw new FormatError(
        `CSV: expected column names that differ, got ${shown(name)} for the columns ${seen.get(name)} and ${c}`,
      )
    }
    seen.set(name, c)
  })
}

/** Index of the target column, −1 for none. */
function findTarget(target: string | number | null | undefined, names: readonly string[]): number {
  if (target === null) return -1
  if (target === undefined) return names.length - 1
  const index = typeof target === 'string' ? names.indexOf(target) : target
  if (Number.isInteger(index) && index >= 0 && index < names.length) return index
  const known = names.slice(0, MOST_NAMES).map((name, c) => `${c} ${shown(name)}`)
  if (names.length > MOST_NAMES) known.push(`… ${names.length - 1} ${shown(names[names.length - 1])}`)
  throw new FormatError(
    `CSV: expected the target among the columns ${known.join(', ')}, got ${shown(target)}`,
  )
}

/** Returns the values with room for `length` of them at least, twice as much where it has to grow. */
function withRoom(values: Float32Array, length: number): Float32Array {
  if (length <= values.length) return values
  const grown = new Float32Array(Math.max(length, 2 * values.length))
  grown.set(values)
  return grown
}

function refuseWidth(rows: CsvRows, width: number): never {
  throw new FormatError(`CSV: line ${rows.line}: expected ${width} cells, got ${rows.width}`)
}

function refuseCell(rows: CsvRows, column: number, name: string, expected: string): never {
  throw new FormatError(
    `CSV: line ${rows.lineOf(column)}, column ${shown(name)}: expected ${expected}, got ${shown(rows.text(column))}`,
  )
}

/** Returns the classes that the cells name: those of one number are one. */
function readClasses(cells: readonly string[]): { y: Int32Array; classNames: string[] } {
  const labels = [...new Set(cells)]
  const isNumeric = labels.every((label) => !Number.isNaN(float32Of(label)))
  const names = isNumeric ? labels.map((label) => String(Number(label))) : labels
  const classNames = [...new Set(names)].sort(isNumeric ? (a, b) => Number(a) - Number(b) : undefined)
  const classes = new Map(classNames.map((name, index) => [name, index]))
  const indices = new Map(labels.map((label, l) => [label, classes.get(names[l])!]))
  return { y: Int32Array.from(cells, (cell) => indices.get(cell)!), classNames }
}

/**
 * Returns the numbers of a CSV text: its columns but the target as `x`, the target as `y`. A target of classes comes
 * as their indices, with their names; then `classNames` is there.
 *
 * text: cells in rows of one length, RFC 4180; a byte order mark, blank lines, any line breaks and spaces around a
 * cell are accepted. Every cell but a class is a decimal number within float32. Throws FormatError with the line, the
 * column and the cell; OptionError.
 */
export function readCsv(text: string, options: CsvOptions & { target: null }): FeatureTable
export function readCsv(
  text: string,
  options: CsvOptions & { target?: string | number; targetType: 'class' },
): ClassTable
export function readCsv(
  text: string,
  options: CsvOptions & { target?: string | number; targetType: 'number' },
): NumberTable
export function readCsv(
  text: string,
  options?: CsvOptions & { target?: string | number },
): ClassTable | NumberTable
export function readCsv(text: string, options?: CsvOptions): ClassTable | NumberTable | FeatureTable
export function readCsv(text: string, options: CsvOptions = {}): ClassTable | NumberTable | FeatureTable {
  const { header, target, delimiter, targetType } = checkOptions(optionTable, options, 'options')
  if (typeof text !== 'string') throw new FormatError(`CSV: expected a text, got ${shown(text)}`)
  const rows = new CsvRows(delimiter)
  rows.push(text)
  rows.end()
  if (!rows.next()) throw new FormatError('CSV: expected at least one row, got an empty text')
  const names =
    typeof header === 'boolean'
      ? rows.texts().map((cell, c) => (header ? cell.trim() : String(c)))
      : [...header]
  checkNames(names)
  if (header === true && !rows.next()) {
    throw new FormatError('CSV: expected at least one row below the header, got none')
  }

  if (rows.width !== names.length) refuseWidth(rows, names.length)
  const targetColumn = findTarget(target, names)
  const inputColumns = [...names.keys()].filter((c) => c !== targetColumn)
  if (inputColumns.length === 0) {
    throw new FormatError(
      `CSV: expected a column besides the target, got only ${shown(names[0])} with the delimiter ${shown(delimiter)}`,
    )
  }
  let x: Float32Array = new Float32Array(0)
  let y: Float32Array = new Float32Array(0)
  // Kept while the target may turn out to be a class.
  const labels: string[] = []
  let isClass = targetType === 'class'
  let count = 0
  do {
    if (rows.width !== names.length) refuseWidth(rows, names.length)
    let i = count * inputColumns.length
    x = withRoom(x, i + inputColumns.length)
    for (let c = 0; c < names.length; ++c) {
      if (c === targetColumn) continue
      const value = rows.number(c)
      if (Number.isNaN(value)) refuseCell(rows, c, names[c], 'a finite number')
      x[i++] = value
    }
    count += 1
    if (targetColumn < 0) continue
    if (targetType !== 'number') {
      labels.push(
        rows.text(targetColumn).trim() || refuseCell(rows, targetColumn, names[targetColumn], 'a class'),
      )
    }
    if (isClass) continue
    const value = rows.number(targetColumn)
    if (Number.isNaN(value)) {
      if (targetType === 'number') refuseCell(rows, targetColumn, names[targetColumn], 'a finite number')
      isClass = true
    } else {
      y = withRoom(y, count)
      y[count - 1] = value
    }
  } while (rows.next())

  const table = {
    x: x.slice(0, count * inputColumns.length),
    rows: count,
    inputs: inputColumns.length,
    columns: inputColumns.map((c) => names[c]),
  }
  if (targetColumn < 0) return { ...table, y: undefined, classNames: undefined }
  if (isClass) return { ...table, ...readClasses(labels) }
  return { ...table, y: y.slice(0, count), classNames: undefined }
}
