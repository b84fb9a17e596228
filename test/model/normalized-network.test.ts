// Networks whose layers are normalised: gradients against central differences, steps and running statistics against the
// textbook, the same bits on any number of threads, and what a user reads, sets and is refused.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { digits } from '../../src/datasets/index.ts'
import {
  type HiddenActivationName,
  type KernelsName,
  Network,
  type NetworkOptions,
  OptionError,
  ShapeError,
} from '../../src/index.ts'
import { activations } from '../../src/model/tables.ts'
import { measureThreads } from '../../src/threads/crew.ts'
import { stopIdleWorkers } from '../../src/threads/pool.ts'
import { runsRelaxed } from '../helpers/backends.ts'
import { numbers } from '../helpers/random.ts'
import {
  type StagedNetwork,
  stagedGradient,
  stagedLoss,
  stagedPass,
  stagedStep,
} from '../helpers/textbook-stages.ts'

measureThreads(false)
afterEach(async () => {
  vi.unstubAllGlobals()
  await stopIdleWorkers()
})

const kernelNames: KernelsName[] = ['reference', 'simd', ...(runsRelaxed ? (['relaxed'] as const) : [])]
const hiddenNames = Object.keys(activations).filter((name) => name !== 'softmax') as HiddenActivationName[]
const ways = ['layer', 'batch'] as const

const inRows = (values: ArrayLike<number>, n: number): number[][] =>
  Array.from({ length: values.length / n }, (_, r) => Array.from({ length: n }, (__, j) => values[r * n + j]))

/** Parameters that are not those of the beginning, so that nothing cancels. */
function scatter(net: Network, seed: number): Network {
  net.layers.forEach(({ units, normalization, bias }, l) => {
    if (bias) net.setBiases(l, numbers(units, seed + l, 0.5))
    if (!normalization) return
    net.setGains(
      l,
      numbers(units, seed + 10 + l).map((v) => 1 + v / 2),
    )
    net.setShifts(l, numbers(units, seed + 20 + l))
    if (normalization.name !== 'batch') return
    net.setRunningMean(l, numbers(units, seed + 30 + l))
    net.setRunningVariance(
      l,
      numbers(units, seed + 40 + l).map((v) => 1.5 + v),
    )
  })
  return net
}

const bookOf = (net: Network, loss: string): StagedNetwork => ({
  loss,
  layers: net.layers.map(({ units, bias, activation, normalization }, l) => ({
    weights: inRows(net.weights(l), units),
    biases: bias ? [...net.biases(l)] : undefined,
    activation: activation as string,
    normalization: normalization?.name,
    epsilon: normalization?.epsilon ?? 1e-5,
    gains: [...net.gains(l)],
    shifts: [...net.shifts(l)],
    runningMean: [...net.runningMean(l)],
    runningVariance: [...net.runningVariance(l)],
  })),
})

const bitsOf = (net: Network): string =>
  Buffer.concat(
    net.layers.flatMap((_, l) =>
      [
        net.weights(l),
        net.biases(l),
        net.gains(l),
        net.shifts(l),
        net.runningMean(l),
        net.runningVariance(l),
      ].map((one) => Buffer.from(one.buffer)),
    ),
  ).toString('hex')

describe.each(ways)('the gradient with %s normalization', (normalization) => {
  it.each(hiddenNames)('agrees with central differences behind %s', (activation) => {
    for (const depth of [1, 2, 3, 4]) {
      for (const rows of normalization === 'layer' ? [1, 2, 5] : [2, 5]) {
        const net = scatter(
          new Network({
            inputs: 4,
            layers: [
              ...Array.from({ length: depth - 1 }, (_, l) => ({ units: 5 + l })),
              // Alone it is the output layer that is normalised.
              { units: 3, activation: depth === 1 ? activation : 'linear', normalization },
            ],
            activation,
            normalization,
            kernels: 'simd',
            initializer: 'heNormal',
            seed: 10 * depth + rows,
          }),
          depth + rows,
        )
        const check = net.checkGradients(numbers(rows * 4, 1 + rows), numbers(rows * 3, 2 + rows), {
          samples: 'all',
          epsilon: 1e-6,
        })
        for (const { name, relativeError, kernelError, worst } of check.groups) {
          const what = `${name}, depth ${depth}, ${rows} rows: ${JSON.stringify(worst)}`
          const apart = Math.abs(worst.backpropagation - worst.differences)
          // Two rows are ±1 after the batch's normalisation, whatever z is, and a shift in front of a batch's mean is taken
          // away: where a gradient is 0, or ε's alone, differences lose it in rounding.
          if (normalization === 'batch' && (rows === 2 || activation === 'linear')) {
            expect(relativeError < 1e-6 || apart < 1e-7, what).toBe(true)
          } else {
            expect(relativeError, what).toBeLessThan(1e-6)
            expect(kernelError, what).toBeLessThan(2e-4)
          }
        }
        const vectors = net.layers.flatMap((_, l) => [`γ${l + 1}`, `β${l + 1}`])
        expect(check.groups.map(({ name }) => name)).toEqual(expect.arrayContaining(vectors))
      }
    }
  })
})

