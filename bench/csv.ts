// Reading CSV: readCsv and readTable against the fastest of papaparse, csv-parse and udsv, each brought to the same
// Float32Array, or to the same columns. The readers take turns in a random order; each round has a ratio. Times are the
// CPU time of the process, which other processes disturb less; its garbage collector's threads are in it.
//
// nabla is the built package: through tsx, which keeps the names of classes, those with private fields took twice the time (Node 20).
//
//   npm run build && npx tsx bench/csv.ts
//   npx tsx bench/csv.ts --rounds 31 --megabytes 16
//   npx tsx bench/csv.ts --only texts      # tables and rows of them whose name has this in it
//
// udsv makes functions from texts, which a strict content security policy forbids; the others do not.

import { parseArgs } from 'node:util'
import { parse } from 'csv-parse/sync'
import Papa from 'papaparse'
import { inferSchema, initParser } from 'udsv'
import { readCsv, readTable } from '../dist/data.js'
import { PhiloxStream, SPLIT } from '../src/base/random.ts'
import { machine, median, number, percent, spread, table } from './markdown.ts'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    megabytes: { type: 'string', default: '8' },
    only: { type: 'string', default: '' },
  },
})
const rounds = Number(options.rounds)
const bytes = 1e6 * Number(options.megabytes)

const random = new PhiloxStream(1, SPLIT)
/** From 0 up to 1. */
const uniform = () => random.uniform()
const cells = {
  'pixels 0 … 255': () => (uniform() < 0.8 ? '0' : String(Math.floor(256 * uniform()))),
  'measures such as 5.1': () => (10 * uniform()).toFixed(1),
  'six digits such as -1.234567': () => (4 * uniform() - 2).toFixed(6),
  'all digits of a float64': () => String(Math.sqrt(uniform())),
  'quoted numbers': () => `"${(10 * uniform()).toFixed(1)}"`,
}

const WORDS = ['Private', 'Self-emp-not-inc', 'Federal-gov', 'Never-married', 'Some-college', 'Rome', '']
const word = () => WORDS[Math.floor(WORDS.length * uniform())]
const name = () => `${WORDS[0]} ${Math.floor(1e9 * uniform())}`
/** Cells of the columns in turn. */
const inTurn = (...kinds: (() => string)[]) => {
  let at = 0
  return () => kinds[at++ % kinds.length]()
}
/** Of six columns, or two. */
const texts = {
  'categories and numbers': inTurn(
    word,
    cells['measures such as 5.1'],
    word,
    word,
    cells['pixels 0 … 255'],
    word,
  ),
  'quoted categories': () => `"${word()}"`,
  'names that all differ': name,
  'quoted texts with quotes and commas': () => `"${word()}, ""${word()}"""`,
}

