// Threads: the same bits for any number of them, and workers that come, go and die without taking anything along.

import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { chooseBackend } from '../src/backends/choose.ts'
import { Engine } from '../src/engine/engine.ts'
import {
  BackendError,
  type FitOptions,
  type HiddenActivationName,
  type KernelsName,
  Network,
  type SizedNetworkOptions,
} from '../src/index.ts'
import type { OptimizerName } from '../src/model/optimizers.ts'
import { type ActivationName, activations, type LossName } from '../src/model/tables.ts'
import { PREDICTS } from '../src/program/capacity.ts'
import { makePlan } from '../src/program/plan.ts'
import { flopsPerRow, threadsFor } from '../src/threads/choose.ts'
import { measureThreads } from '../src/threads/crew.ts'
import { availableCores } from '../src/threads/platform.ts'
import { idleWorkers, PooledWorker, stopIdleWorkers } from '../src/threads/pool.ts'
import { Team } from '../src/threads/team.ts'
import { runsRelaxed } from './helpers/backends.ts'
import { numbers } from './helpers/random.ts'

// What is compared here is what the threads leave, so each fit takes those that it is told: trial.test.ts is about how many.
measureThreads(false)

const ROWS = 67

/** Every other value 0 where `sparse`, so that the first layer takes lists of nonzeros. */
const inputs = (columns: number, sparse: boolean) =>
  numbers(ROWS * columns, 1).map((value, i) => (sparse && (i * 7) % 3 < 2 ? 0 : value))

const parametersOf = (net: Network) =>
  net.layers.flatMap((_, l) => [net.weights(l), net.biases(l)].map((values) => Buffer.from(values.buffer)))

function bitsOf(net: Network): string {
  return Buffer.concat(parametersOf(net)).toString('hex')
}

interface Case {
  readonly activation: HiddenActivationName
  readonly loss: LossName
  readonly sparse: boolean
  readonly optimizer?: OptimizerName
}

/** Odd sizes, a last mini-batch that is smaller, validation, and a second call that goes on. */
async function train(
  { activation, loss, sparse, optimizer = 'sgd' }: Case,
  kernels: KernelsName,
  threads: number,
) {
  const columns = 101
  const output = loss === 'crossEntropy' ? 'softmax' : loss === 'binaryCrossEntropy' ? 'sigmoid' : activation
  const net = new Network({
    inputs: columns,
    // The first two products are split by units, but for 4 and 8 threads the first; the last one is split by rows.
    layers: [
      { units: 33, activation },
      { units: 64, activation, bias: false },
      { units: 5, activation: output },
    ],
    loss,
    optimizer: { name: optimizer, learningRate: 0.05 },
    seed: 3,
    kernels,
    threads,
  })
  const x = inputs(columns, sparse)
  const y = Int32Array.from({ length: ROWS }, (_, r) => r % 5)
  const data = { x, y }
  const options = { batchSize: 29, validation: data, offThread: true }
  const first = await net.fit(data, { ...options, epochs: 2 })
  const second = await net.fit(data, { ...options, epochs: 2, batchSize: 11 })
  expect(second.threads).toBe(threads)
  const history = [first, second].map((one) => [
    one.loss,
    one.accuracy,
    one.validationLoss,
    one.validationAccuracy,
  ])
  return `${JSON.stringify(history)} ${bitsOf(net)}`
}

const cases: Case[] = [
  ...(Object.keys(activations) as ActivationName[])
    .filter((name): name is HiddenActivationName => !activations[name].wholeRow)
    .map((activation): Case => ({ activation, loss: 'quadratic', sparse: activation === 'tanh' })),
  { activation: 'relu', loss: 'crossEntropy', sparse: false },
  { activation: 'relu', loss: 'crossEntropy', sparse: true },
  { activation: 'tanh', loss: 'binaryCrossEntropy', sparse: false },
  { activation: 'relu', loss: 'crossEntropy', sparse: false, optimizer: 'adam' },
  { activation: 'tanh', loss: 'quadratic', sparse: true, optimizer: 'adam' },
]

const wasmKernels: KernelsName[] = runsRelaxed ? ['simd', 'relaxed'] : ['simd']