describe.each(kernelNames)('%s', (kernels) => {
  const make = (normalization: 'layer' | 'batch', more: Partial<NetworkOptions> = {}) =>
    scatter(
      new Network({
        inputs: 6,
        layers: [{ units: 9, activation: 'tanh' }, { units: 5, activation: 'silu' }, 3],
        normalization,
        loss: 'crossEntropy',
        optimizer: { name: 'sgd', learningRate: 0.1 },
        kernels,
        ...more,
      } as NetworkOptions),
      7,
    )
  const rows = 13
  const x = inRows(numbers(rows * 6, 1), 6)
  const classes = x.map((_, r) => r % 3)
  const y = classes.map((c) => [0, 1, 2].map((j) => Number(j === c)))

  it.each(ways)("gives the textbook's outputs, loss and gradient: %s", (normalization) => {
    const net = make(normalization)
    const book = bookOf(net, 'crossEntropy')
    const outputs = stagedPass(book, x, false).at(-1)!.a.flat()
    for (const [i, value] of net.predict(x).entries()) expect(value).toBeCloseTo(outputs[i], 5)
    expect(net.loss(x, classes)).toBeCloseTo(stagedLoss(book, x, y, false), 5)
    const found = net.gradients(x, classes)
    const expected = stagedGradient(book, x, y)
    expect(found.loss).toBeCloseTo(stagedLoss(book, x, y, true), 5)
    net.layers.forEach(({ bias, normalization: normal }, l) => {
      const pairs = [
        [found.weights[l], expected.weights[l].flat()],
        [found.biases[l], bias ? expected.biases[l] : []],
        [found.gains[l], normal ? expected.gains[l] : []],
        [found.shifts[l], normal ? expected.shifts[l] : []],
      ] as const
      for (const [one, other] of pairs) {
        expect(one.length).toBe(other.length)
        for (const [i, value] of one.entries()) expect(value).toBeCloseTo(other[i], 5)
      }
    })
  })

  it.each(ways)(
    "takes the textbook's steps, in ragged batches down to one row: %s",
    async (normalization) => {
      const net = make(normalization)
      const book = bookOf(net, 'crossEntropy')
      // 13 rows in batches of 4: the last one is one row.
      const history = await net.fit({ x, y: classes }, { epochs: 2, batchSize: 4, shuffle: false })
      for (let epoch = 0; epoch < 2; ++epoch) {
        let loss = 0
        for (let from = 0; from < rows; from += 4) {
          const batch = x.slice(from, from + 4)
          loss += stagedStep(book, batch, y.slice(from, from + 4), 0.1) * batch.length
        }
        expect(history.loss[epoch]).toBeCloseTo(loss / rows, 5)
      }
      book.layers.forEach((layer, l) => {
        const pairs = [
          [net.weights(l), layer.weights.flat()],
          [net.biases(l), layer.biases ?? []],
          [net.gains(l), layer.gains!],
          [net.shifts(l), layer.shifts!],
          [net.runningMean(l), layer.runningMean!],
          [net.runningVariance(l), layer.runningVariance!],
        ] as const
        for (const [found, expected] of pairs) {
          expect(found.length).toBe(expected.length)
          for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i], 4)
        }
      })
    },
  )

  it.each(ways)(
    'trainBatch takes the step of a fit on one batch, or none at all: %s',
    async (normalization) => {
      const one = make(normalization)
      const other = make(normalization)
      const loss = one.trainBatch(x, classes)
      const history = await other.fit({ x, y: classes }, { batchSize: rows, shuffle: false })
      expect(loss).toBe(history.loss[0])
      expect(bitsOf(one)).toBe(bitsOf(other))
      // In the update: the loss before it is finite.
      const torn = make(normalization, { loss: 'quadratic' })
      const before = bitsOf(torn)
      const far = y.map((row) => row.map((v) => 1e10 * (v + 1)))
      expect(() => torn.trainBatch(x, far, { learningRate: 3e38 })).toThrow(/parameters/)
      expect(bitsOf(torn)).toBe(before)
    },
  )

  it.each([
    ['layer', 'sgd', false],
    ['batch', 'sgd', true],
    ['batch', 'adam', false],
  ] as const)(
    'trains to the same bits on 1 to 4 threads: %s, %s, nonzeros %s',
    async (normalization, name, sparse) => {
      const columns = 101
      const data = {
        x: numbers(67 * columns, 1).map((v, i) => (sparse && (i * 7) % 3 < 2 ? 0 : v)),
        y: Int32Array.from({ length: 67 }, (_, r) => r % 5),
      }
      const train = async (threads: number, offThread: boolean, wide = false) => {
        const net = new Network({
          inputs: columns,
          layers: [{ units: 33, activation: 'tanh' }, { units: 64, activation: 'gelu' }, { units: 70 }, 5],
          normalization,
          dropout: 0.1,
          loss: 'crossEntropy',
          optimizer: { name, learningRate: 0.05 },
          kernels,
          threads,
          wide,
        })
        const first = await net.fit(data, { epochs: 2, batchSize: 29, validation: data, offThread })
        const second = await net.fit(data, { batchSize: 11, offThread })
        return [bitsOf(net), first.loss, first.validationLoss, second.loss]
      }
      const expected = await train(1, false)
      if (kernels === 'reference') return
      for (const threads of [1, 2, 3, 4]) expect(await train(threads, true)).toEqual(expected)
      expect(await train(1, false, true)).toEqual(expected)
      vi.stubGlobal('SharedArrayBuffer', undefined)
      expect(await train(1, true)).toEqual(expected)
    },
  )

  it.each(ways)('learns the digits: %s, with dropout', async (normalization) => {
    const { x: images, y: labels } = digits()
    const net = new Network({
      inputs: 64,
      layers: [{ units: 48 }, { units: 32 }, 10],
      normalization,
      dropout: 0.1,
      loss: 'crossEntropy',
      optimizer: 'adam',
      kernels,
    })
    const part = (test: boolean) => {
      const chosen = [...labels.keys()].filter((r) => (r % 5 === 0) === test)
      return {
        x: chosen.map((r) => images.subarray(r * 64, r * 64 + 64)),
        y: chosen.map((r) => labels[r]),
      }
    }
    await net.fit(part(false), { epochs: kernels === 'reference' ? 8 : 15, batchSize: 32 })
    const { accuracy } = net.evaluate(part(true))
    expect(accuracy).toBeGreaterThan(0.93)
  })
})

