// Scores of classes or of labels, beside the truth.

import { OptionError, ShapeError } from '../base/errors.ts'
import type { MatrixLike } from '../model/options.ts'
import { type ClassLabel, readWeights, type SampleOptions } from './options.ts'
import { checkKind, checkTruth, occurring, placesOf } from './pairs.ts'
import { positiveOf } from './positive.ts'
import { isNested, readLabelRows, readNumbers } from './rows.ts'

export interface Scores {
  readonly rows: number
  readonly outputs: number
  /** (rows × outputs) finite numbers. */
  readonly values: ArrayLike<number>
  /** The column of each row's class; undefined where every column is a label of its own. */
  readonly classes: Int32Array | undefined
  /** (rows × outputs) where every column is a label of its own: 1 where it is true. */
  readonly labels: ArrayLike<number> | undefined
  readonly weights: Float64Array | undefined
  /** Whether the scores are float32. */
  readonly isSingle: boolean
}

export interface ScoreOptions extends SampleOptions {
  /** The class of each column of scores. Default: the class indices 0, 1 …; for strings and booleans those that occur, in
   * ascending order. */
  classes?: readonly ClassLabel[]
  /** With one column of scores the class that they speak for. Default: 1 of 0 and 1, true of false and true. */
  positive?: ClassLabel
  /** For flat arrays of several labels a row, each 0 or 1: how many. An array of rows says so itself. */
  outputs?: number
}

interface Given {
  readonly classes: readonly ClassLabel[] | undefined
  readonly positive: ClassLabel | undefined
  readonly outputs: number | undefined
  readonly weights: ArrayLike<number> | undefined
}

/** What labels a metric takes: a class a row, or rows of labels that are each 0 or 1. */
export type Labels = ArrayLike<ClassLabel> | readonly ArrayLike<number | boolean>[]

function refuseAny(given: Given, names: readonly ('classes' | 'positive')[], where: string): void {
  for (const name of names) {
    if (given[name] !== undefined) throw new OptionError(`options.${name}: expected none with ${where}`)
  }
}

/** Throws ShapeError and OptionError. */
export function readScores(labels: Labels, scores: MatrixLike, given: Given): Scores {
  if (isNested(labels) || given.outputs !== undefined) {
    refuseAny(given, ['classes', 'positive'], 'several labels a row')
    const truth = readLabelRows(labels, 'labels', { outputs: given.outputs })
    const { rows, outputs } = truth
    const { values, isSingle } = readNumbers(scores, 'scores', { rows, outputs })
    const weights = readWeights(given.weights, rows)
    return { rows, outputs, values, classes: undefined, labels: truth.values, weights, isSingle }
  }
  const list = labels as ArrayLike<ClassLabel>
  const kind = checkTruth(list)
  const rows = list.length
  const { values, outputs, isSingle } = readNumbers(scores, 'scores', { rows })
  const shape = { rows, outputs, values, weights: readWeights(given.weights, rows), isSingle }
  if (outputs === 1) {
    refuseAny(given, ['classes'], 'one column of scores')
    const occur = occurring(list)
    const wanted = positiveOf(occur, given.positive)
    return { ...shape, classes: undefined, labels: Uint8Array.from(list, (one) => +(one === wanted)) }
  }
  refuseAny(given, ['positive'], 'a column of scores for each class')
  checkKind(given.classes, kind, 'options.classes')
  const columns =
    given.classes ?? (kind === 'index' ? Array.from({ length: outputs }, (_, c) => c) : occurring(list))
  if (columns.length !== outputs) {
    const what = given.classes ? 'options.classes' : 'labels'
    throw new ShapeError(
      `${what}: expected ${outputs} classes, one for each column of scores, got ${columns.length}`,
    )
  }
  const classes = placesOf(list, columns)
  const stranger = classes.indexOf(-1)
  if (stranger >= 0) {
    throw new ShapeError(
      `labels[${stranger}]: expected one of the ${outputs} classes that have scores, got ${JSON.stringify(list[stranger])}`,
    )
  }
  return { ...shape, classes, labels: undefined }
}
