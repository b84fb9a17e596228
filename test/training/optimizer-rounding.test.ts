// Where rounding of float32 shows: an optimizer that divides a gradient by its size makes steps of full length of gradients that
// are nothing but what was left when larger terms cancelled. The figures are in docs/optimizers.md.

import { describe, expect, it } from 'vitest'
import { type KernelsName, Network } from '../../src/index.ts'

const RATE = 0.01
const x = [0.7, 0.3, 0.9].map(Math.fround)
const errors = [0.3, -0.4, -0.1].map(Math.fround)

/** The gradient by the weight: 0.21 − 0.12 − 0.09, and what float32 makes of these numbers. */
const exact = x.reduce((sum, one, r) => sum + one * errors[r], 0) / 3
const single = Math.fround(x.reduce((sum, one, r) => Math.fround(sum + Math.fround(one * errors[r])), 0) / 3)

/** Where one step takes a weight from 0; its outputs are 0, and its errors −y. */
function weightAfter(kernels: KernelsName, name: 'rmsprop' | 'adam', epsilon: number): number {
  const optimizer = { name, learningRate: RATE, epsilon }
  const net = new Network({
    inputs: 1,
    layers: [{ units: 1, activation: 'linear', bias: false }],
    loss: 'quadratic',
    optimizer,
    kernels,
  })
  net.setWeights(0, [0])
  net.trainBatch(
    x.map((one) => [one]),
    errors.map((one) => -one),
  )
  const [weight] = net.weights(0)
  net.dispose()
  return weight
}

describe('a first step along what is left of a gradient that cancels', () => {
  it('has terms of 0.09 and more, and ten times the size in float32, and another sign', () => {
    expect(exact).toBeCloseTo(-2.484e-10, 13)
    expect(single).toBeCloseTo(2.484e-9, 12)
  })
  const rules = {
    rmsprop: (g: number, epsilon: number) => (-RATE * g) / (Math.sqrt(0.01 * g * g) + epsilon),
    adam: (g: number, epsilon: number) => (-RATE * g) / (Math.abs(g) + epsilon),
  }
  it.each(['rmsprop', 'adam'] as const)(
    'is as float32 has it, and by a larger epsilon as small as that, by %s',
    (name) => {
      const rule = rules[name]
      for (const epsilon of [1e-8, 1e-3]) {
        // Sums of float64 where they are to be had, of float32 in the kernels.
        const inDoubles = weightAfter('reference', name, epsilon)
        const inSingles = weightAfter('simd', name, epsilon)
        expect(Math.abs(inDoubles / rule(exact, epsilon) - 1)).toBeLessThan(1e-5)
        expect(Math.abs(inSingles / rule(single, epsilon) - 1)).toBeLessThan(1e-5)
      }
      expect(Math.abs(weightAfter('simd', name, 1e-8) - rule(exact, 1e-8))).toBeGreaterThan(2e-3)
      expect(Math.abs(weightAfter('simd', name, 1e-3) - rule(exact, 1e-3))).toBeLessThan(3e-8)
    },
  )
})
