// What of the options of train() changes the numbers.

import type { INeuralNetworkTrainOptions, NeuralNetworkActivation } from './types.ts'

export interface Rule {
  readonly activation: NeuralNetworkActivation
  readonly leakyReluAlpha: number
  readonly learningRate: number
  readonly isAdam: boolean
  readonly momentum: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

/** The rule of options that have been checked. */
export function ruleOf(options: INeuralNetworkTrainOptions): Rule {
  const { activation, leakyReluAlpha, learningRate, praxis, momentum, beta1, beta2, epsilon } = options
  return {
    activation: activation as NeuralNetworkActivation,
    isAdam: praxis === 'adam',
    ...{ leakyReluAlpha, learningRate, momentum, beta1, beta2, epsilon },
  }
}

/** Whether training goes on by both in the same way: whether it is Adam stays as it began. */
export const isSameRule = (a: Rule, b: Rule): boolean =>
  a.learningRate === b.learningRate &&
  a.momentum === b.momentum &&
  a.activation === b.activation &&
  a.leakyReluAlpha === b.leakyReluAlpha &&
  a.beta1 === b.beta1 &&
  a.beta2 === b.beta2 &&
  a.epsilon === b.epsilon
