// A model as plain data, and back: what its formats are written from and read to.

import { FormatError, OptionError } from '../base/errors.ts'
import { type FeaturesJSON, featuresFromJSON } from '../data/features/features.ts'
import { type TargetJSON, targetFromJSON } from '../data/features/target.ts'
import type { CommonNetworkOptions } from '../model/options.ts'
import type { NetworkSnapshot } from '../model/snapshot.ts'
import { Network } from '../network.ts'
import { networkOf, snapshotOf } from '../network-snapshot.ts'
import { Model } from './model.ts'

export interface ModelSnapshot {
  readonly network: NetworkSnapshot
  readonly features?: FeaturesJSON
  readonly target?: TargetJSON
}

/** What a model, or a network alone, is made of; while it trains, after its last whole epoch. */
export function modelSnapshotOf(model: Model | Network): ModelSnapshot {
  if (model instanceof Network) return { network: snapshotOf(model) }
  if (!(model instanceof Model)) throw new OptionError('model: expected a Model or a Network')
  const { network, features, target } = model
  return {
    network: snapshotOf(network),
    ...(features && { features: features.toJSON() }),
    ...(target && { target: target.toJSON() }),
  }
}

/**
 * The model of a snapshot; a Network where it has neither features nor a target. options: of the network, in place of the saved
 * ones. Throws FormatError.
 */
export function modelOf(saved: ModelSnapshot, options: Partial<CommonNetworkOptions> = {}): Model | Network {
  const features = saved.features && featuresFromJSON(saved.features)
  const target = saved.target && targetFromJSON(saved.target)
  const network = networkOf(saved.network, options)
  if (!features && !target) return network
  try {
    return new Model({ network, features, target })
  } catch (error) {
    network.dispose()
    throw error instanceof OptionError ? new FormatError(`model: ${error.message}`) : error
  }
}
