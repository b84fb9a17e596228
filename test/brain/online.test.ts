// The kernels of assembly/online/, all in float32, against the same training in plain JavaScript, which has float64 in between.

import { describe, expect, it } from 'vitest'
import { sigmoid, tanh } from '../../src/base/math.ts'
import { PhiloxStream } from '../../src/base/random.ts'
import { makeByKernels } from '../../src/brain/make-online.ts'
import type { MakeOnline } from '../../src/brain/online.ts'
import { cloneParameters, type Parameters, randomize, zeroParameters } from '../../src/brain/parameters.ts'
import { makeReference } from '../../src/brain/reference.ts'
import type { Rule } from '../../src/brain/rule.ts'
import { ACTIVATIONS, trainDefaults } from '../../src/brain/train-options.ts'
import { trainingData } from '../../src/brain/training-data.ts'

const makeOnline = makeByKernels()!

interface Case {
  sizes: number[]
  rows: number
  /** Share of the inputs that are not 0. */
  density: number
  /** True where the inputs are given by name, without those that are 0. */
  named?: boolean
}
const cases: Case[] = [
  { sizes: [1, 1], rows: 1, density: 1 },
  { sizes: [2, 3, 1], rows: 4, density: 0.5 },
  { sizes: [3, 4, 2], rows: 5, density: 1 },
  { sizes: [5, 1, 3, 2], rows: 3, density: 1 },
  // Vectors of four: blocks of 8, 4, 2 and 1 of them, and units that fill none.
  { sizes: [9, 15, 14, 7], rows: 6, density: 0.9 },
  { sizes: [4, 8, 16, 5, 6], rows: 6, density: 1 },
  { sizes: [3, 61, 33, 32], rows: 3, density: 1 },
  // Lists without zeros, whose rows are brought up to date later.
  { sizes: [60, 7, 3], rows: 30, density: 0.05 },
  { sizes: [40, 3], rows: 12, density: 0.1 },
  { sizes: [40, 3], rows: 12, density: 0.1, named: true },
  { sizes: [7, 5, 3], rows: 9, density: 0.6, named: true },
]

function dataOf({ sizes, rows, density, named }: Case, random: PhiloxStream) {
  const [inputs, outputs] = [sizes[0], sizes.at(-1)!]
  const value = () => Math.fround(2 * random.uniform() - 0.5)
  const data = Array.from({ length: rows }, () => ({
    input: Array.from({ length: inputs }, () => (random.uniform() < density ? value() : 0)),
    output: Array.from({ length: outputs }, () => Math.abs(value())),
  }))
  const side = (name: 'input' | 'output', length: number) => ({ name, lookup: null, length })
  if (!named) return trainingData(data, side('input', inputs), side('output', outputs))
  const byName = data.map(({ input, output }) => ({
    input: Object.fromEntries([...input.entries()].filter(([, x]) => x !== 0).map(([i, x]) => [`x${i}`, x])),
    output,
  }))
  const lookup = Object.fromEntries(Array.from({ length: inputs }, (_, i) => [`x${i}`, i]))
  return trainingData(byName, { name: 'input', lookup, length: inputs }, side('output', outputs))
}

/** The rule with other numbers, and another activation where that has a table as well. */
function otherwise(rule: Rule, random: PhiloxStream): Rule {
  const near = (value: number) => value * (0.5 + 0.5 * random.uniform())
  const { activation, learningRate, momentum, beta1, beta2, epsilon, leakyReluAlpha } = rule
  return {
    ...rule,
    activation: activation === 'sigmoid' && random.below(2) > 0 ? 'tanh' : activation,
    ...{ learningRate: near(learningRate), momentum: near(momentum), leakyReluAlpha: near(leakyReluAlpha) },
    ...{ beta1: near(beta1), beta2: near(beta2), epsilon: epsilon / near(1) },
  }
}

/** Trains in uneven parts, between which the rule changes, and returns all that it changes, and the errors. */
function trained(make: MakeOnline, parameters: Parameters, one: Case, rule: Rule, seed: number) {
  const own = cloneParameters(parameters)
  const random = new PhiloxStream(seed, 9)
  const online = make(one.sizes, own, dataOf(one, random), rule)
  const errors: number[] = []
  while (online.iterations < 25) {
    const before = online.iterations
    online.run(1 + random.below(3 * one.rows), before + 1 + random.below(2), -1)
    if (online.iterations > before) errors.push(online.error)
    if (random.below(4) > 0) continue
    online.write()
    own.layers[0].weights[0][0] += 0.125
    online.read()
    online.follow(otherwise(rule, random))
  }
  online.write()
  online.release()
  return { errors, parameters: own }
}

const largestDifference = (rows: readonly Float32Array[], expected: readonly Float32Array[]): number =>
  Math.max(...rows.flatMap((row, j) => Array.from(row, (value, i) => Math.abs(value - expected[j][i]))))

