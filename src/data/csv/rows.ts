// The rows of a CSV text, RFC 4180 (rfc-editor.org/rfc/rfc4180), with line breaks of any system and any delimiter. The
// text may come in chunks, cut anywhere.

import { FormatError, shown } from '../../base/errors.ts'
import { countBreaks, placeOf } from './characters.ts'
import { CsvRow } from './row.ts'

const QUOTE = 34
const LF = 10
const CR = 13
const BYTE_ORDER_MARK = 0xfeff

/** A row of more cells is of a file that is not a table. */
const MOST_CELLS = 2 ** 20
/** Characters of a cell, in the mean of the row before, from which on searching for its end is faster than looking at each. */
const LONG_CELLS = 3

export class CsvRows extends CsvRow {
  readonly #delimiter: string
  readonly #mostCharacters: number
  /** Where the next row starts. */
  #next = 0
  #lines = 0
  /** Chunks behind the text, and their characters in all. */
  #chunks: string[] = []
  #waiting = 0
  /** True once the text has no whole row left. */
  #isRead = false
  #isStart = true
  #isEnd = false

  // The next of each at or after the last place that was asked for, ∞ for none; −1 where that is not known.
  #quoteAt = -1
  #feedAt = -1
  #returnAt = -1
  #delimiterAt = -1
  #isLong = false

  /**
   * delimiter: characters other than quotes and line breaks, at least one. mostCharacters: that a row may have, given for a
   * stream that does not fit into memory: no text of a cell then keeps the chunk that it is of.
   */
  constructor(delimiter: string, mostCharacters?: number) {
    super(mostCharacters !== undefined)
    this.#delimiter = delimiter
    this.#mostCharacters = mostCharacters ?? Number.POSITIVE_INFINITY
  }

