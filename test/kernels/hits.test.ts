// What counts as right, and what classify answers, on every kernel: ties, and outputs that overflow made NaN or infinite.

import { describe, expect, it } from 'vitest'
import {
  argmax,
  Network,
  type NetworkOptions,
  type SizedNetworkOptions,
  type SoftmaxNetworkOptions,
} from '../../src/index.ts'
import { runsRelaxed } from '../helpers/backends.ts'

const kernels = ['reference', 'simd', ...(runsRelaxed ? (['relaxed'] as const) : [])] as const

// In float64 and with a fused multiply-add 3e39 − 3e39 is not ∞ − ∞: test/kernels/loss.test.ts has the hits with NaN of all.
const makesNaN = (name: string) => name === 'simd'

/**
 * A network of one layer whose z is whatever a row of zRow asks for: z[j] = 10 x[2j] − 10 x[2j + 1], which is ∞ − ∞
 * in float32 where both are 3e38.
 */
function network(outputs: number, options: Partial<SizedNetworkOptions | SoftmaxNetworkOptions>): Network {
  const net = new Network({ sizes: [2 * outputs, outputs], bias: false, ...options } as NetworkOptions)
  const weights = new Float32Array(2 * outputs * outputs)
  for (let j = 0; j < outputs; ++j) {
    weights[2 * j * outputs + j] = 10
    weights[(2 * j + 1) * outputs + j] = -10
  }
  net.setWeights(0, weights)
  return net
}

const zRow = (z: readonly number[]): number[] =>
  z.flatMap((v) => {
    if (Number.isNaN(v)) return [3e38, 3e38]
    if (v === Number.POSITIVE_INFINITY) return [3e38, 0]
    if (v === Number.NEGATIVE_INFINITY) return [0, 3e38]
    return [v / 10, 0]
  })

const oneHotRow = (label: number, outputs: number) =>
  Array.from({ length: outputs }, (_, j) => +(j === label))

const argmaxCases: [string, Partial<SizedNetworkOptions | SoftmaxNetworkOptions>][] = [
  ['crossEntropy', { loss: 'crossEntropy' }],
  ['quadratic of linear', { loss: 'quadratic' }],
  ['quadratic of softmax', { loss: 'quadratic', activation: 'softmax' }],
]

describe.each(kernels)('%s', (name) => {
  describe.each(argmaxCases)('a row of classes, %s', (_, loss) => {
    it('is right where the first of its largest outputs is the target', () => {
      for (const outputs of [2, 3, 4, 5, 8, 9]) {
        const net = network(outputs, { kernels: name, ...loss })
        for (let label = 0; label < outputs; ++label) {
          const z = Array.from({ length: outputs }, (_, j) => (j >= label ? 1 : 0))
          const accuracies = Array.from(
            { length: outputs },
            (_, j) => net.evaluate({ x: [zRow(z)], y: [oneHotRow(j, outputs)] }).accuracy,
          )
          expect(accuracies, `${outputs} outputs, tie from ${label}`).toEqual(oneHotRow(label, outputs))
          expect([...net.classify([zRow(z)])]).toEqual([label])
        }
      }
    })

    it.runIf(makesNaN(name))('is never right with NaN among its outputs, and its class is −1', () => {
      for (const outputs of [2, 3, 5]) {
        const net = network(outputs, { kernels: name, ...loss })
        for (let at = 0; at < outputs; ++at) {
          const z = Array.from({ length: outputs }, (_, j) => (j === at ? Number.NaN : j))
          const x = [zRow(z), zRow(oneHotRow(0, outputs))]
          for (let label = 0; label < outputs; ++label) {
            const row = { x: [x[0]], y: [oneHotRow(label, outputs)] }
            expect(net.evaluate(row), `NaN at ${at}, label ${label}`).toEqual({
              loss: Number.NaN,
              accuracy: 0,
            })
            const both = { x, y: [oneHotRow(label, outputs), oneHotRow(0, outputs)] }
            expect(net.evaluate(both).accuracy).toBe(0.5)
          }
          expect([...net.classify(x)]).toEqual([-1, 0])
        }
      }
    })
  })

  it.each(argmaxCases.slice(0, 2))('is not right with an output that is infinite, %s', (_, loss) => {
    const net = network(3, { kernels: name, ...loss })
    for (const z of [
      [Number.POSITIVE_INFINITY, 0, 1],
      [2, Number.NEGATIVE_INFINITY, 1],
    ]) {
      const { loss: value, accuracy } = net.evaluate({ x: [zRow(z)], y: [[1, 0, 0]] })
      expect(Number.isFinite(value)).toBe(false)
      expect(accuracy).toBe(0)
    }
  })

  describe('several labels a row', () => {
    it('are each 0 or 1: a share of them is right, and classify gives them all', () => {
      for (const outputs of [2, 3, 5, 9]) {
        const net = network(outputs, { kernels: name, loss: 'binaryCrossEntropy' })
        const z = Array.from({ length: outputs }, (_, j) => [-1, 0, 2][j % 3])
        const labels = z.map((v) => +(v >= 0))
        const others = labels.map((v, j) => (j === 1 ? 1 - v : v))
        const x = [zRow(z), zRow(z.map((v) => -v))]
        expect(net.evaluate({ x: [x[0]], y: [labels] }).accuracy).toBe(1)
        expect(net.evaluate({ x: [x[0]], y: [others] }).accuracy).toBeCloseTo(1 - 1 / outputs, 6)
        const classes = net.classify(x)
        expect(classes).toBeInstanceOf(Int32Array)
        expect([...classes]).toEqual([...labels, ...z.map((v) => +(v <= 0))])
      }
    })

    it.runIf(makesNaN(name))('are not right where their output is NaN, and their class is −1', () => {
      const net = network(3, { kernels: name, loss: 'binaryCrossEntropy' })
      const x = [zRow([Number.NaN, 1, -1])]
      for (const first of [0, 1]) {
        const { loss, accuracy } = net.evaluate({ x, y: [[first, 1, 0]] })
        expect(loss).toBeNaN()
        expect(accuracy).toBeCloseTo(2 / 3, 6)
      }
      expect([...net.classify(x)]).toEqual([-1, 1, 0])
      const infinite = net.evaluate({ x: [zRow([Number.POSITIVE_INFINITY, 1, -1])], y: [[1, 1, 0]] })
      expect(infinite.accuracy).toBeCloseTo(2 / 3, 6)
    })
  })

  it.runIf(makesNaN(name)).each<[string, Partial<SizedNetworkOptions>]>([
    ['binaryCrossEntropy', { loss: 'binaryCrossEntropy' }],
    ['quadratic', { loss: 'quadratic' }],
  ])('one output is not right where it is NaN, and its class is −1, %s', (_, loss) => {
    const net = network(1, { kernels: name, ...loss })
    for (const y of [0, 1]) {
      expect(net.evaluate({ x: [zRow([Number.NaN])], y: [y] })).toEqual({ loss: Number.NaN, accuracy: 0 })
    }
    expect([...net.classify([zRow([Number.NaN]), zRow([3]), zRow([-3])])]).toEqual([-1, 1, 0])
  })
})

describe('argmax', () => {
  it('is −1 for a row with NaN, wherever that stands', () => {
    expect([...argmax([Number.NaN, 1, 2, 1, Number.NaN, 2, 1, 2, Number.NaN, 1, 2, 3], 3)]).toEqual([
      -1, -1, -1, 2,
    ])
  })
})
