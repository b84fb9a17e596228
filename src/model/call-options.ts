// What a user may ask of the calls besides fit. Defaults and checks are in call-settings.ts.

import type { AbortSignalLike, FitOptions } from './fit-options.ts'
import type { LearningRateOption } from './learning-rate-options.ts'
import type { MetricSpec } from './metrics.ts'

/** Options of Network.predict and Network.predictAsync. */
export interface PredictOptions {
  /** Where the outputs go, (rows × outputs): the array that is returned. It may lie in shared memory, or over x itself, which
   * is read before. Where the call throws, some rows may have been written. Default: a new one. */
  out?: Float32Array
}

/** Options of Network.classify and Network.classifyAsync. */
export interface ClassifyOptions {
  /** True for the names of the classes instead of their indices. Default false. */
  names?: boolean
}

/** Options of Network.trainBatch. */
export interface TrainBatchOptions {
  /** η for this step. Default: the optimizer's. */
  learningRate?: LearningRateOption
  /** How much each row counts: see Data. Default: 1 each. */
  weights?: ArrayLike<number> | undefined
}

/** What every call that works in turns of the event loop takes. */
export interface ReadOptions {
  /** Ends the work early: the promise rejects with the signal's reason. */
  signal?: AbortSignalLike
}

/** Options of Network.checkGradients. */
export interface CheckGradientsOptions {
  /** How many parameters to check in each group, drawn at random, or 'all'. Default 100. */
  samples?: number | 'all'
  /** h in (C(w + h) − C(w − h)) / 2h. Default 1e-5. */
  epsilon?: number
  /** Of the samples. Default 0. */
  seed?: number
}

/** Which training step `explain` prints. */
export interface ExplainOptions {
  /** Rows in a mini-batch, at least 1. Default 32. */
  batchSize?: number
  /** Threads that `fit` works with. Default: the network's, or 1 where these are 'auto', which depends on the data. */
  threads?: number
  /** Mini-batches whose gradients are summed for one step, as in `fit`, at least 1. Default 1. */
  accumulate?: number
  /** Share of the values in x that are not zero, from 0 to 1: where few are, the first layer skips the others. Default 1. */
  nonzeros?: number
}

/** Options of crossValidate(). */
export interface CrossValidationOptions {
  /** Parts that the rows are divided into, each of which is once what the others are tested on: at least 2. Default 5. */
  folds?: number
  /** Whether each class is spread evenly over the folds, where the targets are classes. Default true. */
  stratify?: boolean
  /** How often the rows are divided anew and all folds trained, at least 1. Default 1. */
  repeats?: number
  /** Whether the rows are divided at random; otherwise a fold is rows that follow each other, of each class if stratified.
   * Default true. */
  shuffle?: boolean
  /** Of the divisions. A whole number from 0 on. Default 0. */
  seed?: number
  /** How each network is trained. Data for `validation` are the same for all folds; a share is taken of a fold's training
   * rows, never of those that it is tested on. */
  fit?: Omit<
    FitOptions,
    'onEpoch' | 'onBatch' | 'checkpoint' | 'verbose' | 'threads' | 'offThread' | 'signal'
  >
  /** What is measured of each fold's rows that its network was tested on: metrics by name, by name and options, or functions.
   * Default: none. */
  metrics?: readonly MetricSpec[]
  /** Folds that are trained at once, each by a thread of its own, or 'auto' for as many as there are cores, at most 8. It
   * changes no bit of the result. Default 'auto'. */
  parallel?: number | 'auto'
  /** Ends the work early: the promise rejects with the signal's reason. */
  signal?: AbortSignalLike
}
