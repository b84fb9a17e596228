// The parts of a model as plain data, and back.

import { type Features, type FeaturesJSON, featuresFromJSON } from '../data/features/features.ts'
import { type Target, type TargetJSON, targetFromJSON } from '../data/features/target.ts'
import type { ResumeOptions } from '../model/options.ts'
import type { NetworkSnapshot } from '../model/snapshot.ts'
import type { Network } from '../network.ts'
import { networkOf, snapshotOf } from '../network-snapshot.ts'

export interface ModelSnapshot {
  readonly network: NetworkSnapshot
  readonly features?: FeaturesJSON
  readonly target?: TargetJSON
}

/** What a model is made of. */
export interface Parts {
  readonly network: Network
  readonly features?: Features | undefined
  readonly target?: Target | undefined
}

/** While the network trains, after its last whole epoch. optimizer: with how far it is, which throws BackendError then. */
export const savedParts = ({ network, features, target }: Parts, optimizer: boolean): ModelSnapshot => ({
  network: snapshotOf(network, optimizer),
  ...(features && { features: features.toJSON() }),
  ...(target && { target: target.toJSON() }),
})

/** options: of the network, in place of the saved ones. Throws FormatError, OptionError. */
export function partsOf({ network, features, target }: ModelSnapshot, options: ResumeOptions): Parts {
  // The network last: it takes memory, which nobody else would give back.
  const columns = features === undefined ? undefined : featuresFromJSON(features)
  const aim = target === undefined ? undefined : targetFromJSON(target)
  return { network: networkOf(network, options), features: columns, target: aim }
}
