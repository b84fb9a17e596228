// Tables of names: { name: index }, in the order in which the names first come in the data.

import type { INumberHash } from './types.ts'

/** The table of a list of names. Own properties, whatever the names are: '__proto__' too. */
export const tableOf = (names: Iterable<string>): INumberHash => {
  let count = 0
  const table = new Map<string, number>()
  for (const name of names) if (!table.has(name)) table.set(name, count++)
  return Object.fromEntries(table)
}

/** The names of all values that are objects, in the order in which they first come. */
export function* namesIn(values: Iterable<unknown>): Generator<string> {
  for (const value of values) {
    if (typeof value === 'object' && value !== null) yield* Object.keys(value)
  }
}

/** The table's names by index. */
export const namesOf = (table: INumberHash): string[] => {
  const names: string[] = []
  for (const [name, index] of Object.entries(table)) names[index] = name
  return names
}

/** brain.js's tables of names. */
export const lookup = {
  /** `[{ a: 1 }, { b: 6, c: 7 }]` → `{ a: 0, b: 1, c: 2 }` */
  toTable: (hashes: readonly INumberHash[]): INumberHash => tableOf(namesIn(hashes)),
  /** `{ a: 6, b: 7 }` → `{ a: 0, b: 1 }` */
  toHash: (hash: INumberHash): INumberHash => tableOf(Object.keys(hash)),
  /** `{ a: 0, b: 1 }, { a: 6 }, 2` → `[6, 0]` */
  toArray(table: INumberHash, object: Partial<INumberHash>, arrayLength: number): Float32Array {
    const values = new Float32Array(arrayLength)
    for (const [name, index] of Object.entries(table)) {
      if (Object.hasOwn(object, name)) values[index] = object[name] || 0
    }
    return values
  },
  /** `{ a: 0, b: 1 }, [6, 7]` → `{ a: 6, b: 7 }` */
  toObject: (table: INumberHash, values: ArrayLike<number>): INumberHash =>
    Object.fromEntries(Object.entries(table).map(([name, index]) => [name, values[index]])),
}