describe.each(wasmKernels)('%s', (kernels) => {
  it.each(cases)(
    '$activation, $loss, sparse: $sparse: the same bits for 1, 2, 3, 4 and 8 threads',
    async (one) => {
      const net = new Network({ sizes: [101, 33, 64, 5], seed: 3, kernels })
      const expected = await train(one, kernels, 1)
      expect(expected.endsWith(bitsOf(net))).toBe(false)
      for (const threads of [2, 3, 4, 8]) {
        expect((await train(one, kernels, threads)) === expected, `${threads} threads`).toBe(true)
      }
    },
  )

  it('the calling thread leaves the same bits', async () => {
    const make = () => new Network({ sizes: [37, 21, 5], loss: 'crossEntropy', kernels, seed: 1, threads: 1 })
    const data = { x: inputs(37, true), y: Int32Array.from({ length: ROWS }, (_, r) => r % 5) }
    const [here, there] = [make(), make()]
    await here.fit(data, { epochs: 3, batchSize: 10 })
    const { threads } = await there.fit(data, { epochs: 3, batchSize: 10, offThread: true })
    expect(threads).toBe(1)
    expect(bitsOf(there) === bitsOf(here)).toBe(true)
  })
})

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
    await expect(fit).rejects.toThrow(/expected a network in use/)
  })
})

describe('the losses that are told', () => {
  it('are sums in the order of the rows, in whatever slices and windows these were taken', async () => {
    // Losses from 1e-8 to 1e3, whose sum in float64 depends on its order.
    const rows = 20_000
    const x = numbers(rows * 20, 1, 30)
    const data = { x, y: Int32Array.from({ length: rows }, (_, r) => Number(x[r * 20] > 0)) }
    const told = new Set<string>()
    for (const [threads, offThread] of [
      [1, false],
      [1, true],
      [2, false],
      [3, true],
    ] as const) {
      for (let turn = 0; turn < 2; ++turn) {
        const net = new Network({
          sizes: [20, 16, 2],
          loss: 'crossEntropy',
          seed: 1,
          kernels: 'simd',
          threads,
        })
        const options = { epochs: 6, learningRate: 0.05, validation: data, offThread }
        const { loss, validationLoss } = await net.fit(data, options)
        told.add(`${loss} ${validationLoss}`)
        expect(net.evaluate(data).loss).toBe(validationLoss!.at(-1))
      }
    }
    expect(told.size).toBe(1)
  })
})

describe('a shuffle in parts', () => {
  it('leaves one order, whoever does it', async () => {
    // Rows are shuffled 65,536 at a time, and each part goes on with the random words after those of the one before.
    const rows = 3 * 2 ** 16
    const data = { x: numbers(rows, 1), y: numbers(rows, 2) }
    const train = async (options: FitOptions) => {
      const net = new Network({ sizes: [1, 2, 1], seed: 5, kernels: 'simd' })
      await net.fit(data, { batchSize: 64, learningRate: 0.05, ...options })
      return bitsOf(net)
    }
    const expected = await train({ threads: 1 })
    expect((await train({ threads: 1, offThread: true })) === expected, 'off the thread').toBe(true)
    expect((await train({ threads: 2 })) === expected, 'two threads').toBe(true)
  })
})

