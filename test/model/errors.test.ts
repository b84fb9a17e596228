// What a user is told when something is wrong: the argument, what was expected, what came. And that nothing is lost.

import { describe, expect, it } from 'vitest'
import { Network, OptionError } from '../../src/index.ts'
import { type Anything, make, x, y } from '../helpers/errors.ts'
import { numbers } from '../helpers/random.ts'

describe('network options', () => {
  const known =
    "'linear', 'sigmoid', 'tanh', 'relu', 'leakyRelu', 'elu', 'selu', 'gelu', 'silu', 'softplus', 'softsign', 'softmax'"
  it.each<[string, Anything, string]>([
    ['no options', undefined, 'options: expected an object of options, got undefined'],
    [
      'no shape',
      {},
      'options: expected the shape once, as { inputs, layers } or as { sizes: [784, 30, 10] }, got neither',
    ],
    ['the shape twice', { sizes: [1, 2], inputs: 1 }, 'got both'],
    [
      'layers without inputs',
      { layers: [2] },
      'options.inputs: expected the number of values in a row of x, got undefined',
    ],
    ['inputs without layers', { inputs: 2 }, 'options.layers: expected an array of layers, got undefined'],
    ['one size', { sizes: [3] }, 'options.sizes: expected an array of 2 or more layer sizes, got [3]'],
    ['a size of 0', { sizes: [3, 0] }, 'options.sizes[1]: expected a whole number from 1 to 16777216, got 0'],
    [
      'a fractional size',
      { sizes: [3.5, 1] },
      'options.sizes[0]: expected a whole number from 1 to 16777216, got 3.5',
    ],
    ['no layers', { inputs: 1, layers: [] }, 'options.layers: expected an array of 1 or more layers, got []'],
    [
      'a layer without units',
      { inputs: 1, layers: [{}] },
      'options.layers[0].units: expected a whole number',
    ],
    [
      'an unknown activation',
      { sizes: [1, 1], activation: 'sigmoidd' },
      `options.activation: expected one of ${known}, got "sigmoidd"`,
    ],
    [
      'an unknown activation of a layer',
      { inputs: 1, layers: [{ units: 1, activation: 'no' }] },
      `options.layers[0].activation: expected one of ${known}, got "no"`,
    ],
    [
      'an unknown loss',
      { sizes: [1, 1], loss: 'mse' },
      "options.loss: expected one of 'quadratic', 'crossEntropy', 'binaryCrossEntropy', 'meanAbsoluteError', 'huber', 'logCosh', 'hinge', " +
        "'categoricalHinge', 'poisson', 'klDivergence', 'focal', 'binaryFocal', got \"mse\"",
    ],
    [
      'an unknown option',
      { sizes: [1, 1], learningRate: 1 },
      'options: expected options among sizes, inputs, layers',
    ],
    [
      'an unknown optimizer',
      { sizes: [1, 1], optimizer: 'adamm' },
      "options.optimizer.name: expected one of 'sgd', 'rmsprop', 'adagrad', 'adam', 'adamw', 'nadam', 'lion', 'lbfgs', got \"adamm\"",
    ],
    [
      'a learning rate of 0',
      { sizes: [1, 1], optimizer: { name: 'sgd', learningRate: 0 } },
      'options.optimizer.learningRate: expected a finite float32 number above 0, got 0',
    ],
    [
      'a learning rate of NaN',
      { sizes: [1, 1], optimizer: { name: 'sgd', learningRate: Number.NaN } },
      'got NaN',
    ],
    [
      'a negative seed',
      { sizes: [1, 1], seed: -1 },
      'options.seed: expected a whole number of at least 0, got -1',
    ],
    [
      'unknown kernels',
      { sizes: [1, 1], kernels: 'gpu' },
      "options.kernels: expected one of 'auto', 'relaxed', 'simd', 'reference', got \"gpu\"",
    ],
    [
      'an unknown initializer',
      { sizes: [1, 1], initializer: 'xavier' },
      "options.initializer (a name or a function): expected one of 'glorotNormal'",
    ],
    ['a bias that is no boolean', { sizes: [1, 1], bias: 0 }, 'options.bias: expected true or false, got 0'],
    [
      'softmax in a hidden layer',
      { inputs: 1, layers: [{ units: 2, activation: 'softmax' }, 1] },
      "options.layers[0].activation: expected an elementwise activation (only the last layer may be 'softmax')",
    ],
    [
      'crossEntropy without softmax',
      { inputs: 1, layers: [{ units: 2, activation: 'relu' }], loss: 'crossEntropy' },
      "'crossEntropy' expects 'softmax' as the last layer's activation, got 'relu' (with 'relu' the loss can be 'quadratic' or 'meanAbsoluteError' or 'huber' or 'logCosh' or 'hinge' or 'categoricalHinge')",
    ],
    [
      'an initializer of the wrong size',
      { sizes: [2, 2], initializer: () => [1, 2, 3] },
      'weights(0): expected rows of 2 values, got 3 values',
    ],
    [
      'an initializer with NaN',
      { sizes: [1, 1], initializer: () => [Number.NaN] },
      'weights(0)[0][0]: expected a finite number, got NaN',
    ],
    [
      'crossEntropy with one output',
      { sizes: [2, 1], loss: 'crossEntropy' },
      "options.loss: 'crossEntropy' expects 2 or more outputs, one a class, got 1, whose softmax is always 1",
    ],
    [
      'momentum of 1',
      { sizes: [2, 1], optimizer: { name: 'sgd', momentum: 1 } },
      'options.optimizer.momentum: expected a number from 0 to below 1, got 1',
    ],
    [
      'Nesterov without momentum',
      { sizes: [2, 1], optimizer: { name: 'sgd', nesterov: true } },
      "options.optimizer.momentum: expected a number above 0 with 'nesterov', got 0",
    ],
    [
      'dampening without momentum',
      { sizes: [2, 1], optimizer: { name: 'sgd', dampening: 0.5 } },
      "options.optimizer.momentum: expected a number above 0 with 'dampening', got 0",
    ],
    [
      'dampening after Nesterov',
      { sizes: [2, 1], optimizer: { name: 'sgd', momentum: 0.9, dampening: 0.5, nesterov: true } },
      "options.optimizer.dampening: expected 0 with 'nesterov', got 0.5",
    ],
    [
      'a weight decay below 0',
      { sizes: [2, 1], optimizer: { name: 'adamw', weightDecay: -0.1 } },
      'options.optimizer.weightDecay: expected a finite float32 number of at least 0, got -0.1',
    ],
    [
      'a weight decay that float32 cannot hold',
      { sizes: [2, 1], optimizer: { name: 'lion', weightDecay: 1e39 } },
      'options.optimizer.weightDecay: expected a finite float32 number of at least 0, got 1e+39',
    ],
    [
      'a rho of 1',
      { sizes: [2, 1], optimizer: { name: 'rmsprop', rho: 1 } },
      'options.optimizer.rho: expected a number from 0 to below 1, got 1',
    ],
    [
      'an option of another optimizer',
      { sizes: [2, 1], optimizer: { name: 'adam', momentum: 0.9 } as unknown as { name: 'adam' } },
      'options.optimizer: expected options among name, learningRate, beta1, beta2, epsilon, weightDecay, got "momentum"',
    ],
  ])('refuses %s', (_, options, message) => {
    expect(() => new Network(options)).toThrow(message)
  })
  it('are those of the optimizer whose name was read, whatever an object answers the second time', () => {
    let reads = 0
    const shifty = {
      get name() {
        reads += 1
        return reads === 1 ? 'sgd' : 'adam'
      },
    }
    const optimizer = shifty as unknown as { name: 'sgd' }
    expect(() => new Network({ sizes: [2, 1], optimizer })).toThrow(
      "options.optimizer.name: expected one of 'sgd'",
    )
  })
  it('are refused with an OptionError', () => {
    expect(() => make({ seed: 1.5 })).toThrow(OptionError)
  })
})

