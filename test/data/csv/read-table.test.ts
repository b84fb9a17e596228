import { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { FormatError, NablaError, OptionError } from '../../../src/base/errors.ts'
import {
  type CsvTable,
  type CsvTableOptions,
  fitFeatures,
  fitTarget,
  readTable,
  readTables,
  sampleTables,
} from '../../../src/data/index.ts'
import { runs } from '../../helpers/thorough.ts'

const homes = 'city,zip,area,sold\nRome,00184,80,yes\n"Paris, 5e",75005,,no\n ,10115,55.5,yes\n'

const bytes = (text: string) => new TextEncoder().encode(text)
const { NaN: none } = Number

const failure = (text: unknown, options?: CsvTableOptions): string => {
  try {
    readTable(text as string, options)
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError)
    return (error as FormatError).message
  }
  return expect.fail('read without an error')
}

describe('readTable', () => {
  it('gives numbers in float64 and texts as they are, by columns', () => {
    const table = readTable(homes)
    expect(table).toEqual({
      names: ['city', 'zip', 'area', 'sold'],
      rows: 3,
      columns: [
        ['Rome', 'Paris, 5e', ' '],
        Float64Array.of(184, 75005, 10115),
        Float64Array.of(80, none, 55.5),
        ['yes', 'no', 'yes'],
      ],
    })
    expect(readTable(bytes(homes))).toEqual(table)
    expectTypeOf(table.columns).toEqualTypeOf<(Float64Array | string[])[]>()
  })

  it('takes the types that it is told', () => {
    expect(readTable(homes, { types: { zip: 'text' } }).columns[1]).toEqual(['00184', '75005', '10115'])
    expect(failure(homes, { types: { city: 'number' } })).toBe(
      'CSV: line 2, column "city": expected a number or an empty cell, got "Rome"',
    )
    expect(failure(homes, { types: { town: 'text' } })).toBe(
      'CSV: expected options.types for columns among 0 "city", 1 "zip", 2 "area", 3 "sold", got "town"',
    )
  })

  it('takes texts that stand for no value', () => {
    const text = 'a,b,c\nNA,NA, ? \n1,x,y\n?,y,NAN\n'
    expect(readTable(text, { missing: ['NA', '?'] }).columns).toEqual([
      Float64Array.of(none, 1, none),
      ['', 'x', 'y'],
      ['', 'y', 'NAN'],
    ])
    expect(readTable(text).columns[0]).toEqual(['NA', '1', '?'])
  })

  it('takes a number for no value where it is listed as one', () => {
    const text = 'a,b\n-999,1\n-999.0,-999\n"-999", -999 \n-998,-9990\n'
    expect(readTable(text, { missing: ['-999'] }).columns).toEqual([
      Float64Array.of(Number.NaN, -999, Number.NaN, -998),
      Float64Array.of(1, Number.NaN, Number.NaN, -9990),
    ])
    expect(readTable('a\n-999\nx\n', { missing: ['-999'] }).columns).toEqual([['', 'x']])
  })

  it('makes a column one of texts whichever cell is the first that is no number', () => {
    for (let odd = 0; odd < 200; odd += 7) {
      const cells = Array.from({ length: 200 }, (_, r) => (r === odd ? 'odd' : r % 3 === 0 ? '' : ` ${r}.0`))
      const late = cells.map((cell, r) => (r >= 190 ? 'late' : cell === 'odd' ? '5' : cell))
      const text = `a,n,b\n${cells.map((cell, r) => `${cell},${r},${late[r]}`).join('\n')}`
      expect(readTable(text).columns).toEqual([cells, Float64Array.from(cells, (_, r) => r), late])
    }
  })

  it('keeps numbers that only float64 has', () => {
    const numbers = [2 ** 53 - 1, 0.1, 1e300, -5e-324, 1.7976931348623157e308]
    expect(readTable(`a\n${numbers.join('\n')}`).columns).toEqual([Float64Array.from(numbers)])
    for (const text of ['1e999', 'Infinity', 'NaN', '0x10', '1_000', '1,5', '٣']) {
      expect(readTable(`a\n"${text}"\n1`).columns).toEqual([[text, '1']])
    }
  })

  it('has columns of names that objects have', () => {
    const types = JSON.parse('{"__proto__":"text","constructor":"text"}')
    const { names, columns } = readTable('__proto__,constructor,toString\n1,2,3', { types })
    expect(names).toEqual(['__proto__', 'constructor', 'toString'])
    expect(columns).toEqual([['1'], ['2'], Float64Array.of(3)])
  })

  it('gives what features and targets are fitted to', () => {
    const table = readTable(homes, { types: { zip: 'text' } })
    const features = fitFeatures(table, { columns: { zip: 'ignored' }, except: ['sold'] })
    expect(features.names).toEqual(['city=Paris, 5e', 'city=Rome', 'area'])
    expect([...features.transform(table).subarray(0, 2)]).toEqual([0, 1])
    expect([...fitTarget(table, 'sold').encode(table)]).toEqual([1, 0, 1])
  })

  it('keeps one string of a text that comes again', () => {
    // The memory of strings is seen by nothing but the heap: 2,000,000 of them are 60 MB or more, the list of them 16.
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    const before = process.memoryUsage().heapUsed
    const { columns } = readTable(bytes(`a\n${'Never-married\nSome-college\n'.repeat(1e6)}`))
    collect()
    const used = process.memoryUsage().heapUsed - before
    expect(columns[0].length).toBe(2e6)
    expect(used).toBeLessThan(50e6)
  })

  it('refuses what is no table', () => {
    expect(failure('')).toBe('CSV: expected at least one row, got an empty text')
    expect(failure('a,b\n')).toBe('CSV: expected at least one row below the header, got none')
    expect(failure('a,b\n1\n')).toBe('CSV: line 2: expected 2 cells, got 1')
    expect(failure('a,a\n1,2')).toContain('expected column names that differ')
    expect(failure(3)).toBe('CSV: expected a text or its bytes, got 3')
    for (const [stream, shown] of [
      [Readable.from(['a,b\n1,2']), 'a Readable'],
      [new Blob(['a,b\n1,2']).stream(), 'a ReadableStream'],
    ] as const) {
      expect(failure(stream)).toBe(
        `CSV: expected a text or its bytes, got ${shown}; readTables() reads streams`,
      )
    }
    expect(failure('a\n"x')).toBe(
      'CSV: Quote Not Closed: expected a quote that ends the cell, got "\\"x" in line 2',
    )
    for (const options of [
      { types: { a: 'float' } },
      { types: 3 },
      { missing: 'NA' },
      { missing: [1] },
      { encoding: 'x' },
      { rowsAtOnce: 3 },
    ]) {
      expect(() => readTable('a\n1', options as CsvTableOptions)).toThrow(OptionError)
    }
  })

  const megabytes = runs(100)
  it(`reads a table that a quote makes of ${megabytes} MB, or says that it is not closed`, {
    timeout: 120_000,
  }, () => {
    const open = `a,b\n1,"${'x,y\n'.repeat(250_000 * megabytes)}`
    expect(failure(open)).toMatch(/^CSV: Quote Not Closed: .* in line 2$/)
    expect(failure(bytes(open))).toMatch(/^CSV: Quote Not Closed: .* in line 2$/)
    const closed = `a,b\n1,"${'x,y\n'.repeat(2_500_000)}"`
    expect((readTable(closed).columns[1][0] as string).length).toBe(10_000_000)
  })

  it('refuses a table that is too wide', () => {
    expect(failure(','.repeat(2 ** 20))).toMatch(/^CSV: Row Too Wide: expected at most 1048576 cells/)
    const names = Array.from({ length: 50_000 }, (_, c) => `c${c}`)
    const { columns } = readTable(`${names.join()}\n${names.fill('1').join()}\n`)
    expect([columns.length, columns[49_999][0]]).toEqual([50_000, 1])
  })
})

