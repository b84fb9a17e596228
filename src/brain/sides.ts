// The sides of a network's data, which it takes over from its first data.

import { BackendError } from '../base/errors.ts'
import type { Sides } from './format.ts'
import { heldBy } from './held.ts'
import { sizesFor } from './sizes.ts'
import { sidesOf } from './training-data.ts'
import type { INeuralNetworkOptions, INumberHash } from './types.ts'

/** The part of a network that has to do with its data. */
export interface Sided {
  sizes: number[]
  inputLookup: INumberHash | null
  inputLookupLength: number
  outputLookup: INumberHash | null
  outputLookupLength: number
  options: INeuralNetworkOptions
  initialize(): void
}

/** The sides of a network that has sizes. */
export function knownSides({ inputLookup, outputLookup, sizes }: Sided): Sides {
  return {
    input: { name: 'input', lookup: inputLookup, length: sizes[0] },
    output: { name: 'output', lookup: outputLookup, length: sizes[sizes.length - 1] },
  }
}

/** The network's sides, or, while it has no weights, those of the data. Throws ShapeError. */
export const sidesFor = (network: Sided, data: readonly unknown[]): Sides =>
  heldBy(network).parameters ? knownSides(network) : sidesOf(data)

/** The sides of formatted data, which are in order. Throws BackendError before the sizes are known. */
export function sidesByPlace(network: Sided): Sides {
  if (network.sizes.length === 0) throw new BackendError('network not runnable')
  const { input, output } = knownSides(network)
  return { input: { ...input, lookup: null }, output: { ...output, lookup: null } }
}

/** Unless the network has weights, takes over the sides of its first data and draws weights. Throws ShapeError and OptionError. */
export function adopt(network: Sided, { input, output }: Sides): void {
  if (heldBy(network).parameters) return
  network.sizes = sizesFor(input.length, output.length, network.options)
  network.inputLookup = input.lookup
  network.inputLookupLength = input.lookup ? input.length : 0
  network.outputLookup = output.lookup
  network.outputLookupLength = output.lookup ? output.length : 0
  network.initialize()
}
