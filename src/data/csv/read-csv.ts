// Tables of numbers and classes from the rows of a CSV text.

import { checkOptions, isArray, oneOf, optional, refuse } from '../../base/check.ts'
import { FormatError, shown } from '../../base/errors.ts'
import { float32Of } from './decimal.ts'
import {
  type CsvFormat,
  checkWidth,
  formatTable,
  listed,
  namesOf,
  reading,
  refuseCell,
  refuseEmpty,
} from './header.ts'
import { CsvRows } from './rows.ts'
import type { CsvSource } from './text.ts'
import { TextCache } from './text-cache.ts'

/** Options of readCsv(): how the text is written, and which columns are the target. */
export interface CsvOptions extends CsvFormat {
  /** Name or index of the column to predict, an array of several columns of numbers, null for none. Default the last one. */
  target?: string | number | readonly (string | number)[] | null
  /** What the target is; 'auto' makes it a class if any of its cells is not a number. Several are numbers. Default 'auto'. */
  targetType?: 'class' | 'number' | 'auto'
}

interface Inputs {
  /** The columns that are not the target, (rows × inputs), row-major. */
  x: Float32Array
  /** Rows of the text, its header left out. */
  rows: number
  /** Columns of x: the inputs of a network. */
  inputs: number
  /** Names of the columns of x, (inputs). */
  columns: string[]
}

/** A table whose target is a class. */
export interface ClassTable extends Inputs {
  /** The class of each row, an index into classNames, (rows). */
  y: Int32Array
  /** Sorted: by value if all are numbers, so that '1' and '1.0' are one class, else by their characters. */
  classNames: string[]
}

/** A table whose target is a number. */
export interface NumberTable extends Inputs {
  /** (rows). */
  y: Float32Array
  /** Not of numbers. */
  classNames: undefined
}

/** A table of several targets, each a number. */
export interface NumbersTable extends Inputs {
  /** (rows × outputs), row-major. */
  y: Float32Array
  /** Columns of y, in a row of it: the outputs of a network. */
  outputs: number
  /** Names of the columns of y, (outputs), as they were asked for. */
  targets: string[]
  /** Not of numbers. */
  classNames: undefined
}

/** A table without a target. */
export interface FeatureTable extends Inputs {
  /** Not without a target. */
  y: undefined
  /** Not without a target. */
  classNames: undefined
}

type Target = string | number

const isTarget = (value: unknown): value is Target => typeof value === 'string' || typeof value === 'number'

const READ_TABLE = '; readTable() reads texts and empty cells too'

const optionTable = {
  ...formatTable,
  target: optional<Target | readonly Target[] | null, undefined>((value, name) => {
    if (value === null || isTarget(value)) return value
    if (isArray(value) && value.length > 0) {
      const targets = Array.from(value)
      if (targets.every(isTarget)) return targets
    }
    return refuse(name, 'the name or the index of a column, an array of them, or null', value)
  }, undefined),
  targetType: optional(oneOf<'class' | 'number' | 'auto'>(['class', 'number', 'auto']), 'auto' as const),
}

/** Index of a column that is asked for. */
function findColumn(target: Target, names: readonly string[]): number {
  const index = typeof target === 'string' ? names.indexOf(target) : target
  if (Number.isInteger(index) && index >= 0 && index < names.length) return index
  throw new FormatError(`CSV: expected the target among the columns ${listed(names)}, got ${shown(target)}`)
}

/** Indices of the target columns, none for null. */
function findTargets(
  target: Target | readonly Target[] | null | undefined,
  names: readonly string[],
): number[] {
  if (target === null) return []
  if (target === undefined) return [names.length - 1]
  const columns = (isTarget(target) ? [target] : target).map((one) => findColumn(one, names))
  const again = columns.find((column, t) => columns.indexOf(column) < t)
  if (again === undefined) return columns
  throw new FormatError(`CSV: expected target columns that differ, got ${shown(names[again])} twice`)
}

