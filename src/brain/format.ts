// From users' inputs and outputs to float32 numbers in order: numbers, arrays and typed arrays are in order, objects go by name.

import { ShapeError, shown } from '../base/errors.ts'
import { namesIn, tableOf } from './lookup.ts'
import type { INumberHash } from './types.ts'

/** The form of one side of the data, the inputs or the outputs. */
export interface Side {
  readonly name: 'input' | 'output'
  /** Index of each name; null if the values are in order. */
  readonly lookup: INumberHash | null
  /** Number of values. */
  readonly length: number
}

export interface Sides {
  readonly input: Side
  readonly output: Side
}

/** The tables as Maps, in which names are found much faster. */
const maps = new WeakMap<INumberHash, ReadonlyMap<string, number>>()
function mapOf(table: INumberHash): ReadonlyMap<string, number> {
  let map = maps.get(table)
  if (!map) {
    map = new Map(Object.entries(table))
    maps.set(table, map)
  }
  return map
}

export const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)

/** Length of a value that is in order, 1 for a number; undefined for any other value. */
export const lengthOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? 1 : isList(value) ? value.length : undefined

/** The number that a value stands for, as in brain.js: null, '' and false are 0, true is 1, texts are parsed. Throws ShapeError. */
function numberOf(value: unknown, where: () => string): number {
  if (typeof value === 'number' && Math.abs(value) < 3.4e38) return Math.fround(value)
  const rounded = value === null || value === '' ? 0 : Math.fround(Number(value))
  if (Number.isFinite(rounded) && !isList(value)) return rounded
  throw new ShapeError(`${where()}: expected a finite float32 number, got ${shown(value)}`)
}

/** Calls `take` with each number of a value whose length was checked. Throws ShapeError. */
export function eachNumber(
  value: unknown,
  side: Side,
  take: (index: number, number: number) => void,
  where: () => string,
): void {
  if (side.lookup === null) {
    const list = typeof value === 'number' ? [value] : (value as ArrayLike<unknown>)
    for (let i = 0; i < side.length; ++i)
      take(
        i,
        numberOf(list[i], () => `${where()}[${i}]`),
      )
    return
  }
  if (typeof value !== 'object' || value === null) {
    const expected = side.length > 0 ? 'an object of numbers' : 'an array or an object of numbers'
    throw new ShapeError(`${where()}: expected ${expected}, got ${shown(value)}`)
  }
  const map = mapOf(side.lookup)
  const named = value as Record<string, unknown>
  for (const name of Object.keys(named)) {
    const index = map.get(name)
    if (index === undefined) continue
    const one = named[name]
    if (one !== undefined)
      take(
        index,
        numberOf(one, () => `${where()}[${JSON.stringify(name)}]`),
      )
  }
}

/** The error for datum `index` of the data, which has another length than the network. */
export const lengthError = (
  name: Side['name'],
  index: number,
  length: number,
  expected: number,
): ShapeError => new ShapeError(`${name} at index ${index} length ${length} must be ${expected}`)

/** Throws ShapeError if datum `index` of the data does not have the side's length. */
export function checkLength(value: unknown, side: Side, index: number): void {
  if (side.lookup !== null) return
  const length = lengthOf(value) ?? 0
  if (length !== side.length) throw lengthError(side.name, index, length, side.length)
}

/** Throws ShapeError if an input of run() does not have the side's length. */
export function checkInputLength(value: unknown, side: Side): void {
  const length = lengthOf(value)
  if (side.lookup !== null || length === side.length) return
  throw new ShapeError(`input length ${length} must match options.inputSize of ${side.length}`)
}

/** The numbers of a value whose length was checked, in order. Throws ShapeError. */
export function formatted(value: unknown, side: Side, where: () => string): Float32Array {
  const numbers = new Float32Array(side.length)
  eachNumber(
    value,
    side,
    (i, number) => {
      numbers[i] = number
    },
    where,
  )
  return numbers
}

/**
 * One side of new data. If the first value is in order, so is the side, with that value's length; otherwise it goes by name, with
 * the names of all values.
 */
export function sideOf(name: Side['name'], values: readonly unknown[]): Side {
  const length = lengthOf(values[0])
  if (length !== undefined) return { name, lookup: null, length }
  const lookup = tableOf(namesIn(values))
  return { name, lookup, length: Object.keys(lookup).length }
}
