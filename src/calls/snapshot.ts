// A network's options and parameters as plain data, and a network brought to them.

import { FormatError, NablaError } from '../base/errors.ts'
import { optionsToSave } from '../inspect/describe.ts'
import type { LayerParameters, NetworkSnapshot, SavedOptions } from '../model/snapshot.ts'
import type { Core } from '../training/core.ts'
import { setVector, setWeights, type VectorCall } from './layer-parameters.ts'

/** How the work is done, and not what is computed: for each machine to say. */
type Means = 'kernels' | 'wide' | 'threads'

/** The network as it is; while it trains, after its last whole epoch. */
export function snapshot(core: Core): NetworkSnapshot {
  const { parameters } = core.reading('snapshot')
  const { kernels, wide, threads, ...options } = optionsToSave(core.settings) as SavedOptions &
    Record<Means, unknown>
  const { classNames } = core
  return {
    options: { ...options, ...(classNames && { classNames }) },
    layers: options.layers.map((_, l) => parameters.layer(l)),
  }
}

const VECTOR_CALLS: readonly VectorCall[] = ['biases', 'gains', 'shifts', 'runningMean', 'runningVariance']

function bringLayer(core: Core, l: number, values: LayerParameters): void {
  const { bias, normalization } = core.settings.architecture.layers[l]
  setWeights(core, l, values.weights)
  for (const which of VECTOR_CALLS) {
    const vector = values[which]
    const isOfBatch = which === 'runningMean' || which === 'runningVariance'
    const isThere =
      which === 'biases' ? bias : isOfBatch ? normalization?.name === 'batch' : normalization !== undefined
    if (isThere !== (vector !== undefined)) {
      throw new FormatError(
        isThere
          ? `${which}(${l}): expected the ${which} of layer ${l}, got none`
          : `${which}(${l}): expected none, for layer ${l} has no such parameters, got some`,
      )
    }
    if (vector) setVector(core, l, which, vector)
  }
}

/**
 * Brings a new network of the snapshot's options to its parameters. Throws FormatError where they are not those of the options,
 * or not finite.
 */
export function bring(core: Core, { layers }: NetworkSnapshot): void {
  const { length } = core.settings.architecture.layers
  if (layers.length !== length) {
    throw new FormatError(`model: expected the parameters of ${length} layers, got those of ${layers.length}`)
  }
  try {
    layers.forEach((values, l) => {
      bringLayer(core, l, values)
    })
  } catch (error) {
    if (error instanceof FormatError || !(error instanceof NablaError)) throw error
    throw new FormatError(`model: ${error.message}`)
  }
}
