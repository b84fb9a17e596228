// Users' inputs and outputs as float32 numbers in order: numbers, arrays and typed arrays by place, objects by name.

import { ShapeError, shown } from '../base/errors.ts'
import { namesIn, tableOf } from './lookup.ts'
import type { INumberHash } from './types.ts'

/** How one side of the data, the inputs or the outputs, is given. */
export interface Side {
  readonly name: 'input' | 'output'
  /** The index of each name; null where the values come by place. */
  readonly lookup: INumberHash | null
  readonly length: number
}

export interface Sides {
  readonly input: Side
  readonly output: Side
}

/** A Map of each table, which is far faster to ask. */
const maps = new WeakMap<INumberHash, ReadonlyMap<string, number>>()
function mapOf(table: INumberHash): ReadonlyMap<string, number> {
  let map = maps.get(table)
  if (!map) {
    map = new Map(Object.entries(table))
    maps.set(table, map)
  }
  return map
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)

/** How many numbers a value holds by place; undefined for others. */
export const lengthOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? 1 : isList(value) ? value.length : undefined

/** The number that a value stands for: null, '' and false are 0, true is 1, and texts are read; undefined is none. */
function numberOf(value: unknown, where: () => string): number {
  if (typeof value === 'number' && Math.abs(value) < 3.4e38) return Math.fround(value)
  const rounded = value === null || value === '' ? 0 : Math.fround(Number(value))
  if (Number.isFinite(rounded) && !isList(value)) return rounded
  throw new ShapeError(`${where()}: expected a finite float32 number, got ${shown(value)}`)
}

/** Calls `take` for each number of the value. Its length, where it has one, is the side's already. */
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

/** Throws ShapeError where datum `index` of the data has another length than the side. */
export function checkLength(value: unknown, side: Side, index: number): void {
  if (side.lookup !== null) return
  const length = lengthOf(value) ?? 0
  if (length !== side.length) {
    throw new ShapeError(`${side.name} at index ${index} length ${length} must be ${side.length}`)
  }
}

/** Throws ShapeError where an input of run() has another length than the side. */
export function checkInputLength(value: unknown, side: Side): void {
  const length = lengthOf(value)
  if (side.lookup !== null || length === side.length) return
  throw new ShapeError(`input length ${length} must match options.inputSize of ${side.length}`)
}

/** The numbers of a value whose length fits, in order. */
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
 * One side of new data: by place where its first value is, and by name otherwise, with the names of all. Its length is that of
 * the first value, or how many names there are.
 */
export function sideOf(name: Side['name'], values: readonly unknown[]): Side {
  const length = lengthOf(values[0])
  if (length !== undefined) return { name, lookup: null, length }
  const lookup = tableOf(namesIn(values))
  return { name, lookup, length: Object.keys(lookup).length }
}
