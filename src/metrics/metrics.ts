// How good a classifier is, from true and predicted class indices: accuracy, confusion matrix, classification report.

import {
  areStrings,
  type Check,
  checkOptions,
  integer,
  isArray,
  isList,
  optional,
  refuse,
} from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'
import { largest } from '../base/largest.ts'
import { checkLabels } from '../intake/one-hot.ts'
import { indexOfLargest } from './classify.ts'

/** Returns, for each row of `width` values, the index of its largest one: of equal ones the first, with NaN among them −1. */
export function argmax(values: ArrayLike<number>, width: number): Int32Array {
  if (!isList(values)) throw new ShapeError(`argmax: expected an array of numbers, got ${shown(values)}`)
  if (!Number.isInteger(width) || width < 1 || values.length % width !== 0) {
    throw new ShapeError(
      `argmax: expected ${values.length} values in whole rows, got rows of ${shown(width)}`,
    )
  }
  const indices = new Int32Array(values.length / width)
  for (let r = 0; r < indices.length; ++r) {
    indices[r] = indexOfLargest(values, r * width, (r + 1) * width)
  }
  return indices
}

/** Checks two lists of class indices, below `classes` where that is given. Throws ShapeError. */
function checkClasses(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes?: number): void {
  checkLabels(labels, 'labels')
  checkLabels(predicted, 'predicted')
  if (labels.length === 0) throw new ShapeError('labels: expected at least one class index, got none')
  if (labels.length !== predicted.length) {
    throw new ShapeError(
      `predicted: expected ${labels.length} class indices, one a label, got ${predicted.length}`,
    )
  }
  const check = (list: ArrayLike<number>, name: string) => {
    for (let i = 0; i < list.length; ++i) {
      if (Number.isInteger(list[i]) && list[i] >= 0 && (classes === undefined || list[i] < classes)) continue
      const range = classes === undefined ? 'from 0 on' : `from 0 to ${classes - 1}`
      throw new ShapeError(`${name}[${i}]: expected a class index ${range}, got ${shown(list[i])}`)
    }
  }
  check(labels, 'labels')
  check(predicted, 'predicted')
}

/** Returns the share of the predictions that equal their label, from 0 to 1. Throws ShapeError. */
export function accuracy(labels: ArrayLike<number>, predicted: ArrayLike<number>): number {
  checkClasses(labels, predicted)
  let right = 0
  for (let i = 0; i < labels.length; ++i) if (labels[i] === predicted[i]) right += 1
  return right / labels.length
}

export interface MetricOptions {
  /** A name for each class, their number being the number of classes. Default: the indices of those that occur. */
  classNames?: readonly string[]
  /** Decimals in the text. Default 2. */
  digits?: number
}

const names: Check<readonly string[]> = (value, name) =>
  isArray(value) && value.length > 0 && areStrings(value)
    ? value.slice()
    : refuse(name, 'an array of names', value)

const metricTable = { classNames: optional(names, undefined), digits: optional(integer(0, 15), 2) }

interface Classes {
  readonly classNames: readonly string[]
  /** Where the class with an index stands among the names. */
  readonly placeOf: (index: number) => number
}

/** The classes that are named, or without names those that occur, in ascending order, as scikit-learn has it. */
function classesOf(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  named: readonly string[] | undefined,
): Classes {
  checkClasses(labels, predicted, named?.length)
  if (named) return { classNames: named, placeOf: (index) => index }
  const occur = new Set<number>()
  for (let i = 0; i < labels.length; ++i) occur.add(labels[i]).add(predicted[i])
  const indices = [...occur].sort((a, b) => a - b)
  const places = new Map(indices.map((index, place) => [index, place]))
  return { classNames: indices.map(String), placeOf: (index) => places.get(index)! }
}

// A matrix of this many classes takes half a gigabyte.
const MOST_CLASSES = 2 ** 13
// The longest string of an engine has 2²⁹ characters, in some engines half as many.
const MOST_TEXT = 2 ** 28

export interface ConfusionMatrix {
  readonly classNames: readonly string[]
  /** counts[t][p]: rows of class t that were predicted to be of class p. */
  readonly counts: readonly (readonly number[])[]
  /** The matrix as text: a row a true class, a column a predicted one. */
  toString(): string
}