describe('fit options', () => {
  it.each<[string, Anything, string]>([
    [
      'a batch size of 0',
      { batchSize: 0 },
      'fit options.batchSize: expected a whole number of at least 1, got 0',
    ],
    [
      'a fractional batch size',
      { batchSize: 2.5 },
      'fit options.batchSize: expected a whole number of at least 1, got 2.5',
    ],
    ['no epochs', { epochs: 0 }, 'fit options.epochs: expected a whole number of at least 1, got 0'],
    ['a text for epochs', { epochs: '3' }, 'got "3"'],
    ['an unknown option', { epoch: 3 }, 'fit options: expected options among epochs, batchSize'],
    ['a shuffle that is no boolean', { shuffle: 1 }, 'fit options.shuffle: expected true or false, got 1'],
    ['a callback that is none', { onEpoch: 1 }, 'fit options.onEpoch: expected a function, got 1'],
    ['a signal that is none', { signal: {} }, 'fit options.signal: expected an AbortSignal'],
    [
      'a learning rate below 0',
      { learningRate: -1 },
      'fit options.learningRate: expected a finite float32 number above 0, got -1',
    ],
  ])('refuse %s', async (_, options, message) => {
    await expect(make().fit({ x, y }, options)).rejects.toThrow(message)
    await expect(make().fit({ x, y }, options)).rejects.toThrow(OptionError)
  })
  it('are refused of trainBatch and checkGradients too', () => {
    expect(() => make().trainBatch(x, y, { learningRate: 0 })).toThrow(
      'trainBatch options.learningRate: expected a finite float32 number above 0, got 0',
    )
    expect(() => make().trainBatch(x, y, { batchSize: 3 } as Anything)).toThrow('trainBatch options')
    expect(() => make().checkGradients(x, y, { samples: 0 })).toThrow('checkGradients options.samples')
    expect(() => make().checkGradients(x, y, { epsilon: -1 })).toThrow('checkGradients options.epsilon')
    expect(() => make().explain(0)).toThrow(
      'explain: batchSize: expected a whole number of at least 1, got 0',
    )
  })
})

