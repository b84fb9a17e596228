// The options of a network's calls, checked, with every default in place: a table for each call.

import {
  boolean,
  type Check,
  callback,
  checkOptions,
  hasOptions,
  integer,
  isObject,
  notNegative,
  oneOf,
  optional,
  positive,
  refuse,
  refuseTargets,
  share,
  threadCount,
  threads,
} from '../base/check.ts'
import { OptionError } from '../base/errors.ts'
import { metricList } from './metrics.ts'
import type {
  BatchLog,
  CheckGradientsOptions,
  ClassifyOptions,
  ClassWeight,
  CrossValidationOptions,
  Data,
  EpochLog,
  ExplainOptions,
  FitOptions,
  PredictOptions,
  ReadOptions,
  TrainBatchOptions,
} from './options.ts'
import { learningRate } from './schedules.ts'

/**
 * `{ x, y }`, with whatever else a data set carries but other names for weights, which would be passed over; the arrays
 * themselves are checked where they are read.
 */
export const checkData: Check<Data> = (value, name) => {
  if (!isObject(value) || !('x' in value && 'y' in value)) return refuse(name, '{ x, y }', value)
  const misnamed = Object.keys(value).find((key) => key !== 'weights' && /weight/i.test(key))
  if (misnamed)
    refuse(name, "the rows' weights as `weights`, and those of classes as an option of fit", misnamed)
  return value as unknown as Data
}

// By what it has: a signal may come from another realm.
const signal: Check<AbortSignal> = (value, name) =>
  isObject(value) && typeof value.throwIfAborted === 'function'
    ? (value as unknown as AbortSignal)
    : refuse(name, 'an AbortSignal', value)

const openShare: Check<number> = (value, name) =>
  typeof value === 'number' && value > 0 && value < 1
    ? value
    : refuse(name, 'a share above 0 and below 1', value)

const shareTable = { share: openShare, stratify: optional(boolean, true) }

/** Data, or a share of the training data. */
const validation: Check<Data | ReturnType<typeof checkShare>> = (value, name) => {
  if (typeof value === 'number') return { share: openShare(value, name), stratify: true }
  return isObject(value) && 'share' in value && !('x' in value)
    ? checkShare(value, name)
    : checkData(value, name)
}
const checkShare = (value: unknown, name: string) => checkOptions(shareTable, value, name)

const name: Check<string> = (value, where) =>
  typeof value === 'string' ? value : refuse(where, 'the name of a figure', value)

const stoppingTable = {
  monitor: optional(name, undefined),
  mode: optional(oneOf(['min', 'max'] as const), undefined),
  patience: optional(integer(0), 10),
  minDelta: optional(notNegative, 0),
  restoreBest: optional(boolean, true),
}

const checkStopping = (value: unknown, where: string) => checkOptions(stoppingTable, value, where)
export type EarlyStoppingSettings = ReturnType<typeof checkStopping>

const earlyStopping: Check<EarlyStoppingSettings | undefined> = (value, where) => {
  if (value === false) return undefined
  return checkStopping(value === true ? {} : value, where)
}

const classWeight: Check<ClassWeight> = (value, name) => {
  if (value === 'balanced') return value
  if (!hasOptions(value)) {
    return refuse(name, "an object such as { 0: 1, 1: 5 } or { cat: 1, dog: 5 }, or 'balanced'", value)
  }
  // Without a prototype, so that a class may be called __proto__.
  const weights: Record<string, number> = Object.create(null)
  for (const [key, weight] of Object.entries(value)) weights[key] = notNegative(weight, `${name}[${key}]`)
  return weights
}

const batchSize = optional(integer(1), 32)

const everyTable = {
  epochs: optional(integer(1), undefined),
  steps: optional(integer(1), undefined),
  seconds: optional(positive, undefined),
}

/** A number of epochs, or one of the table. */
const every: Check<{ epochs: number } | { steps: number } | { seconds: number }> = (value, where) => {
  if (value === undefined) return { epochs: 1 }
  if (typeof value === 'number') return { epochs: integer(1)(value, where) }
  const { epochs, steps, seconds } = checkOptions(everyTable, value, where)
  if ([epochs, steps, seconds].filter((one) => one !== undefined).length !== 1) {
    return refuse(where, 'a number of epochs, { epochs }, { steps } or { seconds }', value)
  }
  if (steps !== undefined) return { steps }
  return seconds !== undefined ? { seconds } : { epochs: epochs! }
}

const checkpointTable = {
  file: optional(name, undefined),
  save: optional(callback<(bytes: Uint8Array) => unknown>(), undefined),
  every,
}

const checkpoint = (value: unknown, where: string) => {
  const checked = checkOptions(checkpointTable, value, where)
  if ((checked.file === undefined) !== (checked.save === undefined)) return checked
  return refuse(where, 'either a file or a function save', value)
}