// A column of texts has one that is no number; a table of one column has no row of an empty cell, which is a blank line.
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '"',
    '""',
    ',',
    '\n',
    '\r',
    '\r\n',
    '\0',
    '\ud800',
    'x\udc00',
    'NA',
    '1',
    '-0',
    '𝒳',
    '\uFEFF',
  ),
)
const anyNumber = fc.oneof(
  fc.double({ noDefaultInfinity: true }),
  fc.integer().map((n) => n / 8),
)
const anyName = fc.string({ unit: 'grapheme', maxLength: 6 }).map((name) => name.trim())

const anyTable = fc.integer({ min: 1, max: 12 }).chain((rows) => {
  const texts = fc
    .array(anyText, { minLength: rows, maxLength: rows })
    .map((list) => list.with(rows - 1, `${list[rows - 1]}x`))
  const numbers = fc.array(anyNumber, { minLength: rows, maxLength: rows }).map((list) =>
    // String() writes −0 as 0.
    Float64Array.from(list, (n) => n + 0),
  )
  return fc
    .array(fc.tuple(anyName, fc.oneof(texts, numbers)), { minLength: 1, maxLength: 5 })
    .map((columns) => {
      const names = columns.map(([name], c) => `${name}${c}`)
      return { names, rows, columns: columns.map(([, column]) => column) } as CsvTable
    })
})

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
const needsQuotes = (text: string) => text === '' || /[",\r\n\uFEFF]/.test(text)

/** The table as RFC 4180 has it; `isSparing` where only what has to be is quoted. */
function written({ names, rows, columns }: CsvTable, lineBreak: string, isSparing: boolean): string {
  const cell = (value: string | number) => {
    if (typeof value === 'number') return Number.isNaN(value) ? '""' : String(value)
    return isSparing && !needsQuotes(value) ? value : quoted(value)
  }
  const lines = [names.map(cell).join()]
  for (let r = 0; r < rows; ++r) lines.push(columns.map((column) => cell(column[r])).join())
  return lines.join(lineBreak)
}

const isWellFormed = (text: string) => !/\p{Surrogate}/u.test(text)

async function all(tables: AsyncIterable<CsvTable>): Promise<CsvTable[]> {
  const found = []
  for await (const table of tables) found.push(table)
  return found
}

/** Tables of the same columns as one. */
const joined = (tables: readonly CsvTable[]): CsvTable => ({
  names: tables[0].names,
  rows: tables.reduce((sum, { rows }) => sum + rows, 0),
  columns: tables[0].columns.map((first, c) => {
    const cells = tables.flatMap(({ columns }) => [...(columns[c] as string[])])
    return first instanceof Float64Array ? Float64Array.from(cells, Number) : cells
  }),
})

const pieces = <T extends string | Uint8Array>(whole: T, cuts: readonly number[]): T[] => {
  const at = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length]
  return at.slice(1).map((to, i) => whole.slice(at[i], to) as T)
}

