// A network as JSON: its options, and every parameter as a number that rounds to it in float32 and has no digit too many.
// docs/formats.md says what is where.

import { boolean, checkOptions, isArray, isList, isObject, optional, refuse } from '../base/check.ts'
import { FormatError, OptionError } from '../base/errors.ts'
import { shortest } from '../base/float32.ts'
import type { Floats } from '../base/floats.ts'
import { knownOf, knownOptions } from '../model/network-settings.ts'
import { type LayerParameters, type NetworkSnapshot, type SavedOptions, VECTORS } from '../model/snapshot.ts'
import { FORMAT_VERSION, isNewer } from './version.ts'

/** The parameters of a layer, or what an optimizer keeps of each. */
export interface LayerJSON {
  /** A row for each input, (inputs × units). */
  readonly weights: readonly (readonly number[])[]
  /** b (units), where the layer has biases. */
  readonly biases?: readonly number[]
  /** γ (units), where the layer is normalised. */
  readonly gains?: readonly number[]
  /** β (units), where the layer is normalised. */
  readonly shifts?: readonly number[]
  /** Of z before it is normalised (units), with batch normalization. */
  readonly runningMean?: readonly number[]
  /** Of the same (units), with batch normalization. */
  readonly runningVariance?: readonly number[]
}

/** What `net.toJSON()` returns, and `Network.fromJSON` takes. */
export interface NetworkJSON {
  /** Tells it from other JSON. */
  readonly format: 'nabla.network'
  /** Of the format: '1.0', or a later '1.x'. */
  readonly version: string
  /** What `new Network` makes the network from, each default in its place. */
  readonly options: SavedOptions
  /** One for each layer. */
  readonly parameters: readonly LayerJSON[]
  /** How far the training is, where that was asked for. */
  readonly training?: {
    /** Epochs and steps so far, and further counters of schedules and optimizers. */
    readonly progress: Readonly<Record<string, unknown>>
    /** For each number that the optimizer keeps of every parameter. */
    readonly slots: readonly (readonly LayerJSON[])[]
  }
}

/** How a network or a model is saved. */
export interface SaveOptions {
  /** Whether what the optimizer keeps, and how far the training is, go with it: `fit` then goes on to the same bits. Default
   * false. */
  optimizer?: boolean
}

const saveTable = { optimizer: optional(boolean, false) }

/** Throws OptionError. */
export const saveSettings = (options: unknown) => checkOptions(saveTable, options, 'options')

// JSON.stringify makes 0 of −0. This rounds to −0 in float32.
const MINUS_ZERO = -1e-50

const numberFor = (value: number): number => (Object.is(value, -0) ? MINUS_ZERO : shortest(value))
const listFor = (values: Floats): number[] => Array.from(values, numberFor)

function layerFor({ weights, ...vectors }: LayerParameters, units: number): LayerJSON {
  const rows = Array.from({ length: weights.length / units }, (_, i) =>
    listFor(weights.subarray(i * units, (i + 1) * units)),
  )
  const lists = VECTORS.flatMap((which) => {
    const vector = vectors[which]
    return vector ? [[which, listFor(vector)]] : []
  })
  return { weights: rows, ...Object.fromEntries(lists) }
}

export function networkToJSON({ options, layers, training }: NetworkSnapshot): NetworkJSON {
  const all = (list: readonly LayerParameters[]) =>
    list.map((layer, l) => layerFor(layer, options.layers[l].units))
  return {
    format: 'nabla.network',
    version: FORMAT_VERSION,
    options,
    parameters: all(layers),
    ...(training && { training: { progress: training.progress, slots: training.slots.map(all) } }),
  }
}

/** Reads the numbers to out[at …). Throws OptionError. */
function fill(out: Float32Array, at: number, list: ArrayLike<unknown>, name: string): void {
  for (let i = 0; i < list.length; ++i) {
    const number = list[i]
    out[at + i] = typeof number === 'number' ? number : Number.NaN
    if (!Number.isFinite(out[at + i])) refuse(`${name}[${i}]`, 'a number within float32', number)
  }
}

const vectorFrom = (value: unknown, name: string): Float32Array => {
  if (!isList(value)) return refuse(name, 'an array of numbers', value)
  const out = new Float32Array(value.length)
  fill(out, 0, value, name)
  return out
}

function weightsFrom(value: unknown, name: string): Float32Array {
  if (!isArray(value) || value.length === 0) return refuse(name, 'an array of rows', value)
  const rows = Array.from(value, (row, i) =>
    isList(row) ? row : refuse(`${name}[${i}]`, 'an array of numbers', row),
  )
  const { length } = rows[0]
  // Before there is room for them: it is then no more than what came.
  const other = rows.findIndex((row) => row.length !== length)
  if (other >= 0) refuse(`${name}[${other}]`, `an array of ${length} numbers`, rows[other])
  const out = new Float32Array(rows.length * length)
  rows.forEach((row, i) => {
    fill(out, i * length, row, `${name}[${i}]`)
  })
  return out
}

const layerTable = {
  weights: weightsFrom,
  ...(Object.fromEntries(VECTORS.map((which) => [which, optional(vectorFrom, undefined)])) as Record<
    (typeof VECTORS)[number],
    (value: unknown, name: string) => Float32Array | undefined
  >),
}

function layersFrom(value: unknown, name: string): LayerParameters[] {
  if (!isArray(value) || value.length === 0) return refuse(name, 'an array of layers', value)
  return Array.from(value, (one, l) => {
    const checked = checkOptions(layerTable, one, `${name}[${l}]`)
    return Object.fromEntries(
      Object.entries(checked).filter(([, list]) => list),
    ) as unknown as LayerParameters
  })
}

const object = (value: unknown, name: string): Record<string, unknown> =>
  isObject(value) ? value : refuse(name, 'an object', value)

const trainingTable = {
  progress: object,
  slots: (value: unknown, name: string) =>
    isArray(value)
      ? Array.from(value, (slot, s) => layersFrom(slot, `${name}[${s}]`))
      : refuse(name, 'an array of slots', value),
}

const networkTable = {
  format: (value: unknown, name: string) =>
    value === 'nabla.network' ? value : refuse(name, '"nabla.network"', value),
  version: (value: unknown) => value,
  options: (value: unknown, name: string) => object(value, name) as unknown as SavedOptions,
  parameters: layersFrom,
  training: optional((value: unknown, name: string) => checkOptions(trainingTable, value, name), undefined),
}

/** Runs checks of what came from a file. Throws FormatError with the message of an OptionError. */
export function asFormat<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw error instanceof OptionError ? new FormatError(error.message) : error
  }
}

/** The network that the JSON is of. name: for messages. Throws FormatError. */
export function networkFromJSON(json: unknown, name = 'network'): NetworkSnapshot {
  return asFormat(() => {
    if (!isObject(json)) return refuse(name, 'the object that net.toJSON() returns, not its text', json)
    // Its format first: whatever else is told of another object only misleads.
    networkTable.format(json.format, `${name}.format`)
    const newer = isNewer(json.version, `${name}.version`)
    const checked = checkOptions(networkTable, newer ? knownOf(networkTable, json) : json, name)
    const { options, parameters, training } = checked
    return {
      options: newer ? knownOptions(options) : options,
      layers: parameters,
      ...(training && { training }),
    }
  })
}
