// Network: the public face. Checks what comes in, hands the work to the engine, hands out copies.

import { PAIRED, WEIGHTS } from '../assembly/abi.ts'
import { type Choice, chooseBackend } from './backends/choose.ts'
import { integer } from './check.ts'
import { divergedError } from './diverged.ts'
import { Engine } from './engine.ts'
import { BackendError, OptionError, ShapeError, shown } from './errors.ts'
import { type Evaluation, evaluateRows } from './evaluate.ts'
import { explain } from './explain.ts'
import { type FitState, fitSlices, type History } from './fit.ts'
import { checkGradients, type GradientCheck } from './gradient-check.ts'
import { drawOf, randomNumbers } from './initializers.ts'
import { fillWindow, type Inputs, readInputs } from './inputs.ts'
import {
  type Matrix,
  type NumberArray,
  readMatrix,
  readTargets,
  shapeMatrix,
  type Targets,
} from './matrix.ts'
import { argmax } from './metrics.ts'
import { note } from './notes.ts'
import {
  type CheckGradientsOptions,
  checkData,
  checkGradientsSettings,
  type Data,
  type FitOptions,
  type FitSettings,
  fitSettings,
  type MatrixLike,
  type NetworkOptions,
  networkSettings,
  type Settings,
  trainBatchSettings,
} from './options.ts'
import { runNow, runPaced, type Slices } from './pace.ts'
import type { LayerShape } from './plan.ts'
import { PhiloxStream } from './random.ts'
import { optimizers } from './tables.ts'

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

/** A multilayer perceptron. */
export class Network {
  readonly #settings: Settings
  readonly #choice: Choice
  #engine: Engine | undefined
  #training = false
  #epochs = 0

  /** A network with initial weights from its seed. Throws OptionError, or BackendError where `kernels` cannot run. */
  constructor(options: NetworkOptions) {
    this.#settings = networkSettings(options)
    const { architecture, optimizer } = this.#settings
    this.#choice = chooseBackend(this.#settings.kernels, this.#settings.wide)
    const { make, tiles, lacks } = this.#choice
    if (lacks) note(lacks)
    this.#engine = new Engine(architecture, make, optimizers[optimizer.name].rule, tiles)
    this.#initialize(this.#engine)
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
  get kernels(): string {
    return this.#choice.name
  }

  /** True where the kernels work on 256-bit vectors. */
  get wide(): boolean {
    return (this.#choice.tiles & PAIRED) !== 0
  }

  /** The engine, for work that reads; throws BackendError after dispose. */
  #reading(call: string): Engine {
    if (!this.#engine) throw new BackendError(`${call}: expected a network in use, got one that is disposed`)
    return this.#engine
  }

  /** The engine, for work that would disturb a running fit. */
  #writing(call: string): Engine {
    const engine = this.#reading(call)
    if (this.#training) {
      throw new BackendError(`${call}: expected an idle network, got one that is training; await fit first`)
    }
    return engine
  }

  /** x and y brought to matrices, every value checked. */
  *#read(engine: Engine, { x, y }: Data, prefix: string): Slices<{ x: Inputs; y: Targets }> {
    const { outputs, loss } = engine.architecture
    const inputs = yield* readInputs(engine, x, `${prefix}x`)
    return { x: inputs, y: yield* readTargets(y, inputs.rows, outputs, loss, `${prefix}y`) }
  }

  #data(engine: Engine, x: MatrixLike, y: MatrixLike): { x: Inputs; y: Targets } {
    return runNow(this.#read(engine, { x, y }, ''))
  }

