// Start-up: importing the package and building a first network, in a fresh process each time, from dist/ as a user
// does. What the process itself takes to start is reported apart.
//
//   npm run bench:startup
//   npm run bench:startup -- --processes 31 --kernels simd
//
// Pinned to one core the engine's compiling threads take their time from the same core: run it both ways.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machine, median, percent, spread, table } from './markdown.ts'

const { values: options } = parseArgs({
  options: {
    processes: { type: 'string', default: '21' },
    kernels: { type: 'string', default: 'auto' },
  },
})
const processes = Number(options.processes)
/** Milliseconds that the import and a first network may take. */
const MOST = 50

/** WebAssembly modules of a process so far. */
interface Modules {
  readonly compiled: number
  /** An engine without relaxed SIMD refuses the first that 'auto' tries. */
  readonly refused: number
}

interface Start {
  /** From the start of the process to the first line of the module. */
  readonly start: number
  readonly import: number
  readonly first: number
  readonly second: number
  readonly byTwo: Modules
  readonly byFits: Modules
  readonly kernels: string
}

const child = fileURLToPath(new URL('startup-child.mjs', import.meta.url))

function startOnce(sizes: readonly number[]): Start {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [child, JSON.stringify(sizes), options.kernels],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`${child}: ${stderr}`)
  return JSON.parse(stdout)
}

const networks = [
  [2, 2, 1],
  [784, 30, 10],
  [784, 512, 512, 10],
]
// The networks take turns. The first process of each brings the files from the disk: it is not counted.
const starts = networks.map((): Start[] => [])
for (let i = -1; i < processes; ++i) {
  for (const [n, sizes] of networks.entries()) {
    const start = startOnce(sizes)
    if (i >= 0) starts[n].push(start)
  }
}

const both = (one: Start) => one.import + one.first
const cell = (list: readonly Start[], of: (one: Start) => number) => {
  const values = list.map(of)
  return `${median(values).toFixed(1)} ±${percent(spread(values))} (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`
}
/** What every process says, or each of their answers. */
const modules = (list: readonly Modules[]) =>
  [
    ...new Set(
      list.map(({ compiled, refused }) => `${compiled}${refused ? ` (and ${refused} refused)` : ''}`),
    ),
  ].join(', ')
const { kernels } = starts[0][0]
console.log(
  `${machine()}, kernels '${kernels}'. Milliseconds in ${processes} fresh processes: median ±median absolute deviation (lowest–highest).\n`,
)
console.log(
  table(
    [
      'network',
      'start of the process',
      'import',
      'first network',
      'import and first network',
      'second network',
      'wasm compiled: by two networks',
      'and after a fit of each',
    ],
    networks.map((sizes, n) => [
      sizes.join('-'),
      cell(starts[n], (one) => one.start),
      cell(starts[n], (one) => one.import),
      cell(starts[n], (one) => one.first),
      cell(starts[n], both),
      cell(starts[n], (one) => one.second),
      modules(starts[n].map((one) => one.byTwo)),
      modules(starts[n].map((one) => one.byFits)),
    ]),
  ).join('\n'),
)
const over = networks.filter((_, n) => median(starts[n].map(both)) >= MOST)
console.log(
  over.length
    ? `Over ${MOST} ms: ${over.map((sizes) => sizes.join('-')).join(', ')}.`
    : `Import and first network take less than ${MOST} ms, by the medians.`,
)
