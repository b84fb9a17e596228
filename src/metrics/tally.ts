// What precision, recall and their kin are computed from: for every class how much of it there is, how much is predicted,
// and how much of that is right.

import type { Pairs } from './pairs.ts'

/** Weights of rows; without weights their numbers. */
export interface Tally {
  /** (classes): predicted and true. */
  readonly right: Float64Array
  /** (classes): true. */
  readonly supports: Float64Array
  /** (classes): predicted. */
  readonly claims: Float64Array
  /** Rows that were predicted to be of no class that is counted. */
  readonly unclaimed: number
}

const emptyTally = (classes: number) => ({
  right: new Float64Array(classes),
  supports: new Float64Array(classes),
  claims: new Float64Array(classes),
})

export function tallyOf({ classes, truth, guess, weights }: Pairs): Tally {
  const { right, supports, claims } = emptyTally(classes.length)
  let unclaimed = 0
  for (let r = 0; r < truth.length; ++r) {
    const weight = weights ? weights[r] : 1
    const is = truth[r]
    const said = guess[r]
    if (is >= 0) supports[is] += weight
    if (said >= 0) claims[said] += weight
    else unclaimed += weight
    if (is === said && is >= 0) right[is] += weight
  }
  return { right, supports, claims, unclaimed }
}

/** The same of rows of labels that are each 1 or 0, (rows × outputs): a class for each column. */
export function tallyLabels(
  truth: ArrayLike<number>,
  guess: ArrayLike<number>,
  outputs: number,
  weights?: Float64Array,
): Tally {
  const { right, supports, claims } = emptyTally(outputs)
  for (let i = 0; i < truth.length; ++i) {
    const c = i % outputs
    const weight = weights ? weights[(i - c) / outputs] : 1
    if (truth[i] === 1) supports[c] += weight
    if (guess[i] === 1) claims[c] += weight
    if (truth[i] === 1 && guess[i] === 1) right[c] += weight
  }
  return { right, supports, claims, unclaimed: 0 }
}

export const totalOf = (weights: Float64Array): number => weights.reduce((sum, one) => sum + one, 0)

/** The figures of one class, or an average of them over classes. */
export interface ClassScores {
  /** Of the rows predicted to be of the class, the share that is. `zeroDivision`, 0 by default, where there are none. */
  readonly precision: number
  /** Of the rows of the class, the share that was predicted to be. `zeroDivision` where there are none. */
  readonly recall: number
  /** Harmonic mean of precision and recall, 2 · right / (support + predicted). `zeroDivision` where that is 0 / 0. */
  readonly f1: number
  /** Rows of the class, or their weight. */
  readonly support: number
}

function scoresFrom(right: number, support: number, claims: number, zeroDivision: number): ClassScores {
  const ratio = (part: number, whole: number) => (whole === 0 ? zeroDivision : part / whole)
  const both = support + claims
  return {
    precision: ratio(right, claims),
    recall: ratio(right, support),
    // The sum of two finite weights may be infinite.
    f1: both < Number.POSITIVE_INFINITY ? ratio(2 * right, both) : right / (support / 2 + claims / 2),
    support,
  }
}

/** The figures of each class. */
export function scoresOf({ right, supports, claims }: Tally, zeroDivision: number): ClassScores[] {
  return Array.from(right, (one, c) => scoresFrom(one, supports[c], claims[c], zeroDivision))
}

/** The figures of all classes together: every row counts the same. */
export function microOf({ right, supports, claims }: Tally, zeroDivision: number): ClassScores {
  return scoresFrom(totalOf(right), totalOf(supports), totalOf(claims), zeroDivision)
}

/** Weighted mean of what is not NaN, unweighted where the weights are all 0. NaN where nothing is left. */
function meanOf(values: readonly number[], weights: readonly number[]): number {
  let total = 0
  let sum = 0
  let plain = 0
  let count = 0
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return
    total += weights[i]
    sum += weights[i] * value
    plain += value
    count += 1
  })
  return total > 0 ? sum / total : plain / count
}

/** Mean of the figures of the classes, each with a weight. */
export function averageOf(
  scores: readonly ClassScores[],
  weightOf: (score: ClassScores) => number,
): ClassScores {
  const weights = scores.map(weightOf)
  const mean = (key: keyof ClassScores) =>
    meanOf(
      scores.map((score) => score[key]),
      weights,
    )
  const support = scores.reduce((sum, score) => sum + score.support, 0)
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1'), support }
}
