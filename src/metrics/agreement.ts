// How far predictions agree with the labels beyond what the sizes of the classes would give by chance.

import { checkOptions } from '../base/check.ts'
import { type ClassLabel, type SampleOptions, weightsOption } from './options.ts'
import { type Pairs, readPairs } from './pairs.ts'
import { tallyOf, totalOf } from './tally.ts'

const table = { weights: weightsOption }

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, one, i) => sum + one * b[i], 0)

export function cohenKappaOf(pairs: Pairs): number {
  const { right, supports, claims } = tallyOf(pairs)
  const total = totalOf(supports)
  // Both times `total`: of one class alone it is 0 to the last bit.
  const byChance = total * total - dot(supports, claims)
  return byChance === 0 ? Number.NaN : 1 - ((total - totalOf(right)) * total) / byChance
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

export function matthewsOf(pairs: Pairs): number {
  const { right, supports, claims, unclaimed } = tallyOf(pairs)
  const total = totalOf(supports)
  const both = totalOf(right) * total - dot(supports, claims)
  const ofClaims = total * total - dot(claims, claims) - unclaimed * unclaimed
  const ofSupports = total * total - dot(supports, supports)
  const product = ofClaims * ofSupports
  return product > 0 ? both / Math.sqrt(product) : 0
}

/**
 * Returns Matthews' correlation coefficient, for two classes (TP · TN − FP · FN) / √((TP + FP)(TP + FN)(TN + FP)(TN + FN)),
 * for more Gorodkin's R_K: 1 for full agreement, 0 for chance, −1 for two classes exchanged. 0 where the labels or the
 * predictions are all of one class. As scikit-learn's matthews_corrcoef.
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
