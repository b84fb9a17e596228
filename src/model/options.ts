// What a user may ask of a network and of its calls: the types of the options. Their defaults and the tables that check
// them are in src/model/network-settings.ts and src/model/call-settings.ts.

import type { ClassName } from './class-names.ts'
import type { CustomActivation } from './custom-activation.ts'
import type { CustomLoss } from './custom-loss.ts'
import type { CustomInitializer, InitializerName } from './initializers.ts'
import type { LearningRateOption } from './learning-rate-options.ts'
import type { LossName } from './losses.ts'
import type { MetricSpec } from './metrics.ts'
import type { NormalizationName } from './normalizations.ts'
import type { OptimizerName } from './optimizers.ts'
import type { ClipOptions } from './regularization.ts'
import type { ActivationName } from './tables.ts'

/** The activations of a hidden layer: all but softmax, which needs the whole row and ends a network. */
export type HiddenActivationName = Exclude<ActivationName, 'softmax'>

/** A layer anywhere in a network. */
export interface LayerOptions {
  /** Outputs of the layer, at least 1. */
  units: number
  /** f in a = f(z), by its name or as functions of your own. Default: the network's `activation`; for the last layer what the
   * loss asks for. */
  activation?: HiddenActivationName | CustomActivation
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
  activation?: ActivationName | CustomActivation
}

export interface LayerNormalizationOptions {
  name: 'layer'
  /** ε, added to the variance, above 0. Default 1e-5. */
  epsilon?: number
}

export interface BatchNormalizationOptions {
  name: 'batch'
  /** ε, added to the variance, above 0. Default 1e-5. */
  epsilon?: number
  /** Share of the batch's mean and variance in the running ones after a step, from 0 to 1. Default 0.1. */
  momentum?: number
}

/** A normalization by its name and options: z becomes γ ⊙ (z − μ) / √(σ² + ε) + β, with γ and β trained, and μ and σ² of
 * each row ('layer') or of each unit over the mini-batch ('batch'; in prediction running means of these). */
export type NormalizationOptions = LayerNormalizationOptions | BatchNormalizationOptions

