// The columns of a table as its rows come: numbers, or texts from the first cell on that is none.

import type { Table } from '../features/records.ts'
import type { CsvColumnType, Missing } from './column-types.ts'
import { checkWidth, refuseCell } from './header.ts'
import type { CsvRows } from './rows.ts'
import { TextCache } from './text-cache.ts'

/** A table by columns, as fitFeatures(), fitTarget() and transform() take it. */
export interface CsvTable extends Table {
  /** Of the columns, in their order. */
  readonly names: string[]
  /** Rows of the text, its header left out. */
  readonly rows: number
  /** (columns) of (rows): numbers in float64, where NaN stands for an empty cell, or texts, where '' does. */
  readonly columns: (Float64Array | string[])[]
}

const FIRST_ROWS = 64

function longer(values: Float64Array, length: number): Float64Array {
  const grown = new Float64Array(length)
  grown.set(values)
  return grown
}

export class CsvColumns {
  readonly #names: readonly string[]
  readonly #missing: Missing
  /** What a column must be; undefined for what its cells make it. */
  readonly #fixed: (CsvColumnType | undefined)[]
  /** Of a column of texts: undefined for one of numbers. */
  #texts: (string[] | undefined)[] = []
  /** The rows before the first text of a column of texts. */
  #before: number[] = []
  #numbers: Float64Array[] = []
  readonly #caches: readonly TextCache[]
  #room = 0
  #rows = 0
  #isByFirst = false

  /** types: by column, undefined for what its cells make it. missing: which cells have no value. */
  constructor(names: readonly string[], types: readonly (CsvColumnType | undefined)[], missing: Missing) {
    this.#names = names
    this.#fixed = [...types]
    this.#missing = missing
    this.#caches = names.map(() => new TextCache())
    this.#clear()
  }

  #clear(): void {
    this.#rows = 0
    this.#room = 0
    this.#texts = this.#fixed.map((type) => (type === 'text' ? [] : undefined))
    this.#before = this.#fixed.map(() => 0)
    this.#numbers = this.#fixed.map(() => new Float64Array(0))
  }

  /** Rows that are added. */
  get rows(): number {
    return this.#rows
  }

  /** Adds the row that the reader is at. Throws FormatError for another width, and for a text where a number must be. */
  add(rows: CsvRows): void {
    const r = this.#rows
    const texts = this.#texts
    const numbers = this.#numbers
    const width = texts.length
    const isNumberMissing = this.#missing.isNumber
    checkWidth(rows, width)
    if (r === this.#room) this.#grow()
    for (let c = 0; c < width; ++c) {
      const list = texts[c]
      if (list !== undefined) list.push(this.#textOf(rows, c))
      else {
        const value = rows.float64(c)
        numbers[c][r] = value
        if (Number.isNaN(value)) this.#check(rows, c)
        else if (isNumberMissing && this.#missing.has(rows.text(c))) numbers[c][r] = Number.NaN
      }
    }
    this.#rows = r + 1
  }

  /** A cell that is no number: one without a value, or the first text of the column. */
  #check(rows: CsvRows, c: number): void {
    if (this.#missing.has(rows.text(c))) return
    if (this.#fixed[c] === 'number') {
      const why = this.#isByFirst ? ", as in the first table; let options.types say 'text'" : ''
      refuseCell(rows, c, this.#names[c], `a number or an empty cell${why}`)
    }
    this.#before[c] = this.#rows
    this.#texts[c] = [this.#textOf(rows, c)]
    this.#numbers[c] = new Float64Array(0)
  }

  #textOf(rows: CsvRows, c: number): string {
    const text = rows.cachedText(c, this.#caches[c])
    return this.#missing.hasText(text) ? '' : text
  }

  #grow(): void {
    this.#room = Math.max(FIRST_ROWS, 2 * this.#room)
    this.#texts.forEach((list, c) => {
      if (list === undefined) this.#numbers[c] = longer(this.#numbers[c], this.#room)
    })
  }

  /** True where the texts of the first rows of a column were read as numbers: fillIn() has to read them again. */
  get isLacking(): boolean {
    return this.#before.some((before) => before > 0)
  }

  /** Reads the first rows again. rows: a reader of the same text, at its first row below the header. next: to the next row. */
  fillIn(rows: CsvRows, next: () => boolean): void {
    const lacking = this.#before.flatMap((before, c) => (before > 0 ? [c] : []))
    const found = lacking.map((): string[] => [])
    const last = lacking.reduce((most, c) => Math.max(most, this.#before[c]), 0)
    for (let r = 0; r < last; ++r) {
      lacking.forEach((c, i) => {
        if (r < this.#before[c]) found[i].push(this.#textOf(rows, c))
      })
      next()
    }
    lacking.forEach((c, i) => {
      this.#texts[c] = found[i].concat(this.#texts[c]!)
      this.#before[c] = 0
    })
  }

  /** Fixes the types of the columns to those of the rows so far. */
  fix(): void {
    this.#isByFirst = true
    this.#texts.forEach((list, c) => {
      this.#fixed[c] = list ? 'text' : 'number'
    })
  }

  /** Returns the table of the rows, and begins another. */
  take(): CsvTable {
    const rows = this.#rows
    const columns = this.#texts.map((list, c) => list ?? this.#numbers[c].slice(0, rows))
    this.#clear()
    return { names: [...this.#names], rows, columns }
  }
}
