// A model as JSON is read. json.ts says what it is.

import { checkOptions, isObject, knownOf, optional, refuse } from '../base/check.ts'
import type { FeaturesJSON } from '../data/features/features.ts'
import { knownFeatures, knownTarget } from '../data/features/keys.ts'
import type { TargetJSON } from '../data/features/target.ts'
import { asFormat } from '../formats/network-json-reader.ts'
import { isNewer } from '../formats/version.ts'
import type { NetworkSnapshot } from '../model/snapshot.ts'
import type { ModelSnapshot } from './parts.ts'

const whatever = (value: unknown) => value

/** The model that the JSON is of, or the network alone, which `networkFrom` reads. Throws FormatError. */
export function readModelJSON(
  json: unknown,
  networkFrom: (json: unknown, name?: string) => NetworkSnapshot,
): ModelSnapshot {
  const table = {
    format: whatever,
    version: whatever,
    network: (value: unknown) => networkFrom(value, 'model.network'),
    // Their own checks are in those who take them.
    features: optional(whatever, undefined),
    target: optional(whatever, undefined),
  }
  return asFormat(() => {
    if (!isObject(json)) return refuse('model', 'the object that model.toJSON() returns, not its text', json)
    if (json.format === 'nabla.network') return { network: networkFrom(json) }
    if (json.format !== 'nabla.model') refuse('model.format', '"nabla.model" or "nabla.network"', json.format)
    const newer = isNewer(json.version, 'model.version')
    const checked = checkOptions(table, newer ? knownOf(table, json) : json, 'model')
    const { network } = checked
    const features = newer ? knownFeatures(checked.features) : checked.features
    const target = newer ? knownTarget(checked.target) : checked.target
    return {
      network,
      ...(features !== undefined && { features: features as FeaturesJSON }),
      ...(target !== undefined && { target: target as TargetJSON }),
    }
  })
}
