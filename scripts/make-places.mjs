// Makes the tables of docs/places.md anew, of what `npm run test:runtimes` found in each place (build/reports/places.json).
// Between the two marks of the page; the rest of it is written by hand.

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const page = fileURLToPath(new URL('../docs/places.md', import.meta.url))
const places = JSON.parse(readFileSync(new URL('../build/reports/places.json', import.meta.url), 'utf8'))

const BEGIN = '<!-- of scripts/make-places.mjs -->'
const END = '<!-- to here -->'

const row = (cells) => `| ${cells.join(' | ')} |`
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

/** How a training can leave the thread: in threads that share memory, in one worker, or not. */
const threadsOf = ({ kernels, sharedMemory, offThread, notes = [] }) => {
  if (kernels === 'reference') return 'the caller’s'
  const refused = notes.some((note) => note.includes("in the caller's thread"))
  if (refused || !offThread) return 'the caller’s'
  return sharedMemory ? 'threads, or one worker' : 'one worker'
}

const milliseconds = (value) => (value === undefined ? '' : `${value}`)
const rates = (value) => (value === undefined ? '' : Number(value.toPrecision(2)).toLocaleString('en-GB'))

const order = ['command line', 'page', 'Web Worker', 'service worker', 'edge', 'React Native']
const trained = places.filter(({ where }) => order.includes(where))
trained.sort((a, b) => order.indexOf(a.where) - order.indexOf(b.where) || (a.runtime < b.runtime ? -1 : 1))

const rows = trained.map((one) => [
  one.runtime,
  [one.where, one.under && `(${one.under})`].filter(Boolean).join(' '),
  `'${one.kernels}'`,
  threadsOf(one),
  [one.aborted && 'abort', one.resumed && 'resume', one.saved && 'save', one.files && 'files']
    .filter(Boolean)
    .join(', '),
  milliseconds(one.start),
  one.gaps ? `${one.gaps.here} / ${one.gaps.away}` : '',
  rates(one.gaps?.rowsPerSecond),
])

const bundlers = places.filter(({ where }) => where === 'bundler').map(({ runtime }) => runtime)
const made = [
  table(
    [
      'runtime',
      'place',
      'kernels',
      'training',
      'tested too',
      'start, ms',
      'longest gap, ms',
      'rows a second',
    ],
    rows,
  ),
  `Bundled, with no configuration: ${bundlers.join(', ')}.`,
].join('\n\n')

const text = readFileSync(page, 'utf8')
const [begin, end] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)]
if (begin < BEGIN.length || end < begin) throw new Error(`${page}: expected the marks ${BEGIN} and ${END}`)
writeFileSync(page, `${text.slice(0, begin)}\n\n${made}\n\n${text.slice(end)}`)
