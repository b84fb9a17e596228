// Checks of single options. A table of them validates an options object in one place and fills in its defaults; the
// message always names the option, what was expected and what came.

import { OptionError, shown } from './errors.ts'
import { meant } from './meant.ts'

/** Returns the value to use, or throws OptionError. */
export type Check<T> = (value: unknown, name: string) => T

/** Throws OptionError: `name` must be `expected`, and `value` came. */
export function refuse(name: string, expected: string, value: unknown): never {
  throw new OptionError(`${name}: expected ${expected}, got ${shown(value)}`)
}

/** The same for a name that is none of the known ones, with the one that was meant. */
function refuseName(name: string, expected: string, value: unknown, known: readonly string[]): never {
  throw new OptionError(`${name}: expected ${expected}, got ${shown(value)}${meant(known, value)}`)
}

/** Marks an option that may be left out, and what stands for it then. */
export const optional =
  <T, D>(check: Check<T>, missing: D): Check<T | D> =>
  (value, name) =>
    value === undefined ? missing : check(value, name)

export const integer =
  (least: number, most = Number.MAX_SAFE_INTEGER): Check<number> =>
  (value, name) => {
    if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) {
      return value as number
    }
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
    return refuse(name, `a whole number ${range}`, value)
  }

export const positive: Check<number> = (value, name) =>
  typeof value === 'number' && Number.isFinite(value) && value > 0
    ? value
    : refuse(name, 'a finite number above 0', value)

export const finite: Check<number> = (value, name) =>
  typeof value === 'number' && Number.isFinite(value) ? value : refuse(name, 'a finite number', value)

/** What is less than 1 in float32 too, in which it is used. */
export const fraction: Check<number> = (value, name) =>
  typeof value === 'number' && value >= 0 && Math.fround(value) < 1
    ? value
    : refuse(name, 'a number from 0 to below 1', value)

/** A share of 1, both ends included. */
export const share: Check<number> = (value, name) =>
  typeof value === 'number' && value >= 0 && value <= 1 ? value : refuse(name, 'a number from 0 to 1', value)

/** A number of at least 0 that is finite in float32, in which it is used. */
export const notNegative: Check<number> = (value, name) =>
  typeof value === 'number' && Number.isFinite(Math.fround(value)) && value >= 0
    ? value
    : refuse(name, 'a finite float32 number of at least 0', value)

/** A step size: rounded to float32, in which it is used, it must be finite and above 0. */
export const rate: Check<number> = (value, name) =>
  typeof value === 'number' && Number.isFinite(Math.fround(value)) && Math.fround(value) > 0
    ? value
    : refuse(name, 'a finite float32 number above 0', value)

// Long before this the parts of a step are too small to gain.
const MOST_THREADS = 64

export const threadCount = integer(1, MOST_THREADS)

/** How many threads train. */
export const threads: Check<number | 'auto'> = (value, name) =>
  value === 'auto' ? value : threadCount(value, `${name} (a number or 'auto')`)

export const boolean: Check<boolean> = (value, name) =>
  typeof value === 'boolean' ? value : refuse(name, 'true or false', value)

export const callback =
  <T>(): Check<T> =>
  (value, name) =>
    typeof value === 'function' ? (value as T) : refuse(name, 'a function', value)

export const oneOf =
  <T extends string>(known: readonly T[]): Check<T> =>
  (value, name) =>
    known.includes(value as T)
      ? (value as T)
      : refuseName(name, `one of ${known.map((k) => `'${k}'`).join(', ')}`, value, known)

/** Array.isArray, but false for a proxy that is revoked, where that throws. */
export function isArray(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

/** An array or a view of numbers: what has a length, and elements by index. */
export const isList = (value: unknown): value is ArrayLike<unknown> =>
  isArray(value) || (ArrayBuffer.isView(value) && typeof (value as { length?: unknown }).length === 'number')

/** Whether all are strings; a hole is none. */
export function areStrings(list: readonly unknown[]): list is string[] {
  // every() skips holes.
  for (let i = 0; i < list.length; ++i) if (typeof list[i] !== 'string') return false
  return true
}

/** An object that is no array, no view of a buffer and no revoked proxy. */
export function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  try {
    return !Array.isArray(value)
  } catch {
    return false
  }
}

/** The same, and no Map: its entries are no properties, and all of them would be passed over. */
export const hasOptions = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && !(Symbol.iterator in value)

/** Throws OptionError for targets where the options should be: x and y are two arguments in scikit-learn and Keras. */
export function refuseTargets(options: unknown, where: string): void {
  if (isList(options)) refuse(where, 'an object of options after the data, { x, y }', options)
}

type Table = Readonly<Record<string, Check<unknown>>>
/** What a table of checks gives. */
export type Checked<T extends Table> = { [K in keyof T]: ReturnType<T[K]> }

/** The options object with every check of the table applied; an option that the table does not know is refused. */
export function checkOptions<T extends Table>(table: T, options: unknown, where: string): Checked<T> {
  if (!hasOptions(options)) return refuse(where, 'an object of options', options)
  const known = Object.keys(table)
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) refuseName(where, `options among ${known.join(', ')}`, key, known)
  }
  const checked: Record<string, unknown> = {}
  for (const key of known) checked[key] = table[key](options[key], `${where}.${key}`)
  return checked as Checked<T>
}

/** The entries of the object that a table of checks knows. */
export const knownOf = (table: object, given: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([key]) => Object.hasOwn(table, key)))
