// A network as JSON: its options, and every parameter as a number that rounds to it in float32 and has no digit too many.
// docs/formats.md says what is where.

import { boolean, checkOptions, optional } from '../base/check.ts'
import { shortest } from '../base/float32.ts'
import type { Floats } from '../base/floats.ts'
import { knownOptions } from '../model/network-settings.ts'
import { type LayerParameters, type NetworkSnapshot, type SavedOptions, VECTORS } from '../model/snapshot.ts'
import { readNetworkJSON } from './network-json-reader.ts'
import { FORMAT_VERSION } from './version.ts'

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

/** The network that the JSON is of. name: for messages. Throws FormatError. */
export const networkFromJSON = (json: unknown, name = 'network'): NetworkSnapshot =>
  readNetworkJSON(json, name, knownOptions)