it('gives the figures of PyTorch for a small case', () => {
  // BatchNorm1d(1) in training, x = 1, 2, 3, 6: mean 3, biased variance 3.5, unbiased 14/3.
  const net = new Network({
    inputs: 1,
    layers: [{ units: 1, activation: 'linear', normalization: 'batch' }],
    kernels: 'reference',
    optimizer: { name: 'sgd', learningRate: 1e-30 },
  })
  net.setWeights(0, [1])
  const x = [1, 2, 3, 6]
  // At ẑ, so that the loss is ½ Σ ẑ² / 4 = ½ · 3.5 / (3.5 + 1e-5).
  expect(net.trainBatch(x, [0, 0, 0, 0])).toBeCloseTo((0.5 * 3.5) / (3.5 + 1e-5), 6)
  expect(net.runningMean(0)[0]).toBeCloseTo(0.3, 6)
  expect(net.runningVariance(0)[0]).toBeCloseTo(0.9 + (0.1 * 14) / 3, 6)
  // In prediction (x − 0.3) / √(1.3666… + 1e-5).
  expect(net.predict([3])[0]).toBeCloseTo(2.7 / Math.sqrt(0.9 + 1.4 / 3 + 1e-5), 5)
  // LayerNorm(3): x = 1, 2, 6: mean 3, biased variance 14/3.
  const layer = new Network({
    inputs: 3,
    layers: [{ units: 3, activation: 'linear', normalization: 'layer', bias: false }],
    kernels: 'reference',
  })
  layer.setWeights(0, [1, 0, 0, 0, 1, 0, 0, 0, 1])
  const scale = 1 / Math.sqrt(14 / 3 + 1e-5)
  const [a, b, c] = layer.predict([1, 2, 6])
  for (const [found, expected] of [
    [a, -2 * scale],
    [b, -scale],
    [c, 3 * scale],
  ]) {
    expect(found).toBeCloseTo(expected, 5)
  }
})

