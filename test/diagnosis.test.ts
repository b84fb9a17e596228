// What a user is told of a training that went wrong: the cause that the numbers show, and a remedy that works when it is
// taken. Every case diverges, has its message read as a user would, and is trained again as the message says.

import { describe, expect, it, vi } from 'vitest'
import { standardScaler } from '../src/data/index.ts'
import { causesOf, type Situation } from '../src/diagnosis/causes.ts'
import { divergedError } from '../src/diagnosis/diverged.ts'
import { remarkOn } from '../src/diagnosis/remark.ts'
import { roundDown } from '../src/diagnosis/stability.ts'
import { momentsOf, statisticsOf } from '../src/diagnosis/statistics.ts'
import { layerStatistics } from '../src/engine/layer-statistics.ts'
import { DivergedError, type FitOptions, Network, type SizedNetworkOptions } from '../src/index.ts'
import { networkSettings } from '../src/model/network-settings.ts'
import { followed, outputsOf, type Training, train } from './helpers/advice.ts'
import { numbers } from './helpers/random.ts'

const rateOf = ({ options, fit }: Training) =>
  fit.learningRate ??
  (typeof options.optimizer === 'object' ? options.optimizer.learningRate : undefined) ??
  0.01

/** Rows of x in [−1, 1), two columns by which y is made. */
const rows = 200
const base = numbers(rows * 4, 1, 1.7)
const smooth = (x: Float32Array, columns: number, scale = 1, shift = 0) =>
  Float32Array.from(
    { length: x.length / columns },
    (_, r) =>
      shift + scale * (Math.sin(2 * base[(r * 4) % base.length]) + 0.5 * base[(r * 4 + 1) % base.length]),
  )
const y1 = smooth(base, 4)
const classes = Array.from({ length: rows }, (_, r) => (base[r * 4] + base[r * 4 + 1] > 0 ? 1 : 0))
const sgd = (learningRate: number) => ({ name: 'sgd', learningRate }) as const
const { optimizer: plainSgd } = networkSettings({ sizes: [1, 1] })
const net = (
  sizes: number[],
  learningRate: number,
  more: Partial<SizedNetworkOptions> = {},
): SizedNetworkOptions => ({
  sizes,
  seed: 1,
  optimizer: sgd(learningRate),
  ...more,
})
const change = <T extends Float32Array>(values: T, f: (v: number, i: number) => number) =>
  Float32Array.from(values, f)
const column = (c: number, f: (v: number) => number) => change(base, (v, i) => (i % 4 === c ? f(v) : v))

const long: FitOptions = { epochs: 60, batchSize: 16 }

type Case = [name: string, causes: RegExp[], training: Training]

const targets = /the targets \(mean .*\) are far/
const inputs = /the inputs \(mean .*\) are far/
const rate = /the learning rate .* is too high/
const weights = /the initial weights are too large/

