// A loss by its name and options: what is checked, shown and made of it.

import { describe, expect, it } from 'vitest'
import { type LossOptions, Network, type NetworkOptions, OptionError, ShapeError } from '../../src/index.ts'
import { numbers } from '../helpers/random.ts'

const kernels = ['reference', 'simd'] as const

describe('the options of a loss', () => {
  it.each<[string, unknown, string]>([
    ['an unknown name', { name: 'mse' }, "options.loss.name: expected one of 'quadratic', "],
    ['no name', { delta: 1 }, "options.loss.name: expected one of 'quadratic', "],
    ['no object', 3, "options.loss: expected one of 'quadratic', "],
    [
      'an option of another loss',
      { name: 'quadratic', delta: 1 },
      'options.loss: expected options among name, got "delta"',
    ],
    [
      'a δ of 0',
      { name: 'huber', delta: 0 },
      'options.loss.delta: expected a finite float32 number above 0, got 0',
    ],
    [
      'a δ that float32 has not',
      { name: 'huber', delta: 1e-60 },
      'options.loss.delta: expected a finite float32 number above 0',
    ],
    [
      'smoothing of 1',
      { name: 'crossEntropy', labelSmoothing: 1 },
      'options.loss.labelSmoothing: expected a number from 0 to below 1, got 1',
    ],
    [
      'a negative γ',
      { name: 'focal', gamma: -1 },
      'options.loss.gamma: expected a finite float32 number of at least 0, got -1',
    ],
    [
      'a balance above 1',
      { name: 'binaryFocal', alpha: 2 },
      "options.loss.alpha (a number or 'none'): expected a number from 0 to 1, got 2",
    ],
  ])('refuse %s', (_, loss, message) => {
    const make = () => new Network({ sizes: [2, 2], loss: loss as LossOptions })
    expect(make).toThrow(OptionError)
    expect(make).toThrow(message)
  })

  it.each<[LossOptions, string, string]>([
    [{ name: 'huber' }, 'linear', 'huber'],
    [{ name: 'huber', delta: 2 }, 'linear', 'huber, delta 2'],
    [{ name: 'crossEntropy', labelSmoothing: 0.1 }, 'softmax', 'crossEntropy, labelSmoothing 0.1'],
    [{ name: 'klDivergence' }, 'softmax', 'klDivergence'],
    [{ name: 'focal', gamma: 1, alpha: 0.5 }, 'softmax', 'focal, gamma 1, alpha 0.5'],
    [{ name: 'binaryFocal', alpha: 'none' }, 'sigmoid', 'binaryFocal, alpha none'],
    [{ name: 'poisson' }, 'softplus', 'poisson'],
    [{ name: 'hinge' }, 'linear', 'hinge'],
  ])('are shown, and make the network anew: %o', (loss, activation, text) => {
    const net = new Network({ sizes: [3, 2], loss })
    expect(net.layers.at(-1)!.activation).toBe(activation)
    expect(`${net}`).toContain(`(${activation}; ${text}; sgd 0.01;`)
    const again = JSON.parse(JSON.stringify(net)).options
    // By its name alone where all are the defaults.
    expect(again.loss).toEqual(text === loss.name ? loss.name : net.toJSON().options.loss)
    expect(`${new Network(again)}`).toBe(`${net}`)
    expect(new Network(again).loss([1, 2, 3], [0, 1])).toBe(net.loss([1, 2, 3], [0, 1]))
  })

  it('stand in what explain prints', () => {
    const lineOf = (loss: LossOptions) => new Network({ sizes: [1, 2], loss }).explain(1)
    expect(lineOf({ name: 'huber', delta: 2 })).toContain(
      "C = Σ (½ e² where |e| ≤ 2, else 2 (|e| − 1)), e = a1 − y; δ1 = max(−2, min(e, 2)) ⊙ linear'(z1)",
    )
    expect(lineOf({ name: 'crossEntropy' })).toContain('C = −Σ y log softmax(z1); δ1 = softmax(z1) − y ')
    expect(lineOf({ name: 'crossEntropy', labelSmoothing: 0.1 })).toContain(
      'C = −Σ t log softmax(z1), t = 0.9 y + 0.1 / outputs; δ1 = softmax(z1) − t ',
    )
    expect(lineOf({ name: 'binaryFocal' })).toContain(
      'C = −Σ [0.25 y (1 − a)^2 log a + 0.75 (1 − y) a^2 log(1 − a)]',
    )
    expect(lineOf({ name: 'binaryFocal', alpha: 'none' })).toContain(
      'C = −Σ [y (1 − a)^2 log a + (1 − y) a^2 log(1 − a)]',
    )
  })
})

