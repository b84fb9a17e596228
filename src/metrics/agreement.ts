// How far predictions agree with the labels beyond what the sizes of the classes would give by chance.

import { checkOptions } from '../base/check.ts'
import { powerOfTwo } from '../base/power-of-two.ts'
import { type ClassLabel, type SampleOptions, weightsOption } from './options.ts'
import { type Pairs, readPairs } from './pairs.ts'
import { totalOf } from './tally.ts'

const table = { weights: weightsOption }

/** Weights of rows, (classes), in proportion to a total from 1 to 2. */
interface Agreement {
  /** Predicted and true. */
  readonly right: Float64Array
  /** True, and predicted to be of another class or of none. */
  readonly missed: Float64Array
  /** Predicted, and of another class. */
  readonly mistaken: Float64Array
  /** Of the rows predicted to be of no class. */
  readonly unclaimed: number
}

/** Right and wrong apart: from their sums small weights could not be told. */
function agreementOf({ classes, truth, guess, weights }: Pairs): Agreement {
  const count = classes.length
  const [right, missed, mistaken] = [0, 1, 2].map(() => new Float64Array(count))
  let unclaimed = 0
  for (let r = 0; r < truth.length; ++r) {
    const weight = weights ? weights[r] : 1
    if (truth[r] === guess[r]) right[truth[r]] += weight
    else {
      missed[truth[r]] += weight
      if (guess[r] >= 0) mistaken[guess[r]] += weight
      else unclaimed += weight
    }
  }
  // Products of weights as they are may be beyond float64.
  const unit = powerOfTwo(totalOf(right) + totalOf(missed))
  const scaled = (list: Float64Array) => list.map((one) => one / unit)
  return {
    right: scaled(right),
    missed: scaled(missed),
    mistaken: scaled(mistaken),
    unclaimed: unclaimed / unit,
  }
}

const plus = (a: Float64Array, b: Float64Array) => a.map((one, i) => one + b[i])

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, one, i) => sum + one * b[i], 0)

/** For each class the sum over all others, without a difference, in which small weights would be lost. */
function sumsOfOthers(list: Float64Array): Float64Array {
  const sums = new Float64Array(list.length)
  let before = 0
  list.forEach((one, i) => {
    sums[i] = before
    before += one
  })
  let after = 0
  for (let i = list.length - 1; i >= 0; --i) {
    sums[i] += after
    after += list[i]
  }
  return sums
}

export function cohenKappaOf(pairs: Pairs): number {
  const { right, missed, mistaken, unclaimed } = agreementOf(pairs)
  const [supports, claims] = [plus(right, missed), plus(right, mistaken)]
  // What would disagree by chance; of one class alone it is 0 to the last bit.
  const byChance = dot(supports, sumsOfOthers(claims)) + unclaimed * totalOf(supports)
  return byChance === 0 ? Number.NaN : 1 - (totalOf(missed) * totalOf(supports)) / byChance
}

/**
 * Returns Cohen's kappa, (p − q) / (1 − q): p is the share of rows on which both lists agree, q what it would be if they were
 * independent, Σ (share of class in labels · share in predicted). 1 for full agreement, 0 for chance, down to −1. NaN
 * where both have one class only, the same. As scikit-learn's cohen_kappa_score without its `weights` (distances between
 * classes).
 *
 * labels, predicted: class indices, strings or booleans, one a row. Throws ShapeError; OptionError.
 * Source: Cohen 1960, doi.org/10.1177/001316446002000104
 */
export function cohenKappa(
  labels: ArrayLike<ClassLabel>,
  predicted: ArrayLike<ClassLabel>,
  options: SampleOptions = {},
): number {
  return cohenKappaOf(readPairs(labels, predicted, checkOptions(table, options, 'options')))
}

/** Σ over the classes of TP · TN − FN · FP, which is right · total − Σ supports · claims with less to cancel. */
function covarianceOf({ right, missed, mistaken, unclaimed }: Agreement): number {
  const otherRights = sumsOfOthers(right)
  const wrong = totalOf(missed)
  // A wrong row is of one of two classes and said to be of the other.
  const isPair = right.length === 2 && unclaimed === 0
  let sum = 0
  right.forEach((one, c) => {
    const elsewhere = isPair ? 0 : wrong - missed[c] - mistaken[c]
    sum += one * (otherRights[c] + elsewhere) - missed[c] * mistaken[c]
  })
  return sum
}

export function matthewsOf(pairs: Pairs): number {
  const agreement = agreementOf(pairs)
  const { right, missed, mistaken, unclaimed } = agreement
  const [supports, claims] = [plus(right, missed), plus(right, mistaken)]
  const ofClaims = dot(claims, sumsOfOthers(claims)) + 2 * unclaimed * totalOf(claims)
  const ofSupports = dot(supports, sumsOfOthers(supports))
  // Two roots: the product may be too small for float64. Rounding may lead beyond 1.
  const both = covarianceOf(agreement) / Math.sqrt(ofClaims) / Math.sqrt(ofSupports)
  return ofClaims > 0 && ofSupports > 0 ? Math.min(1, Math.max(-1, both)) : 0
}

/**
 * Returns Matthews' correlation coefficient, for two classes (TP · TN − FP · FN) / √((TP + FP)(TP + FN)(TN + FP)(TN + FN)),
 * for more Gorodkin's R_K: 1 for full agreement, 0 for chance, −1 for two classes exchanged. 0 where the labels or the
 * predictions are all of one class, which leaves it undefined. As scikit-learn's matthews_corrcoef.
 *
 * labels, predicted: class indices, strings or booleans, one a row. Throws ShapeError; OptionError.
 * Source: Gorodkin 2004, doi.org/10.1016/j.compbiolchem.2004.09.006
 */
export function matthews(
  labels: ArrayLike<ClassLabel>,
  predicted: ArrayLike<ClassLabel>,
  options: SampleOptions = {},
): number {
  return matthewsOf(readPairs(labels, predicted, checkOptions(table, options, 'options')))
}