/**
 * Returns the counts of every pair of true and predicted class, (classes × classes). Throws ShapeError, also for more than
 * 8,192 classes.
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: MetricOptions = {},
): ConfusionMatrix {
  const { classNames: named } = checkOptions(metricTable, options, 'options')
  const { classNames, placeOf } = classesOf(labels, predicted, named)
  const classes = classNames.length
  if (classes > MOST_CLASSES) {
    throw new ShapeError(
      `confusionMatrix: expected at most ${MOST_CLASSES} classes, got ${classes} (classificationReport takes any number)`,
    )
  }
  const counts = classNames.map(() => new Array<number>(classes).fill(0))
  for (let i = 0; i < labels.length; ++i) counts[placeOf(labels[i])][placeOf(predicted[i])] += 1
  return { classNames, counts, toString: () => matrixText(classNames, counts) }
}

function matrixText(classNames: readonly string[], counts: readonly (readonly number[])[]): string {
  const widest = String(largest(counts.map(largest))).length
  const width = Math.max(widest, largest(classNames.map((name) => name.length)))
  checkText((classNames.length + 1) ** 2 * (width + 2))
  const row = (head: string, cells: readonly unknown[]) =>
    [head, ...cells].map((cell) => String(cell).padStart(width)).join('  ')
  return [row('', classNames), ...counts.map((cells, t) => row(classNames[t], cells))].join('\n')
}

function checkText(characters: number): void {
  if (characters <= MOST_TEXT) return
  throw new ShapeError(
    `toString: expected a text of at most ${MOST_TEXT} characters, got one of ${characters}; take fewer classes or shorter names`,
  )
}

/** The figures of one class, or an average of them over classes. */
export interface ClassScores {
  /** Of the rows predicted to be of the class, the share that is. 0 where there are none. */
  readonly precision: number
  /** Of the rows of the class, the share that was predicted to be. 0 where there are none. */
  readonly recall: number
  /** Harmonic mean of precision and recall; 0 where both are. */
  readonly f1: number
  /** Rows of the class. */
  readonly support: number
}

export interface ClassificationReport {
  readonly classNames: readonly string[]
  readonly classes: readonly ClassScores[]
  readonly accuracy: number
  /** Mean over the classes. */
  readonly macro: ClassScores
  /** Mean over the classes, each weighted with its support. */
  readonly weighted: ClassScores
  /** The report as scikit-learn's classification_report prints it. */
  toString(): string
}

const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)

function average(scores: readonly ClassScores[], weightOf: (score: ClassScores) => number): ClassScores {
  const total = scores.reduce((sum, score) => sum + weightOf(score), 0)
  const mean = (key: 'precision' | 'recall' | 'f1') =>
    scores.reduce((sum, score) => sum + weightOf(score) * score[key], 0) / total
  const support = scores.reduce((sum, score) => sum + score.support, 0)
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1'), support }
}

/**
 * Returns precision, recall, F1 and support of every class, the accuracy, and the averages. Throws ShapeError.
 * Source of the definitions and of the layout: scikit-learn.org/stable/modules/model_evaluation.html
 */
export function classificationReport(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: MetricOptions = {},
): ClassificationReport {
  const { digits, classNames: named } = checkOptions(metricTable, options, 'options')
  const { classNames, placeOf } = classesOf(labels, predicted, named)
  const right = new Float64Array(classNames.length)
  const supports = new Float64Array(classNames.length)
  const claims = new Float64Array(classNames.length)
  for (let i = 0; i < labels.length; ++i) {
    const place = placeOf(labels[i])
    supports[place] += 1
    claims[placeOf(predicted[i])] += 1
    if (labels[i] === predicted[i]) right[place] += 1
  }
  const classes = classNames.map((_, c): ClassScores => {
    const precision = ratio(right[c], claims[c])
    const recall = ratio(right[c], supports[c])
    const f1 = ratio(2 * precision * recall, precision + recall)
    return { precision, recall, f1, support: supports[c] }
  })
  const report = {
    classNames,
    classes,
    accuracy: accuracy(labels, predicted),
    macro: average(classes, () => 1),
    weighted: average(classes, (score) => score.support),
  }
  return { ...report, toString: () => reportText(report, digits) }
}

function reportText(report: Omit<ClassificationReport, 'toString'>, digits: number): string {
  const { classNames, classes, macro, weighted } = report
  const width = Math.max('weighted avg'.length, digits, largest(classNames.map((name) => name.length)))
  checkText((classes.length + 8) * (width + 64))
  const line = (name: string, cells: readonly string[]) =>
    `${name.padStart(width)} ${cells.map((cell) => ` ${cell.padStart(9)}`).join('')}`
  const scores = (name: string, { precision, recall, f1, support }: ClassScores) =>
    line(name, [...[precision, recall, f1].map((value) => value.toFixed(digits)), String(support)])
  return [
    line('', ['precision', 'recall', 'f1-score', 'support']),
    '',
    ...classes.map((score, c) => scores(classNames[c], score)),
    '',
    line('accuracy', ['', '', report.accuracy.toFixed(digits), String(macro.support)]),
    scores('macro avg', macro),
    scores('weighted avg', weighted),
    '',
  ].join('\n')
}
