// Options that several metrics share, and the lists of numbers among them.

import { type Check, integer, isList, optional, refuse } from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'
import { largest } from '../base/largest.ts'
import { powerOfTwo } from '../base/power-of-two.ts'

/** A class: an index from 0 on, a name, or true or false. */
export type ClassLabel = number | string | boolean

/** What every metric takes. */
export interface SampleOptions {
  /** How much each row counts: numbers from 0 on. Default: every row the same. */
  weights?: ArrayLike<number>
}

const list: Check<ArrayLike<unknown>> = (value, name) =>
  isList(value) ? value : refuse(name, 'an array', value)

const classLabel: Check<ClassLabel> = (value, name) =>
  typeof value === 'string' || typeof value === 'boolean' ? value : integer(0)(value, `${name} (a class)`)

/** Distinct classes. */
export const classList: Check<readonly ClassLabel[]> = (value, name) => {
  const given = Array.from(list(value, name))
  if (given.length === 0) refuse(name, 'at least one class', value)
  const seen = new Set<unknown>()
  given.forEach((one, i) => {
    classLabel(one, `${name}[${i}]`)
    if (seen.has(one)) refuse(`${name}[${i}]`, 'each class once', one)
    seen.add(one)
  })
  return given as ClassLabel[]
}

export const weightsOption = optional(list, undefined) as Check<ArrayLike<number> | undefined>
export const positiveOption = optional(classLabel, undefined)
export const classesOption = optional(classList, undefined)
export const outputsOption = optional(integer(1), undefined)

/** The weights as float64, or undefined where there are none. Throws ShapeError. */
export function readWeights(weights: ArrayLike<number> | undefined, rows: number): Float64Array | undefined {
  if (weights === undefined) return undefined
  if (weights.length !== rows) {
    throw new ShapeError(`options.weights: expected ${rows} numbers, one a row, got ${weights.length}`)
  }
  const values = new Float64Array(rows)
  let total = 0
  for (let r = 0; r < rows; ++r) {
    const weight: unknown = weights[r]
    if (typeof weight !== 'number' || !Number.isFinite(weight) || weight < 0) {
      throw new ShapeError(
        `options.weights[${r}]: expected a finite number of at least 0, got ${shown(weight)}`,
      )
    }
    values[r] = weight
    total += weight
  }
  if (!(total > 0 && total < Number.POSITIVE_INFINITY)) {
    throw new ShapeError(`options.weights: expected a finite sum above 0, got ${total}`)
  }
  return values
}

/**
 * The weights with the largest from 1 to 2: a mean is the same to the last bit, but products with 1e300 do not overflow and
 * those with 1e-320 lose no digits. What is 0 beside the largest becomes 0.
 */
export function inProportion(weights: Float64Array | undefined): Float64Array | undefined {
  if (!weights) return undefined
  const unit = powerOfTwo(largest(weights))
  return weights.map((weight) => weight / unit)
}
