// The same bits for any number of threads.

import { afterEach, describe, expect, it } from 'vitest'
import {
  type FitOptions,
  type HiddenActivationName,
  type KernelsName,
  Network,
  type OptimizerOptions,
} from '../../src/index.ts'
import type { LossName } from '../../src/model/losses.ts'
import { type ActivationName, activations } from '../../src/model/tables.ts'
import { measureThreads } from '../../src/threads/crew.ts'
import { stopIdleWorkers } from '../../src/threads/pool.ts'
import { runsRelaxed } from '../helpers/backends.ts'
import { stripedKinds } from '../helpers/optimizers.ts'
import { numbers } from '../helpers/random.ts'
import { part } from '../helpers/thorough.ts'
import { bitsOf, inputs, ROWS } from '../helpers/threads.ts'

// What is compared here is what the threads leave, so each fit takes those that it is told: trial.test.ts is about how many.
measureThreads(false)

interface Case {
  readonly activation: HiddenActivationName
  readonly loss: LossName
  readonly sparse: boolean
  readonly optimizer?: OptimizerOptions
}

/** Odd sizes, a last mini-batch that is smaller, validation, and a second call that goes on. */
async function train(
  { activation, loss, sparse, optimizer = { name: 'sgd', learningRate: 0.05 } }: Case,
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
    optimizer,
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
  // Every optimizer, on rows and on lists of nonzeros in turn.
  ...stripedKinds.map((optimizer, i): Case => {
    return { activation: 'tanh', loss: i % 3 ? 'quadratic' : 'crossEntropy', sparse: i % 2 === 0, optimizer }
  }),
]

const wasmKernels: KernelsName[] = runsRelaxed ? ['simd', 'relaxed'] : ['simd']

describe.each(wasmKernels)('%s', (kernels) => {
  it.each(part(cases, 5))(
    '$activation, $loss, sparse: $sparse, $optimizer.name: the same bits for 1, 2, 3, 4 and 8 threads',
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

afterEach(stopIdleWorkers)
