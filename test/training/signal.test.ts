// A signal ends each of the long calls within 50 ms on a machine that has nothing else to do; what each took is printed.

import { expect, it } from 'vitest'
import { crossValidate, Network, type NetworkOptions } from '../../src/index.ts'
import { numbers } from '../helpers/random.ts'

const ROWS = 200_000
const x = numbers(32 * ROWS, 1)
const y = Int32Array.from({ length: ROWS }, (_, r) => r % 10)
const data = { x, y }
const options: NetworkOptions = { sizes: [32, 400, 400, 10], loss: 'crossEntropy', seed: 1 }
const net = () => new Network({ ...options, kernels: 'simd', threads: 1 })

async function iterate(signal: AbortSignal): Promise<void> {
  for await (const _ of net().train(data, { epochs: 9, signal })) await Promise.resolve()
}

// Each of them seconds long.
const calls: [string, (signal: AbortSignal) => Promise<unknown>][] = [
  ['fit', (signal) => net().fit(data, { epochs: 9, signal })],
  ['fit by two threads', (signal) => net().fit(data, { epochs: 9, threads: 2, signal })],
  ['fit off the thread', (signal) => net().fit(data, { epochs: 9, offThread: true, signal })],
  [
    'fit by L-BFGS',
    (signal) => new Network({ ...options, optimizer: 'lbfgs', threads: 1 }).fit(data, { epochs: 9, signal }),
  ],
  ['train', iterate],
  ['partialFit', (signal) => net().partialFit(data, { signal })],
  ['evaluateAsync', (signal) => net().evaluateAsync(data, { signal })],
  ['predictAsync', (signal) => net().predictAsync(x, { signal })],
  ['classifyAsync', (signal) => net().classifyAsync(x, { signal })],
  ['diagnoseAsync', (signal) => net().diagnoseAsync(data, { signal })],
  ['crossValidate', (signal) => crossValidate(options, data, { fit: { epochs: 9 }, parallel: 1, signal })],
  [
    'crossValidate in two lanes',
    (signal) => crossValidate(options, data, { fit: { epochs: 9 }, parallel: 2, signal }),
  ],
]

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

// Times of a machine with other work are several times as long; each of the calls takes longer than this by itself.
const NOISY = 250

it.each(calls)(
  '%s is ended soon after its signal',
  async (name, run) => {
    const times: number[] = []
    // While the data are read, and later on.
    for (const after of [20, 300]) {
      let best = Number.POSITIVE_INFINITY
      for (let turn = 0; turn < 3 && best > 50; ++turn) {
        const stop = new AbortController()
        const from = performance.now()
        let ended = Number.NaN
        const call = run(stop.signal).then(
          () => {
            ended = performance.now()
          },
          (error) => {
            ended = performance.now()
            expect(error).toBe(stop.signal.reason)
          },
        )
        await wait(after)
        // It was at work until now, and the timer did not have to wait for its end.
        const aborted = performance.now()
        const late = aborted - from - after
        stop.abort(new Error('enough'))
        await call
        if (!(ended >= aborted)) break
        best = Math.min(best, Math.max(late, ended - aborted))
      }
      if (best !== Number.POSITIVE_INFINITY) times.push(best)
    }
    console.log(`${name}: ${times.map((time) => time.toFixed(0)).join(' and ')} ms`)
    expect(times.length, 'it was still at work').toBeGreaterThan(0)
    expect(Math.max(...times)).toBeLessThan(NOISY)
  },
  60_000,
)