  /**
   * Trains by stochastic gradient descent on mini-batches and resolves to the history of the epochs. The event loop
   * gets a turn after every 15 to 30 ms of work here; with threads, or off the thread, the work is done by workers.
   *
   * Rejects with OptionError or ShapeError before anything is trained; with DivergedError, the parameters of the last
   * good epoch kept, where the loss leaves the finite numbers; with the signal's reason where it is aborted.
   */
  async fit(data: Data, options: FitOptions = {}): Promise<History> {
    const engine = this.#writing('fit')
    const settings = fitSettings(options)
    const checked = checkData(data, 'fit data')
    settings.signal?.throwIfAborted()
    const { seed, optimizer } = this.#settings
    const learningRate = settings.learningRate ?? optimizer.learningRate
    const state = { seed, learningRate, threads: this.#settings.threads, epochsBefore: this.#epochs }
    const check = () => {
      settings.signal?.throwIfAborted()
      this.#reading('fit')
    }
    this.#training = true
    try {
      return await runPaced(this.#fitWork(engine, checked, settings, state), check)
    } finally {
      this.#training = false
      this.#epochs = state.epochsBefore
    }
  }

  *#fitWork(engine: Engine, data: Data, settings: FitSettings, state: FitState): Slices<History> {
    const training = yield* this.#read(engine, data, '')
    const validation = settings.validation && (yield* this.#read(engine, settings.validation, 'validation.'))
    return yield* fitSlices(engine, { ...training, validation }, settings, state)
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
    engine.trainPart(0, batch, 0, 1)
    const loss = engine.sum(engine.plan.losses, 0, rows) / rows
    const diverge = (): never => {
      const kept = 'the parameters it had before this batch'
      throw divergedError({ epoch: 1, batch: 1, learningRate, losses: [], inputs: data.x.values, kept })
    }
    if (!Number.isFinite(loss)) diverge()
    const good = engine.parameters.snapshot()
    for (let phase = 1; phase < engine.phases; ++phase) engine.trainPart(phase, batch, 0, 1)
    if (!engine.parameters.areFinite()) {
      engine.parameters.restore(good)
      diverge()
    }
    return loss
  }

  #load(engine: Engine, x: Matrix, y: Targets, from: number, to: number): void {
    engine.fill(engine.plan.x, x.values, from, to)
    engine.fill(engine.plan.y, y.values, from, to)
    engine.orderRows(to - from)
  }

  /** Returns the outputs for each row of x, row-major (rows × outputs). Throws ShapeError. */
  predict(x: MatrixLike): Float32Array {
    const engine = this.#reading('predict')
    const matrix = runNow(shapeMatrix(x, this.inputs, 'x'))
    const { rows } = matrix
    const out = new Float32Array(rows * this.outputs)
    const { window } = engine.plan
    for (let from = 0; from < rows; from += window.rows) {
      const to = Math.min(from + window.rows, rows)
      fillWindow(engine, matrix, 'x', from, to)
      engine.predictWindow(to - from, out, from * this.outputs)
    }
    return out
  }

  /**
   * Returns the class of each row of x: the index of the largest output, or, with one output, 1 where it is at least
   * ½ and 0 where it is less. Throws ShapeError.
   */
  classify(x: MatrixLike): Int32Array {
    const out = this.predict(x)
    return this.outputs === 1 ? Int32Array.from(out, (p) => (p >= 0.5 ? 1 : 0)) : argmax(out, this.outputs)
  }

  /** Returns the mean loss over the rows and, where the targets are classes, the share that is right. */
  evaluate(data: Data): Evaluation {
    const engine = this.#reading('evaluate')
    const { x, y } = checkData(data, 'evaluate data')
    const matrices = this.#data(engine, x, y)
    return runNow(evaluateRows(engine, matrices.x, matrices.y))
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
   * Compares the gradient with central differences (C(w + h) − C(w − h)) / 2h in float64 on the reference backend,
   * parameter group by parameter group. Expect relative errors below 1e-7, more where a relu has its kink within h.
   */
  checkGradients(x: MatrixLike, y: MatrixLike, options: CheckGradientsOptions = {}): GradientCheck {
    const engine = this.#reading('checkGradients')
    const settings = checkGradientsSettings(options)
    const data = this.#data(engine, x, y)
    return checkGradients(engine, data.x, data.y, settings)
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

  /** Returns the training step on a mini-batch as text: each instruction, its formula and its shapes. */
  explain(batchSize = 32): string {
    const engine = this.#reading('explain')
    const rows = integer(1)(batchSize, 'explain: batchSize')
    const sizes = [this.inputs, ...this.layers.map(({ units }) => units)].join('-')
    const head = `${sizes}, ${this.parameterCount.toLocaleString('en')} parameters, kernels '${this.kernels}'`
    return `${head}\n${explain(engine.architecture, optimizers[this.#settings.optimizer.name].rule, rows)}`
  }

  /** Frees the network's memory. Every later call throws BackendError; a running fit rejects with one. */
  dispose(): void {
    this.#engine = undefined
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
