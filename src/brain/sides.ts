// The sides of a network's data, which it takes over from its first data.

import { BackendError } from '../base/errors.ts'
import { lengthError, type Side, type Sides } from './format.ts'
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

/** The network's side, with the names of its first data if it has none. Throws ShapeError unless there are as many as values. */
function named(known: Side, given: Side): Side {
  if (known.lookup || !given.lookup) return known
  if (given.length === known.length) return given
  throw lengthError(given.name, 0, given.length, known.length)
}

/** The network's sides; those of the data while it has no weights, and their names while it has had no data. Throws ShapeError. */
export function sidesFor(network: Sided, data: readonly unknown[]): Sides {
  const { parameters, hasSides } = heldBy(network)
  if (!parameters) return sidesOf(data)
  const known = knownSides(network)
  if (hasSides) return known
  const given = sidesOf(data)
  return { input: named(known.input, given.input), output: named(known.output, given.output) }
}

/** The sides of formatted data, which are in order. Throws BackendError before the sizes are known. */
export function sidesByPlace(network: Sided): Sides {
  if (network.sizes.length === 0) throw new BackendError('network not runnable')
  const { input, output } = knownSides(network)
  return { input: { ...input, lookup: null }, output: { ...output, lookup: null } }
}

/**
 * Takes over the sides of the network's first data, and draws weights if there are none. Throws ShapeError, OptionError, and
 * BackendError.
 */
export function adopt(network: Sided, { input, output }: Sides): void {
  const held = heldBy(network)
  if (held.hasSides) return
  if (!held.parameters) network.sizes = sizesFor(input.length, output.length, network.options)
  network.inputLookup = input.lookup
  network.inputLookupLength = input.lookup ? input.length : 0
  network.outputLookup = output.lookup
  network.outputLookupLength = output.lookup ? output.length : 0
  if (!held.parameters) network.initialize()
  held.hasSides = true
}