const fitTable = {
  epochs: optional(integer(1), 1),
  batchSize,
  accumulate: optional(integer(1), 1),
  shuffle: optional(boolean, true),
  validation: optional(validation, undefined),
  earlyStopping: optional(earlyStopping, undefined),
  metrics: optional(metricList, undefined),
  learningRate: optional(learningRate, undefined),
  classWeight: optional(classWeight, undefined),
  onEpoch: optional(callback<(log: EpochLog) => unknown>(), undefined),
  onBatch: optional(callback<(log: BatchLog) => unknown>(), undefined),
  verbose: optional(boolean, false),
  checkpoint: optional(checkpoint, undefined),
  threads: optional(threads, undefined),
  offThread: optional(boolean, false),
  signal: optional(signal, undefined),
}

const trainBatchTable = {
  learningRate: optional(learningRate, undefined),
  // Checked where it is read.
  weights: (value: unknown) => value as TrainBatchOptions['weights'],
}

/** The options of `trainBatch`. Throws OptionError. */
export const trainBatchSettings = (options: TrainBatchOptions) =>
  checkOptions(trainBatchTable, options, 'trainBatch options')

// By what it is called: it may come from another realm.
const out: Check<Float32Array> = (value, name) =>
  ArrayBuffer.isView(value) && (value as Float32Array)[Symbol.toStringTag] === 'Float32Array'
    ? (value as Float32Array)
    : refuse(name, 'a Float32Array', value)

/** The options of `predict`. Throws OptionError. */
export const predictSettings = (options: PredictOptions) =>
  checkOptions({ out: optional(out, undefined) }, options, 'predict options')

/** The options of `predictAsync`. Throws OptionError. */
export const predictAsyncSettings = (options: PredictOptions & ReadOptions) =>
  checkOptions({ out: optional(out, undefined), signal: optional(signal, undefined) }, options, 'options')

const classifyTable = { names: optional(boolean, false) }

/** The options of `classify`. Throws OptionError. */
export const classifySettings = (options: ClassifyOptions) =>
  checkOptions(classifyTable, options, 'classify options')

/** The options of `classifyAsync`. Throws OptionError. */
export const classifyAsyncSettings = (options: ClassifyOptions & ReadOptions) =>
  checkOptions({ ...classifyTable, signal: optional(signal, undefined) }, options, 'classifyAsync options')

/** The options of `evaluateAsync` and its like. Throws OptionError. */
export const readSettings = (options: ReadOptions) =>
  checkOptions({ signal: optional(signal, undefined) }, options, 'options')

/** The options of `fit` with every default in place. Throws OptionError. */
export const fitSettings = (options: FitOptions) => {
  refuseTargets(options, 'fit options')
  return checkOptions(fitTable, options, 'fit options')
}
export type FitSettings = ReturnType<typeof fitSettings>

// What a single fit has and folds that are trained at once have not, and what crossValidate has in its place.
const NOT_OF_A_FOLD: Readonly<Record<string, string>> = {
  onEpoch:
    ': folds are trained at once, in threads that a callback cannot follow; the result has the history of each',
  onBatch: ': folds are trained at once, in threads that a callback cannot follow',
  checkpoint: '',
  verbose: '',
  threads: '; see parallel',
  offThread: '; see parallel',
  signal: '; crossValidate has one for all',
}

const foldFit: Check<FitOptions> = (value, name) => {
  const given = checkOptions(fitTable, value ?? {}, name)
  for (const [key, instead] of Object.entries(NOT_OF_A_FOLD)) {
    if ((value as Record<string, unknown> | undefined)?.[key] === undefined) continue
    throw new OptionError(`${name}: expected no ${key}, which is for a single fit${instead}`)
  }
  return given as FitOptions
}

const crossValidationTable = {
  folds: optional(integer(2), 5),
  stratify: optional(boolean, true),
  repeats: optional(integer(1), 1),
  shuffle: optional(boolean, true),
  seed: optional(integer(0), 0),
  fit: foldFit,
  metrics: optional(metricList, []),
  parallel: optional(threads, 'auto' as const),
  signal: optional(signal, undefined),
}

/** The options of `crossValidate` with every default in place. Throws OptionError. */
export const crossValidationSettings = (options: CrossValidationOptions) => {
  const settings = checkOptions(crossValidationTable, options, 'crossValidate options')
  if (settings.repeats > 1 && !settings.shuffle) {
    refuse('crossValidate options.shuffle', 'true where repeats divide the rows anew', false)
  }
  return settings
}

const checkGradientsTable = {
  samples: (value: unknown, name: string) =>
    value === 'all'
      ? Number.POSITIVE_INFINITY
      : optional(integer(1), 100)(value, `${name} (a number or 'all')`),
  epsilon: optional(positive, 1e-5),
  seed: optional(integer(0), 0),
}

/** The options of `checkGradients` with every default in place. Throws OptionError. */
export const checkGradientsSettings = (options: CheckGradientsOptions) =>
  checkOptions(checkGradientsTable, options, 'checkGradients options')

const explainTable = {
  batchSize,
  accumulate: optional(integer(1), 1),
  threads: optional(threadCount, undefined),
  nonzeros: optional(share, 1),
}

/** The options of `explain`, or the size of a mini-batch alone. Throws OptionError. */
export const explainSettings = (options: number | ExplainOptions) =>
  checkOptions(
    explainTable,
    isObject(options) ? options : { batchSize: integer(1)(options, 'explain: batchSize') },
    'explain options',
  )
export type ExplainSettings = ReturnType<typeof explainSettings>
