import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../../../src/base/errors.ts'
import { CsvRows } from '../../../src/data/csv/rows.ts'
import { runs } from '../../helpers/thorough.ts'
import { spectrum } from './csv-spectrum.ts'

interface Row {
  cells: string[]
  line: number
  /** Of each cell. */
  lines: number[]
}

function read(chunks: readonly string[], delimiter = ','): Row[] {
  const rows = new CsvRows(delimiter)
  const found: Row[] = []
  const take = () => {
    while (rows.next()) {
      const cells = rows.texts()
      expect(cells.length).toBe(rows.width)
      found.push({ cells, line: rows.line, lines: cells.map((_, c) => rows.lineOf(c)) })
    }
  }
  for (const chunk of chunks) {
    rows.push(chunk)
    take()
  }
  rows.end()
  take()
  return found
}

const cellsOf = (text: string, delimiter?: string) => read([text], delimiter).map(({ cells }) => cells)

/** What comes out, or the message of the FormatError. */
function outcome(chunks: readonly string[], delimiter?: string): Row[] | string {
  try {
    return read(chunks, delimiter)
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError)
    return (error as FormatError).message
  }
}

const junk = fc.constantFrom(
  ',',
  '\n',
  '\r',
  '\r\n',
  '"',
  '""',
  '1',
  'é',
  '😀',
  ' ',
  '\uFEFF',
  ';',
  '→',
  '\0',
)
const anyText = fc.array(junk, { maxLength: 12 }).map((pieces) => pieces.join(''))

