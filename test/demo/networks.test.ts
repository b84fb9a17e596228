// Networks of the demo page: what it makes of its settings, and of networks that come from files.

import { Network } from 'nabla'
import { describe, expect, it } from 'vitest'
import type { Settings } from '../../examples/browser/state/page-state.ts'
import { withOptimizer } from '../../examples/browser/training/networks.ts'

const settings: Settings = {
  layers: [8],
  activation: 'relu',
  optimizer: 'momentum',
  learningRate: 0.03,
  slow: false,
}

describe('another optimizer', () => {
  it('leaves a network its normalization, its dropout and its predictions', () => {
    const network = new Network({
      inputs: 64,
      layers: [{ units: 8, activation: 'relu', normalization: 'batch', dropout: 0.2 }, 10],
      loss: 'crossEntropy',
      seed: 1,
    })
    const again = withOptimizer(network, settings)
    const { options } = again.toJSON()
    expect(options).toEqual({
      ...network.toJSON().options,
      optimizer: expect.objectContaining({ name: 'sgd', momentum: 0.9, learningRate: 0.03 }),
    })
    const image = Float32Array.from({ length: 64 }, (_, p) => (p % 17) / 16)
    expect(again.predict(image)).toEqual(network.predict(image))
  })
})
