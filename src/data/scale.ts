// Scalers of columns. Both map x to (x − offset) / scale, column by column, in float64.

import { type Check, checkOptions, isList, isObject, optional, refuse } from '../base/check.ts'
import { FormatError, OptionError, shown } from '../base/errors.ts'
import { limitsOf, mapColumns, momentsOf, unitOf } from './columns.ts'
import { flatRows, type NumberRows } from './rows.ts'

/** What a MinMaxScaler is made of, and what it saves. */
export interface MinMaxScalerJSON {
  /** Which scaler it is. */
  scaler: 'minMax'
  /** The least value of each column, (columns). */
  min: number[]
  /** The largest value of each column, (columns). */
  max: number[]
  /** What they are mapped to, the lower end first. */
  range: [number, number]
}

/** What a StandardScaler is made of, and what it saves. */
export interface StandardScalerJSON {
  /** Which scaler it is. */
  scaler: 'standard'
  /** Of each column, (columns). */
  mean: number[]
  /** Of each column, at least 0, (columns). */
  deviation: number[]
}

const isNumbers = (value: unknown): value is ArrayLike<number> =>
  isList(value) && Array.from(value).every(Number.isFinite)

const numbers: Check<number[]> = (value, name) =>
  isNumbers(value) && value.length > 0
    ? Array.from(value)
    : refuse(name, 'an array of at least one finite number', value)

const risingPair: Check<[number, number]> = (value, name) =>
  isNumbers(value) &&
  value.length === 2 &&
  value[0] < value[1] &&
  Array.from(value, Math.fround).every(Number.isFinite)
    ? [value[0], value[1]]
    : refuse(name, 'two finite numbers of float32, the lower one first', value)

const range = optional<[number, number], [number, number]>(risingPair, [0, 1])
const rangeTable = { range }
const minMaxTable = { min: numbers, max: numbers, range }
const standardTable = { mean: numbers, deviation: numbers }

/** The rows of x for a scaler of so many columns. One of a single column takes rows of any width. */
const rowsFor = (x: NumberRows, columns: number): ArrayLike<number> =>
  flatRows(x, columns === 1 && isList(x) && isList(x[0]) ? x[0].length : columns, 'x').values

function checkPair(
  a: readonly number[],
  b: readonly number[],
  names: string,
  holds: (column: number) => boolean,
): void {
  if (a.length !== b.length) {
    throw new OptionError(
      `${names}: expected as many of one as of the other, got ${a.length} and ${b.length}`,
    )
  }
  const bad = a.findIndex((_, c) => !holds(c))
  if (bad >= 0) throw new OptionError(`${names}: cannot be ${a[bad]} and ${b[bad]}, in column ${bad}`)
}

/**
 * Maps each column's [min, max] to the range, linearly. A column with min = max is moved, not stretched: it becomes the
 * lower end of the range. A scaler of one column scales any array by the same limits: pixels from 0 to 16 become 0 … 1
 * by `new MinMaxScaler({ min: [0], max: [16] })`.
 */
export class MinMaxScaler {
  /** (columns). */
  readonly min: readonly number[]
  /** (columns). */
  readonly max: readonly number[]
  /** What each column's [min, max] is mapped to, the lower end first. */
  readonly range: readonly [number, number]
  /** The limits are multiplied by this so that max − min cannot overflow, (columns). */
  readonly #units: readonly number[]
  /** max − min after that, or the unit itself where that is 0, (columns). */
  readonly #spans: readonly number[]

  /** min, max: (columns), finite. range: of float32, [0, 1] unless given. Throws OptionError. */
  constructor(fitted: { min: ArrayLike<number>; max: ArrayLike<number>; range?: readonly [number, number] }) {
    const { min, max, range } = checkOptions(minMaxTable, fitted, 'fitted')
    checkPair(min, max, 'min and max', (c) => min[c] <= max[c])
    this.min = min
    this.max = max
    this.range = range
    this.#units = min.map((least, c) => unitOf(Math.max(Math.abs(least), Math.abs(max[c]))))
    this.#spans = this.#units.map((unit, c) => max[c] * unit - min[c] * unit || unit)
  }