describe('the rows of a CSV text', () => {
  it.each(spectrum)('csv-spectrum: %s', (_, text, rows) => {
    expect(cellsOf(text)).toEqual(rows)
    expect(read([...text]).map(({ cells }) => cells)).toEqual(rows)
  })

  it('has cells at both ends of a line, and between delimiters, that are empty', () => {
    expect(cellsOf(',\n,,\n"",')).toEqual([
      ['', ''],
      ['', '', ''],
      ['', ''],
    ])
    expect(cellsOf('""\n\n""')).toEqual([[''], ['']])
  })

  it('has as many cells as there are', () => {
    for (let width = 1; width <= 300; ++width) {
      const row = Array.from({ length: width }, (_, c) => String(c))
      expect(cellsOf(`${row.join()}\n${row.join()}`)).toEqual([row, row])
    }
  })

  it('passes over blank lines, and counts them', () => {
    for (const lineBreak of ['\n', '\r', '\r\n']) {
      const text = ['', '', 'a,"b', '', 'c",d', '', '"",', ''].join(lineBreak)
      const rows = [
        { cells: ['a', `b${lineBreak}${lineBreak}c`, 'd'], line: 3, lines: [3, 3, 5] },
        { cells: ['', ''], line: 7, lines: [7, 7] },
      ]
      expect(read([text])).toEqual(rows)
      expect(read([...text])).toEqual(rows)
    }
  })

  it('passes over a byte order mark at the start alone', () => {
    expect(cellsOf('\uFEFFa,\uFEFFb')).toEqual([['a', '\uFEFFb']])
    expect(cellsOf('\uFEFF"a"')).toEqual([['a']])
    expect(read(['', '\uFEFF', '\uFEFFa']).map(({ cells }) => cells)).toEqual([['\uFEFFa']])
  })

  it('tells a delimiter of several characters from its first ones', () => {
    expect(cellsOf('a-->b->c\n"-->"-->', '-->')).toEqual([
      ['a', 'b->c'],
      ['-->', ''],
    ])
    expect(cellsOf('1aba2ababa3', 'aba')).toEqual([['1', '2', 'ba3']])
  })

  it('says what is wrong with quotes, and in which line', () => {
    expect(outcome(['a\n\n1,"x\ny'])).toBe(
      'CSV: Quote Not Closed: expected a quote that ends the cell, got "\\"x" in line 3',
    )
    expect(outcome(['a\r\n"\r\n",b"c"'])).toBe(
      'CSV: Invalid Opening Quote: expected quotes around a whole cell, got "b\\"c\\"" in line 3',
    )
    expect(outcome(['"\n"x\n'])).toBe(
      'CSV: Invalid Closing Quote: expected a delimiter or the end of the line after the quote, got "x" in line 2',
    )
    expect(outcome(['"a"-b'], '->')).toContain('Invalid Closing Quote')
  })

  it('has no rows after a mistake', () => {
    const rows = new CsvRows(',')
    rows.push('a"\nb\nc')
    expect(() => rows.next()).toThrow(FormatError)
    expect(rows.next()).toBe(false)
  })

  it('comes out of any text as csv-parse reads it', () => {
    let rowsRead = 0
    const check = (text: string, delimiter: string) => {
      // csv-parse takes one kind of line break in a text, and a \0 behind a quote for the start of a comment.
      const plain = text.replaceAll('\r', '\n').replaceAll('\0', '')
      const mine = outcome([plain], delimiter)
      let theirs: string[][] | string
      try {
        theirs = parse(plain.replace(/^\uFEFF/, ''), {
          delimiter,
          record_delimiter: '\n',
          relax_column_count: true,
          skip_empty_lines: true,
        })
      } catch (error) {
        theirs = (error as Error).message
      }
      if (typeof theirs === 'string') {
        expect(typeof mine).toBe('string')
        expect((mine as string).split(':')[1].trim()).toBe(theirs.split(':')[0])
      } else {
        expect((mine as Row[]).map(({ cells }) => cells)).toEqual(theirs)
        rowsRead += theirs.length
      }
    }
    const delimiters = fc.constantFrom(',', ';', '→', '😀', '\t', ' ')
    fc.assert(fc.property(anyText, delimiters, check), { seed: 1, numRuns: runs(5000) })
    // Behind a row of long cells the ends of cells are searched for.
    const long = fc
      .array(anyText, { maxLength: 4 })
      .map((lines) => `${'long '.repeat(9)}\n${lines.join('long\n')}`)
    fc.assert(fc.property(long, delimiters, check), { seed: 4, numRuns: runs(5000) })
    expect(rowsRead).toBeGreaterThan(runs(2000))
  })

  it('gives back any rows that it is written from, wherever the chunks are cut', () => {
    const cell = fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), anyText)
    const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 5 })
    const quote = (s: string) => `"${s.replaceAll('"', '""')}"`
    fc.assert(
      fc.property(
        table,
        fc.constantFrom('\n', '\r', '\r\n'),
        fc.constantFrom(',', '\t', '→→'),
        fc.array(fc.nat(80), { maxLength: 6 }),
        (rows, lineBreak, delimiter, cuts) => {
          const text = rows.map((cells) => cells.map(quote).join(delimiter)).join(lineBreak)
          const at = [0, ...cuts.sort((a, b) => a - b), text.length]
          const chunks = at.slice(1).map((to, i) => text.slice(at[i], to))
          expect(read(chunks, delimiter).map(({ cells }) => cells)).toEqual(rows)
        },
      ),
      { seed: 2, numRuns: runs(2000) },
    )
  })

  it('comes out of any chunks as of the whole text', () => {
    const delimiters = fc.constantFrom(',', ';', '→→', ',;', ' ,')
    let refused = 0
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 5 }), delimiters, (chunks, delimiter) => {
        // A message quotes no more of the text than the chunk that it is found in.
        const mistake = (found: Row[] | string) =>
          typeof found === 'string' ? found.replace(/, got .* in line/, ' in line') : found
        const whole = mistake(outcome([chunks.join('')], delimiter))
        const behind = (found: Row[] | string) => (typeof found === 'string' ? 'refused' : found.slice(1))
        const inLong = mistake(outcome([`${'long'.repeat(9)}\n`, chunks.join('')], delimiter))
        const lower = (found: Row[] | string) =>
          typeof found === 'string'
            ? 'refused'
            : found.map(({ cells, line, lines }) => ({
                cells,
                line: line + 1,
                lines: lines.map((l) => l + 1),
              }))
        if (!chunks.join('').startsWith('\uFEFF')) expect(behind(inLong)).toEqual(lower(whole))
        expect(mistake(outcome(chunks, delimiter))).toEqual(whole)
        expect(mistake(outcome([...chunks.join('')], delimiter))).toEqual(whole)
        if (typeof whole === 'string') refused += 1
      }),
      { seed: 3, numRuns: runs(3000) },
    )
    expect(refused).toBeGreaterThan(runs(100))
  })

  it('has a limit of cells in a row', () => {
    const rows = new CsvRows(',')
    const widest = 2 ** 20
    rows.push(`${','.repeat(widest - 1)}\n${'long cell,'.repeat(3)}\n${','.repeat(widest)}\n`)
    expect([rows.next(), rows.width]).toEqual([true, widest])
    expect([rows.next(), rows.width]).toEqual([true, 4])
    expect(() => rows.next()).toThrow(
      'CSV: Row Too Wide: expected at most 1048576 cells in a row, got "" in line 3',
    )
  })

  it('has the limit of characters in a row that it is given, wherever the chunks are cut', () => {
    const message = 'CSV: Row Too Long: expected at most 10 characters in a row, got "'
    for (const cut of [1, 3, 100]) {
      for (const [text, line] of [
        ['12345678,\n12345678,a\n', 2],
        [`123\n\n"1234\n67890${'\n'.repeat(20)}`, 3],
        ['a\n12345678901', 2],
      ] as const) {
        const read = () => {
          const rows = new CsvRows(',', 10)
          for (let at = 0; at < text.length; at += cut) {
            rows.push(text.slice(at, at + cut))
            while (rows.next());
          }
          rows.end()
          while (rows.next());
        }
        expect(read).toThrow(message)
        expect(read).toThrow(new RegExp(`in line ${line}$`))
      }
    }
  })

  it('takes linear time for rows without a line feed, a delimiter or a quote, whatever is searched for', () => {
    for (const lineBreak of ['\r', '\n', '\r\n']) {
      for (const cell of ['long cell', '"long cell"', '"long cell",b', '"long\ncell",b', 'long cell,b']) {
        const rows = new CsvRows(',')
        const count = 400_000
        rows.push(`${cell}${lineBreak}`.repeat(count))
        rows.end()
        const start = performance.now()
        let read = 0
        while (rows.next()) read += 1
        expect(read).toBe(count)
        // Of quadratic time it would be minutes.
        expect(performance.now() - start, JSON.stringify([lineBreak, cell])).toBeLessThan(5000)
      }
    }
  })

  it('takes linear time for a cell of many chunks', () => {
    const time = (chunks: number) => {
      const chunk = 'x,"\n'.repeat(4).replaceAll('"', '""')
      const rows = new CsvRows(',')
      const start = performance.now()
      rows.push('"')
      for (let i = 0; i < chunks; ++i) {
        rows.push(chunk)
        rows.next()
      }
      rows.push('"')
      rows.end()
      expect(rows.next()).toBe(true)
      expect(rows.text(0).length).toBe(16 * chunks)
      return performance.now() - start
    }
    time(1000)
    // 3.2 MB in chunks of 20 characters: of quadratic time, 160,000 · 1.6 MB, it would be minutes.
    expect(time(160_000)).toBeLessThan(5000)
  })
})
