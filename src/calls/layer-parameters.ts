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

/** See Network.biases. */
export function biases(core: Core, l: number): Float32Array {
  const engine = core.reading('biases')
  layerOf(core, l, 'biases')
  return engine.parameters.biases(l) as Float32Array
}

/** See Network.setBiases. */
export function setBiases(core: Core, l: number, values: NumberArray): void {
  const engine = core.writing('setBiases')
  const { units, bias } = layerOf(core, l, 'setBiases')
  if (!bias) throw new OptionError(`setBiases: expected a layer with biases, got layer ${l}, which has none`)
  engine.parameters.setBiases(l, readExactly(values, 1, units, `biases(${l})`))
}
