// How cost grows: samples/s and GFLOP/s of `fit` against width, batch, depth and rows; what a prime size costs over the
// next multiple of 16; and what a sample costs in memory.
//
//   npm run bench:growth                        Markdown on standard output, progress on standard error
//   npm run bench:growth -- --out bench/GROWTH.md
//   npm run bench:growth -- --only primes,memory   of: width, batch, depth, rows, primes, memory
//   npm run bench:growth -- --kernels simd
//   npm run bench:growth -- --seconds 0.5       length of one repetition, 0.2 by default
//   npm run bench:growth -- --quick             fewer sizes, short repetitions: to see that it runs, not to be quoted
//
// For one core start it as `taskset -c 1 npm run bench:growth`; the head of the report says which cores it had. The
// repetitions of all sizes take turns, so that a slow minute of the machine meets all of them alike.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type KernelsName, Network } from '../src/index.ts'
import { flopsOf, numbers } from './cases.ts'
import { memory } from './growth-memory.ts'
import { chart, machine, median, number, percent, spread, table } from './markdown.ts'

const SECTIONS = ['width', 'batch', 'depth', 'rows', 'primes', 'memory']
const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: SECTIONS.join() },
    kernels: { type: 'string', default: 'auto' },
    seconds: { type: 'string' },
    out: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
})
const { quick } = options
const kernels = options.kernels as KernelsName
const seconds = Number(options.seconds ?? (quick ? 0.03 : 0.2))
const wanted = options.only.split(',')
const unknown = wanted.filter((name) => !SECTIONS.includes(name))
if (unknown.length) throw new Error(`--only: expected some of ${SECTIONS}, got ${unknown}`)
if (!(seconds > 0)) throw new Error(`--seconds: expected a number above 0, got ${options.seconds}`)
const repetitions = quick ? 3 : 7
/** What an odd size may cost over the next multiple of 16. */
const MOST_OVER = 1.15

interface Point {
  readonly sizes: readonly number[]
  readonly batch: number
  readonly rows: number
}

/** Samples a second of one point, a repetition each. */
type Rates = number[]

const block = numbers(1 << 20, 1)
/** Random numbers, the same block over and over: drawing them all would take longer than training on them. */
function data(length: number): Float32Array {
  const values = new Float32Array(length)
  for (let at = 0; at < length; at += block.length) values.set(block.subarray(0, length - at), at)
  return values
}

// An epoch of at least so much work, so that what is done once in an epoch (the shuffle, a copy of the parameters) does
// not count for more than in a real training, and of at least so many steps.
const FLOPS_AN_EPOCH = 2e7
const STEPS_AN_EPOCH = 8
const rowsFor = (sizes: readonly number[], batch: number) =>
  batch * Math.ceil(Math.max(STEPS_AN_EPOCH, FLOPS_AN_EPOCH / (flopsOf(sizes) * batch)))

const point = (sizes: readonly number[], batch: number): Point => ({
  sizes,
  batch,
  rows: rowsFor(sizes, batch),
})

/** Rates of every point, their repetitions in turn. */
async function measure(title: string, points: readonly Point[]): Promise<Rates[]> {
  const trials = points.map(({ sizes, batch, rows }) => {
    // A step too small to change much: the work depends on sizes alone, but zeros and infinities would be special.
    const optimizer = { name: 'sgd', learningRate: 1e-6 } as const
    const net = new Network({
      threads: 1,
      sizes: [...sizes],
      loss: 'quadratic',
      initializer: 'heUniform',
      optimizer,
      kernels,
    })
    const set = { x: data(rows * sizes[0]), y: data(rows * sizes.at(-1)!) }
    const train = async (epochs: number) =>
      (await net.fit(set, { epochs, batchSize: batch })).samplesPerSecond
    return { train, rows, epochs: 1 }
  })
  // The warm-up finds out how many epochs fill a repetition.
  for (const trial of trials) {
    const end = performance.now() + 1000 * seconds
    do {
      const rate = await trial.train(trial.epochs)
      trial.epochs = Math.max(1, Math.min(Math.ceil((seconds * rate) / trial.rows), 8 * trial.epochs))
    } while (performance.now() < end)
  }
  const rates: Rates[] = trials.map(() => [])
  for (let repetition = 0; repetition < repetitions; ++repetition) {
    process.stderr.write(`${title}: repetition ${repetition + 1} of ${repetitions}\n`)
    for (const [i, { train, epochs }] of trials.entries()) rates[i].push(await train(epochs))
  }
  return rates
}

