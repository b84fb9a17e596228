// Network: the public face. Checks what comes in, hands the work to the engine, hands out copies.

import { PAIRED, WEIGHTS } from '../assembly/abi.ts'
import { type Choice, chooseBackend } from './backends/choose.ts'
import { integer } from './check.ts'
import { classesOf } from './classify.ts'
import {
  DENO_INSPECT,
  describe,
  describeOptions,
  type NetworkDescription,
  NODE_INSPECT,
  refuseCloning,
} from './describe.ts'
import { type Divergence, divergedError } from './diagnosis/diverged.ts'
import type { Disposing } from './disposing.ts'
import { Engine } from './engine.ts'
import { BackendError, OptionError, ShapeError, shown } from './errors.ts'
import { type Evaluation, evaluateRows } from './evaluate.ts'
import { explain } from './explain.ts'
import { fitSlices, type Rows } from './fit.ts'
import { checkGradients, type GradientCheck } from './gradient-check.ts'
import { type History, Recorder } from './history.ts'
import { drawOf, randomNumbers } from './initializers.ts'
import { fillWindow, readInputs } from './inputs.ts'
import {
  type Matrix,
  makeMatrix,
  type NumberArray,
  readMatrix,
  readTargets,
  shapeMatrix,
  type Targets,
} from './matrix.ts'
import { note } from './notes.ts'
import {
  type CheckGradientsOptions,
  checkData,
  checkGradientsSettings,
  type Data,
  type FitOptions,
  type FitSettings,
  fitSettings,
  type KernelsName,
  type MatrixLike,
  type NetworkOptions,
  networkSettings,
  type ReadOptions,
  readSettings,
  type Settings,
  trainBatchSettings,
} from './options.ts'
import { runNow, runPaced, type Slices } from './pace.ts'
import type { LayerShape } from './plan.ts'
import { PhiloxStream } from './random.ts'
import { Readers } from './readers.ts'
import { optimizers } from './tables.ts'
import { type Counters, Transaction } from './transaction.ts'
import { Watched } from './watched.ts'

/** The gradient of the mean loss, shaped like the parameters. */
export interface Gradients {
  /** Mean over the rows. */
  readonly loss: number
  /** ∇W of each layer, row-major (inputs × units). */
  readonly weights: Float32Array[]
  /** ∇b of each layer (units); empty for a layer without biases. */
  readonly biases: Float32Array[]
}

// Gradients over many rows are summed from batches of this many: the buffers between layers stay small.
const GRADIENT_ROWS = 1024

// Numbers, or rows, that are read at once: a few milliseconds of work.
const SHORT = 1 << 20

export interface Network extends Disposing {}

