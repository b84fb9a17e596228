// What a user may ask of a network: the option types, their defaults and one table that checks them.

import {
  boolean,
  type Check,
  callback,
  checkOptions,
  integer,
  isArray,
  isObject,
  oneOf,
  optional,
  positive,
  rate,
  refuse,
} from './check.ts'
import { OptionError } from './errors.ts'
import { type CustomInitializer, type InitializerName, initializers } from './initializers.ts'
import type { Architecture, LayerShape } from './plan.ts'
import {
  type ActivationName,
  activations,
  type LossName,
  losses,
  type OptimizerName,
  optimizers,
} from './tables.ts'

/** The activations of a hidden layer: all but softmax, which needs the whole row and ends a network. */
export type HiddenActivationName = Exclude<ActivationName, 'softmax'>

/** A layer anywhere in a network. */
export interface LayerOptions {
  /** Outputs of the layer, at least 1. */
  units: number
  /** f in a = f(z). Default: the network's `activation`; for the last layer what the loss asks for. */
  activation?: HiddenActivationName
  /** False for a layer without biases. Default: the network's `bias`. */
  bias?: boolean
  /** Default: the network's `initializer`. */
  initializer?: InitializerName | CustomInitializer
}

/** The last layer of a network, which may be softmax. */
export interface OutputLayerOptions extends Omit<LayerOptions, 'activation'> {
  /** f in a = f(z). Default: what the loss asks for. */
  activation?: ActivationName
}

export interface OptimizerOptions {
  name: OptimizerName
  /** η, above 0. Default 0.01. */
  learningRate?: number
}

/** Where the work is done: 'relaxed' fuses multiply and add, 'simd' gives the same bits on every engine,
 * 'reference' is plain JavaScript. 'auto' takes the first of these that the engine can run. */
export type KernelsName = 'auto' | 'relaxed' | 'simd' | 'reference'

/** The options of a network, except its shape. */
export interface CommonNetworkOptions {
  /** Activation of every layer that names none. Default 'relu' in hidden layers; the last layer's default is
   * 'softmax' for crossEntropy, 'sigmoid' for binaryCrossEntropy, and this or 'linear' for quadratic. */
  activation?: HiddenActivationName
  /** Default: 'crossEntropy' where the last layer's activation is 'softmax', 'quadratic' otherwise. */
  loss?: LossName
  /** Default { name: 'sgd', learningRate: 0.01 }. */
  optimizer?: OptimizerName | OptimizerOptions
  /** False for a network without biases. Default true. */
  bias?: boolean
  /** Initial weights. Default 'glorotUniform'. */
  initializer?: InitializerName | CustomInitializer
  /** Initial biases, a named distribution with the layer's fans. Default 'zeros'. */
  biasInitializer?: InitializerName
  /** Of everything random: initial weights and shuffles. A whole number from 0 on. Default 0. */
  seed?: number
  /** Default 'auto'. */
  kernels?: KernelsName
  /** True for 256-bit vectors, to the same bits as 'simd', or as 'relaxed' where `kernels` says so: Node 24 or newer on
   * x86-64, by an experimental flag of V8 that this sets for the process. Elsewhere a note says that there are none.
   * Default false. */
  wide?: boolean
  /** Threads that `fit` works with: a number, or 'auto' for as many as there are cores, at most 8, where the network
   * and the data are large enough to gain. They are workers beside the caller's thread, and change no bit of the
   * result. Default 'auto'. */
  threads?: number | 'auto'
}

/** A network by the sizes of its layers. */
export interface SizedNetworkOptions extends CommonNetworkOptions {
  /** Every layer's size, inputs first: a short form of `inputs` and `layers`. */
  sizes: readonly number[]
  inputs?: undefined
  layers?: undefined
}

/** A network by its inputs and layers. */
export interface LayeredNetworkOptions extends CommonNetworkOptions {
  /** Width of a row of x, at least 1. */
  inputs: number
  /** The layers after the inputs, the last one the outputs; a number stands for `{ units }`. */
  layers:
    | readonly (number | LayerOptions)[]
    | readonly [...hidden: (number | LayerOptions)[], output: number | OutputLayerOptions]
  sizes?: undefined
}

/** A network of one layer, where `activation` may be softmax: there are no hidden layers that would take it too. */
export type SoftmaxNetworkOptions = Omit<CommonNetworkOptions, 'activation'> & { activation: 'softmax' } & (
    | { sizes: readonly [inputs: number, outputs: number]; inputs?: undefined; layers?: undefined }
    | { inputs: number; layers: readonly [number | OutputLayerOptions]; sizes?: undefined }
  )

/** What a network is made from: its shape by `sizes`, or by `inputs` and `layers`. */
export type NetworkOptions = SizedNetworkOptions | LayeredNetworkOptions | SoftmaxNetworkOptions

// Long before this the parts of a step are too small to gain.
const MOST_THREADS = 64

const names = <T extends object>(table: T) => Object.keys(table) as (keyof T & string)[]

