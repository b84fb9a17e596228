// A model as JSON, and back.

import type { FeaturesJSON } from '../data/features/features.ts'
import type { TargetJSON } from '../data/features/target.ts'
import { type NetworkJSON, networkFromJSON, networkToJSON } from '../formats/network-json.ts'
import { FORMAT_VERSION } from '../formats/version.ts'
import type { ModelSnapshot } from './parts.ts'
import { readModelJSON } from './read-json.ts'

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

/** The model that the JSON is of, or the network alone. Throws FormatError. */
export const modelFromJSON = (json: unknown): ModelSnapshot => readModelJSON(json, networkFromJSON)
