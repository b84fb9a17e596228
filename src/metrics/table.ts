// Metrics of a network's outputs, by name: what a training computes after each epoch.

import { refuse } from '../base/check.ts'
import { OptionError, shown } from '../base/errors.ts'
import type { Slices } from '../base/pace.ts'
import { type Average, type MetricName, type MetricSettings, metrics } from '../model/metrics.ts'
import { accuracyOf, balancedAccuracyOf } from './accuracy.ts'
import { cohenKappaOf, matthewsOf } from './agreement.ts'
import {
  allFinite,
  type Given,
  listsOf,
  type MetricShape,
  numbersOf,
  pairsOf,
  scoresOf,
  sidesOf,
} from './given.ts'
import { logLossOf } from './log-loss.ts'
import { type Pairs, pairUp } from './pairs.ts'
import { averageTally } from './precision-recall.ts'
import { aucOf, averagePrecisionOf, type CurveAverage } from './ranking.ts'
import {
  explainedVarianceOf,
  meanAbsoluteErrorOf,
  meanAbsolutePercentageErrorOf,
  meanSquaredErrorOf,
  r2Of,
  rootMeanSquaredErrorOf,
  type Values,
} from './regression.ts'
import type { Scores } from './scores.ts'
import { type ClassScores, tallyLabels, tallyOf } from './tally.ts'
import { topKOf } from './top-k.ts'

/** A metric as a training asks for it. */
export interface Metric {
  /** What it is called in logs and history. */
  readonly name: string
  /** Undefined for a function of the user's, of which this is not known. */
  readonly better: 'max' | 'min' | undefined
  readonly needs: 'scores' | 'classes' | 'values'
  /** Throws OptionError where the metric has no meaning for such targets: to be called before a training. */
  check(shape: Pick<MetricShape, 'outputs' | 'kind'>): void
  /**
   * The figure. outputs: (rows × outputs). targets: the same, or the class index of each row. A row with an output that is not
   * finite is of no class, which is wrong, also for topK; of scores and values with such an output the figure is NaN. Yields now and then,
   * but a function of the user's goes on to its end.
   */
  compute(outputs: Float32Array, targets: ArrayLike<number>, shape: MetricShape): Slices<number>
}

const hasManyLabels = ({ kind, outputs }: Pick<MetricShape, 'outputs' | 'kind'>) =>
  kind === 'labels' && outputs > 1
/** Whether one class is looked for among two. */
const isBinary = ({ kind, outputs }: Pick<MetricShape, 'outputs' | 'kind'>) =>
  kind === 'labels' ? outputs === 1 : outputs === 2

/** The share of labels that are right, as `evaluate` has it, or of rows. */
function* shareOf(given: Given): Slices<number> {
  const { outputs: values, targets, shape } = given
  if (!hasManyLabels(shape)) return accuracyOf(yield* pairsOf(given))
  const truth = yield* sidesOf(targets)
  const guess = yield* sidesOf(values)
  const weights =
    shape.weights && Float64Array.from(truth, (_, i) => shape.weights![Math.floor(i / shape.outputs)])
  return accuracyOf({ classes: [0, 1], truth, guess, weights })
}

interface ByClass {
  readonly average: Average | undefined
  readonly zeroDivision: number
}

function* classFigures(given: Given, { average, zeroDivision }: ByClass): Slices<ClassScores> {
  const { shape } = given
  const of = average ?? (isBinary(shape) ? 'binary' : 'macro')
  if (hasManyLabels(shape)) {
    const { outputs, weights } = shape
    const [truth, guess] = [yield* sidesOf(given.targets), yield* sidesOf(given.outputs)]
    const tally = tallyLabels(truth, guess, outputs, weights)
    return averageTally(tally, of, zeroDivision)
  }
  if (of !== 'binary') return averageTally(tallyOf(yield* pairsOf(given)), of, zeroDivision)
  const { truth, guess } = yield* listsOf(given)
  const pairs = pairUp(truth, guess, shape.weights, [0, 1])
  return averageTally(tallyOf(pairs), of, zeroDivision, 1)
}

const byClasses = (figure: (pairs: Pairs) => number) =>
  function* (given: Given): Slices<number> {
    return figure(yield* pairsOf(given))
  }

const byClassFigure = (key: 'precision' | 'recall' | 'f1') =>
  function* (given: Given, options: ByClass): Slices<number> {
    return (yield* classFigures(given, options))[key]
  }

