// Model: a network with all that it needs to be of use: what its inputs are made from, and what its outputs stand for.

import { checkOptions, optional, refuse } from '../base/check.ts'
import { FormatError, OptionError, shown } from '../base/errors.ts'
import { Features } from '../data/features/features.ts'
import type { Prediction } from '../data/features/predictions.ts'
import type { RowsLike } from '../data/features/records.ts'
import { Target } from '../data/features/target.ts'
import { type SaveOptions, saveSettings } from '../formats/network-json.ts'
import { DENO_INSPECT, NODE_INSPECT } from '../inspect/describe.ts'
import { namesText } from '../model/class-names.ts'
import { lossRow } from '../model/custom-loss.ts'
import type { Data, FitOptions, ReadOptions, ResumeOptions } from '../model/options.ts'
import { Network } from '../network.ts'
import { coreOf } from '../network-base.ts'
import type { Evaluation } from '../training/evaluate.ts'
import type { History } from '../training/history.ts'
import { checkClassNames, weightsFor } from './class-names.ts'
import { type ModelJSON, modelFromJSON, modelToJSON } from './json.ts'
import { noteLeak, noteLossOfNumbers } from './notes.ts'
import { type ModelSnapshot, partsOf, savedParts } from './parts.ts'
import { decoderOf } from './prediction.ts'
import { areRows, asRows, inputsOf, type RowLike } from './rows.ts'

/** What a Model is made of. P: what it predicts of a row, which its target tells. */
export interface ModelOptions<P extends Prediction = Prediction> {
  /** The network, trained or new. */
  network: Network
  /** What the network's inputs are made from; without, rows are arrays of its inputs. */
  features?: Features | undefined
  /** What the network's outputs stand for; without, they are classes where the network has classNames, else numbers. */
  target?: Target<P> | undefined
}

/** The options of a fit, with rows in place of `{ x, y }` as validation data. */
export interface ModelFitOptions extends Omit<FitOptions, 'validation'> {
  /** Rows to evaluate on after every epoch, their targets among them, or a share of the training rows to keep apart for it. */
  validation?: FitOptions['validation'] | RowsLike
  /** How much each row counts, (rows), as `weights` of Network.fit. */
  weights?: ArrayLike<number>
}

const instanceOf =
  <T>(kind: abstract new (...given: never[]) => T, what: string) =>
  (value: unknown, name: string): T =>
    value instanceof kind ? value : refuse(name, what, value)

const optionTable = {
  network: instanceOf(Network, 'a Network'),
  features: optional(instanceOf(Features, 'what fitFeatures() returns'), undefined),
  target: optional(instanceOf(Target, 'what fitTarget() returns'), undefined),
}

function checkWidths({ network, features, target }: ModelOptions): void {
  if (features && features.width !== network.inputs) {
    throw new OptionError(
      `options.network: expected ${features.width} inputs, one for each value of the features, got ${network.inputs}`,
    )
  }
  if (!target) return
  const isOne = network.outputs === 1 && target.classes?.length === 2
  if (target.outputs === network.outputs || isOne) return
  throw new OptionError(
    `options.network: expected ${target.outputs} outputs for the target ${target.names.map(shown).join(', ')}, got ` +
      `${network.outputs}`,
  )
}

/**
 * A network with the columns that its inputs are made from and the target that its outputs stand for. P: what it predicts of a row,
 * by the type of its target; any of the kinds where that does not tell.
 */
export class Model<P extends Prediction = Prediction> {
  /** The network, which the model shares with you and does not copy. */
  readonly network: Network
  /** What the network's inputs are made from; undefined where rows are arrays of its inputs. */
  readonly features: Features | undefined
  /** What the network's outputs stand for; undefined where the network itself tells. */
  readonly target: Target<P> | undefined

  /** Throws OptionError where the features, the network and the target do not fit together. */
  constructor(options: ModelOptions<P>) {
    if ((options as unknown) instanceof Network) refuse('options', '{ network, features, target }', options)
    const { network, features, target } = checkOptions(optionTable, options, 'options')
    checkWidths({ network, features, target })
    if (target) checkClassNames(network, target)
    this.network = network
    this.features = features
    this.target = target as Target<P> | undefined
  }

  /** The rows as the network takes them, row-major (rows × inputs). Throws ShapeError. */
  inputsOf(rows: RowsLike): Float32Array {
    return inputsOf(rows, this.network.inputs, this.features)
  }

  /** Rows with their targets as `fit` of the network takes them. Throws OptionError for a model without a target, ShapeError. */
  dataOf(rows: RowsLike): Data {
    const { target } = this
    if (!target)
      throw new OptionError('model: expected a target to train for or to compare with, got a model without')
    return { x: this.inputsOf(rows), y: target.encode(rows, this.features?.cells) }
  }

