// Networks of nabla/brain as functions that need nothing else.

import { describe, expect, it } from 'vitest'
import { NeuralNetwork } from '../../src/brain/index.ts'
import { ACTIVATIONS } from '../../src/brain/train-options.ts'

const rows = [
  [0, 0, 0],
  [1, -0.5, 0.25],
  [-2, 3, 0.125],
  [40, 40, -40],
]

describe('toFunction()', () => {
  it.each(ACTIVATIONS)('answers as run() with %s, from its source alone', (activation) => {
    const net = new NeuralNetwork<number[], number[]>({
      ...{ inputSize: 3, hiddenLayers: [4, 3], outputSize: 2, seed: 6, activation, leakyReluAlpha: 0.2 },
    })
    net.initialize()
    for (const row of net.weights.flat()) for (let i = 0; i < (row?.length ?? 0); ++i) row[i] *= 10
    const answer = net.toFunction()
    const again = new Function(`return ${answer}`)() as typeof answer
    for (const row of rows) {
      const expected = [...net.run(row)]
      expect(answer(row).length).toBe(2)
      answer(row).forEach((value, j) => {
        // A host's exp and tanh may differ by some ulp of float64, which moves a float32 by its last bit at most.
        expect(Math.abs(value - expected[j])).toBeLessThanOrEqual(2 ** -23 * Math.abs(expected[j]))
      })
      expect(again(row)).toEqual(answer(row))
    }
  })

  it('takes and gives numbers by name, whatever the names are', () => {
    const net = new NeuralNetwork<Record<string, number>, Record<string, number>>({ seed: 1 })
    const output = JSON.parse('{"__proto__": 1, "it\'s": 0}')
    net.train([{ input: { a: 1, '"b"\n\u2028': 0.5 }, output }], { iterations: 2 })
    const answer = net.toFunction()
    for (const input of [{ a: 1 }, { '"b"\n\u2028': 2, other: 1 }, {}] as Record<string, number>[]) {
      expect(Object.entries(answer(input))).toEqual(Object.entries(net.run(input)))
    }
  })

  it('works where parameters are 0, and for a single number', () => {
    const net = new NeuralNetwork<number, number[]>({ hiddenLayers: [2], activation: 'relu' })
    net.train([{ input: 1, output: [1] }], { iterations: 1 })
    for (const row of [...net.weights.flat(), ...net.biases]) row?.fill(0)
    net.biases[2][0] = 0.75
    expect(net.toFunction()(3)).toEqual([0.75])
  })

  it('takes by place what is no number for 0, as by name', () => {
    const places = new NeuralNetwork<unknown[] & number[], number[]>({ hiddenLayers: [3], seed: 2 })
    places.train([{ input: [1, 0.5], output: [1] }], { iterations: 3 })
    const answer = places.toFunction() as (input: unknown) => number[]
    for (const nothing of ['x', Number.NaN, undefined, null, {}, 'Infinite', [1, 2]]) {
      expect(answer([nothing, 0.5]), String(nothing)).toEqual(answer([0, 0.5]))
      expect(answer([nothing, 0.5])[0]).toBeGreaterThan(0)
    }
    expect(answer(['1', 0.5])).toEqual([...places.run([1, 0.5])])
    const alone = new NeuralNetwork<number, number[]>({ seed: 2 })
    alone.train([{ input: 1, output: [1] }], { iterations: 3 })
    const one = alone.toFunction() as (input: unknown) => number[]
    expect([one(1), one('x'), one(['x']), one([1])]).toEqual([one([1]), one(0), one(0), [...alone.run(1)]])
  })

  it('has as many inputs as a network: a sum of 20,000 terms in one is more than engines read', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `word${i}`)
    const net = new NeuralNetwork<Record<string, number>, number[]>({ hiddenLayers: [1], seed: 3 })
    net.train([{ input: Object.fromEntries(names.map((name) => [name, 1])), output: [1] }], { iterations: 1 })
    const answer = net.toFunction()
    for (const input of [{}, { word0: 1, word19999: -2 }, { word777: 0.5 }] as Record<string, number>[]) {
      expect(answer(input)).toEqual([...net.run(input)])
    }
  })

  it('is given a body by the callback, which gets its own', () => {
    const net = new NeuralNetwork<number[], number[]>({ inputSize: 1, outputSize: 1, activation: 'relu' })
    net.initialize()
    net.weights[1][0][0] = 2
    net.biases[1][0] = 1
    const answer = net.toFunction((source) => `/* mine */ input = [input[0] + 1];\n${source}`)
    expect(answer.toString()).toContain('/* mine */')
    expect(answer([1])).toEqual([5])
  })

  it('says what is missing before there are weights', () => {
    expect(() => new NeuralNetwork().toFunction()).toThrow('Sizes must be set before initializing')
  })
})
