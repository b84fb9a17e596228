// Tables of numbers and texts from the rows of a CSV text.

import { bytesOf } from '../../base/bytes.ts'
import { checkOptions, isObject, optional } from '../../base/check.ts'
import { FormatError, shown } from '../../base/errors.ts'
import { type CsvColumnType, Missing, missingOption, typesOf, typesOption } from './column-types.ts'
import { CsvColumns, type CsvTable } from './columns.ts'
import { type CsvFormat, formatTable, namesOf, reading, refuseEmpty } from './header.ts'
import { CsvRows } from './rows.ts'
import type { CsvSource } from './text.ts'

/** Options of readTable(): how the text is written, what its columns are, and what stands for no value. */
export interface CsvTableOptions extends CsvFormat {
  /**
   * What the columns are, by name: 'number', where any other text is an error, or 'text', where '007' stays as it is. Default:
   * a column is of numbers where all of its cells are decimal numbers or empty.
   */
  types?: Readonly<Record<string, CsvColumnType>>
  /** Texts that stand for no value, as an empty cell does: 'NA', '?'. Default none. */
  missing?: readonly string[]
}

export const tableOptions = {
  ...formatTable,
  types: typesOption,
  missing: optional<Missing, undefined>(missingOption, undefined),
}

/** True for a web stream and one of Node.js. */
const isStreamLike = (value: unknown): boolean => {
  try {
    return isObject(value) && ('getReader' in value || Symbol.asyncIterator in value)
  } catch {
    // A proxy that is revoked.
    return false
  }
}

function checkSource(source: unknown): void {
  if (typeof source === 'string' || bytesOf(source)) return
  const hint = isStreamLike(source) ? '; readTables() reads streams' : ''
  throw new FormatError(`CSV: expected a text or its bytes, got ${shown(source)}${hint}`)
}

/** The columns of these names, without rows. */
export function columnsOf(
  names: readonly string[],
  types: ReadonlyMap<string, CsvColumnType>,
  missing: Missing | undefined,
): CsvColumns {
  return new CsvColumns(names, typesOf(names, types), missing ?? new Missing([]))
}

/**
 * Returns the table of a CSV text, by columns: numbers in float64, or texts as they are, with spaces. An empty cell, or one of
 * spaces alone, is NaN among numbers; among texts an empty one is ''.
 *
 * source: a text or its bytes; cells in rows of one length, RFC 4180; a byte order mark, blank lines and any line breaks are
 * accepted, and spaces around numbers. A number is a decimal one, finite in float64: 'NaN', '0x10' and '1e999' are texts.
 * Throws FormatError with the line and the column, also for more than 2²⁰ columns; OptionError.
 */
export function readTable(source: CsvSource, options: CsvTableOptions = {}): CsvTable {
  const { header, delimiter, encoding, types, missing } = checkOptions(tableOptions, options, 'options')
  checkSource(source)
  const open = () => {
    const rows = new CsvRows(delimiter)
    const next = reading(rows, source, encoding)
    if (!next()) refuseEmpty(false)
    const names = namesOf(rows, header)
    if (header === true && !next()) refuseEmpty(true, source)
    return { rows, next, names }
  }
  const { rows, next, names } = open()
  const columns = columnsOf(names, types, missing)
  do columns.add(rows)
  while (next())
  if (columns.isLacking) {
    const again = open()
    columns.fillIn(again.rows, again.next)
  }
  return columns.take()
}
