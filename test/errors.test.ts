// What a user is told when something is wrong: the argument, what was expected, what came. And that nothing is lost.

import { describe, expect, it } from 'vitest'
import {
  BackendError,
  DivergedError,
  Network,
  OptionError,
  ShapeError,
  type SizedNetworkOptions,
} from '../src/index.ts'
import { numbers } from './helpers/random.ts'

const make = (options: Partial<SizedNetworkOptions> = {}) =>
  new Network({ sizes: [3, 4, 2], activation: 'sigmoid', seed: 1, ...options })

const x = numbers(3 * 6, 1)
const y = [0, 1, 0, 1, 1, 0]

const parametersOf = (net: Network) => net.layers.flatMap((_, l) => [...net.weights(l), ...net.biases(l)])

// biome-ignore lint/suspicious/noExplicitAny: what a caller without types may pass
type Anything = any

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
      "options.loss: expected one of 'quadratic', 'crossEntropy', 'binaryCrossEntropy', 'meanAbsoluteError', got \"mse\"",
    ],
    [
      'an unknown option',
      { sizes: [1, 1], learningRate: 1 },
      'options: expected options among sizes, inputs, layers',
    ],
    [
      'an unknown optimizer',
      { sizes: [1, 1], optimizer: 'adamm' },
      "options.optimizer.name: expected one of 'sgd', 'adam', got \"adamm\"",
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
      "'crossEntropy' expects 'softmax' as the last layer's activation, got 'relu' (with 'relu' the loss can be 'quadratic' or 'meanAbsoluteError')",
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
      'an option of another optimizer',
      { sizes: [2, 1], optimizer: { name: 'adam', momentum: 0.9 } as unknown as { name: 'adam' } },
      'options.optimizer: expected options among name, learningRate, beta1, beta2, epsilon, got "momentum"',
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

describe('data', () => {
  const calls: [string, (net: Network, x: Anything, y: Anything) => unknown][] = [
    ['fit', (net, rows, targets) => net.fit({ x: rows, y: targets })],
    ['trainBatch', async (net, rows, targets) => net.trainBatch(rows, targets)],
    ['evaluate', async (net, rows, targets) => net.evaluate({ x: rows, y: targets })],
    ['loss', async (net, rows, targets) => net.loss(rows, targets)],
    ['gradients', async (net, rows, targets) => net.gradients(rows, targets)],
    ['checkGradients', async (net, rows, targets) => net.checkGradients(rows, targets)],
  ]
  const bad: [string, Anything, Anything, string][] = [
    ['no x', undefined, y, 'x: expected a typed array or an array, got undefined'],
    ['empty x', [], [], 'x: expected at least one row, got an empty array'],
    ['empty y', x, [], 'y: expected at least one row, got an empty array'],
    [
      'a ragged row',
      [
        [1, 2, 3],
        [1, 2],
      ],
      [0, 1],
      'x[1]: expected a row of 3 values, got 2',
    ],
    ['a row that is none', [[1, 2, 3], 4], [0, 1], 'x[1]: expected a row of 3 numbers, got 4'],
    ['a text in a row', [[1, '2', 3]], [0], 'x[0][1]: expected a number, got "2"'],
    ['a text among flat values', [1, '2', 3], [0], 'x[0][1]: expected a number, got "2"'],
    [
      'a wrong width',
      new Float32Array(7),
      y,
      'x: expected rows of 3 values, got 7 values, which is 2 rows and 1 values over',
    ],
    ['NaN in x', [[1, Number.NaN, 3]], [0], 'x[0][1]: expected a finite number, got NaN'],
    [
      'an infinity in x',
      Float32Array.of(1, 2, 3, 4, Number.POSITIVE_INFINITY, 6),
      [0, 1],
      'x[1][1]: expected a finite number, got Infinity',
    ],
    ['a value beyond float32', [[1e300, 2, 3]], [0], 'x[0][0]: expected a finite number, got '],
    ['64-bit integers', new BigInt64Array(3), [0], 'x: expected an array of numbers'],
    [
      'too few targets',
      x,
      [0, 1, 0],
      'y: expected a row of 2 for each of the 6 rows of x (12 values, or 6 class indices), got 3 values',
    ],
    ['a wrong target width', x, [[1], [1], [1], [1], [1], [1]], 'y[0]: expected a row of 2 values, got 1'],
    ['too few target rows', x, [[1, 0]], 'y: expected a row of 2 for each of the 6 rows of x'],
    ['a label outside the classes', x, [0, 1, 2, 0, 1, 0], 'y[2]: expected a class index from 0 to 1, got 2'],
    ['a negative label', x, [0, -1, 0, 0, 1, 0], 'y[1]: expected a class index from 0 to 1, got -1'],
    ['a fractional label', x, [0.5, 1, 0, 0, 1, 0], 'y[0]: expected a class index from 0 to 1, got 0.5'],
    [
      'NaN in y',
      x,
      new Float32Array(12).fill(Number.NaN, 3, 4),
      'y[1][1]: expected a finite number, got NaN',
    ],
  ]
  describe.each(calls)('of %s', (_, call) => {
    it.each(bad)(
      'with %s is refused, and the network stays as it was',
      async (__, rows, targets, message) => {
        const net = make()
        const before = parametersOf(net)
        const error: Anything = await Promise.resolve()
          .then(() => call(net, rows, targets))
          .catch((e) => e)
        expect(error).toBeInstanceOf(ShapeError)
        expect(error.message).toContain(message)
        expect(parametersOf(net)).toEqual(before)
        await net.fit({ x, y })
      },
    )
  })

  it('of predict and classify is checked like that of fit', () => {
    expect(() => make().predict([[1, 2]])).toThrow('x[0]: expected a row of 3 values, got 2')
    expect(() => make().classify([[1, 2, Number.NaN]])).toThrow('x[0][2]: expected a finite number, got NaN')
  })

  it('with targets that a loss has no meaning for is refused', () => {
    expect(() => make({ loss: 'binaryCrossEntropy' }).loss(x.subarray(0, 3), [[0.5, 1.5]])).toThrow(
      'y[0][1]: expected a target from 0 to 1 for binaryCrossEntropy, got 1.5',
    )
    expect(() => make({ loss: 'crossEntropy' }).loss(x.subarray(0, 3), [[-1, 2]])).toThrow(
      'y[0][0]: expected a target of at least 0 for crossEntropy, got -1',
    )
  })

  it('for validation is checked before anything is trained', async () => {
    const net = make()
    const before = parametersOf(net)
    await expect(net.fit({ x, y }, { validation: { x, y: [9, 1, 0, 0, 1, 0] } })).rejects.toThrow(
      'validation.y[0]',
    )
    await expect(net.fit({ x, y }, { validation: { x: [[1]], y: [0] } })).rejects.toThrow('validation.x[0]')
    await expect(net.fit({ x, y }, { validation: { x: [[1, 2, Number.NaN]], y: [0] } })).rejects.toThrow(
      'validation.x[0][2]',
    )
    expect(parametersOf(net)).toEqual(before)
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
    expect(() => net.setBiases(0, [1])).toThrow('biases(0): expected rows of 4 values, got 1 values')
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

describe('after dispose', () => {
  it.each<[string, (net: Network) => unknown]>([
    ['predict', (net) => net.predict(x)],
    ['classify', (net) => net.classify(x)],
    ['evaluate', (net) => net.evaluate({ x, y })],
    ['loss', (net) => net.loss(x, y)],
    ['gradients', (net) => net.gradients(x, y)],
    ['checkGradients', (net) => net.checkGradients(x, y)],
    ['trainBatch', (net) => net.trainBatch(x, y)],
    ['weights', (net) => net.weights(0)],
    ['setBiases', (net) => net.setBiases(0, [1, 2, 3, 4])],
    ['explain', (net) => net.explain()],
    ['fit', (net) => net.fit({ x, y })],
  ])('%s is refused', async (_, call) => {
    const net = make()
    net.dispose()
    net.dispose()
    await expect(Promise.resolve().then(() => call(net))).rejects.toThrow(BackendError)
    await expect(Promise.resolve().then(() => call(net))).rejects.toThrow('got one that is disposed')
  })
  it('a running fit rejects', async () => {
    const net = make()
    const running = net.fit({ x, y }, { epochs: 1e9 })
    await new Promise((resolve) => setTimeout(resolve, 30))
    net[Symbol.dispose]()
    await expect(running).rejects.toThrow('got one that is disposed')
  })
})

describe('a training network', () => {
  it('refuses what would disturb it, answers what only reads, and trains on', async () => {
    const net = make()
    let enough = false
    const running = net.fit({ x, y }, { epochs: 1e9, onEpoch: ({ epoch }) => epoch < 2 || !enough })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(() => net.trainBatch(x, y)).toThrow(
      'trainBatch: expected an idle network, got one that is training',
    )
    expect(() => net.setWeights(0, new Float32Array(12))).toThrow(BackendError)
    expect(() => net.gradients(x, y)).toThrow(BackendError)
    await expect(net.fit({ x, y })).rejects.toThrow('fit: expected an idle network')
    expect(net.predict(x).length).toBe(12)
    expect(net.loss(x, y)).toBeGreaterThan(0)
    enough = true
    expect((await running).epochs).toBeGreaterThan(1)
    net.trainBatch(x, y)
  })
  it('stops at its signal and keeps what it has learned', async () => {
    const net = make({ optimizer: { name: 'sgd', learningRate: 1 } })
    const before = net.loss(x, y)
    const controller = new AbortController()
    const running = net.fit({ x, y }, { epochs: 1e9, signal: controller.signal })
    await new Promise((resolve) => setTimeout(resolve, 100))
    controller.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    expect(net.loss(x, y)).toBeLessThan(before)
    await net.fit({ x, y })
    await expect(net.fit({ x, y }, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
  })
  it('rejects with what its callback throws, and can train again', async () => {
    const net = make()
    const failing = () => {
      throw new Error('mine')
    }
    await expect(net.fit({ x, y }, { onEpoch: failing })).rejects.toThrow('mine')
    await expect(net.fit({ x, y }, { onEpoch: async () => failing() })).rejects.toThrow('mine')
    expect((await net.fit({ x, y })).epochs).toBe(1)
  })
})

describe('a callback', () => {
  const data = { x, y }
  it.each([
    ['that is not async', () => undefined],
    ['that is async', async () => undefined],
  ])('%s leaves the event loop its turns', async (_, onEpoch) => {
    const net = make()
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 1)
    await net.fit(data, { epochs: 1e9, onEpoch: (log) => (log.seconds > 0.3 ? false : onEpoch()) })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
  })
  it('that aborts ends the training there', async () => {
    const net = make()
    const controller = new AbortController()
    let epochs = 0
    const onEpoch = () => {
      epochs += 1
      if (epochs === 3) controller.abort(new Error('enough'))
    }
    await expect(net.fit(data, { epochs: 100, signal: controller.signal, onEpoch })).rejects.toThrow('enough')
    expect(epochs).toBe(3)
  })
  it('that disposes the network ends the training there', async () => {
    const net = make()
    await expect(net.fit(data, { epochs: 5, onEpoch: () => net.dispose() })).rejects.toThrow('disposed')
  })
  it('may return any thenable', async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    const onEpoch = () => ({ then: (done: (value: boolean) => void) => done(false) })
    expect((await make().fit(data, { epochs: 20, onEpoch })).epochs).toBe(1)
  })
})

describe('a step longer than a slice', () => {
  it('leaves the event loop its turns, and is finished before an abort', async () => {
    const rows = 64
    const wide = { x: numbers(rows * 256, 3), y: numbers(rows * 256, 4) }
    const options = { sizes: [256, 1024, 1024, 256], kernels: 'reference', seed: 1 } as const
    const net = new Network(options)
    const controller = new AbortController()
    const start = performance.now()
    const running = net.fit(wide, {
      epochs: 1000,
      batchSize: rows,
      shuffle: false,
      signal: controller.signal,
    })
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
      if (turns === 5) controller.abort(new Error('enough'))
    }, 1)
    await expect(running).rejects.toThrow('enough')
    clearInterval(timer)
    const seconds = (performance.now() - start) / 1000
    // The parameters are those after some whole number of steps.
    const found = parametersOf(net).join()
    const other = new Network(options)
    let steps = 0
    while (parametersOf(other).join() !== found && steps < 20 * seconds + 20) {
      other.trainBatch(wide.x, wide.y)
      steps += 1
    }
    expect(parametersOf(other).join() === found).toBe(true)
  })
})

describe('a diverging loss', () => {
  const steep = (learningRate: number) =>
    new Network({
      inputs: 3,
      layers: [{ units: 8, activation: 'linear' }, 2],
      seed: 1,
      optimizer: { name: 'sgd', learningRate },
    })

  it('throws DivergedError with epoch and batch, keeps the last good epoch and names the learning rate', async () => {
    const net = steep(3)
    const kept: number[][] = []
    const error = await net
      .fit(
        { x, y: numbers(12, 2) },
        { epochs: 100, batchSize: 2, onEpoch: () => kept.push(parametersOf(net)) },
      )
      .catch((e) => e)
    expect(error).toBeInstanceOf(DivergedError)
    expect(error.epoch).toBe(kept.length + 1)
    expect(error.batch).toBeGreaterThanOrEqual(1)
    expect(error.batch).toBeLessThanOrEqual(3)
    expect(kept.length).toBeGreaterThan(0)
    expect(error.message).toMatch(
      new RegExp(
        `epoch ${error.epoch}, batch ${error.batch}\\. Likely cause: the learning rate 3 is too high.*try 0\\.05\\..*after epoch ${kept.length}\\.`,
      ),
    )
    expect(parametersOf(net)).toEqual(kept.at(-1))
    expect(parametersOf(net).every(Number.isFinite)).toBe(true)
  })

  it('keeps the parameters from before the call where the first epoch diverges', async () => {
    const net = steep(1e20)
    const before = parametersOf(net)
    const error = await net.fit({ x, y }, { batchSize: 1 }).catch((e) => e)
    expect(error).toBeInstanceOf(DivergedError)
    expect(error.epoch).toBe(1)
    expect(error.message).toContain('keeps the parameters it had before this call')
    expect(parametersOf(net)).toEqual(before)
  })

  it('names inputs that were not scaled', async () => {
    const net = steep(0.01)
    const error = await net.fit({ x: x.map((v) => v * 25500), y }, { epochs: 50 }).catch((e) => e)
    expect(error).toBeInstanceOf(DivergedError)
    expect(error.message).toMatch(
      /the inputs \(mean \d+, deviation 12\d{3}, largest 2\d{4}\) are far from .*standardScaler\(x, 3\)/,
    )
  })

  it('of one batch leaves the network as it was', () => {
    const net = steep(1)
    net.setWeights(0, new Float32Array(24).fill(3e38))
    const before = parametersOf(net)
    expect(() => net.trainBatch(x, y)).toThrow(DivergedError)
    expect(() => net.trainBatch(x, y)).toThrow(/initial weights .* layer 0 .*initializer: 'glorotUniform'/)
    expect(parametersOf(net)).toEqual(before)
  })

  it('of one batch is noticed in the parameters too, and can be mended', () => {
    const net = new Network({
      inputs: 1,
      layers: [{ units: 3, activation: 'relu' }, 1],
      activation: 'sigmoid',
      seed: 1,
    })
    net.setWeights(0, [3e38, 3e38, 3e38])
    const before = parametersOf(net)
    expect(() => net.trainBatch([[10]], [[0]], { learningRate: 0.1 })).toThrow(DivergedError)
    expect(parametersOf(net)).toEqual(before)
    net.setWeights(0, [1, 1, 1])
    expect(net.trainBatch([[1]], [[0]])).toBeGreaterThan(0)
  })
})
