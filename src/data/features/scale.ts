// How the numbers of one column are brought to a size that a network learns from: (f(v) − offset) / scale, where f is the
// logarithm of 1 + v or nothing. In float64.

import { checkOptions, oneOf, refuse } from '../../base/check.ts'
import { limitsOf, momentsOf } from '../columns.ts'
import { expm1, log1p } from './logarithms.ts'

/** 'standard': to a mean of 0 and a deviation of 1; 'minMax': to [0, 1]; 'robust': to a median of 0 and a distance of 1 between
 * the quartiles; 'none': as it is. */
export type ScaleName = 'standard' | 'minMax' | 'robust' | 'none'

export const scaleName = oneOf<ScaleName>(['standard', 'minMax', 'robust', 'none'])

/** A scale that is fitted, as plain data. */
export interface ColumnScale {
  /** True where the logarithm of 1 + v is scaled in place of v. */
  readonly log1p: boolean
  /** What is taken from v, or from its logarithm, before it is divided by `scale`. Finite. */
  readonly offset: number
  /** Above 0. */
  readonly scale: number
}

const finite = (value: unknown, name: string): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : refuse(name, 'a finite number', value)

const scaleTable = {
  log1p: (value: unknown, name: string) =>
    typeof value === 'boolean' ? value : refuse(name, 'true or false', value),
  offset: finite,
  scale: (value: unknown, name: string) =>
    typeof value === 'number' && Number.isFinite(value) && value > 0
      ? value
      : refuse(name, 'a finite number above 0', value),
}

/** Throws OptionError. */
export const checkScale = (value: unknown, name: string): ColumnScale => checkOptions(scaleTable, value, name)

/** The quantile q of ascending values, with what lies between two of them in proportion (Hyndman and Fan 1996, type 7: NumPy's). */
export function quantile(ascending: ArrayLike<number>, q: number): number {
  const at = q * (ascending.length - 1)
  const below = Math.floor(at)
  const [low, high] = [ascending[below], ascending[Math.min(below + 1, ascending.length - 1)]]
  const share = at - below
  const distance = high - low
  // Near the ends of float64 the distance overflows.
  return distance === Infinity ? low * (1 - share) + high * share : low + distance * share
}

function measures(values: Float64Array, name: ScaleName): [offset: number, scale: number] {
  if (name === 'none') return [0, 1]
  if (name === 'robust') {
    const ascending = values.slice().sort()
    return [quantile(ascending, 0.5), quantile(ascending, 0.75) - quantile(ascending, 0.25)]
  }
  if (name === 'minMax') {
    const { min, max } = limitsOf(values, 1)
    return [min[0], max[0] - min[0]]
  }
  const { mean, deviation } = momentsOf(values, 1)
  return [mean[0], deviation[0]]
}

/** Throws OptionError where v − offset overflows for a value, or the spread does: near the ends of float64. */
function checkDistances(values: Float64Array, offset: number, spread: number, column: string): void {
  const { min, max } = limitsOf(values, 1)
  for (const v of [...min, ...max]) {
    if (spread === Infinity || !Number.isFinite(v - offset))
      refuse(column, 'values whose distances are within float64', v)
  }
}

/**
 * The scale of the values of a column, all of them finite, at least one. A column without any spread is moved, not stretched.
 * Throws OptionError for what has no logarithm, and for values farther apart than float64 has numbers. column: for the message.
 */
export function fitScale(
  values: Float64Array,
  name: ScaleName,
  isLogarithm: boolean,
  column: string,
): ColumnScale {
  const bad = isLogarithm ? values.findIndex((value) => value <= -1) : -1
  if (bad >= 0) refuse(column, 'values above −1, whose logarithm of 1 + v there is', values[bad])
  const measured = isLogarithm ? values.map(log1p) : values
  const [offset, spread] = measures(measured, name)
  checkDistances(measured, offset, spread, column)
  return { log1p: isLogarithm, offset, scale: spread > 0 ? spread : 1 }
}

/** NaN for what has no logarithm. */
export const scaled = (value: number, { log1p: isLogarithm, offset, scale }: ColumnScale): number =>
  ((isLogarithm ? log1p(value) : value) - offset) / scale

/** What scaled() made into this. */
export function unscaled(value: number, { log1p: isLogarithm, offset, scale }: ColumnScale): number {
  const raw = value * scale + offset
  return isLogarithm ? expm1(raw) : raw
}
