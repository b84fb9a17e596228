// Reading what came as JSON: own entries only, whatever their names are.

import { isArray, isObject } from './check.ts'
import { FormatError, shown } from './errors.ts'
import { parseStrictly } from './strict-json.ts'
import { decodeUtf8 } from './utf8.ts'

export type Plain = Readonly<Record<string, unknown>>

/** Throws FormatError: at `where`, `expected` was, and `value` came. */
export function refuse(where: string, expected: string, value: unknown): never {
  throw new FormatError(`${where}: expected ${expected}, got ${shown(value)}`)
}

/** The entry of that name, or of the first of the names that is there; undefined where there is none. */
export function entry(plain: Plain, ...names: readonly string[]): unknown {
  const name = names.find((one) => Object.hasOwn(plain, one) && plain[one] != null)
  return name === undefined ? undefined : plain[name]
}

export const objectOf = (value: unknown, where: string): Plain =>
  isObject(value) ? value : refuse(where, 'an object', value)

export const listOf = (value: unknown, where: string): readonly unknown[] =>
  isArray(value) ? Array.from(value) : refuse(where, 'an array', value)

export const textOf = (value: unknown, where: string): string =>
  typeof value === 'string' ? value : refuse(where, 'a text', value)

/** A finite number; `missing` where there is none. */
export function numberOf(value: unknown, missing: number, where: string): number {
  if (value === undefined) return missing
  return typeof value === 'number' && Number.isFinite(value) ? value : refuse(where, 'a finite number', value)
}

export function booleanOf(value: unknown, missing: boolean, where: string): boolean {
  if (value === undefined) return missing
  return typeof value === 'boolean' ? value : refuse(where, 'true or false', value)
}

/** JSON text, or its bytes, as plain data. Throws FormatError, also for an object that has a name twice. */
export function parsed(given: string | Uint8Array, where: string): unknown {
  if (typeof given === 'string') return parseStrictly(given, where)
  let text: string
  try {
    text = decodeUtf8(given).replace(/^\ufeff/, '')
  } catch {
    throw new FormatError(`${where}: expected JSON in UTF-8, got other bytes`)
  }
  return parseStrictly(text, where)
}

/** A copy of plain data, of lists and objects within it too. Not every engine has structuredClone. */
export function copyOf<T>(value: T): T {
  if (isArray(value)) return value.map(copyOf) as T
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copyOf(one)])) as T
}
