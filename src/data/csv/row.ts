// The row of a CSV text that was read last. A cell stays where it is in the text until it is asked for:
//
//   text    1 2 , " s a y   " " x " " " \n
//   bounds  0 2     4               ~12        from and to of each cell, within its quotes: ~to where quotes are doubled

import { copied, countBreaks, single } from './characters.ts'
import { float32At, float64At } from './decimal.ts'
import type { TextCache } from './text-cache.ts'

/** The last row that was read, which is what its subclass reads. */
export class CsvRow {
  /** Whether the text is a part of one that does not fit into memory: no text of a cell then keeps the part that it is of. */
  readonly #isPart: boolean
  protected source = ''
  protected bounds = new Int32Array(64)
  /** Where the row starts in the text, and its line, counted from 1. */
  protected start = 0
  protected startLine = 0
  protected cells = 0

  constructor(isPart: boolean) {
    this.#isPart = isPart
  }

  /** How many cells the row has, at least 1. */
  get width(): number {
    return this.cells
  }

  /** The line that the row starts in, counted from 1. */
  get line(): number {
    return this.startLine
  }

  /** Returns the line that a cell starts in, counted from 1. */
  lineOf(cell: number): number {
    return this.startLine + countBreaks(this.source, this.start, this.bounds[2 * cell])
  }

  /** Returns a cell's text, without the quotes around it. */
  text(cell: number): string {
    const to = this.bounds[2 * cell + 1]
    const text = this.source.slice(this.bounds[2 * cell], to < 0 ? ~to : to)
    const plain = to < 0 ? single(text) : text
    return this.#isPart ? copied(plain) : plain
  }

  /** Returns the same, by the cache of its column. */
  cachedText(cell: number, cache: TextCache): string {
    const from = this.bounds[2 * cell]
    const to = this.bounds[2 * cell + 1]
    if (from === to) return ''
    const slot = to < 0 ? -1 : cache.slotOf(this.source, from, to)
    if (slot < 0) return this.text(cell)
    const known = cache.find(slot, this.source, from, to)
    if (known !== undefined) return known
    const text = this.text(cell)
    cache.put(slot, text)
    return text
  }

  /** Returns all of them. */
  texts(): string[] {
    return Array.from({ length: this.cells }, (_, cell) => this.text(cell))
  }

  /** Returns the float32 number in a cell, or NaN if it holds none. */
  number(cell: number): number {
    const to = this.bounds[2 * cell + 1]
    return to < 0 ? Number.NaN : float32At(this.source, this.bounds[2 * cell], to)
  }

  /** Returns the same in float64. */
  float64(cell: number): number {
    const to = this.bounds[2 * cell + 1]
    return to < 0 ? Number.NaN : float64At(this.source, this.bounds[2 * cell], to)
  }
}
