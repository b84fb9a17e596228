// The options of the confusion matrix and the classification report, and the classes that they have rows for.

import { type Check, type Checked, integer, isArray, isList, optional, refuse } from '../base/check.ts'
import { OptionError, ShapeError, shown } from '../base/errors.ts'
import { type ClassNames, namesText } from '../model/class-names.ts'
import { zeroDivision } from '../model/metrics.ts'
import { type ClassLabel, classesOption, classList, type SampleOptions, weightsOption } from './options.ts'
import { kindOf, type Pairs, readPairs } from './pairs.ts'

export interface MetricOptions extends SampleOptions {
  /** The classes to count, in the order of the rows; those that never occur have rows of zeros, and rows of other classes
   * do not count. Default: those that occur in either list, in ascending order. */
  labels?: readonly ClassLabel[]
  /** A name for each class of `labels`. Without `labels` they are the classes, whether these occur or not: of class indices the
   * names of 0, 1 …, of names or booleans all that there are. Default: the classes as text. */
  classNames?: readonly (string | boolean)[] | undefined
  /** Decimals in the text. Default 2. */
  digits?: number
  /** What stands for 0 / 0 in the report: 0, 1, or NaN, which averages leave out. Default 0. */
  zeroDivision?: number
}

/** Names of one kind. Reads each once, and none beyond the first that is no name: an array may have 2³² − 1 holes. */
const names: Check<ClassNames> = (value, name) => {
  if (!isArray(value) || value.length === 0) return refuse(name, 'an array of names', value)
  const given: (string | boolean)[] = []
  for (let i = 0; i < value.length; ++i) {
    const one: unknown = value[i]
    const isName = typeof one === 'string' || typeof one === 'boolean'
    if (!isName || (i > 0 && typeof one !== typeof given[0])) return refuse(name, 'an array of names', value)
    given.push(one)
  }
  return given
}

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

/** Throws ShapeError for a class that is none of the names. */
function refuseOthers(
  list: ArrayLike<ClassLabel>,
  name: string,
  places: Int32Array,
  names: ClassNames,
): void {
  const r = places.indexOf(-1)
  if (r < 0) return
  throw new ShapeError(
    `${name}[${r}]: expected one of the classes ${namesText(names)}, got ${shown(list[r])}`,
  )
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
  const isNamed = classNames && !chosen && isList(labels) && kindOf(labels[0]) !== 'index'
  const counted = isNamed ? { ...options, labels: classList(classNames, 'options.classNames') } : options
  const pairs = readPairs(labels, predicted, counted, counted.labels ? undefined : classNames?.length)
  if (isNamed) {
    refuseOthers(labels, 'labels', pairs.truth, classNames)
    refuseOthers(predicted, 'predicted', pairs.guess, classNames)
  }
  return { ...pairs, classNames: (classNames ?? pairs.classes).map(String) }
}

// The longest string of an engine has 2²⁹ characters, in some engines half as many.
const MOST_TEXT = 2 ** 28

export function checkText(characters: number): void {
  if (characters <= MOST_TEXT) return
  throw new ShapeError(
    `toString: expected a text of at most ${MOST_TEXT} characters, got one of ${characters}; take fewer classes or shorter names`,
  )
}
