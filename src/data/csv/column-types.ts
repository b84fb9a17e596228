// What the columns of a table are, and which cells have no value: the options that say so.

import { areStrings, type Check, isArray, isObject, optional, refuse } from '../../base/check.ts'
import { FormatError, shown } from '../../base/errors.ts'
import { listed } from './header.ts'

/** What the cells of a column are. */
export type CsvColumnType = 'number' | 'text'

/** Types of columns, by name. */
export const typesOption: Check<Map<string, CsvColumnType>> = optional((value, name) => {
  if (!isObject(value)) return refuse(name, 'an object of types by column', value)
  const types = new Map<string, CsvColumnType>()
  for (const [column, type] of Object.entries(value)) {
    if (type !== 'number' && type !== 'text') {
      return refuse(`${name}[${shown(column)}]`, "'number' or 'text'", type)
    }
    types.set(column, type)
  }
  return types
}, new Map())

/** Texts that stand for no value, without the spaces around them. */
export const missingOption: Check<Set<string>> = (value, name) =>
  isArray(value) && areStrings(value)
    ? new Set(value.map((text) => text.trim()))
    : refuse(name, 'an array of texts', value)

/** The types of the columns of these names, undefined where none is given. Throws FormatError for a type of no column. */
export function typesOf(
  names: readonly string[],
  types: ReadonlyMap<string, CsvColumnType>,
): (CsvColumnType | undefined)[] {
  const known = new Set(names)
  for (const name of types.keys()) {
    if (known.has(name)) continue
    throw new FormatError(
      `CSV: expected options.types for columns among ${listed(names)}, got ${shown(name)}`,
    )
  }
  return names.map((name) => types.get(name))
}
