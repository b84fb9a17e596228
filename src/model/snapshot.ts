// A network as plain data: what every format is written from, and what reading one comes to.

import type { Floats } from '../base/floats.ts'
import type { CommonNetworkOptions, OutputLayerOptions } from './options.ts'

/** The parameters of a layer, or what an optimizer keeps of each. */
export interface LayerParameters {
  /** Row-major (inputs × units). */
  readonly weights: Floats
  /** (units), where the layer has biases. */
  readonly biases?: Floats
  /** γ and β, (units), where the layer is normalised. */
  readonly gains?: Floats
  readonly shifts?: Floats
  /** (units), with batch normalization. */
  readonly runningMean?: Floats
  readonly runningVariance?: Floats
}

/** How far a training is between two epochs: what the next fit goes on with. */
export interface TrainingSnapshot {
  /** Epochs and steps that the network was trained for, and further counters of schedules and optimizers, as plain data. */
  readonly progress: Readonly<Record<string, unknown>>
  /** What the optimizer keeps: for each of its slots that of every layer. */
  readonly slots: readonly (readonly LayerParameters[])[]
}

/** The names of a layer's parameters that are one number a unit. */
export const VECTORS = ['biases', 'gains', 'shifts', 'runningMean', 'runningVariance'] as const

/** The options that make a network, each default in its place, as plain data. */
export interface SavedOptions extends CommonNetworkOptions {
  /** Width of a row of x. */
  readonly inputs: number
  /** The last one is the output layer. */
  readonly layers: readonly OutputLayerOptions[]
}

export interface NetworkSnapshot {
  readonly options: SavedOptions
  /** One for each layer. */
  readonly layers: readonly LayerParameters[]
  readonly training?: TrainingSnapshot
}