const cases: Case[] = [
  [
    "README's example",
    [rate],
    {
      options: { sizes: [1, 1], optimizer: sgd(100) },
      x: Float32Array.of(1, 2, 3),
      y: [1, 2, 3],
      fit: { epochs: 100 },
    },
  ],
  [
    'targets near 500,000',
    [/targets \(mean 5\d{5}, deviation \d{5,6}, largest \d{6}\)/],
    { options: net([4, 16, 1], 0.01), x: base, y: change(y1, (v) => 5e5 + 1e5 * v), fit: long },
  ],
  [
    'targets near 500,000 in a deep network',
    [targets],
    {
      options: net([4, 32, 32, 1], 0.05, { activation: 'leakyRelu' }),
      x: base,
      y: change(y1, (v) => 5e5 + 1e5 * v),
      fit: long,
    },
  ],
  [
    'targets near 2,000 that hardly differ',
    [targets],
    { options: net([4, 16, 1], 0.05), x: base, y: change(y1, (v) => 2000 + v), fit: long },
  ],
  [
    'targets of 1e30',
    [targets],
    { options: net([4, 1], 0.01), x: base, y: change(y1, (v) => 1e30 * v), fit: long },
  ],
  [
    'one column of the targets',
    [/column 1 of the targets \(mean .*\) is far/],
    {
      options: net([4, 16, 3], 0.02),
      x: base,
      y: numbers(rows * 3, 5).map((v, i) => (i % 3 === 1 ? 1e5 * v : v)),
      fit: long,
    },
  ],
  [
    'inputs of 1e4',
    [inputs],
    { options: net([4, 16, 1], 0.01), x: change(base, (v) => 1e4 * v), y: y1, fit: long },
  ],
  [
    'inputs of 0 to 255',
    [inputs],
    {
      options: net([4, 32, 1], 0.05, { activation: 'leakyRelu' }),
      x: change(base, (v) => 75 * (v + 1.7)),
      y: y1,
      fit: long,
    },
  ],
  [
    'inputs far from 0 that hardly differ',
    [inputs],
    { options: net([4, 1], 0.01), x: change(base, (v) => 1000 + v), y: y1, fit: long },
  ],
  [
    'inputs of 1e30',
    [inputs],
    { options: net([4, 8, 1], 0.01), x: change(base, (v) => 1e30 * v), y: y1, fit: long },
  ],
  [
    'a huge column',
    [/column 2 of the inputs \(mean .*\) is far/],
    {
      options: net([4, 16, 1], 0.01, { activation: 'leakyRelu' }),
      x: column(2, (v) => 3e4 * (v + 2)),
      y: y1,
      fit: long,
    },
  ],
  [
    'inputs and targets',
    [inputs, targets],
    {
      options: net([4, 16, 1], 0.01),
      x: change(base, (v) => 1e4 * v),
      y: change(y1, (v) => 1e6 * v),
      fit: long,
    },
  ],
  [
    'inputs and the rate',
    [rate, inputs],
    { options: net([4, 16, 1], 50), x: change(base, (v) => 1e4 * v), y: y1, fit: long },
  ],
  ['a rate of 1e20', [rate], { options: net([4, 16, 1], 1e20), x: base, y: y1, fit: long }],
  ['a rate of 3', [rate], { options: net([4, 16, 1], 3), x: base, y: y1, fit: long }],
  [
    'a rate of 2 in a single layer',
    [rate],
    { options: net([4, 1], 2), x: base, y: y1, fit: { epochs: 300, batchSize: 50 } },
  ],
  [
    'large targets of a single layer, which do not matter there',
    [rate],
    { options: net([4, 1], 2), x: base, y: change(y1, (v) => 500 + v), fit: { epochs: 300, batchSize: 50 } },
  ],
  [
    'a tiny batch',
    [rate],
    { options: net([4, 16, 1], 1), x: base, y: y1, fit: { epochs: 60, batchSize: 1 } },
  ],
  [
    'many inputs',
    [rate],
    { options: net([128, 16, 1], 1), x: numbers(rows * 128, 4, 1.7), y: y1, fit: long },
  ],
  [
    'a deep relu network with standardNormal',
    [weights],
    { options: net([4, 64, 64, 64, 1], 0.01, { initializer: 'standardNormal' }), x: base, y: y1, fit: long },
  ],
  [
    'a wide linear network with standardNormal',
    [weights],
    {
      options: net([64, 128, 1], 0.01, { initializer: 'standardNormal', activation: 'linear' }),
      x: numbers(rows * 64, 2),
      y: y1,
      fit: long,
    },
  ],
  [
    'an initializer of its own, of 1e20',
    [weights],
    {
      options: net([4, 8, 1], 0.01, {
        initializer: ({ fanIn, fanOut }, random) =>
          Float32Array.from({ length: fanIn * fanOut }, () => 1e20 * random.normal()),
      }),
      x: base,
      y: y1,
      fit: long,
    },
  ],
  [
    'an initializer of ones',
    [weights],
    {
      options: net([16, 64, 64, 1], 0.01, {
        activation: 'leakyRelu',
        initializer: ({ fanIn, fanOut }) => new Float32Array(fanIn * fanOut).fill(1),
      }),
      x: numbers(rows * 16, 3),
      y: y1,
      fit: long,
    },
  ],
  [
    'weights and targets',
    [weights, targets],
    {
      options: net([4, 64, 64, 1], 0.01, { initializer: 'standardNormal' }),
      x: base,
      y: change(y1, (v) => 1e8 * v),
      fit: long,
    },
  ],
  [
    'one row that is a mistake',
    [/row 17 of the inputs has 1000000 in column 3, where the others are about 1: if/],
    {
      options: net([4, 16, 1], 0.02),
      x: change(base, (v, i) => (i === 17 * 4 + 3 ? 1e6 : v)),
      y: y1,
      fit: long,
    },
  ],
  [
    'one target that is a mistake',
    [/row 42 of the targets has -100000 in column 0/],
    { options: net([4, 16, 1], 0.02), x: base, y: change(y1, (v, i) => (i === 42 ? -100000 : v)), fit: long },
  ],
  [
    'crossEntropy with an absurd rate',
    [rate],
    { options: net([4, 8, 2], 1e30, { loss: 'crossEntropy' }), x: base, y: classes, fit: long },
  ],
  [
    'crossEntropy with inputs of 1e30',
    [inputs],
    {
      options: net([4, 8, 2], 0.05, { loss: 'crossEntropy' }),
      x: change(base, (v) => 1e30 * v),
      y: classes,
      fit: long,
    },
  ],
  [
    'crossEntropy with targets that are no shares',
    [/rows of the targets sum to 3e7/],
    {
      options: net([4, 16, 16, 2], 0.1, { loss: 'crossEntropy' }),
      x: base,
      y: Float32Array.from({ length: rows * 2 }, (_, i) => (classes[i >> 1] === i % 2 ? 3e7 : 0)),
      fit: long,
    },
  ],
  [
    'binaryCrossEntropy with an absurd rate',
    [rate],
    { options: net([4, 8, 1], 1e30, { loss: 'binaryCrossEntropy' }), x: base, y: classes, fit: long },
  ],
  [
    'binaryCrossEntropy with inputs of 1e30',
    [inputs],
    {
      options: net([4, 8, 1], 0.05, { loss: 'binaryCrossEntropy' }),
      x: change(base, (v) => 1e30 * v),
      y: classes,
      fit: long,
    },
  ],
  [
    'elu with a rate of 2',
    [rate],
    {
      options: {
        inputs: 4,
        layers: [32, 32, { units: 1, activation: 'linear' }],
        activation: 'elu',
        loss: 'quadratic',
        optimizer: { name: 'sgd', learningRate: 2 },
        seed: 1,
      },
      x: base,
      y: y1,
      fit: long,
    },
  ],
]

