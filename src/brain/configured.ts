// The options that a network keeps, and how they are changed.

import {
  trainDefaults,
  trainOptionsToJSON,
  validateActivation,
  validateTrainOptions,
} from './train-options.ts'
import type {
  INeuralNetworkOptions,
  INeuralNetworkState,
  INeuralNetworkTrainOptions,
  INeuralNetworkTrainOptionsJSON,
  NeuralNetworkActivation,
} from './types.ts'

/** The options of a network where none are given. */
export const defaults = (): INeuralNetworkOptions => ({ inputSize: 0, outputSize: 0, binaryThresh: 0.5 })

export class Configured {
  /** Those of the constructor, or of the JSON that fromJSON() read. */
  options: INeuralNetworkOptions
  /** The options that train() goes by. */
  trainOpts: INeuralNetworkTrainOptions = trainDefaults()

  constructor(options: Partial<INeuralNetworkOptions & INeuralNetworkTrainOptions>) {
    this.options = { ...defaults(), ...options }
    this.updateTrainingOptions(options)
  }

  /** Sets the activation of all layers. Throws OptionError. */
  setActivation(activation: NeuralNetworkActivation): void {
    validateActivation(activation)
    this.trainOpts.activation = activation
  }

  /** Merges the options into trainOpts. Throws OptionError, and leaves them as they are then. */
  updateTrainingOptions(trainOpts: Partial<INeuralNetworkTrainOptions>): void {
    const merged = { ...this.trainOpts, ...trainOpts }
    this.validateTrainingOptions(merged)
    this.trainOpts = merged
    this.setLogMethod(merged.log)
  }

  /** Throws OptionError for an option that training cannot take. */
  validateTrainingOptions(options: INeuralNetworkTrainOptions): void {
    validateTrainOptions(options)
  }

  /** The options of train() as toJSON() has them. */
  getTrainOptsJSON(): INeuralNetworkTrainOptionsJSON {
    return trainOptionsToJSON(this.trainOpts)
  }

  /** Sets what is told how far a training is: true for logTrainingStatus(), false for nothing. */
  setLogMethod(log: INeuralNetworkTrainOptions['log']): void {
    this.trainOpts.log = log === true ? this.logTrainingStatus : log
  }

  /** Writes the iterations and the error to the console. */
  logTrainingStatus(status: INeuralNetworkState): void {
    console.log(`iterations: ${status.iterations}, training error: ${status.error}`)
  }
}
