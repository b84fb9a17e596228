// Tables of bounded size from a CSV text that comes in chunks and need not fit into memory.

import { checkOptions, integer, optional } from '../../base/check.ts'
import type { CsvColumns, CsvTable } from './columns.ts'
import { namesOf, refuseEmpty } from './header.ts'
import { type CsvTableOptions, columnsOf, tableOptions } from './read-table.ts'
import { CsvRows } from './rows.ts'
import { type CsvStream, iterableOf, MOST_CHARACTERS, piecesInTime } from './stream.ts'

/** Options of readTables(): those of readTable(), and how much is in memory at once. */
export interface CsvStreamOptions extends CsvTableOptions {
  /** Rows of each table but the last. Default: as many as have 2¹⁸ cells or 2²⁴ characters in all, at least one. */
  rowsAtOnce?: number
  /** The most characters of a row, without which a quote that is not closed would take in all that follows. Default 2²⁴. */
  maxRowLength?: number
}

const CELLS_AT_ONCE = 2 ** 18
const CHARACTERS_AT_ONCE = 2 ** 24

const streamOptions = {
  ...tableOptions,
  rowsAtOnce: optional(integer(1), undefined),
  maxRowLength: optional(integer(1), MOST_CHARACTERS),
}

type Checked = ReturnType<typeof checkOptions<typeof streamOptions>>

class Parts {
  readonly #options: Checked
  readonly #rows: CsvRows
  #columns: CsvColumns | undefined
  #isBelowHeader = false
  #characters = 0
  #rowsAtOnce = 0
  /** The text so far, until the first table has told what the columns are. */
  #kept: string[] | undefined = []

  constructor(options: Checked, rows: CsvRows) {
    this.#options = options
    this.#rows = rows
  }

  push(piece: string): void {
    this.#kept?.push(piece)
    this.#rows.push(piece)
  }

  /** The tables that are full. */
  *full(): Generator<CsvTable> {
    const rows = this.#rows
    while (rows.next()) {
      if (!this.#columns && !this.#begin()) continue
      const columns = this.#columns!
      columns.add(rows)
      this.#characters += rows.size
      const isFull =
        columns.rows === this.#rowsAtOnce ||
        (this.#options.rowsAtOnce === undefined && this.#characters >= CHARACTERS_AT_ONCE)
      if (isFull) yield this.#take()
    }
  }

  /** Takes the names; false where the row has nothing else. */
  #begin(): boolean {
    const { header, types, missing, rowsAtOnce } = this.#options
    const names = namesOf(this.#rows, header)
    this.#columns = columnsOf(names, types, missing)
    this.#rowsAtOnce = rowsAtOnce ?? Math.max(1, Math.floor(CELLS_AT_ONCE / names.length))
    this.#isBelowHeader = header === true
    return !this.#isBelowHeader
  }

  #take(): CsvTable {
    const columns = this.#columns!
    if (this.#kept) {
      if (columns.isLacking) this.#fillIn(this.#kept)
      columns.fix()
      this.#kept = undefined
    }
    this.#characters = 0
    return columns.take()
  }

  #fillIn(pieces: readonly string[]): void {
    const again = new CsvRows(this.#options.delimiter, this.#options.maxRowLength)
    let p = 0
    const next = (): boolean => {
      while (!again.next()) {
        if (p > pieces.length) return false
        if (p < pieces.length) again.push(pieces[p])
        // A last piece that is shorter than the row waits for more to come. All rows that are asked for are whole here.
        else again.end()
        p += 1
      }
      return true
    }
    next()
    if (this.#isBelowHeader) next()
    this.#columns!.fillIn(again, next)
  }

  /** The last tables: the text is at its end. */
  *end(): Generator<CsvTable> {
    this.#rows.end()
    yield* this.full()
    if (!this.#columns) refuseEmpty(false)
    if (this.#columns!.rows > 0) yield this.#take()
    else if (this.#kept) refuseEmpty(this.#isBelowHeader)
  }
}

async function* read(chunks: Iterable<unknown> | AsyncIterable<unknown>, options: Checked) {
  const rows = new CsvRows(options.delimiter, options.maxRowLength)
  const parts = new Parts(options, rows)
  for await (const piece of piecesInTime(chunks, options.encoding, rows)) {
    parts.push(piece)
    yield* parts.full()
  }
  yield* parts.end()
}

/**
 * Returns the tables of a CSV text of any length, one after the other, as readTable() would read the whole: in memory are one
 * table and one chunk. What a column is, the first table says, or `types`; what does not fit later is an error.
 *
 * source: a stream or an iterable of texts or bytes, cut anywhere, such as a body of fetch(), file.stream() or a stream of
 * Node.js. It is read as tables are asked for, and closed when no more are. Throws FormatError with the line and the column,
 * while it is read; OptionError.
 */
export function readTables(source: CsvStream, options: CsvStreamOptions = {}): AsyncGenerator<CsvTable> {
  return read(iterableOf(source), checkOptions(streamOptions, options, 'options'))
}