describe('a table that is written as RFC 4180', () => {
  it('reads back equal, from a text, from bytes, and from a stream of either that is cut anywhere', async () => {
    let streams = 0
    await fc.assert(
      fc.asyncProperty(
        anyTable,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        fc.array(fc.nat(2000), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (table, lineBreak, isSparing, cuts, rowsAtOnce) => {
          const text = written(table, lineBreak, isSparing)
          expect(readTable(text)).toEqual(table)
          const types = Object.fromEntries(
            table.columns.map((column, c) => [
              table.names[c],
              column instanceof Float64Array ? ('number' as const) : ('text' as const),
            ]),
          )
          const options = { types, rowsAtOnce }
          const inTexts = await all(readTables(pieces(text, cuts), options))
          expect(inTexts.slice(0, -1).every(({ rows }) => rows === rowsAtOnce)).toBe(true)
          expect(joined(inTexts)).toEqual(table)
          if (!isWellFormed(text)) return
          streams += 1
          expect(readTable(bytes(text))).toEqual(table)
          expect(joined(await all(readTables(pieces(bytes(text), cuts), options)))).toEqual(table)
          // Without types the first table says them.
          expect(joined(await all(readTables(pieces(bytes(text), cuts))))).toEqual(table)
        },
      ),
      { seed: 1, numRuns: 1000 },
    )
    expect(streams).toBeGreaterThan(500)
  })

  it('is read alike, or refused alike, in whole and in parts', async () => {
    const junk = fc.constantFrom(
      '1',
      'x',
      ',',
      '\n',
      '\r',
      '"',
      '""',
      ' ',
      '\uFEFF',
      '\0',
      'é',
      '😀',
      'a,b\n',
      '1,2\n',
    )
    const outcome = async (read: () => CsvTable | Promise<CsvTable>) => {
      try {
        return await read()
      } catch (error) {
        if (error instanceof NablaError) return error.message.replace(/, got .* in line/, ' in line')
        throw error
      }
    }
    let refused = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(junk, { maxLength: 14 }),
        fc.array(fc.nat(40), { maxLength: 5 }),
        async (parts, cuts) => {
          const text = parts.join('')
          const whole = await outcome(() => readTable(text))
          if (typeof whole === 'string') refused += 1
          const stream = () => readTables(pieces(bytes(text), cuts))
          expect(await outcome(async () => joined(await all(stream())))).toEqual(whole)
          const sampled = await outcome(() => sampleTables(stream()))
          expect(sampled).toEqual(whole)
        },
      ),
      { seed: 2, numRuns: 2000 },
    )
    expect(refused).toBeGreaterThan(200)
    expect(refused).toBeLessThan(1900)
  })
})
