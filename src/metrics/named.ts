// The options of the confusion matrix and the classification report, and the classes that they have rows for.

import { areStrings, type Check, type Checked, integer, isArray, optional, refuse } from '../base/check.ts'
import { OptionError, ShapeError } from '../base/errors.ts'
import { zeroDivision } from '../model/metrics.ts'
import { type ClassLabel, classesOption, type SampleOptions, weightsOption } from './options.ts'
import { type Pairs, readPairs } from './pairs.ts'

export interface MetricOptions extends SampleOptions {
  /** The classes to count, in the order of the rows; those that never occur have rows of zeros, and rows of other classes
   * do not count. Default: those that occur in either list, in ascending order. */
  labels?: readonly ClassLabel[]
  /** A name for each class of `labels`; without `labels` for the class indices 0, 1 …, and then their number is the number
   * of classes, whether they occur or not. Default: the classes as text. */
  classNames?: readonly string[]
  /** Decimals in the text. Default 2. */
  digits?: number
  /** What stands for 0 / 0 in the report: 0, 1, or NaN, which averages leave out. Default 0. */
  zeroDivision?: number
}

const names: Check<readonly string[]> = (value, name) =>
  isArray(value) && value.length > 0 && areStrings(value)
    ? value.slice()
    : refuse(name, 'an array of names', value)

export const metricTable = {
  classNames: optional(names, undefined),
  digits: optional(integer(0, 15), 2),
  labels: classesOption,
  weights: weightsOption,
  zeroDivision: optional(zeroDivision, 0),
}

export interface NamedPairs extends Pairs {
  readonly classNames: readonly string[]
}

/** Checks and pairs two lists of classes, with a name for each class that is counted. Throws ShapeError and OptionError. */
export function readNamed(
  labels: ArrayLike<ClassLabel>,
  predicted: ArrayLike<ClassLabel>,
  options: Checked<typeof metricTable>,
): NamedPairs {
  const { classNames, labels: chosen } = options
  if (classNames && chosen && classNames.length !== chosen.length) {
    throw new OptionError(
      `options.classNames: expected ${chosen.length} names, one for each of options.labels, got ${classNames.length}`,
    )
  }
  const pairs = readPairs(labels, predicted, options, chosen ? undefined : classNames?.length)
  return { ...pairs, classNames: classNames ?? pairs.classes.map(String) }
}

// The longest string of an engine has 2²⁹ characters, in some engines half as many.
const MOST_TEXT = 2 ** 28

export function checkText(characters: number): void {
  if (characters <= MOST_TEXT) return
  throw new ShapeError(
    `toString: expected a text of at most ${MOST_TEXT} characters, got one of ${characters}; take fewer classes or shorter names`,
  )
}
