// Data and a network for the tests of nabla/brain.

import { NeuralNetwork } from '../../src/brain/index.ts'

export const xor = [0, 1, 2, 3].map((i) => ({ input: [i & 1, i >> 1], output: [(i & 1) ^ (i >> 1)] }))
export const colours = [
  { input: { r: 0.03, g: 0.7 }, output: { black: 1 } },
  { input: { r: 0.16, b: 0.2 }, output: { white: 1 } },
  { input: { r: 0.5, g: 0.5, b: 1 }, output: { white: 1 } },
]
export const once = { iterations: 1 }

/** A network that answers with its inputs, which are not below 0. */
export const echo = (n: number, lookup: Record<string, number> | null = null) =>
  new NeuralNetwork().fromJSON({
    ...{ type: 'NeuralNetwork', sizes: [n, n] },
    layers: [
      { weights: [], biases: [] },
      {
        weights: Array.from({ length: n }, (_, j) => Array.from({ length: n }, (_, i) => Number(i === j))),
        biases: new Array(n).fill(0),
      },
    ],
    ...{ inputLookup: lookup, inputLookupLength: lookup ? n : 0, outputLookup: lookup },
    ...{ outputLookupLength: lookup ? n : 0, options: { inputSize: 0, outputSize: 0, binaryThresh: 0.5 } },
    trainOpts: { ...new NeuralNetwork().getTrainOptsJSON(), activation: 'relu' },
  })
