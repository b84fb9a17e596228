// Every optimizer as the loop of its formulas, a number at a time in float64: decay makes each gradient depend on the steps
// before, so that no sum over them is left.

import type { OptimizerOptions } from '../../src/index.ts'

/** One number after the other, from slots of 0: by what w goes down in step t for the gradient g. */
type Steps = () => (w: number, g: number, t: number) => number

const learningRate = 0.125

/** Decay that joins the gradient, λ w, and makes it another in each step; with every option away from its default. */
export const decaying: readonly { readonly options: OptimizerOptions; readonly steps: Steps }[] = [
  {
    options: { name: 'sgd', learningRate, momentum: 0.75, dampening: 0.25, weightDecay: 0.5 },
    steps() {
      let m = 0
      return (w, g, t) => {
        m = t === 1 ? g + 0.5 * w : 0.75 * m + 0.75 * (g + 0.5 * w)
        return learningRate * m
      }
    },
  },
  {
    options: { name: 'sgd', learningRate, momentum: 0.75, nesterov: true, weightDecay: 0.5 },
    steps() {
      let m = 0
      return (w, g) => {
        m = 0.75 * m + g + 0.5 * w
        return learningRate * (g + 0.5 * w + 0.75 * m)
      }
    },
  },
  {
    options: { name: 'rmsprop', learningRate, rho: 0.75, epsilon: 0.25, weightDecay: 0.5 },
    steps() {
      let v = 0
      return (w, g) => {
        v = 0.75 * v + 0.25 * (g + 0.5 * w) ** 2
        return (learningRate * (g + 0.5 * w)) / (Math.sqrt(v) + 0.25)
      }
    },
  },
  {
    options: { name: 'rmsprop', learningRate, rho: 0.75, centered: true, momentum: 0.5, weightDecay: 0.5 },
    steps() {
      let [v, mean, b] = [0, 0, 0]
      return (w, g) => {
        v = 0.75 * v + 0.25 * (g + 0.5 * w) ** 2
        mean = 0.75 * mean + 0.25 * (g + 0.5 * w)
        b = 0.5 * b + (g + 0.5 * w) / (Math.sqrt(v - mean ** 2) + 1e-8)
        return learningRate * b
      }
    },
  },
  {
    options: { name: 'adagrad', learningRate, learningRateDecay: 0.5, epsilon: 0.25, weightDecay: 0.5 },
    steps() {
      let v = 0
      return (w, g, t) => {
        v += (g + 0.5 * w) ** 2
        return ((learningRate / (1 + (t - 1) * 0.5)) * (g + 0.5 * w)) / (Math.sqrt(v) + 0.25)
      }
    },
  },
  {
    options: { name: 'adam', learningRate, beta1: 0.75, beta2: 0.875, epsilon: 0.25, weightDecay: 0.5 },
    steps() {
      let [m, v] = [0, 0]
      return (w, g, t) => {
        m = 0.75 * m + 0.25 * (g + 0.5 * w)
        v = 0.875 * v + 0.125 * (g + 0.5 * w) ** 2
        return (learningRate * m) / (1 - 0.75 ** t) / (Math.sqrt(v / (1 - 0.875 ** t)) + 0.25)
      }
    },
  },
  {
    options: { name: 'adamw', learningRate, beta1: 0.75, beta2: 0.875, epsilon: 0.25, weightDecay: 0.5 },
    steps() {
      let [m, v] = [0, 0]
      return (w, g, t) => {
        m = 0.75 * m + 0.25 * g
        v = 0.875 * v + 0.125 * g ** 2
        const step = m / (1 - 0.75 ** t) / (Math.sqrt(v / (1 - 0.875 ** t)) + 0.25)
        return learningRate * (step + 0.5 * w)
      }
    },
  },
  {
    options: { name: 'nadam', learningRate, beta1: 0.75, beta2: 0.875, momentumDecay: 0.5, weightDecay: 0.5 },
    steps() {
      let [m, v, product] = [0, 0, 1]
      const mu = (t: number) => 0.75 * (1 - 0.5 * 0.96 ** (t * 0.5))
      return (w, g, t) => {
        m = 0.75 * m + 0.25 * (g + 0.5 * w)
        v = 0.875 * v + 0.125 * (g + 0.5 * w) ** 2
        product *= mu(t)
        const direction =
          (mu(t + 1) * m) / (1 - product * mu(t + 1)) + ((1 - mu(t)) * (g + 0.5 * w)) / (1 - product)
        return (learningRate * direction) / (Math.sqrt(v / (1 - 0.875 ** t)) + 1e-8)
      }
    },
  },
  {
    options: { name: 'lion', learningRate, beta1: 0.25, beta2: 0.75, weightDecay: 0.5 },
    steps() {
      let m = 0
      return (w, g) => {
        const direction = Math.sign(0.25 * m + 0.75 * g)
        m = 0.75 * m + 0.25 * g
        return learningRate * (direction + 0.5 * w)
      }
    },
  },
]
