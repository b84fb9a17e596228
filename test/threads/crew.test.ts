// Who trains while workers come, lose and go: fits whose threads are measured, with real workers.

import { createRequire } from 'node:module'
import type { Worker as NodeWorker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { chooseBackend } from '../../src/backends/choose.ts'
import { Network, type SizedNetworkOptions } from '../../src/index.ts'
import { PREDICTS } from '../../src/program/capacity.ts'
import { makePlan } from '../../src/program/plan.ts'
import { Crew } from '../../src/threads/crew.ts'
import { idleWorkers, stopIdleWorkers } from '../../src/threads/pool.ts'
import { numbers } from '../helpers/random.ts'

const require = createRequire(import.meta.url)
const workerThreads = require('node:worker_threads')
const { Worker } = workerThreads as { Worker: typeof NodeWorker }

beforeEach(stopIdleWorkers)
afterEach(async () => {
  vi.restoreAllMocks()
  workerThreads.Worker = Worker
  await stopIdleWorkers()
})

/** The size of the team at every slice of the fits from now on, 0 for the caller's own thread. */
function watchTeams(): number[] {
  const sizes: number[] = []
  const { timed } = Crew.prototype
  vi.spyOn(Crew.prototype, 'timed').mockImplementation(function (this: Crew, rows, ms) {
    sizes.push(this.size)
    timed.call(this, rows, ms)
  })
  return sizes
}

const ROWS = 3000
const data = { x: numbers(ROWS * 64, 1), y: Int32Array.from({ length: ROWS }, (_, r) => r % 5) }
const network = (options: Partial<SizedNetworkOptions>) =>
  new Network({ sizes: [64, 96, 5], loss: 'crossEntropy', kernels: 'simd', seed: 1, ...options })
const bits = (net: Network) =>
  net.layers.map((_, l) => [...net.weights(l), ...net.biases(l)].join()).join('\n')

/** Half a second and more of one thread, in slices that the trial deals out. */
const LONG = { epochs: 300, batchSize: 16, learningRate: 0.01, validation: data }

describe('a fit whose threads are measured', () => {
  it.each([false, true])(
    'has the bits of one thread, whoever did the slices (offThread: %s)',
    async (offThread) => {
      const sizes = watchTeams()
      const [one, four] = [network({ threads: 1 }), network({ threads: 4 })]
      const [expected, got] = [await one.fit(data, LONG), await four.fit(data, { ...LONG, offThread })]
      expect(bits(four) === bits(one)).toBe(true)
      expect(got.loss).toEqual(expected.loss)
      expect(got.validationLoss).toEqual(expected.validationLoss)
      // The caller, or one worker for it; and a team.
      expect(sizes.includes(0)).toBe(!offThread)
      expect(sizes.some((size) => size > 1)).toBe(true)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(4)
      expect([1, 2, 4]).toContain(got.threads)
    },
  )

  it('starts no worker where that takes longer than the fit', async () => {
    const { threads } = await network({ threads: 8 }).fit(data, { epochs: 1, batchSize: 300 })
    expect([threads, idleWorkers()]).toEqual([1, 0])
  })

  it('goes on in its own thread, with a note, where no worker starts', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    workerThreads.Worker = class {
      constructor() {
        throw new Error('no more threads')
      }
    }
    const [one, two] = [network({ threads: 1 }), network({ threads: 2 })]
    await one.fit(data, LONG)
    const { threads } = await two.fit(data, LONG)
    expect(threads).toBe(1)
    expect(bits(two) === bits(one)).toBe(true)
    expect(warn.mock.calls.flat().join()).toContain('threads are unavailable here (no more threads)')
  })
})

describe('a crew', () => {
  const layers = [{ inputs: 3, units: 2, activation: 'linear', bias: true }] as const
  const plan = makePlan(
    { inputs: 3, outputs: 2, layers, loss: 'quadratic' },
    { ...PREDICTS, batchRows: 2, dataRows: 4, threads: 2, steps: 1 },
  )
  const hire = () => {
    const order = { most: 2, rows: 1e6, batchRows: 2, rowFlops: 20, offThread: false, auto: false }
    return Crew.hire(order, chooseBackend('simd').make(plan.elements, true).shared!, plan.sync.offset)
  }
  const work = (crew: Crew) => {
    for (let i = 0; i < 4; ++i) crew.timed(1000, 4)
  }

  it('that is dismissed while its workers start leaves them idle', async () => {
    const crew = await hire()
    work(crew)
    expect([crew.ready, crew.size]).toEqual([0, 0])
    crew.dismiss()
    expect(idleWorkers()).toBe(0)
    await vi.waitFor(() => expect(idleWorkers()).toBe(2))
    expect(crew.ready).toBe(0)
  })

  it('whose worker went before it had work does not wait for it', async () => {
    const started: NodeWorker[] = []
    workerThreads.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args)
        started.push(this)
      }
    }
    const crew = await hire()
    work(crew)
    await vi.waitFor(() => expect(crew.ready).toBe(2))
    await started[1].terminate()
    work(crew)
    expect(crew.size).toBe(0)
    crew.dismiss()
    expect(idleWorkers()).toBe(1)
  })
})
