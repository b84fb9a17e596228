// A layer as a user gives it.

import type { CustomActivation } from './custom-activation.ts'
import type { CustomInitializer, InitializerName } from './initializers.ts'
import type { NormalizationName } from './normalizations.ts'
import type { ActivationOptions } from './sloped-activations.ts'
import type { ActivationName } from './tables.ts'

/** The activations of a hidden layer: all but softmax, which needs the whole row and ends a network. */
export type HiddenActivationName = Exclude<ActivationName, 'softmax'>

/** A layer anywhere in a network. */
export interface LayerOptions {
  /** Outputs of the layer, at least 1. */
  units: number
  /** f in a = f(z), by its name, with a number as `{ name: 'leakyRelu', slope: 0.3 }` or as functions of your own. Default: the network's `activation`; for the last layer what the
   * loss asks for. */
  activation?: HiddenActivationName | ActivationOptions | CustomActivation
  /** False for a layer without biases. Default: the network's `bias`; false with batch normalization, which takes a bias
   * away again. */
  bias?: boolean
  /** Default: the network's `initializer`. */
  initializer?: InitializerName | CustomInitializer
  /** What is done to z before the activation. Default: the network's `normalization`; for the last layer 'none', and with
   * softmax, or a loss that takes z, it cannot have any. */
  normalization?: NormalizationName | NormalizationOptions | 'none'
  /** p: the share of the outputs that training drops, from 0 to below 1; the others are divided by 1 − p. Default: the
   * network's `dropout`; for the last layer 0, which has none. */
  dropout?: number
  /** λ₁ of the penalty λ₁ Σ|w| on the layer's weights, from 0 on. Default: the network's `l1`. */
  l1?: number
  /** λ₂ of the penalty λ₂ Σw² on the layer's weights, from 0 on. Default: the network's `l2`. */
  l2?: number
  /** The largest Euclidean norm of the weights into a unit, above 0: after each step, those of a unit that is beyond it are
   * scaled down. Infinity for no limit. Default: the network's `maxNorm`. */
  maxNorm?: number
}

/** The last layer of a network, which may be softmax. */
export interface OutputLayerOptions extends Omit<LayerOptions, 'activation'> {
  /** f in a = f(z). Default: what the loss asks for. */
  activation?: ActivationName | ActivationOptions | CustomActivation
}

/** Layer normalization: each row of z by its own mean and variance (Ba, Kiros and Hinton 2016). */
export interface LayerNormalizationOptions {
  /** Selects it. */
  name: 'layer'
  /** ε, added to the variance, above 0. Default 1e-5. */
  epsilon?: number
}

/** Batch normalization: each unit of z by the mean and variance of the mini-batch, in prediction by running ones (Ioffe and
 * Szegedy 2015). */
export interface BatchNormalizationOptions {
  /** Selects it. */
  name: 'batch'
  /** ε, added to the variance, above 0. Default 1e-5. */
  epsilon?: number
  /** Share of the batch's mean and variance in the running ones after a step, from 0 to 1. Default 0.1. */
  momentum?: number
}

/** A normalization by its name and options: z becomes γ ⊙ (z − μ) / √(σ² + ε) + β, with γ and β trained, and μ and σ² of
 * each row ('layer') or of each unit over the mini-batch ('batch'; in prediction running means of these). */
export type NormalizationOptions = LayerNormalizationOptions | BatchNormalizationOptions