/** Returns the values with room for `length` of them at least, twice as much where it has to grow. */
function withRoom(values: Float32Array, length: number): Float32Array {
  if (length <= values.length) return values
  const grown = new Float32Array(Math.max(length, 2 * values.length))
  grown.set(values)
  return grown
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
 * as their indices, with their names; then `classNames` is there. Several targets come as (rows × outputs).
 *
 * source: a text or its bytes, of which the text is read piece by piece; cells in rows of one length, RFC 4180; a byte order
 * mark, blank lines, any line breaks and spaces around a cell are accepted. Every cell but a class is a decimal number
 * within float32: readTable() takes texts and empty cells. Throws FormatError with the line, the column and the cell, also
 * for more than 2²⁰ columns; OptionError.
 */
export function readCsv(source: CsvSource, options: CsvOptions & { target: null }): FeatureTable
export function readCsv(
  source: CsvSource,
  options: CsvOptions & { target: readonly (string | number)[] },
): NumbersTable
export function readCsv(
  source: CsvSource,
  options: CsvOptions & { target?: string | number; targetType: 'class' },
): ClassTable
export function readCsv(
  source: CsvSource,
  options: CsvOptions & { target?: string | number; targetType: 'number' },
): NumberTable
export function readCsv(
  source: CsvSource,
  options?: CsvOptions & { target?: string | number },
): ClassTable | NumberTable
export function readCsv(
  source: CsvSource,
  options?: CsvOptions,
): ClassTable | NumberTable | NumbersTable | FeatureTable
export function readCsv(
  source: CsvSource,
  options: CsvOptions = {},
): ClassTable | NumberTable | NumbersTable | FeatureTable {
  const { header, target, delimiter, encoding, targetType } = checkOptions(optionTable, options, 'options')
  const hasSeveral = target !== null && target !== undefined && !isTarget(target)
  if (hasSeveral && targetType === 'class') {
    refuse('options.targetType', "'number' or 'auto' for an array of targets", targetType)
  }
  const rows = new CsvRows(delimiter)
  const next = reading(rows, source, encoding)
  if (!next()) refuseEmpty(false)
  const names = namesOf(rows, header)
  if (header === true && !next()) refuseEmpty(true, source)

  checkWidth(rows, names.length)
  const targetColumns = findTargets(target, names)
  const isAsked = new Set(targetColumns)
  const inputColumns = [...names.keys()].filter((c) => !isAsked.has(c))
  if (inputColumns.length === 0) {
    throw new FormatError(
      `CSV: expected a column besides the target, got only ${names.slice(0, 10).map(shown).join(', ')} with the delimiter ${shown(delimiter)}`,
    )
  }
  const numberOf = (column: number): number => {
    const value = rows.number(column)
    return Number.isNaN(value)
      ? refuseCell(rows, column, names[column], 'a finite number', READ_TABLE)
      : value
  }
  const inputs = inputColumns.length
  const outputs = targetColumns.length
  const isNumber = hasSeveral || targetType === 'number'
  let x: Float32Array = new Float32Array(0)
  let y: Float32Array = new Float32Array(0)
  // Kept while the target may turn out to be a class.
  const labels: string[] = []
  const labelCache = new TextCache()
  let isClass = targetType === 'class'
  let count = 0
  do {
    checkWidth(rows, names.length)
    let i = count * inputs
    x = withRoom(x, i + inputs)
    for (let c = 0; c < inputs; ++c) x[i++] = numberOf(inputColumns[c])
    count += 1
    if (outputs === 0) continue
    if (!isNumber) {
      const [column] = targetColumns
      const label = rows.cachedText(column, labelCache).trim()
      labels.push(label || refuseCell(rows, column, names[column], 'a class'))
      if (isClass) continue
      if (Number.isNaN(rows.number(column))) {
        isClass = true
        continue
      }
    }
    let o = (count - 1) * outputs
    y = withRoom(y, o + outputs)
    for (const column of targetColumns) y[o++] = numberOf(column)
  } while (next())

  const table = {
    x: x.slice(0, count * inputs),
    rows: count,
    inputs,
    columns: inputColumns.map((c) => names[c]),
  }
  if (outputs === 0) return { ...table, y: undefined, classNames: undefined }
  if (isClass) return { ...table, ...readClasses(labels) }
  const numbers = { ...table, y: y.slice(0, count * outputs), classNames: undefined }
  return hasSeveral ? { ...numbers, outputs, targets: targetColumns.map((c) => names[c]) } : numbers
}