const initializer: Check<InitializerName | CustomInitializer> = (value, name) =>
  typeof value === 'function'
    ? (value as CustomInitializer)
    : oneOf(names(initializers))(value, `${name} (a name or a function)`)

const layerTable = {
  units: integer(1, 2 ** 24),
  activation: optional(oneOf(names(activations)), undefined),
  bias: optional(boolean, undefined),
  initializer: optional(initializer, undefined),
}

const optimizerTable = {
  name: oneOf(names(optimizers)),
  learningRate: optional(rate, undefined),
}

const layer: Check<ReturnType<typeof checkLayer>> = (value, name) => checkLayer(value, name)
const checkLayer = (value: unknown, name: string) =>
  checkOptions(layerTable, isObject(value) ? value : { units: value }, name)

const list =
  <T>(check: Check<T>, least: number, what: string): Check<T[]> =>
  (value, name) =>
    isArray(value) && value.length >= least
      ? Array.from({ length: value.length }, (_, i) => check(value[i], `${name}[${i}]`)) // map skips holes
      : refuse(name, `an array of ${least} or more ${what}`, value)

const optimizer: Check<{ name: OptimizerName; learningRate: number }> = (value, name) => {
  const checked = checkOptions(optimizerTable, typeof value === 'string' ? { name: value } : value, name)
  return { name: checked.name, learningRate: checked.learningRate ?? optimizers[checked.name].learningRate }
}

const threads: Check<number | 'auto'> = (value, name) =>
  value === 'auto' ? value : integer(1, MOST_THREADS)(value, `${name} (a number or 'auto')`)

const networkTable = {
  sizes: optional(list(integer(1, 2 ** 24), 2, 'layer sizes'), undefined),
  inputs: optional(integer(1, 2 ** 24), undefined),
  layers: optional(list(layer, 1, 'layers'), undefined),
  activation: optional(oneOf(names(activations)), undefined),
  loss: optional(oneOf(names(losses)), undefined),
  optimizer: (value: unknown, name: string) => optimizer(value ?? 'sgd', name),
  bias: optional(boolean, true),
  initializer: optional(initializer, 'glorotUniform' as const),
  biasInitializer: optional(oneOf(names(initializers)), 'zeros' as const),
  seed: optional(integer(0), 0),
  kernels: optional(oneOf<KernelsName>(['auto', 'relaxed', 'simd', 'reference']), 'auto' as const),
  wide: optional(boolean, false),
  threads: optional(threads, 'auto' as const),
}

/** A network's options with every default in place. */
export interface Settings {
  readonly architecture: Architecture
  readonly optimizer: { readonly name: OptimizerName; readonly learningRate: number }
  /** One for each layer. */
  readonly initializers: readonly (InitializerName | CustomInitializer)[]
  readonly biasInitializer: InitializerName
  readonly seed: number
  readonly kernels: KernelsName
  readonly wide: boolean
  readonly threads: number | 'auto'
}

/** The settings that the options of a network stand for. Throws OptionError. */
export function networkSettings(options: NetworkOptions): Settings {
  const given = checkOptions(networkTable, options, 'options')
  if ((given.sizes === undefined) === (given.layers === undefined && given.inputs === undefined)) {
    throw new OptionError(
      'options: expected the shape once, as { inputs, layers } or as { sizes: [784, 30, 10] }, got ' +
        (given.sizes ? 'both' : 'neither'),
    )
  }
  const layers = given.sizes ? given.sizes.slice(1).map((units) => checkLayer(units, 'layer')) : given.layers
  const inputs = given.sizes ? given.sizes[0] : given.inputs
  if (inputs === undefined) return refuse('options.inputs', 'the number of values in a row of x', inputs)
  if (layers === undefined) return refuse('options.layers', 'an array of layers', layers)

  const lastActivation = layers.at(-1)!.activation ?? given.activation
  const loss = given.loss ?? (lastActivation === 'softmax' ? 'crossEntropy' : 'quadratic')
  const outputActivation: ActivationName = losses[loss].fusedWith ?? given.activation ?? 'linear'

  const shapes = layers.map((one, l): LayerShape => {
    const isLast = l === layers.length - 1
    return Object.freeze({
      inputs: l === 0 ? inputs : layers[l - 1].units,
      units: one.units,
      activation: one.activation ?? (isLast ? outputActivation : (given.activation ?? 'relu')),
      bias: one.bias ?? given.bias,
    })
  })
  checkPairs(shapes, loss)
  return {
    architecture: { inputs, outputs: shapes.at(-1)!.units, layers: Object.freeze(shapes), loss },
    optimizer: given.optimizer,
    initializers: layers.map((one) => one.initializer ?? given.initializer),
    biasInitializer: given.biasInitializer,
    seed: given.seed,
    kernels: given.kernels,
    wide: given.wide,
    threads: given.threads,
  }
}

