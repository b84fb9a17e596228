// A user's arrays, checked once at the public edge and brought to one form: row-major, a row an example.

import { isList } from '../base/check.ts'
import { BackendError, ShapeError, shown } from '../base/errors.ts'
import { inChunks, runNow, type Slices } from '../base/pace.ts'
import type { ClassNames } from '../model/class-names.ts'
import type { MatrixLike } from '../model/options.ts'
import { Watched } from './watched.ts'

export type NumberArray = ArrayLike<number>

/** (rows × columns), row-major. The values may be the user's own array: nothing writes to them, but the user may. */
export interface Matrix {
  readonly values: NumberArray
  readonly rows: number
  readonly columns: number
}

/** Targets, and how a row of them is compared with a prediction for the accuracy. */
export interface Targets extends Matrix {
  readonly hitMode: number
  /** What the classes or labels are called; undefined where they have no names. */
  readonly names?: ClassNames | undefined
}

export const isNested = (value: NumberArray | readonly NumberArray[]): value is readonly NumberArray[] =>
  !ArrayBuffer.isView(value) && value.length > 0 && isList(value[0])

export function checkList(
  value: unknown,
  name: string,
): asserts value is NumberArray | readonly NumberArray[] {
  if (!isList(value)) throw new ShapeError(`${name}: expected a typed array or an array, got ${shown(value)}`)
  if (value.length === 0) throw new ShapeError(`${name}: expected at least one row, got an empty array`)
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) {
    throw new ShapeError(`${name}: expected an array of numbers, got ${shown(value)}`)
  }
}

// What WebAssembly's 4 GB of memory hold.
const MOST_VALUES = 2 ** 30

/**
 * Returns (rows × columns) zeros. Throws ShapeError for more than 2³⁰, and BackendError where there is no memory for them.
 */
export function makeMatrix(rows: number, columns: number, name: string): Float32Array {
  if (!(rows * columns <= MOST_VALUES)) {
    throw new ShapeError(
      `${name}: expected at most ${MOST_VALUES} values at a time, got (${rows} × ${columns}); take fewer rows`,
    )
  }
  try {
    return new Float32Array(rows * columns)
  } catch (cause) {
    throw new BackendError(
      `${name}: ${rows * columns} values need ${Math.ceil((rows * columns) / 2 ** 18)} MB, and the engine gave none`,
      { cause },
    )
  }
}

function flattenRow(row: unknown, r: number, values: Float32Array, columns: number, name: string): void {
  if (!isList(row))
    throw new ShapeError(`${name}[${r}]: expected a row of ${columns} numbers, got ${shown(row)}`)
  if (row.length !== columns) {
    throw new ShapeError(`${name}[${r}]: expected a row of ${columns} values, got ${row.length}`)
  }
  for (let c = 0; c < columns; ++c) {
    const value = row[c]
    if (typeof value !== 'number') {
      throw new ShapeError(`${name}[${r}][${c}]: expected a number, got ${shown(value)}`)
    }
    values[r * columns + c] = value
  }
}

/** Brings `value` to (rows × columns); the numbers of a typed array are not checked yet. Throws ShapeError. */
export function* shapeMatrix(
  value: MatrixLike,
  columns: number,
  name: string,
  watched = Watched.of(value, name),
): Slices<Matrix> {
  checkList(value, name)
  const nested = isNested(value)
  if (!nested && value.length % columns !== 0) {
    throw new ShapeError(
      `${name}: expected rows of ${columns} values, got ${value.length} values, which is ` +
        `${Math.floor(value.length / columns)} × ${columns} + ${value.length % columns}`,
    )
  }
  const rows = nested ? value.length : value.length / columns
  if (!nested && ArrayBuffer.isView(value)) return { values: value, rows, columns }
  const rowOf = (r: number): unknown =>
    nested ? value[r] : (value as readonly number[]).slice(r * columns, (r + 1) * columns)
  const values = makeMatrix(rows, columns, name)
  const width = nested ? 1 : columns
  yield* inChunks(rows, columns, (from, to) => {
    watched.check(from * width, to * width)
    for (let r = from; r < to; ++r) flattenRow(rowOf(r), r, values, columns, name)
  })
  return { values, rows, columns }
}

/**
 * Throws ShapeError naming the first value of the rows [from, to) that is not a finite float32 number. The common
 * case is one pass of multiplications: any number times 0 is 0, except NaN and ±∞.
 */
export function checkFinite({ values, columns }: Matrix, name: string, from: number, to: number): void {
  // Four sums, because one would wait for itself.
  let sum0 = 0
  let sum1 = 0
  let sum2 = 0
  let sum3 = 0
  const begin = from * columns
  const end = to * columns
  let at = begin
  for (; at + 4 <= end; at += 4) {
    sum0 += Math.fround(values[at]) * 0
    sum1 += Math.fround(values[at + 1]) * 0
    sum2 += Math.fround(values[at + 2]) * 0
    sum3 += Math.fround(values[at + 3]) * 0
  }
  for (; at < end; ++at) sum0 += Math.fround(values[at]) * 0
  if (sum0 + sum1 + sum2 + sum3 === 0) return
  for (let i = begin; i < end; ++i) {
    if (Number.isFinite(Math.fround(values[i]))) continue
    throw new ShapeError(
      `${name}[${Math.floor(i / columns)}][${i % columns}]: expected a finite number, got ${shown(values[i])}`,
    )
  }
}

/**
 * Brings `value` to (rows × columns) finite float32 numbers, in an array of nabla's own. Throws ShapeError naming the first
 * value that is not one.
 */
export function* readMatrix(
  value: MatrixLike,
  columns: number,
  name: string,
  watched = Watched.of(value, name),
): Slices<Matrix> {
  const matrix = yield* shapeMatrix(value, columns, name, watched)
  const isOwn = matrix.values !== value
  const values = isOwn ? (matrix.values as Float32Array) : makeMatrix(matrix.rows, columns, name)
  yield* inChunks(matrix.rows, columns, (from, to) => {
    if (!isOwn) {
      watched.check(from * columns, to * columns)
      values.set((value as Float32Array).subarray(from * columns, to * columns), from * columns)
    }
    checkFinite(matrix, name, from, to)
  })
  return { ...matrix, values }
}

/** The values of a matrix of this shape, checked. Throws ShapeError. */
export function readExactly(value: MatrixLike, rows: number, columns: number, name: string): NumberArray {
  const matrix = runNow(readMatrix(value, columns, name))
  if (matrix.rows !== rows) {
    throw new ShapeError(`${name}: expected (${rows} × ${columns}) values, got (${matrix.rows} × ${columns})`)
  }
  return matrix.values
}
