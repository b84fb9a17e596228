// Fits in threads: their bits, and the workers that they start.

import { createRequire } from 'node:module'
import type { Worker } from 'node:worker_threads'
import { Network, type SizedNetworkOptions } from '../../src/index.ts'
import { numbers } from './random.ts'

export const ROWS = 67

/** Every other value 0 where `sparse`, so that the first layer takes lists of nonzeros. */
export const inputs = (columns: number, sparse: boolean) =>
  numbers(ROWS * columns, 1).map((value, i) => (sparse && (i * 7) % 3 < 2 ? 0 : value))

const parametersOf = (net: Network) =>
  net.layers.flatMap((_, l) => [net.weights(l), net.biases(l)].map((values) => Buffer.from(values.buffer)))

export function bitsOf(net: Network): string {
  return Buffer.concat(parametersOf(net)).toString('hex')
}

/** Work that takes a second or more, and a way to wait until it is under way. */
export function longFit(options: Partial<SizedNetworkOptions> = {}, signal?: AbortSignal) {
  const net = new Network({ sizes: [256, 300, 300, 10], seed: 1, kernels: 'simd', threads: 2, ...options })
  const data = { x: numbers(2000 * 256, 1), y: Int32Array.from({ length: 2000 }, (_, r) => r % 10) }
  let begin: () => void
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  let atLastEpoch = ''
  const done = net.fit(data, {
    epochs: 10_000,
    batchSize: 32,
    learningRate: 0.001,
    ...(signal && { signal }),
    onEpoch: ({ epoch }) => {
      atLastEpoch = bitsOf(net)
      if (epoch === 2) begin()
    },
  })
  return { net, data, begun, done, atLastEpoch: () => atLastEpoch }
}

const require = createRequire(import.meta.url)
const workerThreads = require('node:worker_threads') as { Worker: typeof Worker }

/** Every worker that is started while the function runs. */
export async function workersStarted(work: () => Promise<unknown>): Promise<Worker[]> {
  const started: Worker[] = []
  const Original = workerThreads.Worker
  workerThreads.Worker = class extends Original {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args)
      started.push(this)
    }
  }
  try {
    await work()
  } finally {
    workerThreads.Worker = Original
  }
  return started
}
