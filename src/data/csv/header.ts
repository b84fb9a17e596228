// What every reader of CSV asks of a text: its options, the names of its columns, rows of one width.

import { areStrings, type Check, isArray, optional, refuse } from '../../base/check.ts'
import { FormatError, shown } from '../../base/errors.ts'
import type { CsvRows } from './rows.ts'
import { type CsvSource, encodingOption, piecesOf } from './text.ts'

/** How a CSV text is written. By default: with a header, commas, in UTF-8. */
export interface CsvFormat {
  /** Whether the first row names the columns, or the names themselves. Without, the names are '0', '1', … Default true. */
  header?: boolean | readonly string[]
  /** What stands between cells. Default ','. */
  delimiter?: string
  /** What bytes are text in, by the name that TextDecoder has for it. Default 'utf-8'. */
  encoding?: string
}

export const formatTable = {
  header: optional<boolean | readonly string[], boolean>(
    (value, name) =>
      typeof value === 'boolean' || (isArray(value) && areStrings(value))
        ? value
        : refuse(name, 'true, false or an array of names', value),
    true,
  ),
  delimiter: optional<string, string>(
    (value, name) =>
      typeof value === 'string' && /^[^"\r\n]+$/.test(value)
        ? value
        : refuse(name, 'characters other than quotes and line breaks', value),
    ',',
  ),
  encoding: optional(encodingOption as Check<string>, 'utf-8'),
}

function checkNames(names: readonly string[]): void {
  const seen = new Map<string, number>()
  names.forEach((name, c) => {
    if (seen.has(name)) {
      throw new FormatError(
        `CSV: expected column names that differ, got ${shown(name)} for the columns ${seen.get(name)} and ${c}`,
      )
    }
    seen.set(name, c)
  })
}

/** The names of the columns by the first row, which the reader is at. */
export function namesOf(rows: CsvRows, header: boolean | readonly string[]): string[] {
  const names =
    typeof header === 'boolean'
      ? rows.texts().map((cell, c) => (header ? cell.trim() : String(c)))
      : [...header]
  checkNames(names)
  return names
}

/** source: what was read, in which a path may stand for what is in the file. */
export function refuseEmpty(isBelowHeader: boolean, source?: unknown): never {
  const isPath = typeof source === 'string' && /^\S{1,1000}\.\w{1,5}$/.test(source)
  const none = isPath ? `got ${shown(source)} alone; where that is a file, read it first` : 'got none'
  throw new FormatError(
    `CSV: expected at least one row${isBelowHeader ? ` below the header, ${none}` : ', got an empty text'}`,
  )
}

/** Throws FormatError for a row of another width. */
export function checkWidth(rows: CsvRows, width: number): void {
  if (rows.width === width) return
  throw new FormatError(`CSV: line ${rows.line}: expected ${width} cells, got ${rows.width}`)
}

/** hint: what else reads the cell. Throws FormatError. */
export function refuseCell(rows: CsvRows, column: number, name: string, expected: string, hint = ''): never {
  throw new FormatError(
    `CSV: line ${rows.lineOf(column)}, column ${shown(name)}: expected ${expected}, got ${shown(rows.text(column))}${hint}`,
  )
}

// How many columns a message lists.
const MOST_NAMES = 10

/** The columns by index and name, for a message. */
export function listed(names: readonly string[]): string {
  const known = names.slice(0, MOST_NAMES).map((name, c) => `${c} ${shown(name)}`)
  if (names.length > MOST_NAMES) known.push(`… ${names.length - 1} ${shown(names[names.length - 1])}`)
  return known.join(', ')
}

/** Returns a function that goes to the next row of a whole source, pushing its pieces; false at the end. */
export function reading(rows: CsvRows, source: CsvSource, encoding: string): () => boolean {
  const pieces = piecesOf(source, encoding, rows)
  let isEnd = false
  return () => {
    while (!rows.next()) {
      if (isEnd) return false
      const { done, value } = pieces.next()
      if (done) rows.end()
      else rows.push(value)
      isEnd = done === true
    }
    return true
  }
}
