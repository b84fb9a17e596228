// The columns beside the target, gathered row by row: numbers, and texts where they are asked for.

import type { Missing } from './column-types.ts'
import { refuseCell } from './header.ts'
import { RowBlocks } from './row-blocks.ts'
import type { CsvRows } from './rows.ts'
import { TextCache } from './text-cache.ts'

const NO_NUMBER =
  "; let options.types say 'text', options.missing list it, or take readTable() and fitFeatures()"
const NO_VALUE = '; let options.missing be [] to read it as NaN'

export class NumberInputs {
  readonly #names: readonly string[]
  readonly #columns: readonly number[]
  readonly #missing: Missing | undefined
  readonly #x: RowBlocks<Float32Array>

  /** names: of all columns. columns: the indices of these, at least one. missing: undefined where that is an error. */
  constructor(names: readonly string[], columns: readonly number[], missing: Missing | undefined) {
    this.#names = names
    this.#columns = columns
    this.#missing = missing
    this.#x = new RowBlocks(Float32Array, columns.length)
  }

  /** Adds the numbers of the row that the reader is at. Throws FormatError for a cell that holds none. */
  add(rows: CsvRows): void {
    const columns = this.#columns
    const x = this.#x
    x.makeRoom()
    const { block, at } = x
    for (let c = 0; c < columns.length; ++c) {
      const value = rows.number(columns[c])
      block[at + c] = value
      if (Number.isNaN(value)) this.#checkMissing(rows, columns[c])
    }
    if (this.#missing?.isNumber) {
      for (let c = 0; c < columns.length; ++c) {
        if (this.#missing.has(rows.text(columns[c]))) block[at + c] = Number.NaN
      }
    }
    x.at = at + columns.length
  }

  #checkMissing(rows: CsvRows, column: number): void {
    const text = rows.text(column)
    if (this.#missing?.has(text)) return
    const hint = text.trim() === '' ? NO_VALUE : NO_NUMBER
    refuseCell(rows, column, this.#names[column], 'a finite number', hint)
  }

  join(): { x: Float32Array; inputs: number; columns: string[] } {
    const columns = this.#columns.map((column) => this.#names[column])
    return { x: this.#x.join(), inputs: columns.length, columns }
  }
}

export class TextInputs {
  readonly #columns: readonly { index: number; name: string; texts: string[]; cache: TextCache }[]
  readonly #missing: Missing | undefined

  constructor(names: readonly string[], columns: readonly number[], missing: Missing | undefined) {
    this.#columns = columns.map((index) => ({
      index,
      name: names[index],
      texts: [],
      cache: new TextCache(),
    }))
    this.#missing = missing
  }

  add(rows: CsvRows): void {
    for (const { index, texts, cache } of this.#columns) {
      const text = rows.cachedText(index, cache)
      texts.push(this.#missing?.hasText(text) ? '' : text)
    }
  }

  /** Returns the texts by the names of their columns. */
  join(): Record<string, string[]> {
    // '__proto__' is a name like any other here: what fromEntries() is given it defines.
    return Object.fromEntries(this.#columns.map(({ name, texts }) => [name, texts]))
  }
}
