// The kernels that a user can choose, against each other.

import { describe, expect, it } from 'vitest'
import { type KernelsName, Network } from '../../src/index.ts'
import { kernels } from '../helpers/networks.ts'
import { numbers } from '../helpers/random.ts'

describe('wasm and the reference', () => {
  it.each([
    'sigmoid',
    'tanh',
    'relu',
    'gelu',
    'silu',
    'softplus',
    'softsign',
    'selu',
    'elu',
    'leakyRelu',
    'linear',
  ] as const)('agree after an epoch of %s', async (activation) => {
    const data = { x: numbers(20 * 64, 24), y: Int32Array.from({ length: 64 }, (_, i) => (i * 7) % 10) }
    const train = async (name: KernelsName) => {
      const layers = [{ units: 31, activation }, { units: 18, activation }, 10]
      const net = new Network({
        inputs: 20,
        layers,
        loss: 'crossEntropy',
        seed: 6,
        kernels: name,
        optimizer: { name: 'sgd', learningRate: 0.1 },
      })
      await net.fit(data, { batchSize: 10, epochs: 1 })
      return net.predict(data.x)
    }
    const reference = await train('reference')
    for (const name of kernels.slice(1)) {
      const found = await train(name)
      // Seven steps; a sum of 31 terms is off by 32 u Σ|x w|, forward and backward in each step.
      const tolerance = 7 * 2 * 32 * 2 ** -24 * 4
      const worst = found.reduce((most, p, i) => Math.max(most, Math.abs(p - reference[i])), 0)
      expect(worst).toBeLessThan(tolerance)
    }
  })

  it('start from the same weights, bit for bit', () => {
    const weights = (name: KernelsName) => [
      ...new Network({ sizes: [9, 7, 3], seed: 8, kernels: name, initializer: 'heNormal' }).weights(0),
    ]
    expect(weights('simd')).toEqual(weights('reference'))
  })
})
