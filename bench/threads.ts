// What threads bring: `fit` with 1, 2, … threads against the caller's own, in turn in one run. Medians and spread of
// several rounds; samples a second of the training alone. Those that are numbered get exactly so many threads, which are
// measured and let go where they lose otherwise; 'auto' is measured as for any user (bench/threads-contended.ts).
//
//   npx tsx bench/threads.ts [most threads, default the cores] [--wide]

import { Network, type NetworkOptions } from '../src/index.ts'
import { availableCores } from '../src/threads/cores.ts'
import { measureThreads } from '../src/threads/crew.ts'
import { numbers } from './cases.ts'

interface Workload {
  readonly name: string
  readonly options: NetworkOptions
  readonly rows: number
  readonly batchSize: number
  readonly epochs: number
}

const sigmoid = (sizes: number[]): NetworkOptions => ({ sizes, activation: 'sigmoid', loss: 'quadratic' })
const classes = (sizes: number[]): NetworkOptions => ({ sizes, activation: 'relu', loss: 'crossEntropy' })
const workloads: Workload[] = [
  { name: '2-2-1', options: sigmoid([2, 2, 1]), rows: 4, batchSize: 4, epochs: 5000 },
  { name: '64-32-16-10', options: sigmoid([64, 32, 16, 10]), rows: 20_000, batchSize: 32, epochs: 20 },
  { name: '784-30-10', options: sigmoid([784, 30, 10]), rows: 20_000, batchSize: 10, epochs: 5 },
  { name: '784-64-10', options: classes([784, 64, 10]), rows: 20_000, batchSize: 32, epochs: 4 },
  { name: '784-512-512-10', options: classes([784, 512, 512, 10]), rows: 5120, batchSize: 128, epochs: 2 },
  {
    name: '1024-2048-2048-1024',
    options: { ...sigmoid([1024, 2048, 2048, 1024]), activation: 'relu' },
    rows: 1024,
    batchSize: 256,
    epochs: 1,
  },
]
const ROUNDS = 5

const most = Number(process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? availableCores())
const wide = process.argv.includes('--wide')
type Mode = { readonly name: string; readonly threads: number | 'auto'; readonly offThread: boolean }
const modes: Mode[] = [
  { name: 'caller', threads: 1, offThread: false },
  ...Array.from({ length: most }, (_, i) => ({ name: `${i + 1}`, threads: i + 1, offThread: true })),
  { name: 'auto', threads: 'auto', offThread: false },
]

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]

console.log(`Node ${process.version}, ${process.arch}, ${availableCores()} cores${wide ? ', wide' : ''}\n`)
console.log(`| network | batch | ${modes.map(({ name }) => name).join(' | ')} | auto takes |`)
console.log(`|---|---|${modes.map(() => '---|').join('')}---|`)
for (const { name, options, rows, batchSize, epochs } of workloads) {
  const net = (threads: number | 'auto') => new Network({ ...options, seed: 1, threads, wide })
  const { inputs, outputs } = net(1)
  const x = numbers(rows * inputs, 1)
  const y =
    options.loss === 'crossEntropy'
      ? Int32Array.from({ length: rows }, (_, r) => r % outputs)
      : numbers(rows * outputs, 2)
  const rates = modes.map((): number[] => [])
  let taken = 0
  for (let round = 0; round <= ROUNDS; ++round) {
    for (const [i, { threads, offThread }] of modes.entries()) {
      const options = { epochs, batchSize, learningRate: 1e-3, offThread }
      measureThreads(threads === 'auto')
      const history = await net(threads).fit({ x, y }, options)
      // The first round is for the compilers.
      if (round > 0) rates[i].push(history.samplesPerSecond)
      taken = history.threads
    }
  }
  const base = median(rates[0])
  const cells = rates.map((one) => {
    const middle = median(one)
    const spread = median(one.map((rate) => Math.abs(rate - middle)))
    return `${(middle / base).toFixed(2)}× (${Math.round(middle).toLocaleString('en')} ± ${((100 * spread) / middle).toFixed(0)}%)`
  })
  console.log(`| ${[name, batchSize, ...cells, taken].join(' | ')} |`)
}