  /** Adds what follows in the text. The cells of the row so far are gone. */
  push(chunk: string): void {
    this.#chunks.push(chunk)
    this.#waiting += chunk.length
    // An unfinished row is read again from its start. As the text at least doubles each time, the total time is linear.
    if (this.#waiting >= this.source.length - this.#next) this.#join()
  }

  /** Ends the text: what is unfinished is its last row. */
  end(): void {
    this.#join()
    this.#isEnd = true
  }

  #join(): void {
    this.source = this.source.slice(this.#next) + this.#chunks.join('')
    this.#chunks = []
    this.#waiting = 0
    this.#next = 0
    this.#isRead = false
    this.#quoteAt = -1
    this.#feedAt = -1
    this.#returnAt = -1
    this.#delimiterAt = -1
    if (!this.#isStart || this.source === '') return
    this.#isStart = false
    if (this.source.charCodeAt(0) === BYTE_ORDER_MARK) this.#next = 1
  }

  /** Characters of the row, with its line break. */
  get size(): number {
    return this.#next - this.start
  }

  /** The line that what is pushed next starts in, counted from 1. */
  get endLine(): number {
    const waiting = this.source.slice(this.#next) + this.#chunks.join('')
    return 1 + this.#lines + countBreaks(waiting, 0, waiting.length)
  }

  /**
   * Goes to the next row that is not blank; false where there is none, which before end() means none yet. Throws
   * FormatError for quotes that do not close or are not around a whole cell, and for a row that is too long, and then has
   * no more rows.
   */
  next(): boolean {
    if (this.#isRead) return false
    this.#isRead = !this.#read()
    // Before the end what is left is of one row.
    const size = this.#isRead ? this.source.length - this.#next : this.#next - this.start
    if (size > this.#mostCharacters && !(this.#isRead && this.#isEnd)) {
      this.#refuse('Row Too Long', `at most ${this.#mostCharacters} characters in a row`, this.start)
    }
    return !this.#isRead
  }

  #read(): boolean {
    this.#skipBlankLines()
    const text = this.source
    const delimiter = this.#delimiter.charCodeAt(0)
    const delimiterLength = this.#delimiter.length
    // A character above this code neither ends a cell nor is a mistake in one.
    const highest = Math.max(delimiter, QUOTE)
    let bounds = this.bounds
    let at = this.#next
    let bound = 0
    let breaks = 0
    this.start = at
    this.startLine = this.#lines + 1
    if (at === text.length) return false
    if (this.#isLong && this.#readLine()) return true
    for (;;) {
      if (bound === bounds.length) bounds = this.#grow(at)
      let code = -1
      if (text.charCodeAt(at) === QUOTE) {
        const open = at
        let doubled = 0
        for (++at; ; ++at) {
          if (at === text.length) {
            if (this.#isEnd) this.#refuse('Quote Not Closed', 'a quote that ends the cell', open)
            return false
          }
          code = text.charCodeAt(at)
          if (code > QUOTE) continue
          if (code === QUOTE) {
            if (text.charCodeAt(at + 1) !== QUOTE) break
            doubled = -1
            ++at
          } else if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) breaks += 1
        }
        bounds[bound++] = open + 1
        bounds[bound++] = at ^ doubled
        ++at
        code = at < text.length ? text.charCodeAt(at) : -1
        const ends = code === -1 || code === LF || code === CR || text.startsWith(this.#delimiter, at)
        if (!ends) {
          // The delimiter may go on in the next chunk.
          if (!this.#isEnd && this.#delimiter.startsWith(text.slice(at))) return false
          this.#refuse('Invalid Closing Quote', 'a delimiter or the end of the line after the quote', at)
        }
      } else {
        bounds[bound++] = at
        for (; at < text.length; ++at) {
          code = text.charCodeAt(at)
          if (code > highest) continue
          if (code === delimiter) {
            if (delimiterLength === 1 || text.startsWith(this.#delimiter, at)) break
          } else if (code === LF || code === CR) break
          else if (code === QUOTE) {
            this.#refuse('Invalid Opening Quote', 'quotes around a whole cell', bounds[bound - 1])
          }
        }
        if (at === text.length) code = -1
        bounds[bound++] = at
      }

      if (code === LF || code === CR || code === -1) {
        // At the end of a chunk the row may go on, a quote be the first of two and a \r half of a \r\n.
        if (!this.#isEnd && (code === -1 || (code === CR && at + 1 === text.length))) return false
        if (code === CR && text.charCodeAt(at + 1) === LF) ++at
        this.#next = Math.min(at + 1, text.length)
        this.#lines += 1 + breaks
        this.cells = bound / 2
        this.#isLong = at - this.start >= LONG_CELLS * this.cells
        return true
      }
      at += delimiterLength
    }
  }

  /** Reads a row of one line, from one delimiter or quote to the next; false for any other, and for a mistake. */
  #readLine(): boolean {
    const text = this.source
    let at = this.start
    if (this.#feedAt < at) this.#feedAt = placeOf('\n', text, at)
    const feed = this.#feedAt
    if (feed === Number.POSITIVE_INFINITY) return false
    if (this.#returnAt < at) this.#returnAt = placeOf('\r', text, at)
    if (this.#returnAt < feed - 1) return false
    const end = Math.min(feed, this.#returnAt)
    let bounds = this.bounds
    let bound = 0
    for (;;) {
      if (bound === bounds.length) bounds = this.#grow(at)
      if (text.charCodeAt(at) === QUOTE) {
        let close = text.indexOf('"', at + 1)
        let doubled = 0
        while (close >= 0 && text.charCodeAt(close + 1) === QUOTE) {
          doubled = -1
          close = text.indexOf('"', close + 2)
        }
        if (close < 0 || close >= end) return false
        bounds[bound++] = at + 1
        bounds[bound++] = close ^ doubled
        at = close + 1
        if (at === end) break
        if (!text.startsWith(this.#delimiter, at)) return false
        at += this.#delimiter.length
        continue
      }
      if (this.#delimiterAt < at) this.#delimiterAt = placeOf(this.#delimiter, text, at)
      if (this.#quoteAt < at) this.#quoteAt = placeOf('"', text, at)
      const to = Math.min(this.#delimiterAt, end)
      if (this.#quoteAt < to) return false
      bounds[bound++] = at
      bounds[bound++] = to
      if (to === end) break
      at = to + this.#delimiter.length
    }
    this.#next = feed + 1
    this.#lines += 1
    this.cells = bound / 2
    this.#isLong = feed - this.start >= LONG_CELLS * this.cells
    return true
  }

  #skipBlankLines(): void {
    const text = this.source
    for (; this.#next < text.length; ++this.#next) {
      const code = text.charCodeAt(this.#next)
      if (code === CR) {
        if (!this.#isEnd && this.#next + 1 === text.length) return
        if (text.charCodeAt(this.#next + 1) === LF) ++this.#next
      } else if (code !== LF) return
      this.#lines += 1
    }
  }

  #grow(at: number): Int32Array<ArrayBuffer> {
    if (this.bounds.length === 2 * MOST_CELLS) {
      this.#refuse('Row Too Wide', `at most ${MOST_CELLS} cells in a row`, at)
    }
    const bounds = new Int32Array(2 * this.bounds.length)
    bounds.set(this.bounds)
    this.bounds = bounds
    return bounds
  }

  #refuse(mistake: string, expected: string, at: number): never {
    const line = this.startLine + countBreaks(this.source, this.start, at)
    const got = /^[^\r\n]*/.exec(this.source.slice(at, at + 80))![0]
    this.#isRead = true
    throw new FormatError(`CSV: ${mistake}: expected ${expected}, got ${shown(got)} in line ${line}`)
  }
}
