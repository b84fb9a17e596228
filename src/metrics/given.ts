// From what a metric is given, outputs and targets in whatever form, to what its function takes: classes, pairs, scores or
// numbers. All yield now and then.

import * as Hits from '../../assembly/abi/hits.ts'
import { indexOfLargest } from '../base/largest.ts'
import type { Slices } from '../base/pace.ts'
import { setOneHot } from '../intake/one-hot.ts'
import { occurring, type Pairs, pairUp } from './pairs.ts'
import type { Scores } from './scores.ts'
import { inSpans } from './spans.ts'

/**
 * What targets are: numbers; the class of each row, one-hot or by its index; or labels that are each true or false, of which one
 * makes a classifier of two classes.
 */
export type TargetKind = 'values' | 'classes' | 'labels'

/** The kind of targets that are counted as hits in this mode (assembly/abi/hits.ts). */
export function targetKindOf(hitMode: number): TargetKind {
  if (hitMode === Hits.ARGMAX) return 'classes'
  return hitMode === Hits.THRESHOLD ? 'labels' : 'values'
}

export interface MetricShape {
  readonly rows: number
  readonly outputs: number
  readonly kind: TargetKind
  /** How much each row counts: finite, at least 0, not all 0. Default: every row the same. */
  readonly weights?: Float64Array
}

/** What the functions of the table are given. */
export interface Given {
  readonly outputs: Float32Array
  readonly targets: ArrayLike<number>
  readonly shape: MetricShape
}

const isByIndex = ({ targets, shape: { rows, outputs } }: Given) => outputs > 1 && targets.length === rows

/** The class of each row of targets. */
function* truthOf(given: Given): Slices<Int32Array> {
  const { targets, shape } = given
  if (isByIndex(given)) return Int32Array.from(targets)
  const { rows, outputs } = shape
  const classes = new Int32Array(rows)
  const read = (from: number, to: number) => {
    for (let r = from; r < to; ++r) classes[r] = indexOfLargest(targets, r * outputs, (r + 1) * outputs)
  }
  yield* inSpans(rows, read, outputs)
  return classes
}

/** The side of ½ of each value, −1 of what is not finite. */
export function* sidesOf(values: ArrayLike<number>): Slices<Int32Array> {
  const sides = new Int32Array(values.length)
  yield* inSpans(values.length, (from, to) => {
    for (let i = from; i < to; ++i) sides[i] = Number.isFinite(values[i]) ? +(values[i] >= 0.5) : -1
  })
  return sides
}

function areFinite(values: Float32Array, from: number, to: number): boolean {
  for (let i = from; i < to; ++i) if (!Number.isFinite(values[i])) return false
  return true
}

export function* allFinite(values: Float32Array): Slices<boolean> {
  let are = true
  yield* inSpans(values.length, (from, to) => {
    are &&= areFinite(values, from, to)
  })
  return are
}

/** The column of the largest output of each row, −1 where one is not finite. */
function* guessOf({ outputs: values, shape: { rows, outputs } }: Given): Slices<Int32Array> {
  const guess = new Int32Array(rows)
  const read = (from: number, to: number) => {
    for (let r = from; r < to; ++r) {
      const [begin, end] = [r * outputs, (r + 1) * outputs]
      guess[r] = areFinite(values, begin, end) ? indexOfLargest(values, begin, end) : -1
    }
  }
  yield* inSpans(rows, read, outputs)
  return guess
}

/** True and predicted class of each row, of which there is one; −1 for none. */
export function* listsOf(given: Given): Slices<{ readonly truth: Int32Array; readonly guess: Int32Array }> {
  const { outputs, targets, shape } = given
  if (shape.kind === 'labels') return { truth: yield* sidesOf(targets), guess: yield* sidesOf(outputs) }
  return { truth: yield* truthOf(given), guess: yield* guessOf(given) }
}

/** The same in pairs, of the classes that occur. */
export function* pairsOf(given: Given): Slices<Pairs> {
  const { truth, guess } = yield* listsOf(given)
  const classes = occurring(truth, guess)
  yield
  const pairs = pairUp(truth, guess, given.shape.weights, classes)
  yield
  return pairs
}

export function* scoresOf(given: Given): Slices<Scores> {
  const { outputs: values, targets, shape } = given
  const { rows, outputs, kind, weights } = shape
  const common = { rows, outputs, values, weights, isSingle: true }
  if (kind === 'classes') return { ...common, classes: yield* truthOf(given), labels: undefined }
  return { ...common, classes: undefined, labels: yield* sidesOf(targets) }
}

/** Targets as (rows × outputs), class indices one-hot. */
export function* numbersOf(given: Given): Slices<Float32Array> {
  const { targets, shape } = given
  if (!isByIndex(given)) return targets instanceof Float32Array ? targets : Float32Array.from(targets)
  const values = new Float32Array(shape.rows * shape.outputs)
  setOneHot(values, targets, shape.outputs, 'targets', 0, shape.rows)
  yield
  return values
}