  #decoded(outputs: Float32Array): P[] {
    const { network } = this
    const { activation } = network.layers[network.layers.length - 1]
    const { kind, fusedWith, threshold } = lossRow(coreOf(network).settings.architecture.loss)
    const head = {
      outputs: network.outputs,
      areLabels: kind === 'labels',
      // A threshold of a fused loss is of z.
      boundary: fusedWith ? 0.5 : threshold,
      activation,
    }
    const decode = decoderOf(this.target, head, network.classNames)
    const rows = outputs.length / head.outputs
    return Array.from(
      { length: rows },
      (_, r) => decode(outputs.slice(r * head.outputs, (r + 1) * head.outputs), r) as P,
    )
  }

  /**
   * Returns what the network predicts of a row, or of each row: the class with its probabilities, the number in its own unit,
   * several by their names, or the labels.
   *
   * rows: an object or an array of cells, or an array of these, or a table. Throws ShapeError for a cell that its column cannot
   * take.
   */
  predict(rows: RowsLike): P[]
  predict(row: RowLike): P
  predict(given: RowLike | RowsLike): P | P[] {
    const { rows, isOne } = asRows(given)
    const outputs = this.network.predict(this.inputsOf(rows))
    const predictions = this.#decoded(outputs)
    return isOne ? predictions[0] : predictions
  }

  /** The same without holding the event loop while the network works, as Network.predictAsync. */
  async predictAsync(rows: RowsLike, options?: ReadOptions): Promise<P[]>
  async predictAsync(row: RowLike, options?: ReadOptions): Promise<P>
  async predictAsync(given: RowLike | RowsLike, options: ReadOptions = {}): Promise<P | P[]> {
    const { rows, isOne } = asRows(given)
    const outputs = await this.network.predictAsync(this.inputsOf(rows), options)
    const predictions = this.#decoded(outputs)
    return isOne ? predictions[0] : predictions
  }

  /** Trains the network on the rows, as Network.fit does on the numbers that stand for them. */
  async fit(rows: RowsLike, options: ModelFitOptions = {}): Promise<History> {
    const { validation, weights, classWeight, ...others } = options
    noteLeak(this)
    noteLossOfNumbers(this)
    const data = { ...this.dataOf(rows), ...(weights && { weights }) }
    const fit = {
      ...others,
      classWeight: weightsFor(this.network, this.target?.classes, classWeight),
      validation: areRows(validation) ? this.dataOf(validation) : validation,
    }
    return this.network.fit(data, fit as FitOptions)
  }

  /** Returns loss and accuracy over the rows, as Network.evaluate does, of scaled targets where they are scaled. */
  evaluate(rows: RowsLike): Evaluation {
    return this.network.evaluate(this.dataOf(rows))
  }

  /**
   * Returns the whole model as plain data, as Network.toJSON does with a network: `JSON.stringify(model)` writes it, and
   * Model.fromJSON makes the model from it. Throws BackendError for the state of the optimizer while the network trains.
   */
  toJSON(options?: SaveOptions): ModelJSON {
    // JSON.stringify gives the name under which the model stands.
    const { optimizer } = saveSettings(typeof options === 'object' ? options : {})
    return modelToJSON(savedParts(this, optimizer))
  }

  /**
   * Returns the model of `model.toJSON()`, or of the same after JSON.stringify and JSON.parse, to the bit; of `net.toJSON()` a model
   * of that network alone.
   *
   * options: of the network, as for Network.fromJSON. P: what the model predicts, which nothing checks, for no type tells what was
   * saved. Throws FormatError for what is no saved model or is of a newer major version; OptionError where an option is wrong, or a
   * function is missing.
   */
  static fromJSON<P extends Prediction = Prediction>(json: unknown, options: ResumeOptions = {}): Model<P> {
    return modelFrom(modelFromJSON(json), options) as Model<P>
  }

  /** Returns the columns, the network and the target in a line, as console.log prints it. */
  toString(): string {
    const { features, network, target } = this
    const parts = [
      ...(features ? [`${namesText(features.columns)} → ${features.width} inputs`] : []),
      `${network}`,
      ...(target ? [`${target.type} ${namesText(target.names)}`] : []),
    ]
    return `Model (${parts.join('; ')})`
  }

  /** @internal */
  [NODE_INSPECT](): string {
    return this.toString()
  }

  /** @internal */
  [DENO_INSPECT](): string {
    return this.toString()
  }
}

/** The model of a snapshot. options: of the network, in place of the saved ones. Throws FormatError, OptionError. */
export function modelFrom(saved: ModelSnapshot, options: ResumeOptions): Model {
  const parts = partsOf(saved, options)
  try {
    return new Model(parts)
  } catch (error) {
    parts.network.dispose()
    throw error instanceof OptionError ? new FormatError(`model: ${error.message}`) : error
  }
}
