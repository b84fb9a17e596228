// `offThread` where memory cannot be shared: one worker trains in a memory of its own, to the same bits.

import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Worker } from 'node:worker_threads'
// Loaded before its SharedArrayBuffer is gone, which Node itself needs there.
import * as loaded from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BackendError, DivergedError, Network, type SizedNetworkOptions } from '../../src/index.ts'
import { idleWorkers, PooledWorker, stopIdleWorkers } from '../../src/threads/pool.ts'
import { stripedKinds, titleOf } from '../helpers/optimizers.ts'
import { numbers } from '../helpers/random.ts'
import { thoroughly } from '../helpers/thorough.ts'

beforeEach(() => {
  expect(loaded.isMainThread).toBe(true)
  vi.stubGlobal('SharedArrayBuffer', undefined)
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await stopIdleWorkers()
})

const bitsOf = (net: Network): string => {
  const hash = createHash('sha256')
  for (const l of net.layers.keys()) hash.update(net.weights(l)).update(net.biases(l))
  return hash.digest('hex')
}

const make = (options: Partial<SizedNetworkOptions> = {}) =>
  new Network({ sizes: [64, 37, 5], loss: 'crossEntropy', seed: 4, kernels: 'simd', ...options })

const dataOf = (rows: number, sparse: boolean) => ({
  x: numbers(rows * 64, 1).map((v, i) => (sparse && i % 5 ? 0 : v)),
  y: Int32Array.from({ length: rows }, (_, r) => r % 5),
})

describe.each([
  ['dense rows', false, 'sgd', false],
  ['lists of nonzeros', true, 'sgd', false],
  ...stripedKinds.map((one) => [`dense rows, by ${titleOf(one)}`, false, one, false] as const),
  ...stripedKinds.map(
    (one) => [`lists of nonzeros, by ${titleOf(one)}`, true, one, one.name === 'adam'] as const,
  ),
  ['rows that have weights', false, 'sgd', true],
] as const)('a fit off the thread without shared memory, on %s', (_, sparse, optimizer, weighted) => {
  it("leaves the bits of the caller's thread, epoch by epoch, with validation and a second call", async () => {
    const weights = weighted ? numbers(403, 3).map(Math.abs) : undefined
    const data = { ...dataOf(403, sparse), weights }
    const validation = { ...dataOf(100, false), weights: weights?.slice(0, 100) }
    const train = async (offThread: boolean) => {
      const net = make({ optimizer })
      const seen: string[] = []
      const losses: number[] = []
      const onEpoch = () => void seen.push(bitsOf(net))
      const options = { epochs: 3, batchSize: 32, validation, offThread, onEpoch }
      const histories = [
        await net.fit(data, options),
        await net.fit(data, { ...options, batchSize: 7, shuffle: false }),
        await net.fit(data, { ...options, epochs: 1, onBatch: ({ loss }) => void losses.push(loss) }),
      ]
      const figures = histories.map((one) => [
        one.loss,
        one.accuracy,
        one.validationLoss,
        one.validationAccuracy,
      ])
      return {
        seen,
        losses,
        figures,
        bits: bitsOf(net),
        step: net.trainBatch(data.x, data.y),
        after: bitsOf(net),
      }
    }
    const here = await train(false)
    expect(idleWorkers()).toBe(0)
    const there = await train(true)
    expect(idleWorkers()).toBe(1)
    expect(there).toEqual(here)
    expect(new Set(here.seen).size).toBe(7)
  })
})

it('shuffles 70,000 rows in several parts to the order of one', async () => {
  const x = numbers(70_000, 1)
  const train = async (offThread: boolean) => {
    const net = new Network({ sizes: [1, 1], seed: 2 ** 40 + 1, kernels: 'simd' })
    await net.fit({ x, y: x }, { epochs: 2, batchSize: 1000, offThread })
    return bitsOf(net)
  }
  expect(await train(true)).toBe(await train(false))
  vi.unstubAllGlobals()
  // In shared memory too.
  expect(await train(true)).toBe(await train(false))
})

it('is aborted between two slices, the steps that are done kept', async () => {
  const net = make({ sizes: [64, 300, 300, 5] })
  const stop = new AbortController()
  let atEpoch = ''
  await expect(
    net.fit(dataOf(30_000, false), {
      offThread: true,
      epochs: 100,
      batchSize: 16,
      learningRate: 0.001,
      signal: stop.signal,
      onEpoch: () => {
        atEpoch = bitsOf(net)
        // Some slices later, in the middle of the second epoch.
        setTimeout(() => stop.abort(new Error('enough')), 60)
      },
    }),
  ).rejects.toThrow('enough')
  expect(atEpoch).not.toBe('')
  expect(bitsOf(net) === atEpoch).toBe(false)
  expect(net.weights(0).every(Number.isFinite)).toBe(true)
  expect(idleWorkers()).toBe(1)
})

