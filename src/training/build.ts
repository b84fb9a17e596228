// A network's engine from its settings: made, and filled with the initial parameters.

import { WEIGHTS } from '../../assembly/abi/purposes.ts'
import type { Choice } from '../backends/choose.ts'
import { PhiloxStream } from '../base/random.ts'
import { Engine } from '../engine/engine.ts'
import { readExactly } from '../intake/matrix.ts'
import { drawOf, randomNumbers } from '../model/initializers.ts'
import type { Settings } from '../model/network-settings.ts'
import { updateRuleOf } from '../model/optimizer.ts'

/** An engine for the network, its parameters zeros. Throws BackendError where there is no memory for it. */
export function makeEngine({ architecture, optimizer }: Settings, { make, tiles }: Choice): Engine {
  return new Engine(architecture, make, updateRuleOf(optimizer), tiles)
}

/** Fills a new engine, whose parameters are zeros. Throws ShapeError for what a user's initializer returns. */
export function initialize(engine: Engine, settings: Settings): void {
  const { architecture, initializers, biasInitializer, seed } = settings
  engine.parameters.initializeNormalizations()
  architecture.layers.forEach(({ inputs, units, bias }, l) => {
    const shape = { layer: l, fanIn: inputs, fanOut: units }
    const initializer = initializers[l]
    if (typeof initializer === 'function') {
      const values = initializer(shape, randomNumbers(new PhiloxStream(seed, WEIGHTS, 2 * l)))
      engine.parameters.setWeights(l, readExactly(values, inputs, units, `weights(${l})`))
    } else {
      const draw = drawOf(initializer, shape)
      if (draw) engine.parameters.drawWeights(l, draw, seed, 2 * l)
    }
    // A bias has the deviation of its layer's weights.
    const draw = bias && drawOf(biasInitializer, shape)
    if (draw) engine.parameters.drawBiases(l, draw, seed, 2 * l + 1)
  })
}
