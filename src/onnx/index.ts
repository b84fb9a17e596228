// `nabla/onnx`: networks and models to ONNX, and from it.

import { bytesOf } from '../base/bytes.ts'
import { areStrings, callback, checkOptions, isArray, optional, refuse } from '../base/check.ts'
import { OptionError } from '../base/errors.ts'
import type { FeaturesJSON } from '../data/features/features.ts'
import type { TargetJSON } from '../data/features/target.ts'
import { isOwnLoss } from '../model/loss-settings.ts'
import type { CommonNetworkOptions } from '../model/options.ts'
import { kindOf, type LoadAs, type Loaded, loaded, loadSettings } from '../models/loaded.ts'
import type { Model } from '../models/model.ts'
import { type ModelSnapshot, modelSnapshotOf } from '../models/snapshot.ts'
import type { Network } from '../network.ts'
import { columnsOf } from './export/columns.ts'
import { inputsOf } from './export/features.ts'
import { writeOnnx } from './export/write.ts'
import { type ExternalData, readOnnx } from './import/read.ts'

export type { ExternalData }

/** Options of toOnnx(): names in the file. */
export interface ToOnnxOptions {
  /** Name of the graph's input, float32 (batch × inputs); a model with columns of texts has an input for each column instead, by
   * its name. Default 'input'. */
  input?: string
  /** Name of its output, float32 (batch × outputs). Default 'output'. */
  output?: string
  /** Name of the graph. Default 'nabla'. */
  name?: string
  /** The names of the outputs' classes, or of the two of a single output, for the file's metadata. Default: those of the model. */
  classNames?: readonly string[]
}

const nameOption = (value: unknown, where: string): string =>
  typeof value === 'string' && value.length > 0 ? value : refuse(where, 'a name, not empty', value)

const namesOption = (value: unknown, where: string): readonly string[] =>
  isArray(value) && areStrings(value) ? [...value] : refuse(where, 'a list of strings', value)

const exportTable = {
  input: optional(nameOption, 'input'),
  output: optional(nameOption, 'output'),
  name: optional(nameOption, 'nabla'),
  classNames: optional(namesOption, undefined),
}

/**
 * The model, or a network alone, as a file of ONNX (opset 13, IR 7). The graph takes the cells of rows, as float32 numbers (batch ×
 * columns) or one input (batch × 1) for each column, or for a network its inputs (batch × inputs); it gives what the network
 * predicts (batch × outputs), numbers in their own unit. batch is open. Batch normalization goes into the weights; dropout
 * and optimizer are left out, and so is a loss of one's own. Throws FormatError where the file would have more than 2 GB, OptionError for options that are
 * none and for what ONNX has no operators for: activations of one's own, categories of texts and numbers in one column.
 */
export function toOnnx(model: Model | Network, options: ToOnnxOptions = {}): Uint8Array {
  const checked = checkOptions(exportTable, options, 'options')
  const { network, features, target } = modelSnapshotOf(model)
  const { input, output } = checked
  const { units } = network.options.layers.at(-1)!
  const classes = target?.type === 'class' ? target.classes.map(String) : undefined
  const classNames = checked.classNames ?? network.options.classNames ?? classes
  const counts = units === 1 ? [1, 2] : [units]
  if (checked.classNames && !counts.includes(checked.classNames.length))
    refuse('options.classNames', `names of ${counts.join(' or ')} classes`, checked.classNames)
  const columns = features && columnsOf(features)
  const inputs = columns ? inputsOf(columns, input).map(({ name }) => name) : [input]
  if (inputs.includes(''))
    throw new OptionError('model.features: expected columns with names, got one without')
  if (inputs.includes(output)) refuse('options.output', 'another name than that of an input', output)
  return writeOnnx({
    ...checked,
    network,
    columns,
    ...(target?.type === 'number' && { units: target.columns }),
    ...((features || target) && { model: { features, target } }),
    ...(classNames && { classNames }),
    ...(!isOwnLoss(network.options.loss) && { loss: network.options.loss }),
  })
}

/** How to read a file, and in what the network differs from its default options: `optimizer`, `loss`, `kernels` and others. */
export interface FromOnnxOptions<As extends LoadAs | undefined = undefined>
  extends Partial<CommonNetworkOptions> {
  /** 'model' or 'network': which of the two it is to be; a FormatError for a model where it is a network. Default: what it is. */
  as?: As
  /** Which output of the graph is the network's. Default: the only one that is numbers. */
  output?: string
  /** Reads numbers that are in other files: `location` is as the model names it, a path below the model's folder.
   * Default: such a model is refused. */
  externalData?: ExternalData
}

/**
 * The network that a file of ONNX (opsets 7 to 23) computes, to go on with or to train further; of a file of nabla's that was a
 * model, the model. Where the file ends in log-softmax the network gives the probabilities; labels behind them are left out, and
 * their names are the network's classNames; two columns 1 − p and p become the one of p. The loss is that of nabla's own file, else
 * crossEntropy behind softmax, binaryCrossEntropy behind sigmoid, else quadratic, unless options name one. Throws FormatError, with the operator and
 * the node, for whatever an MLP of nabla does not have.
 */
export function fromOnnx<As extends LoadAs | undefined = undefined>(
  bytes: Uint8Array | ArrayBuffer,
  options: FromOnnxOptions<As> = {},
): Loaded<As> {
  const file = bytesOf(bytes) ?? refuse('bytes', 'a Uint8Array or an ArrayBuffer', bytes)
  const { as, options: others } = loadSettings(options)
  const { output, externalData, ...own } = others
  const { network, features, target } = readOnnx(file, {
    output: optional(nameOption, undefined)(output, 'options.output'),
    externalData: optional(callback<ExternalData>(), undefined)(externalData, 'options.externalData'),
  })
  const saved: ModelSnapshot = { network, features: features as FeaturesJSON, target: target as TargetJSON }
  return loaded(saved, kindOf(saved), as as As, own)
}
