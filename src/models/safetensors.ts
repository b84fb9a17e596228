// A model as safetensors, and back: parameters are tensors, all else is JSON in the metadata. docs/formats.md specifies it.

import { isArray, isObject } from '../base/check.ts'
import { FormatError, shown } from '../base/errors.ts'
import { parseStrictly } from '../base/strict-json.ts'
import type { FeaturesJSON } from '../data/features/features.ts'
import { knownFeatures, knownTarget } from '../data/features/keys.ts'
import type { TargetJSON } from '../data/features/target.ts'
import { type SaveOptions, saveSettings } from '../formats/network-json.ts'
import { layersOf, tensorsOf } from '../formats/network-tensors.ts'
import { decodeTensors, encodeTensors } from '../formats/safetensors.ts'
import { FORMAT_VERSION, isNewer } from '../formats/version.ts'
import { knownOptions } from '../model/network-settings.ts'
import type { NetworkSnapshot, SavedOptions } from '../model/snapshot.ts'
import { Network } from '../network.ts'
import { type LoadAs, type Loaded, type LoadOptions, loaded, loadSettings } from './loaded.ts'
import type { Model } from './model.ts'
import type { ModelSnapshot } from './parts.ts'
import { modelSnapshotOf } from './snapshot.ts'

/**
 * Returns a model, or a network alone, as a file in the format safetensors: its parameters as tensors with the names and shapes of
 * PyTorch's (units × inputs, the transpose of `net.weights(l)`), and all else in the metadata. While the network trains, it is that
 * after its last whole epoch. Throws OptionError; BackendError for the state of the optimizer while it trains.
 */
export function toSafetensors(model: Model | Network, options: SaveOptions = {}): Uint8Array {
  const { optimizer } = saveSettings(options)
  const { network, features, target } = modelSnapshotOf(model, optimizer)
  const { layers, training } = network
  const units = network.options.layers.map((layer) => layer.units)
  const metadata: [string, unknown][] = [
    ['nabla.network', network.options],
    ['nabla.features', features],
    ['nabla.target', target],
    ['nabla.training', training?.progress],
  ]
  return encodeTensors({
    tensors: new Map([
      ...tensorsOf(layers, units),
      ...(training?.slots ?? []).flatMap((slot, s) => tensorsOf(slot, units, s)),
    ]),
    metadata: new Map([
      // What Python's libraries look for: the tensors are as PyTorch has them.
      ['format', 'pt'],
      ['nabla.version', FORMAT_VERSION],
      ['nabla.kind', model instanceof Network ? 'network' : 'model'],
      ...metadata.flatMap(([key, value]): [string, string][] =>
        value === undefined ? [] : [[key, JSON.stringify(value)]],
      ),
    ]),
  })
}

type Metadata = ReadonlyMap<string, string>

function kindOf(metadata: Metadata): 'network' | 'model' {
  const kind = metadata.get('nabla.kind')
  if (kind === 'network' || kind === 'model') return kind
  throw new FormatError(`nabla.kind: expected "network" or "model" in the metadata, got ${shown(kind)}`)
}

/** An object in the metadata, undefined where there is none. */
function objectIn(metadata: Metadata, key: string): Record<string, unknown> | undefined {
  const text = metadata.get(key)
  if (text === undefined) return undefined
  const value = parseStrictly(text, key)
  if (isObject(value)) return value
  throw new FormatError(`${key}: expected an object, got ${shown(value)}`)
}

function networkIn(metadata: Metadata, newer: boolean): SavedOptions {
  const options = objectIn(metadata, 'nabla.network')
  if (!options)
    throw new FormatError('nabla.network: expected the options of a network in the metadata, got none')
  const saved = options as unknown as SavedOptions
  return newer ? knownOptions(saved) : saved
}

const unitsOf = (layer: unknown): unknown => (isObject(layer) ? layer.units : layer)

/** The model of the file as plain data. Throws FormatError. */
export function modelFromSafetensors(
  bytes: Uint8Array | ArrayBuffer,
): ModelSnapshot & { kind: 'network' | 'model' } {
  const { tensors, metadata } = decodeTensors(bytes)
  if (!metadata.has('nabla.version')) {
    throw new FormatError(
      'nabla.version: expected a file of toSafetensors(), got one without it in the metadata',
    )
  }
  const newer = isNewer(metadata.get('nabla.version'), 'nabla.version')
  const options = networkIn(metadata, newer)
  const kind = kindOf(metadata)
  const given: readonly unknown[] = isArray(options.layers) ? options.layers : []
  const { layers, slots } = layersOf(tensors, (l) => unitsOf(given[l]))
  const progress = objectIn(metadata, 'nabla.training')
  if (!progress && slots.length > 0) {
    throw new FormatError(
      'nabla.training: expected it in the metadata beside the tensors of an optimizer, got none',
    )
  }
  const network: NetworkSnapshot = { options, layers, ...(progress && { training: { progress, slots } }) }
  const features = objectIn(metadata, 'nabla.features')
  const target = objectIn(metadata, 'nabla.target')
  if (kind === 'network' && (features || target)) {
    throw new FormatError(
      'nabla.kind: expected "model" in the metadata, beside features or a target, got "network"',
    )
  }
  return {
    kind,
    network,
    ...(features && { features: (newer ? knownFeatures(features) : features) as FeaturesJSON }),
    ...(target && { target: (newer ? knownTarget(target) : target) as TargetJSON }),
  }
}

/**
 * Returns the Model, or the Network, that toSafetensors() was given, to the bit. Tensors of float64, float16 and bfloat16, as Python
 * may have written them anew, are rounded to float32.
 *
 * options: of the network, in place of the saved ones, as for Network.fromJSON, and `as: 'model'` or `'network'` for which of the two
 * it is to be. Throws FormatError for bytes that are no such file, or of a newer major version, and for a model that is asked for as
 * a network; OptionError where an option is wrong, or a function is missing.
 */
export function fromSafetensors<As extends LoadAs | undefined = undefined>(
  bytes: Uint8Array | ArrayBuffer,
  options: LoadOptions<As> = {},
): Loaded<As> {
  const { as, options: own } = loadSettings(options)
  const { kind, ...saved } = modelFromSafetensors(bytes)
  return loaded(saved, kind, as as As, own)
}
