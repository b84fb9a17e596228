// The weights and biases of one layer, for a user to read and to set.

import { OptionError, shown } from '../base/errors.ts'
import { type NumberArray, readExactly } from '../intake/matrix.ts'
import type { LayerShape } from '../model/architecture.ts'
import type { MatrixLike } from '../model/options.ts'
import type { Core } from '../training/core.ts'

function layerOf({ settings }: Core, l: number, call: string): LayerShape {
  const { layers } = settings.architecture
  if (!Number.isInteger(l) || l < 0 || l >= layers.length) {
    throw new OptionError(`${call}: expected a layer from 0 to ${layers.length - 1}, got ${shown(l)}`)
  }
  return layers[l]
}

/** See Network.weights. */
export function weights(core: Core, l: number): Float32Array {
  const engine = core.reading('weights')
  layerOf(core, l, 'weights')
  return engine.parameters.weights(l) as Float32Array
}

/** See Network.setWeights. */
export function setWeights(core: Core, l: number, values: MatrixLike): void {
  const engine = core.writing('setWeights')
  const { inputs, units } = layerOf(core, l, 'setWeights')
  engine.parameters.setWeights(l, readExactly(values, inputs, units, `weights(${l})`))
}

/** A vector of layer l: one of those with a name for users. */
export type VectorCall = 'biases' | 'gains' | 'shifts' | 'runningMean' | 'runningVariance'

const lacking: Record<VectorCall, string> = {
  biases: 'a layer with biases',
  gains: 'a layer with normalization',
  shifts: 'a layer with normalization',
  runningMean: "a layer with normalization 'batch'",
  runningVariance: "a layer with normalization 'batch'",
}

const setterOf = (which: VectorCall): string => `set${which[0].toUpperCase()}${which.slice(1)}`

/** See Network.biases, gains, shifts, runningMean and runningVariance. */
export function vector(core: Core, l: number, which: VectorCall): Float32Array {
  const engine = core.reading(which)
  layerOf(core, l, which)
  return engine.parameters.vector(l, which) as Float32Array
}

/** See Network.setBiases and the like. */
export function setVector(core: Core, l: number, which: VectorCall, values: NumberArray): void {
  const call = setterOf(which)
  const engine = core.writing(call)
  const { units, bias, normalization } = layerOf(core, l, call)
  const isThere = { biases: bias, gains: normalization, shifts: normalization }[which as 'biases']
  if (!(isThere ?? normalization?.name === 'batch')) {
    throw new OptionError(`${call}: expected ${lacking[which]}, got layer ${l}, which has none`)
  }
  const read = readExactly(values, 1, units, `${which}(${l})`)
  if (which === 'runningVariance') refuseNegative(read, `${which}(${l})`)
  engine.parameters.setVector(l, which, read)
}

function refuseNegative(values: ArrayLike<number>, name: string): void {
  for (let i = 0; i < values.length; ++i) {
    if (values[i] < 0)
      throw new OptionError(`${name}: expected numbers of at least 0, got ${values[i]} at ${i}`)
  }
}
