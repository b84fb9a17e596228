// Rows of three classes, as names and as what they stand for, and networks to train on them.

import { Network, type NetworkOptions } from '../../src/index.ts'
import { numbers } from './random.ts'

export const ROWS = 60
export const x = numbers(3 * ROWS, 1)
export const indices = Array.from({ length: ROWS }, (_, r) => (r * r + (r >> 3)) % 3)
// In the order of the indices, which is that of the code units: capitals first.
export const NAMES = ['Zebra', 'ant', 'bee']
export const y = indices.map((index) => NAMES[index])
export const sides = indices.map((index) => (index > 0 ? 1 : 0))
export const flags = sides.map((side) => side === 1)

export const classes = {
  sizes: [3, 5, 3],
  loss: 'crossEntropy',
  kernels: 'simd',
  threads: 1,
  seed: 4,
} as const
export const binary = { ...classes, sizes: [3, 5, 1], loss: 'binaryCrossEntropy' } as const
export const pair = { ...classes, sizes: [3, 5, 2] } as const
export const labels = { ...classes, loss: 'binaryCrossEntropy' } as const
export const make = (options: object = {}) => new Network({ ...classes, ...options } as NetworkOptions)

/** Every parameter. */
export const parametersOf = (net: Network) =>
  net.layers.flatMap((_, l) => [...net.weights(l), ...net.biases(l)])
