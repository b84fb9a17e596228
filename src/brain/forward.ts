// The forward pass in plain JavaScript: float64 sums in order, each activation rounded to float32.

import { sigmoid, tanh } from '../base/math.ts'
import type { Weights } from './parameters.ts'
import type { NeuralNetworkActivation } from './types.ts'

/** The activation's f(z). */
export function activate(activation: NeuralNetworkActivation, alpha: number): (z: number) => number {
  switch (activation) {
    case 'sigmoid':
      return sigmoid
    case 'tanh':
      return tanh
    case 'relu':
      return (z) => (z < 0 ? 0 : z)
    case 'leaky-relu':
      return (z) => (z < 0 ? alpha * z : z)
  }
}

/** Writes a = f(W · x + b) of a layer to `out`. */
export function forwardLayer(
  { weights, biases }: Weights,
  f: (z: number) => number,
  x: Float32Array,
  out: Float32Array,
): void {
  for (let j = 0; j < weights.length; ++j) {
    const row = weights[j]
    let z = biases[j]
    for (let i = 0; i < row.length; ++i) z += row[i] * x[i]
    out[j] = f(z)
  }
}

/** The outputs for the inputs x. */
export function forward(layers: readonly Weights[], f: (z: number) => number, x: Float32Array): Float32Array {
  let a = x
  for (const layer of layers) {
    const out = new Float32Array(layer.biases.length)
    forwardLayer(layer, f, a, out)
    a = out
  }
  return a
}
