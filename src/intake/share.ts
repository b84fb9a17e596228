// A share of the training data kept apart for validation: drawn at random, of each class its share where the targets are
// classes.

import * as Hits from '../../assembly/abi/hits.ts'
import { OptionError, ShapeError } from '../base/errors.ts'
import { indexOfLargest } from '../base/largest.ts'
import { inChunks, type Slices } from '../base/pace.ts'
import { PhiloxStream, VALIDATION } from '../base/random.ts'
import { type Matrix, makeMatrix, type Targets } from './matrix.ts'
import type { Rows } from './rows.ts'
import { type RowWeights, readWeights } from './weights.ts'

/** What to keep apart. */
export interface Share {
  readonly share: number
  readonly stratify: boolean
}

/** The class of a row of targets: that of its largest value, or the side of ½ of a single one. */
export function classOf({ values, columns }: Targets, r: number): number {
  if (columns === 1) return values[r] >= 0.5 ? 1 : 0
  return indexOfLargest(values, r * columns, (r + 1) * columns)
}

/** How many of each class to take for `total` in all: the whole parts, then the largest remainders, earlier classes first. */
function quotas(counts: readonly number[], total: number): number[] {
  const rows = counts.reduce((sum, count) => sum + count, 0)
  const whole = counts.map((count) => Math.floor((count * total) / rows))
  let left = total - whole.reduce((sum, count) => sum + count, 0)
  const byRemainder = counts
    .map((count, index) => ({ index, remainder: (count * total) % rows }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index)
  for (const { index } of byRemainder) {
    if (left === 0) break
    whole[index] += 1
    left -= 1
  }
  return whole
}

/** Whether each row is of one class. */
export const hasClasses = ({ hitMode, columns }: Targets): boolean =>
  hitMode === Hits.ARGMAX || (hitMode === Hits.THRESHOLD && columns === 1)

/** True for each row that is kept apart. */
function drawRows(y: Targets, count: number, stratify: boolean, seed: number): Uint8Array {
  const order = Int32Array.from({ length: y.rows }, (_, r) => r)
  new PhiloxStream(seed, VALIDATION).shuffle(order)
  const isApart = new Uint8Array(y.rows)
  if (!stratify || !hasClasses(y)) {
    for (let i = 0; i < count; ++i) isApart[order[i]] = 1
    return isApart
  }
  const counts: number[] = new Array(Math.max(2, y.columns)).fill(0)
  for (let r = 0; r < y.rows; ++r) counts[classOf(y, r)] += 1
  const left = quotas(counts, count)
  for (const row of order) {
    const one = classOf(y, row)
    if (left[one] === 0) continue
    left[one] -= 1
    isApart[row] = 1
  }
  return isApart
}

/** The rows for which `isApart` has `which`, in their order. */
function* take(
  matrix: Matrix,
  isApart: Uint8Array,
  which: 0 | 1,
  rows: number,
  name: string,
): Slices<Float32Array> {
  const { columns } = matrix
  const values = makeMatrix(rows, columns, name)
  let at = 0
  yield* inChunks(matrix.rows, columns, (from, to) => {
    for (let r = from; r < to; ++r) {
      if (isApart[r] !== which) continue
      for (let c = r * columns; c < (r + 1) * columns; ++c) values[at++] = matrix.values[c]
    }
  })
  return values
}

/** Throws ShapeError where no row of the part counts. */
function* weightsOf(
  weights: RowWeights,
  isApart: Uint8Array,
  which: 0 | 1,
  rows: number,
): Slices<RowWeights> {
  const all = { values: weights.values, rows: weights.values.length, columns: 1 }
  return yield* readWeights(yield* take(all, isApart, which, rows, 'weights'), rows, 'weights')
}

/** The rows for which `isApart` has `which`, of which there are so many, as data of their own. Yields now and then. */
export function* partOf(
  { x, y, weights }: Rows,
  isApart: Uint8Array,
  which: 0 | 1,
  rows: number,
): Slices<Rows> {
  const values = yield* take(x, isApart, which, rows, x.name)
  let nonzeros = 0
  yield* inChunks(rows, x.columns, (from, to) => {
    for (let i = from * x.columns; i < to * x.columns; ++i) if (values[i] !== 0) nonzeros += 1
  })
  return {
    x: { values, rows, columns: x.columns, name: x.name, nonzeros, checksums: undefined },
    y: { ...y, values: yield* take(y, isApart, which, rows, 'y'), rows },
    weights: weights && (yield* weightsOf(weights, isApart, which, rows)),
  }
}

/** Throws ShapeError where all rows of a part have the weight 0. */
function checkParts({ weights }: Rows, isApart: Uint8Array, share: number): void {
  if (!weights) return
  for (const [which, of] of [
    [1, `the share of ${share} that is kept apart for validation`],
    [0, `what a share of ${share} for validation leaves to train on`],
  ] as const) {
    if (weights.values.some((weight, r) => isApart[r] === which && weight > 0)) continue
    throw new ShapeError(`weights: expected at least one above 0 in ${of}, got only zeros`)
  }
}

/**
 * The rows in two parts. They must be nabla's own: they are read again. seed: the same one divides the same rows alike. Throws
 * OptionError where a part would be empty, ShapeError where all rows of one have the weight 0. Yields now and then.
 */
export function* divideRows(
  rows: Rows,
  { share, stratify }: Share,
  seed: number,
): Slices<{ training: Rows; validation: Rows }> {
  const all = rows.x.rows
  const count = Math.ceil(share * all)
  if (count >= all) {
    throw new OptionError(
      `fit options.validation: expected a share that leaves rows to train on, got ${share}, which is ` +
        `${count} of ${all} rows`,
    )
  }
  const isApart = drawRows(rows.y, count, stratify, seed)
  checkParts(rows, isApart, share)
  const validation = yield* partOf(rows, isApart, 1, count)
  return { training: yield* partOf(rows, isApart, 0, all - count), validation }
}
