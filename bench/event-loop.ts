// How long nabla keeps the event loop: the longest time between two turns of it, while networks small and large train on
// every backend, and in the moments that are longer than the others: the order of millions of rows, abort and divergence of
// a wide network, predictions and evaluations of a whole data set.
//
//   npx tsx bench/event-loop.ts [fit | moments]

import { cpus } from 'node:os'
import { type KernelsName, Network, type NetworkOptions } from '../src/index.ts'
import { numbers } from './cases.ts'

type Where = 'here' | 'off thread' | 'two threads'

interface Delays {
  readonly longest: number
  readonly percentile99: number
}

/** The delays of a timer while the work is on. */
async function delaysOf(work: () => Promise<unknown>): Promise<Delays> {
  const delays: number[] = []
  let last = performance.now()
  let running = true
  const turn = () => {
    const now = performance.now()
    delays.push(now - last)
    last = now
    // A timer, not a loop of immediates: that would take a core of its own from the workers.
    if (running) setTimeout(turn, 1)
  }
  setTimeout(turn, 1)
  await work()
  running = false
  delays.push(performance.now() - last)
  delays.sort((p, q) => q - p)
  return { longest: delays[0], percentile99: delays[Math.floor(delays.length / 100)] }
}

async function fitDelays(
  options: NetworkOptions,
  rows: number,
  batchSize: number,
  nested: boolean,
  where: Where,
) {
  const net = new Network({ ...options, threads: where === 'two threads' ? 2 : 1 })
  const flat = numbers(rows * net.inputs, 1)
  const x = nested
    ? Array.from({ length: rows }, (_, r) => Array.from(flat.subarray(r * net.inputs, (r + 1) * net.inputs)))
    : flat
  const y = Int32Array.from({ length: rows }, (_, r) => r % net.outputs)
  let epochs = 0
  const fitOptions = {
    epochs: 1000,
    batchSize,
    validation: { x: flat, y },
    offThread: where !== 'here',
    onEpoch: ({ epoch, seconds }: { epoch: number; seconds: number }) => {
      epochs = epoch
      return seconds < 2
    },
  }
  const delays = await delaysOf(() => net.fit({ x, y }, fitOptions))
  net.dispose()
  return { epochs, ...delays }
}

async function fits() {
  console.log('| network | rows | batch | kernels | where | epochs | longest, ms | 99th percentile, ms |')
  console.log('|---|---|---|---|---|---|---|---|')
  const places: [KernelsName, Where][] = [
    ['simd', 'here'],
    ['simd', 'off thread'],
    ['simd', 'two threads'],
    ['reference', 'here'],
  ]
  for (const [kernels, where] of places) {
    for (const [sizes, rows, batch, nested] of [
      [[2, 2, 1], 4, 4, false],
      [[784, 30, 10], 60_000, 10, false],
      [[784, 30, 10], 20_000, 10, true],
      [[784, 512, 512, 10], 2000, 128, false],
      [[1024, 2048, 2048, 1024], 512, 256, false],
    ] as [number[], number, number, boolean][]) {
      const result = await fitDelays({ sizes, kernels, activation: 'sigmoid' }, rows, batch, nested, where)
      const cells = [
        sizes.join('-'),
        `${rows}${nested ? ' (nested arrays)' : ''}`,
        batch,
        kernels,
        where,
        result.epochs,
        result.longest.toFixed(0),
        result.percentile99.toFixed(0),
      ]
      console.log(`| ${cells.join(' | ')} |`)
    }
  }
}

/** Work whose delays are asked for, each on a network and data of its own. */
const moments: Record<string, () => () => Promise<unknown>> = {
  'fit of 4 million rows, shuffled': () => {
    const net = new Network({ sizes: [2, 2, 1], threads: 1 })
    const data = { x: numbers(8e6, 1), y: new Float32Array(4e6) }
    return () => net.fit(data, { batchSize: 1024 })
  },
  'fit of 4 million rows, in order': () => {
    const net = new Network({ sizes: [2, 2, 1], threads: 1 })
    const data = { x: numbers(8e6, 1), y: new Float32Array(4e6) }
    return () => net.fit(data, { batchSize: 1024, shuffle: false })
  },
  'abort of 1024-4096-4096-1024': () => {
    const net = new Network({ sizes: [1024, 4096, 4096, 1024], threads: 1 })
    const data = { x: numbers(512 * 1024, 1), y: numbers(512 * 1024, 2) }
    return () => net.fit(data, { batchSize: 64, signal: AbortSignal.timeout(1500) }).catch(() => {})
  },
  'divergence of 1024-4096-4096-1024': () => {
    const net = new Network({ sizes: [1024, 4096, 4096, 1024], threads: 1, activation: 'linear' })
    const data = { x: numbers(512 * 1024, 1), y: numbers(512 * 1024, 2) }
    return () => net.fit(data, { batchSize: 64, learningRate: 1e30 }).catch(() => {})
  },
  'predictAsync, 784-512-512-10, 20,000 rows': () => {
    const net = new Network({ sizes: [784, 512, 512, 10] })
    const x = numbers(20_000 * 784, 1)
    return () => net.predictAsync(x)
  },
  'evaluateAsync, the same': () => {
    const net = new Network({ sizes: [784, 512, 512, 10] })
    const [x, y] = [numbers(20_000 * 784, 1), numbers(200_000, 2)]
    return () => net.evaluateAsync({ x, y })
  },
}

console.log(`${cpus()[0].model}, Node ${process.version}\n`)
const which = process.argv[2]
if (which !== 'moments') await fits()
if (which !== 'fit') {
  console.log('\n| moment | longest, ms | 99th percentile, ms |')
  console.log('|---|---|---|')
  for (const [name, prepare] of Object.entries(moments)) {
    const { longest, percentile99 } = await delaysOf(prepare())
    console.log(`| ${name} | ${longest.toFixed(0)} | ${percentile99.toFixed(0)} |`)
  }
}
