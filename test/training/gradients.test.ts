// The gradients of a network: the steps that they say, their sums, and central differences.

import { describe, expect, it } from 'vitest'
import { Network } from '../../src/index.ts'
import { kernels, makeOn } from '../helpers/networks.ts'
import { numbers } from '../helpers/random.ts'

describe.each(kernels)('the gradients on %s', (name) => {
  const make = makeOn(name)

  it('takes the step that its gradients say, every layer from the weights before it', () => {
    const x = numbers(4 * 6, 9)
    const y = numbers(3 * 6, 10)
    const net = make({ sizes: [4, 6, 5, 3], optimizer: { name: 'sgd', learningRate: 2 } })
    const { weights, biases } = net.gradients(x, y)
    const before = [0, 1, 2].map((l) => [net.weights(l), net.biases(l)])
    net.trainBatch(x, y)
    for (const l of [0, 1, 2]) {
      net.weights(l).forEach((w, i) => {
        expect(w).toBeCloseTo(before[l][0][i] - 2 * weights[l][i], 6)
      })
      net.biases(l).forEach((b, i) => {
        expect(b).toBeCloseTo(before[l][1][i] - 2 * biases[l][i], 6)
      })
    }
  })

  it('adds up gradients over more rows than it takes at once', () => {
    const net = make()
    const x = numbers(4 * 2500, 11)
    const y = numbers(3 * 2500, 12)
    const whole = net.gradients(x, y)
    const half = [
      net.gradients(x.subarray(0, 5000), y.subarray(0, 3750)),
      net.gradients(x.subarray(5000), y.subarray(3750)),
    ]
    whole.weights[0].forEach((g, i) => {
      expect(g).toBeCloseTo((half[0].weights[0][i] + half[1].weights[0][i]) / 2, 6)
    })
    expect(whole.loss).toBeCloseTo(net.loss(x, y), 6)
  })

  it('agrees with central differences in every group of parameters', () => {
    const x = numbers(4 * 5, 13)
    const y = [0, 1, 2, 1, 0]
    for (const loss of ['quadratic', 'crossEntropy', 'binaryCrossEntropy'] as const) {
      const net = new Network({
        inputs: 4,
        layers: [{ units: 5, activation: 'tanh' }, 3],
        loss,
        kernels: name,
        seed: 3,
      })
      const check = net.checkGradients(x, y, { samples: 'all' })
      expect(check.groups.map((group) => [group.name, group.checked])).toEqual([
        ['W1', 20],
        ['b1', 5],
        ['W2', 15],
        ['b2', 3],
      ])
      expect(check.relativeError, loss).toBeLessThan(1e-8)
      // Float32: a chain of sums of at most 5 terms, twice, and a few activations.
      expect(check.kernelError, loss).toBeLessThan(30 * 2 ** -24)
      // It is the kernels' own gradient, which has been rounded.
      for (const { name, kernelError } of check.groups) expect(kernelError, name).toBeGreaterThan(2 ** -30)
      expect(check.kernelError).toBe(Math.max(...check.groups.map(({ kernelError }) => kernelError)))
    }
  })

  it('shows by group where the gradient of the kernels is off, on rows beyond one batch of gradients', () => {
    const net = make({ sizes: [2, 3, 2] })
    const [x, y] = [numbers(2 * 1500, 13), numbers(2 * 1500, 14)]
    expect(net.checkGradients(x, y, { samples: 1 }).kernelError).toBeLessThan(100 * 2 ** -24)
    const gradients = net.gradients(x, y)
    net.gradients = () => ({
      ...gradients,
      biases: [gradients.biases[0].map((v) => v * 3), gradients.biases[1]],
    })
    const { groups, kernelError } = net.checkGradients(x, y, { samples: 1 })
    // ‖3b − b‖ / (‖3b‖ + ‖b‖)
    expect(groups.map((group) => [group.name, group.kernelError.toFixed(4)])).toEqual([
      ['W1', '0.0000'],
      ['b1', '0.5000'],
      ['W2', '0.0000'],
      ['b2', '0.0000'],
    ])
    expect(kernelError).toBeCloseTo(0.5, 4)
  })
})
