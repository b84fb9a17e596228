// Initial weights: their distributions, and which random words they are made of.

import { describe, expect, it } from 'vitest'
import { WEIGHTS } from '../../assembly/abi/purposes.ts'
import { inverseNormalCdf } from '../../src/base/math.ts'
import { PhiloxStream } from '../../src/base/random.ts'
import { Network, type NetworkOptions } from '../../src/index.ts'

describe('initial weights', () => {
  const draw = (initializer: NetworkOptions['initializer'], inputs = 300, units = 200) => {
    const w = new Network({ sizes: [inputs, units], initializer, seed: 1 }).weights(0)
    const mean = w.reduce((sum, v) => sum + v, 0) / w.length
    const deviation = Math.sqrt(w.reduce((sum, v) => sum + (v - mean) ** 2, 0) / w.length)
    return { mean, deviation, largest: w.reduce((most, v) => Math.max(most, Math.abs(v)), 0), n: w.length }
  }
  it.each([
    ['glorotNormal', Math.sqrt(2 / 500)],
    ['glorotUniform', Math.sqrt(2 / 500)],
    ['heNormal', Math.sqrt(2 / 300)],
    ['heUniform', Math.sqrt(2 / 300)],
    ['lecunNormal', Math.sqrt(1 / 300)],
    ['lecunUniform', Math.sqrt(1 / 300)],
    ['standardNormal', 1],
  ] as const)('of %s have mean 0 and their standard deviation', (name, expected) => {
    const { mean, deviation, largest, n } = draw(name)
    // Five standard errors of the mean, and of the deviation of a normal distribution.
    expect(Math.abs(mean)).toBeLessThan((5 * expected) / Math.sqrt(n))
    expect(Math.abs(deviation / expected - 1)).toBeLessThan(5 / Math.sqrt(2 * n))
    if (name.endsWith('Uniform'))
      expect(largest).toBeLessThanOrEqual(expected * Math.sqrt(3) * (1 + 2 ** -20))
    else expect(largest).toBeGreaterThan(3.5 * expected)
  })
  it.each(['simd', 'reference'] as const)(
    'are the words of the seed in their order, with the %s kernels',
    (kernels) => {
      // Rows of 513 weights come to their panels some at a time, of which most begin within a block of words.
      const [inputs, units, seed] = [50, 513, 2 ** 32 + 5]
      const sizes = [3, inputs, units]
      const bound = Math.sqrt(2 / inputs) * Math.sqrt(3)
      const drawn = (stream: number, length: number, of: (u: number) => number) => {
        const random = new PhiloxStream(seed, WEIGHTS, stream)
        return Float32Array.from({ length }, () => of(random.uniform()))
      }
      const uniform = new Network({
        sizes,
        seed,
        kernels,
        initializer: 'heUniform',
        biasInitializer: 'heUniform',
      })
      expect(uniform.weights(1)).toEqual(drawn(2, inputs * units, (u) => bound * (2 * u - 1)))
      expect(uniform.biases(1)).toEqual(drawn(3, units, (u) => bound * (2 * u - 1)))
      const normal = new Network({ sizes, seed, kernels, initializer: 'standardNormal' })
      expect(normal.weights(1)).toEqual(drawn(2, inputs * units, (u) => inverseNormalCdf(u + 2 ** -25)))
    },
  )
  it('of zeros are zeros', () => expect(draw('zeros').largest).toBe(0))
  it('come from a function of the user’s, with its own random numbers', () => {
    const net = new Network({
      sizes: [3, 2],
      seed: 2,
      initializer: ({ fanIn, fanOut, layer }, random) =>
        Array.from({ length: fanIn * fanOut }, (_, i) => i + layer + 0 * random.normal()),
    })
    expect([...net.weights(0)]).toEqual([0, 1, 2, 3, 4, 5])
  })
  it('of biases are zeros unless a distribution is named', () => {
    expect([...new Network({ sizes: [3, 4], seed: 1 }).biases(0)]).toEqual([0, 0, 0, 0])
    const drawn = new Network({ sizes: [3, 400], seed: 1, biasInitializer: 'standardNormal' }).biases(0)
    expect(new Set(drawn).size).toBeGreaterThan(390)
  })
})
