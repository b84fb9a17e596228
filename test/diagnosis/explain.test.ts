// The step that `explain` prints is the one that runs: its lines against the instructions that stand in the arena during a
// fit, read word by word.

import { describe, expect, it } from 'vitest'
import * as Forward from '../../assembly/abi/operands/forward.ts'
import * as UpdateWeights from '../../assembly/abi/operands/update-weights.ts'
import * as Tape from '../../assembly/abi/tape.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { type ExplainOptions, Network, type NetworkOptions } from '../../src/index.ts'
import { networkSettings } from '../../src/model/network-settings.ts'
import { measureThreads } from '../../src/threads/crew.ts'
import { Core } from '../../src/training/core.ts'
import { fitObserved } from '../helpers/fit.ts'
import { numbers } from '../helpers/random.ts'

// Each fit takes the threads that it is told.
measureThreads(false)

/** What a line says of an instruction. */
interface Said {
  readonly what: string
  readonly split?: 'units' | 'rows'
  readonly skips?: boolean
}

const names = new Map<number, string>([
  [Tape.OP_BARRIER, 'barrier'],
  [Tape.OP_ROWS, 'rows'],
  [Tape.OP_FORWARD, 'forward'],
  [Tape.OP_OUTPUT, 'output'],
  [Tape.OP_BACKWARD, 'backward'],
  [Tape.OP_UPDATE_WEIGHTS, 'update'],
  [Tape.OP_UPDATE_BIASES, 'update'],
  [Tape.OP_GROUP, 'group'],
  [Tape.OP_STEP, 'update'],
  [Tape.OP_FINISH_WEIGHTS, 'copy'],
])
const products = [Tape.OP_FORWARD, Tape.OP_BACKWARD, Tape.OP_UPDATE_WEIGHTS]

/** The instructions of the training step in the engine's arena. */
function stepOf(engine: Engine, threads: number): Said[] {
  const { buffer } = engine.floats
  const words = new Int32Array(buffer)
  const { compute, update } = engine.step
  const said: Said[] = []
  for (let at = compute.from; at < update.to; at += Tape.INSTRUCTION_WORDS) {
    const op = words[at] & ~Tape.FLAGS
    const list = op === Tape.OP_FORWARD ? Forward.fromTable : UpdateWeights.fromTable
    const hasLists = op === Tape.OP_FORWARD || op === Tape.OP_UPDATE_WEIGHTS
    said.push({
      what: names.get(op)!,
      ...(threads > 1 &&
        products.includes(op) && {
          split: words[at] & Tape.BY_UNITS ? ('units' as const) : ('rows' as const),
        }),
      ...(hasLists && words[at + list] !== 0 && { skips: true }),
    })
  }
  return said
}

const readLine = (line: string): Said => ({
  // A gradient that is stored is an update too, of another rule.
  what: line.split(' ')[0].replace('gradient', 'update'),
  ...(/^(forward|backward|(update|gradient) .*BP4).* by /.test(line) && {
    split: /by units/.test(line) ? ('units' as const) : ('rows' as const),
  }),
  ...(line.includes('zeros of x skipped') && { skips: true }),
})

const ROWS = 64

/** The step of a fit, while it runs. share: of x that is not zero. */
async function stepRun(
  options: NetworkOptions,
  threads: number,
  share: number,
  batchSize: number,
  accumulate = 1,
) {
  const core = new Core(networkSettings({ ...options, threads }))
  const { inputs, outputs } = core.settings.architecture
  const x = numbers(ROWS * inputs, 1).map((value, i) => ((i * 7) % 100 < 100 * share ? value : 0))
  const y = Int32Array.from({ length: ROWS }, (_, i) => i % outputs)
  let step: Said[] = []
  const looking = {
    // biome-ignore lint/correctness/useYield: it is done at once
    *epochEnded(_: unknown, { engine }: { engine: Engine }) {
      step = stepOf(engine, threads)
    },
  }
  const history = await fitObserved(core, { x, y }, { batchSize, accumulate, learningRate: 0.001 }, [looking])
  return { step, threads: history.threads }
}

const explained = (options: NetworkOptions, more: ExplainOptions) =>
  new Network(options).explain(more).split('\n').slice(1).map(readLine)

const loss = 'crossEntropy'
const networks: [string, NetworkOptions][] = [
  ['with layers split by units and by rows', { sizes: [784, 64, 10], loss }],
  ['with two layers by units in a row, of Adam', { sizes: [40, 64, 96, 3], loss, optimizer: 'adam' }],
  ['with a layer that streams its weights', { sizes: [600, 512, 4], loss, bias: false }],
  ['of a single layer', { sizes: [33, 2], loss }],
]

describe.each(networks)('the step of a network %s', (_, options) => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [1, 0.1],
    [2, 0.1],
  ])('is printed as it runs on %i threads, of inputs of which %f are not zero', async (threads, nonzeros) => {
    const simd = { ...options, kernels: 'simd' } as NetworkOptions
    const run = await stepRun(simd, threads, nonzeros, 16)
    expect(run.threads).toBe(threads)
    expect(explained(simd, { batchSize: 16, threads, nonzeros })).toEqual(run.step)
    // What a network is made with needs not be said again.
    expect(explained({ ...simd, threads }, { batchSize: 16, nonzeros })).toEqual(run.step)
  })

  it.each([1, 2])('is printed as it runs on %i threads where two batches take one step', async (threads) => {
    const simd = { ...options, kernels: 'simd' } as NetworkOptions
    const { step } = await stepRun(simd, threads, 1, 16, 2)
    const lines = explained(simd, { batchSize: 16, accumulate: 2, threads })
    expect(lines.filter(({ what }) => what === 'group').length).toBeGreaterThan(0)
    expect(lines).toEqual(step)
  })

  it('is printed as the reference kernels run it: by one thread, on every value of x', async () => {
    const reference = { ...options, kernels: 'reference' } as NetworkOptions
    const { step } = await stepRun(reference, 1, 0.1, 16)
    expect(explained(reference, { batchSize: 16, threads: 2, nonzeros: 0.1 })).toEqual(step)
    expect(explained({ ...reference, threads: 2 }, { batchSize: 16, nonzeros: 0.1 })).toEqual(step)
  })
})

