// An exercise of Nielsen's second chapter: one neuron of a network of sigmoids has another activation function f. What
// becomes of backpropagation? Wherever σ′ of that neuron's z stands, f′ does, in BP1 or BP2; BP3 and BP4 stay.
//
//   npx tsx examples/modified-neuron.ts

import { Network } from 'nabla'
import { plotActivations, plotLines } from 'nabla/plot'
import { isMain, save } from './terminal.ts'

interface Activation {
  f: (z: number) => number
  derivative: (z: number) => number
}

const sigma = (z: number) => 1 / (1 + Math.exp(-z))
const sigmoid: Activation = { f: sigma, derivative: (z) => sigma(z) * (1 - sigma(z)) }
const sine: Activation = { f: Math.sin, derivative: Math.cos }

/** Weights (inputs × units) and biases of each layer, and the activation of each neuron. */
export interface Layer {
  weights: number[][]
  biases: number[]
  neurons: Activation[]
}

/** The layers of a network of sigmoids, one neuron of which is given another activation. */
export function layersOf(
  net: Network,
  modified?: { layer: number; neuron: number; by: Activation },
): Layer[] {
  return net.layers.map(({ inputs, units }, l) => {
    const flat = [...net.weights(l)]
    const isModified = (u: number) => modified?.layer === l && modified.neuron === u
    return {
      weights: Array.from({ length: inputs }, (_, i) => flat.slice(i * units, (i + 1) * units)),
      biases: [...net.biases(l)],
      neurons: Array.from({ length: units }, (_, u) => (isModified(u) ? modified!.by : sigmoid)),
    }
  })
}

function forward(layers: readonly Layer[], x: readonly number[]) {
  const zs: number[][] = []
  const as = [[...x]]
  for (const { weights, biases, neurons } of layers) {
    const below = as[as.length - 1]
    const z = biases.map((b, u) => below.reduce((sum, a, i) => sum + a * weights[i][u], b))
    zs.push(z)
    as.push(z.map((value, u) => neurons[u].f(value)))
  }
  return { zs, as }
}

/** The quadratic cost ½ Σ (a − y)² of one row. */
export const costOf = (layers: readonly Layer[], x: readonly number[], y: readonly number[]): number =>
  forward(layers, x)
    .as.at(-1)!
    .reduce((sum, a, u) => sum + (a - y[u]) ** 2 / 2, 0)

/** ∇W and ∇b of each layer for one row, by backpropagation with the derivative of each neuron's own function. */
export function backward(layers: readonly Layer[], x: readonly number[], y: readonly number[]) {
  const { zs, as } = forward(layers, x)
  const slopes = (l: number) => zs[l].map((z, u) => layers[l].neurons[u].derivative(z))
  // BP1: δ = (a − y) ⊙ f′(z).
  let delta = as.at(-1)!.map((a, u) => (a - y[u]) * slopes(layers.length - 1)[u])
  const gradients: { weights: number[][]; biases: number[] }[] = []
  for (let l = layers.length - 1; l >= 0; --l) {
    // BP4 and BP3.
    gradients.unshift({ weights: as[l].map((a) => delta.map((d) => a * d)), biases: delta })
    // BP2: δ one layer below = δ · Wᵀ ⊙ f′(z).
    if (l > 0) {
      const slope = slopes(l - 1)
      const above = delta
      delta = layers[l].weights.map((row, i) => row.reduce((sum, w, u) => sum + w * above[u], 0) * slope[i])
    }
  }
  return gradients
}

/** The largest difference of backpropagation from central differences, over all weights and biases. */
export function largestError(layers: Layer[], x: readonly number[], y: readonly number[]): number {
  const h = 1e-5
  const numeric = (list: number[], i: number) => {
    const kept = list[i]
    const at = (value: number) => {
      list[i] = value
      return costOf(layers, x, y)
    }
    const slope = (at(kept + h) - at(kept - h)) / (2 * h)
    list[i] = kept
    return slope
  }
  const errors = backward(layers, x, y).flatMap(({ weights, biases }, l) => [
    ...weights.flatMap((row, i) => row.map((g, u) => Math.abs(g - numeric(layers[l].weights[i], u)))),
    ...biases.map((g, u) => Math.abs(g - numeric(layers[l].biases, u))),
  ])
  return Math.max(...errors)
}

/** Plain gradient descent on one row: the cost before each step. */
export function descend(layers: Layer[], x: readonly number[], y: readonly number[], steps = 60, rate = 0.5) {
  return Array.from({ length: steps }, () => {
    const cost = costOf(layers, x, y)
    backward(layers, x, y).forEach(({ weights, biases }, l) => {
      weights.forEach((row, i) => {
        row.forEach((g, u) => {
          layers[l].weights[i][u] -= rate * g
        })
      })
      biases.forEach((g, u) => {
        layers[l].biases[u] -= rate * g
      })
    })
    return cost
  })
}

export const x = [0.3, 0.9]
export const y = [0.1, 0.8]
export const makeNetwork = () =>
  new Network({
    sizes: [2, 3, 2],
    activation: 'sigmoid',
    loss: 'quadratic',
    initializer: 'standardNormal',
    seed: 1,
  })
/** The second neuron of the hidden layer. */
export const modification = { layer: 0, neuron: 1, by: sine }

export const pictures = () => ({
  'modified-neuron': plotActivations(
    { 'the others, sigmoid': sigmoid, 'the modified neuron, sine': sine },
    { title: 'Activation functions of a network with one modified neuron' },
  ),
  'modified-neuron-cost': plotLines(
    {
      'all sigmoid': descend(layersOf(makeNetwork()), x, y),
      'one sine': descend(layersOf(makeNetwork(), modification), x, y),
    },
    { title: 'Gradient descent', xLabel: 'step', yLabel: 'cost', logScale: true },
  ),
})

if (isMain(import.meta.url)) {
  const net = makeNetwork()
  const plain = backward(layersOf(net), x, y)
  const { weights } = net.gradients([x], [y])
  const difference = Math.max(
    ...plain.flatMap((one, l) => one.weights.flat().map((g, i) => Math.abs(g - weights[l][i]))),
  )
  console.log(`all sigmoid: largest difference from net.gradients()       ${difference.toExponential(1)}`)
  const modified = layersOf(net, modification)
  console.log(
    `one sine:    largest difference from central differences   ${largestError(modified, x, y).toExponential(1)}`,
  )
  save(pictures())
}
