// toJSON() and fromJSON() of the network of nabla/brain, as in brain.js 2.0.0-beta.24.

import { describe, expect, it } from 'vitest'
import { NeuralNetwork } from '../../src/brain/index.ts'
import { FormatError } from '../../src/index.ts'
import { colours, echo, once, xor } from '../helpers/brain.ts'

describe('toJSON() and fromJSON()', () => {
  it('has the options of the JSON, and of the constructor the seed alone', () => {
    const net = new NeuralNetwork({ inputSize: 2, outputSize: 1, activation: 'tanh' })
    net.initialize()
    const json = net.toJSON()
    const other = new NeuralNetwork({
      seed: 5,
      hiddenLayers: [9],
      binaryThresh: 0.9,
      momentum: 0.3,
    }).fromJSON(json)
    expect(other.options).toEqual({ ...json.options, seed: 5 })
    expect(new NeuralNetwork({ hiddenLayers: [9] }).fromJSON(json).options).toEqual(json.options)
    expect(
      new NeuralNetwork({ seed: 5 }).fromJSON({ ...json, options: { ...json.options, seed: 6 } }).options
        .seed,
    ).toBe(6)
  })

  it('have the shape of brain.js, in its order', () => {
    const net = new NeuralNetwork({ hiddenLayers: [2], log: true, timeout: 500, praxis: 'adam' })
    net.train([{ input: { a: 1 }, output: [1] }], { ...once, callback: () => {} })
    const json = JSON.parse(JSON.stringify(net.toJSON()))
    for (const { biases, weights } of json.layers) {
      biases.fill(0)
      for (const row of weights) row.fill(0)
    }
    expect(JSON.stringify(json)).toBe(
      '{"type":"NeuralNetwork","sizes":[1,2,1],"layers":[{"weights":[],"biases":[]},{"weights":[[0],[0]],"biases":[0,0]},' +
        '{"weights":[[0,0]],"biases":[0]}],"inputLookup":{"a":0},"inputLookupLength":1,"outputLookup":null,"outputLookupLength":0,' +
        '"options":{"inputSize":0,"outputSize":0,"binaryThresh":0.5,"hiddenLayers":[2],"log":true,"timeout":500,"praxis":"adam"},' +
        '"trainOpts":{"activation":"sigmoid","iterations":1,"errorThresh":0.005,"log":true,"logPeriod":10,"leakyReluAlpha":0.01,' +
        '"learningRate":0.3,"momentum":0.1,"callbackPeriod":10,"timeout":500,"praxis":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8}}',
    )
    expect(new NeuralNetwork().getTrainOptsJSON().timeout).toBe('Infinity')
  })

  it('give back the same network, through a text too', () => {
    const net = new NeuralNetwork({ activation: 'tanh', iterations: 30 })
    net.train(colours)
    const text = JSON.stringify(net.toJSON())
    const other = new NeuralNetwork().fromJSON(JSON.parse(text))
    expect(JSON.stringify(other.toJSON())).toBe(text)
    expect(other.run({ r: 1, b: 0.3 })).toEqual(net.run({ r: 1, b: 0.3 }))
    expect(other.trainOpts.timeout).toBe(Infinity)
    other.train(colours)
    expect(JSON.stringify(net.toJSON())).toBe(text)
  })

  it('have plain data alone, which can be cloned, and share nothing with the network', () => {
    const hiddenLayers = [2]
    const net = new NeuralNetwork({ hiddenLayers, log: () => {}, callback: () => {}, seed: 1 })
    net.train(xor, once)
    const json = net.toJSON()
    expect(structuredClone(json)).toEqual(json)
    expect(JSON.parse(JSON.stringify(json))).toEqual(json)
    expect(json.options).toEqual({
      ...{ inputSize: 0, outputSize: 0, binaryThresh: 0.5, hiddenLayers: [2], seed: 1 },
    })
    const other = new NeuralNetwork().fromJSON(json)
    json.options.hiddenLayers![0] = 9
    expect([hiddenLayers, net.options.hiddenLayers, other.options.hiddenLayers]).toEqual([[2], [2], [2]])
  })

  it('keep an infinite number of iterations, which JSON has no word for', () => {
    const net = new NeuralNetwork({ iterations: Infinity, inputSize: 1, outputSize: 1 })
    const other = new NeuralNetwork().fromJSON(JSON.parse(JSON.stringify(net.toJSON())))
    expect(other.trainOpts.iterations).toBe(Infinity)
  })

  const json = () => echo(2).toJSON() as unknown as Record<string, never>
  it.each([
    [
      'a text',
      () => JSON.stringify(json()),
      'json: expected an object as toJSON() returns it (pass text through JSON.parse() first), got "{',
    ],
    ['nothing', () => ({}), 'json.layers: expected an array, got undefined'],
    [
      'a network of brain.js 1',
      () => ({ layers: [{}, {}] }),
      'For brain.js 1 there is fromBrain() of nabla/brain.',
    ],
    [
      'another type',
      () => ({ ...json(), type: 'LSTM' }),
      'json.type: expected \'NeuralNetwork\', the feedforward network of brain.js, got "LSTM"',
    ],
    [
      'other sizes',
      () => ({ ...json(), sizes: [2, 3] }),
      'json.layers[1].weights: expected 3 lists of weights, one for each unit',
    ],
    [
      'too many sizes',
      () => ({ ...json(), sizes: [2, 2, 2] }),
      'json.sizes: expected 2 sizes, one for each layer',
    ],
    [
      'no size',
      () => ({ ...json(), sizes: [2, 0] }),
      'json.sizes[1]: expected a whole number above 0, got 0',
    ],
    [
      'a weight that is none',
      () => ({ ...json(), layers: [{}, { weights: [[1, 2], [3, null]], biases: [0, 0] }] }), // biome-ignore format: short
      'json.layers[1].weights[1][1]: expected a finite float32 number, got null',
    ],
    [
      'too few weights',
      () => ({ ...json(), layers: [{}, { weights: [[1, 2], [3]], biases: [0, 0] }] }),
      'json.layers[1].weights[1]: expected 2 numbers',
    ],
    [
      'no biases',
      () => ({ ...json(), layers: [{}, { weights: [[1, 2], [3, 4]] }] }), // biome-ignore format: short
      'json.layers[1].biases: expected an array',
    ],
    [
      'a name for two',
      () => ({ ...json(), inputLookup: { a: 0, b: 0 } }),
      'json.inputLookup["b"]: expected an index of its own from 0 to 1, got 0',
    ],
    [
      'names that lack one',
      () => ({ ...json(), outputLookup: { a: 0 } }),
      'json.outputLookup: expected 2 names, one for each value, got 1',
    ],
  ])('refuse %s, and change nothing', (_, bad, message) => {
    const net = echo(2, { a: 0, b: 1 })
    const before = JSON.stringify(net.toJSON())
    const call = () => net.fromJSON(bad() as never)
    expect(call).toThrow(FormatError)
    expect(call).toThrow(message)
    expect(JSON.stringify(net.toJSON())).toBe(before)
  })

  it('refuse options that training cannot take, and change nothing', () => {
    const net = echo(2)
    const before = JSON.stringify(net.toJSON())
    const bad = { ...echo(1).toJSON(), trainOpts: { ...net.getTrainOptsJSON(), momentum: 0 } }
    expect(() => net.fromJSON(bad)).toThrow('[momentum, 0] is out of normal training range')
    expect(JSON.stringify(net.toJSON())).toBe(before)
  })
})
