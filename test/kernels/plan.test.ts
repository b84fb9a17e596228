// The plan of an arena.

import { describe, expect, it } from 'vitest'
import { type Capacity, PREDICTS } from '../../src/program/capacity.ts'
import { makePlan } from '../../src/program/plan.ts'

const architecture = {
  inputs: 7,
  outputs: 3,
  layers: [
    { inputs: 7, units: 5, activation: 'gelu', bias: true },
    { inputs: 5, units: 3, activation: 'linear', bias: false },
  ],
  loss: 'quadratic',
} as const

/** Capacities that differ from PREDICTS in each of their numbers. */
const others: [string, Partial<Capacity>][] = [
  ['batchRows', { batchRows: 30 }],
  ['dataRows', { dataRows: 100 }],
  ['gradients', { batchRows: 30, gradients: true }],
  ['nonzeros', { batchRows: 30, nonzeros: 50 }],
  ['threads', { batchRows: 30, threads: 3 }],
  ['slots', { slots: 2 }],
  ['strips', { batchRows: 30, strips: true }],
  ['steps', { batchRows: 30, steps: 512 }],
  ['validates', { validates: true }],
  ['weighted', { dataRows: 100, weighted: true }],
]

describe('a plan', () => {
  it.each(others)('has the parameters at one place, whatever the capacity: %s', (_, capacity) => {
    const [one, other] = [
      makePlan(architecture, PREDICTS),
      makePlan(architecture, { ...PREDICTS, ...capacity }),
    ]
    expect(other.elements).toBeGreaterThan(one.elements)
    expect(other.parameters).toEqual(one.parameters)
    for (const [l, { weights, biases }] of other.layers.entries()) {
      expect([weights, biases]).toEqual([one.layers[l].weights, one.layers[l].biases])
    }
    expect(other.state.offset).toBe(one.state.offset)
    expect(other.tapes).toEqual(one.tapes)
    // Nothing that stays in place may lie behind what grows, except Wᵀ behind the slots.
    if (!capacity.slots) expect(other.layers[1].weightsT).toEqual(one.layers[1].weightsT)
  })

  it.each(others)('has every tensor at a place of its own: %s', (_, capacity) => {
    const { tensors, begin, elements } = makePlan(architecture, { ...PREDICTS, ...capacity })
    let end = begin
    for (const { offset, length } of tensors) {
      expect(offset).toBeGreaterThanOrEqual(end)
      end = offset + length
    }
    expect(elements).toBeGreaterThanOrEqual(end)
  })
})
