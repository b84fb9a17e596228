// What a network keeps where training ends before its time: never half a step, never a number that is not finite.

import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { DivergedError, type KernelsName, Network, type SizedNetworkOptions } from '../../src/index.ts'
import { measureThreads } from '../../src/threads/crew.ts'
import { stopIdleWorkers } from '../../src/threads/pool.ts'
import { runsRelaxed } from '../helpers/backends.ts'
import { numbers } from '../helpers/random.ts'
import { thoroughly } from '../helpers/thorough.ts'

// Each fit takes the threads that it is told.
measureThreads(false)

const kernels: KernelsName[] = ['reference', 'simd', ...(runsRelaxed ? (['relaxed'] as const) : [])]

/** A digest of every bit of the parameters. */
function bitsOf(net: Network): string {
  const hash = createHash('sha256')
  net.layers.forEach((_, l) => {
    hash.update(net.weights(l)).update(net.biases(l))
  })
  return hash.digest('hex')
}

describe.each(kernels)('on %s', (name) => {
  const make = (options: Partial<SizedNetworkOptions> = {}) =>
    new Network({ sizes: [4, 5, 2], activation: 'linear', seed: 1, kernels: name, threads: 1, ...options })
  const x = numbers(4 * 6, 1)

  it('trainBatch leaves the parameters where its step would make them infinite, of a loss that is not', () => {
    const net = make()
    const before = bitsOf(net)
    const y = numbers(2 * 6, 2, 1e10)
    expect(() => net.trainBatch(x, y, { learningRate: 1e35 })).toThrow(DivergedError)
    expect(bitsOf(net) === before).toBe(true)
    expect(net.loss(x, y)).toBeGreaterThan(1e18)
    // The network is as good as new.
    expect(net.trainBatch(x, numbers(2 * 6, 2), { learningRate: 0.1 })).toBeLessThan(10)
    expect(bitsOf(net) === before).toBe(false)
  })

  it('fit and trainBatch take an infinite loss for a divergence, though its step is finite', async () => {
    const net = make()
    const before = bitsOf(net)
    const y = numbers(2 * 6, 2)
    // (1e30)² is beyond float32, and 1e-32 · 1e30 is little.
    y[2 * 4] = 1e30
    const options = { learningRate: 1e-32, batchSize: 2, epochs: 2, shuffle: false }
    const error = await net.fit({ x, y }, options).catch((cause) => cause)
    expect(error).toBeInstanceOf(DivergedError)
    expect(error.message).toMatch(/epoch 1, batch 3\b/)
    expect(() => net.trainBatch(x, y, { learningRate: 1e-32 })).toThrow(DivergedError)
    expect(bitsOf(net) === before).toBe(true)
  })
})

describe('an abort', () => {
  it('leaves whole steps, whenever it comes', { timeout: 180_000 }, async () => {
    // Half of a step is the update of one matrix, in several slices.
    const rows = 64
    const options = { sizes: [2048, 512, 8], kernels: 'reference', threads: 1, seed: 1 } as const
    const data = { x: numbers(rows * 2048, 3), y: numbers(rows * 8, 4) }
    // An epoch is a step.
    const training = { batchSize: rows, shuffle: false, learningRate: 0.001 }
    const net = new Network(options)
    const whole = [bitsOf(net)]
    await net.fit(data, { ...training, epochs: 6, onEpoch: () => whole.push(bitsOf(net)) })
    expect(new Set(whole).size).toBe(7)
    let steps = 0
    for (let turn = 1; steps < 2; turn += thoroughly(1, 7)) {
      const other = new Network(options)
      const controller = new AbortController()
      const running = other.fit(data, { ...training, epochs: 1000, signal: controller.signal })
      // The event loop comes here once for each time that fit lets it.
      let turns = 0
      const count = () => {
        turns += 1
        if (turns === turn) controller.abort(new Error('enough'))
        else setImmediate(count)
      }
      setImmediate(count)
      await expect(running).rejects.toThrow('enough')
      steps = whole.indexOf(bitsOf(other))
      expect(steps, `turn ${turn}`).toBeGreaterThanOrEqual(0)
    }
  })
})

const require = createRequire(import.meta.url)
const workerThreads = require('node:worker_threads') as { Worker: typeof Worker }

afterEach(stopIdleWorkers)

describe('a worker that is lost', () => {
  const ROWS = 4000
  /** Fits, and terminates a worker instead of giving it the slice of the third epoch that `isDue` says. */
  async function loseWorker(isDue: (firstRow: number, endRow: number) => boolean) {
    const data = { x: numbers(ROWS * 64, 1), y: Int32Array.from({ length: ROWS }, (_, r) => r % 10) }
    const net = new Network({ sizes: [64, 400, 400, 10], seed: 1, kernels: 'simd', threads: 2 })
    let epochs = 0
    let lost = false
    let slices = 0
    const Original = workerThreads.Worker
    workerThreads.Worker = class extends Original {
      override postMessage(message: { call: string; args: number[] }) {
        // args: from, to, firstRow, endRow, …
        if (!lost && epochs === 2 && message.call === 'run') {
          slices += 1
          if (isDue(message.args[2], message.args[3])) {
            lost = true
            this.terminate()
            return
          }
        }
        super.postMessage(message)
      }
    }
    const kept: string[] = []
    const onEpoch = () => {
      epochs += 1
      kept.push(bitsOf(net))
    }
    try {
      const running = net.fit(data, { epochs: 1000, batchSize: 16, learningRate: 0.001, onEpoch })
      await expect(running).rejects.toThrow('a worker thread was lost')
    } finally {
      workerThreads.Worker = Original
    }
    return { net, kept, slices, lost }
  }

  it.each([
    ['first', (firstRow: number) => firstRow === 0],
    ['second', (firstRow: number) => firstRow > 0],
    ['last', (_: number, endRow: number) => endRow === ROWS],
  ] as const)('in the %s slice of an epoch leaves the last good epoch', async (name, isDue) => {
    const { net, kept, slices, lost } = await loseWorker(isDue)
    expect([kept.length, lost]).toEqual([2, true])
    // Slices of this epoch before the one that was lost have moved the parameters.
    if (name === 'last') expect(slices).toBeGreaterThan(2)
    expect(bitsOf(net) === kept[1]).toBe(true)
    expect(kept[0] === kept[1]).toBe(false)
  })
})
