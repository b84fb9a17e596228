// How well scores put the rows of a class above the others: ROC AUC and average precision.

import { checkOptions, oneOf, optional } from '../base/check.ts'
import { runNow, type Slices } from '../base/pace.ts'
import { powerOfTwo } from '../base/power-of-two.ts'
import { Sum } from '../base/sum.ts'
import { curveAverages } from '../model/metrics.ts'
import type { MatrixLike } from '../model/options.ts'
import { classesOption, outputsOption, positiveOption, weightsOption } from './options.ts'
import { type Labels, readScores, type ScoreOptions, type Scores } from './scores.ts'
import { inSpans } from './spans.ts'
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

/** The columns [from, to) as one list of scores. Yields now and then, as all that follow. */
function* rankingOf(
  { rows, outputs, values, classes, labels, weights }: Scores,
  from: number,
  to: number,
): Slices<Ranking> {
  const width = to - from
  const list = new Float64Array(rows * width)
  const positives = new Uint8Array(rows * width)
  const counts = weights && new Float64Array(rows * width)
  const read = (first: number, end: number) => {
    for (let r = first, i = first * width; r < end; ++r) {
      for (let c = from; c < to; ++c, ++i) {
        list[i] = values[r * outputs + c]
        positives[i] = +(classes ? classes[r] === c : labels![r * outputs + c] === 1)
        if (counts) counts[i] = weights![r]
      }
    }
  }
  yield* inSpans(rows, read, width)
  return { values: list, positives, weights: counts }
}

function weightOfPositives({ positives, weights }: Ranking): number {
  let sum = 0
  for (let i = 0; i < positives.length; ++i) if (positives[i]) sum += weights ? weights[i] : 1
  return sum
}

/** The figure of one column, or the average over the columns. */
function* overColumns(
  scores: Scores,
  average: CurveAverage,
  figure: (ranking: Ranking) => Slices<number>,
): Slices<number> {
  const { outputs } = scores
  if (outputs === 1) return yield* figure(yield* rankingOf(scores, 0, 1))
  // Of two classes the second one says all.
  if (outputs === 2 && scores.classes) return yield* figure(yield* rankingOf(scores, 1, 2))
  if (average === 'micro') return yield* figure(yield* rankingOf(scores, 0, outputs))
  const sum = new Sum()
  const total = new Sum()
  for (let c = 0; c < outputs; ++c) {
    const ranking = yield* rankingOf(scores, c, c + 1)
    const weight = average === 'macro' ? 1 : weightOfPositives(ranking)
    // What has no weight may be NaN.
    if (weight === 0) continue
    sum.add(weight * (yield* figure(ranking)))
    total.add(weight)
  }
  return total.value > 0 ? sum.value / total.value : 0
}

/** The area under the ROC curve, by trapezoids. */
function* areaOf(ranking: Ranking): Slices<number> {
  const { truePositives, falsePositives } = yield* cumulate(ranking)
  const points = truePositives.length
  const [ofClass, others] = [truePositives[points - 1], falsePositives[points - 1]]
  if (!(ofClass > 0 && others > 0)) return Number.NaN
  // Products of weights as they are may be beyond float64.
  const [up, along] = [powerOfTwo(ofClass), powerOfTwo(others)]
  const area = new Sum()
  yield* inSpans(points, (from, to) => {
    for (let i = from; i < to; ++i) {
      const width = falsePositives[i] / along - (i > 0 ? falsePositives[i - 1] / along : 0)
      area.add((width * (truePositives[i] / up + (i > 0 ? truePositives[i - 1] / up : 0))) / 2)
    }
  })
  // Weights are rounded where they are summed, which may lead beyond 1.
  return Math.min(1, area.value / ((ofClass / up) * (others / along)))
}

export const aucOf = (scores: Scores, average: CurveAverage): Slices<number> =>
  overColumns(scores, average, areaOf)

/**
 * Returns the area under the ROC curve: the probability that a row of the class has a higher score than a row that is not of it,
 * a tie counting ½. From 0 to 1, ½ by chance. With several classes each is held against all others (one-vs-rest) and the
 * figures are averaged. NaN where the labels are all of one class, and so where one of several classes never occurs: as
 * scikit-learn's roc_auc_score, except that with two columns of scores the second is read.
 *
 * labels: class indices, strings or booleans, (rows); or several labels a row, each 0 or 1, in an array of rows (or flat,
 * with `outputs`). scores: finite numbers, (rows) or (rows × classes), higher for the class. Throws ShapeError; OptionError.
 * Source: Hanley and McNeil 1982, doi.org/10.1148/radiology.143.1.7063747
 */
export function auc(labels: Labels, scores: MatrixLike, options: RankingOptions = {}): number {
  const checked = checkOptions(table, options, 'options')
  return runNow(aucOf(readScores(labels, scores, checked), checked.average))
}

function* precisionOf(ranking: Ranking): Slices<number> {
  const { truePositives: right, falsePositives: wrong } = yield* cumulate(ranking)
  const all = right[right.length - 1]
  // Without a row of the class every recall is 1, and the precision 0.
  const recall = (i: number) => (all > 0 ? right[i] / all : 1)
  const sum = new Sum()
  yield* inSpans(right.length, (from, to) => {
    for (let i = from; i < to; ++i) {
      sum.add((right[i] / (right[i] + wrong[i])) * (recall(i) - (i > 0 ? recall(i - 1) : 0)))
    }
  })
  return sum.value
}

export const averagePrecisionOf = (scores: Scores, average: CurveAverage): Slices<number> =>
  overColumns(scores, average, precisionOf)

/**
 * Returns the average precision, Σ (Rᵢ − Rᵢ₋₁) Pᵢ over the thresholds from the highest down, P precision and R recall: from 0
 * to 1, by chance the share of the class. Nothing is interpolated between the points. 0 where no row is of the class. As
 * scikit-learn's average_precision_score, except that with two columns of scores the second is read.
 *
 * For labels and scores see `auc`. Throws ShapeError; OptionError.
 */
export function averagePrecision(labels: Labels, scores: MatrixLike, options: RankingOptions = {}): number {
  const checked = checkOptions(table, options, 'options')
  return runNow(averagePrecisionOf(readScores(labels, scores, checked), checked.average))
}
