// Sizes are checked before anything of that size is allocated.

import { describe, expect, it } from 'vitest'
import { largest } from '../../src/base/largest.ts'
import { Network, ShapeError } from '../../src/index.ts'
import { PREDICTS } from '../../src/program/capacity.ts'
import { makePlan } from '../../src/program/plan.ts'

describe('rows × outputs beyond memory', () => {
  const ROWS = 2 ** 13
  const wide = (options = {}) => new Network({ sizes: [1, 2 ** 20], initializer: 'zeros', ...options })
  const x = new Uint8Array(ROWS)
  const labels = new Uint8Array(ROWS)
  const message = 'expected at most 1073741824 values at a time, got (8192 × 1048576)'

  it.each<[string, (net: Network) => unknown]>([
    ['evaluate', (net) => net.evaluate({ x, y: labels })],
    ['trainBatch', (net) => net.trainBatch(x, labels)],
    ['gradients', (net) => net.gradients(x, labels)],
    ['fit', (net) => net.fit({ x, y: labels })],
    ['fit, for validation', (net) => net.fit({ x: [1], y: [0] }, { validation: { x, y: labels } })],
  ])('are refused by %s where labels would take them', async (_, call) => {
    using net = wide()
    const error = await Promise.resolve()
      .then(() => call(net))
      .catch((e: Error) => e)
    expect(error).toBeInstanceOf(ShapeError)
    expect(String(error)).toContain(`y: ${message}`)
  })

  it.each(['predict', 'classify'] as const)('are refused by %s', (call) => {
    using net = wide()
    expect(() => net[call](x)).toThrow(ShapeError)
    expect(() => net[call](x)).toThrow(`predictions: ${message}`)
  })

  it('are refused of nested rows that are one row many times', () => {
    using net = new Network({ sizes: [2 ** 16, 1], initializer: 'zeros' })
    const rows = new Array(2 ** 17).fill(new Uint8Array(2 ** 16))
    expect(() => net.predict(rows)).toThrow(
      new ShapeError(
        'x: expected at most 1073741824 values at a time, got (131072 × 65536); take fewer rows',
      ),
    )
  })
})

describe('the largest of a list', () => {
  it('is found in lists that no call takes as arguments', () => {
    const list = new Int32Array(1e6)
    list[7] = 3
    expect(() => Math.max(...list)).toThrow(RangeError)
    expect(largest(list)).toBe(3)
    expect([largest([]), largest([-2, -1]), largest([1, Number.NaN, 2])]).toEqual([
      Number.NEGATIVE_INFINITY,
      -1,
      Number.NaN,
    ])
  })

  it('is found of very many layers', () => {
    const layer = { inputs: 1, units: 1, activation: 'relu', bias: true } as const
    const layers = [...new Array(200_000).fill(layer), { ...layer, units: 3 }]
    const plan = makePlan({ inputs: 1, outputs: 3, layers, loss: 'quadratic' }, PREDICTS)
    expect(plan.layers.length).toBe(200_001)
  })
})