describe('parameters', () => {
  it('are refused where they do not fit', () => {
    const net = make()
    expect(() => net.setWeights(0, new Float32Array(11))).toThrow(
      'weights(0): expected rows of 4 values, got 11 values',
    )
    expect(() => net.setWeights(0, new Float32Array(8))).toThrow(
      'weights(0): expected (3 × 4) values, got (2 × 4)',
    )
    expect(() =>
      net.setWeights(1, [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, Number.NaN],
      ]),
    ).toThrow('weights(1)[3][1]: expected a finite number')
    expect(() => net.setBiases(0, [1])).toThrow(
      'biases(0): expected rows of 4 values, got 1 values, which is 0 × 4 + 1',
    )
    expect(() => make({ bias: false }).setBiases(0, [1, 2, 3, 4])).toThrow(
      'expected a layer with biases, got layer 0',
    )
    for (const l of [-1, 2, 0.5, Number.NaN]) {
      expect(() => net.weights(l)).toThrow(`weights: expected a layer from 0 to 1, got ${l}`)
    }
  })
  it('come back as they were set', () => {
    const net = make()
    const w = numbers(12, 9)
    net.setWeights(0, w)
    expect([...net.weights(0)]).toEqual([...w])
    net.setWeights(0, [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10, 11, 12],
    ])
    expect([...net.weights(0)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    net.setBiases(1, [0.5, -0.5])
    expect([...net.biases(1)]).toEqual([0.5, -0.5])
  })
})
