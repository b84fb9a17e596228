// A network as plain data, and back: what all formats are written from and read to.

import { FormatError, OptionError } from './base/errors.ts'
import { bring, snapshot } from './calls/snapshot.ts'
import type { CommonNetworkOptions, NetworkOptions } from './model/options.ts'
import type { NetworkSnapshot } from './model/snapshot.ts'
import { Network } from './network.ts'
import { coreOf } from './network-base.ts'

/** The options and the parameters of a network; while it trains, after its last whole epoch. */
export const snapshotOf = (network: Network): NetworkSnapshot => snapshot(coreOf(network))

/**
 * The network of a snapshot. options: in place of the saved ones, such as kernels, threads, or what cannot be saved because it is a
 * function. Throws FormatError where options or parameters are not those of a network.
 */
export function networkOf(saved: NetworkSnapshot, options: Partial<CommonNetworkOptions> = {}): Network {
  let network: Network
  try {
    network = new Network({ ...saved.options, ...options } as NetworkOptions)
  } catch (error) {
    if (error instanceof OptionError) throw new FormatError(`model: ${error.message}`)
    throw error
  }
  try {
    bring(coreOf(network), saved)
  } catch (error) {
    network.dispose()
    throw error
  }
  return network
}
