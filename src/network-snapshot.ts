// A network as plain data, and back: what all formats are written from and read to.

import { revive, snapshot } from './calls/snapshot.ts'
import type { ResumeOptions } from './model/options.ts'
import type { NetworkSnapshot } from './model/snapshot.ts'
import { Network } from './network.ts'
import { coreOf } from './network-base.ts'

/**
 * The options and the parameters of a network; while it trains, after its last whole epoch. optimizer: what the optimizer keeps,
 * and how far the training is, too. Throws BackendError for these while it trains.
 */
export const snapshotOf = (network: Network, optimizer = false): NetworkSnapshot =>
  snapshot(coreOf(network), optimizer)

/**
 * The network of a snapshot. options: in place of the saved ones, such as kernels, threads, or what cannot be saved because it is a
 * function. Throws FormatError where what was saved is not that of a network, OptionError for an option that is wrong or missing.
 */
export const networkOf = (saved: NetworkSnapshot, options: ResumeOptions = {}): Network =>
  revive<Network>(saved, options, (all) => new Network(all), coreOf)