describe('the kernels', () => {
  it.each(
    ACTIVATIONS.flatMap((activation) =>
      [undefined, 'adam' as const].map((praxis) => [activation, praxis ?? 'momentum', praxis] as const),
    ),
  )('train with %s and %s as plain JavaScript does', (activation, _, praxis) => {
    const options = { ...trainDefaults(), activation, momentum: 0.7, learningRate: praxis ? 0.001 : 0.02 }
    const rule: Rule = { ...options, isAdam: praxis === 'adam' }
    cases.forEach((one, i) => {
      // Adam divides by √v, so that the last bit decides on the step where all gradients of a weight are nearly 0: with 40 inputs that
      // are mostly 0 that moves a weight by more than 1e-5 from one seed in a hundred (300 of them, tanh).
      const seed = 20 + i
      const parameters = zeroParameters(one.sizes)
      randomize(parameters, seed)
      const kernels = trained(makeOnline, parameters, one, rule, seed)
      const plain = trained(makeReference, parameters, one, rule, seed)
      const where = String(one.sizes)
      expect(kernels.errors.length).toBe(plain.errors.length)
      kernels.errors.forEach((error, i) => {
        expect(Math.abs(error - plain.errors[i]), where).toBeLessThan(1e-5 * plain.errors[i] + 1e-9)
      })
      expect(kernels.parameters.steps).toBe(plain.parameters.steps)
      kernels.parameters.layers.forEach((layer, l) => {
        const expected = plain.parameters.layers[l]
        const at = `${where}, layer ${l}`
        expect(largestDifference(layer.weights, expected.weights), at).toBeLessThan(1e-5)
        expect(largestDifference([layer.biases], [expected.biases]), at).toBeLessThan(1e-5)
        for (const part of ['firstMoments', 'secondMoments'] as const) {
          expect(layer[part] === undefined, at).toBe(!rule.isAdam)
          if (!rule.isAdam) continue
          const [found, wanted] = [layer[part]!, expected[part]!]
          expect(largestDifference(found.weights, wanted.weights), at).toBeLessThan(1e-6)
          expect(largestDifference([found.biases], [wanted.biases]), at).toBeLessThan(1e-6)
        }
        if (!rule.isAdam) {
          expect(largestDifference(layer.changes!, expected.changes!), at).toBeLessThan(1e-6)
        }
      })
    })
  })

  it.each(['sigmoid', 'tanh'] as const)(
    'have the %s to 2 ulp of float32, or 0 where it is below 3e-14',
    (activation) => {
      const f = activation === 'sigmoid' ? sigmoid : tanh
      const rule: Rule = { ...trainDefaults(), activation, learningRate: 1e-30, isAdam: false }
      const random = new PhiloxStream(5, 9)
      const values = [0, 1e-20, 1e-6, 9.374, 9.376, 18.74, 18.76, 31.2, 31.25, 60, 87, 1e4, 3e38]
      for (let i = 0; i < 150; ++i) values.push(10 * random.uniform(), 25 * random.uniform())
      let largest = 0
      for (const z of values.flatMap((value) => [value, -value])) {
        const parameters = zeroParameters([1, 1])
        parameters.layers[0].biases[0] = z
        const side = (name: 'input' | 'output') => ({ name, lookup: null, length: 1 })
        const data = trainingData([{ input: [0], output: [0] }], side('input'), side('output'))
        const online = makeOnline([1, 1], parameters, data, rule)
        online.run(1, 1, -1)
        const expected = Math.abs(f(Math.fround(z)))
        const { error: square } = online
        const error = Math.abs(Math.sqrt(square) - expected)
        online.release()
        // So products of several stay within float32's normal numbers.
        if (activation === 'sigmoid' && expected < 2.7e-14) expect([z, square]).toEqual([z, 0])
        else if (expected > 0) largest = Math.max(largest, error / expected)
        else expect(square).toBe(0)
      }
      expect(largest).toBeLessThan(2 * 2 ** -23)
      expect(largest).toBeGreaterThan(2 ** -26)
    },
  )

  it('have the same bits each time', () => {
    const rule: Rule = { ...trainDefaults(), activation: 'tanh', isAdam: false }
    for (const one of cases) {
      const parameters = zeroParameters(one.sizes)
      randomize(parameters, 1)
      const again = () => trained(makeOnline, parameters, one, rule, 1)
      expect(again()).toEqual(again())
    }
  })

  it('end after the pass whose error is not above the threshold, or after so many samples', () => {
    const one = cases[1]
    const parameters = zeroParameters(one.sizes)
    randomize(parameters, 3)
    const rule: Rule = { ...trainDefaults(), activation: 'sigmoid', isAdam: false }
    for (const make of [makeOnline, makeReference]) {
      const start = () =>
        make(one.sizes, cloneParameters(parameters), dataOf(one, new PhiloxStream(1, 9)), rule)
      const all = start()
      const errors = Array.from({ length: 30 }, () => {
        all.run(1000, all.iterations + 1, -1)
        return all.error
      })
      all.release()
      const online = start()
      expect(online.run(10, 100, -1)).toBe(10)
      expect([online.iterations, online.isBetween, online.error]).toEqual([2, false, errors[1]])
      expect(online.run(1000, 100, errors[20])).toBe(4 * 21 - 10)
      expect([online.iterations, online.isBetween, online.error]).toEqual([21, true, errors[20]])
      expect(online.run(1000, 25, -1)).toBe(16)
      online.release()
    }
  })

  it('end after a pass whose error is not a number', () => {
    const one = cases[2]
    const rule: Rule = { ...trainDefaults(), activation: 'relu', isAdam: false }
    for (const make of [makeOnline, makeReference]) {
      const parameters = zeroParameters(one.sizes)
      parameters.layers[1].weights[1][2] = Number.NaN
      const online = make(one.sizes, parameters, dataOf(one, new PhiloxStream(1, 9)), rule)
      expect([online.run(1000, 100, -1), online.error]).toEqual([5, Number.NaN])
      online.release()
    }
  })
})