const ifFinite = <O>(figure: (given: Given, options: O) => Slices<number>) =>
  function* (given: Given, options: O): Slices<number> {
    return (yield* allFinite(given.outputs)) ? yield* figure(given, options) : Number.NaN
  }

const byScores = <O>(figure: (scores: Scores, options: O) => Slices<number>) =>
  ifFinite(function* (given: Given, options: O): Slices<number> {
    return yield* figure(yield* scoresOf(given), options)
  })

const byValues = (figure: (values: Values) => Slices<number>) =>
  ifFinite(function* (given: Given): Slices<number> {
    const { rows, outputs, weights } = given.shape
    const targets = yield* numbersOf(given)
    return yield* figure({ rows, outputs, targets, predictions: given.outputs, weights })
  })

interface ByCurve {
  readonly average: CurveAverage
}

const functions: Record<MetricName, (given: Given, options: never) => Slices<number>> = {
  accuracy: shareOf,
  balancedAccuracy: byClasses(balancedAccuracyOf),
  precision: byClassFigure('precision'),
  recall: byClassFigure('recall'),
  f1: byClassFigure('f1'),
  cohenKappa: byClasses(cohenKappaOf),
  matthews: byClasses(matthewsOf),
  // A row that is not finite is wrong, not all of them unknown.
  *topK(given, { k }: { readonly k: number }) {
    return yield* topKOf(yield* scoresOf(given), k)
  },
  auc: byScores((scores, { average }: ByCurve) => aucOf(scores, average)),
  averagePrecision: byScores((scores, { average }: ByCurve) => averagePrecisionOf(scores, average)),
  logLoss: byScores(logLossOf),
  r2: byValues(r2Of),
  explainedVariance: byValues(explainedVarianceOf),
  meanSquaredError: byValues(meanSquaredErrorOf),
  rootMeanSquaredError: byValues(rootMeanSquaredErrorOf),
  meanAbsoluteError: byValues(meanAbsoluteErrorOf),
  meanAbsolutePercentageError: byValues(meanAbsolutePercentageErrorOf),
}

function checkShape(
  settings: MetricSettings & { name: MetricName },
  shape: Pick<MetricShape, 'outputs' | 'kind'>,
) {
  const { name } = settings
  const { needs, manyLabels } = metrics[name]
  if (needs === 'values') return
  const where = `metric '${name}'`
  if (shape.kind === 'values') {
    throw new OptionError(
      `${where}: expected targets that are classes (class indices, one-hot rows, 0 and 1), got other numbers`,
    )
  }
  if (hasManyLabels(shape) && !manyLabels) {
    throw new OptionError(
      `${where}: expected one class a row, got ${shape.outputs} labels, each true or false`,
    )
  }
  if (name === 'topK' && shape.outputs === 1) {
    throw new OptionError(`${where}: expected an output for each class, got one output`)
  }
  if ('average' in settings && settings.average === 'binary' && !isBinary(shape)) {
    const many = hasManyLabels(shape) ? 'labels' : 'classes'
    refuse(`${where}: average`, `'macro', 'micro' or 'weighted' for ${shape.outputs} ${many}`, 'binary')
  }
}

function customMetric({ as, compute }: Extract<MetricSettings, { name: undefined }>): Metric {
  return {
    name: as,
    better: undefined,
    needs: 'values',
    check() {},
    *compute(outputs, targets, shape) {
      const numbers = yield* numbersOf({ outputs, targets, shape })
      // Copies: other metrics and the validation loss are of the same arrays, and a median is soon taken by sorting one.
      const figure: unknown = compute(outputs.slice(), numbers.slice(), {
        rows: shape.rows,
        outputs: shape.outputs,
      })
      if (typeof figure === 'number') return figure
      throw new OptionError(`metric '${as}': expected the function to return a number, got ${shown(figure)}`)
    },
  }
}

/** The metrics of settings that are checked (src/model/metrics.ts). */
export function resolveMetrics(settings: readonly MetricSettings[]): Metric[] {
  return settings.map((one) => {
    if (one.name === undefined) return customMetric(one)
    const { better, needs } = metrics[one.name]
    return {
      name: one.as,
      better,
      needs,
      check: (shape) => checkShape(one, shape),
      compute: (outputs, targets, shape) => functions[one.name]({ outputs, targets, shape }, one as never),
    }
  })
}