describe('a training that diverges', () => {
  it.each(cases)('because of %s is told so, and converges as told', async (_, causes, training) => {
    const error = await train(training).catch((e) => e)
    expect(error).toBeInstanceOf(DivergedError)
    const { message } = error as DivergedError
    for (const cause of causes) expect(message).toMatch(cause)
    // Nothing is blamed beside the causes.
    const blamed = [
      /far from a mean/g,
      /the initial weights/g,
      /the learning rate/g,
      /if it is a mistake/g,
      /sum to/g,
    ]
    const named = blamed.reduce((n, one) => n + [...message.matchAll(one)].length, 0)
    expect(named, message).toBeLessThanOrEqual(
      causes.some((c) => c === rate) ? causes.length : causes.length + 1,
    )
    const again = followed(training, message)!
    const { loss } = await train(again).catch((e: Error) => {
      throw new Error(`${e.message}\n  after\n${message}`)
    })
    expect(loss.at(-1)!, `${message} ${loss.slice(0, 3)}`).toBeLessThan(loss[0])
    // Better than the mean of the targets: it learns.
    const { y } = again
    const columns = outputsOf(again.options)
    if (y.length === rows * columns && !again.options.loss) {
      const { deviation } = standardScaler(y, columns)
      const mean = deviation.reduce((sum, d) => sum + d * d, 0) / 2
      expect(loss.at(-1)!, message).toBeLessThan(mean)
    }
    expect(rateOf(again)).toBeGreaterThan(0)
  })

  it('late, after a long good run, is told how long it went well, and goes on from what it kept', async () => {
    const options = {
      inputs: 4,
      layers: [{ units: 16, activation: 'gelu' as const }, 1],
      seed: 3,
      optimizer: sgd(0.8),
      kernels: 'simd' as const,
    }
    const network = new Network(options)
    const fit = { epochs: 600, batchSize: 8 }
    const error = (await network.fit({ x: base, y: y1 }, fit).catch((e) => e)) as DivergedError
    expect(error).toBeInstanceOf(DivergedError)
    expect(error.epoch).toBeGreaterThan(50)
    expect(error.message).toMatch(
      /the learning rate 0\.8 is too high for weights that have grown: the mean loss fell from 0\.\d+ to 0\.0\d+ in \d+ epochs/,
    )
    const again = followed({ options, x: base, y: y1, fit }, error.message)!
    const kept = network.loss(base, y1)
    const { loss } = await network.fit({ x: base, y: y1 }, { ...again.fit, epochs: 100 })
    expect(loss.at(-1)!).toBeLessThan(kept)
  })

  it('by single batches is told that the weights have grown, and to start anew with another rate', () => {
    const options = net([4, 16, 1], 3, { activation: 'linear' })
    const network = new Network(options)
    const step = () => {
      for (let i = 0; i < 200; ++i) network.trainBatch(base, y1)
    }
    let error: DivergedError | undefined
    try {
      step()
    } catch (e) {
      error = e as DivergedError
    }
    expect(error).toBeInstanceOf(DivergedError)
    const { message } = error!
    expect(message).toMatch(/the learning rate 3 is too high/)
    expect(message).toMatch(
      /earlier training has brought the weights to \S+e\d+, so start from a new network/,
    )
    expect(message).not.toMatch(/initial weights/)
    const { fit } = followed({ options, x: base, y: y1, fit: {} }, message)!
    const other = new Network(options)
    const first = other.trainBatch(base, y1, fit)
    for (let i = 0; i < 200; ++i) other.trainBatch(base, y1, fit)
    expect(other.loss(base, y1)).toBeLessThan(first)
  })

  it('says whether the loss or the parameters went first', () => {
    const network = new Network({ inputs: 1, layers: [{ units: 1, activation: 'linear' }], seed: 1 })
    const messageOf = (x: number, y: number, learningRate: number) => {
      try {
        network.trainBatch([[x]], [[y]], { learningRate })
      } catch (e) {
        return (e as Error).message
      }
      return undefined
    }
    expect(messageOf(1, 1e30, 0.1)).toMatch(/^the loss is no longer finite/)
    expect(messageOf(1, 1e10, 1e35)).toMatch(/^the parameters are no longer finite/)
  })

  it('lowers the rate each time, by 3 at the least, however often the advice is taken', () => {
    const { architecture } = networkSettings({ sizes: [4, 16, 1] })
    const weightsBefore = [0, 1].map(() => ({ mean: 0, size: 0.3, biasSize: 0, largest: 0.6 }))
    const situation: Situation = {
      architecture,
      x: { values: base, rows, columns: 4 },
      y: { values: y1, rows, columns: 1 },
      batchRows: 16,
      optimizer: plainSgd,
      learningRate: 1e-3,
      losses: [],
      weightsBefore,
      trainedBefore: false,
    }
    let learningRate = 1e20
    for (let times = 0; times < 10; ++times) {
      const [{ what, text }] = causesOf({ ...situation, learningRate })
      expect(what).toBe('rate')
      const advised = Number(/try (\S+)$/.exec(text)![1])
      expect(advised).toBeGreaterThan(0)
      expect(advised).toBeLessThanOrEqual(learningRate / 3)
      learningRate = advised
    }
  })
})