describe.each(kernels)('%s', (name) => {
  it.each<[LossOptions, number]>([
    [{ name: 'crossEntropy', labelSmoothing: 0.25 }, 0.25 / 4],
    [{ name: 'binaryCrossEntropy', labelSmoothing: 0.25 }, 0.25 / 2],
  ])('smooths labels as if they had been given so: %o', async (loss, share) => {
    const x = numbers(20 * 3, 1)
    const y = Array.from({ length: 20 }, (_, r) => Array.from({ length: 4 }, (__, j) => +(j === r % 4)))
    const smoothed = y.map((row) => row.map((v) => 0.75 * v + share))
    const options: NetworkOptions = {
      sizes: [3, 5, 4],
      kernels: name,
      threads: 1,
      optimizer: { name: 'sgd', learningRate: 0.5 },
    }
    const one = new Network({ ...options, loss })
    const other = new Network({ ...options, loss: loss.name })
    // All shares are exact in float32.
    expect(one.loss(x, y)).toBe(other.loss(x, smoothed))
    await one.fit({ x, y }, { epochs: 3, batchSize: 8 })
    await other.fit({ x, y: smoothed }, { epochs: 3, batchSize: 8 })
    expect(one.weights(0)).toEqual(other.weights(0))
    // What is right is said by the labels themselves.
    expect(one.evaluate({ x, y }).accuracy).toBeDefined()
  })

  it('takes labels of 0 and 1 or of −1 and 1 under hinge, and parts outputs at 0', () => {
    for (const outputs of [1, 3]) {
      const net = new Network({ sizes: [outputs, outputs], loss: 'hinge', kernels: name })
      const identity = Array.from({ length: outputs ** 2 }, (_, i) => +(i % (outputs + 1) === 0))
      net.setWeights(0, identity)
      const x = [[0.3, -2, 0].slice(0, outputs), [-0.3, 2, 0.5].slice(0, outputs)]
      const bits = x.map((row) => row.map((v) => (v >= 0 ? 1 : 0)))
      const signs = x.map((row) => row.map((v) => (v >= 0 ? 1 : -1)))
      expect(net.evaluate({ x, y: bits })).toEqual(net.evaluate({ x, y: signs }))
      expect(net.evaluate({ x, y: bits }).accuracy).toBe(1)
      expect(net.evaluate({ x, y: signs.map((row) => row.map((v) => -v)) }).accuracy).toBe(0)
      // 0.7 in both rows, and where there are three outputs 1 and 0.5 more.
      expect(net.loss(x, bits)).toBeCloseTo(outputs === 1 ? 0.7 : 0.7 + 0.75, 6)
      expect([...net.classify(x)]).toEqual(bits.flat())
    }
  })
})

describe('targets', () => {
  it.each<[NetworkOptions['loss'], number[], string]>([
    ['hinge', [0.5, 1], 'y[0][0]: expected a target of -1, 0 or 1 for hinge, got 0.5'],
    ['hinge', [1, 2], 'y[0][1]: expected a target of -1, 0 or 1 for hinge, got 2'],
    ['categoricalHinge', [0.5, 0.5], 'y[0][0]: expected a target of 0 or 1 for categoricalHinge, got 0.5'],
    ['poisson', [1, -1], 'y[0][1]: expected a target of at least 0 for poisson, got -1'],
    ['klDivergence', [-0.5, 1.5], 'y[0][0]: expected a target of at least 0 for klDivergence, got -0.5'],
    ['binaryFocal', [0, 1.5], 'y[0][1]: expected a target from 0 to 1 for binaryFocal, got 1.5'],
    [
      { name: 'crossEntropy', labelSmoothing: 0.5 },
      [-1, 1],
      'y[0][0]: expected a target of at least 0 for crossEntropy',
    ],
  ])('are refused that %o has no meaning for: %o', (loss, row, message) => {
    const net = new Network({ sizes: [1, 2], loss } as NetworkOptions)
    expect(() => net.loss([[1]], [row])).toThrow(ShapeError)
    expect(() => net.loss([[1]], [row])).toThrow(message)
  })
})
