// How long `fit` keeps the event loop: the longest time between two turns of it, while networks small and large
// train on every backend.
//
//   npx tsx bench/event-loop.ts

import { type KernelsName, Network, type NetworkOptions } from '../src/index.ts'
import { numbers } from './cases.ts'

type Where = 'here' | 'off thread' | 'two threads'

async function longestDelay(
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
  let epochs = 0
  await net.fit(
    { x, y },
    {
      epochs: 1000,
      batchSize,
      validation: { x: flat, y },
      offThread: where !== 'here',
      onEpoch: ({ epoch, seconds }) => {
        epochs = epoch
        return seconds < 2
      },
    },
  )
  running = false
  delays.sort((p, q) => q - p)
  return { epochs, longest: delays[0], percentile99: delays[Math.floor(delays.length / 100)] }
}

console.log(`Node ${process.version}, ${process.arch}\n`)
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
    const result = await longestDelay({ sizes, kernels, activation: 'sigmoid' }, rows, batch, nested, where)
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
