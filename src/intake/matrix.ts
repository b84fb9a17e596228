// A user's arrays, checked once at the public edge and brought to one form: row-major, a row an example.

import * as Hits from '../../assembly/abi/hits.ts'
import { isList } from '../base/check.ts'
import { BackendError, ShapeError, shown } from '../base/errors.ts'
import { runNow, type Slices, VALUES_AT_ONCE } from '../base/pace.ts'
import { type LossName, losses } from '../model/losses.ts'
import type { MatrixLike } from '../model/options.ts'
import { setOneHot } from './one-hot.ts'
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
}

const isNested = (value: NumberArray | readonly NumberArray[]): value is readonly NumberArray[] =>
  !ArrayBuffer.isView(value) && value.length > 0 && isList(value[0])

function checkList(value: unknown, name: string): asserts value is NumberArray | readonly NumberArray[] {
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

/** Calls `work` with consecutive ranges of the rows, and may pause between them. */
export function* inChunks(
  rows: number,
  columns: number,
  work: (from: number, to: number) => void,
): Slices<void> {
  const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / columns))
  for (let from = 0; from < rows; from += rowsAtOnce) {
    work(from, Math.min(from + rowsAtOnce, rows))
    yield
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
        `${Math.floor(value.length / columns)} rows and ${value.length % columns} values over`,
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
function* readMatrix(
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

/**
 * How rows of values are compared: classes by their largest value, labels and single outputs output by output,
 * otherwise by their largest value if every row is one-hot; not at all if the values are no classes.
 */
function* hitModeOf({ values, rows, columns }: Matrix, loss: LossName): Slices<number> {
  const { kind, targets } = losses[loss]
  if (kind === 'classes') return Hits.ARGMAX
  // The two sides of a label may also be −1 and 1.
  const isSigned = targets?.[0] === -1
  let isBinary = true
  let isOneHot = true
  yield* inChunks(rows, columns, (from, to) => {
    for (let r = from; r < to && isBinary; ++r) {
      let ones = 0
      for (let i = r * columns; i < (r + 1) * columns; ++i) {
        if (values[i] !== 0 && values[i] !== 1 && !(isSigned && values[i] === -1)) isBinary = false
        ones += values[i]
      }
      if (ones !== 1) isOneHot = false
    }
  })
  if (!isBinary) return Hits.NONE
  if (columns === 1 || kind === 'labels') return Hits.THRESHOLD
  return isOneHot ? Hits.ARGMAX : Hits.NONE
}

/** The targets that a loss has a meaning for, to follow "expected a target". */
function targetsText([least, most]: readonly [number, number], whole: boolean): string {
  if (whole) return least === 0 ? 'of 0 or 1' : `of ${least}, 0 or 1`
  return most === 1 ? `from ${least} to 1` : `of at least ${least}`
}

/**
 * Brings targets to (rows × outputs): rows of values, or one class index a row where there are several outputs.
 * Throws ShapeError for a wrong shape, a label outside the classes or a value that the loss has no meaning for.
 */
export function* readTargets(
  value: MatrixLike,
  rows: number,
  outputs: number,
  loss: LossName,
  name: string,
  watched = Watched.of(value, name),
): Slices<Targets> {
  checkList(value, name)
  if (!isNested(value) && value.length === rows && outputs > 1) {
    const values = makeMatrix(rows, outputs, name)
    yield* inChunks(rows, outputs, (from, to) => {
      watched.check(from, to)
      setOneHot(values, value as NumberArray, outputs, name, from, to)
    })
    return { values, rows, columns: outputs, hitMode: Hits.ARGMAX }
  }
  if (!isNested(value) && value.length !== rows * outputs) refuseTargets(value.length, rows, outputs, name)
  const matrix = yield* readMatrix(value, outputs, name, watched)
  if (matrix.rows !== rows) refuseTargets(matrix.rows * outputs, rows, outputs, name)
  const { targets: range, wholeTargets } = losses[loss]
  yield* inChunks(range ? rows : 0, outputs, (from, to) => {
    const [least, most] = range!
    for (let i = from * outputs; i < to * outputs; ++i) {
      const value = matrix.values[i]
      if (value >= least && value <= most && (!wholeTargets || Number.isInteger(value))) continue
      throw new ShapeError(
        `${name}[${Math.floor(i / outputs)}][${i % outputs}]: expected a target ` +
          `${targetsText(range!, wholeTargets)} for ${loss}, got ${shown(value)}`,
      )
    }
  })
  return { ...matrix, hitMode: yield* hitModeOf(matrix, loss) }
}

function refuseTargets(length: number, rows: number, outputs: number, name: string): never {
  const classes = outputs > 1 ? `, or ${rows} class indices` : ''
  throw new ShapeError(
    `${name}: expected a row of ${outputs} for each of the ${rows} rows of x (${rows * outputs} values${classes}), ` +
      `got ${length} values`,
  )
}
