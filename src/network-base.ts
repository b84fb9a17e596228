// What a network is without being trained: its shape, its parameters, and what it predicts. The rest of the public face is
// in src/network.ts.

import { PAIRED } from '../assembly/abi/layout.ts'
import { setVector, setWeights, vector, weights } from './calls/layer-parameters.ts'
import {
  type Classes,
  classify,
  classifyAsync,
  evaluate,
  evaluateAsync,
  predict,
  predictAsync,
} from './calls/reading.ts'
import { type LayerShape, parameterCountOf } from './model/architecture.ts'
import type { ClassName } from './model/class-names.ts'
import type {
  ClassifyOptions,
  Data,
  KernelsName,
  MatrixLike,
  PredictOptions,
  ReadOptions,
  TargetsLike,
} from './model/options.ts'
import type { Core } from './training/core.ts'
import type { Evaluation } from './training/evaluate.ts'

/** The state of a network, for those above it that read and write all of it. Throws TypeError for a proxy of one. */
export let coreOf: (network: NetworkBase) => Core

/** The shape of a Network, its parameters and its predictions. */
export class NetworkBase {
  readonly #core: Core

  static {
    coreOf = (network) => network.#core
  }

  /** @internal Networks are made by `new Network(options)`. */
  constructor(core: Core) {
    this.#core = core
  }

  /** Width of a row of x. */
  get inputs(): number {
    return this.#core.settings.architecture.inputs
  }

  /** Width of a row of predictions. */
  get outputs(): number {
    return this.#core.settings.architecture.outputs
  }

  /** Shape, activation, bias, normalization and dropout of each layer after the inputs. */
  get layers(): readonly LayerShape[] {
    return this.#core.settings.architecture.layers
  }

  /**
   * What the classes are called, in the order of their indices, or the labels, where each output is one: from the options, or
   * from the targets that the network was first trained on; undefined where they have no names.
   */
  get classNames(): readonly ClassName[] | undefined {
    return this.#core.classNames
  }

  /** All that is trained, counted: weights and biases of all layers, gains and shifts of those that are normalised. */
  get parameterCount(): number {
    return parameterCountOf(this.#core.settings.architecture)
  }

  /** The kernels that do the work: 'relaxed', 'simd' or 'reference'. */
  get kernels(): Exclude<KernelsName, 'auto'> {
    return this.#core.choice.name
  }

  /** True where the kernels work on 256-bit vectors. */
  get wide(): boolean {
    return (this.#core.choice.tiles & PAIRED) !== 0
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
  classify(x: MatrixLike, options?: { names?: false }): Int32Array
  /**
   * Returns the name of the class of each row of x: strings, or booleans (`classify<boolean>`); with labels the list of the names
   * of those that are 1, for each row (`classify<string[]>`). Throws OptionError where the classes have no names, and ShapeError
   * for an output of NaN, which has none.
   */
  classify<Name extends ClassName | string[] = string>(x: MatrixLike, options: { names: true }): Name[]
  /** Returns one or the other, as `options.names` says. */
  classify(x: MatrixLike, options: ClassifyOptions): Int32Array | ClassName[] | string[][]
  classify(x: MatrixLike, options: ClassifyOptions = {}): Classes {
    return classify(this.#core, x, options)
  }

  /** The same, the event loop free as in `predictAsync`. */
  async classifyAsync(x: MatrixLike, options?: ReadOptions & { names?: false }): Promise<Int32Array>
  async classifyAsync<Name extends ClassName | string[] = string>(
    x: MatrixLike,
    options: ReadOptions & { names: true },
  ): Promise<Name[]>
  async classifyAsync(
    x: MatrixLike,
    options: ReadOptions & ClassifyOptions,
  ): Promise<Int32Array | ClassName[] | string[][]>
  async classifyAsync(x: MatrixLike, options: ClassifyOptions & ReadOptions = {}): Promise<Classes> {
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
  loss(x: MatrixLike, y: TargetsLike): number {
    return this.evaluate({ x, y }).loss
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
  setBiases(l: number, values: ArrayLike<number>): void {
    setVector(this.#core, l, 'biases', values)
  }

  /** Returns a copy of the gains γ of layer l (from 0): (units), or empty where it has no normalization. */
  gains(l: number): Float32Array {
    return vector(this.#core, l, 'gains')
  }

  /** Sets the gains γ of layer l (from 0): (units). Throws OptionError where it has no normalization. */
  setGains(l: number, values: ArrayLike<number>): void {
    setVector(this.#core, l, 'gains', values)
  }

  /** Returns a copy of the shifts β of layer l (from 0): (units), or empty where it has no normalization. */
  shifts(l: number): Float32Array {
    return vector(this.#core, l, 'shifts')
  }

  /** Sets the shifts β of layer l (from 0): (units). Throws OptionError where it has no normalization. */
  setShifts(l: number, values: ArrayLike<number>): void {
    setVector(this.#core, l, 'shifts', values)
  }

  /** Returns a copy of the running mean of each unit of layer l (from 0): (units), or empty without batch normalization. */
  runningMean(l: number): Float32Array {
    return vector(this.#core, l, 'runningMean')
  }

  /** Sets the running mean of each unit of layer l (from 0): (units). Throws OptionError without batch normalization. */
  setRunningMean(l: number, values: ArrayLike<number>): void {
    setVector(this.#core, l, 'runningMean', values)
  }

  /** Returns a copy of the running variance of each unit of layer l (from 0): (units), or empty without batch normalization. */
  runningVariance(l: number): Float32Array {
    return vector(this.#core, l, 'runningVariance')
  }

  /** Sets the running variance of each unit of layer l (from 0): (units), of at least 0. Throws OptionError without batch
   * normalization. */
  setRunningVariance(l: number, values: ArrayLike<number>): void {
    setVector(this.#core, l, 'runningVariance', values)
  }
}
