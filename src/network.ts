// Network: the public face. What each call does is in the file that it is handed to; what it promises is written here.

import { PAIRED } from '../assembly/abi/layout.ts'
import type { Disposing } from './base/disposing.ts'
import { BackendError } from './base/errors.ts'
import { diagnose } from './calls/diagnose.ts'
import { type Gradients, gradients } from './calls/gradients.ts'
import { setVector, setWeights, vector, weights } from './calls/layer-parameters.ts'
import { classify, classifyAsync, evaluate, evaluateAsync, predict, predictAsync } from './calls/reading.ts'
import { trace } from './calls/trace.ts'
import { trainBatch } from './calls/train-batch.ts'
import { trainIterator } from './calls/train-iterator.ts'
import { train } from './calls/trainer.ts'
import { decodeCheckpoint } from './formats/checkpoint.ts'
import {
  DENO_INSPECT,
  describe,
  describeOptions,
  type NetworkDescription,
  NODE_INSPECT,
  refuseCloning,
} from './inspect/describe.ts'
import { explain } from './inspect/explain.ts'
import { checkGradients, type GradientCheck } from './inspect/gradient-check.ts'
import type { DiagnosisNote } from './inspect/health/note.ts'
import type { Trace } from './inspect/trace.ts'
import type { NumberArray } from './intake/matrix.ts'
import { readRowsNow } from './intake/rows.ts'
import type { LayerShape } from './model/architecture.ts'
import { checkGradientsSettings, explainSettings } from './model/call-settings.ts'
import { networkSettings } from './model/network-settings.ts'
import type {
  CheckGradientsOptions,
  CommonNetworkOptions,
  Data,
  DataStream,
  EpochLog,
  ExplainOptions,
  FitOptions,
  KernelsName,
  MatrixLike,
  NetworkOptions,
  PredictOptions,
  ReadOptions,
  TrainBatchOptions,
} from './model/options.ts'
import { Core } from './training/core.ts'
import type { Evaluation } from './training/evaluate.ts'
import type { History } from './training/history.ts'
import { currentRate } from './training/rates.ts'
import { checkpoint, restore } from './training/state.ts'

export interface Network extends Disposing {}

