// The options that a network keeps, and how they change.

import { finite, integer, optional } from '../base/check.ts'
import { sizesOf } from './sizes.ts'
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

const checkSeed = optional(integer(0), undefined)

/** The options of a network, with defaults for those that are left out. Throws OptionError. */
export function networkOptions(given: Partial<INeuralNetworkOptions>): INeuralNetworkOptions {
  const options = { inputSize: 0, outputSize: 0, binaryThresh: 0.5, ...given }
  options.binaryThresh = finite(options.binaryThresh ?? 0.5, 'binaryThresh')
  checkSeed(options.seed, 'seed')
  sizesOf(options)
  return options
}

export class Configured {
  /** Options of the constructor, or of the JSON that fromJSON() read. */
  options: INeuralNetworkOptions
  /** Options of train(). */
  trainOpts: INeuralNetworkTrainOptions = trainDefaults()

  constructor(options: Partial<INeuralNetworkOptions & INeuralNetworkTrainOptions>) {
    this.options = networkOptions(options)
    this.updateTrainingOptions(options)
  }

  /** Sets the activation of all layers, by default the one in trainOpts. Throws OptionError. */
  setActivation(activation?: NeuralNetworkActivation): void {
    const wanted = activation ?? this.trainOpts.activation
    validateActivation(wanted)
    this.trainOpts.activation = wanted
  }

  /** Merges the options into trainOpts. Throws OptionError and leaves trainOpts as it is if one of them is out of range. */
  updateTrainingOptions(trainOpts: Partial<INeuralNetworkTrainOptions>): void {
    const merged = { ...this.trainOpts, ...trainOpts }
    this.validateTrainingOptions(merged)
    this.trainOpts = merged
    this.setLogMethod(merged.log)
  }

  /** Throws OptionError for an option that is out of range. */
  validateTrainingOptions(options: INeuralNetworkTrainOptions): void {
    validateTrainOptions(options)
  }

  /** Returns the options of train() as toJSON() saves them. */
  getTrainOptsJSON(): INeuralNetworkTrainOptionsJSON {
    return trainOptionsToJSON(this.trainOpts)
  }

  /** Sets what train() logs with: a function, true for logTrainingStatus(), or false for nothing. */
  setLogMethod(log: INeuralNetworkTrainOptions['log']): void {
    this.trainOpts.log = log === true ? this.logTrainingStatus : log
  }

  /** Prints the iterations and the error to the console. */
  logTrainingStatus(status: INeuralNetworkState): void {
    console.log(`iterations: ${status.iterations}, training error: ${status.error}`)
  }
}
