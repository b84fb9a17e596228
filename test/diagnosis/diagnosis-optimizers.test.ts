// The advice to trainings by momentum, by Nesterov's and by Adam: what is too high for plain SGD is not what is too high
// for these.

import { describe, expect, it, vi } from 'vitest'
import { causesOf } from '../../src/diagnosis/causes.ts'
import { Network, type OptimizerOptions, type SizedNetworkOptions } from '../../src/index.ts'
import { networkSettings } from '../../src/model/network-settings.ts'
import { followed, type Training } from '../helpers/advice.ts'
import { base, change, classes, expectAdviceToHelp, long, rate, rows, y1 } from '../helpers/diagnosis.ts'
import { numbers } from '../helpers/random.ts'

const inputs = /the inputs \(mean .*\) are far/
const targets = /the targets \(mean .*\) are far/
const weights = /the initial weights are too large/

type Optimizer = (learningRate: number) => OptimizerOptions
const momentum: Optimizer = (learningRate) => ({ name: 'sgd', momentum: 0.9, learningRate })
const nesterov: Optimizer = (learningRate) => ({ name: 'sgd', momentum: 0.9, nesterov: true, learningRate })
const adam: Optimizer = (learningRate) => ({ name: 'adam', learningRate })
const net = (
  sizes: number[],
  optimizer: OptimizerOptions,
  more: Partial<SizedNetworkOptions> = {},
): SizedNetworkOptions => ({ sizes, seed: 1, optimizer, ...more })

const large = change(base, (v) => 1e4 * v)
const far = change(y1, (v) => 5e5 + 1e5 * v)

type Case = [name: string, causes: RegExp[], training: Training]

/** What goes wrong with momentum of either kind. */
const withMomentum = (optimizer: Optimizer): Case[] => [
  ['a rate of 1', [rate], { options: net([4, 16, 1], optimizer(1)), x: base, y: y1, fit: long }],
  [
    // With plain SGD it stays finite.
    'a rate of 0.3 for batches of 1',
    [rate],
    { options: net([4, 16, 1], optimizer(0.3)), x: base, y: y1, fit: { epochs: 60, batchSize: 1 } },
  ],
  [
    'a rate of 5 in a single layer',
    [rate],
    { options: net([4, 1], optimizer(5)), x: base, y: y1, fit: { epochs: 300, batchSize: 50 } },
  ],
  ['large inputs', [inputs], { options: net([4, 16, 1], optimizer(0.001)), x: large, y: y1, fit: long }],
  ['far targets', [targets], { options: net([4, 16, 1], optimizer(0.001)), x: base, y: far, fit: long }],
  [
    'large weights',
    [weights],
    {
      options: net([4, 64, 64, 64, 1], optimizer(0.001), { initializer: 'standardNormal' }),
      x: base,
      y: y1,
      fit: long,
    },
  ],
  [
    'classes and an absurd rate',
    [rate],
    {
      options: net([4, 8, 2], optimizer(1e30), { loss: 'crossEntropy' }),
      x: base,
      y: classes,
      fit: long,
    },
  ],
]

const withAdam: Case[] = [
  ['a rate of 1e20', [rate], { options: net([4, 16, 1], adam(1e20)), x: base, y: y1, fit: long }],
  [
    'a rate of 1e7 in a deep network',
    [rate],
    { options: net([4, 32, 32, 32, 1], adam(1e7)), x: base, y: y1, fit: long },
  ],
  [
    'many inputs and a rate of 1e10',
    [rate],
    { options: net([128, 16, 1], adam(1e10)), x: numbers(rows * 128, 4, 1.7), y: y1, fit: long },
  ],
  [
    'classes and a rate of 1e30',
    [rate],
    { options: net([4, 8, 2], adam(1e30), { loss: 'crossEntropy' }), x: base, y: classes, fit: long },
  ],
  [
    'inputs of 1e30',
    [inputs],
    { options: net([4, 8, 1], adam(0.01)), x: change(base, (v) => 1e30 * v), y: y1, fit: long },
  ],
  [
    'inputs of 1e11, whose gradients have squares beyond float32',
    [inputs],
    { options: net([4, 16, 1], adam(0.01)), x: change(base, (v) => 1e11 * v), y: y1, fit: long },
  ],
  [
    'targets of 1e30',
    [targets],
    { options: net([4, 8, 1], adam(0.01)), x: base, y: change(y1, (v) => 1e30 * v), fit: long },
  ],
  [
    'weights of 1e20',
    [weights],
    {
      options: net([4, 8, 1], adam(0.01), {
        initializer: ({ fanIn, fanOut }, random) =>
          Float32Array.from({ length: fanIn * fanOut }, () => 1e20 * random.normal()),
      }),
      x: base,
      y: y1,
      fit: long,
    },
  ],
  [
    // No cause of the divergence, but nothing that steps of the advised rate would reach.
    'a rate of 1e20 and far targets',
    [rate, targets],
    { options: net([4, 16, 1], adam(1e20)), x: base, y: far, fit: long },
  ],
]

describe.each<[string, Case[]]>([
  ['a momentum of 0.9', withMomentum(momentum)],
  ["Nesterov's momentum of 0.9", withMomentum(nesterov)],
  ['adam', withAdam],
])('a training by %s that diverges', (_, cases) => {
  it.each(cases)('because of %s is told so, and converges as told', (__, causes, training) =>
    expectAdviceToHelp(training, causes),
  )
})

