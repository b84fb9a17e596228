// A model as JSON, and back.

import { checkOptions, isObject, optional, refuse } from '../base/check.ts'
import type { FeaturesJSON } from '../data/features/features.ts'
import { knownFeatures, knownTarget } from '../data/features/keys.ts'
import type { TargetJSON } from '../data/features/target.ts'
import { asFormat, type NetworkJSON, networkFromJSON, networkToJSON } from '../formats/network-json.ts'
import { FORMAT_VERSION, isNewer } from '../formats/version.ts'
import { knownOf } from '../model/network-settings.ts'
import type { ModelSnapshot } from './parts.ts'

/** What `model.toJSON()` returns, and `Model.fromJSON` takes. */
export interface ModelJSON {
  /** Tells it from other JSON. */
  readonly format: 'nabla.model'
  /** Of the format: '1.0', or a later '1.x'. */
  readonly version: string
  /** Its options and parameters. */
  readonly network: NetworkJSON
  /** What its inputs are made from, where the model has that. */
  readonly features?: FeaturesJSON
  /** What its outputs stand for, where the model has that. */
  readonly target?: TargetJSON
}

export const modelToJSON = ({ network, ...parts }: ModelSnapshot): ModelJSON => ({
  format: 'nabla.model',
  version: FORMAT_VERSION,
  network: networkToJSON(network),
  ...parts,
})

const whatever = (value: unknown) => value
const table = {
  format: whatever,
  version: whatever,
  network: (value: unknown) => networkFromJSON(value, 'model.network'),
  // Their own checks are in modelOf.
  features: optional(whatever, undefined),
  target: optional(whatever, undefined),
}

/** The model that the JSON is of, or the network alone. Throws FormatError. */
export function modelFromJSON(json: unknown): ModelSnapshot {
  return asFormat(() => {
    if (!isObject(json)) return refuse('model', 'the object that model.toJSON() returns, not its text', json)
    if (json.format === 'nabla.network') return { network: networkFromJSON(json) }
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
