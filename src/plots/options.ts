// Checks of what every plot takes: its size, its texts, and lists of numbers.

import { type Check, integer, isArray, isList, isObject, optional, refuse } from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'

/** What every plot takes. */
export interface PlotOptions {
  /** Above the picture. Default: what is drawn, or none. */
  title?: string
  /** Pixels, from 200 to 10,000. Default 640. */
  width?: number
  /** Pixels, from 150 to 10,000. Default: what suits the plot. */
  height?: number
}

/** A plot with two axes. */
export interface AxesOptions extends PlotOptions {
  /** Below the x axis. Default: what is drawn along it, where the plot knows. */
  xLabel?: string
  /** Beside the y axis. Default: what is drawn along it, where the plot knows. */
  yLabel?: string
}

const LEAST_WIDTH = 200
export const LEAST_HEIGHT = 150
export const MOST = 10_000

export const string: Check<string> = (value, name) =>
  typeof value === 'string' ? value : refuse(name, 'a text', value)

export const strings: Check<readonly string[]> = (value, name) => {
  if (!isArray(value)) return refuse(name, 'an array of names', value)
  return Array.from(value, (one, i) => string(one, `${name}[${i}]`))
}

/** Two finite numbers, the lower one first, whose difference is finite too. */
export const range: Check<readonly [number, number]> = (value, name) => {
  const isPair = isList(value) && value.length === 2 && Array.from(value).every(Number.isFinite)
  const [min, max] = isPair ? (Array.from(value) as [number, number]) : [1, 0]
  return min < max && Number.isFinite(max - min)
    ? [min, max]
    : refuse(name, 'two finite numbers, the lower one first', value)
}

export const plotTable = {
  title: optional(string, undefined),
  width: optional(integer(LEAST_WIDTH, MOST), 640),
  height: optional(integer(LEAST_HEIGHT, MOST), undefined),
}

export const axesTable = {
  ...plotTable,
  xLabel: optional(string, undefined),
  yLabel: optional(string, undefined),
}

/** A list of numbers, NaN and infinities among them. Throws ShapeError. */
export function numbers(value: unknown, name: string): ArrayLike<number> {
  if (!isList(value)) throw new ShapeError(`${name}: expected an array of numbers, got ${shown(value)}`)
  for (let i = 0; i < value.length; ++i) {
    if (typeof value[i] === 'number') continue
    throw new ShapeError(`${name}[${i}]: expected a number, got ${shown(value[i])}`)
  }
  return value as ArrayLike<number>
}

/** As many values as there are of something else. Throws ShapeError. */
export function expectLength(list: ArrayLike<unknown>, length: number, name: string, of: string): void {
  if (list.length === length) return
  throw new ShapeError(`${name}: expected ${length} values, ${of}, got ${list.length}`)
}

/** The entries of an object that has something by name. Throws ShapeError. */
export function namedEntries(value: unknown, name: string, expected: string): [string, unknown][] {
  if (!isObject(value)) throw new ShapeError(`${name}: expected ${expected}, got ${shown(value)}`)
  return Object.entries(value)
}