const nameOf = (sizes: readonly number[]) => sizes.join('-')

/** One section: a rate for each x, two plots, a table, and where the GFLOP/s fall from one size to the next. */
async function curve(
  what: string,
  xs: readonly number[],
  points: readonly Point[],
  peak: number | undefined,
) {
  const rates = await measure(what, points)
  const samples = rates.map(median)
  const gflops = samples.map((rate, i) => (rate * flopsOf(points[i].sizes)) / 1e9)
  const falls = xs.flatMap((x, i) =>
    i > 0 && gflops[i] * MOST_OVER < gflops[i - 1]
      ? [`${xs[i - 1]} → ${x} (${gflops[i - 1].toFixed(1)} → ${gflops[i].toFixed(1)})`]
      : [],
  )
  return [
    ...chart(`samples/s by ${what}`, xs, samples),
    ...chart(`GFLOP/s by ${what}`, xs, gflops),
    ...table(
      [what, 'network', 'batch', 'rows', 'samples/s', 'spread', 'GFLOP/s', ...(peak ? ['of the peak'] : [])],
      xs.map((x, i) => [
        number(x),
        what === 'depth' ? `64 inputs, 64 × ${x}` : nameOf(points[i].sizes),
        points[i].batch,
        number(points[i].rows),
        number(samples[i]),
        percent(spread(rates[i])),
        gflops[i].toFixed(1),
        ...(peak ? [percent(gflops[i] / peak)] : []),
      ]),
    ),
    falls.length
      ? `GFLOP/s fall by more than 15% from one size to the next at: ${falls.join('; ')}.`
      : 'From no size to the next do the GFLOP/s fall by more than 15%.',
    '',
  ]
}

const next16 = (n: number) => Math.ceil(n / 16) * 16

/** Pairs of an odd size and the next multiple of 16: how much longer a step takes, repetition by repetition. */
async function odd(what: string, sizes: readonly number[], pointOf: (size: number) => Point) {
  const wide = sizes.map(next16)
  const rates = await measure(
    `prime ${what}`,
    sizes.flatMap((size, i) => [pointOf(size), pointOf(wide[i])]),
  )
  const stepOf = (size: number, rate: number) => pointOf(size).batch / rate
  const gflops = (size: number, rate: number) => (rate * flopsOf(pointOf(size).sizes)) / 1e9
  const results = sizes.map((size, i) => {
    const [own, its] = [rates[2 * i], rates[2 * i + 1]]
    const ratios = own.map((rate, r) => stepOf(size, rate) / stepOf(wide[i], its[r]))
    return { size, wide: wide[i], ratios, own: median(own), its: median(its) }
  })
  const step = (size: number, rate: number) => [
    number(1e6 * stepOf(size, rate)),
    gflops(size, rate).toFixed(1),
  ]
  const misses = results.filter(({ ratios }) => median(ratios) > MOST_OVER)
  // The other way round: a multiple of 16 that is a cliff itself.
  const slow = results.filter(({ size, wide, own, its }) => gflops(wide, its) * MOST_OVER < gflops(size, own))
  return [
    ...table(
      [what, 'step, µs', 'GFLOP/s', 'next × 16', 'step, µs', 'GFLOP/s', 'ratio', 'spread', 'range', ''],
      results.map(({ size, wide, ratios, own, its }) => [
        size,
        ...step(size, own),
        wide,
        ...step(wide, its),
        median(ratios).toFixed(2),
        percent(spread(ratios)),
        `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`,
        median(ratios) > MOST_OVER ? '**over 1.15**' : '',
      ]),
    ),
    misses.length
      ? `Of ${sizes.length} primes ${misses.length} cost more than 15% over the next multiple of 16: ${misses.map(({ size, ratios }) => `${size} (${median(ratios).toFixed(2)}×)`).join(', ')}.`
      : `None of the ${sizes.length} primes costs more than 15% over the next multiple of 16.`,
    '',
    ...(slow.length
      ? [
          `Multiples of 16 that run at more than 15% fewer GFLOP/s than the prime before them: ${slow.map(({ size, wide, own, its }) => `${wide} (${gflops(wide, its).toFixed(1)} against ${gflops(size, own).toFixed(1)})`).join(', ')}.`,
          '',
        ]
      : []),
  ]
}

