import { describe, expect, it } from 'vitest'
import { FormatError, Network } from '../../src/index.ts'
import type { NetworkSnapshot } from '../../src/model/snapshot.ts'
import { networkOf, snapshotOf } from '../../src/network-snapshot.ts'

const numbers = (n: number, seed: number) =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(seed * 7 + i * 1.3))

const trained = async () => {
  const net = new Network({
    inputs: 7,
    layers: [
      { units: 5, normalization: 'batch', activation: 'gelu' },
      { units: 9, normalization: 'layer', dropout: 0.1, activation: 'tanh' },
      { units: 6, bias: false, activation: 'relu', l2: 0.01 },
      3,
    ],
    loss: { name: 'focal', gamma: 1.5 },
    optimizer: 'adam',
    seed: 3,
  })
  const x = numbers(7 * 40, 1)
  const y = Int32Array.from({ length: 40 }, (_, r) => r % 3)
  await net.fit({ x, y }, { epochs: 3, batchSize: 8 })
  return { net, x }
}

describe('a network as plain data', () => {
  it('has every parameter, and makes the same network again', async () => {
    const { net, x } = await trained()
    const saved = snapshotOf(net)
    expect(Object.keys(saved.layers[0])).toEqual([
      'weights',
      'gains',
      'shifts',
      'runningMean',
      'runningVariance',
    ])
    expect(Object.keys(saved.layers[1])).toEqual(['weights', 'biases', 'gains', 'shifts'])
    expect(Object.keys(saved.layers[2])).toEqual(['weights'])
    const again = networkOf(saved)
    expect(again.predict(x)).toEqual(net.predict(x))
    expect(snapshotOf(again)).toEqual(saved)
    // A copy: later training leaves it as it was.
    const before = saved.layers[3].weights.slice()
    net.trainBatch(x, numbers(3 * 40, 2).map(Math.abs))
    expect(saved.layers[3].weights).toEqual(before)
  })

  it('leaves the means of the work to whoever brings it back', async () => {
    const saved = snapshotOf(new Network({ sizes: [2, 3, 1], kernels: 'simd', threads: 1 }))
    expect(saved.options).not.toHaveProperty('kernels')
    expect(networkOf(saved, { kernels: 'reference' }).kernels).toBe('reference')
  })

  it.each<[string, (saved: NetworkSnapshot) => unknown]>([
    ['a layer too few', (saved) => ({ ...saved, layers: saved.layers.slice(1) })],
    [
      'too few weights',
      ({ options, layers }) => ({ options, layers: [{ ...layers[0], weights: [1, 2] }, ...layers.slice(1)] }),
    ],
    [
      'no biases',
      ({ options, layers }) => ({ options, layers: [layers[0], { weights: layers[1].weights }] }),
    ],
    [
      'gains',
      ({ options, layers }) => ({ options, layers: [{ ...layers[0], gains: [1, 1, 1] }, layers[1]] }),
    ],
    [
      'NaN',
      ({ options, layers }) => ({ options, layers: [layers[0], { ...layers[1], biases: [Number.NaN] }] }),
    ],
    ['an option that is none', ({ options, layers }) => ({ options: { ...options, loss: 'none' }, layers })],
  ])('refuses %s', (_, spoil) => {
    const saved = snapshotOf(new Network({ sizes: [2, 3, 1] }))
    expect(() => networkOf(spoil(saved) as NetworkSnapshot)).toThrow(FormatError)
  })
})
