// The rows of a data set divided into folds, of the sizes that scikit-learn's KFold and StratifiedKFold give them.

import { OptionError, ShapeError } from '../base/errors.ts'
import { inChunks, type Slices } from '../base/pace.ts'
import { FOLDS, PhiloxStream } from '../base/random.ts'
import type { Targets } from './matrix.ts'
import { classOf, hasClasses } from './share.ts'
import type { RowWeights } from './weights.ts'

interface Division {
  readonly folds: number
  readonly stratify: boolean
  readonly shuffle: boolean
  readonly seed: number
}

/** For each class the rows of it, in this order. The classes stand in the order in which they first come in the data. */
function* rowsByClass(y: Targets, order: Int32Array): Slices<number[][]> {
  const groups: number[][] = []
  /** The group of each class, from 0. */
  const places: number[] = []
  const classes = new Int32Array(y.rows)
  yield* inChunks(y.rows, y.columns, (from, to) => {
    for (let r = from; r < to; ++r) {
      const one = classOf(y, r)
      if (places[one] === undefined) places[one] = groups.push([]) - 1
      classes[r] = places[one]
    }
  })
  yield* inChunks(y.rows, 1, (from, to) => {
    for (let i = from; i < to; ++i) groups[classes[order[i]]].push(order[i])
  })
  return groups
}

function checkFolds(folds: number, most: number, of: string): void {
  if (folds <= most) return
  throw new OptionError(`crossValidate options.folds: expected at most the ${most} rows ${of}, got ${folds}`)
}

/**
 * The fold of each row, from 0. Folds differ by one row at most, and, where they are stratified, by one row of each class; a
 * class of fewer rows than folds is in some of them only. repeat: which division of the seed, from 0. Throws OptionError where
 * a fold would be empty, or every class too small for its folds. Yields now and then.
 */
export function* foldsOf(
  y: Targets,
  { folds, stratify, shuffle, seed }: Division,
  repeat: number,
): Slices<Int32Array> {
  const order = new Int32Array(y.rows)
  for (let r = 0; r < y.rows; ++r) order[r] = r
  if (shuffle) new PhiloxStream(seed, FOLDS, repeat).shuffle(order)
  yield
  checkFolds(folds, y.rows, 'of x')
  const fold = new Int32Array(y.rows)
  if (!stratify || !hasClasses(y)) {
    const [size, larger] = [Math.floor(y.rows / folds), y.rows % folds]
    let at = 0
    for (let f = 0; f < folds; ++f) {
      const end = at + size + (f < larger ? 1 : 0)
      for (; at < end; ++at) fold[order[at]] = f
    }
    return fold
  }
  const groups = yield* rowsByClass(y, order)
  checkFolds(folds, Math.max(...groups.map((group) => group.length)), 'of the largest class')
  // Dealt out in turn, class after class, so that the folds differ by no more than one row in all.
  let dealt = 0
  for (const group of groups) {
    const sizes = new Array<number>(folds).fill(0)
    for (let i = 0; i < group.length; ++i) sizes[(dealt + i) % folds] += 1
    dealt += group.length
    let at = 0
    sizes.forEach((size, f) => {
      for (const end = at + size; at < end; ++at) fold[group[at]] = f
    })
  }
  return fold
}

/**
 * Throws ShapeError where all rows of a fold, or all besides them, have the weight 0, naming it. fold: that of each row, from 0.
 * repeat: counted from 1, where there are several.
 */
export function checkFoldWeights(
  { values }: RowWeights,
  fold: Int32Array,
  folds: number,
  repeat: number | undefined,
): void {
  const counting = new Float64Array(folds)
  values.forEach((weight, r) => {
    if (weight > 0) counting[fold[r]] += 1
  })
  const all = counting.reduce((sum, count) => sum + count, 0)
  counting.forEach((count, f) => {
    if (count > 0 && count < all) return
    const of = `fold ${f + 1}${repeat === undefined ? '' : ` of repeat ${repeat}`}`
    throw new ShapeError(
      count === 0
        ? `weights: expected at least one above 0 in each fold, got only zeros in ${of}`
        : `weights: expected at least one above 0 to train on besides each fold, got only zeros besides ${of}`,
    )
  })
}
