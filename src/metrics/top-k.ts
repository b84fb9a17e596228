import { checkOptions, integer, optional } from '../base/check.ts'
import { ShapeError } from '../base/errors.ts'
import { runNow, type Slices } from '../base/pace.ts'
import { Sum } from '../base/sum.ts'
import type { MatrixLike } from '../model/options.ts'
import { type ClassLabel, classesOption, type SampleOptions, weightsOption } from './options.ts'
import { readScores, type Scores } from './scores.ts'
import { inSpans } from './spans.ts'

export interface TopKOptions extends SampleOptions {
  /** How many of the largest scores may be the row's class. Default 2. */
  k?: number
  /** The class of each column of scores. Default: the class indices 0, 1 …; for strings and booleans those that occur, in
   * ascending order. */
  classes?: readonly ClassLabel[]
}

const table = { k: optional(integer(1), 2), classes: classesOption, weights: weightsOption }

/** A row with a score that is not finite is never right. Yields now and then. */
export function* topKOf({ rows, outputs, values, classes, weights }: Scores, k: number): Slices<number> {
  const right = new Sum()
  const total = new Sum()
  const add = (from: number, to: number) => {
    for (let r = from; r < to; ++r) {
      const weight = weights ? weights[r] : 1
      total.add(weight)
      const begin = r * outputs
      const own = values[begin + classes![r]]
      let above = 0
      for (let c = 0; c < outputs; ++c) {
        const score = values[begin + c]
        if (!Number.isFinite(score)) above = Number.POSITIVE_INFINITY
        if (score > own || (score === own && c < classes![r])) above += 1
      }
      if (above < k) right.add(weight)
    }
  }
  yield* inSpans(rows, add, outputs)
  return right.value / total.value
}

/**
 * Returns the share of the rows whose class is among the `k` with the largest scores, from 0 to 1. Of equal scores the first
 * ranks first, so that k = 1 gives the accuracy of `argmax`; scikit-learn's top_k_accuracy_score, which agrees otherwise,
 * takes the last.
 *
 * labels: class indices, strings or booleans, (rows). scores: finite numbers, (rows × classes), at least two classes. Throws
 * ShapeError; OptionError.
 */
export function topK(labels: ArrayLike<ClassLabel>, scores: MatrixLike, options: TopKOptions = {}): number {
  const { k, ...rest } = checkOptions(table, options, 'options')
  const read = readScores(labels, scores, { ...rest, positive: undefined, outputs: undefined })
  if (!read.classes) throw new ShapeError('scores: expected a column for each class, got one column')
  return runNow(topKOf(read, k))
}