  /**
   * Returns (x − min) / (max − min) · (high − low) + low, (rows × columns), row-major in one flat array, also where x is an
   * array of rows: row r is `subarray(r * columns, (r + 1) * columns)`. x: (rows × columns), flat or an array of rows. Throws
   * ShapeError for a value that is not a finite number, or that overflows float32 when scaled.
   */
  transform(x: NumberRows): Float32Array {
    const [low, high] = this.range
    return mapColumns(rowsFor(x, this.min.length), this.min.length, (v, c) => {
      const unit = this.#units[c]
      return ((v * unit - this.min[c] * unit) / this.#spans[c]) * (high - low) + low
    })
  }

  /** Returns the x, (rows × columns), flat too, that transform() made into this. Throws ShapeError as it does. */
  inverse(x: NumberRows): Float32Array {
    const [low, high] = this.range
    return mapColumns(rowsFor(x, this.min.length), this.min.length, (v, c) => {
      const unit = this.#units[c]
      return (((v - low) / (high - low)) * this.#spans[c] + this.min[c] * unit) / unit
    })
  }

  /** Returns what scalerFromJSON() makes this scaler from. */
  toJSON(): MinMaxScalerJSON {
    return { scaler: 'minMax', min: [...this.min], max: [...this.max], range: [...this.range] }
  }
}

/**
 * Maps each column to a mean of 0 and a deviation of 1. A column with a deviation of 0 is moved, not stretched: it
 * becomes 0.
 */
export class StandardScaler {
  /** (columns). */
  readonly mean: readonly number[]
  /** Square root of the mean squared distance from the mean, at least 0, (columns). */
  readonly deviation: readonly number[]
  /** Both are multiplied by this so that a difference cannot overflow, (columns). */
  readonly #units: readonly number[]
  /** The deviations, with 1 in place of 0, times the units, (columns). */
  readonly #scale: readonly number[]

  /** mean, deviation: (columns), finite, the deviations at least 0. Throws OptionError. */
  constructor(fitted: { mean: ArrayLike<number>; deviation: ArrayLike<number> }) {
    const { mean, deviation } = checkOptions(standardTable, fitted, 'fitted')
    checkPair(mean, deviation, 'mean and deviation', (c) => deviation[c] >= 0)
    this.mean = mean
    this.deviation = deviation
    this.#units = mean.map((m, c) => unitOf(Math.max(Math.abs(m), deviation[c])))
    this.#scale = this.#units.map((unit, c) => (deviation[c] || 1) * unit)
  }

  /**
   * Returns (x − mean) / deviation, (rows × columns), row-major in one flat array, also where x is an array of rows: row r is
   * `subarray(r * columns, (r + 1) * columns)`. x: (rows × columns), flat or an array of rows. Throws
   * ShapeError for a value that is not a finite number, or that overflows float32 when scaled.
   */
  transform(x: NumberRows): Float32Array {
    return mapColumns(rowsFor(x, this.mean.length), this.mean.length, (v, c) => {
      const unit = this.#units[c]
      return (v * unit - this.mean[c] * unit) / this.#scale[c]
    })
  }

  /** Returns the x, (rows × columns), flat too, that transform() made into this. Throws ShapeError as it does. */
  inverse(x: NumberRows): Float32Array {
    return mapColumns(rowsFor(x, this.mean.length), this.mean.length, (v, c) => {
      const unit = this.#units[c]
      return (v * this.#scale[c] + this.mean[c] * unit) / unit
    })
  }

  /** Returns what scalerFromJSON() makes this scaler from. */
  toJSON(): StandardScalerJSON {
    return { scaler: 'standard', mean: [...this.mean], deviation: [...this.deviation] }
  }
}

/** Options of minMaxScaler(). */
export interface MinMaxScalerOptions {
  /** What to scale to. Default [0, 1]. */
  range?: readonly [number, number]
}

/**
 * Returns the scaler of the least and largest value of each column.
 *
 * x: an array of rows, or (rows × columns), row-major, with the number of its columns; finite. Throws ShapeError, OptionError.
 */
export function minMaxScaler(
  x: readonly ArrayLike<number>[],
  columns?: number,
  options?: MinMaxScalerOptions,
): MinMaxScaler
export function minMaxScaler(x: NumberRows, columns: number, options?: MinMaxScalerOptions): MinMaxScaler
export function minMaxScaler(
  x: NumberRows,
  columns?: number,
  options: MinMaxScalerOptions = {},
): MinMaxScaler {
  const { range } = checkOptions(rangeTable, options, 'options')
  const flat = flatRows(x, columns, 'x')
  return new MinMaxScaler({ ...limitsOf(flat.values, flat.columns), range })
}

/**
 * Returns the scaler of the mean and the deviation (over n, not n − 1) of each column, in float64.
 *
 * x: an array of rows, or (rows × columns), row-major, with the number of its columns; finite. Throws ShapeError.
 */
export function standardScaler(x: readonly ArrayLike<number>[], columns?: number): StandardScaler
export function standardScaler(x: NumberRows, columns: number): StandardScaler
export function standardScaler(x: NumberRows, columns?: number): StandardScaler {
  const flat = flatRows(x, columns, 'x')
  return new StandardScaler(momentsOf(flat.values, flat.columns))
}

/** Returns the scaler that a toJSON() came from, given its object, not its text. Throws FormatError. */
export function scalerFromJSON(json: unknown): MinMaxScaler | StandardScaler {
  const { scaler, ...fitted } = isObject(json) ? json : { scaler: undefined }
  try {
    if (scaler === 'minMax') return new MinMaxScaler(fitted as unknown as MinMaxScalerJSON)
    if (scaler === 'standard') return new StandardScaler(fitted as unknown as StandardScalerJSON)
  } catch (error) {
    throw error instanceof OptionError ? new FormatError(`scaler: ${error.message}`) : error
  }
  throw new FormatError(
    `scaler: expected 'minMax' or 'standard', got ${shown(isObject(json) ? scaler : json)}`,
  )
}
