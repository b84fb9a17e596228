// The update rules of optimizers as PyTorch documents them (pytorch.org/docs/stable/optim.html), a number at a time, with
// PyTorch's defaults. They share no line with nabla.

import { type TextbookNetwork, textbookGradient } from './textbook.ts'

export interface TextbookOptimizer {
  name: string
  learningRate: number
  momentum?: number
  nesterov?: boolean
  weightDecay?: number
}

/** What is kept of one parameter between two steps. */
interface Slots {
  m: number
  v: number
}

/** The parameter after step `t`, counted from 1. */
function updated(w: number, gradient: number, slots: Slots, t: number, optimizer: TextbookOptimizer): number {
  const { name, learningRate, momentum = 0, nesterov = false, weightDecay = 0 } = optimizer
  if (name === 'sgd') {
    const g = gradient + weightDecay * w
    slots.m = momentum * slots.m + g
    return w - learningRate * (nesterov ? g + momentum * slots.m : slots.m)
  }
  if (name === 'rmsprop') {
    slots.v = 0.99 * slots.v + 0.01 * gradient ** 2
    return w - (learningRate * gradient) / (Math.sqrt(slots.v) + 1e-8)
  }
  if (name === 'adagrad') {
    slots.v += gradient ** 2
    return w - (learningRate * gradient) / (Math.sqrt(slots.v) + 1e-10)
  }
  if (name === 'adam' || name === 'adamw') {
    slots.m = 0.9 * slots.m + 0.1 * gradient
    slots.v = 0.999 * slots.v + 0.001 * gradient ** 2
    const mean = slots.m / (1 - 0.9 ** t)
    const square = slots.v / (1 - 0.999 ** t)
    return w - learningRate * weightDecay * w - (learningRate * mean) / (Math.sqrt(square) + 1e-8)
  }
  throw new Error(`no rule for ${name}`)
}

/** Takes steps on all rows as one batch; calls `before` ahead of each. */
export function textbookSteps(
  network: TextbookNetwork,
  x: number[][],
  y: number[][],
  steps: number,
  optimizer: TextbookOptimizer,
  before: () => void,
): void {
  const slotsOf = (values: number[]): Slots[] => values.map(() => ({ m: 0, v: 0 }))
  const kept = network.layers.map(({ weights, biases }) => ({
    weights: weights.map(slotsOf),
    biases: slotsOf(biases ?? []),
  }))
  for (let t = 1; t <= steps; ++t) {
    before()
    const gradient = textbookGradient(network, x, y)
    network.layers.forEach(({ weights, biases }, l) => {
      weights.forEach((row, i) => {
        for (let j = 0; j < row.length; ++j) {
          row[j] = updated(row[j], gradient.weights[l][i][j], kept[l].weights[i][j], t, optimizer)
        }
      })
      biases?.forEach((b, j) => {
        biases[j] = updated(b, gradient.biases[l]![j], kept[l].biases[j], t, optimizer)
      })
    })
  }
}
