// Network: the public face. What each call does is in the file that it is handed to; what it promises is written here.

import type { Disposing } from './base/disposing.ts'
import { BackendError } from './base/errors.ts'
import { diagnose, diagnoseAsync } from './calls/diagnose.ts'
import { type Gradients, gradients } from './calls/gradients.ts'
import { optionsToResume } from './calls/resume.ts'
import { revive, snapshot } from './calls/snapshot.ts'
import { trace } from './calls/trace.ts'
import { trainBatch } from './calls/train-batch.ts'
import { trainIterator } from './calls/train-iterator.ts'
import { train } from './calls/trainer.ts'
import { decodeCheckpoint } from './formats/checkpoint.ts'
import {
  type NetworkJSON,
  networkFromJSON,
  networkToJSON,
  type SaveOptions,
  saveSettings,
} from './formats/network-json.ts'
import { DENO_INSPECT, describe, NODE_INSPECT, optionsToSave, refuseCloning } from './inspect/describe.ts'
import { explain } from './inspect/explain.ts'
import { checkGradients, type GradientCheck } from './inspect/gradient-check.ts'
import type { DiagnosisNote } from './inspect/health/note.ts'
import type { Trace } from './inspect/trace.ts'
import { readRowsNow } from './intake/rows.ts'
import { checkGradientsSettings, explainSettings } from './model/call-settings.ts'
import { networkSettings } from './model/network-settings.ts'
import type {
  CheckGradientsOptions,
  Data,
  DataStream,
  EpochLog,
  ExplainOptions,
  FitOptions,
  MatrixLike,
  NetworkOptions,
  ReadOptions,
  ResumeOptions,
  TargetsLike,
  TrainBatchOptions,
} from './model/options.ts'
import { NetworkBase } from './network-base.ts'
import { Core } from './training/core.ts'
import type { History } from './training/history.ts'
import { currentRate } from './training/rates.ts'
import { checkpoint, checkToResume, restore } from './training/state.ts'

export interface Network extends Disposing {}

