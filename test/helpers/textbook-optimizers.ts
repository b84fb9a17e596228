// The update rules of optimizers as PyTorch documents them (pytorch.org/docs/stable/optim.html), and Lion as in its paper
// (arXiv:2302.06675), a number at a time, with their defaults. They share no line with nabla.

import { type TextbookNetwork, textbookGradient } from './textbook.ts'

export interface TextbookOptimizer {
  name: string
  learningRate: number
  weightDecay?: number
  momentum?: number
  dampening?: number
  nesterov?: boolean
  rho?: number
  centered?: boolean
  learningRateDecay?: number
  beta1?: number
  beta2?: number
  epsilon?: number
  momentumDecay?: number
}

/** What is kept of one parameter between two steps. */
export interface TextbookSlots {
  /** The momentum buffer, or the mean of the gradient. */
  m: number
  /** The mean of its squares, or their sum. */
  v: number
  /** The momentum of RMSprop. */
  b: number
  /** The product of NAdam's momenta. */
  momenta: number
}

export const freshSlots = (): TextbookSlots => ({ m: 0, v: 0, b: 0, momenta: 1 })

type Rule = (
  w: number,
  gradient: number,
  slots: TextbookSlots,
  t: number,
  optimizer: TextbookOptimizer,
) => number

const rules: Record<string, Rule> = {
  sgd(w, gradient, slots, t, optimizer) {
    const { learningRate, momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = optimizer
    const g = gradient + weightDecay * w
    if (momentum === 0) return w - learningRate * g
    slots.m = t === 1 ? g : momentum * slots.m + (1 - dampening) * g
    return w - learningRate * (nesterov ? g + momentum * slots.m : slots.m)
  },

  rmsprop(w, gradient, slots, _, optimizer) {
    const { learningRate, rho = 0.99, epsilon = 1e-8, momentum = 0, centered, weightDecay = 0 } = optimizer
    const g = gradient + weightDecay * w
    slots.v = rho * slots.v + (1 - rho) * g ** 2
    slots.m = rho * slots.m + (1 - rho) * g
    const square = centered ? slots.v - slots.m ** 2 : slots.v
    slots.b = momentum * slots.b + g / (Math.sqrt(square) + epsilon)
    return w - learningRate * slots.b
  },

  adagrad(w, gradient, slots, t, optimizer) {
    const { learningRate, learningRateDecay = 0, epsilon = 1e-10, weightDecay = 0 } = optimizer
    const g = gradient + weightDecay * w
    slots.v += g ** 2
    return w - ((learningRate / (1 + (t - 1) * learningRateDecay)) * g) / (Math.sqrt(slots.v) + epsilon)
  },

  adam(w, gradient, slots, t, optimizer) {
    const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = optimizer
    const g = gradient + weightDecay * w
    slots.m = beta1 * slots.m + (1 - beta1) * g
    slots.v = beta2 * slots.v + (1 - beta2) * g ** 2
    const mean = slots.m / (1 - beta1 ** t)
    const square = slots.v / (1 - beta2 ** t)
    return w - (learningRate * mean) / (Math.sqrt(square) + epsilon)
  },

  adamw(w, gradient, slots, t, { weightDecay = 0.01, ...optimizer }) {
    const decayed = w - optimizer.learningRate * weightDecay * w
    return rules.adam(decayed, gradient, slots, t, optimizer)
  },

  nadam(w, gradient, slots, t, optimizer) {
    const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = optimizer
    const { momentumDecay = 0.004 } = optimizer
    const g = gradient + weightDecay * w
    const now = beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay))
    const next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentumDecay))
    slots.momenta *= now
    slots.m = beta1 * slots.m + (1 - beta1) * g
    slots.v = beta2 * slots.v + (1 - beta2) * g ** 2
    const mean = (next * slots.m) / (1 - slots.momenta * next) + ((1 - now) * g) / (1 - slots.momenta)
    const square = slots.v / (1 - beta2 ** t)
    return w - (learningRate * mean) / (Math.sqrt(square) + epsilon)
  },

  lion(w, g, slots, _, { learningRate, beta1 = 0.9, beta2 = 0.99, weightDecay = 0 }) {
    const direction = Math.sign(beta1 * slots.m + (1 - beta1) * g)
    slots.m = beta2 * slots.m + (1 - beta2) * g
    return w - learningRate * (direction + weightDecay * w)
  },
}

/** The names of all that there are. */
export const textbookNames = Object.keys(rules)

/** The parameter after step `t`, counted from 1. */
export function textbookStep(
  w: number,
  gradient: number,
  slots: TextbookSlots,
  t: number,
  optimizer: TextbookOptimizer,
): number {
  return rules[optimizer.name](w, gradient, slots, t, optimizer)
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
  const slotsOf = (values: number[]): TextbookSlots[] => values.map(freshSlots)
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
          row[j] = textbookStep(row[j], gradient.weights[l][i][j], kept[l].weights[i][j], t, optimizer)
        }
      })
      biases?.forEach((b, j) => {
        biases[j] = textbookStep(b, gradient.biases[l]![j], kept[l].biases[j], t, optimizer)
      })
    })
  }
}