describe('the options of normalization', () => {
  const make = (options: object) =>
    new Network({ inputs: 2, layers: [4, 3, 2], ...options } as NetworkOptions)

  it('are those of the network for hidden layers, and of a layer before these', () => {
    const net = make({
      layers: [
        4,
        { units: 3, normalization: 'none' },
        { units: 3, normalization: { name: 'layer', epsilon: 1e-3 } },
        2,
      ],
      normalization: { name: 'batch', momentum: 0.01 },
    })
    expect(net.layers.map(({ normalization }) => normalization)).toEqual([
      { name: 'batch', epsilon: 1e-5, momentum: 0.01 },
      undefined,
      { name: 'layer', epsilon: 1e-3 },
      undefined,
    ])
    // γ and β, and no biases in front of the batch's mean.
    expect(net.layers.map(({ bias }) => bias)).toEqual([false, true, true, true])
    expect(net.parameterCount).toBe(2 * 4 + 8 + (4 * 3 + 3) + (3 * 3 + 3 + 6) + (3 * 2 + 2))
    expect(make({ layers: [{ units: 4, normalization: 'batch', bias: true }, 2] }).layers[0].bias).toBe(true)
  })

  it('are among the options that the network returns, and make the same network', () => {
    const net = make({ normalization: { name: 'batch', momentum: 0.2 }, dropout: 0.5, inputDropout: 0.1 })
    const { options, parameters } = net.toJSON()
    expect(parameters[0].gains).toHaveLength(net.layers[0].units)
    const again = new Network(options as NetworkOptions)
    expect(again.toJSON()).toEqual(net.toJSON())
    expect(`${net}`).toContain('(input dropout 0.1; batch norm + relu + dropout 0.5 ×2, linear; quadratic;')
  })

  it.each([
    [
      { normalization: 'group' },
      "options.normalization: expected one of 'layer', 'batch', 'none', got \"group\"",
    ],
    [
      { normalization: { name: 'none' } },
      "options.normalization.name: expected one of 'layer', 'batch', got \"none\"",
    ],
    [
      { normalization: { name: 'layer', momentum: 0.1 } },
      'options.normalization: expected options among name, epsilon',
    ],
    [
      { normalization: { name: 'batch', epsilon: 0 } },
      'options.normalization.epsilon: expected a finite float32',
    ],
    [
      { normalization: { name: 'batch', momentum: 1.5 } },
      'options.normalization.momentum: expected a number from 0 to 1',
    ],
    [
      { layers: [3, { units: 2, normalization: 'layer' }], loss: 'crossEntropy' },
      "options.layers[1].normalization: expected 'none' in a last layer of 'softmax' with the loss 'crossEntropy'",
    ],
    [
      { layers: [3, { units: 2, activation: 'softmax', normalization: 'batch' }], loss: 'quadratic' },
      "options.layers[1].normalization: expected 'none' in a last layer of 'softmax' with the loss 'quadratic'",
    ],
  ])('are refused where they make no sense: %j', (options, message) => {
    expect(() => make(options)).toThrow(OptionError)
    expect(() => make(options)).toThrow(message)
  })

  it('let no network train on batches of one row that are to be normalised', async () => {
    const net = make({ normalization: 'batch' })
    const before = bitsOf(net)
    expect(() => net.trainBatch([1, 2], [1, 2])).toThrow(ShapeError)
    await expect(net.fit({ x: [1, 2, 3, 4], y: [1, 2, 3, 4] }, { batchSize: 1 })).rejects.toThrow(
      'fit: batch normalization expects 2 or more rows in a batch, got 1',
    )
    expect(bitsOf(net)).toBe(before)
    // Each row is its own mean by its layer, and may be alone.
    make({ normalization: 'layer' }).trainBatch([1, 2], [1, 2])
  })
})

