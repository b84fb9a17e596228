// Lookup tables: { name: index }, in the order in which the names first appear in the data.

import type { INumberHash } from './types.ts'

/** The table of these names, each an own property, even '__proto__'. */
export const tableOf = (names: Iterable<string>): INumberHash => {
  let count = 0
  const table = new Map<string, number>()
  for (const name of names) if (!table.has(name)) table.set(name, count++)
  return Object.fromEntries(table)
}

/** The names in all values that are objects, in order, repeated where they come again. */
export function* namesIn(values: Iterable<unknown>): Generator<string> {
  for (const value of values) {
    if (typeof value === 'object' && value !== null) yield* Object.keys(value)
  }
}

/** The names of a table by index. */
export const namesOf = (table: INumberHash): string[] => {
  const names: string[] = []
  for (const [name, index] of Object.entries(table)) names[index] = name
  return names
}

/** Makes lookup tables as brain.js does, and goes by them. */
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
