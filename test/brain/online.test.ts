// The kernels of assembly/online/ against the same training in plain JavaScript: the same bits.

import { describe, expect, it } from 'vitest'
import { PhiloxStream } from '../../src/base/random.ts'
import { makeByKernels } from '../../src/brain/make-online.ts'
import type { MakeOnline, Rule } from '../../src/brain/online.ts'
import { cloneParameters, type Parameters, randomize, zeroParameters } from '../../src/brain/parameters.ts'
import { makeReference } from '../../src/brain/reference.ts'
import { ACTIVATIONS, trainDefaults } from '../../src/brain/train-options.ts'
import { trainingData } from '../../src/brain/training-data.ts'

const makeOnline = makeByKernels()!

interface Case {
  sizes: number[]
  rows: number
  /** Share of the inputs that are not 0. */
  density: number
}
const cases: Case[] = [
  { sizes: [1, 1], rows: 1, density: 1 },
  { sizes: [2, 3, 1], rows: 4, density: 0.5 },
  { sizes: [3, 4, 2], rows: 5, density: 1 },
  { sizes: [5, 1, 3, 2], rows: 3, density: 1 },
  // Vectors of two: blocks of 4, 2 and 1 of them, and an odd unit.
  { sizes: [9, 15, 14, 7], rows: 6, density: 0.9 },
  { sizes: [4, 8, 16, 5, 6], rows: 6, density: 1 },
  // Lists without zeros, whose rows are brought up to date later.
  { sizes: [60, 7, 3], rows: 30, density: 0.05 },
  { sizes: [40, 3], rows: 12, density: 0.1 },
]

function dataOf({ sizes, rows, density }: Case, random: PhiloxStream) {
  const [inputs, outputs] = [sizes[0], sizes.at(-1)!]
  const value = () => Math.fround(2 * random.uniform() - 0.5)
  const data = Array.from({ length: rows }, () => ({
    input: Array.from({ length: inputs }, () => (random.uniform() < density ? value() : 0)),
    output: Array.from({ length: outputs }, () => Math.abs(value())),
  }))
  const side = (name: 'input' | 'output', length: number) => ({ name, lookup: null, length })
  return trainingData(data, side('input', inputs), side('output', outputs))
}

/** Trains in uneven parts and returns all that it changes, and the errors. */
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
  }
  online.write()
  online.release()
  return { errors, parameters: own }
}

const bits = (rows: readonly Float32Array[]) => rows.map((row) => [...new Uint32Array(row.slice().buffer)])

describe('the kernels', () => {
  it.each(
    ACTIVATIONS.flatMap((activation) =>
      [undefined, 'adam' as const].map((praxis) => [activation, praxis ?? 'momentum', praxis] as const),
    ),
  )('train with %s and %s to the bits of plain JavaScript', (activation, _, praxis) => {
    const options = { ...trainDefaults(), activation, momentum: 0.7, learningRate: praxis ? 0.02 : 0.2 }
    const rule: Rule = { ...options, isAdam: praxis === 'adam' }
    cases.forEach((one, seed) => {
      const parameters = zeroParameters(one.sizes)
      randomize(parameters, seed)
      const kernels = trained(makeOnline, parameters, one, rule, seed)
      const plain = trained(makeReference, parameters, one, rule, seed)
      expect(kernels.errors).toEqual(plain.errors)
      expect(kernels.parameters.steps).toBe(plain.parameters.steps)
      kernels.parameters.layers.forEach((layer, l) => {
        const expected = plain.parameters.layers[l]
        const where = `${one.sizes}, layer ${l}`
        expect(bits(layer.weights), where).toEqual(bits(expected.weights))
        expect([...layer.biases], where).toEqual([...expected.biases])
        if (rule.isAdam) {
          expect(bits(layer.low!.weights), where).toEqual(bits(expected.low!.weights))
          expect(bits(layer.high!.weights), where).toEqual(bits(expected.high!.weights))
          expect([...layer.low!.biases], where).toEqual([...expected.low!.biases])
          return
        }
        // What a row that was brought up to date keeps of a change may round otherwise once it moves nothing.
        layer.changes!.forEach((row, j) => {
          row.forEach((change, i) => {
            const one = expected.changes![j][i]
            expect(Math.abs(change - one), where).toBeLessThanOrEqual(1e-5 * Math.abs(one) + 1e-40)
          })
        })
      })
    })
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
