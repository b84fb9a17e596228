// Reading LayersModels of TensorFlow.js: model.json and the shards that it names.

import { isArray, isObject } from '../base/check.ts'
import { FormatError, OptionError, shown } from '../base/errors.ts'
import { entry, objectOf, type Plain, parsed } from '../base/plain.ts'
import { numberText } from '../model/class-names.ts'
import { loss as checkLoss } from '../model/loss-settings.ts'
import type { NetworkSnapshot } from '../model/snapshot.ts'
import type { Network } from '../network.ts'
import { networkOf } from '../network-snapshot.ts'
import { givenBytes, type KerasOptions, splitOptions } from './from-keras.ts'
import { convert, tell } from './network.ts'
import { type Group, joined, namedTensors, readManifest } from './tfjs-weights.ts'
import { readTopology } from './topology.ts'

/** The bytes of the shards: one after the other, one for each path of the manifest, or what reads a path. */
export type TfjsWeights =
  | Uint8Array
  | ArrayBuffer
  | readonly (Uint8Array | ArrayBuffer)[]
  | ((path: string) => Uint8Array | ArrayBuffer | Promise<Uint8Array | ArrayBuffer>)

/** What a model.json holds. Throws FormatError. */
export function readModelJson(given: unknown): { json: Plain; groups: Group[] } {
  const json = objectOf(typeof given === 'string' ? parsed(given, 'model.json') : given, 'model.json')
  const format = entry(json, 'format')
  if (format === 'graph-model') {
    throw new FormatError(
      'format: expected a LayersModel, got a graph model, whose layers are no longer known',
    )
  }
  return { json, groups: readManifest(entry(json, 'weightsManifest')) }
}

/** The network in plain data. data: the bytes of each group. Throws FormatError. */
export function readTfjs({ json, groups }: ReturnType<typeof readModelJson>, data: readonly Uint8Array[]) {
  const whole = objectOf(entry(json, 'modelTopology'), 'modelTopology')
  // The converter of Keras's files has one more floor.
  const inner = entry(whole, 'model_config', 'modelConfig')
  const topology = inner === undefined ? whole : objectOf(inner, 'model_config')
  const training = entry(json, 'trainingConfig') ?? entry(whole, 'training_config')
  const metadata = entry(json, 'userDefinedMetadata')
  const compiled = {
    ...(isObject(training) && {
      loss: entry(training, 'loss'),
      optimizer: entry(training, 'optimizer_config', 'optimizerConfig'),
    }),
    ...(isObject(metadata) && { own: entry(metadata, 'loss') }),
  }
  const { snapshot, notes } = convert(readTopology(topology), namedTensors(groups, data), compiled)
  const classNames = classNamesOf(metadata, snapshot)
  return {
    snapshot: { ...snapshot, options: { ...snapshot.options, ...(classNames && { classNames }) } },
    notes,
  }
}

/** The names that toTfjs() has written; what others call so is not looked at unless it fits. */
function classNamesOf(metadata: unknown, { options }: NetworkSnapshot): string[] | undefined {
  const { units: outputs, activation } = options.layers.at(-1)!
  // A number has none.
  const { loss } = checkLoss(options.loss, 'loss')
  if (numberText({ outputs, loss, activation: activation! })) return undefined
  const names = isObject(metadata) ? entry(metadata, 'classNames') : undefined
  const fits =
    isArray(names) && names.length === (outputs === 1 ? 2 : outputs) && new Set(names).size === names.length
  return fits && names.every((name) => typeof name === 'string') ? names : undefined
}

async function shardsOf(groups: readonly Group[], weights: TfjsWeights): Promise<Uint8Array[]> {
  if (typeof weights === 'function') {
    const data: Uint8Array[] = []
    for (const group of groups) {
      const shards: Uint8Array[] = []
      for (const path of group.paths) shards.push(givenBytes(await weights(path), `weights(${shown(path)})`))
      data.push(joined(shards, group))
    }
    return data
  }
  if (isArray(weights)) {
    const shards = weights.map((one, i) => givenBytes(one, `weights[${i}]`))
    const count = groups.reduce((sum, { paths }) => sum + paths.length, 0)
    if (shards.length !== count) {
      throw new FormatError(`weights: expected ${count} shards, as model.json names, got ${shards.length}`)
    }
    let next = 0
    return groups.map((group) => joined(shards.slice(next, (next += group.paths.length)), group))
  }
  const whole = givenBytes(weights, 'weights')
  const bytes = groups.reduce((sum, group) => sum + group.bytes, 0)
  if (whole.length !== bytes) throw new FormatError(`weights: expected ${bytes} bytes, got ${whole.length}`)
  let at = 0
  return groups.map((group) => whole.subarray(at, (at += group.bytes)))
}

/**
 * Returns the network of a LayersModel of TensorFlow.js, whose predictions are those of the model: docs/keras.md.
 *
 * modelJson: the text of its model.json, or what is in it. weights: the bytes of the shards, one after the other or a list of
 * them in the order of the manifest, or a function that is given a path of the manifest and returns its bytes. options: of
 * the network, in place of what the file says. Throws FormatError, which names the layer; OptionError.
 */
export async function fromTfjs(
  modelJson: string | object,
  weights: TfjsWeights,
  options: Omit<KerasOptions, 'maxBytes'> = {},
): Promise<Network> {
  const { network } = splitOptions(options)
  if (weights === undefined) {
    throw new OptionError('weights: expected bytes, a list of them or a function, got undefined')
  }
  const read = readModelJson(modelJson)
  const { snapshot, notes } = readTfjs(read, await shardsOf(read.groups, weights))
  const made = networkOf(snapshot, network)
  tell(notes)
  return made
}