export interface SgdOptions {
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

export interface AdamOptions {
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
  name: 'adamw'
  /** η, above 0. Default 0.001. */
  learningRate?: LearningRateOption
  /** λ, at least 0, for every parameter w, biases too. Default 0.01. */
  weightDecay?: number
}

/** Adam with Nesterov's momentum, which grows from step to step: μₜ = β₁ (1 − ½ 0.96^(ψ t)). */
export interface NadamOptions extends Pick<AdamOptions, 'beta1' | 'beta2' | 'epsilon'> {
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

export interface CrossEntropyOptions {
  name: 'crossEntropy' | 'binaryCrossEntropy'
  /** ε, from 0 to below 1: a target y counts as (1 − ε) y + ε / outputs, or with binaryCrossEntropy + ε / 2. Default 0. */
  labelSmoothing?: number
}

export interface HuberOptions {
  name: 'huber'
  /** Up to this error the loss is ½ e², beyond it δ (|e| − ½ δ); above 0. Default 1. */
  delta?: number
}

export interface FocalOptions {
  name: 'focal'
  /** γ in (1 − a)^γ, by which well classified rows count less; at least 0. Default 2. */
  gamma?: number
  /** A factor of the whole loss, above 0. Default 1. */
  alpha?: number
}

export interface BinaryFocalOptions {
  name: 'binaryFocal'
  /** γ in (1 − a)^γ, by which well classified labels count less; at least 0. Default 2. */
  gamma?: number
  /** A factor from 0 to 1 of labels that are true; 1 − α is that of the others. 'none' for 1 in both cases. Default 0.25. */
  alpha?: number | 'none'
}

type WithOptions = CrossEntropyOptions | HuberOptions | FocalOptions | BinaryFocalOptions

/** A loss by its name and options; docs/losses.md has the formulas. */
export type LossOptions = WithOptions | { name: Exclude<LossName, WithOptions['name']> }

/** Where the work is done: 'relaxed' fuses multiply and add, 'simd' gives the same bits on every engine,
 * 'reference' is plain JavaScript. 'auto' takes the first of these that the engine can run. */
export type KernelsName = 'auto' | 'relaxed' | 'simd' | 'reference'

/** The options of a network, except its shape. */
export interface CommonNetworkOptions {
  /** Activation of every layer that names none. Default 'relu' in hidden layers; the last layer's default is
   * 'softmax' for crossEntropy, klDivergence and focal, 'sigmoid' for binaryCrossEntropy and binaryFocal, 'softplus' for
   * poisson, else this or 'linear'. */
  activation?: HiddenActivationName | CustomActivation
  /** By its name, as `{ name: 'huber', delta: 2 }`, or as functions of your own. Default: 'crossEntropy' where the last layer's activation is
   * 'softmax', 'quadratic' otherwise. */
  loss?: LossName | LossOptions | CustomLoss
  /** Default { name: 'sgd', learningRate: 0.01 }. */
  optimizer?: OptimizerName | OptimizerOptions
  /** λ₁ of the penalty λ₁ Σ|w| on the weights of each layer that names none, from 0 on. A penalty is part of every loss
   * that is reported; biases have none. Default 0. */
  l1?: number
  /** λ₂ of the penalty λ₂ Σw², whose gradient is 2 λ₂ w. Default 0. */
  l2?: number
  /** A limit of the gradient, penalties included: `{ value }` for each element, `{ norm }` for each W and b, or
   * `{ globalNorm }` for all together. Default: none. */
  clip?: ClipOptions
  /** The largest Euclidean norm of the weights into a unit, in each layer that names none. Default: no limit. */
  maxNorm?: number
  /** False for a network without biases. Default true. */
  bias?: boolean
  /** Initial weights. Default 'glorotUniform'. */
  initializer?: InitializerName | CustomInitializer
  /** Initial biases, a named distribution with the layer's fans. Default 'zeros'. */
  biasInitializer?: InitializerName
  /** Of every hidden layer that names none. Default 'none'. */
  normalization?: NormalizationName | NormalizationOptions | 'none'
  /** Of every hidden layer that names none: the share of its outputs that training drops. Default 0. */
  dropout?: number
  /** The same of the inputs. Lists of nonzeros, by which wide rows of mostly zeros are trained faster, are not used with
   * it. Default 0. */
  inputDropout?: number
  /**
   * What the classes are called, in the order of the outputs, or of the classes 0 and 1 where there is one output; with several
   * outputs and a loss of labels what the labels are called. Default: none, or those that the targets of the first `fit` are
   * given in, sorted.
   */
  classNames?: readonly ClassName[] | undefined
  /** Of everything random: initial weights, shuffles and dropout. A whole number from 0 on. Default 0. */
  seed?: number
  /** Default 'auto'. */
  kernels?: KernelsName
  /** True for 256-bit vectors, to the same bits as 'simd', or as 'relaxed' where `kernels` says so: Node 24 or newer on
   * x86-64, by an experimental flag of V8 that this sets for the process. Elsewhere a note says that there are none.
   * Default false. */
  wide?: boolean
  /** Threads that `fit` works with: a number, or 'auto' for as many as there are cores, at most 8, where the network
   * and the data are large enough to gain. They are workers beside the caller's thread, and change no bit of the
   * result. A network with functions of your own has only the caller's thread. Default 'auto'. */
  threads?: number | 'auto'
}

/** What `Network.resume` is given: options that take the place of those in the checkpoint, and functions, which it cannot hold. */
export interface ResumeOptions extends Partial<CommonNetworkOptions> {
  /** The custom activations of the network's layers, found by their names. A custom loss is given as `loss`. */
  activations?: readonly CustomActivation[]
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

/** What `fit` reports after an epoch. */
export interface EpochLog {
  /** Counted from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Mean training loss over the epoch, penalties included, each row at the parameters it met: Σ s l / Σ s where rows have weights s. */
  readonly loss: number
  /** η of the epoch's last step. */
  readonly learningRate: number
  /** Share of training rows that were right, where the targets are classes; weights of rows are left aside. */
  readonly accuracy?: number
  readonly validationLoss?: number
  readonly validationAccuracy?: number
  /** The figures of `metrics`, by their names. */
  readonly metrics?: Readonly<Record<string, number>>
  /** Seconds since `fit` began. */
  readonly seconds: number
}

/** What `fit` reports after a mini-batch. */
export interface BatchLog {
  /** Of the epoch, counted from 1. */
  readonly batch: number
  /** How many there are; undefined for a stream. */
  readonly batches?: number
  /** The epoch, counted from 1. */
  readonly epoch: number
  /** Mean loss over the rows of the step, at the parameters that its batches met: as in the epoch's log Σ s l / Σ s where the
   * rows have weights s, those of classes included, and the penalties. The penalties alone where all its rows have the weight
   * 0. Of L-BFGS it is that after the step. */
  readonly loss: number
}

export interface EarlyStoppingOptions {
  /** One of the `metrics` by its name, or a figure of the epoch's log; a metric goes before a figure of the same name.
   * Default: the log's 'validationLoss' where there is validation data, else its 'loss'. */
  monitor?: string
  /** Whether less or more of it is better. Default: what is known of the metric, whatever it is called; of the log 'min' for
   * the losses, else 'max'. Needed for a metric that is a function of your own. */
  mode?: 'min' | 'max'
  /** Epochs in a row that may be no better before the training ends. Default 10. */
  patience?: number
  /** A change of less is no better. Default 0. */
  minDelta?: number
  /** Whether the network ends with the parameters of its best epoch, also where the training ran to its end. Default true. */
  restoreBest?: boolean
}

/** Where and how often `fit` saves its state, for `Network.resume`. */
export interface CheckpointOptions {
  /** A file, in Node, Deno and Bun: written beside it and put in its place when it is whole and on the disk, so that there
   * is always a whole one; the one before is kept as `<file>.previous`. */
  file?: string
  /** Or a function that is given the bytes, and awaited. */
  save?: (bytes: Uint8Array) => unknown
  /** Epochs between two, or a number of steps or seconds, within an epoch too. Default 1. */
  every?: number | { epochs: number } | { steps: number } | { seconds: number }
}

/** A share of the training data that is kept apart for validation. */
export interface ValidationShare {
  /** Above 0 and below 1. The rows are drawn at random from the network's seed, and rounded up. */
  share: number
  /** Whether each class has its share, where the targets are classes. Default true. */
  stratify?: boolean
}

/** Any numbers: a typed array or an array, row after row, or an array of rows. */
export type MatrixLike = ArrayLike<number> | readonly ArrayLike<number>[]

/**
 * Targets: numbers, (rows × outputs) or the class index of each row; or the name of each row's class, or with several outputs and
 * a loss of labels a list of the names of its labels; or booleans, for one output or two classes one a row, otherwise one for each
 * output, which are then 0 and 1.
 */
export type TargetsLike =
  | MatrixLike
  | ArrayLike<string>
  | ArrayLike<boolean>
  | readonly ArrayLike<string>[]
  | readonly ArrayLike<boolean>[]

export interface Data {
  /** (rows × inputs). */
  x: MatrixLike
  /** (rows × outputs), or the class index or the class name of each row. */
  y: TargetsLike
  /**
   * s, (rows): how much each row counts, at least 0 and not all 0. Its gradient is multiplied by s, and the loss is
   * Σ s l / Σ s. A batch's gradient is still divided by its rows, so weights with a mean of 1 keep the learning rate as it is.
   * Default: 1 each, to the same bits.
   */
  weights?: ArrayLike<number> | undefined
}

/** Data in parts, each `{ x, y }`, or a function that begins such a stream for each epoch. */
export type DataStream = Iterable<Data> | AsyncIterable<Data> | (() => Iterable<Data> | AsyncIterable<Data>)
/**
 * Weights of classes by their index or their name, 1 for those without one, or 'balanced': rows / (classes · rows of the
 * class).
 */
export type ClassWeight = Readonly<Record<string | number, number>> | 'balanced'

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
  /** Mini-batches whose gradients are summed for one step of the optimizer, at least 1: as one batch of so many times the
   * rows, in less memory. What is left at the end of an epoch makes a step of its own. Default 1. */
  accumulate?: number
  /** Whether every epoch takes the rows in a new random order. Default true. */
  shuffle?: boolean
  /** Data to evaluate on after every epoch, or a share of the training data to keep apart for it. */
  validation?: Data | number | ValidationShare
  /** Figures of the validation data, or where there is none of the training data, after every epoch: names, names with
   * options such as { name: 'f1', average: 'macro' }, or functions (docs/metrics.md). */
  metrics?: readonly MetricSpec[]
  /** Ends the training when it gets no better; true for the defaults. */
  earlyStopping?: boolean | EarlyStoppingOptions
  /**
   * Multiplies the weight of each training row by that of its class: `{ 0: 1, 1: 5 }`, `{ cat: 1, dog: 5 }` where classes have
   * names, or 'balanced', by which every class that occurs counts alike. The targets must be classes. Validation is not
   * weighted by it. Default: none.
   */
  classWeight?: ClassWeight
  /** η for this call. Default: the optimizer's. */
  learningRate?: LearningRateOption
  /** Called after every epoch, and awaited; returning false ends the training there. */
  onEpoch?: (log: EpochLog) => unknown
  /** Called after every step, which is after every mini-batch unless `accumulate` takes several for one, and awaited;
   * returning false ends the training there. Each step is then a slice of its own, which takes a few microseconds more. */
  onBatch?: (log: BatchLog) => unknown
  /** Saves the state of the training while it runs. */
  checkpoint?: CheckpointOptions
  /** True to show the progress: a bar on a terminal (standard error), elsewhere a line for each epoch. A metric
   * whose name is that of another figure is shown as `metrics.name`. Default false. */
  verbose?: boolean
  /** For this call. Default: the network's. */
  threads?: number | 'auto'
  /** True to train in a worker even where that is one thread only: the caller's stays free. Default false. */
  offThread?: boolean
  /** Ends the training early: `fit` rejects with the signal's reason and the network keeps what it has learned, up to the
   * last whole step, or the last epoch where that step left parameters that are not finite. */
  signal?: AbortSignalLike
}

export interface PredictOptions {
  /** Where the outputs go, (rows × outputs): the array that is returned. It may lie in shared memory, or over x itself, which
   * is read before. Where the call throws, some rows may have been written. Default: a new one. */
  out?: Float32Array
}

export interface ClassifyOptions {
  /** True for the names of the classes instead of their indices. Default false. */
  names?: boolean
}

export interface TrainBatchOptions {
  /** η for this step. Default: the optimizer's. */
  learningRate?: LearningRateOption
  /** How much each row counts: see Data. Default: 1 each. */
  weights?: ArrayLike<number> | undefined
}

export interface ReadOptions {
  /** Ends the work early: the promise rejects with the signal's reason. */
  signal?: AbortSignalLike
}

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
