// Activations that are functions of the user's own, against the built-in ones that compute the same.

import { describe, expect, it } from 'vitest'
import { type CustomActivation, type FitOptions, Network, type NetworkOptions } from '../../src/index.ts'
import type { Activation } from '../../src/model/custom-activation.ts'
import { activationTwins, distance } from '../helpers/custom.ts'
import { parametersOf } from '../helpers/errors.ts'
import { kernels } from '../helpers/networks.ts'
import { numbers } from '../helpers/random.ts'

// Both compute a in float32, and each of ten steps passes on what rounding has made of it.
const CLOSE = 2e-6

const sine: CustomActivation = { name: 'sine', f: Math.sin, derivative: Math.cos }
const ROWS = 23
const x = numbers(ROWS * 5, 1, 2)
const y = numbers(ROWS * 3, 2)

describe.each(kernels)('on %s', (name) => {
  describe.each(activationTwins)('$own.name', ({ own, builtIn }) => {
    const pair = (optionsOf: (activation: Activation) => Omit<NetworkOptions, 'kernels' | 'seed'>) =>
      ([own, builtIn] as const).map(
        (one) => new Network({ seed: 1, kernels: name, ...optionsOf(one) } as NetworkOptions),
      )

    it('is the built-in one at every tail of units and rows', () => {
      // Tiles are 4 rows high, and panels 16 columns wide at most.
      for (const units of [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 33]) {
        const [mine, theirs] = pair((activation) => ({ inputs: 5, layers: [units, 3], activation }))
        for (const rows of [1, 2, 3, 4, 5, 6, 7, 8, 9, 13]) {
          const [few, targets] = [x.subarray(0, 5 * rows), y.subarray(0, 3 * rows)]
          const what = `${units} units, ${rows} rows`
          expect(distance(mine.predict(few), theirs.predict(few)), what).toBeLessThan(CLOSE)
          const [a, b] = [mine.gradients(few, targets), theirs.gradients(few, targets)]
          for (const l of [0, 1]) {
            expect(distance(a.weights[l], b.weights[l]), what).toBeLessThan(CLOSE)
            expect(distance(a.biases[l], b.biases[l]), what).toBeLessThan(CLOSE)
          }
        }
      }
    })

    const cases: [string, (activation: Activation) => object, FitOptions][] = [
      ['alone', () => ({}), {}],
      ['in the hidden layer alone', (activation) => ({ layers: [{ units: 9, activation }, 3] }), {}],
      ['in the last layer alone', (activation) => ({ layers: [9, { units: 3, activation }] }), {}],
      ['with layer normalization', () => ({ normalization: 'layer' }), {}],
      ['with batch normalization', () => ({ normalization: 'batch' }), {}],
      [
        'with batch normalization of the output',
        () => ({ layers: [9, { units: 3, normalization: 'batch' }] }),
        {},
      ],
      ['with dropout', () => ({ dropout: 0.3, inputDropout: 0.1 }), {}],
      ['with dropout and normalization', () => ({ dropout: 0.3, normalization: 'layer' }), {}],
      ['with penalties and a clipped norm', () => ({ l1: 0.01, l2: 0.01, clip: { globalNorm: 0.5 } }), {}],
      ['with max-norm', () => ({ maxNorm: 0.8 }), {}],
      ['with accumulation', () => ({}), { accumulate: 2 }],
      ['with adam', () => ({ optimizer: { name: 'adam', learningRate: 0.003, epsilon: 1e-3 } }), {}],
    ]
    it.each(cases)('trains as the built-in one %s', async (_, optionsOf, fit) => {
      const [mine, theirs] = pair((activation) => ({
        inputs: 5,
        layers: [9, 3],
        activation,
        optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0.5 },
        ...optionsOf(activation),
      }))
      const start = parametersOf(mine)
      const validation = { x: numbers(5 * 4, 5), y: numbers(3 * 4, 6) }
      const data = { x, y, weights: numbers(ROWS, 3).map((v) => 1 + v) }
      const options = { batchSize: 5, epochs: 2, validation, ...fit }
      const [a, b] = [await mine.fit(data, options), await theirs.fit(data, options)]
      expect(distance(a.loss, b.loss)).toBeLessThan(CLOSE)
      expect(distance(a.validationLoss!, b.validationLoss!)).toBeLessThan(CLOSE)
      expect(distance(parametersOf(mine), parametersOf(theirs))).toBeLessThan(5 * CLOSE)
      expect(distance(parametersOf(mine), start)).toBeGreaterThan(0.01)
    })

    it('trains as the built-in one from lists of nonzeros', async () => {
      const [mine, theirs] = pair((activation) => ({ inputs: 300, layers: [64, 3], activation }))
      const sparse = numbers(ROWS * 300, 7).map((v, i) => ((i * 2654435761) % 17 === 0 ? v : 0))
      const options = { batchSize: 5, epochs: 3, learningRate: 0.05 }
      for (const net of [mine, theirs]) await net.fit({ x: sparse, y }, options)
      expect(distance(parametersOf(mine), parametersOf(theirs))).toBeLessThan(CLOSE)
    })

    it('trains as the built-in one by L-BFGS', async () => {
      const [mine, theirs] = pair((activation) => ({
        inputs: 5,
        layers: [4, 3],
        activation,
        optimizer: 'lbfgs',
        l2: 0.01,
      }))
      const [a, b] = [await mine.fit({ x, y }, { epochs: 5 }), await theirs.fit({ x, y }, { epochs: 5 })]
      expect(distance(a.loss, b.loss)).toBeLessThan(1e-3)
      expect(a.loss.at(-1)!).toBeLessThan(a.loss[0])
    })

    it('is read like the built-in one', async () => {
      const [mine, theirs] = pair((activation) => ({ inputs: 5, layers: [9, 3], activation }))
      for (const net of [mine, theirs]) net.trainBatch(x, y, { learningRate: 0.1 })
      const [a, b] = [mine, theirs].map((net) => net.trace(x, y))
      expect(distance([a.loss], [b.loss])).toBeLessThan(CLOSE)
      a.layers.forEach((layer, l) => {
        for (const key of ['z', 'a', 'slope', 'delta', 'weightGradient'] as const) {
          expect(distance(layer[key]!.values, b.layers[l][key]!.values), `${key} of ${l}`).toBeLessThan(CLOSE)
        }
      })
      expect(distance(await mine.predictAsync(x), mine.predict(x))).toBe(0)
      const [whole, awaited] = [mine.evaluate({ x, y }), await mine.evaluateAsync({ x, y })]
      expect(awaited).toEqual(whole)
      expect(distance([whole.loss], [theirs.evaluate({ x, y }).loss])).toBeLessThan(CLOSE)
      expect(mine.explain()).toContain(`a1 = ${own.name}(z1)`)
      expect(mine.explain()).toContain(`⊙ ${own.name}'(z1)`)
      expect(String(mine)).toContain(own.name)
      expect(mine.checkGradients(x, y).kernelError).toBeLessThan(1e-5)
    })
  })

  it.each(['none', 'layer', 'batch'] as const)(
    'is called for each unit and row once, and never for padding: normalization %s',
    (normalization) => {
      const given: number[] = []
      const f = (z: number) => {
        given.push(z)
        return 1 / z
      }
      // The padding of 5 units is 0, of which this is not finite.
      const activation = { name: 'inverse', f, derivative: (_: number, a: number) => -a * a }
      const layers = [{ units: 5, activation, normalization }, 3]
      const net = new Network({ inputs: 5, layers, seed: 1, kernels: name })
      const away = numbers(5, 8).map((v) => v + 20)
      if (normalization === 'none') net.setBiases(0, away)
      else net.setShifts(0, away)
      for (const rows of [1, 3, 4, 6]) {
        given.length = 0
        net.predict(x.subarray(0, 5 * rows))
        expect(given.length).toBe(5 * rows)
        expect(given).not.toContain(0)
      }
      given.length = 0
      expect(net.trainBatch(x, y)).toBeGreaterThan(0)
      expect(given.length).toBe(5 * ROWS)
    },
  )

  it('may be another one in each layer', () => {
    const square = { name: 'square', f: (z: number) => z * z, derivative: (z: number) => 2 * z }
    const layers = [{ units: 4, activation: sine }, { units: 6, activation: square }, 3]
    const net = new Network({ inputs: 5, layers, seed: 1, kernels: name })
    const { layers: traced } = net.trace(x, y)
    expect(distance(traced[0].a.values, Float64Array.from(traced[0].z.values, Math.sin))).toBeLessThan(CLOSE)
    expect(
      distance(
        traced[1].a.values,
        Float64Array.from(traced[1].z.values, (z) => z * z),
      ),
    ).toBeLessThan(CLOSE)
    expect(net.checkGradients(x, y).relativeError).toBeLessThan(1e-6)
  })

  it('has a wrong derivative found by checkGradients', () => {
    const check = (derivative: (z: number) => number) =>
      new Network({
        inputs: 5,
        layers: [{ units: 4, activation: { ...sine, derivative } }, 3],
        seed: 1,
        kernels: name,
      }).checkGradients(x, y).relativeError
    expect(check(Math.cos)).toBeLessThan(1e-6)
    expect(check((z) => 1.01 * Math.cos(z))).toBeGreaterThan(1e-3)
    expect(check((z) => -Math.cos(z))).toBeGreaterThan(0.1)
  })
})

it('is the functions that were checked, whatever becomes of the object', () => {
  const given: { -readonly [K in keyof CustomActivation]: CustomActivation[K] } = { ...sine }
  const net = new Network({ inputs: 5, layers: [4, 3], activation: given, seed: 1 })
  const before = net.predict(x)
  given.f = () => 0
  expect(net.predict(x)).toEqual(before)
  expect(Object.isFrozen(net.layers[0].activation)).toBe(true)
})