describe('a training by adam that stays finite', () => {
  const notesOf = async ({ options, x, y, fit }: Training) => {
    vi.resetModules()
    const { Network: Fresh } = await import('../../src/index.ts')
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    try {
      const { loss } = await new Fresh(options).fit({ x, y }, fit)
      return { loss, notes: warn.mock.calls.map(([text]) => String(text)) }
    } finally {
      warn.mockRestore()
    }
  }

  it.each<[string, RegExp, Training]>([
    [
      'inputs of 1e6',
      /Likely: the inputs \(mean/,
      { options: net([4, 16, 1], adam(0.01)), x: change(base, (v) => 1e6 * v), y: y1, fit: long },
    ],
    [
      'targets that steps of this length hardly reach',
      /Likely: the targets \(mean 20\d\d/,
      { options: net([4, 16, 1], adam(0.001)), x: base, y: change(y1, (v) => 2000 + v), fit: long },
    ],
    [
      'a rate of 1000',
      /Likely: the learning rate 1000 is too high.*, and by the sizes of inputs and weights, as adam moves every weight/,
      { options: net([4, 16, 1], adam(1000)), x: base, y: y1, fit: long },
    ],
  ])('but is absurd, with %s, is told so, and does better as told', async (_, cause, training) => {
    const { notes, loss } = await notesOf(training)
    expect(notes).toEqual([expect.stringMatching(cause)])
    const after = await notesOf(followed(training, notes[0])!)
    expect(after.notes).toEqual([])
    expect(after.loss.at(-1)!).toBeLessThan(after.loss[0])
    expect(after.loss.at(-1)!).toBeLessThan(loss.at(-1)! / 10)
  })

  it.each([0.001, 0.01, 0.03])('and honest, at a rate of %d, is told nothing', async (learningRate) => {
    const { notes } = await notesOf({
      options: net([4, 16, 1], adam(learningRate)),
      x: base,
      y: y1,
      fit: long,
    })
    expect(notes).toEqual([])
  })
})

describe('the bearable rate', () => {
  const { architecture } = networkSettings({ sizes: [4, 16, 1] })
  const layer = { mean: 0, size: 0.3, biasSize: 0, largest: 0.6 }
  /** With inputs and targets so many times as large. */
  const bearable = (optimizer: OptimizerOptions, inputs = 1, targets = 1) => {
    const [{ text }] = causesOf({
      architecture,
      x: { values: change(base, (v) => inputs * v), rows, columns: 4 },
      y: { values: change(y1, (v) => targets * v), rows, columns: 1 },
      batchRows: rows,
      optimizer: networkSettings({ sizes: [4, 16, 1], optimizer }).optimizer,
      learningRate: 1e6,
      losses: [],
      weightsBefore: [layer, layer],
      trainedBefore: false,
    })
    return Number(/about (\S+) is bearable/.exec(text)![1])
  }

  it('is divided by the gradients that momentum adds up', () => {
    const plain = bearable({ name: 'sgd' })
    for (const nesterov of [false, true]) {
      for (const momentum of [0.5, 0.9, 0.99]) {
        const found = bearable({ name: 'sgd', momentum, nesterov })
        // Both have three digits.
        expect(found / (plain * (1 - momentum))).toBeCloseTo(1, 1)
      }
    }
  })

  it('is that of adam for all that divide the gradient by its size, but for momentum', () => {
    for (const name of ['rmsprop', 'adagrad', 'adamw', 'nadam', 'lion'] as const) {
      expect(bearable({ name })).toBe(bearable({ name: 'adam' }))
    }
    const found = bearable({ name: 'rmsprop', momentum: 0.9 })
    expect(found / bearable({ name: 'rmsprop' })).toBeCloseTo(0.1, 2)
  })

  it('is divided by fewer gradients where momentum is dampened', () => {
    const found = bearable({ name: 'sgd', momentum: 0.9, dampening: 0.5 })
    expect(found / bearable({ name: 'sgd', momentum: 0.9 })).toBeCloseTo(2, 1)
  })

  it("falls with the size of inputs by its square, and by adam's steps as the size itself", () => {
    // Not as far as the biases go, of whose inputs of 1 nothing changes.
    expect(bearable({ name: 'sgd' }) / bearable({ name: 'sgd' }, 2)).toBeGreaterThan(2.5)
    const ratio = bearable({ name: 'adam' }) / bearable({ name: 'adam' }, 2)
    expect(ratio).toBeGreaterThan(1.5)
    expect(ratio).toBeLessThan(2)
  })

  it('falls with the size of targets, but not by adam', () => {
    expect(bearable({ name: 'sgd' }, 1, 8)).toBeLessThan(bearable({ name: 'sgd' }) / 4)
    expect(bearable({ name: 'adam' }, 1, 8)).toBe(bearable({ name: 'adam' }))
  })
})

it('by single batches, adam is told of its own bound too', () => {
  const network = new Network(net([4, 16, 1], adam(1e25)))
  const steps = () => {
    for (let i = 0; i < 20; ++i) network.trainBatch(base, y1)
  }
  expect(steps).toThrow(/the learning rate 1e25 is too high.*as adam moves every weight by about the rate/)
})
