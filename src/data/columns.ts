// Numbers of the columns of a row-major array, in float64 and safe from one end of its range to the other.
//
// A difference of two numbers near ±1.8e308 overflows, and so does a square beyond 1e154; a square below 1e-162 vanishes.
// So values that could leave the range are first multiplied by a power of two, which is exact.

import { ShapeError, shown } from '../base/errors.ts'
import { countRows } from './rows.ts'

/** Differences of numbers beyond this size may overflow, with a wide margin. */
const HUGE = 2 ** 960

/** Returns ½ where differences of numbers up to this size and any others could overflow, else 1. */
export const unitOf = (size: number): number => (size > HUGE ? 0.5 : 1)

function refuse(i: number, columns: number, expected: string, value: unknown): never {
  const row = Math.floor(i / columns)
  throw new ShapeError(`x[${row}][${i % columns}]: expected ${expected}, got ${shown(value)}`)
}

/** Returns the rows of x, (rows × columns), all of whose values are finite numbers. Throws ShapeError. */
function checkValues(x: ArrayLike<number>, columns: number): number {
  const rows = countRows(x, columns, 'x')
  for (let i = 0; i < x.length; ++i) {
    if (!Number.isFinite(x[i])) refuse(i, columns, 'a finite number', x[i])
  }
  return rows
}

/**
 * Returns `map` of each value and its column, (rows × columns). Throws ShapeError for a value, or a result, that is not a
 * finite number, here in float32.
 */
export function mapColumns(
  x: ArrayLike<number>,
  columns: number,
  map: (value: number, column: number) => number,
): Float32Array {
  const rows = checkValues(x, columns)
  const out = new Float32Array(x.length)
  for (let r = 0, i = 0; r < rows; ++r) {
    for (let c = 0; c < columns; ++c, ++i) {
      out[i] = map(x[i], c)
      if (!Number.isFinite(out[i])) refuse(i, columns, 'a number that stays within float32 when scaled', x[i])
    }
  }
  return out
}

/** Returns the least and the largest value of each column, (columns) each. Throws ShapeError. */
export function limitsOf(x: ArrayLike<number>, columns: number): { min: number[]; max: number[] } {
  const rows = checkValues(x, columns)
  const min = Array.from({ length: columns }, (_, c) => x[c])
  const max = [...min]
  for (let r = 1, i = columns; r < rows; ++r) {
    for (let c = 0; c < columns; ++c, ++i) {
      if (x[i] < min[c]) min[c] = x[i]
      if (x[i] > max[c]) max[c] = x[i]
    }
  }
  return { min, max }
}

/** A power of two that scales numbers up to this size so that neither their squares nor sums of squares leave the range. */
function squareUnit(size: number): number {
  if (size > 2 ** 480) return 2 ** -600
  return size < 2 ** -400 ? 2 ** 600 : 1
}

/**
 * Returns the mean and the deviation (over n, not n − 1) of each column, (columns) each. Throws ShapeError.
 *
 * Two passes: sums that carry what each addition rounds off (Neumaier 1974, doi.org/10.1002/zamm.19740540106), so that
 * a single huge value leaves the others' digits alone; then squared distances from that mean, less the square of what
 * its own rounding moved them by (Chan, Golub and LeVeque 1983, doi.org/10.1080/00031305.1983.10483115, equation 1.7).
 */
export function momentsOf(x: ArrayLike<number>, columns: number): { mean: number[]; deviation: number[] } {
  const { min, max } = limitsOf(x, columns)
  const rows = x.length / columns
  const units = Float64Array.from(min, (least, c) => squareUnit(Math.max(-least, max[c])))

  const sums = new Float64Array(columns)
  const lost = new Float64Array(columns)
  for (let r = 0, i = 0; r < rows; ++r) {
    for (let c = 0; c < columns; ++c, ++i) {
      const value = x[i] * units[c]
      const sum = sums[c] + value
      lost[c] += Math.abs(sums[c]) >= Math.abs(value) ? sums[c] - sum + value : value - sum + sums[c]
      sums[c] = sum
    }
  }
  // The mean of a constant column is its value to the last bit; n · v / n may not be.
  const means = sums.map((sum, c) => (min[c] === max[c] ? min[c] * units[c] : (sum + lost[c]) / rows))

  const distances = new Float64Array(columns)
  const squares = new Float64Array(columns)
  for (let r = 0, i = 0; r < rows; ++r) {
    for (let c = 0; c < columns; ++c, ++i) {
      const distance = x[i] * units[c] - means[c]
      distances[c] += distance
      squares[c] += distance * distance
    }
  }
  const deviation = Array.from(squares, (sum, c) => {
    const moved = distances[c] / rows
    return Math.sqrt(Math.max(0, sum / rows - moved * moved)) / units[c]
  })
  return { mean: Array.from(means, (mean, c) => mean / units[c]), deviation }
}
