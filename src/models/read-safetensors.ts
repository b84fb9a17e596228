// A model as safetensors is read. safetensors.ts writes it, and docs/formats.md specifies it.

import { isArray, isObject } from '../base/check.ts'
import { FormatError, shown } from '../base/errors.ts'
import { parseStrictly } from '../base/strict-json.ts'
import type { FeaturesJSON } from '../data/features/features.ts'
import { knownFeatures, knownTarget } from '../data/features/keys.ts'
import type { TargetJSON } from '../data/features/target.ts'
import { layersOf } from '../formats/network-tensors.ts'
import { decodeTensors } from '../formats/safetensors.ts'
import { isNewer } from '../formats/version.ts'
import type { NetworkSnapshot, SavedOptions } from '../model/snapshot.ts'
import type { ModelSnapshot } from './parts.ts'

type KnownOptions = (options: SavedOptions) => SavedOptions

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

function networkIn(metadata: Metadata, known: KnownOptions | undefined): SavedOptions {
  const options = objectIn(metadata, 'nabla.network')
  if (!options)
    throw new FormatError('nabla.network: expected the options of a network in the metadata, got none')
  const saved = options as unknown as SavedOptions
  return known ? known(saved) : saved
}

const unitsOf = (layer: unknown): unknown => (isObject(layer) ? layer.units : layer)

/**
 * The model of the file as plain data. knownOptions: what this version knows of the options that a newer one has saved. Throws
 * FormatError.
 */
export function readModelTensors(
  bytes: Uint8Array | ArrayBuffer,
  knownOptions: KnownOptions,
): ModelSnapshot & { kind: 'network' | 'model' } {
  const { tensors, metadata } = decodeTensors(bytes)
  if (!metadata.has('nabla.version')) {
    throw new FormatError(
      'nabla.version: expected a file of toSafetensors(), got one without it in the metadata',
    )
  }
  const newer = isNewer(metadata.get('nabla.version'), 'nabla.version')
  const options = networkIn(metadata, newer ? knownOptions : undefined)
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