/** A multilayer perceptron. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the class has what the interface adds, at its end
export class Network extends NetworkBase {
  readonly #core: Core

  /** A network with initial weights from its seed. Throws OptionError, or BackendError where `kernels` cannot run. */
  constructor(options: NetworkOptions) {
    const core = new Core(networkSettings(options))
    super(core)
    this.#core = core
    refuseCloning(this)
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

  /**
   * Trains on mini-batches, a step of the optimizer for each, and resolves to the history of the epochs. The event loop
   * gets a turn after every 15 to 30 ms of work here; with threads, or off the thread, the work is done by workers.
   * While it runs, `predict`, `evaluate`, `weights` and the like see the parameters after the last whole epoch.
   *
   * Data that do not fit into memory come as a stream of parts, sync or async: each part is trained on, as one mini-batch or
   * in mini-batches of `batchSize`, before the next is asked for. For several epochs give a function that begins a stream.
   * A stream that throws ends the training, and the network keeps what it learned up to its last whole step; the next fit begins the stream
   * anew, a resumed one too. A stream that is
   * not at its end when the training is, is closed by its iterator's `return()`, which is awaited unless the signal is aborted;
   * where that fails and nothing else did, `fit` rejects with its error.
   *
   * Targets may be names of classes. A network that has none yet takes those that occur, sorted by UTF-16 code units, as
   * `classNames`; later calls may only use these. A stream needs them among the network's options.
   *
   * Rejects with OptionError or ShapeError before anything is trained, also for arrays that change before they have been
   * read; with DivergedError, keeping the parameters of the last good epoch, if the loss is no longer finite; with the
   * signal's reason when that is aborted, keeping the parameters after the last whole step, from which the next fit begins an
   * epoch anew, while a network resumed from a checkpoint of them goes on within it; with OptionError where a custom
   * activation or loss fails, keeping the epochs before and whole steps at most.
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
    return trainIterator((...given) => train(this.#core, ...given, 'train'), data, options)
  }

  /**
   * Trains on the data once, as `fit` with one epoch: for data that come in parts. Targets that are names then need
   * `classNames` among the network's options, because a part may lack some of the classes.
   */
  async partialFit(data: Data, options: Omit<FitOptions, 'epochs'> = {}): Promise<History> {
    return train(this.#core, data, options, 'partialFit')
  }

  /**
   * Returns the whole state of the training as bytes: the parameters, what the optimizer keeps of them, and how far the
   * training is; while `fit` runs, after its last whole epoch. They are for `Network.resume` of this version of nabla.
   */
  checkpoint(): Uint8Array {
    return checkpoint(this.#core, optionsToSave(this.#core.settings))
  }

  /**
   * Returns the network of a checkpoint. Its next `fit`, on the same data with the same options, goes on to the same bits as
   * if it had never stopped; an epoch that was left unfinished is the first of its `epochs`. Only where early stopping brought
   * back an earlier epoch does it look for the best anew. options: others than those that
   * the network was made with, such as threads, kernels, or an optimizer whose learning rate is a function; and the functions of
   * a custom activation or loss, of which a checkpoint has the name alone. Throws FormatError; OptionError without these, and
   * for another kind of optimizer than it was trained by.
   */
  static resume(bytes: Uint8Array, options: ResumeOptions = {}): Network {
    const found = decodeCheckpoint(bytes)
    const whole = optionsToResume(found.header.options, options)
    checkToResume(found, whole)
    const network = new Network(whole)
    restore(network.#core, found)
    return network
  }

  /**
   * Takes one step of the optimizer on all rows as one batch and returns the mean loss before it, Σ s l / Σ s where the rows
   * have weights s. Throws ShapeError;
   * DivergedError, the parameters untouched, where the loss or the new parameters are not finite.
   */
  trainBatch(x: MatrixLike, y: TargetsLike, options: TrainBatchOptions = {}): number {
    return trainBatch(this.#core, x, y, options)
  }

  /**
   * Returns the mean loss over the rows, penalties included, and its gradient, ∇W and ∇b of each layer, ∇γ and ∇β of those that are normalised.
   * Nothing is dropped; layers with batch normalization are normalised over the rows, as in training, over 1024 at a time.
   * Throws ShapeError.
   */
  gradients(x: MatrixLike, y: TargetsLike): Gradients {
    return gradients(this.#core, x, y)
  }

  /**
   * Returns every tensor of one forward and backward pass over all rows as one batch: x, and of each layer z, a, f'(z), δ, ∇W
   * and ∇b, by the kernels that train; the parameters stay as they are. Its loss and ∇W are of what is trained: penalties
   * included. docs/teaching.md reads BP1 to BP4 from it. It takes memory for all rows at once. Throws ShapeError.
   */
  trace(x: MatrixLike, y: TargetsLike): Trace {
    return trace(this.#core, x, y)
  }

  /**
   * Compares the gradient with central differences (C(w + h) − C(w − h)) / 2h in float64 on the reference backend, and
   * the gradient of the kernels that train, in float32, with that of float64, parameter group by parameter group. Expect a
   * `relativeError` below 1e-7, more where a relu has its kink within h, and a `kernelError` below 1e-5, more where the
   * parts of a gradient cancel or a relu has its kink within rounding. Throws ShapeError.
   */
  checkGradients(x: MatrixLike, y: TargetsLike, options: CheckGradientsOptions = {}): GradientCheck {
    const engine = this.#core.writing('checkGradients')
    const settings = checkGradientsSettings(options)
    const data = readRowsNow(engine, { x, y }, this.#core.naming())
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

  /**
   * The same, with a turn of the event loop every 15 to 30 ms, from the parameters at the time of the call; during a fit those
   * after its last whole epoch. It works on a copy of the data. Rejects with ShapeError, with the signal's reason, or with
   * BackendError if the network is disposed in the meantime.
   */
  async diagnoseAsync(data: Data, options: ReadOptions = {}): Promise<DiagnosisNote[]> {
    return diagnoseAsync(this.#core, data, options)
  }

  /** Returns layers, loss, optimizer, parameter count and kernels in a line, as console.log prints it. Never throws. */
  override toString(): string {
    // A proxy of a network, and an object that inherits from one, have no settings of their own.
    if (!(#core in this)) return 'Network'
    const { parameterCount, kernels, wide } = this
    const { settings, isTraining, isDisposed } = this.#core
    return describe(settings, { parameterCount, kernels, wide, isTraining, isDisposed })
  }

  /** @internal */
  [NODE_INSPECT](): string {
    return this.toString()
  }

  /** @internal */
  [DENO_INSPECT](): string {
    return this.toString()
  }

  /**
   * Returns the whole network as plain data: a version, its options with every default in its place, its classNames, and every
   * parameter as the shortest number that rounds to it in float32; while `fit` runs, after its last whole epoch.
   * `JSON.stringify(net)` writes it, docs/formats.md says what is where, and `Network.fromJSON` makes the network from it.
   *
   * options: `{ optimizer: true }` for what the optimizer keeps and how far the training is, so that `fit` goes on from there to
   * the same bits. Kernels, threads and functions of your own are not saved. Throws BackendError for a proxy of a network, and
   * for the optimizer while `fit` runs.
   */
  toJSON(options?: SaveOptions): NetworkJSON {
    if (!(#core in this)) {
      throw new BackendError(
        'toJSON: expected a network, got a proxy of one or an object that inherits from it',
      )
    }
    // JSON.stringify gives the name under which the network stands.
    const { optimizer } = saveSettings(typeof options === 'object' ? options : {})
    return networkToJSON(snapshot(this.#core, optimizer))
  }

  /**
   * Returns the network of `net.toJSON()`, or of the same after JSON.stringify and JSON.parse, to the bit.
   *
   * options: others than the saved ones, such as threads and kernels, or another optimizer, which then begins afresh; and the
   * functions of a custom activation, loss or learning rate, which JSON cannot hold. Throws FormatError for what is no saved
   * network or is of a newer major version; OptionError where an option is wrong, or a function is missing.
   */
  static fromJSON(json: unknown, options: ResumeOptions = {}): Network {
    return revive<Network>(
      networkFromJSON(json),
      options,
      (all) => new Network(all),
      (net) => net.#core,
    )
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
