// A user's arrays, checked once at the public edge and brought to one form: row-major, a row an example.

import { HITS_ARGMAX, HITS_NONE, HITS_THRESHOLD } from '../assembly/abi.ts'
import { ShapeError, shown } from './errors.ts'
import type { MatrixLike } from './options.ts'
import type { LossName } from './tables.ts'

export type NumberArray = ArrayLike<number>

/** (rows × columns), row-major. The values may be the user's own array: nothing writes to them. */
export interface Matrix {
  readonly values: NumberArray
  readonly rows: number
  readonly columns: number
}

/** Targets, and how a row of them is compared with a prediction for the accuracy. */
export interface Targets extends Matrix {
  readonly hitMode: number
}

const isList = (value: unknown): value is NumberArray =>
  Array.isArray(value) ||
  (ArrayBuffer.isView(value) && typeof (value as { length?: unknown }).length === 'number')

const isTyped = (value: unknown): value is NumberArray => ArrayBuffer.isView(value)

const isNested = (value: NumberArray | readonly NumberArray[]): value is readonly NumberArray[] =>
  !isTyped(value) && value.length > 0 && isList(value[0])

function checkList(value: unknown, name: string): asserts value is NumberArray | readonly NumberArray[] {
  if (!isList(value)) throw new ShapeError(`${name}: expected a typed array or an array, got ${shown(value)}`)
  if (value.length === 0) throw new ShapeError(`${name}: expected at least one row, got an empty array`)
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) {
    throw new ShapeError(`${name}: expected an array of numbers, got ${shown(value)}`)
  }
}

function flatten(rows: readonly NumberArray[], columns: number, name: string): Matrix {
  const values = new Float32Array(rows.length * columns)
  rows.forEach((row, r) => {
    if (!isList(row))
      throw new ShapeError(`${name}[${r}]: expected a row of ${columns} numbers, got ${shown(row)}`)
    if (row.length !== columns) {
      throw new ShapeError(`${name}[${r}]: expected a row of ${columns} values, got ${row.length}`)
    }
    for (let c = 0; c < columns; ++c) {
      if (typeof row[c] !== 'number') {
        throw new ShapeError(`${name}[${r}][${c}]: expected a number, got ${shown(row[c])}`)
      }
      values[r * columns + c] = row[c]
    }
  })
  return { values, rows: rows.length, columns }
}

/** Brings `value` to (rows × columns). Throws ShapeError; the values themselves are checked by checkFinite. */
export function toMatrix(value: MatrixLike, columns: number, name: string): Matrix {
  checkList(value, name)
  if (isNested(value)) return flatten(value, columns, name)
  if (value.length % columns !== 0) {
    throw new ShapeError(
      `${name}: expected rows of ${columns} values, got ${value.length} values, which is ` +
        `${Math.floor(value.length / columns)} rows and ${value.length % columns} values over`,
    )
  }
  const rows = value.length / columns
  if (isTyped(value)) return { values: value, rows, columns }
  const all = value as NumberArray
  return flatten(
    Array.from({ length: rows }, (_, r) => Array.prototype.slice.call(all, r * columns, (r + 1) * columns)),
    columns,
    name,
  )
}

/**
 * Throws ShapeError naming the first value of the rows [from, to) that is not a finite float32 number. The common
 * case is one pass of multiplications: any number times 0 is 0, save NaN and ±∞.
 */
export function checkFinite({ values, columns }: Matrix, name: string, from: number, to: number): void {
  let sum = 0
  const end = to * columns
  for (let i = from * columns; i < end; ++i) sum += Math.fround(values[i]) * 0
  if (sum === 0) return
  for (let i = from * columns; i < end; ++i) {
    if (typeof values[i] === 'number' && Number.isFinite(Math.fround(values[i]))) continue
    throw new ShapeError(
      `${name}[${Math.floor(i / columns)}][${i % columns}]: expected a finite number, got ${shown(values[i])}`,
    )
  }
}

function oneHot(labels: NumberArray, classes: number, name: string): Float32Array {
  const values = new Float32Array(labels.length * classes)
  for (let r = 0; r < labels.length; ++r) {
    const label = labels[r]
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new ShapeError(
        `${name}[${r}]: expected a class index from 0 to ${classes - 1}, got ${shown(label)}`,
      )
    }
    values[r * classes + label] = 1
  }
  return values
}

/** How the rows of the targets are compared: by their largest value if they are one-hot, by sides if 0 or 1. */
function hitModeOf({ values, rows, columns }: Matrix, loss: LossName): number {
  if (loss === 'crossEntropy') return HITS_ARGMAX
  let isOneHot = columns > 1
  for (let r = 0; r < rows; ++r) {
    let ones = 0
    for (let i = r * columns; i < (r + 1) * columns; ++i) {
      if (values[i] !== 0 && values[i] !== 1) return HITS_NONE
      ones += values[i]
    }
    if (ones !== 1) isOneHot = false
  }
  if (isOneHot) return HITS_ARGMAX
  return columns === 1 || loss === 'binaryCrossEntropy' ? HITS_THRESHOLD : HITS_NONE
}

/** The range in which a loss has a meaning. */
const targetRange: Record<LossName, readonly [number, number]> = {
  quadratic: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  crossEntropy: [0, Number.POSITIVE_INFINITY],
  binaryCrossEntropy: [0, 1],
}

/**
 * Brings targets to (rows × outputs): rows of values, or one class index a row where there are several outputs.
 * Throws ShapeError for a wrong shape, a label outside the classes or a value that the loss has no meaning for.
 */
export function toTargets(
  value: MatrixLike,
  rows: number,
  outputs: number,
  loss: LossName,
  name: string,
): Targets {
  checkList(value, name)
  if (!isNested(value) && value.length === rows && outputs > 1) {
    const values = oneHot(value as NumberArray, outputs, name)
    return { values, rows, columns: outputs, hitMode: HITS_ARGMAX }
  }
  const matrix =
    isNested(value) || value.length === rows * outputs
      ? toMatrix(value, outputs, name)
      : refuseTargets(value.length, rows, outputs, name)
  if (matrix.rows !== rows) refuseTargets(matrix.rows * outputs, rows, outputs, name)
  checkFinite(matrix, name, 0, rows)
  const [least, most] = targetRange[loss]
  for (let i = 0; i < rows * outputs; ++i) {
    if (matrix.values[i] >= least && matrix.values[i] <= most) continue
    throw new ShapeError(
      `${name}[${Math.floor(i / outputs)}][${i % outputs}]: expected a target ` +
        `${most === 1 ? 'from 0 to 1' : 'of at least 0'} for ${loss}, got ${shown(matrix.values[i])}`,
    )
  }
  return { ...matrix, hitMode: hitModeOf(matrix, loss) }
}

function refuseTargets(length: number, rows: number, outputs: number, name: string): never {
  const classes = outputs > 1 ? `, or ${rows} class indices` : ''
  throw new ShapeError(
    `${name}: expected a row of ${outputs} for each of the ${rows} rows of x (${rows * outputs} values${classes}), ` +
      `got ${length} values`,
  )
}