/** GFLOP/s of one core in these kernels' instructions, from the WebAssembly loop of the peers' bench. */
function measurePeak(relaxed: boolean): number | undefined {
  const file = fileURLToPath(new URL('peers/peak.mjs', import.meta.url))
  const { status, stdout } = spawnSync(process.execPath, [file], { encoding: 'utf8' })
  if (status !== 0) return undefined
  return JSON.parse(stdout)[relaxed ? 'wasm relaxed madd 128-bit' : 'wasm mul+add 128-bit']
}

const doublings = (from: number, to: number, step = 1) => {
  const list: number[] = []
  for (let x = from; x <= to; x *= 2) {
    list.push(x)
    if (step === 0.5 && 1.5 * x < to && Number.isInteger(1.5 * x)) list.push(1.5 * x)
  }
  return list
}

const lines: string[] = []
const section = async (
  name: string,
  title: string,
  about: string,
  body: () => Promise<string[]> | string[],
) => {
  if (!wanted.includes(name)) return
  lines.push(`## ${title}`, '', ...(about ? [about, ''] : []), ...(await body()))
}

const began = performance.now()
const chosen = new Network({ sizes: [1, 1], kernels }).kernels
const peak = measurePeak(chosen === 'relaxed')

await section(
  'width',
  'Width',
  'Three layers of units of one width, inputs, hidden and outputs, batch 32.',
  () => {
    const widths = quick ? doublings(8, 512, 0.5) : doublings(8, 4096, 0.5)
    const points = widths.map((width) => point([width, width, width], 32))
    return curve('width', widths, points, peak)
  },
)
await section('batch', 'Batch', 'A network of 256-256-256.', () => {
  const batches = quick ? doublings(1, 128) : doublings(1, 1024, 0.5)
  const points = batches.map((batch) => point([256, 256, 256], batch))
  return curve('batch', batches, points, peak)
})
await section('depth', 'Depth', '64 inputs and so many layers of 64 units, batch 32.', () => {
  const depths = quick ? doublings(1, 8) : doublings(1, 32, 0.5)
  const points = depths.map((depth) => point(Array(depth + 1).fill(64), 32))
  return curve('depth', depths, points, peak)
})
await section(
  'rows',
  'Rows of the data',
  'A network of 64-32-10, batch 32: an epoch over ever more rows.',
  () => {
    const counts = quick ? doublings(1024, 16_384) : doublings(1024, 1 << 20)
    const points = counts.map((rows) => ({ sizes: [64, 32, 10], batch: 32, rows }))
    return curve('rows', counts, points, peak)
  },
)
await section(
  'primes',
  'Prime sizes',
  'A step at a prime size against one at the next multiple of 16, in turn. The ratio is of the times of two neighbouring repetitions; the multiple of 16 does more work, which the GFLOP/s show.',
  async () => {
    const widths = [7, 13, 17, 31, 37, 61, 67, 127, 131, 251, 257, 509, 521, 1021, 1031]
    const batches = [7, 13, 17, 31, 37, 61, 67, 127, 131, 251, 257]
    const small = (list: number[]) => (quick ? list.filter((n) => n < 150) : list)
    return [
      '### Width: inputs, hidden and outputs of that many units, batch 32',
      '',
      ...(await odd('width', small(widths), (width) => point([width, width, width], 32))),
      '### Batch: 256-256-256',
      '',
      ...(await odd('batch', small(batches), (batch) => point([256, 256, 256], batch))),
    ]
  },
)
await section('memory', 'Memory', '', () => memory(quick))

const text = [
  `# How cost grows${quick ? ' (quick: too short to quote)' : ''}`,
  '',
  `${machine()}, kernels '${chosen}', one thread. ` +
    `${repetitions} repetitions of ${seconds} s; medians, the spread is the median absolute deviation. ` +
    (peak ? `The peak of one core in these instructions, measured now: ${peak} GFLOP/s. ` : '') +
    `${((performance.now() - began) / 60_000).toFixed(1)} minutes in all. Made by \`npm run bench:growth\`.`,
  '',
  ...lines,
].join('\n')
if (options.out) writeFileSync(options.out, text)
else console.log(text)
