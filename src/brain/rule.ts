// The options of train() that its arithmetic depends on.

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

/** The rule that checked options ask for. */
export function ruleOf(options: INeuralNetworkTrainOptions): Rule {
  return {
    activation: options.activation as NeuralNetworkActivation,
    leakyReluAlpha: options.leakyReluAlpha,
    learningRate: options.learningRate,
    isAdam: options.praxis === 'adam',
    momentum: options.momentum,
    beta1: options.beta1,
    beta2: options.beta2,
    epsilon: options.epsilon,
  }
}

/** Whether the options still ask for this rule, praxis aside. Called after each callback, so it has to be quick. */
export const isStill = (rule: Rule, options: INeuralNetworkTrainOptions): boolean =>
  rule.learningRate === options.learningRate &&
  rule.momentum === options.momentum &&
  rule.activation === options.activation &&
  rule.leakyReluAlpha === options.leakyReluAlpha &&
  rule.beta1 === options.beta1 &&
  rule.beta2 === options.beta2 &&
  rule.epsilon === options.epsilon