it('keeps the parameters of the last good epoch where the loss diverges', async () => {
  const net = make()
  const before = bitsOf(net)
  const data = dataOf(100, false)
  await expect(
    net.fit({ ...data, x: data.x.map((v) => v * 1e20) }, { offThread: true, learningRate: 1e30 }),
  ).rejects.toBeInstanceOf(DivergedError)
  expect(bitsOf(net)).toBe(before)
  expect((await net.fit(data, { offThread: true })).threads).toBe(1)
})

it('keeps them where the worker is lost, and trains again', async () => {
  const require = createRequire(import.meta.url)
  const workerThreads = require('node:worker_threads') as { Worker: typeof Worker }
  const started: Worker[] = []
  const Original = workerThreads.Worker
  workerThreads.Worker = class extends Original {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args)
      started.push(this)
    }
  }
  try {
    const net = make({ sizes: [64, 200, 200, 5] })
    const data = dataOf(3000, false)
    let atEpoch = ''
    const fit = net.fit(data, {
      offThread: true,
      epochs: 1000,
      learningRate: 0.001,
      onEpoch: ({ epoch }) => {
        atEpoch = bitsOf(net)
        if (epoch === 2) setTimeout(() => started[0].terminate(), 20)
      },
    })
    await expect(fit).rejects.toBeInstanceOf(BackendError)
    expect(bitsOf(net) === atEpoch).toBe(true)
    expect((await net.fit(data, { offThread: true, learningRate: 0.001 })).epochs).toBe(1)
    expect(started.length).toBe(2)
  } finally {
    workerThreads.Worker = Original
  }
})

describe('a worker that is lost while its parameters are fetched', () => {
  const require = createRequire(import.meta.url)
  const workerThreads = require('node:worker_threads') as { Worker: typeof Worker }
  const Original = workerThreads.Worker
  afterEach(() => {
    workerThreads.Worker = Original
  })

  /** Ends the worker at the fetch that `isDue` says, its answer on the way or not: the first is that of epoch 1. */
  const loseAtFetch = (isDue: (fetch: number) => boolean) => {
    let fetches = 0
    workerThreads.Worker = class extends Original {
      override postMessage(message: { call: string; reads?: unknown[] }, transfer: ArrayBuffer[]) {
        if (message.call === 'copy' && message.reads && isDue(++fetches)) this.terminate()
        else super.postMessage(message, transfer)
      }
    }
  }

  it('at the end of an epoch takes that epoch back, a part of it being here or not', async () => {
    // Parameters of 1.2 million: two pieces an epoch.
    loseAtFetch((fetch) => fetch === 4)
    const net = make({ sizes: [64, 1100, 1050, 5] })
    let atEpoch = ''
    const onEpoch = () => {
      atEpoch = bitsOf(net)
    }
    const fit = net.fit(dataOf(60, false), { offThread: true, epochs: 5, learningRate: 0.001, onEpoch })
    await expect(fit).rejects.toBeInstanceOf(BackendError)
    expect(atEpoch).not.toBe('')
    expect(bitsOf(net) === atEpoch).toBe(true)
  })

  it('after an abort leaves the abort its reason, and the last epoch', async () => {
    loseAtFetch((fetch) => fetch === 2)
    const net = make({ sizes: [64, 200, 200, 5] })
    const stop = new AbortController()
    let atEpoch = ''
    const fit = net.fit(dataOf(30_000, false), {
      offThread: true,
      epochs: 50,
      batchSize: 16,
      learningRate: 0.001,
      signal: stop.signal,
      onEpoch: () => {
        atEpoch = bitsOf(net)
        setTimeout(() => stop.abort(new Error('enough')), 40)
      },
    })
    await expect(fit).rejects.toThrow('enough')
    expect(bitsOf(net) === atEpoch).toBe(true)
  })
})

it.each([
  ['without shared memory', false],
  ['in shared memory', true],
])('takes a long step in parts, so that an abort does not wait for all of it: %s', async (_, shared) => {
  if (shared) vi.unstubAllGlobals()
  const calls = vi.spyOn(PooledWorker.prototype, 'call')
  const x = numbers(512 * 784, 1)
  const y = Int32Array.from({ length: 512 }, (__, r) => r % 10)
  const train = async (offThread: boolean) => {
    const sizes = [784, 2048, 2048, 10]
    const net = new Network({ sizes, loss: 'crossEntropy', kernels: 'simd', threads: 1, seed: 3 })
    await net.fit({ x, y }, { epochs: thoroughly(2, 1), batchSize: 256, offThread })
    return bitsOf(net)
  }
  expect(await train(true)).toBe(await train(false))
  const parts = calls.mock.calls.map(([call]) => (call.call === 'run' ? call.args[6] : 0))
  expect(Math.max(...parts)).toBeGreaterThan(1)
  calls.mockRestore()
})