/** In another order each time: who comes next pays for collecting the garbage of the one before. */
const shuffled = <T>(list: readonly T[]): T[] =>
  list
    .map((one) => ({ one, at: uniform() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)

function write(columns: number, cell: () => string): string {
  const lines = [Array.from({ length: columns }, (_, c) => `column ${c}`).join()]
  for (let length = 0; length < bytes; length += lines.at(-1)!.length + 1) {
    lines.push(Array.from({ length: columns }, cell).join())
  }
  return `${lines.join('\n')}\n`
}

/** The numbers below the header, row by row. */
function flatten(rows: readonly ArrayLike<unknown>[], columns: number): Float32Array {
  const numbers = new Float32Array(rows.length * columns)
  let i = 0
  for (const row of rows) for (let c = 0; c < columns; ++c) numbers[i++] = Number(row[c])
  return numbers
}

/** The same by columns. */
type Columns = (Float64Array | string[])[]
function turn(rows: readonly ArrayLike<unknown>[]): Columns {
  return Array.from({ length: rows[0].length }, (_, c) => {
    const isNumber =
      typeof rows[0][c] === 'number' || (rows[0][c] !== '' && !Number.isNaN(Number(rows[0][c])))
    return isNumber ? Float64Array.from(rows, (row) => Number(row[c])) : rows.map((row) => row[c] as string)
  })
}

type Reader<T> = (text: string, columns: number) => T
const utf8 = new TextEncoder()
let bytesOfText = new Uint8Array(0)
const papaRows = (text: string) => Papa.parse<string[]>(text, { skipEmptyLines: true }).data.slice(1)
const csvParseRows = (text: string) => parse(Buffer.from(text), { from_line: 2 }) as string[][]

const numberReaders: Record<string, Reader<Float32Array>> = {
  nabla: (text) => readCsv(text, { target: null }).x,
  'nabla, of bytes': () => readCsv(bytesOfText, { target: null }).x,
  udsv: (text, columns) => flatten(initParser(inferSchema(text)).typedArrs(text), columns),
  'udsv, as strings': (text, columns) => flatten(initParser(inferSchema(text)).stringArrs(text), columns),
  papaparse: (text, columns) => flatten(papaRows(text), columns),
  'csv-parse': (text, columns) => flatten(csvParseRows(text), columns),
}
const columnReaders: Record<string, Reader<Columns>> = {
  nabla: (text) => readTable(text).columns,
  'nabla, of bytes': () => readTable(bytesOfText).columns,
  udsv: (text) =>
    (initParser(inferSchema(text)).typedCols(text) as unknown[][]).map((column) =>
      typeof column[0] === 'number' ? Float64Array.from(column as number[]) : (column as string[]),
    ),
  'udsv, as strings': (text) => turn(initParser(inferSchema(text)).stringArrs(text)),
  papaparse: (text) => turn(papaRows(text)),
  'csv-parse': (text) => turn(csvParseRows(text)),
}

// An empty text is null to udsv.
const isSameArray = (a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean => {
  for (let i = 0; i < a.length; ++i) if ((a[i] ?? '') !== b[i]) return false
  return a.length === b.length
}

function race<T extends ArrayLike<unknown>>(
  title: string,
  readers: Record<string, Reader<T>>,
  kinds: readonly (readonly [kind: string, columns: number, cell: () => string])[],
  isSame: (a: T, b: T) => boolean,
): void {
  const names = Object.keys(readers)
  const lines: unknown[][] = []
  for (const [kind, columns, cell] of kinds) {
    if (!`${title}: ${kind}`.includes(options.only)) continue
    const text = write(columns, cell)
    bytesOfText = utf8.encode(text)
    const expected = readers.nabla(text, columns)
    const times = new Map(names.map((one): [string, number[]] => [one, []]))
    // The first round brings the functions to speed: it is not counted.
    for (let round = -1; round < rounds; ++round) {
      for (const one of shuffled(names)) {
        const start = process.cpuUsage()
        const read = readers[one](text, columns)
        const { user, system } = process.cpuUsage(start)
        const time = (user + system) / 1e3
        if (round >= 0) times.get(one)!.push(time)
        if (!isSame(read, expected)) throw new Error(`${one} read other cells: ${kind}`)
      }
    }
    const of = (one: string) => times.get(one)!
    const others = names.filter((one) => !one.startsWith('nabla'))
    const fastest = others.reduce((best, one) => (median(of(one)) < median(of(best)) ? one : best))
    const ratios = of('nabla').map((time, round) => time / of(fastest)[round])
    lines.push([
      `${kind}, ${columns} columns`,
      ...names.map((one) => `${number(text.length / 1e3 / median(of(one)))} ±${percent(spread(of(one)))}`),
      `${median(ratios).toFixed(2)} (${fastest})`,
    ])
  }
  if (lines.length === 0) return
  console.log(`${table([title, ...names, 'time by the fastest'], lines).join('\n')}\n`)
}

console.log(
  `${machine()}. Megabytes of text a second of CPU time, texts of ${options.megabytes} MB: median of ${rounds} rounds ±median absolute deviation; then nabla's share of the fastest other one's time, round by round.\n`,
)
const numbers = Object.entries(cells).flatMap(([kind, cell]) =>
  [5, 785].map((columns) => [kind, columns, cell] as const),
)
race('readCsv: numbers to a Float32Array', numberReaders, numbers, isSameArray)
const isSameColumns = (a: Columns, b: Columns) =>
  a.length === b.length && a.every((column, c) => isSameArray(column, b[c]))
race('readTable: numbers to columns', columnReaders, numbers, isSameColumns)
race(
  'readTable: texts to columns',
  columnReaders,
  Object.entries(texts).map(([kind, cell]) => [kind, 6, cell] as const),
  isSameColumns,
)
