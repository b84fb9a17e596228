// How well scores put the rows of a class above the others: ROC AUC and average precision.

import { checkOptions, oneOf, optional } from '../base/check.ts'
import { Sum } from '../base/sum.ts'
import { curveAverages } from '../model/metrics.ts'
import type { MatrixLike } from '../model/options.ts'
import { precisionRecallOf } from './curves.ts'
import { classesOption, outputsOption, positiveOption, weightsOption } from './options.ts'
import { type Labels, readScores, type ScoreOptions, type Scores } from './scores.ts'
import { cumulate, type Ranking } from './thresholds.ts'

export type CurveAverage = (typeof curveAverages)[number]

export interface RankingOptions extends ScoreOptions {
  /** Over the classes, each against all others, or over the labels: 'macro' the mean, 'weighted' the mean weighted with the
   * rows of each class, 'micro' all pairs of row and class as one list. Default 'macro'. */
  average?: CurveAverage
}

const table = {
  average: optional(oneOf(curveAverages), 'macro' as const),
  classes: classesOption,
  positive: positiveOption,
  outputs: outputsOption,
  weights: weightsOption,
}

/** The columns [from, to) as one list of scores. */
function rankingOf(
  { rows, outputs, values, classes, labels, weights }: Scores,
  from: number,
  to: number,
): Ranking {
  const width = to - from
  const list = new Float64Array(rows * width)
  const positives = new Uint8Array(rows * width)
  const counts = weights && new Float64Array(rows * width)
  for (let r = 0, i = 0; r < rows; ++r) {
    for (let c = from; c < to; ++c, ++i) {
      list[i] = values[r * outputs + c]
      positives[i] = +(classes ? classes[r] === c : labels![r * outputs + c] === 1)
      if (counts) counts[i] = weights![r]
    }
  }
  return { values: list, positives, weights: counts }
}

function weightOfPositives({ positives, weights }: Ranking): number {
  return positives.reduce((sum, is, i) => sum + (is ? (weights ? weights[i] : 1) : 0), 0)
}

/** The figure of one column, or the average over the columns. */
function overColumns(scores: Scores, average: CurveAverage, figure: (ranking: Ranking) => number): number {
  const { outputs } = scores
  if (outputs === 1) return figure(rankingOf(scores, 0, 1))
  // Of two classes the second one says all.
  if (outputs === 2 && scores.classes) return figure(rankingOf(scores, 1, 2))
  if (average === 'micro') return figure(rankingOf(scores, 0, outputs))
  const sum = new Sum()
  const total = new Sum()
  for (let c = 0; c < outputs; ++c) {
    const ranking = rankingOf(scores, c, c + 1)
    const weight = average === 'macro' ? 1 : weightOfPositives(ranking)
    // What has no weight may be NaN.
    if (weight === 0) continue
    sum.add(weight * figure(ranking))
    total.add(weight)
  }
  return total.value > 0 ? sum.value / total.value : 0
}

/** The area under the ROC curve, by trapezoids. */
function areaOf(ranking: Ranking): number {
  const { truePositives, falsePositives } = cumulate(ranking)
  const last = truePositives.length - 1
  const area = new Sum()
  truePositives.forEach((right, i) => {
    const width = falsePositives[i] - (i > 0 ? falsePositives[i - 1] : 0)
    area.add((width * (right + (i > 0 ? truePositives[i - 1] : 0))) / 2)
  })
  const whole = truePositives[last] * falsePositives[last]
  return whole > 0 ? area.value / whole : Number.NaN
}

export const aucOf = (scores: Scores, average: CurveAverage): number => overColumns(scores, average, areaOf)

/**
 * Returns the area under the ROC curve: the probability that a row of the class has a higher score than a row that is not of it,
 * a tie counting ½. From 0 to 1, ½ by chance. With several classes each is held against all others (one-vs-rest) and the
 * figures are averaged. NaN where the labels are all of one class, and so where one of several classes never occurs: as
 * scikit-learn's roc_auc_score, save that with two columns of scores the second is read.
 *
 * labels: class indices, strings or booleans, (rows); or several labels a row, each 0 or 1, in an array of rows (or flat,
 * with `outputs`). scores: finite numbers, (rows) or (rows × classes), higher for the class. Throws ShapeError; OptionError.
 * Source: Hanley and McNeil 1982, doi.org/10.1148/radiology.143.1.7063747
 */
export function auc(labels: Labels, scores: MatrixLike, options: RankingOptions = {}): number {
  const checked = checkOptions(table, options, 'options')
  return aucOf(readScores(labels, scores, checked), checked.average)
}

function precisionOf(ranking: Ranking): number {
  const { precision, recall } = precisionRecallOf(cumulate(ranking))
  const sum = new Sum()
  precision.forEach((one, i) => {
    sum.add(one * (recall[i] - (i > 0 ? recall[i - 1] : 0)))
  })
  return sum.value
}

export const averagePrecisionOf = (scores: Scores, average: CurveAverage): number =>
  overColumns(scores, average, precisionOf)

/**
 * Returns the average precision, Σ (Rᵢ − Rᵢ₋₁) Pᵢ over the thresholds from the highest down, P precision and R recall: from 0
 * to 1, by chance the share of the class. Nothing is interpolated between the points. 0 where no row is of the class. As
 * scikit-learn's average_precision_score, save that with two columns of scores the second is read.
 *
 * For labels and scores see `auc`. Throws ShapeError; OptionError.
 */
export function averagePrecision(labels: Labels, scores: MatrixLike, options: RankingOptions = {}): number {
  const checked = checkOptions(table, options, 'options')
  return averagePrecisionOf(readScores(labels, scores, checked), checked.average)
}
