// How far predicted numbers are from the targets.

import { checkOptions } from '../base/check.ts'
import { runNow, type Slices } from '../base/pace.ts'
import { powerOfTwo } from '../base/power-of-two.ts'
import { Sum } from '../base/sum.ts'
import type { MatrixLike } from '../model/options.ts'
import { inProportion, outputsOption, readWeights, type SampleOptions, weightsOption } from './options.ts'
import { readNumbers } from './rows.ts'
import { inSpans } from './spans.ts'

export interface ValueOptions extends SampleOptions {
  /** For flat arrays of several values a row: how many. An array of rows says so itself. */
  outputs?: number
}

const table = { outputs: outputsOption, weights: weightsOption }

/** Targets and predictions, (rows × outputs) finite numbers each. */
export interface Values {
  readonly rows: number
  readonly outputs: number
  readonly targets: ArrayLike<number>
  readonly predictions: ArrayLike<number>
  readonly weights: Float64Array | undefined
}

function readValues(targets: MatrixLike, predictions: MatrixLike, options: ValueOptions): Values {
  const { outputs, weights } = checkOptions(table, options, 'options')
  const truth = readNumbers(targets, 'targets', { outputs })
  const { values } = readNumbers(predictions, 'predictions', truth)
  const shares = inProportion(readWeights(weights, truth.rows))
  return { ...truth, targets: truth.values, predictions: values, weights: shares }
}

/** Mean over the outputs of the figure of each. */
function* overOutputs({ outputs }: Values, figure: (c: number) => Slices<number>): Slices<number> {
  const sum = new Sum()
  for (let c = 0; c < outputs; ++c) sum.add(yield* figure(c))
  return sum.value / outputs
}

/** Weighted mean over the rows. Yields now and then, as all figures do. */
function* meanOf({ rows, weights }: Values, term: (r: number) => number): Slices<number> {
  const sum = new Sum()
  const total = new Sum()
  yield* inSpans(rows, (from, to) => {
    for (let r = from; r < to; ++r) {
      const weight = weights ? weights[r] : 1
      // Rows of weight 0 must not matter, and 0 · ∞ would be NaN.
      if (weight === 0) continue
      sum.add(weight * term(r))
      total.add(weight)
    }
  })
  return sum.value / total.value
}

/** Mean over rows and outputs of a term in target and prediction. */
function meanError(values: Values, term: (target: number, prediction: number) => number): Slices<number> {
  const { targets, predictions, outputs } = values
  return overOutputs(values, (c) =>
    meanOf(values, (r) => term(targets[r * outputs + c], predictions[r * outputs + c])),
  )
}

const square = (x: number) => x * x

/** The largest size of what `of` gives, of rows that count. */
function* largestOf({ rows, weights }: Values, of: (r: number) => number): Slices<number> {
  let most = 0
  yield* inSpans(rows, (from, to) => {
    for (let r = from; r < to; ++r) if (!weights || weights[r] > 0) most = Math.max(most, Math.abs(of(r)))
  })
  return most
}

/** A mean of squares, mean · unit². */
interface Squares {
  readonly mean: number
  readonly unit: number
}

/** Of what is below this, squares may have lost digits to underflow. */
const LEAST_SQUARE = 2 ** -900

/** Of what `of` gives: in a unit that is not 1 where the squares would be too large or too small for float64. */
function* squaresOf(values: Values, of: (r: number) => number): Slices<Squares> {
  const mean = yield* meanOf(values, (r) => square(of(r)))
  if (mean > LEAST_SQUARE && mean < Number.POSITIVE_INFINITY) return { mean, unit: 1 }
  const most = yield* largestOf(values, of)
  if (most === 0 || most === Number.POSITIVE_INFINITY) return { mean, unit: 1 }
  const unit = powerOfTwo(most)
  return { mean: yield* meanOf(values, (r) => square(of(r) / unit)), unit }
}

export const rootMeanSquaredErrorOf = (values: Values) => {
  const { targets, predictions, outputs } = values
  return overOutputs(values, function* (c) {
    const { mean, unit } = yield* squaresOf(
      values,
      (r) => targets[r * outputs + c] - predictions[r * outputs + c],
    )
    return Math.sqrt(mean) * unit
  })
}

export const meanSquaredErrorOf = (values: Values) => meanError(values, (y, p) => square(y - p))
export const meanAbsoluteErrorOf = (values: Values) => meanError(values, (y, p) => Math.abs(y - p))
export const meanAbsolutePercentageErrorOf = (values: Values) =>
  meanError(values, (y, p) => Math.abs(y - p) / Math.max(Math.abs(y), 2 ** -52))

