// The curves of a classifier by threshold, as data for plots.

import { boolean, checkOptions, optional } from '../base/check.ts'
import { runNow } from '../base/pace.ts'
import { type ClassLabel, positiveOption, readWeights, type SampleOptions, weightsOption } from './options.ts'
import { checkTruth, occurring } from './pairs.ts'
import { positiveOf } from './positive.ts'
import { readNumbers } from './rows.ts'
import { type Cumulated, cumulate, type Ranking } from './thresholds.ts'

export interface CurveOptions extends SampleOptions {
  /** The class that high scores speak for. Default: 1 of 0 and 1, true of false and true. */
  positive?: ClassLabel
  /** Whether points that a drawn curve does not need are left out. Default as scikit-learn: true for rocCurve, false for
   * precisionRecallCurve. */
  dropIntermediate?: boolean
}

const table = (drops: boolean) => ({
  positive: positiveOption,
  weights: weightsOption,
  dropIntermediate: optional(boolean, drops),
})

/** Scores of one column, and which rows are of the class. Throws ShapeError and OptionError. */
function readRanking(
  labels: ArrayLike<ClassLabel>,
  scores: ArrayLike<number>,
  positive: ClassLabel | undefined,
  weights: ArrayLike<number> | undefined,
): Ranking {
  checkTruth(labels)
  const { values } = readNumbers(scores, 'scores', { rows: labels.length, outputs: 1 })
  const wanted = positiveOf(occurring(labels), positive)
  const positives = Uint8Array.from(labels, (one) => +(one === wanted))
  return { values, positives, weights: readWeights(weights, labels.length) }
}

/** The points that are kept: the first, the last, and those between that `isCorner`. */
function keep(
  { thresholds, truePositives, falsePositives }: Cumulated,
  isCorner: (i: number) => boolean,
): Cumulated {
  const last = thresholds.length - 1
  const kept = (_: number, i: number) => i === 0 || i === last || isCorner(i)
  return {
    thresholds: thresholds.filter(kept),
    truePositives: truePositives.filter(kept),
    falsePositives: falsePositives.filter(kept),
  }
}

/** first, and then the list. */
function prepend(first: number, list: Float64Array): Float64Array {
  const all = new Float64Array(list.length + 1)
  all[0] = first
  all.set(list, 1)
  return all
}

/** The shares of the last, with 0 in front; NaN where that is 0. */
function rates(sums: Float64Array): Float64Array {
  const all = sums[sums.length - 1]
  return prepend(0, sums).map((sum) => (all > 0 ? sum / all : Number.NaN))
}

/** What rocCurve() returns: three lists of the same length, a point each. */
export interface RocCurve {
  /** Of the rows that are not of the class, the share with a score of at least the threshold: ascending, from 0 to 1. NaN where
   * there are none. */
  readonly falsePositiveRate: Float64Array
  /** Of the rows of the class, the share with a score of at least the threshold: ascending, from 0 to 1. NaN where there are none. */
  readonly truePositiveRate: Float64Array
  /** Descending; the first is ∞, which no row reaches. */
  readonly thresholds: Float64Array
}

/**
 * Returns the points of the ROC curve (receiver operating characteristic), one for each distinct score and (0, 0), as
 * scikit-learn's roc_curve.
 *
 * labels: class indices, strings or booleans, (rows). scores: finite numbers, higher for the class `positive`, (rows). Throws
 * ShapeError; OptionError. Source: Fawcett 2006, doi.org/10.1016/j.patrec.2005.10.010
 */
export function rocCurve(
  labels: ArrayLike<ClassLabel>,
  scores: ArrayLike<number>,
  options: CurveOptions = {},
): RocCurve {
  const { positive, weights, dropIntermediate } = checkOptions(table(true), options, 'options')
  const all = runNow(cumulate(readRanking(labels, scores, positive, weights)))
  const bends = (list: Float64Array, i: number) => list[i + 1] - list[i] !== list[i] - list[i - 1]
  const points = dropIntermediate
    ? keep(all, (i) => bends(all.falsePositives, i) || bends(all.truePositives, i))
    : all
  return {
    falsePositiveRate: rates(points.falsePositives),
    truePositiveRate: rates(points.truePositives),
    thresholds: prepend(Number.POSITIVE_INFINITY, points.thresholds),
  }
}

/** What precisionRecallCurve() returns, a point at each index. */
export interface PrecisionRecallCurve {
  /** TP / (TP + FP) of the rows with a score of at least the threshold; the last is 1. */
  readonly precision: Float64Array
  /** TP / (TP + FN) of the same, descending; the last is 0. All others are 1 where there is no row of the class. */
  readonly recall: Float64Array
  /** Ascending, one fewer than the points: the last point, (recall 0, precision 1), is of no threshold. */
  readonly thresholds: Float64Array
}

/** The curve's figures for thresholds that descend, without its last point. */
function precisionRecallOf({ truePositives, falsePositives }: Cumulated): {
  readonly precision: Float64Array
  readonly recall: Float64Array
} {
  const all = truePositives[truePositives.length - 1]
  return {
    precision: truePositives.map((right, i) => right / (right + falsePositives[i])),
    recall: truePositives.map((right) => (all > 0 ? right / all : 1)),
  }
}

/**
 * Returns the points of the curve of precision against recall, one for each distinct score and (recall 0, precision 1),
 * as scikit-learn's precision_recall_curve.
 *
 * labels: class indices, strings or booleans, (rows). scores: finite numbers, higher for the class `positive`, (rows). Throws
 * ShapeError; OptionError.
 */
export function precisionRecallCurve(
  labels: ArrayLike<ClassLabel>,
  scores: ArrayLike<number>,
  options: CurveOptions = {},
): PrecisionRecallCurve {
  const { positive, weights, dropIntermediate } = checkOptions(table(false), options, 'options')
  const all = runNow(cumulate(readRanking(labels, scores, positive, weights)))
  const { truePositives: right } = all
  // Points of one recall lie on a vertical line: its ends are enough.
  const points = dropIntermediate
    ? keep(all, (i) => right[i] !== right[i - 1] || right[i + 1] !== right[i])
    : all
  const { precision, recall } = precisionRecallOf(points)
  return {
    precision: prepend(1, precision).reverse(),
    recall: prepend(0, recall).reverse(),
    thresholds: points.thresholds.reverse(),
  }
}
