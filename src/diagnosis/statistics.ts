// Statistics of a matrix in bounded time: over a sample of its rows, or all of them if they are few.

import type { Matrix } from '../intake/matrix.ts'

export interface Column {
  readonly index: number
  readonly mean: number
  /** Square root of the mean squared distance from the mean. */
  readonly deviation: number
  /** Largest magnitude. */
  readonly largest: number
  /** Mean of the squares. */
  readonly square: number
}

/** A row with a value far beyond those of all other rows. */
export interface Outlier {
  readonly row: number
  readonly column: number
  readonly value: number
  /** Root mean square of the column's other values. */
  readonly others: number
}

export interface Statistics {
  /** The rows of the sample. */
  readonly seen: readonly number[]
  readonly columns: readonly Column[]
  /** The same figures for all values as if they were one column. */
  readonly overall: Column
  readonly outlier: Outlier | undefined
}

/** The least of the values, which may be too many for the arguments of one call; Infinity of none. */
export const leastOf = (values: readonly number[]) =>
  values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)

/** Sizes of the rows x, as far as they limit the learning rate. */
export interface Moments {
  /** Mean of ‖x‖². */
  readonly square: number
  /** Largest ‖x‖² of a row. */
  readonly largest: number
  /** Largest eigenvalue of the mean of x xᵀ: about how much the steepest direction curves. */
  readonly top: number
}

// With these a whole diagnosis of 60,000 × 784 inputs takes 37 ms, or 97 before the engine has compiled it (Node 20, two
// shared cores). It is made only where a training has failed.
const VALUES_SEEN = 1 << 19
// The power iteration passes over its values some thirty times.
const VALUES_ITERATED = 1 << 16
const ITERATIONS = 15

/** Rows spread evenly over the matrix, `without` left out: as many as hold about `most` values. */
function sampleRows({ values, rows, columns }: Matrix, most: number, without?: number): number[] {
  // A buffer that has been transferred in the meantime has no values.
  const there = Math.min(rows, Math.floor(values.length / columns))
  const n = Math.min(there, Math.max(1, Math.floor(most / columns)))
  const sample = Array.from({ length: n }, (_, i) => Math.floor((i * there) / n))
  return without === undefined ? sample : sample.filter((r) => r !== without)
}

// An outlier is at least this many times the root mean square of the other values, and at least this large.
const OUTLYING = 30
const OUTLYING_FROM = 100

/**
 * Statistics of a sample of the rows, or of all where they are few. without: a row to leave out. most: values to look at.
 */
export function statisticsOf(matrix: Matrix, without?: number, most = VALUES_SEEN): Statistics {
  const { values, columns } = matrix
  const seen = sampleRows(matrix, most, without)
  const n = Math.max(1, seen.length)
  const mean = new Float64Array(columns)
  const square = new Float64Array(columns)
  const largest = new Float64Array(columns)
  const largestRow = new Float64Array(columns)
  for (const r of seen) {
    for (let c = 0, i = r * columns; c < columns; ++c, ++i) {
      const v = values[i]
      const size = Math.abs(v)
      mean[c] += v / n
      square[c] += (v * v) / n
      if (size > largest[c]) {
        largest[c] = size
        largestRow[c] = r
      }
    }
  }
  // From the mean, in a pass of its own: mean of squares − square of the mean cancels.
  const variance = new Float64Array(columns)
  for (const r of seen) {
    for (let c = 0, i = r * columns; c < columns; ++c, ++i) variance[c] += (values[i] - mean[c]) ** 2 / n
  }
  let outlier: Outlier | undefined
  const list: Column[] = []
  const sums = { mean: 0, square: 0, largest: 0, variance: 0 }
  for (let c = 0; c < columns; ++c) {
    list.push({
      index: c,
      mean: mean[c],
      deviation: Math.sqrt(variance[c]),
      largest: largest[c],
      square: square[c],
    })
    sums.mean += mean[c] / columns
    sums.square += square[c] / columns
    sums.largest = Math.max(sums.largest, largest[c])
    const others = Math.sqrt(Math.max(0, square[c] * n - largest[c] ** 2) / Math.max(1, n - 1))
    const alone = n >= 8 && largest[c] >= OUTLYING_FROM && largest[c] > OUTLYING * others
    if (alone && largest[c] > Math.abs(outlier?.value ?? 0)) {
      const row = largestRow[c]
      outlier = { row, column: c, value: values[row * columns + c], others }
    }
  }
  for (let c = 0; c < columns; ++c) {
    sums.variance += (variance[c] + (mean[c] - sums.mean) ** 2) / columns
  }
  const { variance: overallVariance, ...rest } = sums
  return {
    seen,
    columns: list,
    overall: { index: -1, deviation: Math.sqrt(overallVariance), ...rest },
    outlier,
  }
}

/** Moments of the rows. scaled: their means and deviations, for the moments of what a standardScaler makes of them. */
export function momentsOf(matrix: Matrix, without?: number, scaled?: Statistics): Moments {
  const { values, columns } = matrix
  const rows = sampleRows(matrix, VALUES_ITERATED, without)
  const n = Math.max(1, rows.length)
  const x = new Float64Array(rows.length * columns)
  rows.forEach((r, k) => {
    for (let c = 0; c < columns; ++c) {
      const v = values[r * columns + c]
      const column = scaled?.columns[c]
      x[k * columns + c] = column ? (v - column.mean) / (column.deviation || 1) : v
    }
  })
  let square = 0
  let largest = 0
  for (let k = 0; k < rows.length; ++k) {
    let sum = 0
    for (let i = k * columns; i < (k + 1) * columns; ++i) sum += x[i] * x[i]
    square += sum / n
    if (sum > largest) largest = sum
  }
  return { square, largest, top: Math.min(square, topEigenvalue(x, rows.length, columns)) }
}

/** Power iteration, from a vector that is unlikely to be orthogonal to any symmetry of the data. */
function topEigenvalue(x: Float64Array, rows: number, columns: number): number {
  let v = Float64Array.from({ length: columns }, (_, c) => 1 + (((c * 7919) % 101) - 50) / 100)
  let length = 0
  let eigenvalue = 0
  for (let iteration = 0; iteration <= ITERATIONS; ++iteration) {
    length = Math.sqrt(v.reduce((sum, value) => sum + value * value, 0))
    if (iteration > 0) eigenvalue = length
    if (length === 0) return 0
    const next = new Float64Array(columns)
    for (let k = 0; k < rows; ++k) {
      const at = k * columns
      let dot = 0
      for (let c = 0; c < columns; ++c) dot += x[at + c] * v[c]
      dot /= length * rows
      for (let c = 0; c < columns; ++c) next[c] += dot * x[at + c]
    }
    v = next
  }
  // A margin for what the iteration has not reached yet.
  return 1.2 * eigenvalue
}
