// An optimizer as a user gives it.

import type { LearningRateOption } from './learning-rate-options.ts'

/** Stochastic gradient descent, the step η g; with momentum (Polyak 1964), also in Nesterov's form. */
export interface SgdOptions {
  /** Selects gradient descent. */
  name: 'sgd'
  /** η, above 0. Default 0.01. */
  learningRate?: LearningRateOption
  /** μ, from 0 to below 1: m = μ m + g, and the step is η m. Default 0: the step is η g. */
  momentum?: number
  /** τ, from 0 to below 1, with momentum: m = μ m + (1 − τ) g, but m = g in the first step. Default 0. */
  dampening?: number
  /** True for Nesterov's form, whose step is η (g + μ m). Default false. */
  nesterov?: boolean
  /** λ, at least 0: λ w is added to the gradient of every parameter w, biases too. Default 0. */
  weightDecay?: number
}

/** RMSprop: v = ρ v + (1 − ρ) g², and the step is η g / (√v + ε). */
export interface RmspropOptions {
  /** Selects RMSprop (Tieleman and Hinton 2012). */
  name: 'rmsprop'
  /** η, above 0. Default 0.01. */
  learningRate?: LearningRateOption
  /** ρ, how much of the mean square is kept in each step, from 0 to below 1. Default 0.99. */
  rho?: number
  /** ε, added to the root of the mean square, above 0. Default 1e-8. */
  epsilon?: number
  /** μ, from 0 to below 1: b = μ b + g / (√v + ε), and the step is η b. Default 0. */
  momentum?: number
  /** True to take the square of the mean gradient from v: the step is divided by a standard deviation. Default false. */
  centered?: boolean
  /** λ, at least 0: λ w is added to the gradient of every parameter w, biases too. Default 0. */
  weightDecay?: number
}

/** Adagrad: v = v + g², and the step is η g / (√v + ε). */
export interface AdagradOptions {
  /** Selects Adagrad (Duchi et al. 2011). */
  name: 'adagrad'
  /** η, above 0. Default 0.01. */
  learningRate?: LearningRateOption
  /** κ, at least 0: step t, counted from 1, has the rate η / (1 + (t − 1) κ). Default 0. */
  learningRateDecay?: number
  /** ε, added to the root of the sum of squares, above 0. Default 1e-10. */
  epsilon?: number
  /** λ, at least 0: λ w is added to the gradient of every parameter w, biases too. Default 0. */
  weightDecay?: number
}

/** Adam: m = β₁ m + (1 − β₁) g, v = β₂ v + (1 − β₂) g², and step t, counted from 1, is η m̂ / (√v̂ + ε), where
 * m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ). */
export interface AdamOptions {
  /** Selects Adam (Kingma and Ba 2015). */
  name: 'adam'
  /** η, above 0. Default 0.001. */
  learningRate?: LearningRateOption
  /** How much of the mean gradient is kept in each step, from 0 to below 1. Default 0.9. */
  beta1?: number
  /** The same for the mean of its squares. Default 0.999. */
  beta2?: number
  /** ε, added to the root of the latter, above 0. Default 1e-8. */
  epsilon?: number
  /** λ, at least 0: λ w is added to the gradient of every parameter w, biases too. Default 0. */
  weightDecay?: number
}

/** Adam with decoupled decay: the step has η λ w beside that of Adam, whose means do not see it. */
export interface AdamWOptions extends Pick<AdamOptions, 'beta1' | 'beta2' | 'epsilon'> {
  /** Selects AdamW (Loshchilov and Hutter 2019). */
  name: 'adamw'
  /** η, above 0. Default 0.001. */
  learningRate?: LearningRateOption
  /** λ, at least 0, for every parameter w, biases too. Default 0.01. */
  weightDecay?: number
}

/** Adam with Nesterov's momentum, which grows from step to step: μₜ = β₁ (1 − ½ 0.96^(ψ t)). */
export interface NadamOptions extends Pick<AdamOptions, 'beta1' | 'beta2' | 'epsilon'> {
  /** Selects Nadam (Dozat 2016). */
  name: 'nadam'
  /** η, above 0. Default 0.002. */
  learningRate?: LearningRateOption
  /** ψ, at least 0. Default 0.004. */
  momentumDecay?: number
  /** λ, at least 0: λ w is added to the gradient of every parameter w, biases too. Default 0. */
  weightDecay?: number
}

/** Lion: the step is η sign(β₁ m + (1 − β₁) g), then m = β₂ m + (1 − β₂) g. */
export interface LionOptions {
  /** Selects Lion (Chen et al. 2023). */
  name: 'lion'
  /** η, above 0: how far every parameter moves. Default 0.0001. */
  learningRate?: LearningRateOption
  /** How much of the direction is the mean gradient, from 0 to below 1. Default 0.9. */
  beta1?: number
  /** How much of the mean gradient is kept in each step, from 0 to below 1. Default 0.99. */
  beta2?: number
  /** λ, at least 0: the step has η λ w more, for every parameter w, biases too. Default 0. */
  weightDecay?: number
}

/** L-BFGS, which takes all rows in each step: `epochs` counts its steps, `batchSize` and `shuffle` have no meaning, and `fit`
 * ends where it has converged. */
export interface LbfgsOptions {
  /** Selects L-BFGS (Nocedal 1980). */
  name: 'lbfgs'
  /** The step that each line search tries first, above 0, in quasi-Newton steps. Default 1. */
  learningRate?: LearningRateOption
  /** How many of the last steps are remembered, at least 1, with two numbers of each parameter for each. Default 10. */
  memory?: number
  /** It has converged where no part of the gradient is larger. Default 1e-5. */
  tolerance?: number
  /** Or where a step lowers the loss by no more than this share of it, or of 1 where it is less; 0: never. Default 2.2e-9. */
  functionTolerance?: number
  /** Evaluations of the loss in one line search, at most. Default 20. */
  maxLineSearch?: number
}

/** An optimizer by its name and options: docs/optimizers.md has their formulas, and when to take which. */
export type OptimizerOptions =
  | SgdOptions
  | RmspropOptions
  | AdagradOptions
  | AdamOptions
  | AdamWOptions
  | NadamOptions
  | LionOptions
  | LbfgsOptions