/** Work that takes a second or more, and a way to wait until it is under way. */
function longFit(options: Partial<SizedNetworkOptions> = {}, signal?: AbortSignal) {
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
async function workersStarted(work: () => Promise<unknown>): Promise<Worker[]> {
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
    await expect(done).rejects.toThrow('expected a network in use, got one that is disposed')
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
  it('is started and stopped 100 times, and nothing is left', async () => {
    const { make } = chooseBackend('simd')
    const layers = [{ inputs: 3, units: 2, activation: 'linear', bias: true }] as const
    const architecture = { inputs: 3, outputs: 2, layers, loss: 'quadratic' } as const
    const plan = makePlan(architecture, { ...PREDICTS, batchRows: 2, dataRows: 4, threads: 2 })
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
    for (let i = 0; i < 100; ++i) await once()
    expect(resources()).toBe(before.resources)
    await vi.waitFor(() => expect(osThreads()).toBeLessThanOrEqual(before.threads))
    // A worker's heap is 5 MB or so: 200 of them would show.
    expect(process.memoryUsage().rss - before.memory).toBeLessThan(200e6)
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

describe("threads: 'auto'", () => {
  const layers = [
    { inputs: 784, units: 512, activation: 'relu', bias: true },
    { inputs: 512, units: 10, activation: 'softmax', bias: true },
  ] as const
  const large = { inputs: 784, outputs: 10, layers, loss: 'crossEntropy' } as const
  const small = { ...large, inputs: 2, layers: [{ ...layers[0], inputs: 2, units: 2 }] }

  it('takes the cores there are, at most 8, for work that is large enough', async () => {
    const cores = Math.min(8, await availableCores())
    expect(cores).toBeGreaterThan(0)
    await stopIdleWorkers()
    expect(await threadsFor('auto', flopsPerRow(large, 1), 1024, 600_000)).toBe(cores)
    expect(await threadsFor('auto', flopsPerRow(large, 1), 1, 600_000)).toBe(1)
    expect(await threadsFor('auto', flopsPerRow(large, 1), 1024, 100)).toBe(1)
    expect(await threadsFor('auto', flopsPerRow(small, 1), 4, 400_000)).toBe(1)
    expect(await threadsFor(5, flopsPerRow(small, 1), 4, 4)).toBe(5)
  })

  it('takes them for shorter work where idle workers are waiting', async () => {
    await stopIdleWorkers()
    const flops = flopsPerRow(large, 1)
    const rows = Math.floor(1e10 / flops)
    expect(await threadsFor('auto', flops, 1024, rows)).toBe(1)
    for (const worker of await Promise.all([PooledWorker.start(), PooledWorker.start()])) worker.rest()
    expect(await threadsFor('auto', flops, 1024, rows)).toBe(Math.min(8, await availableCores()))
    await stopIdleWorkers()
  })

  it('does not count the zeros that are skipped', async () => {
    const layers = [{ ...large.layers[0], units: 64 }]
    const one = { ...large, layers }
    expect(await threadsFor('auto', flopsPerRow(one, 1), 16, 3_000_000)).toBe(
      Math.min(4, await availableCores()),
    )
    expect(await threadsFor('auto', flopsPerRow(one, 0.1), 16, 3_000_000)).toBe(1)
  })
})

const root = fileURLToPath(new URL('..', import.meta.url))
const runChild = (code: string, ...flags: string[]) =>
  spawnSync(process.execPath, [...process.execArgv, ...flags, '--input-type=module', '-e', code], {
    cwd: root,
    encoding: 'utf8',
    timeout: 30_000,
  })

const small = (options: string, print: string) => `
  import { Network } from 'nabla'
  const net = new Network({ sizes: [8, 4, 2], seed: 1, ${options} })
  const data = { x: Array.from({ length: 80 }, (_, i) => (i % 7) / 7), y: Array.from({ length: 20 }, (_, i) => i % 2) }
  const history = await net.fit(data, { epochs: 2, offThread: true })
  console.log(${print})`

describe('a process', () => {
  it('exits by itself after the last await, without dispose', () => {
    const code = `${small('threads: 2', 'history.threads')}
      const end = performance.now()
      process.on('exit', () => console.log(performance.now() - end < 9000 ? 'exits before its workers time out' : 'waits'))`
    const { status, stdout, stderr } = runChild(code)
    // It is too short to be worth a second worker.
    expect([status, stdout, stderr]).toEqual([0, '1\nexits before its workers time out\n', ''])
  })

  it('is kept alive by a fit that nobody awaits', () => {
    const code = small('threads: 2', '1')
      .replace('const history = await net', 'net')
      .replace('console.log(1)', '')
    const { status, stdout } = runChild(`${code.trim()}.then((history) => console.log(history.threads))`)
    expect([status, stdout]).toEqual([0, '1\n'])
  })

  const refusals: [string, string, string[], string, string?][] = [
    [
      'has no SharedArrayBuffer',
      'threads: 2',
      // Node's own module needs it when it is loaded.
      ['--import', 'data:text/javascript,import "node:worker_threads";delete globalThis.SharedArrayBuffer'],
      'there is no SharedArrayBuffer: a page has it where it is served as cross-origin isolated',
      'in one worker',
    ],
    ['has the reference kernels', "threads: 2, kernels: 'reference'", [], 'the reference kernels have none'],
    [
      'may not start workers',
      'threads: 2',
      [
        '--import',
        `data:text/javascript,process.getBuiltinModule = () => ({ Worker: class { constructor() { throw new Error('not here') } }, availableParallelism: () => 2 })`,
      ],
      'not here',
    ],
  ]
  it.each(refusals)('that %s trains all the same, with a note', (_, options, flags, reason, where) => {
    const here = runChild(
      small('threads: 1', '[...net.weights(0)].join()').replace('offThread: true', ''),
      ...flags,
    )
    const { status, stdout, stderr } = runChild(small(options, '[...net.weights(0)].join()'), ...flags)
    expect(stderr).toContain(
      `nabla: threads are unavailable here (${reason}); training goes on ${where ?? "in the caller's thread"}`,
    )
    expect(status).toBe(0)
    if (!options.includes('reference')) expect(stdout).toBe(here.stdout)
    expect(stdout.split(',').length).toBe(32)
  })
})
