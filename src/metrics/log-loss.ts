import { checkOptions } from '../base/check.ts'
import { ShapeError } from '../base/errors.ts'
import { log } from '../base/math.ts'
import { runNow, type Slices } from '../base/pace.ts'
import { Sum } from '../base/sum.ts'
import type { MatrixLike } from '../model/options.ts'
import { classesOption, inProportion, outputsOption, positiveOption, weightsOption } from './options.ts'
import { placed } from './rows.ts'
import { type Labels, readScores, type ScoreOptions, type Scores } from './scores.ts'
import { inSpans } from './spans.ts'

const table = {
  classes: classesOption,
  positive: positiveOption,
  outputs: outputsOption,
  weights: weightsOption,
}

// A logarithm takes as long as so many values that are only read.
const LOG_COST = 16

/** NaN where a score is no probability. Yields now and then. */
export function* logLossOf(scores: Scores): Slices<number> {
  const { rows, outputs, values, classes, labels, isSingle } = scores
  const weights = inProportion(scores.weights)
  const least = isSingle ? 2 ** -23 : 2 ** -52
  const cost = (p: number) => -log(Math.min(Math.max(p, least), 1 - least))
  const sum = new Sum()
  const total = new Sum()
  let areProbabilities = true
  const add = (from: number, to: number) => {
    for (let r = from; r < to; ++r) {
      const weight = weights ? weights[r] : 1
      total.add(weight)
      for (let c = 0; c < outputs; ++c) {
        const p = values[r * outputs + c]
        if (!(p >= 0 && p <= 1)) areProbabilities = false
        else if (classes) {
          if (classes[r] === c) sum.add(weight * cost(p))
        } else sum.add((weight * cost(labels![r * outputs + c] === 1 ? p : 1 - p)) / outputs)
      }
    }
  }
  yield* inSpans(rows, add, LOG_COST * (classes ? 1 : outputs) + outputs)
  return areProbabilities ? sum.value / total.value : Number.NaN
}

/**
 * Returns the mean of −log p over the rows, p being the probability that was given to the row's class; with one column, or
 * several labels a row, the mean of −[y log p + (1 − y) log(1 − p)] over rows and labels. From 0 up; log(classes) for a
 * blank guess. p is kept from ε to 1 − ε, ε = 2⁻²³ for a Float32Array and 2⁻⁵² otherwise, so that the figure is finite. As
 * scikit-learn's log_loss, whose logarithms of float32 are float32 themselves.
 *
 * labels: class indices, strings or booleans, (rows); or several labels a row, each 0 or 1, in an array of rows (or flat, with
 * `outputs`). probabilities: from 0 to 1, (rows) or (rows × classes); that a row's sum is 1 is not checked. Throws
 * ShapeError; OptionError.
 */
export function logLoss(labels: Labels, probabilities: MatrixLike, options: ScoreOptions = {}): number {
  const scores = readScores(labels, probabilities, checkOptions(table, options, 'options'))
  const { values, outputs } = scores
  for (let i = 0; i < values.length; ++i) {
    if (values[i] >= 0 && values[i] <= 1) continue
    const at = placed('probabilities', Math.floor(i / outputs), i % outputs, outputs)
    throw new ShapeError(`${at}: expected a probability from 0 to 1, got ${values[i]}`)
  }
  return runNow(logLossOf(scores))
}
