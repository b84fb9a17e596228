// Every optimizer with options that make each of its rules, and each term of them, matter.

import type { OptimizerOptions } from '../../src/index.ts'

export const optimizerKinds = [
  { name: 'sgd', learningRate: 0.05 },
  { name: 'sgd', learningRate: 0.05, weightDecay: 0.1 },
  { name: 'sgd', learningRate: 0.05, momentum: 0.9 },
  { name: 'sgd', learningRate: 0.05, momentum: 0.9, dampening: 0.25, weightDecay: 0.1 },
  { name: 'sgd', learningRate: 0.05, momentum: 0.8, nesterov: true, weightDecay: 0.1 },
  { name: 'rmsprop', learningRate: 0.01 },
  { name: 'rmsprop', learningRate: 0.005, rho: 0.9, epsilon: 1e-4, momentum: 0.5, weightDecay: 0.1 },
  { name: 'rmsprop', learningRate: 0.01, rho: 0.9, epsilon: 1e-3, centered: true },
  { name: 'rmsprop', learningRate: 0.005, epsilon: 1e-3, centered: true, momentum: 0.5, weightDecay: 0.1 },
  { name: 'adagrad', learningRate: 0.05 },
  { name: 'adagrad', learningRate: 0.05, learningRateDecay: 0.25, epsilon: 1e-3, weightDecay: 0.1 },
  { name: 'adam', learningRate: 0.01 },
  { name: 'adam', learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-4, weightDecay: 0.1 },
  { name: 'adamw', learningRate: 0.01 },
  { name: 'adamw', learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-4, weightDecay: 0.5 },
  { name: 'nadam', learningRate: 0.01 },
  { name: 'nadam', learningRate: 0.02, beta1: 0.8, beta2: 0.95, momentumDecay: 0.5, weightDecay: 0.1 },
  { name: 'lion', learningRate: 0.003 },
  { name: 'lion', learningRate: 0.01, beta1: 0.8, beta2: 0.95, weightDecay: 0.5 },
] as const satisfies OptimizerOptions[]

/** Those whose rules go over strips of the gradient: all but the first. */
export const stripedKinds = optimizerKinds.slice(1)

/** Of those one for each number of slots: where a test is about the slots, and not about the rules. */
export const slotKinds = stripedKinds.filter(
  (one, i) =>
    [0, 1].includes(i) ||
    (one.name === 'rmsprop' && 'momentum' in one && 'centered' in one) ||
    (one.name === 'adam' && !('beta1' in one)),
)

/** "sgd momentum=0.9": for the name of a test. */
export const titleOf = ({ name, ...options }: OptimizerOptions): string =>
  [name, ...Object.entries(options).map(([key, value]) => `${key}=${value}`)].join(' ')
