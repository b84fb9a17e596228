// A network's state to and from the plain data of toJSON().

import { isObject } from '../base/check.ts'
import { FormatError, shown } from '../base/errors.ts'
import { entry, listOf, objectOf, type Plain, refuse } from '../base/plain.ts'
import { isList } from './format.ts'
import type { Parameters } from './parameters.ts'
import { zeroParameters } from './parameters.ts'
import { countWeights, MOST_WEIGHTS } from './sizes.ts'
import type { IJSONLayer, INeuralNetworkOptions, INumberHash } from './types.ts'

/** All layers, with an empty one for the inputs, which have no parameters. */
export function layersToJSON({ layers }: Parameters): IJSONLayer[] {
  return [
    { weights: [], biases: [] },
    ...layers.map(({ weights, biases }) => ({
      weights: weights.map((row) => Array.from(row)),
      biases: Array.from(biases),
    })),
  ]
}

/** A copy of the options of a network, without functions, which no plain data hold: brain.js leaves them to JSON.stringify(). */
export function optionsToJSON<Options extends Partial<INeuralNetworkOptions>>(options: Options): Options {
  const plain = Object.entries(options).filter(([, value]) => typeof value !== 'function')
  const { hiddenLayers } = options
  return {
    ...Object.fromEntries(plain),
    ...(isList(hiddenLayers) && { hiddenLayers: Array.from(hiddenLayers as number[]) }),
  } as Options
}

/** Of brain.js 1: a layer is a table of its nodes, and only nodes above the inputs have a bias. */
const isVersion1 = (layers: readonly unknown[]): boolean => {
  const [inputs, first] = layers
  if (!isObject(inputs) || 'weights' in inputs || !isObject(first)) return false
  return Object.values(first).some((node) => isObject(node) && 'bias' in node)
}

/** What run() needs, except for the activation. */
export interface Shape {
  readonly sizes: number[]
  readonly parameters: Parameters
  readonly inputLookup: INumberHash | null
  readonly outputLookup: INumberHash | null
}

export interface State extends Shape {
  readonly options: Plain
  readonly trainOpts: Plain
}

/** A table of `length` names, each with its own index; or null. */
function lookupOf(value: unknown, length: number, where: string): INumberHash | null {
  if (value === null || value === undefined) return null
  const entries = Object.entries(objectOf(value, where))
  if (entries.length !== length) refuse(where, `${length} names, one for each value`, entries.length)
  const taken = new Set<unknown>()
  for (const [name, index] of entries) {
    const fits = Number.isInteger(index) && (index as number) >= 0 && (index as number) < length
    if (!fits || taken.has(index)) {
      refuse(`${where}[${shown(name)}]`, `an index of its own from 0 to ${length - 1}`, index)
    }
    taken.add(index)
  }
  return Object.fromEntries(entries) as INumberHash
}

/** Fills `values` from a list of the same length. */
function fill(values: Float32Array, given: unknown, where: string): void {
  const list = listOf(given, where)
  if (list.length !== values.length) refuse(where, `${values.length} numbers`, list)
  for (let i = 0; i < values.length; ++i) {
    const value = list[i]
    values[i] = typeof value === 'number' ? value : Number.NaN
    if (!Number.isFinite(values[i])) refuse(`${where}[${i}]`, 'a finite float32 number', value)
  }
}

const optional = (json: Plain, name: string): Plain => {
  const value = entry(json, name)
  return value === undefined || value === null ? {} : objectOf(value, `json.${name}`)
}

/** Throws FormatError unless the JSON is of a feedforward network. */
export function checkType(json: Plain): void {
  const type = entry(json, 'type')
  if (type === undefined || type === 'NeuralNetwork' || type === 'NeuralNetworkGPU') return
  refuse('json.type', "'NeuralNetwork', the feedforward network of brain.js", type)
}

/** Reads the sizes, parameters and names of brain.js 2. Throws FormatError. */
export function shapeOfJSON(json: Plain): Shape {
  const layers = listOf(entry(json, 'layers'), 'json.layers')
  if (isVersion1(layers)) {
    throw new FormatError(
      'json.layers: expected layers of brain.js 2, got those of brain.js 1. fromBrain() of nabla/brain reads them.',
    )
  }
  if (entry(json, 'sizes') === undefined) {
    throw new FormatError(
      'json.sizes: expected the sizes of the layers, as brain.js 2 saves them, got none. For brain.js 1 there is fromBrain() of nabla/brain.',
    )
  }
  const sizes = listOf(entry(json, 'sizes'), 'json.sizes').map((size, l) =>
    Number.isSafeInteger(size) && (size as number) > 0
      ? (size as number)
      : refuse(`json.sizes[${l}]`, 'a whole number above 0', size),
  )
  if (sizes.length < 2 || sizes.length !== layers.length) {
    refuse('json.sizes', `${Math.max(2, layers.length)} sizes, one for each layer`, sizes)
  }
  // Before memory is allocated: sizes may promise numbers that the JSON does not have.
  if (countWeights(sizes) > MOST_WEIGHTS) refuse('json.sizes', 'sizes of at most 2³⁰ weights in all', sizes)
  layers.forEach((one, l) => {
    if (l === 0) return
    const rows = listOf(entry(objectOf(one, `json.layers[${l}]`), 'weights'), `json.layers[${l}].weights`)
    if (rows.length !== sizes[l])
      refuse(`json.layers[${l}].weights`, `${sizes[l]} lists of weights, one for each unit`, rows)
  })
  const parameters = zeroParameters(sizes)
  parameters.layers.forEach(({ weights, biases }, l) => {
    const layer = objectOf(layers[l + 1], `json.layers[${l + 1}]`)
    const rows = entry(layer, 'weights') as readonly unknown[]
    weights.forEach((row, j) => {
      fill(row, rows[j], `json.layers[${l + 1}].weights[${j}]`)
    })
    fill(biases, entry(layer, 'biases'), `json.layers[${l + 1}].biases`)
  })
  return {
    ...{ sizes, parameters },
    inputLookup: lookupOf(entry(json, 'inputLookup'), sizes[0], 'json.inputLookup'),
    outputLookup: lookupOf(entry(json, 'outputLookup'), sizes[sizes.length - 1], 'json.outputLookup'),
  }
}

/** Reads what toJSON() returned. Throws FormatError. */
export function stateOfJSON(given: unknown): State {
  if (!isObject(given))
    refuse('json', 'an object as toJSON() returns it (pass text through JSON.parse() first)', given)
  const json = objectOf(given, 'json')
  checkType(json)
  return {
    ...shapeOfJSON(json),
    options: optional(json, 'options'),
    trainOpts: optional(json, 'trainOpts'),
  }
}
