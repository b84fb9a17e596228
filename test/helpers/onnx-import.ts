// What files of ONNX give once they are networks, and files of one product with other nodes behind it.

import { expect } from 'vitest'
import type { Network } from '../../src/index.ts'
import { fromOnnx } from '../../src/onnx/index.ts'
import type { Part } from '../../src/onnx/protobuf/writer.ts'
import { floats, input, model, node, output } from './onnx.ts'

/** The network in the file. */
export const networkIn = (...given: Parameters<typeof fromOnnx>) => fromOnnx(...given) as Network

export const flat = (rows: readonly (readonly number[])[]) => Float32Array.from(rows.flat())

/** The largest difference, in units of 1 or of the number itself where that is larger. */
export function distance(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(got.length).toBe(expected.length)
  let largest = 0
  for (let i = 0; i < expected.length; ++i) {
    const error = Math.abs(got[i] - expected[i]) / Math.max(1, Math.abs(expected[i]))
    if (!(error <= largest)) largest = error
  }
  return largest
}

// x · W + b of two inputs and three units.
export const W = [1, 2, -3, 4, 0.5, 6]
export const b = [0.1, -0.2, 0.3]
export const x = [0.5, -1.5, 2, 1, -3, 0.25]
export const z = [0, 1, 2].map((r) => [0, 1, 2].map((j) => x[2 * r] * W[j] + x[2 * r + 1] * W[3 + j] + b[j]))

export const both = [floats('W', [2, 3], W), floats('b', [3], b), input('x', 2), output('y')]
export const product = node('Gemm', ['x', 'W', 'b'], 'z')
/** A network of the product, and then these nodes from z to y. */
export const behind = (...parts: Part[]) => model([product, ...parts, ...both])

export const predicted = (file: Uint8Array, rows: readonly number[] = x) =>
  networkIn(file, { kernels: 'reference' }).predict(Float32Array.from(rows)) as Float32Array

/** The function of each z. */
export const each = (f: (z: number, j: number) => number) => z.flatMap((row) => row.map(f))
