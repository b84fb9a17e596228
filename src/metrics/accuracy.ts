import { checkOptions } from '../base/check.ts'
import { Sum } from '../base/sum.ts'
import { type ClassLabel, type SampleOptions, weightsOption } from './options.ts'
import { type Pairs, readPairs } from './pairs.ts'
import { tallyOf } from './tally.ts'

const table = { weights: weightsOption }

export function accuracyOf({ truth, guess, weights }: Pairs): number {
  const right = new Sum()
  const all = new Sum()
  for (let r = 0; r < truth.length; ++r) {
    const weight = weights ? weights[r] : 1
    all.add(weight)
    if (truth[r] === guess[r]) right.add(weight)
  }
  return right.value / all.value
}

/**
 * Returns the share of the predictions that equal their label, Σ w [ŷ = y] / Σ w, from 0 to 1.
 *
 * labels, predicted: class indices, strings or booleans, one a row. Throws ShapeError; OptionError.
 */
export function accuracy(
  labels: ArrayLike<ClassLabel>,
  predicted: ArrayLike<ClassLabel>,
  options: SampleOptions = {},
): number {
  return accuracyOf(readPairs(labels, predicted, checkOptions(table, options, 'options')))
}

export function balancedAccuracyOf(pairs: Pairs): number {
  const { right, supports } = tallyOf(pairs)
  const sum = new Sum()
  let classes = 0
  right.forEach((one, c) => {
    if (supports[c] === 0) return
    sum.add(one / supports[c])
    classes += 1
  })
  return sum.value / classes
}

/**
 * Returns the mean recall of the classes, from 0 to 1: 1 / classes for guesses by chance, however unequal the classes are.
 * A class that is predicted and has no row does not count. As scikit-learn's balanced_accuracy_score.
 *
 * labels, predicted: class indices, strings or booleans, one a row. Throws ShapeError; OptionError.
 */
export function balancedAccuracy(
  labels: ArrayLike<ClassLabel>,
  predicted: ArrayLike<ClassLabel>,
  options: SampleOptions = {},
): number {
  return balancedAccuracyOf(readPairs(labels, predicted, checkOptions(table, options, 'options')))
}
