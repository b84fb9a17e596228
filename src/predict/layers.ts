// The layers of a saved network, as far as a prediction needs them. What training alone needs is not looked at.

import * as Activations from '../../assembly/abi/activations.ts'
import * as Normalizations from '../../assembly/abi/normalizations.ts'
import { isArray, isObject, refuse } from '../base/check.ts'
import { FormatError } from '../base/errors.ts'
import { asFormat } from '../formats/network-json-reader.ts'
import type { ClassName } from '../model/class-names.ts'
import {
  type ActivationOptions,
  isSlopedName,
  numberOf,
  slopedCodes,
  slopedOption,
} from '../model/sloped-activations.ts'
import type { LayerParameters, NetworkSnapshot } from '../model/snapshot.ts'
import type { Head } from '../models/prediction.ts'

/** A layer: how many values it takes and gives, what it does, and with which numbers. */
export interface Layer extends LayerParameters {
  readonly inputs: number
  readonly units: number
  /** A code of assembly/abi/activations.ts, or the name of a function. */
  readonly activation: number | string
  /** The slope or the α that goes with the code, where it is of one's own. */
  readonly number: number
  /** A code of assembly/abi/normalizations.ts. */
  readonly normalization: number | undefined
  readonly epsilon: number
}

/** A network that predicts. */
export interface Layers {
  readonly inputs: number
  readonly layers: readonly Layer[]
  readonly classNames: readonly ClassName[] | undefined
  /** What its outputs are, by its loss and last activation. */
  readonly head: Head
}

const codes: Readonly<Record<string, number>> = {
  linear: Activations.LINEAR,
  sigmoid: Activations.SIGMOID,
  tanh: Activations.TANH,
  relu: Activations.RELU,
  leakyRelu: Activations.LEAKY_RELU,
  elu: Activations.ELU,
  selu: Activations.SELU,
  gelu: Activations.GELU,
  silu: Activations.SILU,
  softplus: Activations.SOFTPLUS,
  softmax: Activations.SOFTMAX,
  softsign: Activations.SOFTSIGN,
}

/** Losses that take each output for a label, and from which output on it is there. */
const labelBoundaries: Readonly<Record<string, number>> = {
  binaryCrossEntropy: 0.5,
  binaryFocal: 0.5,
  hinge: 0,
}

const nameOf = (one: unknown): unknown => (isObject(one) ? one.name : one)
const own = (table: Readonly<Record<string, number>>, name: unknown): number | undefined =>
  typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined

/** What the loss makes of outputs. src/model/losses.ts has the same in its rows. */
export function sideOf(loss: unknown): Pick<Head, 'areLabels' | 'boundary'> {
  const boundary = own(labelBoundaries, nameOf(loss))
  if (boundary !== undefined) return { areLabels: true, boundary }
  // One of the user's own says so itself.
  const { targets, threshold } = isObject(loss) ? loss : {}
  return { areLabels: targets === 'labels', boundary: typeof threshold === 'number' ? threshold : 0.5 }
}

function activationOf(value: unknown, name: string): Pick<Layer, 'activation' | 'number'> {
  const word = nameOf(value)
  const one = isSlopedName(word) && isObject(value) ? slopedOption(word, value, name) : value
  if (typeof one === 'object' && typeof word === 'string') {
    if (!isSlopedName(word)) return { activation: word, number: 0 }
    return { activation: slopedCodes[word], number: numberOf(one as ActivationOptions) }
  }
  const code = own(codes, one) ?? refuse(name, `one of ${Object.keys(codes).join(', ')}`, value)
  return { activation: code, number: 0 }
}

const count = (value: unknown, name: string): number =>
  Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= 2 ** 24
    ? (value as number)
    : refuse(name, 'a whole number from 1 to 16777216', value)

function checkLength(values: ArrayLike<number> | undefined, length: number, name: string): void {
  if (values?.length === length) return
  throw new FormatError(`${name}: expected ${length} values, got ${values ? values.length : 'none'}`)
}

function layerOf(options: unknown, parameters: LayerParameters, inputs: number, name: string): Layer {
  if (!isObject(options)) return refuse(name, 'an object', options)
  const units = count(options.units, `${name}.units`)
  const { activation, number } = activationOf(options.activation, `${name}.activation`)
  const kind = nameOf(options.normalization)
  const normalization =
    kind === 'layer' ? Normalizations.LAYER : kind === 'batch' ? Normalizations.RUNNING : undefined
  if (normalization === undefined && kind !== undefined && kind !== 'none') {
    refuse(`${name}.normalization`, "'layer' or 'batch'", options.normalization)
  }
  const { epsilon = 1e-5 } = isObject(options.normalization) ? options.normalization : {}
  if (typeof epsilon !== 'number' || !(Math.fround(epsilon) > 0 && Math.fround(epsilon) < Infinity)) {
    refuse(`${name}.normalization.epsilon`, 'a finite float32 number above 0', epsilon)
  }
  checkLength(parameters.weights, inputs * units, `${name}: weights`)
  const biased = options.bias ?? kind !== 'batch'
  const expected = {
    biases: biased === true,
    gains: normalization !== undefined,
    shifts: normalization !== undefined,
    runningMean: kind === 'batch',
    runningVariance: kind === 'batch',
  }
  for (const [which, isThere] of Object.entries(expected)) {
    const values = parameters[which as keyof typeof expected]
    if (isThere) checkLength(values, units, `${name}: ${which}`)
    else if (values) throw new FormatError(`${name}: expected no ${which}, got ${values.length} values`)
  }
  if (parameters.runningVariance?.some((v) => v < 0)) {
    throw new FormatError(`${name}: expected variances of at least 0, got one below`)
  }
  return { ...parameters, inputs, units, activation, number, normalization, epsilon: epsilon as number }
}

/** What the last activation makes of outputs, as far as predictions tell it. */
const likelihoodOf = (activation: number | string): Head['activation'] =>
  activation === Activations.SOFTMAX ? 'softmax' : activation === Activations.SIGMOID ? 'sigmoid' : 'linear'

/** The layers of a saved network. Throws FormatError. */
export const layersOf = ({ options, layers }: NetworkSnapshot): Layers =>
  asFormat(() => {
    const inputs = count(options.inputs, 'network.inputs')
    if (!isArray(options.layers) || options.layers.length !== layers.length || layers.length === 0) {
      return refuse(
        'network.layers',
        `an array of ${layers.length} layers, as there are parameters`,
        options.layers,
      )
    }
    const list: Layer[] = []
    for (const [l, one] of options.layers.entries()) {
      const layer = layerOf(one, layers[l], list.at(-1)?.units ?? inputs, `network.layers[${l}]`)
      if (list.at(-1)?.activation === Activations.SOFTMAX) {
        refuse(`network.layers[${l - 1}].activation`, 'softmax in the last layer alone', 'softmax')
      }
      list.push(layer)
    }
    const { units, activation } = list[list.length - 1]
    const { classNames } = options
    const names = units === 1 ? 2 : units
    if (classNames !== undefined && (!isArray(classNames) || classNames.length !== names)) {
      refuse('network.classNames', `${names} names`, classNames)
    }
    return {
      inputs,
      layers: list,
      classNames: classNames as readonly ClassName[] | undefined,
      head: { outputs: units, ...sideOf(options.loss), activation: likelihoodOf(activation) },
    }
  })
