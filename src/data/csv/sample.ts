// Some of the rows of tables that come one after the other.

import { checkOptions, integer, isArray, isList, isObject, optional } from '../../base/check.ts'
import { ShapeError, shown } from '../../base/errors.ts'
import { PhiloxStream, SAMPLE } from '../../base/random.ts'
import type { CsvTable } from './columns.ts'

/** Options of sampleTables(). */
export interface TableSampleOptions {
  /** Rows of the sample; fewer where there are fewer. Default 100,000. */
  rows?: number
  /** A whole number from 0 to 2⁵³ − 1: the same one takes the same rows. Default 0. */
  seed?: number
}

const optionTable = { rows: optional(integer(1, 2 ** 30), 100_000), seed: optional(integer(0), 0) }

function isTable(table: unknown): boolean {
  if (!isObject(table)) return false
  const { names, rows, columns } = table
  return (
    isArray(names) &&
    isArray(columns) &&
    names.length === columns.length &&
    columns.every((column) => isList(column) && column.length === rows)
  )
}

class Sample {
  readonly #names: readonly string[]
  readonly #columns: (number[] | string[])[]
  readonly #isText: readonly boolean[]

  constructor({ names, columns }: CsvTable) {
    this.#names = names
    this.#isText = columns.map((column) => !(column instanceof Float64Array))
    this.#columns = columns.map(() => [])
  }

  /** Throws ShapeError for a table of other columns than the first. */
  check(table: CsvTable, t: number): void {
    const { names, columns } = table
    const isSame =
      columns.length === this.#names.length &&
      columns.every(
        (column, c) => names[c] === this.#names[c] && column instanceof Float64Array !== this.#isText[c],
      )
    if (isSame) return
    const expected = this.#names.slice(0, 10).map(shown).join(', ')
    throw new ShapeError(`tables[${t}]: expected the columns of the first table, ${expected}, got others`)
  }

  /** Copies a row of the table to a place of the sample. */
  put({ columns }: CsvTable, row: number, place: number): void {
    columns.forEach((column, c) => {
      this.#columns[c][place] = column[row]
    })
  }

  table(rows: number): CsvTable {
    const columns = this.#columns.map((cells, c) =>
      this.#isText[c] ? (cells as string[]) : Float64Array.from(cells as number[]),
    )
    return { names: [...this.#names], rows, columns }
  }
}

/**
 * Returns a table of some rows of all these tables, each row as likely as any other, in no order (Vitter 1985, "Random
 * sampling with a reservoir", algorithm R). In memory are the sample and one table, so fitFeatures() and fitTarget() can be
 * given the sample of a file that does not fit.
 *
 * tables: as readTables() gives them, at least one, of the same columns. Throws ShapeError, OptionError, and what the tables
 * throw.
 */
export async function sampleTables(
  tables: AsyncIterable<CsvTable> | Iterable<CsvTable>,
  options: TableSampleOptions = {},
): Promise<CsvTable> {
  const { rows: most, seed } = checkOptions(optionTable, options, 'options')
  const random = new PhiloxStream(seed, SAMPLE)
  let sample: Sample | undefined
  let seen = 0
  let t = 0
  for await (const table of tables) {
    if (!isTable(table)) {
      throw new ShapeError(`tables[${t}]: expected a table of readTables(), got ${shown(table)}`)
    }
    sample ??= new Sample(table)
    sample.check(table, t)
    for (let r = 0; r < table.rows; ++r) {
      seen += 1
      const place = seen <= most ? seen - 1 : random.below(seen)
      if (place < most) sample.put(table, r, place)
    }
    t += 1
  }
  if (!sample) throw new ShapeError('tables: expected at least one, got none')
  return sample.table(Math.min(seen, most))
}