/**
 * Returns the mean of (y − ŷ)² over rows and outputs, from 0 up. As scikit-learn's mean_squared_error.
 *
 * targets, predictions: finite numbers, (rows), or several a row in an array of rows (or flat, with `outputs`). Throws
 * ShapeError; OptionError.
 */
export function meanSquaredError(
  targets: MatrixLike,
  predictions: MatrixLike,
  options: ValueOptions = {},
): number {
  return runNow(meanSquaredErrorOf(readValues(targets, predictions, options)))
}

/**
 * Returns √(mean of (y − ŷ)²), from 0 up, in the unit of the targets; of several outputs the mean of their roots, and not the root
 * of their mean. As scikit-learn's root_mean_squared_error. For the arguments see `meanSquaredError`.
 */
export function rootMeanSquaredError(
  targets: MatrixLike,
  predictions: MatrixLike,
  options: ValueOptions = {},
): number {
  return runNow(rootMeanSquaredErrorOf(readValues(targets, predictions, options)))
}

/**
 * Returns the mean of |y − ŷ| over rows and outputs, from 0 up, in the unit of the targets. As scikit-learn's
 * mean_absolute_error; the loss of the same name is the sum over the outputs. For the arguments see `meanSquaredError`.
 */
export function meanAbsoluteError(
  targets: MatrixLike,
  predictions: MatrixLike,
  options: ValueOptions = {},
): number {
  return runNow(meanAbsoluteErrorOf(readValues(targets, predictions, options)))
}

/**
 * Returns the mean of |y − ŷ| / max(|y|, 2⁻⁵²), from 0 up; 0.1 is ten per cent. A target of 0 makes it huge and not infinite.
 * As scikit-learn's mean_absolute_percentage_error. For the arguments see `meanSquaredError`.
 */
export function meanAbsolutePercentageError(
  targets: MatrixLike,
  predictions: MatrixLike,
  options: ValueOptions = {},
): number {
  return runNow(meanAbsolutePercentageErrorOf(readValues(targets, predictions, options)))
}

/** Mean of what `of` gives, exact where it is always the same. */
function* centreOf(values: Values, of: (r: number) => number): Slices<number> {
  // Rows of weight 0 must not matter.
  const first = of(values.weights ? values.weights.findIndex((weight) => weight > 0) : 0)
  return first + (yield* meanOf(values, (r) => of(r) - first))
}

/** 1 − unexplained / all; of constant targets 1 where nothing is unexplained and 0 otherwise. */
const explained = (unexplained: Squares, all: Squares) => {
  if (unexplained.mean === 0) return 1
  const units = unexplained.unit / all.unit
  return all.mean === 0 ? 0 : 1 - (unexplained.mean / all.mean) * units * units
}

export function* r2Of(values: Values): Slices<number> {
  const { targets, predictions, rows, outputs } = values
  if (rows < 2) return Number.NaN
  return yield* overOutputs(values, function* (c) {
    const target = (r: number) => targets[r * outputs + c]
    const centre = yield* centreOf(values, target)
    return explained(
      yield* squaresOf(values, (r) => target(r) - predictions[r * outputs + c]),
      yield* squaresOf(values, (r) => target(r) - centre),
    )
  })
}

/**
 * Returns the coefficient of determination R², 1 − Σ (y − ŷ)² / Σ (y − mean y)²: 1 at best, 0 for the mean of the targets as the only
 * guess, without limit below. Of several outputs the mean. Of constant targets 1 where every prediction is right and 0
 * otherwise; NaN of one row. As scikit-learn's r2_score. For the arguments see `meanSquaredError`.
 */
export function r2(targets: MatrixLike, predictions: MatrixLike, options: ValueOptions = {}): number {
  return runNow(r2Of(readValues(targets, predictions, options)))
}

export function explainedVarianceOf(values: Values): Slices<number> {
  const { targets, predictions, outputs } = values
  return overOutputs(values, function* (c) {
    const target = (r: number) => targets[r * outputs + c]
    const error = (r: number) => target(r) - predictions[r * outputs + c]
    const [ofTargets, ofErrors] = [yield* centreOf(values, target), yield* centreOf(values, error)]
    return explained(
      yield* squaresOf(values, (r) => error(r) - ofErrors),
      yield* squaresOf(values, (r) => target(r) - ofTargets),
    )
  })
}

/**
 * Returns the explained variance, 1 − Var(y − ŷ) / Var(y): R² that forgives predictions that are all too high or too low by the
 * same. 1 at best, without limit below. Of several outputs the mean. Of constant targets 1 where the error is the same
 * everywhere and 0 otherwise. As scikit-learn's explained_variance_score. For the arguments see `meanSquaredError`.
 */
export function explainedVariance(
  targets: MatrixLike,
  predictions: MatrixLike,
  options: ValueOptions = {},
): number {
  return runNow(explainedVarianceOf(readValues(targets, predictions, options)))
}