describe('a training that stays finite', () => {
  const situationOf = (training: Training, losses: readonly number[]): Situation => {
    const { options, x, y, fit } = training
    const network = new Network(options)
    const { architecture } = networkSettings(options)
    return {
      architecture,
      x: { values: x, rows: x.length / architecture.inputs, columns: architecture.inputs },
      y: { values: y, rows: y.length / architecture.outputs, columns: architecture.outputs },
      batchRows: fit.batchSize ?? 32,
      optimizer: networkSettings(options).optimizer,
      learningRate: rateOf(training),
      losses,
      weightsBefore: architecture.layers.map(({ inputs, units, bias }, l) =>
        layerStatistics(
          Float32Array.of(...network.weights(l), ...network.biases(l)),
          { offset: 0, length: inputs * units },
          inputs * units,
          bias ? { offset: inputs * units, length: units } : undefined,
          units,
        ),
      ),
      trainedBefore: false,
    }
  }
  const remarkAfter = async (training: Training) => {
    const { loss } = await train(training)
    expect(loss.every(Number.isFinite)).toBe(true)
    return { loss, remark: remarkOn(situationOf(training, loss)) }
  }

  const absurd: [string, RegExp, Training][] = [
    [
      'a huge column of inputs',
      /never below \S+e\d+ in all of its 60 epochs, where predicting 0 has 0\.\d+ .*column 2 of the inputs \(mean .*standardScaler\(x, 4\)/,
      { options: net([4, 16, 1], 0.01), x: column(2, (v) => 3e4 * (v + 2)), y: y1, fit: long },
    ],
    [
      'a rate a little too high',
      /ended at \S+ after all of its 12 epochs.*the learning rate 2\.2 is too high/,
      { options: net([4, 1], 2.2), x: base, y: y1, fit: { epochs: 12, batchSize: 200 } },
    ],
    [
      'targets that the last activation cannot reach',
      /the last layer's sigmoid makes only numbers from 0 to 1, and the targets \(mean 5\d{5}, deviation \d+\) lie outside; take activation: 'linear' there .*standardScaler\(y, 1\)/,
      {
        options: net([4, 8, 1], 0.01, { activation: 'sigmoid' }),
        x: base,
        y: change(y1, (v) => 5e5 + 1e5 * v),
        fit: { epochs: 10, batchSize: 16 },
      },
    ],
    [
      'crossEntropy with inputs of 1e4',
      /the same share for every class has 0\.693.*the inputs \(mean .*standardScaler\(x, 4\)/,
      {
        options: net([4, 2], 0.1, { loss: 'crossEntropy' }),
        x: change(base, (v) => 1e4 * v),
        y: Float32Array.from({ length: rows * 2 }, (_, i) => (classes[i >> 1] === i % 2 ? 1 : 0)),
        fit: { epochs: 8, batchSize: 16 },
      },
    ],
  ]
  it.each(absurd)(
    'but is absurd, with %s, is told so, and does better as told',
    async (_, pattern, training) => {
      const { remark } = await remarkAfter(training)
      expect(remark).toMatch(pattern)
      const again = followed(training, remark!)!
      const after = await remarkAfter({ ...again, fit: { ...again.fit, epochs: 60 } })
      expect(after.remark).toBeUndefined()
      expect(after.loss.at(-1)!).toBeLessThan(after.loss[0])
    },
  )

  const honest: [string, Training][] = [
    ['a good rate', { options: net([4, 16, 1], 0.05), x: base, y: y1, fit: long }],
    ['one epoch', { options: net([4, 16, 1], 0.01), x: base, y: y1, fit: { epochs: 1, batchSize: 200 } }],
    ['a rate that is far too low', { options: net([4, 16, 1], 1e-7), x: base, y: y1, fit: long }],
    [
      'targets of a thousandth',
      { options: net([4, 16, 1], 0.01), x: base, y: change(y1, (v) => v / 1000), fit: long },
    ],
    [
      'targets that are all the same',
      { options: net([4, 16, 1], 0.01), x: base, y: y1.map(() => 3), fit: long },
    ],
    [
      'targets of 20 ± 1',
      { options: net([4, 16, 1], 0.001), x: base, y: change(y1, (v) => 20 + v), fit: long },
    ],
    [
      'initial weights from standardNormal',
      { options: net([4, 16, 1], 0.01, { initializer: 'standardNormal' }), x: base, y: y1, fit: long },
    ],
    [
      'classes',
      { options: net([4, 8, 1], 0.1, { loss: 'binaryCrossEntropy' }), x: base, y: classes, fit: long },
    ],
    [
      'classes for sigmoid and quadratic',
      { options: net([4, 8, 1], 1, { activation: 'sigmoid' }), x: base, y: classes, fit: long },
    ],
  ]
  it.each(honest)('and honest, with %s, is told nothing', async (_, training) => {
    expect((await remarkAfter(training)).remark).toBeUndefined()
  })

  it('has its note printed, once in a process whatever the numbers', async () => {
    vi.resetModules()
    const { Network: Fresh } = await import('../src/index.ts')
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    for (const [, , { options, x, y, fit }] of [absurd[0], absurd[2]]) {
      await new Fresh(options).fit({ x, y }, fit)
    }
    const texts = warn.mock.calls.map(([text]) => String(text))
    warn.mockRestore()
    expect(texts).toEqual([expect.stringMatching(absurd[0][1])])
  })
})

describe('what is blamed', () => {
  const { architecture } = networkSettings({ sizes: [4, 16, 1] })
  const layer = { mean: 0, size: 0.3, biasSize: 0, largest: 0.6 }
  const situation: Situation = {
    architecture,
    x: { values: base, rows, columns: 4 },
    y: { values: y1, rows, columns: 1 },
    batchRows: rows,
    optimizer: plainSgd,
    learningRate: 1e-3,
    losses: [],
    weightsBefore: [layer, layer],
    trainedBefore: false,
  }
  const blamed = (more: Partial<Situation>) => causesOf({ ...situation, ...more }).map(({ what }) => what)
  const xOf = (f: (v: number) => number) => ({ values: change(base, f), rows, columns: 4 })
  const yOf = (f: (v: number) => number) => ({ values: change(y1, f), rows, columns: 1 })

  it('is no more than it takes to make the rate bearable', () => {
    const x = xOf((v) => 1e4 * v)
    const y = yOf((v) => 20 + v)
    expect(blamed({ x, y })).toEqual(['inputs'])
    expect(blamed({ x, y, learningRate: 0.05 })).toEqual(['inputs', 'targets'])
  })

  it('is the rate, and never the initial weights, in a network that was trained before', () => {
    const weightsBefore = [layer, { ...layer, size: 5, largest: 9 }]
    expect(blamed({ weightsBefore, learningRate: 0.05 })).toEqual(['weights'])
    expect(blamed({ weightsBefore, trainedBefore: true, learningRate: 0.05 })).toEqual(['rate'])
    const [rate, grown] = causesOf({
      ...situation,
      weightsBefore: [layer, { ...layer, size: 3e9, largest: 6e9 }],
      trainedBefore: true,
    }).sort((a) => (a.what === 'rate' ? -1 : 1))
    // The rate would do in a new network; it is lowered all the same, for it did not do in this one.
    expect(rate.text).toMatch(/0\.001 is too high; try 0\.0002$/)
    expect(grown.text).toMatch(/earlier training has brought the weights to 6e9, so start from a new network/)
  })

  it('is a rate that is lowered by 5 at the least where it did well for long', () => {
    const losses = [1, 0.5, 0.3, 0.2, 0.15, 0.12]
    const [{ text }] = causesOf({ ...situation, losses, learningRate: 0.005 })
    expect(text).toMatch(
      /0\.005 is too high for weights that have grown: the mean loss fell from 1 to 0\.12 in 6 epochs; try 0\.001$/,
    )
  })

  it('is not a note beside targets so small that any outputs are far from them', () => {
    const losses = [0.05, 0.05, 0.05, 0.05, 0.05, 0.05]
    const y = yOf((v) => v / 1000)
    expect(remarkOn({ ...situation, y, losses, learningRate: 1 })).toBeUndefined()
    expect(remarkOn({ ...situation, y, losses: losses.map((v) => 1e3 * v), learningRate: 1 })).toMatch(
      /never below 50 .*the learning rate 1 is too high/,
    )
  })
})

describe('a long history and wide inputs', () => {
  it('are no more than arguments of a call can be', () => {
    const wide = 400_000
    const { architecture } = networkSettings({ sizes: [wide, 1] })
    const situation: Situation = {
      architecture,
      x: { values: new Float32Array(2 * wide).fill(1e3), rows: 2, columns: wide },
      y: { values: [1, 2], rows: 2, columns: 1 },
      batchRows: 2,
      optimizer: plainSgd,
      learningRate: 0.01,
      losses: Array.from({ length: 300_000 }, (_, i) => 1e9 - i),
      weightsBefore: [{ mean: 0, size: 0.002, biasSize: 0, largest: 0.01 }],
      trainedBefore: false,
    }
    expect(causesOf(situation)[0].what).toBe('inputs')
    expect(remarkOn(situation)).toMatch(/never below 1e9 in all of its 300000 epochs/)
    const error = divergedError({ ...situation, epoch: 300_001, batch: 1, seen: 'loss', kept: 'nothing' })
    expect(error.message).toMatch(/the inputs \(mean 1000,/)
  })
})

describe('the statistics', () => {
  it('of columns are those of the scaler, and of all values as one column', () => {
    const values = numbers(300, 7, 5).map((v, i) => (i % 3 === 1 ? 1e8 + v : v))
    const { columns, overall, outlier } = statisticsOf({ values, rows: 100, columns: 3 })
    const scaler = standardScaler(values, 3)
    columns.forEach(({ mean, deviation, largest }, c) => {
      // A sum of 100 terms in float64.
      expect(Math.abs(mean / scaler.mean[c] - 1)).toBeLessThan(100 * 2 ** -52)
      expect(Math.abs(deviation / scaler.deviation[c] - 1)).toBeLessThan(1e-9)
      expect(largest).toBe(Math.max(...values.filter((_, i) => i % 3 === c).map(Math.abs)))
    })
    const all = standardScaler(values, 1)
    expect(overall.mean).toBeCloseTo(all.mean[0], 4)
    expect(overall.deviation / all.deviation[0]).toBeCloseTo(1, 9)
    expect(outlier).toBeUndefined()
  })

  it('know a value that stands alone, and what is left without its row', () => {
    const values = numbers(60, 8)
    values[31] = -5e4
    const matrix = { values, rows: 20, columns: 3 }
    expect(statisticsOf(matrix).outlier).toMatchObject({ row: 10, column: 1, value: -5e4 })
    const { seen, columns } = statisticsOf(matrix, 10)
    expect(seen).toEqual([...Array(20).keys()].filter((r) => r !== 10))
    expect(columns[1].largest).toBeLessThan(1)
  })

  it('look at a sample of large data, in its whole length', () => {
    const columns = 64
    const rows = 200_000
    const { seen } = statisticsOf({ values: new Float32Array(rows * columns), rows, columns })
    expect(seen.length).toBe(2 ** 19 / columns)
    expect(seen.at(-1)!).toBeGreaterThan(rows * 0.99)
    expect(statisticsOf({ values: new Float32Array(0), rows: 5, columns: 2 }).seen).toEqual([])
  })

  it("hold the largest eigenvalue of the inputs' second moments", () => {
    // [[14/3, 2], [2, 1]] of x = 1, 2, 3 beside a column of ones: (17/3 + √(11²/9 + 16)) / 2.
    const values = Float32Array.of(1, 1, 2, 1, 3, 1)
    const exact = (17 / 3 + Math.sqrt(121 / 9 + 16)) / 2
    const { square, largest, top } = momentsOf({ values, rows: 3, columns: 2 })
    expect(square).toBeCloseTo(17 / 3, 12)
    expect(largest).toBe(10)
    expect(top).toBeGreaterThanOrEqual(exact * (1 - 1e-12))
    expect(top).toBeLessThanOrEqual(square)
  })

  it('of weights leave the padding out', () => {
    const floats = Float32Array.of(9, 2, -2, 2, -2, 2, -6, 0, 0, 1, 3)
    const found = layerStatistics(floats, { offset: 1, length: 8 }, 6, { offset: 9, length: 2 }, 2)
    expect(found.mean).toBeCloseTo(-4 / 6, 12)
    expect(found.size).toBeCloseTo(Math.sqrt((5 * 4 + 36) / 6), 12)
    expect(found.biasSize).toBeCloseTo(Math.sqrt(5), 12)
    expect(found.largest).toBe(6)
  })
})

describe('an advised rate', () => {
  it.each([
    [0.36, 0.2],
    [0.2, 0.2],
    [7, 5],
    [1, 1],
    [0.0199, 0.01],
    [5.2e-9, 5e-9],
  ])('of at most %d is %d', (most, rate) => {
    expect(roundDown(most)).toBe(rate)
  })
})