/** Refuses activations and losses that make no sense together. */
function checkPairs(layers: readonly LayerShape[], loss: LossName): void {
  layers.forEach(({ activation }, l) => {
    if (activations[activation].wholeRow && l < layers.length - 1) {
      refuse(
        `options.layers[${l}].activation`,
        `an elementwise activation (only the last layer may be '${activation}')`,
        activation,
      )
    }
  })
  const { fusedWith } = losses[loss]
  const { activation, units } = layers.at(-1)!
  if (loss === 'crossEntropy' && units === 1) {
    throw new OptionError(
      "options.loss: 'crossEntropy' expects 2 or more outputs, one a class, got 1, whose softmax is always 1 " +
        "(for two classes in one output use 'binaryCrossEntropy')",
    )
  }
  if (fusedWith && activation !== fusedWith) {
    const fitting = names(losses).filter((name) => (losses[name].fusedWith ?? activation) === activation)
    throw new OptionError(
      `options.loss: '${loss}' expects '${fusedWith}' as the last layer's activation, got '${activation}' ` +
        `(with '${activation}' the loss can be ${fitting.map((name) => `'${name}'`).join(' or ')})`,
    )
  }
}

/** What `fit` reports after an epoch. */
export interface EpochLog {
  /** Counted from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Mean training loss over the epoch, each row counted with the weights it met. */
  readonly loss: number
  /** Share of training rows that were right, where the targets are classes. */
  readonly accuracy?: number
  readonly validationLoss?: number
  readonly validationAccuracy?: number
  /** Seconds since `fit` began. */
  readonly seconds: number
}

/** Any numbers: a typed array or an array, row after row, or an array of rows. */
export type MatrixLike = ArrayLike<number> | readonly ArrayLike<number>[]

export interface Data {
  /** (rows × inputs). */
  x: MatrixLike
  /** (rows × outputs), or the class index of each row. */
  y: MatrixLike
}

/** What `fit` needs of an AbortSignal. Described here because not every project has the platform's types. */
export interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export interface FitOptions {
  /** Passes over the data, at least 1. Default 1. */
  epochs?: number
  /** Rows in a mini-batch, at least 1; the last one of an epoch may be smaller. Default 32. */
  batchSize?: number
  /** Whether every epoch takes the rows in a new random order. Default true. */
  shuffle?: boolean
  /** Data to evaluate on after every epoch. */
  validation?: Data
  /** η for this call. Default: the optimizer's. */
  learningRate?: number
  /** Called after every epoch, and awaited; returning false ends the training there. */
  onEpoch?: (log: EpochLog) => unknown
  /** For this call. Default: the network's. */
  threads?: number | 'auto'
  /** True to train in a worker even where that is one thread only: the caller's stays free. Default false. */
  offThread?: boolean
  /** Ends the training early: `fit` rejects with the signal's reason and the network keeps what it has learned, up to the
   * last whole step, or the last epoch where that step left parameters that are not finite. */
  signal?: AbortSignalLike
}

/** `{ x, y }`, with whatever else a data set carries; the arrays themselves are checked where they are read. */
export const checkData: Check<Data> = (value, name) =>
  isObject(value) && 'x' in value && 'y' in value
    ? (value as unknown as Data)
    : refuse(name, '{ x, y }', value)

// By what it has: a signal may come from another realm.
const signal: Check<AbortSignal> = (value, name) =>
  isObject(value) && typeof value.throwIfAborted === 'function'
    ? (value as unknown as AbortSignal)
    : refuse(name, 'an AbortSignal', value)

const fitTable = {
  epochs: optional(integer(1), 1),
  batchSize: optional(integer(1), 32),
  shuffle: optional(boolean, true),
  validation: optional(checkData, undefined),
  learningRate: optional(rate, undefined),
  onEpoch: optional(callback<(log: EpochLog) => unknown>(), undefined),
  threads: optional(threads, undefined),
  offThread: optional(boolean, false),
  signal: optional(signal, undefined),
}

/** The options of `trainBatch`. Throws OptionError. */
export const trainBatchSettings = (options: { learningRate?: number }) =>
  checkOptions({ learningRate: optional(rate, undefined) }, options, 'trainBatch options')

export interface ReadOptions {
  /** Ends the work early: the promise rejects with the signal's reason. */
  signal?: AbortSignalLike
}

/** The options of `predictAsync` and its kin. Throws OptionError. */
export const readSettings = (options: ReadOptions) =>
  checkOptions({ signal: optional(signal, undefined) }, options, 'options')

/** The options of `fit` with every default in place. Throws OptionError. */
export const fitSettings = (options: FitOptions) => checkOptions(fitTable, options, 'fit options')
export type FitSettings = ReturnType<typeof fitSettings>

export interface CheckGradientsOptions {
  /** How many parameters to check in each group, drawn at random, or 'all'. Default 100. */
  samples?: number | 'all'
  /** h in (C(w + h) − C(w − h)) / 2h. Default 1e-5. */
  epsilon?: number
  /** Of the samples. Default 0. */
  seed?: number
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
