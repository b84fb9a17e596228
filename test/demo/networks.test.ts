// Networks of the demo page: what it makes of its settings, and of networks that come from files.

import { Network, type NetworkOptions } from 'nabla'
import { describe, expect, it } from 'vitest'
import type { Settings } from '../../examples/browser/state/page-state.ts'
import { namesOf, shown, withOptimizer } from '../../examples/browser/training/networks.ts'

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

describe('a network of a file', () => {
  const tanh = { units: 8, activation: 'tanh' }
  const network = (options: object) =>
    new Network({ inputs: 64, layers: [8, 10], loss: 'crossEntropy', seed: 1, ...options } as NetworkOptions)

  it('is shown with its own settings', () => {
    const given = network({ layers: [tanh, 10], optimizer: { name: 'lion', learningRate: 0.001 } })
    const { network: same, settings } = shown(given, true)
    expect(same).toBe(given)
    expect(settings).toEqual({
      layers: [8],
      activation: 'tanh',
      optimizer: 'lion',
      learningRate: 0.001,
      slow: true,
    })
  })
  it.each([
    [undefined, [...'0123456789']],
    [[...'0123456789'], [...'0123456789']],
    [[...'abcdefghij'], [...'abcdefghij']],
  ])('calls its classes what the file does: %o', (classNames, names) => {
    const { network: same, settings } = shown(network({ classNames }), false)
    expect(namesOf(same)).toEqual(names)
    expect(namesOf(withOptimizer(same, settings))).toEqual(names)
  })
  it('goes on with Adam where the page does not have its optimizer', () => {
    const given = network({ optimizer: 'lbfgs' })
    const image = new Float32Array(64).fill(0.5)
    const before = given.predict(image)
    const { network: other, settings } = shown(given, false)
    expect(settings).toMatchObject({ optimizer: 'adam', learningRate: 0.002 })
    expect(other.toJSON().options.optimizer).toMatchObject({ name: 'adam', learningRate: 0.002 })
    expect(other.predict(image)).toEqual(before)
  })
  it.each([
    [{ inputs: 2 }, /takes 2 numbers and gives 10; the page needs 64 and 10/],
    [
      { classNames: [...'9876543210'] },
      /are the digits in the order 9, 8, 7, 6, 5, 4, 3, 2, 1, 0; the page needs them from 0 to 9/,
    ],
    [{ layers: [tanh, 8, 10] }, /differ in their activations/],
  ])('is refused with its reason: %o', (options, reason) => {
    expect(() => shown(network(options), false)).toThrow(reason)
  })
})