/** A multilayer perceptron. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the class has what the interface adds, at its end
export class Network {
  readonly #settings: Settings
  readonly #choice: Choice
  readonly #counters: Counters = { epochs: 0, trained: false }
  #engine: Engine | undefined
  #readers: Readers
  #transaction: Transaction
  #training = false

  /** A network with initial weights from its seed. Throws OptionError, or BackendError where `kernels` cannot run. */
  constructor(options: NetworkOptions) {
    this.#settings = networkSettings(options)
    refuseCloning(this)
    this.#choice = chooseBackend(this.#settings.kernels, this.#settings.wide)
    if (this.#choice.lacks) note(this.#choice.lacks)
    const engine = this.#makeEngine()
    this.#engine = engine
    this.#readers = new Readers(engine, () => this.#makeEngine())
    this.#transaction = new Transaction(engine, this.#counters)
    this.#initialize(engine)
  }

  #makeEngine(): Engine {
    const { architecture, optimizer } = this.#settings
    const { make, tiles } = this.#choice
    return new Engine(architecture, make, optimizers[optimizer.name].rule, tiles)
  }

  /** Fills a new engine, whose parameters are zeros. */
  #initialize(engine: Engine): void {
    const { architecture, initializers, biasInitializer, seed } = this.#settings
    architecture.layers.forEach(({ inputs, units, bias }, l) => {
      const shape = { layer: l, fanIn: inputs, fanOut: units }
      const initializer = initializers[l]
      if (typeof initializer === 'function') {
        this.setWeights(l, initializer(shape, randomNumbers(new PhiloxStream(seed, WEIGHTS, 2 * l))))
      } else {
        const draw = drawOf(initializer, shape)
        if (draw) engine.parameters.drawWeights(l, draw, seed, 2 * l)
      }
      // A bias has the deviation of its layer's weights.
      const draw = bias && drawOf(biasInitializer, shape)
      if (draw) engine.parameters.drawBiases(l, draw, seed, 2 * l + 1)
    })
  }

  /** Width of a row of x. */
  get inputs(): number {
    return this.#settings.architecture.inputs
  }

  /** Width of a row of predictions. */
  get outputs(): number {
    return this.#settings.architecture.outputs
  }

  /** Shape, activation and bias of each layer after the inputs. */
  get layers(): readonly LayerShape[] {
    return this.#settings.architecture.layers
  }

  /** Weights and biases of all layers, counted. */
  get parameterCount(): number {
    return this.layers.reduce((sum, { inputs, units, bias }) => sum + (inputs + (bias ? 1 : 0)) * units, 0)
  }

  /** The kernels that do the work: 'relaxed', 'simd' or 'reference'. */
  get kernels(): Exclude<KernelsName, 'auto'> {
    return this.#choice.name
  }

  /** True where the kernels work on 256-bit vectors. */
  get wide(): boolean {
    return (this.#choice.tiles & PAIRED) !== 0
  }

  /** The engine; throws BackendError after dispose. */
  #inUse(call: string): Engine {
    if (!this.#engine) throw new BackendError(`${call}: expected a network in use, got one that is disposed`)
    return this.#engine
  }

  /** The engine for work that reads: during a fit, one with the parameters of the last epoch. */
  #reading(call: string): Engine {
    this.#inUse(call)
    return this.#readers.current()
  }

  /** The engine, for work that would disturb a running fit. */
  #writing(call: string): Engine {
    const engine = this.#inUse(call)
    if (this.#training) {
      throw new BackendError(`${call}: expected an idle network, got one that is training; await fit first`)
    }
    this.#readers.detach()
    return engine
  }

  /** Work in slices that reads the parameters of one moment, the event loop free between them. */
  async #readPaced<T>(
    call: string,
    signal: AbortSignal | undefined,
    work: (engineOf: () => Engine) => Slices<T>,
  ): Promise<T> {
    this.#inUse(call)
    signal?.throwIfAborted()
    const pin = this.#readers.pin()
    const check = () => {
      signal?.throwIfAborted()
      this.#inUse(call)
    }
    try {
      return await runPaced(
        work(() => pin.engine),
        check,
        signal,
      )
    } finally {
      this.#readers.release(pin)
    }
  }

  /**
   * Brings x and y to matrices and checks every value. watch: where the work may pause, both are watched from this call on.
   * keep: see readInputs.
   */
  #read(engine: Engine, { x, y }: Data, prefix = '', keep = false, watch = true): Slices<Rows> {
    const { outputs, loss } = engine.architecture
    const names = { x: `${prefix}x`, y: `${prefix}y` }
    const watched = watch
      ? { x: Watched.of(x, names.x), y: Watched.of(y, names.y) }
      : { x: Watched.none, y: Watched.none }
    return (function* () {
      const inputs = yield* readInputs(engine, x, names.x, watched.x, keep)
      return { x: inputs, y: yield* readTargets(y, inputs.rows, outputs, loss, names.y, watched.y) }
    })()
  }

  #data(engine: Engine, x: MatrixLike, y: MatrixLike): Rows {
    return runNow(this.#read(engine, { x, y }, '', false, false))
  }

  /**
   * Trains by stochastic gradient descent on mini-batches and resolves to the history of the epochs. The event loop
   * gets a turn after every 15 to 30 ms of work here; with threads, or off the thread, the work is done by workers.
   * While it runs, `predict`, `evaluate`, `weights` and the like see the parameters after the last whole epoch.
   *
   * Rejects with OptionError or ShapeError before anything is trained, also for arrays that change before they have been
   * read; with DivergedError, keeping the parameters of the last good epoch, if the loss is no longer finite; with the
   * signal's reason when that is aborted, keeping the parameters after the last whole step.
   */
  async fit(data: Data, options: FitOptions = {}): Promise<History> {
    const settings = fitSettings(options)
    const checked = checkData(data, 'fit data')
    const { signal } = settings
    signal?.throwIfAborted()
    const engine = this.#writing('fit')
    const check = () => {
      signal?.throwIfAborted()
      this.#inUse('fit')
    }
    this.#training = true
    engine.hold()
    this.#transaction.begin()
    this.#readers.beginWriting(this.#transaction)
    try {
      return await runPaced(this.#fitWork(engine, checked, settings), check, signal)
    } finally {
      this.#training = false
      this.#readers.endWriting()
      this.#transaction.end()
      if (this.#engine) engine.offer()
      else engine.release()
    }
  }

  /** True if the data are few numbers, in whatever form. */
  #isShort({ x }: Data): boolean {
    try {
      const isFlat = ArrayBuffer.isView(x) || typeof x[0] === 'number'
      const rows = isFlat ? x.length / this.inputs : x.length
      return rows * (this.inputs + this.outputs) <= SHORT
    } catch {
      // Not an array: whoever reads it says so.
      return false
    }
  }

  *#fitWork(engine: Engine, data: Data, settings: FitSettings): Slices<History> {
    const { seed, optimizer, threads } = this.#settings
    const recorder = new Recorder(settings.epochs)
    // All arrays are watched from here on.
    const isShort = this.#isShort(data) && (!settings.validation || this.#isShort(settings.validation))
    const reading = this.#read(engine, data, '', isShort)
    const validating = settings.validation && this.#read(engine, settings.validation, 'validation.', true)
    // Short data are read at once, before the caller can change them.
    const training = isShort ? runNow(reading) : yield* reading
    const validation = validating && (isShort ? runNow(validating) : yield* validating)
    yield* this.#transaction.keep()
    const learningRate = settings.learningRate ?? optimizer.learningRate
    const context = { seed, learningRate, threads, counters: this.#counters, recorder }
    return yield* fitSlices(engine, training, validation, settings, context, this.#transaction)
  }

  /**
   * Takes one step of the optimizer on all rows as one batch and returns the mean loss before it. Throws ShapeError;
   * DivergedError, the parameters untouched, where the loss or the new parameters are not finite.
   */
  trainBatch(x: MatrixLike, y: MatrixLike, options: { learningRate?: number } = {}): number {
    const engine = this.#writing('trainBatch')
    const { learningRate = this.#settings.optimizer.learningRate } = trainBatchSettings(options)
    const data = this.#data(engine, x, y)
    const { rows } = data.x
    engine.reserve({ batchRows: rows, dataRows: rows, gradients: false })
    this.#load(engine, data.x, data.y, 0, rows)
    engine.learningRate = learningRate
    const batch = { firstRow: 0, endRow: rows, batchRows: rows }
    const { compute, update } = engine.step
    engine.trainPart(compute, batch, 0, 1)
    const loss = engine.sum(engine.plan.losses, 0, rows) / rows
    const diverge = (seen: Divergence['seen']): never => {
      throw divergedError({
        ...data,
        architecture: engine.architecture,
        batchRows: rows,
        learningRate,
        losses: [],
        weightsBefore: engine.parameters.statistics(),
        trainedBefore: this.#counters.trained,
        epoch: 1,
        batch: 1,
        seen,
        kept: 'the parameters it had before this batch',
      })
    }
    if (!Number.isFinite(loss)) diverge('loss')
    const transaction = this.#transaction
    transaction.begin()
    try {
      runNow(transaction.keep())
      engine.trainPart(update, batch, 0, 1)
      if (!engine.parameters.areFinite()) {
        runNow(transaction.rollBack())
        diverge('parameters')
      }
      this.#counters.trained = true
    } finally {
      transaction.end()
    }
    return loss
  }

  #load(engine: Engine, x: Matrix, y: Targets, from: number, to: number): void {
    engine.fill(engine.plan.x, x.values, from, to)
    engine.fill(engine.plan.y, y.values, from, to)
    runNow(engine.orderSlices(to - from))
  }

  *#predictSlices(engineOf: () => Engine, x: MatrixLike, watched: Watched): Slices<Float32Array> {
    const matrix = yield* shapeMatrix(x, this.inputs, 'x', watched)
    const { rows, columns } = matrix
    const isOwn = matrix.values !== x
    const out = makeMatrix(rows, this.outputs, 'predictions')
    const { blockRows } = engineOf()
    for (let from = 0; from < rows; from += blockRows) {
      const engine = engineOf()
      const to = Math.min(from + blockRows, rows)
      if (!isOwn) watched.check(from * columns, to * columns)
      fillWindow(engine, matrix, 'x', from, to)
      engine.predictWindow(to - from, out, from * this.outputs)
      yield
    }
    return out
  }

  *#evaluateSlices(engineOf: () => Engine, data: Data, watch: boolean): Slices<Evaluation> {
    const { x, y } = yield* this.#read(engineOf(), data, '', false, watch)
    return yield* evaluateRows(engineOf, x, y)
  }

  /** Returns the outputs for each row of x, row-major (rows × outputs). Throws ShapeError. */
  predict(x: MatrixLike): Float32Array {
    const engine = this.#reading('predict')
    return runNow(this.#predictSlices(() => engine, x, Watched.none))
  }

  /**
   * The same, with a turn of the event loop every 15 to 30 ms, from the parameters at the time of the call. Rejects with
   * ShapeError, with the signal's reason, or with BackendError if the network is disposed in the meantime.
   */
  async predictAsync(x: MatrixLike, options: ReadOptions = {}): Promise<Float32Array> {
    const { signal } = readSettings(options)
    return this.#readPaced('predictAsync', signal, (engineOf) =>
      this.#predictSlices(engineOf, x, Watched.of(x, 'x')),
    )
  }

  #classesOf(out: Float32Array): Int32Array {
    return classesOf(out, this.outputs, this.#settings.architecture.loss)
  }

  /**
   * Returns the class of each row of x, (rows): the index of the largest output, or, with one output, 1 where it is at
   * least ½ and 0 where it is less. With several outputs and binaryCrossEntropy each output is a label of its own, and
   * the result is 0 or 1 for each, (rows × outputs), row-major; to pick one of them, use
   * `argmax(net.predict(x), net.outputs)`. An output of NaN gives −1, which is no class. Throws ShapeError.
   */
  classify(x: MatrixLike): Int32Array {
    return this.#classesOf(this.predict(x))
  }

  /** The same, the event loop free as in `predictAsync`. */
  async classifyAsync(x: MatrixLike, options: ReadOptions = {}): Promise<Int32Array> {
    const { signal } = readSettings(options)
    const out = await this.#readPaced('classifyAsync', signal, (engineOf) =>
      this.#predictSlices(engineOf, x, Watched.of(x, 'x')),
    )
    return this.#classesOf(out)
  }

  /**
   * Returns the mean loss over the rows and, where the targets are classes, the share that is right, in which a row or
   * label whose output overflowed to NaN or infinity is wrong. Throws ShapeError.
   */
  evaluate(data: Data): Evaluation {
    const checked = checkData(data, 'evaluate data')
    const engine = this.#reading('evaluate')
    return runNow(this.#evaluateSlices(() => engine, checked, false))
  }

  /** The same, the event loop free as in `predictAsync`. */
  async evaluateAsync(data: Data, options: ReadOptions = {}): Promise<Evaluation> {
    const checked = checkData(data, 'evaluateAsync data')
    const { signal } = readSettings(options)
    return this.#readPaced('evaluateAsync', signal, (engineOf) =>
      this.#evaluateSlices(engineOf, checked, true),
    )
  }

  /** Returns the mean loss over the rows: ½ Σ(a − y)², −Σ y log a, or −Σ [y log a + (1 − y) log(1 − a)]. */
  loss(x: MatrixLike, y: MatrixLike): number {
    return this.evaluate({ x, y }).loss
  }

  /** Returns the mean loss over the rows and its gradient, ∇W and ∇b of each layer. Throws ShapeError. */
  gradients(x: MatrixLike, y: MatrixLike): Gradients {
    const engine = this.#writing('gradients')
    const data = this.#data(engine, x, y)
    const { rows } = data.x
    const rowsAtOnce = Math.min(rows, GRADIENT_ROWS)
    engine.reserve({ batchRows: rowsAtOnce, dataRows: rowsAtOnce, gradients: true })
    let weights: Float32Array[] = []
    let biases: Float32Array[] = []
    let loss = 0
    for (let from = 0; from < rows; from += rowsAtOnce) {
      const to = Math.min(from + rowsAtOnce, rows)
      this.#load(engine, data.x, data.y, from, to)
      engine.computeGradients(to - from)
      loss += engine.sum(engine.plan.losses, 0, to - from)
      const share = (to - from) / rows
      const addTo = (sums: Float32Array[], parts: Float32Array[]) =>
        parts.map((part, l) =>
          share === 1 ? part : part.map((value, i) => share * value + (sums[l]?.[i] ?? 0)),
        )
      weights = addTo(
        weights,
        this.layers.map((_, l) => engine.parameters.weights(l, 'weightGradients') as Float32Array),
      )
      biases = addTo(
        biases,
        this.layers.map((_, l) => engine.parameters.biases(l, 'biasGradients') as Float32Array),
      )
    }
    return { loss: loss / rows, weights, biases }
  }

  /**
   * Compares the gradient with central differences (C(w + h) − C(w − h)) / 2h in float64 on the reference backend, and
   * the gradient of the kernels that train, in float32, with that of float64, parameter group by parameter group. Expect a
   * `relativeError` below 1e-7, more where a relu has its kink within h, and a `kernelError` below 1e-5, more where the
   * parts of a gradient cancel or a relu has its kink within rounding. Throws ShapeError.
   */
  checkGradients(x: MatrixLike, y: MatrixLike, options: CheckGradientsOptions = {}): GradientCheck {
    const engine = this.#writing('checkGradients')
    const settings = checkGradientsSettings(options)
    const data = this.#data(engine, x, y)
    return checkGradients(engine, data.x, data.y, settings, this.gradients(x, y))
  }

  #layer(l: number, call: string): LayerShape {
    if (!Number.isInteger(l) || l < 0 || l >= this.layers.length) {
      throw new OptionError(`${call}: expected a layer from 0 to ${this.layers.length - 1}, got ${shown(l)}`)
    }
    return this.layers[l]
  }

  #parameters(values: MatrixLike, rows: number, columns: number, name: string): NumberArray {
    const matrix = runNow(readMatrix(values, columns, name))
    if (matrix.rows !== rows) {
      throw new ShapeError(
        `${name}: expected (${rows} × ${columns}) values, got (${matrix.rows} × ${columns})`,
      )
    }
    return matrix.values
  }

  /** Returns a copy of the weights into layer l (from 0), row-major (inputs × units). */
  weights(l: number): Float32Array {
    const engine = this.#reading('weights')
    this.#layer(l, 'weights')
    return engine.parameters.weights(l) as Float32Array
  }

  /** Sets the weights into layer l (from 0): row-major (inputs × units), or an array of rows. */
  setWeights(l: number, values: MatrixLike): void {
    const engine = this.#writing('setWeights')
    const { inputs, units } = this.#layer(l, 'setWeights')
    engine.parameters.setWeights(l, this.#parameters(values, inputs, units, `weights(${l})`))
  }

  /** Returns a copy of the biases of layer l (from 0): (units), or empty where the layer has none. */
  biases(l: number): Float32Array {
    const engine = this.#reading('biases')
    this.#layer(l, 'biases')
    return engine.parameters.biases(l) as Float32Array
  }

  /** Sets the biases of layer l (from 0): (units). Throws OptionError where the layer has none. */
  setBiases(l: number, values: NumberArray): void {
    const engine = this.#writing('setBiases')
    const { units, bias } = this.#layer(l, 'setBiases')
    if (!bias)
      throw new OptionError(`setBiases: expected a layer with biases, got layer ${l}, which has none`)
    engine.parameters.setBiases(l, this.#parameters(values, 1, units, `biases(${l})`))
  }

  /** Returns layers, loss, optimizer, parameter count and kernels in a line, as console.log prints it. Never throws. */
  toString(): string {
    // A proxy of a network, and an object that inherits from one, have no settings of their own.
    if (!(#settings in this)) return 'Network'
    const { parameterCount, kernels, wide } = this
    const isDisposed = this.#engine === undefined
    return describe(this.#settings, { parameterCount, kernels, wide, isTraining: this.#training, isDisposed })
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
    if (!(#settings in this)) {
      throw new BackendError(
        'toJSON: expected a network, got a proxy of one or an object that inherits from it',
      )
    }
    return describeOptions(this.#settings, this.parameterCount)
  }

  /** Returns the training step on a mini-batch as text: each instruction, its formula and its shapes. */
  explain(batchSize = 32): string {
    const engine = this.#reading('explain')
    const rows = integer(1)(batchSize, 'explain: batchSize')
    const sizes = [this.inputs, ...this.layers.map(({ units }) => units)].join('-')
    const head = `${sizes}, ${this.parameterCount.toLocaleString('en')} parameters, kernels '${this.kernels}'`
    return `${head}\n${explain(engine.architecture, optimizers[this.#settings.optimizer.name].rule, rows)}`
  }

  /**
   * Gives the network's memory to the other networks of the process: at once, or after a running fit, which then rejects
   * with BackendError. WebAssembly memories do not shrink: the system gets one back when the engine's garbage collector
   * frees it, and memory shared with workers only when the process ends. Every later call throws BackendError.
   */
  dispose(): void {
    const engine = this.#engine
    this.#engine = undefined
    if (engine && !this.#training) engine.release()
  }

  /** @internal The published types have `Disposing` in its place. */
  [Symbol.dispose](): void {
    this.dispose()
  }
}
