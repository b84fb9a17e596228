// Tables of numbers and classes from a CSV text, whole or as a stream.

import { bytesOf } from '../../base/bytes.ts'
import { checkOptions, integer, isArray, oneOf, optional, refuse } from '../../base/check.ts'
import { type CsvColumnType, type Missing, missingOption, typesOption } from './column-types.ts'
import { type CsvFormat, formatTable } from './header.ts'
import type { AnyTable, ClassTable, FeatureTable, NumbersTable, NumberTable } from './number-table.ts'
import { CsvNumbers } from './numbers.ts'
import { CsvRows } from './rows.ts'
import { type CsvStream, iterableOf, MOST_CHARACTERS, piecesInTime } from './stream.ts'
import { isTarget, type Target, type TargetType } from './target.ts'
import { type CsvSource, piecesOf } from './text.ts'

/** Options of readCsv(): how the text is written, which columns are the target, and what is no number. */
export interface CsvOptions extends CsvFormat {
  /** Name or index of the column to predict, an array of several columns of numbers, null for none. Default the last one. */
  target?: string | number | readonly (string | number)[] | null
  /** What the target is; 'auto' makes it a class if any of its cells is not a number. Several are numbers. Default 'auto'. */
  targetType?: 'class' | 'number' | 'auto'
  /**
   * What the columns are, by name. One of 'text' goes into `texts` as it is; as the target it is a class, where '007' stays as it
   * is. Default 'number', and for the target what `targetType` says.
   */
  types?: Readonly<Record<string, CsvColumnType>>
  /**
   * Texts that stand for no value, as an empty cell does: 'NA', '?', '-999'. Where it is given, also as [], such a cell is NaN in
   * `x` and '' in `texts`. A target needs a value always. Default: an empty cell of a number is an error.
   */
  missing?: readonly string[]
  /** The most characters of a row. Default: 2²⁴ of a stream, where a quote that is not closed would take in all that follows. */
  maxRowLength?: number
}

/** What readCsv() returns for a source of type S: the table of a whole text, the promise of that of a stream. */
export type CsvResult<S, T> = unknown extends S ? T : S extends CsvSource ? T : Promise<T>

const optionTable = {
  ...formatTable,
  target: optional<Target | readonly Target[] | null, undefined>((value, name) => {
    if (value === null || isTarget(value)) return value
    if (isArray(value) && value.length > 0) {
      const targets = Array.from(value)
      if (targets.every(isTarget)) return targets
    }
    return refuse(name, 'the name or the index of a column, an array of them, or null', value)
  }, undefined),
  targetType: optional(oneOf<TargetType>(['class', 'number', 'auto']), 'auto' as const),
  types: typesOption,
  missing: optional<Missing, undefined>(missingOption, undefined),
  maxRowLength: optional(integer(1), undefined),
}

function checked(given: CsvOptions) {
  const options = checkOptions(optionTable, given, 'options')
  if (isArray(options.target) && options.targetType === 'class') {
    refuse('options.targetType', "'number' or 'auto' for an array of targets", options.targetType)
  }
  return options
}

function readWhole(source: CsvSource, given: CsvOptions): AnyTable {
  const options = checked(given)
  const rows = new CsvRows(options.delimiter, options.maxRowLength)
  const numbers = new CsvNumbers(options, rows)
  for (const piece of piecesOf(source, options.encoding, rows)) numbers.push(piece)
  return numbers.end(source)
}

async function readInTime(
  chunks: AsyncIterable<unknown> | Iterable<unknown>,
  given: CsvOptions,
): Promise<AnyTable> {
  const options = checked(given)
  const rows = new CsvRows(options.delimiter, options.maxRowLength ?? MOST_CHARACTERS)
  const numbers = new CsvNumbers(options, rows)
  for await (const piece of piecesInTime(chunks, options.encoding, rows)) numbers.push(piece)
  return numbers.end()
}

/**
 * Returns the numbers of a CSV text: its columns but the target as `x`, the target as `y`. A target of classes comes
 * as their indices, with their names; then `classNames` is there. Several targets come as (rows × outputs).
 *
 * source: a text or its bytes, of which the text is read piece by piece; or a stream or an iterable of texts or bytes, cut
 * anywhere, such as a body of fetch(), file.stream() or a stream of Node.js: then the result is a promise, and in memory are
 * the numbers and a chunk. Cells in rows of one length, RFC 4180; a byte order mark, blank lines, any line breaks and spaces
 * around a cell are accepted. Every cell but a class is a decimal number within float32, unless `types` or `missing` says
 * otherwise. Throws FormatError with the line, the column and the cell, also for more than 2²⁰ columns; OptionError. Of a stream
 * the promise rejects with them, and with its own error, and it is closed.
 */
export function readCsv<S extends CsvStream>(
  source: S,
  options: CsvOptions & { target: null },
): CsvResult<S, FeatureTable>
export function readCsv<S extends CsvStream>(
  source: S,
  options: CsvOptions & { target: readonly (string | number)[] },
): CsvResult<S, NumbersTable>
export function readCsv<S extends CsvStream>(
  source: S,
  options: CsvOptions & { target?: string | number; targetType: 'class' },
): CsvResult<S, ClassTable>
export function readCsv<S extends CsvStream>(
  source: S,
  options: CsvOptions & { target?: string | number; targetType: 'number' },
): CsvResult<S, NumberTable>
export function readCsv<S extends CsvStream>(
  source: S,
  options?: CsvOptions & { target?: string | number },
): CsvResult<S, ClassTable | NumberTable>
export function readCsv<S extends CsvStream>(
  source: S,
  options?: CsvOptions,
): CsvResult<S, ClassTable | NumberTable | NumbersTable | FeatureTable>
export function readCsv(source: CsvStream, options: CsvOptions = {}): AnyTable | Promise<AnyTable> {
  return typeof source === 'string' || bytesOf(source)
    ? readWhole(source as CsvSource, options)
    : readInTime(iterableOf(source), options)
}
