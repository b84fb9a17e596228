// Reading tables of numbers from CSV: readCsv against the fastest of papaparse, csv-parse and udsv, each brought to the
// same Float32Array. The readers take turns; each round's ratio is of two neighbours in time.
//
//   npx tsx bench/csv.ts
//   npx tsx bench/csv.ts --rounds 31 --megabytes 16
//
// udsv makes functions from texts, which a strict content security policy forbids; the others do not.

import { parseArgs } from 'node:util'
import { parse } from 'csv-parse/sync'
import Papa from 'papaparse'
import { inferSchema, initParser } from 'udsv'
import { PhiloxStream, SPLIT } from '../src/base/random.ts'
import { readCsv } from '../src/data/index.ts'
import { machine, median, number, percent, spread, table } from './markdown.ts'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, megabytes: { type: 'string', default: '8' } },
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

type Reader = (text: string, columns: number) => Float32Array
const readers: Record<string, Reader> = {
  nabla: (text) => readCsv(text, { target: null }).x,
  udsv: (text, columns) => flatten(initParser(inferSchema(text)).typedArrs(text), columns),
  'udsv, as strings': (text, columns) => flatten(initParser(inferSchema(text)).stringArrs(text), columns),
  papaparse: (text, columns) =>
    flatten(Papa.parse<string[]>(text, { skipEmptyLines: true }).data.slice(1), columns),
  'csv-parse': (text, columns) => flatten(parse(Buffer.from(text), { from_line: 2 }) as string[][], columns),
}
const names = Object.keys(readers)

console.log(
  `${machine()}. Megabytes a second of texts of ${options.megabytes} MB: median of ${rounds} rounds ±median absolute deviation; then nabla's share of the fastest other one's time, round by round.\n`,
)
const lines: unknown[][] = []
for (const [kind, cell] of Object.entries(cells)) {
  for (const columns of [5, 785]) {
    const text = write(columns, cell)
    const expected = readers.nabla(text, columns)
    const times = new Map(names.map((name): [string, number[]] => [name, []]))
    // The first round brings the functions to speed: it is not counted.
    for (let round = -1; round < rounds; ++round) {
      for (const name of names) {
        const start = performance.now()
        const read = readers[name](text, columns)
        const time = performance.now() - start
        if (round >= 0) times.get(name)!.push(time)
        if (read.length !== expected.length || read.some((value, i) => value !== expected[i])) {
          throw new Error(`${name} read other numbers: ${kind}`)
        }
      }
    }
    const of = (name: string) => times.get(name)!
    const fastest = names.slice(1).reduce((best, name) => (median(of(name)) < median(of(best)) ? name : best))
    const ratios = of('nabla').map((time, round) => time / of(fastest)[round])
    lines.push([
      `${kind}, ${columns} columns`,
      ...names.map((name) => `${number(text.length / 1e3 / median(of(name)))} ±${percent(spread(of(name)))}`),
      `${median(ratios).toFixed(2)} (${fastest})`,
    ])
  }
}
console.log(table(['text', ...names, 'time by the fastest'], lines).join('\n'))
