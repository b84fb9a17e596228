// The shape of a network as plain data.

import type { Activation } from './custom-activation.ts'
import type { Loss } from './custom-loss.ts'
import type { LossSettings } from './losses.ts'
import type { Normalization } from './normalizations.ts'
import type { Regularization } from './regularization.ts'

/** What a layer computes, each default in its place. */
export interface LayerShape {
  /** Width of the rows that enter it, the outputs of the layer below. */
  readonly inputs: number
  /** Width of the rows that it gives. */
  readonly units: number
  /** Its name, or functions of the user's own. */
  readonly activation: Activation
  /** Whether b is added to the product. */
  readonly bias: boolean
  /** What is done to z before the activation; nothing where it is missing. */
  readonly normalization?: Normalization
  /** The share of a that is dropped in training, above 0; none where it is missing. */
  readonly dropout?: number
}

/** What a network computes: all that the plan and the tape need to know of the user's options. */
export interface Architecture {
  readonly inputs: number
  readonly outputs: number
  readonly layers: readonly LayerShape[]
  readonly loss: Loss
  /** Its options; undefined where all are the defaults, and of a loss of the user's own. */
  readonly lossSettings?: LossSettings | undefined
  /** The share of the inputs that is dropped in training, above 0; none where it is missing. */
  readonly inputDropout?: number
  /** What is done to the gradient and the weights besides the step; not there where that is nothing. */
  readonly regularization?: Regularization
}

/** True where some layer is normalised over the batch: a gradient depends on which rows are together. */
export const isOverBatch = ({ layers }: Architecture): boolean =>
  layers.some(({ normalization }) => normalization?.name === 'batch')

/** True where training draws masks. */
export const drops = ({ layers, inputDropout }: Architecture): boolean =>
  inputDropout !== undefined || layers.some(({ dropout }) => dropout !== undefined)

/** All that is trained, counted: weights and biases of all layers, gains and shifts of those that are normalised. */
export const parameterCountOf = ({ layers }: Architecture): number =>
  layers.reduce(
    (sum, { inputs, units, bias, normalization }) =>
      sum + (inputs + (bias ? 1 : 0) + (normalization ? 2 : 0)) * units,
    0,
  )
