// How much each row counts: a user's sample weights, and class weights, which become such.

import * as Hits from '../../assembly/abi/hits.ts'
import { OptionError, ShapeError, shown } from '../base/errors.ts'
import { indexOfLargest } from '../base/largest.ts'
import { inChunks, type Slices } from '../base/pace.ts'
import { type ClassNames, namesText } from '../model/class-names.ts'
import type { ClassWeight, MatrixLike } from '../model/options.ts'
import { makeMatrix, shapeMatrix, type Targets } from './matrix.ts'
import { Watched } from './watched.ts'

export interface RowWeights {
  /** (rows), in an array of nabla's own. */
  readonly values: Float32Array
  /** Their sum, above 0; in a part of a stream at least 0. */
  readonly total: number
}

const ZEROS = 'expected at least one weight above 0, got only zeros'

/**
 * Brings `value` to one weight for each of the rows. Throws ShapeError for another number of them, for one that is negative or
 * no finite float32 number, and for nothing but zeros unless it mayBeZero. Yields now and then.
 */
export function* readWeights(
  value: MatrixLike,
  rows: number,
  name: string,
  watched = Watched.of(value, name),
  mayBeZero = false,
): Slices<RowWeights> {
  const matrix = yield* shapeMatrix(value, 1, name, watched)
  if (matrix.rows !== rows) {
    throw new ShapeError(
      `${name}: expected a weight for each of the ${rows} rows of x, got ${matrix.rows} weights`,
    )
  }
  const values = makeMatrix(rows, 1, name)
  const isOwn = matrix.values !== value
  let total = 0
  yield* inChunks(rows, 1, (from, to) => {
    if (!isOwn) watched.check(from, to)
    for (let r = from; r < to; ++r) {
      values[r] = matrix.values[r]
      if (!(values[r] >= 0 && values[r] < Number.POSITIVE_INFINITY)) {
        const given = shown(matrix.values[r])
        throw new ShapeError(`${name}[${r}]: expected a finite number of at least 0, got ${given}`)
      }
      total += values[r]
    }
  })
  if (total === 0 && !mayBeZero) throw new ShapeError(`${name}: ${ZEROS}`)
  return { values, total }
}

/** A function that gives the class of a row of the targets, and how many classes there may be. */
function classesOf({ values, columns, hitMode }: Targets): {
  classes: number
  classOf: (r: number) => number
} {
  if (columns === 1 && hitMode === Hits.THRESHOLD) {
    return { classes: 2, classOf: (r) => (values[r] > 0 ? 1 : 0) }
  }
  if (columns === 1 || hitMode !== Hits.ARGMAX) {
    const got = hitMode === Hits.THRESHOLD ? 'several labels a row' : 'values'
    throw new OptionError(
      `fit options.classWeight: expected targets that are classes, got ${got} (weights gives a weight to each row)`,
    )
  }
  return { classes: columns, classOf: (r) => indexOfLargest(values, r * columns, (r + 1) * columns) }
}

const isIndex = (key: string) => /^(0|[1-9]\d*)$/.test(key)

/**
 * The class that each key of class weights stands for: a name, or an index, unless names are whole numbers themselves, which
 * could be taken for others. Throws OptionError for one that is none, and for a class that comes twice.
 */
export function indicesOf(keys: readonly string[], classes: number, names: ClassNames | undefined): number[] {
  const where = 'fit options.classWeight'
  const places = new Map(names?.map((name, index) => [String(name), index]))
  const areNumbers = [...places.keys()].some(isIndex)
  const range = `classes from 0 to ${classes - 1}`
  const expected = !names ? range : areNumbers ? '' : `, or ${range}`
  const found = new Set<number>()
  for (const key of keys) {
    const index = places.get(key) ?? (isIndex(key) && !areNumbers ? Number(key) : Number.NaN)
    if (!(index < classes)) {
      const known = names ? `the network's classes ${namesText(names)}${expected}` : expected
      throw new OptionError(`${where}: expected ${known}, got ${isIndex(key) ? key : shown(key)}`)
    }
    if (found.has(index)) throw new OptionError(`${where}: expected each class once, got ${shown(key)} again`)
    found.add(index)
  }
  return [...found]
}

/** What a row of each class is multiplied by. counts: rows of each class. */
function factorsOf(
  classWeight: ClassWeight,
  counts: Float64Array,
  rows: number,
  names: ClassNames | undefined,
): Float64Array {
  if (classWeight === 'balanced') {
    const present = counts.reduce((sum, count) => sum + Number(count > 0), 0)
    return counts.map((count) => rows / (present * count))
  }
  const factors = new Float64Array(counts.length).fill(1)
  const indices = indicesOf(Object.keys(classWeight), counts.length, names)
  Object.values(classWeight).forEach((factor, i) => {
    factors[indices[i]] = factor
  })
  return factors
}

/**
 * The weights of the rows, each multiplied by that of its class; a row without a weight has 1. Throws OptionError where
 * the targets are no classes, or a class is none of theirs. Yields now and then.
 */
export function* weighClasses(
  y: Targets,
  weights: RowWeights | undefined,
  classWeight: ClassWeight,
): Slices<RowWeights> {
  const { rows, columns } = y
  const { classes, classOf } = classesOf(y)
  const counts = new Float64Array(classes)
  yield* inChunks(rows, columns, (from, to) => {
    for (let r = from; r < to; ++r) counts[classOf(r)] += 1
  })
  const factors = factorsOf(classWeight, counts, rows, y.names)
  const values = makeMatrix(rows, 1, 'weights')
  let total = 0
  yield* inChunks(rows, columns, (from, to) => {
    for (let r = from; r < to; ++r) {
      values[r] = (weights?.values[r] ?? 1) * factors[classOf(r)]
      total += values[r]
    }
  })
  if (!(total > 0 && total < Number.POSITIVE_INFINITY)) {
    const got = total === 0 ? 'only zeros' : 'one that is not finite'
    throw new OptionError(
      `fit options.classWeight: expected weights of the rows that are finite and not all 0, got ${got}`,
    )
  }
  return { values, total }
}
