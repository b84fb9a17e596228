// Networks and data with a seed: the JSON of brain.js 2, so that both begin from the same weights.

import type { Json } from './library.ts'

/** Numbers in [0, 1) of a linear congruential generator. */
export function random(seed: number): () => number {
  let state = (Math.imul(seed, 2654435761) + 12345) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** `value` with three digits after the point: short in a file. */
export const short = (value: number) => Math.round(1000 * value) / 1000

export const trainDefaults = {
  activation: 'sigmoid',
  iterations: 20000,
  errorThresh: 0.005,
  log: false,
  logPeriod: 10,
  leakyReluAlpha: 0.01,
  learningRate: 0.3,
  momentum: 0.1,
  callbackPeriod: 10,
  timeout: 'Infinity',
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
}

interface Extras {
  seed?: number
  /** Weights and biases lie in (−reach, reach). */
  reach?: number
  /** Biases are not below 0: more units of relu begin alive. */
  isLifted?: boolean
  trainOpts?: Record<string, unknown>
  inputs?: readonly string[]
  outputs?: readonly string[]
}

const lookupOf = (names: readonly string[] | undefined) =>
  names ? Object.fromEntries(names.map((name, i) => [name, i])) : null

/** The JSON of a network of these sizes. */
export function jsonOf(sizes: readonly number[], extras: Extras = {}): Json {
  const { seed = 5, reach = 1, isLifted = false, trainOpts, inputs, outputs } = extras
  const next = random(seed)
  const draw = () => short(reach * (2 * next() - 1))
  const list = (length: number) => Array.from({ length }, draw)
  return {
    type: 'NeuralNetwork',
    sizes: [...sizes],
    layers: sizes.map((units, l) =>
      l === 0
        ? { weights: [], biases: [] }
        : {
            weights: Array.from({ length: units }, () => list(sizes[l - 1])),
            biases: list(units).map((bias) => (isLifted ? Math.abs(bias) : bias)),
          },
    ),
    inputLookup: lookupOf(inputs),
    inputLookupLength: inputs?.length ?? 0,
    outputLookup: lookupOf(outputs),
    outputLookupLength: outputs?.length ?? 0,
    options: { inputSize: 0, outputSize: 0, binaryThresh: 0.5 },
    trainOpts: { ...trainDefaults, ...trainOpts },
  }
}

export const xor = () => [
  { input: [0, 0], output: [0] },
  { input: [0, 1], output: [1] },
  { input: [1, 0], output: [1] },
  { input: [1, 1], output: [0] },
]