it('the steps that are compared differ by threads and by zeros', () => {
  const options = { sizes: [784, 64, 10], loss, kernels: 'simd' } as const
  const text = (more: ExplainOptions) => JSON.stringify(explained(options, more))
  const all = [{}, { threads: 2 }, { nonzeros: 0.1 }, { threads: 2, nonzeros: 0.1 }].map(text)
  expect(new Set(all).size).toBe(4)
  // One thread is the default, also where the number depends on the data.
  expect(text({ threads: 1, nonzeros: 1, batchSize: 32 })).toBe(all[0])
})

it('explain prints the step of three batches', () => {
  const layers = [{ units: 3, activation: 'relu', normalization: 'layer' }, 2] as const
  const net = new Network({ inputs: 4, layers, kernels: 'simd' })
  expect(
    net.explain({ batchSize: 10, accumulate: 3 }).split('\n').slice(9).join('\n'),
  ).toBe(`gradient   ∇b2 += Σ δ2 / 30                                                                         BP3
gradient   ∇W2 += a1ᵀ · δ2 / 30                                                                     BP4  (3 × 10)(10 × 2)
gradient   ∇β1 += Σ δu1 / 30
gradient   ∇γ1 += Σ δu1 ⊙ ẑ1 / 30
gradient   ∇b1 += Σ δ1 / 30                                                                         BP3
gradient   ∇W1 += xᵀ · δ1 / 30                                                                      BP4  (4 × 10)(10 × 3)
barrier
group      what follows, after the last of 3 batches; the next begins with ∇ = 0
update     W1 −= η · ∇W1
update     b1 −= η · ∇b1
update     γ1 −= η · ∇γ1
update     β1 −= η · ∇β1
update     W2 −= η · ∇W2
update     b2 −= η · ∇b2
barrier
group      what follows, after the last of 3 batches; the next begins with ∇ = 0
copy       W2ᵀ
barrier`)
  expect(net.explain({ batchSize: 10 })).toContain('update     γ1 −= η · Σ δu1 ⊙ ẑ1 / 10')
  // Of L-BFGS a step takes all rows.
  const byLbfgs = new Network({ sizes: [4, 3], optimizer: 'lbfgs', kernels: 'simd' })
  expect(byLbfgs.explain({ accumulate: 3 })).toBe(byLbfgs.explain())
  expect(() => net.explain({ accumulate: 0 })).toThrow('explain options.accumulate')
})

it('explain prints how two threads share a step that skips zeros', () => {
  const net = new Network({ sizes: [784, 30, 10], activation: 'sigmoid', kernels: 'simd' })
  expect(net.explain({ batchSize: 10, threads: 2, nonzeros: 0.2 })).toBe(
    `784-30-10, 23,860 parameters, kernels 'simd', 2 threads
rows      nonzeros of x, y = the next 10 rows of the order                             by every thread
forward   z1 = x · W1 + b1; a1 = sigmoid(z1)                     (10 × 784)(784 × 30)  by units, zeros of x skipped
barrier
forward   z2 = a1 · W2 + b2; a2 = sigmoid(z2)                    (10 × 30)(30 × 10)    by rows
output    C = ½ Σ (a2 − y)²; δ2 = (a2 − y) ⊙ sigmoid'(z2)   BP1  (10 × 10)             by rows
backward  δ1 = δ2 · W2ᵀ ⊙ sigmoid'(z1)                      BP2  (10 × 10)(10 × 30)    by rows
barrier
update    b2 −= η · Σ δ2 / 10                               BP3                        by fours of the units
update    W2 −= η · a1ᵀ · δ2 / 10                           BP4  (30 × 10)(10 × 10)    by rows of the weights
update    b1 −= η · Σ δ1 / 10                               BP3                        by fours of the units
update    W1 −= η · xᵀ · δ1 / 10                            BP4  (784 × 10)(10 × 30)   by units, zeros of x skipped
barrier`,
  )
})

it('explain names the option that is wrong', () => {
  const net = new Network({ sizes: [2, 1] })
  expect(() => net.explain({ threads: 0 })).toThrow(
    'explain options.threads: expected a whole number from 1 to 64',
  )
  expect(() => net.explain({ nonzeros: 1.5 })).toThrow(
    'explain options.nonzeros: expected a number from 0 to 1',
  )
  expect(() => net.explain({ batchSize: 0 })).toThrow(
    'explain options.batchSize: expected a whole number of at least 1',
  )
  expect(() => net.explain({ rows: 3 } as never)).toThrow('batchSize, accumulate, threads, nonzeros')
  expect(() => net.explain('10' as never)).toThrow(
    'explain: batchSize: expected a whole number of at least 1',
  )
})