describe('gains, shifts and running statistics', () => {
  const net = new Network({
    inputs: 2,
    layers: [{ units: 5, normalization: 'batch' }, { units: 3, normalization: 'layer' }, 2],
  })

  it('begin where they leave a normalised z as it is', () => {
    expect(net.gains(0)).toEqual(new Float32Array(5).fill(1))
    expect(net.shifts(0)).toEqual(new Float32Array(5))
    expect(net.runningMean(0)).toEqual(new Float32Array(5))
    expect(net.runningVariance(0)).toEqual(new Float32Array(5).fill(1))
    expect(net.gains(1)).toEqual(new Float32Array(3).fill(1))
    expect([net.runningMean(1), net.gains(2), net.shifts(2), net.runningVariance(2)]).toEqual(
      new Array(4).fill(new Float32Array(0)),
    )
  })

  it('are set, and refused where there are none', () => {
    net.setGains(0, [1, 2, 3, 4, 5])
    net.setRunningVariance(0, [0, 1, 2, 3, 4])
    expect(net.gains(0)).toEqual(Float32Array.of(1, 2, 3, 4, 5))
    expect(net.runningVariance(0)).toEqual(Float32Array.of(0, 1, 2, 3, 4))
    expect(() => net.setGains(0, [1, 2])).toThrow(ShapeError)
    expect(() => net.setShifts(2, [1, 2])).toThrow(
      'setShifts: expected a layer with normalization, got layer 2, which has none',
    )
    expect(() => net.setRunningMean(1, [1, 2, 3])).toThrow(
      "setRunningMean: expected a layer with normalization 'batch', got layer 1, which has none",
    )
    expect(() => net.setRunningVariance(0, [1, 1, -1, 1, 1])).toThrow(
      'runningVariance(0): expected numbers of at least 0, got -1 at 2',
    )
    expect(() => net.gains(3)).toThrow(OptionError)
  })
})

it('explains what is done to z and to a', () => {
  const text = new Network({
    inputs: 4,
    layers: [
      { units: 3, normalization: 'batch', dropout: 0.2 },
      { units: 3, normalization: 'layer' },
      { units: 2, normalization: 'batch' },
    ],
    inputDropout: 0.1,
    kernels: 'simd',
  })
    .explain(8)
    .replace(/ +/g, ' ')
  for (const line of [
    'dropout a0 = x ⊙ mask0 / 0.9',
    'forward z1 = a0 · W1',
    'normalize ẑ1 = (z1 − μ) / √(σ² + 0.00001), μ and σ² of each unit over the batch; u1 = γ1 ⊙ ẑ1 + β1; a1 = relu(u1)',
    'dropout a1 = a1 ⊙ mask1 / 0.8',
    'μ and σ² of each row; u2 = γ2 ⊙ ẑ2 + β2; a2 = relu(u2)',
    "δu3 = (a3 − y) ⊙ linear'(u3)",
    'δ3 = γ3 ⊙ (δu3 − mean(δu3) − ẑ3 ⊙ mean(δu3 ⊙ ẑ3)) / σ',
    "δu1 = δ2 · W2ᵀ ⊙ relu'(u1) ⊙ mask1 / 0.8",
    'δ2 = (g − mean(g) − ẑ2 · mean(g ⊙ ẑ2)) / σ, g = γ2 ⊙ δu2',
    'γ1 −= η · Σ δu1 ⊙ ẑ1 / 8',
    'β1 −= η · Σ δu1 / 8',
    'W1 −= η · a0ᵀ · δ1 / 8',
    'mean1 = 0.9 mean1 + 0.1 μ; variance1 = 0.9 variance1 + 0.1 σ² · 8 / 7',
  ]) {
    expect(text).toContain(line)
  }
})
