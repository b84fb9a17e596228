// Scalers of columns. Both map x to (x − offset) / scale + base, column by column, in float64.

import { type Check, checkOptions, isObject, optional, refuse } from '../check.ts'
import { FormatError, OptionError, ShapeError, shown } from '../errors.ts'
import { countRows } from './rows.ts'

/** What a MinMaxScaler is made of, and what it saves. */
export interface MinMaxScalerJSON {
  scaler: 'minMax'
  min: number[]
  max: number[]
  range: [number, number]
}

/** What a StandardScaler is made of, and what it saves. */
export interface StandardScalerJSON {
  scaler: 'standard'
  mean: number[]
  deviation: number[]
}

const isNumbers = (value: unknown): value is ArrayLike<number> =>
  (Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)) &&
  Array.from(value as ArrayLike<unknown>).every(Number.isFinite)

const numbers: Check<number[]> = (value, name) =>
  isNumbers(value) && value.length > 0
    ? Array.from(value)
    : refuse(name, 'an array of at least one finite number', value)

const risingPair: Check<[number, number]> = (value, name) =>
  isNumbers(value) && value.length === 2 && value[0] < value[1]
    ? [value[0], value[1]]
    : refuse(name, 'two finite numbers, the lower one first', value)

const range = optional<[number, number], [number, number]>(risingPair, [0, 1])
const rangeTable = { range }
const minMaxTable = { min: numbers, max: numbers, range }
const standardTable = { mean: numbers, deviation: numbers }

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

/** Returns (rows × columns): `map` of each value and its column. */
function mapColumns(
  x: ArrayLike<number>,
  columns: number,
  map: (value: number, column: number) => number,
): Float32Array {
  const rows = countRows(x, columns, 'x')
  const out = new Float32Array(x.length)
  for (let r = 0, i = 0; r < rows; ++r) {
    for (let c = 0; c < columns; ++c, ++i) out[i] = map(x[i], c)
  }
  return out
}

/** Calls `visit` with each value and its column; throws ShapeError at one that is not finite. */
function eachValue(
  x: ArrayLike<number>,
  columns: number,
  visit: (value: number, column: number) => void,
): void {
  for (let i = 0; i < x.length; ++i) {
    const column = i % columns
    if (!Number.isFinite(x[i])) {
      const row = (i - column) / columns
      throw new ShapeError(`x[${row}][${column}]: expected a finite number, got ${shown(x[i])}`)
    }
    visit(x[i], column)
  }
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
  readonly range: readonly [number, number]
  readonly #scale: readonly number[]

  /** min, max: (columns), finite. range: [0, 1] unless given. Throws OptionError. */
  constructor(fitted: { min: ArrayLike<number>; max: ArrayLike<number>; range?: readonly [number, number] }) {
    const { min, max, range } = checkOptions(minMaxTable, fitted, 'fitted')
    checkPair(min, max, 'min and max', (c) => min[c] <= max[c])
    this.min = min
    this.max = max
    this.range = range
    this.#scale = min.map((least, c) => (max[c] - least || 1) / (range[1] - range[0]))
  }

  /** Returns (x − min) / (max − min) · (high − low) + low of (rows × columns), row-major. Throws ShapeError. */
  transform(x: ArrayLike<number>): Float32Array {
    const [low] = this.range
    return mapColumns(x, this.min.length, (v, c) => (v - this.min[c]) / this.#scale[c] + low)
  }

  /** Returns the x, (rows × columns), that transform() made into this. Throws ShapeError. */
  inverse(x: ArrayLike<number>): Float32Array {
    const [low] = this.range
    return mapColumns(x, this.min.length, (v, c) => (v - low) * this.#scale[c] + this.min[c])
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
  readonly #scale: readonly number[]

  /** mean, deviation: (columns), finite, the deviations at least 0. Throws OptionError. */
  constructor(fitted: { mean: ArrayLike<number>; deviation: ArrayLike<number> }) {
    const { mean, deviation } = checkOptions(standardTable, fitted, 'fitted')
    checkPair(mean, deviation, 'mean and deviation', (c) => deviation[c] >= 0)
    this.mean = mean
    this.deviation = deviation
    this.#scale = deviation.map((d) => d || 1)
  }

  /** Returns (x − mean) / deviation of (rows × columns), row-major. Throws ShapeError. */
  transform(x: ArrayLike<number>): Float32Array {
    return mapColumns(x, this.mean.length, (v, c) => (v - this.mean[c]) / this.#scale[c])
  }

  /** Returns the x, (rows × columns), that transform() made into this. Throws ShapeError. */
  inverse(x: ArrayLike<number>): Float32Array {
    return mapColumns(x, this.mean.length, (v, c) => v * this.#scale[c] + this.mean[c])
  }

  /** Returns what scalerFromJSON() makes this scaler from. */
  toJSON(): StandardScalerJSON {
    return { scaler: 'standard', mean: [...this.mean], deviation: [...this.deviation] }
  }
}

/**
 * Returns the scaler of the least and largest value of each column.
 *
 * x: (rows × columns), row-major, finite. range: what to scale to, [0, 1] unless given. Throws ShapeError, OptionError.
 */
export function minMaxScaler(
  x: ArrayLike<number>,
  columns: number,
  options: { range?: readonly [number, number] } = {},
): MinMaxScaler {
  const { range } = checkOptions(rangeTable, options, 'options')
  countRows(x, columns, 'x')
  const min = new Array<number>(columns).fill(Number.POSITIVE_INFINITY)
  const max = new Array<number>(columns).fill(Number.NEGATIVE_INFINITY)
  eachValue(x, columns, (v, c) => {
    if (v < min[c]) min[c] = v
    if (v > max[c]) max[c] = v
  })
  return new MinMaxScaler({ min, max, range })
}

/**
 * Returns the scaler of the mean and the deviation (over n, not n − 1) of each column, summed in float64.
 *
 * x: (rows × columns), row-major, finite. Throws ShapeError.
 */
export function standardScaler(x: ArrayLike<number>, columns: number): StandardScaler {
  const rows = countRows(x, columns, 'x')
  // Sums of the distances from the first row: those of a constant column are 0 to the last bit.
  const sums = new Float64Array(columns)
  eachValue(x, columns, (v, c) => {
    sums[c] += v - x[c]
  })
  const mean = Array.from(sums, (sum, c) => x[c] + sum / rows)
  const squares = new Float64Array(columns)
  eachValue(x, columns, (v, c) => {
    squares[c] += (v - mean[c]) ** 2
  })
  return new StandardScaler({ mean, deviation: Array.from(squares, (sum) => Math.sqrt(sum / rows)) })
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
