// What the columns of a table are, and which cells have no value: the options that say so.

import { areStrings, type Check, isArray, isObject, optional, refuse } from '../../base/check.ts'
import { FormatError, shown } from '../../base/errors.ts'
import { float64At } from './decimal.ts'
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

/** Which cells have no value. */
export class Missing {
  readonly #texts: ReadonlySet<string>
  /** Whether a number may be one, such as -999. */
  readonly isNumber: boolean

  /** texts: of the cells without a value, beside those that are empty; spaces around them do not count. */
  constructor(texts: readonly string[]) {
    this.#texts = new Set(texts.map((text) => text.trim()))
    this.isNumber = texts.some((text) => !Number.isNaN(float64At(text, 0, text.length)))
  }

  /** Whether a cell of a column of texts has none. One of spaces has, as they may mean something. */
  hasText(cell: string): boolean {
    return cell === '' || (this.#texts.size > 0 && this.#texts.has(cell.trim()))
  }

  /** Whether a cell of a column of numbers, or of a target, has none. */
  has(cell: string): boolean {
    const text = cell.trim()
    return text === '' || this.#texts.has(text)
  }
}

/** Texts that stand for no value. */
export const missingOption: Check<Missing> = (value, name) =>
  isArray(value) && areStrings(value) ? new Missing(value) : refuse(name, 'an array of texts', value)

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
