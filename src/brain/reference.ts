// Training sample by sample in plain JavaScript: where WebAssembly SIMD is missing, and the oracle of the kernels.

import { power } from '../base/powers.ts'
import { activate, forwardLayer } from './forward.ts'
import type { MakeOnline } from './online.ts'
import { type Layer, prepare } from './parameters.ts'
import type { Rule } from './rule.ts'
import type { NeuralNetworkActivation } from './types.ts'

/** δ from the error e and the activation a. */
function deltaOf(activation: NeuralNetworkActivation, alpha: number): (e: number, a: number) => number {
  switch (activation) {
    case 'sigmoid':
      return (e, a) => e * a * (1 - a)
    case 'tanh':
      return (e, a) => (1 - a * a) * e
    case 'relu':
      return (e, a) => (a > 0 ? e : 0)
    case 'leaky-relu':
      return (e, a) => (a > 0 ? e : alpha * e)
  }
}

/** change = η δ x + μ change; w = w + change. Biases have no momentum. */
function momentum({ weights, biases, changes }: Layer, x: Float32Array, delta: Float32Array, rule: Rule) {
  const mu = rule.momentum
  for (let j = 0; j < weights.length; ++j) {
    const step = rule.learningRate * delta[j]
    const row = weights[j]
    const last = changes![j]
    for (let i = 0; i < row.length; ++i) {
      const change = step * x[i] + mu * last[i]
      last[i] = change
      row[i] += change
    }
    biases[j] += step
  }
}

/**
 * The weights as D. P. Kingma and J. Ba have it (2015, arXiv:1412.6980, algorithm 1). The biases step by the moments before
 * the sample: so brain.js is seen to do. scale = η / (1 − β₁ᵗ), root = 1 / √(1 − β₂ᵗ).
 */
function adam(layer: Layer, x: Float32Array, delta: Float32Array, rule: Rule, scale: number, root: number) {
  const { beta1, beta2, epsilon } = rule
  const [share1, share2] = [1 - beta1, 1 - beta2]
  const [first, second] = [layer.firstMoments!, layer.secondMoments!]
  for (let j = 0; j < layer.weights.length; ++j) {
    const row = layer.weights[j]
    const m = first.weights[j]
    const v = second.weights[j]
    for (let i = 0; i < row.length; ++i) {
      const g = delta[j] * x[i]
      const mean = m[i] * beta1 + share1 * g
      const square = v[i] * beta2 + share2 * g * g
      m[i] = mean
      v[i] = square
      row[i] += (scale * mean) / (root * Math.sqrt(square) + epsilon)
    }
    const g = delta[j]
    layer.biases[j] += (scale * first.biases[j]) / (root * Math.sqrt(second.biases[j]) + epsilon)
    first.biases[j] = first.biases[j] * beta1 + share1 * g
    second.biases[j] = second.biases[j] * beta2 + share2 * g * g
  }
}

export const makeReference: MakeOnline = (sizes, parameters, data, first) => {
  const { layers } = parameters
  const { isAdam } = first
  prepare(parameters, isAdam)
  const last = layers.length
  const activations = sizes.map((units) => new Float32Array(units))
  const deltas = sizes.map((units) => new Float32Array(units))
  let rule: Rule
  let f: (z: number) => number
  let delta: (e: number, a: number) => number
  let [power1, power2] = [1, 1]
  function follow(next: Rule): void {
    rule = next
    f = activate(rule.activation, rule.leakyReluAlpha)
    delta = deltaOf(rule.activation, rule.leakyReluAlpha)
    power1 = power(rule.beta1, parameters.steps)
    power2 = power(rule.beta2, parameters.steps)
  }
  follow(first)

  /** Trains on row r. Returns the mean of its squared errors before that. */
  function train(r: number): number {
    const x = activations[0].fill(0)
    for (let k = data.starts[r]; k < data.starts[r + 1]; ++k) x[data.indices[k]] = data.values[k]
    layers.forEach((layer, l) => {
      forwardLayer(layer, f, activations[l], activations[l + 1])
    })
    const outputs = sizes[last]
    let sum = 0
    for (let j = 0; j < outputs; ++j) {
      const a = activations[last][j]
      const e = data.targets[r * outputs + j] - a
      deltas[last][j] = delta(e, a)
      const rounded = Math.fround(e)
      sum += rounded * rounded
    }
    for (let l = last - 1; l > 0; --l) {
      const { weights } = layers[l]
      const above = deltas[l + 1]
      for (let i = 0; i < sizes[l]; ++i) {
        let e = 0
        for (let j = 0; j < above.length; ++j) e += above[j] * weights[j][i]
        deltas[l][i] = delta(e, activations[l][i])
      }
    }
    if (isAdam) {
      power1 *= rule.beta1
      power2 *= rule.beta2
      const scale = rule.learningRate / (1 - power1)
      const root = 1 / Math.sqrt(1 - power2)
      layers.forEach((layer, l) => {
        adam(layer, activations[l], deltas[l + 1], rule, scale, root)
      })
      ++parameters.steps
    } else {
      layers.forEach((layer, l) => {
        momentum(layer, activations[l], deltas[l + 1], rule)
      })
    }
    return sum / outputs
  }

  let [iterations, error, sum, row] = [0, 1, 0, 0]
  return {
    get iterations() {
      return iterations
    },
    get error() {
      return error
    },
    get isBetween() {
      return row === 0
    },
    run(most, until, threshold) {
      for (let trained = 1; trained <= most; ++trained) {
        sum += train(row)
        if (++row < data.rows) continue
        error = sum / data.rows
        ;[sum, row] = [0, 0]
        if (++iterations >= until || !(error > threshold)) return trained
      }
      return most
    },
    write() {},
    read() {},
    follow,
    release() {},
  }
}
