// The network of nabla/brain as a user of brain.js 2.0.0-beta.24 knows it. What is expected here was seen there, but for the
// differences that docs/brain.md names.

import { describe, expect, it, vi } from 'vitest'
import { NeuralNetwork } from '../../src/brain/index.ts'
import { OptionError } from '../../src/index.ts'
import { echo, once, xor } from '../helpers/brain.ts'

describe('a NeuralNetwork', () => {
  it('has the defaults of brain.js, in its order', () => {
    const net = new NeuralNetwork()
    expect(JSON.stringify(net.options)).toBe('{"inputSize":0,"outputSize":0,"binaryThresh":0.5}')
    expect(Object.entries(net.trainOpts)).toEqual([
      ['activation', 'sigmoid'],
      ['iterations', 20000],
      ['errorThresh', 0.005],
      ['log', false],
      ['logPeriod', 10],
      ['leakyReluAlpha', 0.01],
      ['learningRate', 0.3],
      ['momentum', 0.1],
      ['callbackPeriod', 10],
      ['timeout', Infinity],
      ['beta1', 0.9],
      ['beta2', 0.999],
      ['epsilon', 1e-8],
    ])
    expect([net.sizes, net.isRunnable]).toEqual([[], false])
  })

  it('learns xor', () => {
    const net = new NeuralNetwork<number[], number[]>({ seed: 1 })
    const { error, iterations } = net.train(xor)
    expect(error).toBeLessThanOrEqual(0.005)
    expect(iterations).toBeLessThan(20000)
    for (const { input, output } of xor) expect(Math.abs(net.run(input)[0] - output[0])).toBeLessThan(0.2)
  })

  it.each([
    ['iterations', [0, -1, NaN, '5', null, undefined], [1.5]],
    ['errorThresh', [0, 1, -1, '0.1', null], [0.5]],
    ['log', [null, 1, 'x', undefined], [true, () => {}]],
    ['logPeriod', [0, -1, '1', undefined], [1.5]],
    ['leakyReluAlpha', [0, 1], [0.2]],
    ['learningRate', [0, 1, 2, NaN, undefined], [0.999]],
    ['momentum', [0, 1], [0.999]],
    ['callback', [5, {}], [undefined, null, () => {}]],
    ['callbackPeriod', [0, '1'], [3]],
    ['timeout', [0, -1, NaN, null], [Infinity, 1]],
    ['praxis', ['sgd', 5], ['adam', null, undefined]],
    ['beta1', [0, 1], [0.5]],
    ['beta2', [0, 1], [0.5]],
    ['epsilon', [0, 1], [0.5]],
    ['activation', ['foo', 5, null, 'constructor'], ['relu', 'tanh', 'leaky-relu']],
  ])('takes and refuses the %s that brain.js does', (name, refused, taken) => {
    for (const value of refused) {
      const message = `[${name}, ${value}] is out of normal training range, your network will probably not train.`
      const net = new NeuralNetwork()
      const before = { ...net.trainOpts }
      for (const call of [
        () => new NeuralNetwork({ [name]: value }),
        () => net.train(xor, { ...once, [name]: value }),
        () => net.updateTrainingOptions({ [name]: value }),
      ]) {
        expect(call).toThrow(OptionError)
        expect(call).toThrow(message)
      }
      expect(net.trainOpts).toEqual(before)
    }
    for (const value of taken) expect(() => new NeuralNetwork({ [name]: value })).not.toThrow()
  })

  it('takes its options at the constructor and in train(), and keeps them', () => {
    const net = new NeuralNetwork({ learningRate: 0.7, hiddenLayers: [2], binaryThresh: 0.6 })
    expect([net.trainOpts.learningRate, net.options.binaryThresh]).toEqual([0.7, 0.6])
    net.train(xor, { ...once, momentum: 0.4, activation: 'tanh' })
    expect([net.trainOpts.learningRate, net.trainOpts.momentum, net.trainOpts.iterations]).toEqual([
      0.7, 0.4, 1,
    ])
    expect(net.toJSON().trainOpts.activation).toBe('tanh')
  })

  it('has a hidden layer of half the inputs where none is asked for, and as many as are', () => {
    const hidden = [1, 6, 7, 8, 10, 100].map((inputs) => {
      const net = new NeuralNetwork()
      net.train([{ input: new Array(inputs).fill(1), output: [1, 1] }], once)
      return net.sizes
    })
    expect(hidden.map(([, units]) => units)).toEqual([3, 3, 3, 4, 5, 50])
    const sizes = (options: object) => {
      const net = new NeuralNetwork(options)
      net.train(xor, once)
      return net.sizes
    }
    expect(sizes({ hiddenLayers: [5, 4] })).toEqual([2, 5, 4, 1])
    expect(sizes({ hiddenLayers: [] })).toEqual([2, 1])
    expect(sizes({ inputSize: 7, outputSize: 7, hiddenLayers: [3] })).toEqual([2, 3, 1])
    expect(sizes({ hiddenLayers: Uint8Array.of(5, 4) as unknown as number[] })).toEqual([2, 5, 4, 1])
    for (const hiddenLayers of [[0], [-1], [1.5], 3, 'x']) {
      expect(() => new NeuralNetwork({ hiddenLayers: hiddenLayers as number[] })).toThrow(OptionError)
    }
  })

  it('is ready by initialize() where its sizes are given', () => {
    const net = new NeuralNetwork({ inputSize: 2, hiddenLayers: [4], outputSize: 3, seed: 5 })
    expect([net.sizes, net.isRunnable, net.outputLayer]).toEqual([[2, 4, 3], true, 2])
    expect(() => net.run([1, 1])).toThrow('network not runnable')
    net.initialize()
    expect((net.run([1, 1]) as Float32Array).length).toBe(3)
    expect(() => new NeuralNetwork().run([1])).toThrow('network not runnable')
    expect(() => new NeuralNetwork().initialize()).toThrow('Sizes must be set before initializing')
    expect(() => new NeuralNetwork().toJSON()).toThrow('Sizes must be set before initializing')
  })

  it('draws weights and biases from −0.2 to 0.2, the same for the same seed', () => {
    const net = (seed?: number) => {
      const made = new NeuralNetwork({ inputSize: 100, hiddenLayers: [50], outputSize: 10, seed })
      made.initialize()
      return made
    }
    for (const made of [net(), net(3)]) {
      const values = [...made.weights.flat(), ...made.biases].filter(Boolean).flatMap((row) => [...row])
      expect(values.length).toBe(100 * 50 + 50 * 10 + 60)
      expect(Math.max(...values)).toBeLessThan(0.2)
      expect(Math.min(...values)).toBeGreaterThanOrEqual(Math.fround(-0.2))
      expect(Math.max(...values)).toBeGreaterThan(0.199)
      const mean = values.reduce((sum, value) => sum + value) / values.length
      // Six standard deviations of the mean.
      expect(Math.abs(mean)).toBeLessThan((6 * 0.4) / Math.sqrt(12 * values.length))
    }
    expect(net(3).toJSON().layers).toEqual(net(3).toJSON().layers)
    expect(net(3).toJSON().layers).not.toEqual(net(4).toJSON().layers)
    expect(net().toJSON().layers).not.toEqual(net().toJSON().layers)
  })

  it.each([
    ['seed', 'x', 'seed: expected a whole number of at least 0, got "x"'],
    ['seed', Number.NaN, 'got NaN'],
    ['seed', 1.5, 'got 1.5'],
    ['seed', -1, 'got -1'],
    ['binaryThresh', 'x', 'binaryThresh: expected a finite number, got "x"'],
    ['binaryThresh', Number.NaN, 'got NaN'],
    ['hiddenLayers', [3, 0], 'hiddenLayers[1]: expected a whole number above 0, got 0'],
    ['hiddenLayers', 'x', 'hiddenLayers: expected an array of sizes, got "x"'],
    ['outputSize', 1.5, 'outputSize: expected a whole number above 0, got 1.5'],
  ])('refuses the %s %j, of the constructor as of a JSON', (name, value, message) => {
    const net = echo(2)
    const json = net.toJSON()
    const options = { inputSize: 1, outputSize: 1, [name]: value } as object
    for (const call of [
      () => new NeuralNetwork(options),
      () => net.fromJSON({ ...json, options: { ...json.options, ...options } }),
    ]) {
      expect(call).toThrow(OptionError)
      expect(call).toThrow(message)
    }
    expect(net.toJSON()).toEqual(json)
  })

  it('refuses the seed null', () => {
    expect(() => new NeuralNetwork({ seed: null as never })).toThrow(OptionError)
  })

  it('refuses sizes whose weights no memory holds', () => {
    const message = /^the layers 2-1099511627776-1: expected at most 2³⁰ weights in all, got about 3\.3e\+12/
    const options = { inputSize: 2, outputSize: 1, hiddenLayers: [2 ** 40] }
    expect(() => new NeuralNetwork(options)).toThrow(OptionError)
    expect(() => new NeuralNetwork(options)).toThrow(message)
    const net = new NeuralNetwork({ hiddenLayers: [2 ** 40] })
    expect(() => net.train(xor)).toThrow(message)
    expect(net.sizes).toEqual([])
  })

  it.each([undefined, null])('takes a binaryThresh of %s for the default', (binaryThresh) => {
    expect(new NeuralNetwork({ binaryThresh } as object).options.binaryThresh).toBe(0.5)
  })

  it('draws from Math.random in the order of brain.js: biases, then each unit, layer by layer', () => {
    let drawn = 0
    const random = vi.spyOn(Math, 'random').mockImplementation(() => drawn++ / 100)
    const net = new NeuralNetwork({ inputSize: 2, hiddenLayers: [3], outputSize: 1 })
    net.initialize()
    random.mockRestore()
    const order = (values: ArrayLike<number>) =>
      Array.from(values, (value) => Math.round((100 * (value + 0.2)) / 0.4) + 0)
    expect(order(net.biases[1])).toEqual([0, 1, 2])
    expect(net.weights[1].map(order)).toEqual([[3, 4], [5, 6], [7, 8]]) // biome-ignore format: a matrix
    expect([order(net.biases[2]), net.weights[2].map(order)]).toEqual([[9], [[10, 11, 12]]])
  })
})
