// Networks of any architecture, for fast-check: every stage, activation, loss and optimizer that goes with the others.

import fc from 'fast-check'
import type { Network, NetworkOptions } from '../../src/index.ts'
import { optimizers } from '../../src/model/optimizers.ts'
import { activations } from '../../src/model/tables.ts'

const hiddenActivations = Object.keys(activations).filter((name) => name !== 'softmax')
const normalization = fc.constantFrom('none', 'layer', 'batch', {
  name: 'batch',
  momentum: 0.2,
  epsilon: 1e-3,
})

const hidden = fc.record({
  units: fc.integer({ min: 1, max: 9 }),
  activation: fc.constantFrom(...hiddenActivations),
  bias: fc.boolean(),
  normalization,
  dropout: fc.constantFrom(0, 0.1),
  l2: fc.constantFrom(0, 0.01),
})

const head = fc.constantFrom(
  { loss: 'crossEntropy', units: 3 },
  { loss: { name: 'huber', delta: 0.7 }, units: 2 },
  { loss: 'binaryCrossEntropy', units: 1 },
  { loss: 'quadratic', units: 1, bias: false },
)

/** Options that all go together; 'lbfgs' takes none of what it refuses. */
export const anyOptions: fc.Arbitrary<NetworkOptions> = fc
  .record({
    inputs: fc.integer({ min: 1, max: 11 }),
    layers: fc.array(hidden, { maxLength: 3 }),
    head,
    optimizer: fc.constantFrom(...Object.keys(optimizers)),
    seed: fc.integer({ min: 0, max: 2 ** 32 }),
  })
  .map(({ inputs, layers, head: { loss, ...last }, optimizer, seed }) => {
    const plain = layers.map((layer) => ({ ...layer, normalization: 'none', dropout: 0 }))
    const all = [...(optimizer === 'lbfgs' ? plain : layers), last]
    return { inputs, layers: all, loss, optimizer, seed, kernels: 'simd', threads: 1 } as NetworkOptions
  })

/** Rows that any of these networks can be trained on. */
export function dataFor(net: Network, rows: number): { x: Float32Array; y: number[] | Float32Array } {
  const number = (i: number) => Math.sin(i * 1.3 + net.inputs)
  const x = Float32Array.from({ length: rows * net.inputs }, (_, i) => number(i))
  const { loss } = net.toJSON().options
  if (loss === 'crossEntropy') return { x, y: Array.from({ length: rows }, (_, r) => r % net.outputs) }
  if (loss === 'binaryCrossEntropy') return { x, y: Array.from({ length: rows }, (_, r) => r % 2) }
  return { x, y: Float32Array.from({ length: rows * net.outputs }, (_, i) => number(i * 7)) }
}

/** All parameters of a network as words of memory, so that −0 differs from 0. */
export const bitsOf = (net: Network): number[] =>
  net.layers.flatMap(({ bias, normalization }, l) => {
    const floats = [
      net.weights(l),
      ...(bias ? [net.biases(l)] : []),
      ...(normalization ? [net.gains(l), net.shifts(l)] : []),
      ...(normalization?.name === 'batch' ? [net.runningMean(l), net.runningVariance(l)] : []),
    ]
    return floats.flatMap((list) => [...new Uint32Array(list.slice().buffer)])
  })

/** Sets every weight to a float of any kind: the least, the largest, −0. */
export function setOddWeights(net: Network, seed: number): void {
  const words = new Uint32Array(1)
  const float = new Float32Array(words.buffer)
  let state = seed >>> 0
  net.layers.forEach(({ inputs, units }, l) => {
    const weights = Float32Array.from({ length: inputs * units }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      words[0] = state
      return state % 7 === 0 ? -0 : Number.isFinite(float[0]) ? float[0] : 2 ** -149
    })
    net.setWeights(l, weights)
  })
}
