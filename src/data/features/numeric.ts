// A column of numbers: scaled, with what is missing replaced, and perhaps a column that says where it was.

import { boolean, checkOptions, oneOf, optional, refuse } from '../../base/check.ts'
import { OptionError, ShapeError, shown } from '../../base/errors.ts'
import { momentsOf } from '../columns.ts'
import type { ColumnFrom, FitColumn, FittedColumn } from './column.ts'
import { isMissing } from './records.ts'
import {
  type ColumnScale,
  checkScale,
  fitScale,
  quantile,
  type ScaleName,
  scaled,
  scaleName,
} from './scale.ts'

/** Options of a column of numbers, which is scaled. Its cells are numbers, or texts that are a decimal number. */
export interface NumericOptions {
  /** Selects a column of numbers. */
  type: 'numeric'
  /** 'standard', 'minMax' to [0, 1], 'robust' by median and quartiles, or 'none'. Default 'standard'. */
  scale?: ScaleName
  /** Whether the logarithm of 1 + v is scaled in place of v, which must be above −1: for amounts over several orders of magnitude.
   * Default false. */
  log1p?: boolean
  /** What stands for a value that is missing: the mean or the median of the others, a number, or 'error'. Default 'error', and
   * 'mean' where values are missing in the rows that are fitted. */
  missing?: 'mean' | 'median' | 'error' | number
  /** Whether a further column is 1 where the value was missing, else 0. Default false. */
  indicator?: boolean
}

/** A fitted column of numbers, as plain data. */
export interface NumericJSON extends ColumnScale {
  /** Says that it is one of these, among the kinds of ColumnJSON. */
  type: 'numeric'
  /** The column that is read. */
  name: string
  /** The number that stands for a missing one; null where there may be none. */
  missing: number | null
  /** Whether a further value is 1 where the number was missing, else 0. */
  indicator: boolean
}

const missingOption = (value: unknown, name: string): 'mean' | 'median' | 'error' | number =>
  value === 'mean' || value === 'median' || value === 'error' || Number.isFinite(value)
    ? (value as number)
    : refuse(name, "'mean', 'median', 'error' or a finite number", value)

const optionTable = {
  type: oneOf(['numeric']),
  scale: optional(scaleName, 'standard' as const),
  log1p: optional(boolean, false),
  missing: optional(missingOption, undefined),
  indicator: optional(boolean, false),
}

// A decimal number, or one with an exponent; not 0x10, and not Infinity.
const DECIMAL = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i

/** The number that a cell is: numbers, and texts that are one, as they come from a form or a file; NaN for anything else, and for
 * what is beyond float64. */
export function numberOf(cell: unknown): number {
  const isNumber = typeof cell === 'number' || typeof cell === 'bigint'
  const value = isNumber || (typeof cell === 'string' && DECIMAL.test(cell)) ? Number(cell) : Number.NaN
  return Number.isFinite(value) ? value : Number.NaN
}

/** The number of a cell, or undefined where it is missing. Throws ShapeError for anything else. */
export function readNumber(cell: unknown, name: string, row: number): number | undefined {
  const value = numberOf(cell)
  if (!Number.isNaN(value)) return value
  if (isMissing(cell)) return undefined
  throw new ShapeError(`rows[${row}], column ${shown(name)}: expected a number, got ${shown(cell)}`)
}

class Numeric implements FittedColumn {
  readonly json: NumericJSON
  readonly names: readonly string[]

  constructor(json: NumericJSON) {
    this.json = json
    this.names = json.indicator ? [json.name, `${json.name} missing`] : [json.name]
  }

  write(cell: unknown, row: number, out: Float32Array, at: number): void {
    const { name, missing, indicator } = this.json
    const read = readNumber(cell, name, row)
    const value = read ?? missing
    if (value === null) {
      throw new ShapeError(`rows[${row}], column ${shown(name)}: expected a number, got ${shown(cell)}`)
    }
    out[at] = scaled(value, this.json)
    if (!Number.isFinite(out[at])) {
      const expected =
        this.json.log1p && value <= -1 ? 'a number above −1' : 'a number that stays within float32'
      throw new ShapeError(`rows[${row}], column ${shown(name)}: expected ${expected}, got ${shown(cell)}`)
    }
    if (indicator) out[at + 1] = read === undefined ? 1 : 0
  }
}

function standIn(values: Float64Array, missing: NumericOptions['missing'], name: string): number | null {
  if (missing === 'error') return null
  if (typeof missing === 'number') return missing
  if (values.length === 0) {
    throw new OptionError(
      `columns[${shown(name)}]: expected at least one value, got none: let it be 'ignored'`,
    )
  }
  if (missing === 'median') return quantile(values.slice().sort(), 0.5)
  return momentsOf(values, 1).mean[0]
}

export const fitNumeric: FitColumn<NumericOptions> = (name, cells, options) => {
  const where = `columns[${shown(name)}]`
  const { scale, log1p, missing, indicator } = checkOptions(optionTable, options, where)
  const values = new Float64Array(cells.length)
  let count = 0
  cells.forEach((cell, row) => {
    const value = readNumber(cell, name, row)
    if (value !== undefined) values[count++] = value
  })
  const known = values.subarray(0, count)
  const asked = missing ?? (count < cells.length ? 'mean' : 'error')
  if (asked === 'error' && count < cells.length) {
    const row = cells.findIndex(isMissing)
    throw new ShapeError(`rows[${row}], column ${shown(name)}: expected a number, got ${shown(cells[row])}`)
  }
  const stands = standIn(known, asked, name)
  // What stands for the missing ones is scaled with the others.
  const all = new Float64Array(cells.length).fill(stands ?? 0)
  all.set(known)
  return new Numeric({
    type: 'numeric',
    name,
    ...fitScale(all, scale, log1p, where),
    missing: stands,
    indicator,
  })
}

export const numericFrom: ColumnFrom<NumericJSON> = (name, json, where) => {
  const { type, name: _, missing, indicator, ...scale } = json
  if (missing !== null && !Number.isFinite(missing))
    refuse(`${where}.missing`, 'a finite number or null', missing)
  return new Numeric({
    type: 'numeric',
    name,
    ...checkScale(scale, where),
    missing,
    indicator: boolean(indicator, `${where}.indicator`),
  })
}
