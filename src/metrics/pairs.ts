// Two lists of classes, the true and the predicted ones, brought to places in one list of classes.

import { refuse } from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'
import { checkLabels } from '../intake/one-hot.ts'
import { type ClassLabel, readWeights } from './options.ts'

export interface Pairs {
  /** The classes that are counted. */
  readonly classes: readonly ClassLabel[]
  /** The place of each row's true class among them, −1 where it is none of them. */
  readonly truth: Int32Array
  /** The same of the predicted class. */
  readonly guess: Int32Array
  readonly weights: Float64Array | undefined
}

const isIndex = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0

/** What a list of classes is made of. */
type Kind = 'string' | 'boolean' | 'index'
export const kindOf = (value: unknown): Kind =>
  typeof value === 'string' || typeof value === 'boolean' ? (typeof value as Kind) : 'index'

/**
 * Checks a list of classes: all strings, all booleans, or all class indices, below `classes` where that is given. kind: of
 * another list, which this must be like. Throws ShapeError.
 */
function checkClassList(
  list: ArrayLike<ClassLabel>,
  name: string,
  { classes, kind = kindOf(list[0]) }: { classes?: number; kind?: Kind } = {},
): void {
  for (let i = 0; i < list.length; ++i) {
    const value: unknown = list[i]
    if (kind !== 'index') {
      if (typeof value === kind) continue
      throw new ShapeError(`${name}[${i}]: expected a ${kind} like the other classes, got ${shown(value)}`)
    }
    if (isIndex(value) && (classes === undefined || value < classes)) continue
    const range = classes === undefined ? 'from 0 on' : `from 0 to ${classes - 1}`
    throw new ShapeError(`${name}[${i}]: expected a class index ${range}, got ${shown(value)}`)
  }
}

/** Checks that there are labels and that they are of one kind, which is returned. Throws ShapeError. */
export function checkTruth(labels: ArrayLike<ClassLabel>, classes?: number): Kind {
  checkLabels(labels as ArrayLike<number>, 'labels')
  if (labels.length === 0) throw new ShapeError('labels: expected at least one class index, got none')
  checkClassList(labels, 'labels', { classes })
  return kindOf(labels[0])
}

const ascending = (a: ClassLabel, b: ClassLabel) => (a < b ? -1 : 1)

const SEEN = 1024

/** The classes that occur in the lists, in ascending order; −1, which is none, left out. */
export function occurring(...lists: readonly ArrayLike<ClassLabel>[]): ClassLabel[] {
  const occur = new Set<ClassLabel>()
  for (const list of lists) {
    // A set is asked ten times as slowly as a table, and mostly the classes are few and counted from 0.
    const seen = new Uint8Array(SEEN)
    for (let i = 0; i < list.length; ++i) {
      const one = list[i] as number
      if (seen[one] === 1) continue
      occur.add(one)
      if (one >= 0 && one < SEEN) seen[one] = 1
    }
  }
  occur.delete(-1)
  return [...occur].sort(ascending)
}

/** The place of each element among the classes, −1 where it is none of them. */
export function placesOf(list: ArrayLike<ClassLabel>, classes: readonly ClassLabel[]): Int32Array {
  const result = new Int32Array(list.length)
  // Mostly the classes are 0, 1 … without a gap, and each its own place.
  if (classes.every((one, place) => one === place)) {
    for (let i = 0; i < list.length; ++i) {
      const index = list[i] as number
      result[i] = index < classes.length ? index : -1
    }
    return result
  }
  const places = new Map(classes.map((one, place) => [one, place]))
  for (let i = 0; i < list.length; ++i) result[i] = places.get(list[i]) ?? -1
  return result
}

/** Pairs of lists that are checked; classes: those that are counted, by default those that occur, in ascending order. */
export function pairUp(
  labels: ArrayLike<ClassLabel>,
  predicted: ArrayLike<ClassLabel>,
  weights?: Float64Array,
  classes: readonly ClassLabel[] = occurring(labels, predicted),
): Pairs {
  return { classes, truth: placesOf(labels, classes), guess: placesOf(predicted, classes), weights }
}

interface PairOptions {
  readonly labels?: readonly ClassLabel[] | undefined
  readonly weights?: ArrayLike<number> | undefined
}

/**
 * Checks two lists of classes and pairs them. named: how many classes there are, 0, 1 …, where that is known.
 * Throws ShapeError, and OptionError for `labels` of another kind.
 */
export function readPairs(
  labels: ArrayLike<ClassLabel>,
  predicted: ArrayLike<ClassLabel>,
  options: PairOptions = {},
  named?: number,
): Pairs {
  checkLabels(predicted as ArrayLike<number>, 'predicted')
  const kind = checkTruth(labels, named)
  if (labels.length !== predicted.length) {
    const what = kind === 'index' ? 'class indices' : 'classes'
    throw new ShapeError(`predicted: expected ${labels.length} ${what}, one a label, got ${predicted.length}`)
  }
  checkClassList(predicted, 'predicted', { classes: named, kind })
  checkKind(options.labels, kind, 'options.labels')
  const classes =
    options.labels ?? (named === undefined ? undefined : Array.from({ length: named }, (_, c) => c))
  return pairUp(labels, predicted, readWeights(options.weights, labels.length), classes)
}

/** Throws OptionError where an option names a class that the lists cannot have. */
export function checkKind(classes: readonly ClassLabel[] | undefined, kind: Kind, name: string): void {
  for (const one of classes ?? []) {
    if (kindOf(one) !== kind) {
      refuse(name, `classes as the labels are, each a ${kind === 'index' ? 'class index' : kind}`, one)
    }
  }
}
