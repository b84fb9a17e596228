// csv-parse's browser build runs everywhere: the Node build needs a global Buffer.
import { parse } from 'csv-parse/browser/esm/sync'
import { checkOptions, oneOf, optional, refuse } from '../check.ts'
import { FormatError, shown } from '../errors.ts'

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
      typeof value === 'boolean' || (Array.isArray(value) && value.every((v) => typeof v === 'string'))
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

/** A decimal number: Number() also takes '', '0x10' and 'Infinity'. */
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i

/** The float32 number that a cell says, NaN if none. */
function numberOf(cell: string): number {
  const trimmed = cell.trim()
  const value = decimal.test(trimmed) ? Math.fround(Number(trimmed)) : Number.NaN
  return Number.isFinite(value) ? value : Number.NaN
}

interface Row {
  readonly cells: readonly string[]
  /** The line that the row ends in, counted from 1. */
  readonly line: number
}

function readRows(text: string, delimiter: string): Row[] {
  // csv-parse counts a \r\n within quotes as two lines, and takes the first line break for all of them.
  const plain = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  try {
    // Encoded here because csv-parse's own way is 2.7 times slower (5.6 MB of 785 columns, Node 20).
    const records = parse(new TextEncoder().encode(plain), {
      delimiter,
      record_delimiter: '\n',
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
    }) as unknown as { record: string[]; info: { lines: number } }[]
    return records.map(({ record, info }) => ({ cells: record, line: info.lines }))
  } catch (error) {
    throw new FormatError(`CSV: ${(error as Error).message}`, { cause: error })
  }
}

const lineBreaks = (cells: readonly string[]) =>
  cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0)

/** A row's cells from `column` on hold the line breaks between that cell and the row's last line. */
const lineOf = ({ cells, line }: Row, column = 0) => line - lineBreaks(cells.slice(column))

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

function checkWidth(rows: readonly Row[], width: number): void {
  for (const row of rows) {
    if (row.cells.length === width) continue
    throw new FormatError(`CSV: line ${lineOf(row)}: expected ${width} cells, got ${row.cells.length}`)
  }
}

/** Index of the target column, −1 for none. */
function findTarget(target: string | number | null | undefined, names: readonly string[]): number {
  if (target === null) return -1
  if (target === undefined) return names.length - 1
  const index = typeof target === 'string' ? names.indexOf(target) : target
  if (Number.isInteger(index) && index >= 0 && index < names.length) return index
  const known = names.map((name, c) => `${c} ${shown(name)}`).join(', ')
  throw new FormatError(`CSV: expected the target among the columns ${known}, got ${shown(target)}`)
}

/** The numbers of some columns, (rows × columns.length), row-major. */
function readNumbers(
  rows: readonly Row[],
  columns: readonly number[],
  names: readonly string[],
): Float32Array {
  const numbers = new Float32Array(rows.length * columns.length)
  let i = 0
  for (const row of rows) {
    for (const c of columns) {
      const value = numberOf(row.cells[c])
      if (Number.isNaN(value)) refuseCell(row, c, names[c], 'a finite number')
      numbers[i++] = value
    }
  }
  return numbers
}

function readClasses(
  rows: readonly Row[],
  column: number,
  name: string,
): { y: Int32Array; classNames: string[] } {
  const cells = rows.map((row) => row.cells[column].trim() || refuseCell(row, column, name, 'a class'))
  const isNumeric = cells.every((cell) => !Number.isNaN(numberOf(cell)))
  const labels = isNumeric ? cells.map((cell) => String(Number(cell))) : cells
  const classNames = [...new Set(labels)].sort(isNumeric ? (a, b) => Number(a) - Number(b) : undefined)
  const indices = new Map(classNames.map((label, index) => [label, index]))
  return { y: Int32Array.from(labels, (label) => indices.get(label)!), classNames }
}

function refuseCell(row: Row, column: number, name: string, expected: string): never {
  throw new FormatError(
    `CSV: line ${lineOf(row, column)}, column ${shown(name)}: expected ${expected}, got ${shown(row.cells[column])}`,
  )
}

/**
 * Returns the numbers of a CSV text: its columns but the target as `x`, the target as `y`. A target of classes comes
 * as their indices, with their names; then `classNames` is there.
 *
 * text: cells in rows of one length, RFC 4180; a byte order mark, blank lines, any line breaks and spaces around a
 * cell are taken. Every cell but a class is a decimal number within float32. Throws FormatError with the line, the
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
  const all = readRows(text, delimiter)
  if (all.length === 0) throw new FormatError('CSV: expected at least one row, got an empty text')
  const names =
    typeof header === 'boolean'
      ? all[0].cells.map((cell, c) => (header ? cell.trim() : String(c)))
      : [...header]
  checkNames(names)
  const data = header === true ? all.slice(1) : all
  if (data.length === 0) throw new FormatError('CSV: expected at least one row below the header, got none')
  checkWidth(data, names.length)

  const targetColumn = findTarget(target, names)
  const inputColumns = [...names.keys()].filter((c) => c !== targetColumn)
  if (inputColumns.length === 0) {
    throw new FormatError(
      `CSV: expected a column besides the target, got only ${shown(names[0])} with the delimiter ${shown(delimiter)}`,
    )
  }
  const table = {
    x: readNumbers(data, inputColumns, names),
    rows: data.length,
    inputs: inputColumns.length,
    columns: inputColumns.map((c) => names[c]),
  }
  if (targetColumn < 0) return { ...table, y: undefined, classNames: undefined }
  const isClass =
    targetType === 'class' ||
    (targetType === 'auto' && data.some(({ cells }) => Number.isNaN(numberOf(cells[targetColumn]))))
  if (isClass) return { ...table, ...readClasses(data, targetColumn, names[targetColumn]) }
  return { ...table, y: readNumbers(data, [targetColumn], names), classNames: undefined }
}
