// `nabla/onnx`: networks to ONNX, and from it.

import { callback, checkOptions, optional, refuse } from '../base/check.ts'
import { OptionError, shown } from '../base/errors.ts'
import type { CommonNetworkOptions } from '../model/options.ts'
import { Network } from '../network.ts'
import { networkOf, snapshotOf } from '../network-snapshot.ts'
import { writeOnnx } from './export/write.ts'
import { type ExternalData, readOnnx } from './import/read.ts'

export type { ExternalData }

export interface ToOnnxOptions {
  /** Name of the graph's input, float32 (batch × inputs). Default 'input'. */
  input?: string
  /** Name of its output, float32 (batch × outputs). Default 'output'. */
  output?: string
  /** Name of the graph. Default 'nabla'. */
  name?: string
  /** The names of the outputs' classes, or of the two of a single output, for the file's metadata. */
  classNames?: readonly string[]
}

const NAME = (value: unknown, where: string): string =>
  typeof value === 'string' && value.length > 0 ? value : refuse(where, 'a name, not empty', value)

const names = (value: unknown, where: string): readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
    ? [...value]
    : refuse(where, 'a list of strings', value)

const exportTable = {
  input: optional(NAME, 'input'),
  output: optional(NAME, 'output'),
  name: optional(NAME, 'nabla'),
  classNames: optional(names, undefined),
}

/**
 * The network as a file of ONNX (opset 13, IR 7) with one input (batch × inputs) and one output (batch × outputs), what
 * `predict` takes and gives; batch is open. Batch normalization goes into the weights; dropout, loss and optimizer are left
 * out. Throws FormatError where the file would have more than 2 GB, OptionError for options that are none.
 */
export function toOnnx(network: Network, options: ToOnnxOptions = {}): Uint8Array {
  if (!(network instanceof Network))
    throw new OptionError(`network: expected a Network, got ${shown(network)}`)
  const checked = checkOptions(exportTable, options, 'options')
  const saved = snapshotOf(network)
  const { units } = saved.options.layers.at(-1)!
  const { classNames, input, output } = checked
  const counts = units === 1 ? [1, 2] : [units]
  if (classNames && !counts.includes(classNames.length))
    refuse('options.classNames', `names of ${counts.join(' or ')} classes`, classNames)
  if (input === output) refuse('options.output', 'another name than that of the input', output)
  return writeOnnx({ network: saved, ...checked })
}

/** How to read a file, and in what the network differs from its default options: `optimizer`, `loss`, `kernels` and others. */
export interface FromOnnxOptions extends Partial<CommonNetworkOptions> {
  /** Which output of the graph is the network's. Default: the only one that is numbers. */
  output?: string
  /** Reads numbers that are in other files: `location` is as the model names it, a path below the model's folder.
   * Default: such a model is refused. */
  externalData?: ExternalData
}

/**
 * The network that a file of ONNX (opsets 7 to 23) computes, to go on with or to train further. Where the file ends in
 * log-softmax the network gives the probabilities; labels behind them are left out; two columns 1 − p and p become the one
 * of p. The loss is crossEntropy behind softmax, binaryCrossEntropy behind sigmoid, else quadratic, unless options name one.
 * Throws FormatError, with the operator and the node, for whatever an MLP of nabla does not have.
 */
export function fromOnnx(bytes: Uint8Array | ArrayBuffer, options: FromOnnxOptions = {}): Network {
  const file = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes
  if (!(file instanceof Uint8Array))
    throw new OptionError(`bytes: expected a Uint8Array or an ArrayBuffer, got ${shown(bytes)}`)
  if (typeof options !== 'object' || options === null) refuse('options', 'an object of options', options)
  const { output, externalData, ...own } = options
  const read = {
    output: optional(NAME, undefined)(output, 'options.output'),
    externalData: optional(callback<ExternalData>(), undefined)(externalData, 'options.externalData'),
  }
  return networkOf(readOnnx(file, read).network, own)
}
