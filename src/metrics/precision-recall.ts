// Precision, recall and F1 as single numbers: of one class, or averaged.

import { checkOptions, oneOf, optional } from '../base/check.ts'
import { OptionError } from '../base/errors.ts'
import { type Average, averages, zeroDivision } from '../model/metrics.ts'
import {
  type ClassLabel,
  classesOption,
  outputsOption,
  positiveOption,
  readWeights,
  type SampleOptions,
  weightsOption,
} from './options.ts'
import { occurring, readPairs } from './pairs.ts'
import { positiveOf } from './positive.ts'
import { isNested, readLabelRows } from './rows.ts'
import type { Labels } from './scores.ts'
import { averageOf, type ClassScores, microOf, scoresOf, type Tally, tallyLabels, tallyOf } from './tally.ts'

export interface AverageOptions extends SampleOptions {
  /** 'binary': the figure of the class `positive`. 'macro': mean over the classes. 'weighted': mean, each class weighted with
   * its rows. 'micro': all classes together. Default 'binary', and 'macro' for rows of labels. */
  average?: Average
  /** The class that 'binary' looks for. Default: 1 of 0 and 1, true of false and true. */
  positive?: ClassLabel
  /** The classes to average over, whether they occur or not. Default: those that occur in either list. */
  labels?: readonly ClassLabel[]
  /** What stands for 0 / 0: 0, 1, or NaN, which averages leave out. Default 0. */
  zeroDivision?: number
  /** For flat arrays of several labels a row, each 0 or 1: how many. An array of rows says so itself. */
  outputs?: number
}

const table = {
  average: optional(oneOf(averages), undefined),
  positive: positiveOption,
  labels: classesOption,
  weights: weightsOption,
  zeroDivision: optional(zeroDivision, 0),
  outputs: outputsOption,
}

/** The figures of a tally as one. positive: the place of the class for 'binary'. */
export function averageTally(tally: Tally, average: Average, zero: number, positive = 0): ClassScores {
  if (average === 'micro') return microOf(tally, zero)
  const scores = scoresOf(tally, zero)
  if (average === 'binary') return scores[positive]
  return averageOf(scores, average === 'macro' ? () => 1 : (score) => score.support)
}

function scores(labels: Labels, predicted: Labels, given: AverageOptions): ClassScores {
  const options = checkOptions(table, given, 'options')
  const { average, outputs, positive, weights, zeroDivision: zero } = options
  if (isNested(labels) || outputs !== undefined) {
    for (const name of ['positive', 'labels'] as const) {
      if (options[name] === undefined) continue
      throw new OptionError(`options.${name}: expected none with several labels a row`)
    }
    if (average === 'binary') {
      throw new OptionError(
        `options.average: expected 'macro', 'micro' or 'weighted' with several labels a row, got "binary"`,
      )
    }
    const truth = readLabelRows(labels, 'labels', { outputs })
    const guess = readLabelRows(predicted, 'predicted', truth)
    const tally = tallyLabels(truth.values, guess.values, truth.outputs, readWeights(weights, truth.rows))
    return averageTally(tally, average ?? 'macro', zero)
  }
  const lists = [labels as ArrayLike<ClassLabel>, predicted as ArrayLike<ClassLabel>] as const
  if (average !== undefined && average !== 'binary') {
    return averageTally(tallyOf(readPairs(...lists, options)), average, zero)
  }
  // What `labels` leaves out must not hide a third class.
  const pairs = readPairs(...lists, { weights })
  const classes = occurring(...lists)
  if (classes.length > 2) {
    throw new OptionError(
      `options.average: expected 'macro', 'micro' or 'weighted' for ${classes.length} classes, got "binary", which is the default`,
    )
  }
  const place = pairs.classes.indexOf(positiveOf(classes, positive))
  // Of a class that never occurs there is nothing.
  const none = averageTally({ right: z, supports: z, claims: z, unclaimed: 0 }, 'micro', zero)
  return place < 0 ? none : averageTally(tallyOf(pairs), 'binary', zero, place)
}

const z = new Float64Array(0)

/**
 * Returns the precision, TP / (TP + FP): of the rows predicted to be of a class the share that is, from 0 to 1;
 * `zeroDivision` where none is. As scikit-learn's precision_score.
 *
 * labels, predicted: class indices, strings or booleans, one a row; or several labels a row, each 0 or 1, in an array of rows
 * (or flat, with `outputs`). Throws ShapeError; OptionError, also for 'binary' with more than two classes.
 */
export function precision(labels: Labels, predicted: Labels, options: AverageOptions = {}): number {
  return scores(labels, predicted, options).precision
}

/**
 * Returns the recall, TP / (TP + FN): of the rows of a class the share that was predicted to be, from 0 to 1;
 * `zeroDivision` where there is none. As scikit-learn's recall_score. For the rest see `precision`.
 */
export function recall(labels: Labels, predicted: Labels, options: AverageOptions = {}): number {
  return scores(labels, predicted, options).recall
}

/**
 * Returns F1, 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall, from 0 to 1; `zeroDivision` where a class
 * is neither there nor predicted. The average is over the F1 of the classes, and not the F1 of averages. As
 * scikit-learn's f1_score. For the rest see `precision`.
 */
export function f1(labels: Labels, predicted: Labels, options: AverageOptions = {}): number {
  return scores(labels, predicted, options).f1
}