/** A multilayer perceptron. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the class has what the interface adds, at its end
export class Network {
  readonly #core: Core

  /** A network with initial weights from its seed. Throws OptionError, or BackendError where `kernels` cannot run. */
  constructor(options: NetworkOptions) {
    const settings = networkSettings(options)
    refuseCloning(this)
    this.#core = new Core(settings)
  }

  /** Width of a row of x. */
  get inputs(): number {
    return this.#core.settings.architecture.inputs
  }

  /** η of the next step: what the optimizer's learning rate comes to after the steps and epochs so far. */
  get learningRate(): number {
    const { settings, counters } = this.#core
    return currentRate(settings.optimizer.learningRate, counters)
  }

  /** Epochs that the network was trained for, over its life. */
  get epochs(): number {
    return this.#core.counters.epochs
  }

  /** Width of a row of predictions. */
  get outputs(): number {
    return this.#core.settings.architecture.outputs
  }

  /** Shape, activation, bias, normalization and dropout of each layer after the inputs. */
  get layers(): readonly LayerShape[] {
    return this.#core.settings.architecture.layers
  }

  /** All that is trained, counted: weights and biases of all layers, gains and shifts of those that are normalised. */
  get parameterCount(): number {
    return this.layers.reduce(
      (sum, { inputs, units, bias, normalization }) =>
        sum + (inputs + (bias ? 1 : 0) + (normalization ? 2 : 0)) * units,
      0,
    )
  }

  /** The kernels that do the work: 'relaxed', 'simd' or 'reference'. */
  get kernels(): Exclude<KernelsName, 'auto'> {
    return this.#core.choice.name
  }

  /** True where the kernels work on 256-bit vectors. */
  get wide(): boolean {
    return (this.#core.choice.tiles & PAIRED) !== 0
  }

  /**
   * Trains on mini-batches, a step of the optimizer for each, and resolves to the history of the epochs. The event loop
   * gets a turn after every 15 to 30 ms of work here; with threads, or off the thread, the work is done by workers.
   * While it runs, `predict`, `evaluate`, `weights` and the like see the parameters after the last whole epoch.
   *
   * Data that do not fit into memory come as a stream of parts, sync or async: each part is trained on, as one mini-batch or
   * in mini-batches of `batchSize`, before the next is asked for. For several epochs give a function that begins a stream.
   * A stream that throws ends the training, and the network keeps what it learned up to its last whole step.
   *
   * Rejects with OptionError or ShapeError before anything is trained, also for arrays that change before they have been
   * read; with DivergedError, keeping the parameters of the last good epoch, if the loss is no longer finite; with the
   * signal's reason when that is aborted, keeping the parameters after the last whole step.
   */
  async fit(data: Data | DataStream, options: FitOptions = {}): Promise<History> {
    return train(this.#core, data, options)
  }

  /**
   * The same as an async iterator: `for await (const { epoch, loss } of net.train(data, { epochs: 10 }))`. It yields the log
   * of each epoch; the next epoch begins when it is asked for, and leaving the loop ends the training there. The value that
   * the iterator returns is the history. It throws what `fit` rejects with.
   */
  train(data: Data | DataStream, options: FitOptions = {}): AsyncGenerator<EpochLog, History, void> {
    return trainIterator((...given) => this.fit(...given), data, options)
  }

  /** Trains on the data once, as `fit` with one epoch: for data that come in parts. */
  async partialFit(data: Data, options: Omit<FitOptions, 'epochs'> = {}): Promise<History> {
    return this.fit(data, { ...options, epochs: 1 })
  }

  /**
   * Returns the whole state of the training as bytes: the parameters, what the optimizer keeps of them, and how far the
   * training is; while `fit` runs, after its last whole epoch. They are for `Network.resume` of this version of nabla.
   */
  checkpoint(): Uint8Array {
    const { parameters, ...options } = this.toJSON()
    return checkpoint(this.#core, options)
  }

  /**
   * Returns the network of a checkpoint. Its next `fit`, on the same data with the same options, goes on to the same bits as
   * if it had never stopped; an epoch that was left unfinished is the first of its `epochs`. options: others than those that
   * the network was made with, such as threads, kernels, or an optimizer whose learning rate is a function. Throws
   * FormatError.
   */
  static resume(bytes: Uint8Array, options: Partial<CommonNetworkOptions> = {}): Network {
    const found = decodeCheckpoint(bytes)
    const network = new Network({ ...found.header.options, ...options } as NetworkOptions)
    restore(network.#core, found)
    return network
  }

  /**
   * Takes one step of the optimizer on all rows as one batch and returns the mean loss before it, Σ s l / Σ s where the rows
   * have weights s. Throws ShapeError;
   * DivergedError, the parameters untouched, where the loss or the new parameters are not finite.
   */
  trainBatch(x: MatrixLike, y: MatrixLike, options: TrainBatchOptions = {}): number {
    return trainBatch(this.#core, x, y, options)
  }

  /** Returns the outputs for each row of x, row-major (rows × outputs): in `out`, where that is given. Throws ShapeError. */
  predict(x: MatrixLike, options: PredictOptions = {}): Float32Array {
    return predict(this.#core, x, options)
  }

  /**
   * The same, with a turn of the event loop every 15 to 30 ms, from the parameters at the time of the call. Rejects with
   * ShapeError, with the signal's reason, or with BackendError if the network is disposed in the meantime.
   */
  async predictAsync(x: MatrixLike, options: PredictOptions & ReadOptions = {}): Promise<Float32Array> {
    return predictAsync(this.#core, x, options)
  }

  /**
   * Returns the class of each row of x, (rows): the index of the largest output, or, with one output, 1 where it is at
   * least ½ and 0 where it is less; with hinge at least 0. With several outputs and binaryCrossEntropy, binaryFocal or hinge
   * each output is a label of its own, and the result is 0 or 1 for each, (rows × outputs), row-major; to pick one of them, use
   * `argmax(net.predict(x), net.outputs)`. An output of NaN gives −1, which is no class. Throws ShapeError.
   */
  classify(x: MatrixLike): Int32Array {
    return classify(this.#core, this.predict(x))
  }

  /** The same, the event loop free as in `predictAsync`. */
  async classifyAsync(x: MatrixLike, options: ReadOptions = {}): Promise<Int32Array> {
    return classifyAsync(this.#core, x, options)
  }

  /**
   * Returns the mean loss over the rows, weighted where they have weights, penalties included, and, where the targets are classes, the share
   * that is right, not weighted, in which a row or label whose output overflowed to NaN or infinity is wrong. Throws ShapeError.
   */
  evaluate(data: Data): Evaluation {
    return evaluate(this.#core, data)
  }

  /** The same, the event loop free as in `predictAsync`. */
  async evaluateAsync(data: Data, options: ReadOptions = {}): Promise<Evaluation> {
    return evaluateAsync(this.#core, data, options)
  }

  /** Returns the mean over the rows of the network's loss, whose formula `explain` prints, penalties included. */
  loss(x: MatrixLike, y: MatrixLike): number {
    return this.evaluate({ x, y }).loss
  }

  /**
   * Returns the mean loss over the rows, penalties included, and its gradient, ∇W and ∇b of each layer, ∇γ and ∇β of those that are normalised.
   * Nothing is dropped; layers with batch normalization are normalised over the rows, as in training, over 1024 at a time.
   * Throws ShapeError.
   */
  gradients(x: MatrixLike, y: MatrixLike): Gradients {
    return gradients(this.#core, x, y)
  }

  /**
   * Returns every tensor of one forward and backward pass over all rows as one batch: x, and of each layer z, a, f'(z), δ, ∇W
   * and ∇b, by the kernels that train; the parameters stay as they are. docs/teaching.md reads BP1 to BP4 from it. It takes
   * memory for all rows at once. Throws ShapeError.
   */
  trace(x: MatrixLike, y: MatrixLike): Trace {
    return trace(this.#core, x, y)
  }

  /**
   * Compares the gradient with central differences (C(w + h) − C(w − h)) / 2h in float64 on the reference backend, and
   * the gradient of the kernels that train, in float32, with that of float64, parameter group by parameter group. Expect a
   * `relativeError` below 1e-7, more where a relu has its kink within h, and a `kernelError` below 1e-5, more where the
   * parts of a gradient cancel or a relu has its kink within rounding. Throws ShapeError.
   */
  checkGradients(x: MatrixLike, y: MatrixLike, options: CheckGradientsOptions = {}): GradientCheck {
    const engine = this.#core.writing('checkGradients')
    const settings = checkGradientsSettings(options)
    const data = readRowsNow(engine, { x, y })
    return checkGradients(engine, data.x, data.y, settings, this.gradients(x, y))
  }

  /**
   * Returns notes about what keeps the network from learning these data, each with the numbers that show it and a remedy:
   * sizes of inputs, targets and weights, constant columns, classes that never occur or are never predicted, dead or saturated
   * units, gradients that vanish or explode. None where all is well. It looks at 4,096 rows at most, spread evenly, and at all
   * rows for what is constant or absent. Throws ShapeError.
   */
  diagnose(data: Data): DiagnosisNote[] {
    return diagnose(this.#core, data)
  }

  /** Returns a copy of the weights into layer l (from 0), row-major (inputs × units). */
  weights(l: number): Float32Array {
    return weights(this.#core, l)
  }

  /** Sets the weights into layer l (from 0): row-major (inputs × units), or an array of rows. */
  setWeights(l: number, values: MatrixLike): void {
    setWeights(this.#core, l, values)
  }

  /** Returns a copy of the biases of layer l (from 0): (units), or empty where the layer has none. */
  biases(l: number): Float32Array {
    return vector(this.#core, l, 'biases')
  }

  /** Sets the biases of layer l (from 0): (units). Throws OptionError where the layer has none. */
  setBiases(l: number, values: NumberArray): void {
    setVector(this.#core, l, 'biases', values)
  }

  /** Returns a copy of the gains γ of layer l (from 0): (units), or empty where it has no normalization. */
  gains(l: number): Float32Array {
    return vector(this.#core, l, 'gains')
  }

  /** Sets the gains γ of layer l (from 0): (units). Throws OptionError where it has no normalization. */
  setGains(l: number, values: NumberArray): void {
    setVector(this.#core, l, 'gains', values)
  }

  /** Returns a copy of the shifts β of layer l (from 0): (units), or empty where it has no normalization. */
  shifts(l: number): Float32Array {
    return vector(this.#core, l, 'shifts')
  }

  /** Sets the shifts β of layer l (from 0): (units). Throws OptionError where it has no normalization. */
  setShifts(l: number, values: NumberArray): void {
    setVector(this.#core, l, 'shifts', values)
  }

  /** Returns a copy of the running mean of each unit of layer l (from 0): (units), or empty without batch normalization. */
  runningMean(l: number): Float32Array {
    return vector(this.#core, l, 'runningMean')
  }

  /** Sets the running mean of each unit of layer l (from 0): (units). Throws OptionError without batch normalization. */
  setRunningMean(l: number, values: NumberArray): void {
    setVector(this.#core, l, 'runningMean', values)
  }

  /** Returns a copy of the running variance of each unit of layer l (from 0): (units), or empty without batch normalization. */
  runningVariance(l: number): Float32Array {
    return vector(this.#core, l, 'runningVariance')
  }

  /** Sets the running variance of each unit of layer l (from 0): (units), of at least 0. Throws OptionError without batch
   * normalization. */
  setRunningVariance(l: number, values: NumberArray): void {
    setVector(this.#core, l, 'runningVariance', values)
  }

  /** Returns layers, loss, optimizer, parameter count and kernels in a line, as console.log prints it. Never throws. */
  toString(): string {
    // A proxy of a network, and an object that inherits from one, have no settings of their own.
    if (!(#core in this)) return 'Network'
    const { parameterCount, kernels, wide } = this
    const { settings, isTraining, isDisposed } = this.#core
    return describe(settings, { parameterCount, kernels, wide, isTraining, isDisposed })
  }

  [NODE_INSPECT](): string {
    return this.toString()
  }

  [DENO_INSPECT](): string {
    return this.toString()
  }

  /**
   * Returns the options that the network was made with, every default in its place. The parameters are not among them, and
   * a text says so: weights(l) and biases(l) return them. Throws BackendError for a proxy of a network.
   */
  toJSON(): NetworkDescription {
    if (!(#core in this)) {
      throw new BackendError(
        'toJSON: expected a network, got a proxy of one or an object that inherits from it',
      )
    }
    return describeOptions(this.#core.settings, this.parameterCount)
  }

  /**
   * Returns the training step on a mini-batch as text: each instruction that `fit` runs, its formula, its shapes and, with
   * several threads, how they share it. A number is short for `{ batchSize }`. Throws OptionError.
   */
  explain(options: number | ExplainOptions = {}): string {
    const engine = this.#core.reading('explain')
    return explain(engine, this.#core.settings, this, explainSettings(options))
  }

  /**
   * Gives the network's memory to the other networks of the process: at once, or after a running fit, which then rejects
   * with BackendError. WebAssembly memories do not shrink: the system gets one back when the engine's garbage collector
   * frees it, and memory shared with workers only when the process ends. Every later call throws BackendError.
   */
  dispose(): void {
    this.#core.dispose()
  }

  /** @internal The published types have `Disposing` in its place. */
  [Symbol.dispose](): void {
    this.dispose()
  }
}
