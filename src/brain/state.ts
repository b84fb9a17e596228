// A network as toJSON() gives it, and back.

import { isObject } from '../base/check.ts'
import { FormatError } from '../base/errors.ts'
import { entry, listOf, objectOf, type Plain, refuse } from '../base/plain.ts'
import type { Parameters } from './parameters.ts'
import { zeroParameters } from './parameters.ts'
import type { IJSONLayer, INumberHash } from './types.ts'

/** The layers, the one of the inputs, which has no parameters, among them. */
export function layersToJSON({ layers }: Parameters): IJSONLayer[] {
  return [
    { weights: [], biases: [] },
    ...layers.map(({ weights, biases }) => ({
      weights: weights.map((row) => Array.from(row)),
      biases: Array.from(biases),
    })),
  ]
}

export interface State {
  readonly sizes: number[]
  readonly parameters: Parameters
  readonly inputLookup: INumberHash | null
  readonly outputLookup: INumberHash | null
  readonly options: Plain
  readonly trainOpts: Plain
}

/** A table of names whose indices are those below the length, each once; or null. */
function lookupOf(value: unknown, length: number, where: string): INumberHash | null {
  if (value === null || value === undefined) return null
  const table = objectOf(value, where)
  const names = Object.keys(table)
  const indices = new Set(names.map((name) => table[name]))
  const fits = [...indices].every(
    (one) => Number.isInteger(one) && (one as number) >= 0 && (one as number) < length,
  )
  if (!fits || indices.size !== length || names.length !== length) {
    refuse(where, `${length} names, each with an index of its own below ${length}`, value)
  }
  return Object.fromEntries(names.map((name) => [name, table[name] as number]))
}

/** Fills the values from a list, which has as many. */
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

/** Reads what toJSON() gave. Throws FormatError, and has changed nothing then. */
export function stateOfJSON(given: unknown): State {
  if (!isObject(given)) refuse('json', "an object, as toJSON() gives it; of a text, JSON.parse()'s", given)
  const json = objectOf(given, 'json')
  const type = entry(json, 'type')
  if (type !== undefined && type !== 'NeuralNetwork' && type !== 'NeuralNetworkGPU') {
    refuse('json.type', "'NeuralNetwork'", type)
  }
  const layers = listOf(entry(json, 'layers'), 'json.layers')
  if (entry(json, 'sizes') === undefined) {
    throw new FormatError(
      'json.sizes: expected the sizes of the layers, as brain.js 2 saves them. fromBrain() of nabla/brain reads brain.js 1, too.',
    )
  }
  const sizes = listOf(entry(json, 'sizes'), 'json.sizes').map((size, l) =>
    Number.isSafeInteger(size) && (size as number) > 0
      ? (size as number)
      : refuse(`json.sizes[${l}]`, 'a whole number above 0', size),
  )
  if (sizes.length < 2 || sizes.length !== layers.length) {
    refuse('json.sizes', `those of ${layers.length} layers, two at least`, sizes)
  }
  const total = sizes.slice(1).reduce((sum, units, l) => sum + units * sizes[l], 0)
  // So that no memory is taken for numbers that are not there.
  if (total > 2 ** 30) refuse('json.sizes', 'those of at most 2³⁰ weights', sizes)
  layers.forEach((one, l) => {
    if (l === 0) return
    const rows = listOf(entry(objectOf(one, `json.layers[${l}]`), 'weights'), `json.layers[${l}].weights`)
    if (rows.length !== sizes[l]) refuse(`json.layers[${l}].weights`, `those of ${sizes[l]} units`, rows)
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
    options: optional(json, 'options'),
    trainOpts: optional(json, 'trainOpts'),
  }
}
