// Workers that come, go and die without taking anything along.

import { readdirSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { chooseBackend } from '../../src/backends/choose.ts'
import { Engine } from '../../src/engine/engine.ts'
import { BackendError, Network } from '../../src/index.ts'
import { PREDICTS } from '../../src/program/capacity.ts'
import { makePlan } from '../../src/program/plan.ts'
import { measureThreads } from '../../src/threads/crew.ts'
import { idleWorkers, stopIdleWorkers } from '../../src/threads/pool.ts'
import { Team } from '../../src/threads/team.ts'
import { numbers } from '../helpers/random.ts'
import { runs, thoroughly } from '../helpers/thorough.ts'
import { bitsOf, longFit, workersStarted } from '../helpers/threads.ts'

// What is compared here is what the threads leave, so each fit takes those that it is told: trial.test.ts is about how many.
measureThreads(false)

describe('an end while the workers start', () => {
  const data = { x: numbers(64, 1), y: numbers(64, 2) }
  const begin = (signal?: AbortSignal) => {
    const net = new Network({ sizes: [1, 2, 1], seed: 5, kernels: 'simd', threads: 1 })
    const { hireTeam } = Engine.prototype
    const hired = new Promise<void>((resolve) => {
      vi.spyOn(Engine.prototype, 'hireTeam').mockImplementation(function (this: Engine, order) {
        resolve()
        return hireTeam.call(this, order)
      })
    })
    const options = { epochs: 5, offThread: true, ...(signal && { signal }) }
    const fit = net.fit(data, options)
    fit.catch(() => {})
    return { net, fit, hired }
  }

  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('ends the fit where the signal is aborted', async () => {
    const controller = new AbortController()
    const { fit, hired } = begin(controller.signal)
    await hired
    controller.abort(new RangeError('enough'))
    await expect(fit).rejects.toThrow('enough')
  })

  it('ends the fit where the network is disposed', async () => {
    const { net, fit, hired } = begin()
    await hired
    net.dispose()
    await expect(fit).rejects.toThrow(/fit: the network is disposed/)
  })
})

afterEach(stopIdleWorkers)

describe('a worker that is killed', () => {
  it('rejects fit with a BackendError; the last good epoch is kept, and the network trains again', async () => {
    let fit!: ReturnType<typeof longFit>
    const workers = await workersStarted(async () => {
      fit = longFit()
      await fit.begun
    })
    expect(workers.length).toBe(2)
    const epochsBefore = fit.atLastEpoch()
    await Promise.all([
      workers[1].terminate(),
      expect(fit.done).rejects.toThrow(
        /a worker thread was lost during training \(the worker exited with code 1\); the network has the parameters of the last good epoch/,
      ),
      expect(fit.done).rejects.toBeInstanceOf(BackendError),
    ])
    expect(bitsOf(fit.net) === fit.atLastEpoch()).toBe(true)
    expect(epochsBefore).not.toBe('')
    expect(idleWorkers()).toBe(0)
    const again = await fit.net.fit(fit.data, { epochs: 2, batchSize: 32, learningRate: 0.001 })
    expect(again.threads).toBe(2)
    expect(again.loss[1]).toBeLessThan(again.loss[0])
  }, 5000)

  it('does not matter while it is idle', async () => {
    const net = new Network({ sizes: [8, 4, 2], threads: 2, seed: 1 })
    const data = { x: numbers(80, 1), y: numbers(20, 2) }
    const workers = await workersStarted(() => net.fit(data))
    expect(idleWorkers()).toBe(2)
    await workers[0].terminate()
    await vi.waitFor(() => expect(idleWorkers()).toBe(1))
    expect((await net.fit(data)).threads).toBe(2)
  })
})

describe('a fit in threads', () => {
  it('is aborted like any other, between two slices, and its workers are idle then', async () => {
    const controller = new AbortController()
    const { net, begun, done, data } = longFit({}, controller.signal)
    await begun
    controller.abort(new Error('enough'))
    await expect(done).rejects.toThrow('enough')
    expect(idleWorkers()).toBe(2)
    expect((await net.fit(data, { learningRate: 0.001 })).threads).toBe(2)
  })

  it('ends where the network is disposed or onEpoch throws', async () => {
    const { net, begun, done } = longFit()
    await begun
    net.dispose()
    await expect(done).rejects.toThrow('the network is disposed')
    const other = longFit()
    await other.begun
    const thrower = new Network({ sizes: [8, 4, 2], threads: 2 })
    const onEpoch = () => Promise.reject(new Error('no more'))
    await expect(thrower.fit({ x: numbers(80, 1), y: numbers(20, 2) }, { onEpoch })).rejects.toThrow(
      'no more',
    )
    other.net.dispose()
    await expect(other.done).rejects.toThrow(BackendError)
    expect(idleWorkers()).toBe(4)
  })

  it('leaves predict and evaluate to the caller, validation or not', async () => {
    const net = new Network({ sizes: [64, 200, 5], loss: 'crossEntropy', seed: 1, threads: 2 })
    const data = { x: numbers(3000 * 64, 1), y: Int32Array.from({ length: 3000 }, (_, r) => r % 5) }
    let running = true
    let evaluations = 0
    const fit = net.fit(data, { epochs: 6, validation: data, learningRate: 1e-30 }).finally(() => {
      running = false
    })
    // With next to no learning rate nothing changes but by a race.
    const before = net.evaluate(data)
    while (running) {
      expect(net.evaluate(data)).toEqual(before)
      evaluations += 1
      await new Promise(setImmediate)
    }
    const { validationLoss } = await fit
    expect(validationLoss).toEqual(Array(6).fill(before.loss))
    expect(evaluations).toBeGreaterThan(1)
  })

  it('keeps its parameters where the loss diverges', async () => {
    const net = new Network({ sizes: [8, 16, 2], threads: 2, seed: 1 })
    const before = bitsOf(net)
    const data = { x: numbers(80, 1).map((v) => v * 1e10), y: numbers(20, 2) }
    await expect(net.fit(data, { epochs: 5, learningRate: 1e20 })).rejects.toThrow('epoch 1')
    expect(bitsOf(net) === before).toBe(true)
  })
})

describe('the pool', () => {
  const times = runs(100)
  it(`is started and stopped ${times} times, and nothing is left`, async () => {
    const { make } = chooseBackend('simd')
    const layers = [{ inputs: 3, units: 2, activation: 'linear', bias: true }] as const
    const architecture = { inputs: 3, outputs: 2, layers, loss: 'quadratic' } as const
    const plan = makePlan(architecture, { ...PREDICTS, batchRows: 2, dataRows: 4, threads: 2, steps: 1 })
    const once = async () => {
      const team = await Team.hire(2, make(plan.elements, true).shared!, plan.sync.offset)
      team.dismiss()
      expect(idleWorkers()).toBe(2)
      await stopIdleWorkers()
      expect(idleWorkers()).toBe(0)
    }
    // Resources of the process: ports, timers and the like; and, where the system tells, its threads.
    const resources = () => process.getActiveResourcesInfo().sort().join()
    const osThreads = () => (process.platform === 'linux' ? readdirSync('/proc/self/task').length : 0)
    for (let i = 0; i < 10; ++i) await once()
    const before = { resources: resources(), threads: osThreads(), memory: process.memoryUsage().rss }
    for (let i = 0; i < times; ++i) await once()
    expect(resources()).toBe(before.resources)
    await vi.waitFor(() => expect(osThreads()).toBeLessThanOrEqual(before.threads))
    // A worker's heap is 5 MB or so: two of them are left each time, where they are.
    expect(process.memoryUsage().rss - before.memory).toBeLessThan(thoroughly(200e6, 80e6))
  })

  it('serves two fits at once, and keeps their workers for the next', async () => {
    const data = { x: numbers(80, 1), y: numbers(20, 2) }
    const train = (seed: number) =>
      new Network({ sizes: [8, 4, 2], threads: 2, seed }).fit(data, { epochs: 3 })
    const workers = await workersStarted(async () => {
      await Promise.all([train(1), train(2)])
      await train(3)
    })
    expect(workers.length).toBe(4)
    expect(idleWorkers()).toBe(4)
  })
})
