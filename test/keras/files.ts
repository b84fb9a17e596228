// Configurations of Keras and files of them with parameters, written out for tests.

import { expect } from 'vitest'
import type { Network } from '../../src/index.ts'
import { fromKeras } from '../../src/keras/index.ts'
import { type Tree, writeHdf5 } from '../helpers/hdf5.ts'
import { writeZip } from '../helpers/zip.ts'

export type Json = Record<string, unknown>

export const dense = (name: string, more: Json = {}) => ({
  class_name: 'Dense',
  config: { name, units: 2, activation: 'tanh', ...more },
})
export const layer = (class_name: string, config: Json = {}) => ({
  class_name,
  config: { name: class_name.toLowerCase(), ...config },
})
export const sequential = (...layers: unknown[]) => ({
  class_name: 'Sequential',
  config: { name: 'sequential', layers },
})
export const input = { class_name: 'InputLayer', config: { batch_shape: [null, 2], name: 'in' } }

export const vars = (...arrays: [number[], ArrayLike<number>][]): Tree => {
  const inner: Tree = {}
  arrays.forEach(([shape, values], i) => {
    inner[i] = { shape, values }
  })
  return { vars: inner }
}
export const kernel: [number[], ArrayLike<number>] = [
  [2, 2],
  [1, -2, 3, 0.5],
]
export const bias: [number[], ArrayLike<number>] = [[2], [0.25, -1]]
export const both = vars(kernel, bias)
export const vector = (...values: number[]): [number[], number[]] => [[values.length], values]

/** A .keras file of the configuration and of groups of parameters. */
export const keras = (config: Json, layers: Tree, more: { root?: string; compile_config?: Json } = {}) => {
  const { root = 'layers', ...rest } = more
  const text = new TextEncoder()
  return writeZip([
    { name: 'metadata.json', data: text.encode('{"keras_version":"3"}') },
    { name: 'config.json', data: text.encode(JSON.stringify({ ...config, ...rest })), deflate: true },
    { name: 'model.weights.h5', data: writeHdf5({ [root]: layers }), deflate: true },
  ])
}
export const read = (config: Json, layers: Tree, more = {}) =>
  fromKeras(keras(config, layers, more), { threads: 1 })

/** tanh(x · W + b) of the parameters above. */
export const expected = (x0: number, x1: number) => [
  Math.tanh(x0 + 3 * x1 + 0.25),
  Math.tanh(-2 * x0 + 0.5 * x1 - 1),
]
export const expectPredicts = (net: Network, [x0, x1] = [0.3, -0.2]) => {
  const predicted = net.predict([x0, x1])
  expected(x0, x1).forEach((value, i) => {
    expect(Math.abs(predicted[i] - value)).toBeLessThan(1e-6)
  })
}
