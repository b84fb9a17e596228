// What a network keeps where a loss diverges.

import { describe, expect, it } from 'vitest'
import { DivergedError, Network } from '../../src/index.ts'
import { parametersOf, x, y } from '../helpers/errors.ts'
import { numbers } from '../helpers/random.ts'

describe('a diverging loss', () => {
  const steep = (learningRate: number) =>
    new Network({
      inputs: 3,
      layers: [{ units: 8, activation: 'linear' }, 2],
      seed: 1,
      optimizer: { name: 'sgd', learningRate },
    })

  it('throws DivergedError with epoch and batch, keeps the last good epoch and names the learning rate', async () => {
    const net = steep(3)
    const kept: number[][] = []
    const error = await net
      .fit(
        { x, y: numbers(12, 2) },
        { epochs: 100, batchSize: 2, onEpoch: () => kept.push(parametersOf(net)) },
      )
      .catch((e) => e)
    expect(error).toBeInstanceOf(DivergedError)
    expect(error.epoch).toBe(kept.length + 1)
    expect(error.batch).toBeGreaterThanOrEqual(1)
    expect(error.batch).toBeLessThanOrEqual(3)
    expect(kept.length).toBeGreaterThan(0)
    expect(error.message).toMatch(
      new RegExp(
        `epoch ${error.epoch}, batch ${error.batch}\\. Likely cause: the learning rate 3 is too high.*try 0\\.05\\..*after epoch ${kept.length}\\.`,
      ),
    )
    expect(parametersOf(net)).toEqual(kept.at(-1))
    expect(parametersOf(net).every(Number.isFinite)).toBe(true)
  })

  it('keeps the parameters from before the call where the first epoch diverges', async () => {
    const net = steep(1e20)
    const before = parametersOf(net)
    const error = await net.fit({ x, y }, { batchSize: 1 }).catch((e) => e)
    expect(error).toBeInstanceOf(DivergedError)
    expect(error.epoch).toBe(1)
    expect(error.message).toContain('keeps the parameters it had before this call')
    expect(parametersOf(net)).toEqual(before)
  })

  it('names inputs that were not scaled', async () => {
    const net = steep(0.01)
    const error = await net.fit({ x: x.map((v) => v * 25500), y }, { epochs: 50 }).catch((e) => e)
    expect(error).toBeInstanceOf(DivergedError)
    expect(error.message).toMatch(
      /the inputs \(mean \d+, deviation 12\d{3}, largest 2\d{4}\) are far from .*standardScaler\(x, 3\)/,
    )
  })

  it('of one batch leaves the network as it was', () => {
    const net = steep(1)
    net.setWeights(0, new Float32Array(24).fill(3e38))
    const before = parametersOf(net)
    expect(() => net.trainBatch(x, y)).toThrow(DivergedError)
    expect(() => net.trainBatch(x, y)).toThrow(/initial weights .* layer 0 .*initializer: 'glorotUniform'/)
    expect(parametersOf(net)).toEqual(before)
  })

  it('of one batch is noticed in the parameters too, and can be mended', () => {
    const net = new Network({
      inputs: 1,
      layers: [{ units: 3, activation: 'relu' }, 1],
      activation: 'sigmoid',
      seed: 1,
    })
    net.setWeights(0, [3e38, 3e38, 3e38])
    const before = parametersOf(net)
    expect(() => net.trainBatch([[10]], [[0]], { learningRate: 0.1 })).toThrow(DivergedError)
    expect(parametersOf(net)).toEqual(before)
    net.setWeights(0, [1, 1, 1])
    expect(net.trainBatch([[1]], [[0]])).toBeGreaterThan(0)
  })
})
