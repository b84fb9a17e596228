// Tapes at their places in the arena, each of which has room for so many instructions.

import { describe, expect, it } from 'vitest'
import * as Hits from '../../assembly/abi/hits.ts'
import { INSTRUCTION_WORDS } from '../../assembly/abi/tape.ts'
import { plainSgd } from '../../src/model/optimizers.ts'
import { PREDICTS } from '../../src/program/capacity.ts'
import { type Instruction, instruction } from '../../src/program/instruction.ts'
import { makePlan } from '../../src/program/plan.ts'
import { place } from '../../src/program/stages.ts'
import { evaluateTape, gradientsTape, predictTape, trainTape } from '../../src/program/tape.ts'
import { TAPES, tapePlace } from '../../src/program/tape-places.ts'

/** The plan of `depth` layers of 64 units for two threads, which split every product by units: the longest tapes. */
const planOf = (depth: number) =>
  makePlan(
    {
      inputs: 64,
      outputs: 64,
      layers: Array.from({ length: depth }, () => ({
        inputs: 64,
        units: 64,
        activation: 'sigmoid' as const,
        bias: true,
      })),
      loss: 'quadratic',
    },
    { ...PREDICTS, batchRows: 8, dataRows: 16, gradients: true, threads: 2, validates: true },
  )

describe('the place of a tape', () => {
  const plan = planOf(2)
  const barriers = (count: number): Instruction[] =>
    Array.from({ length: count }, () => instruction('barrier', { sync: plan.sync }))

  it('holds as many instructions as it has room for', () => {
    let end = plan.tapes.offset
    for (const name of TAPES) {
      const { at, length } = tapePlace(plan.architecture, name)
      expect(plan.tapes.offset + at).toBe(end)
      end += length
      const room = length / INSTRUCTION_WORDS
      const { from, to, compute, update } = place(plan, name, barriers(room - 1), barriers(1))
      expect([from, to]).toEqual([plan.tapes.offset + at, end])
      expect([compute.from, compute.to, update!.from, update!.to]).toEqual([
        from,
        to - INSTRUCTION_WORDS,
        to - INSTRUCTION_WORDS,
        to,
      ])
    }
    expect(plan.tapes.length).toBe(end - plan.tapes.offset)
  })

  it('refuses one more, to compute or to update', () => {
    const room = tapePlace(plan.architecture, 'train').length / INSTRUCTION_WORDS
    const refusal = `the tape 'train' has ${room + 1} instructions, more than there is room for`
    expect(() => place(plan, 'train', barriers(room + 1))).toThrow(refusal)
    expect(() => place(plan, 'train', barriers(room), barriers(1))).toThrow(refusal)
  })
})

describe.each([1, 2, 3, 8])('the tapes of %i layers', (depth) => {
  it('have room though every product is split by units', () => {
    const plan = planOf(depth)
    const tapes = [
      predictTape(plan),
      evaluateTape(plan, 'evaluate', Hits.ARGMAX),
      evaluateTape(plan, 'validate', Hits.ARGMAX),
      trainTape(plan, plainSgd, Hits.ARGMAX),
      gradientsTape(plan),
    ]
    expect(tapes.map(({ name }) => name)).toEqual(TAPES)
    for (const { name, instructions, from, to } of tapes) {
      const { at, length } = tapePlace(plan.architecture, name)
      expect(from).toBe(plan.tapes.offset + at)
      expect(to).toBe(from + instructions.length * INSTRUCTION_WORDS)
      expect(to).toBeLessThanOrEqual(from + length)
    }
    const products = tapes[3].instructions.filter(({ kind }) => /forward|backward|updateWeights/.test(kind))
    expect(products.map(({ split }) => split)).toEqual(new Array(3 * depth - 1).fill('units'))
    // Every product of the step that computes ends at a barrier.
    const barriers = tapes[3].instructions.filter(({ kind }) => kind === 'barrier').length
    expect(barriers).toBe(2 * depth - 1 + 2)
  })
})

describe.each([
  ['layer', 1],
  ['layer', 3],
  ['batch', 1],
  ['batch', 4],
] as const)('the tapes with %s normalization and dropout, %i layers', (name, depth) => {
  it('have room for every stage and its barriers', () => {
    const { architecture, capacity } = planOf(depth)
    const normalization = name === 'batch' ? { name, epsilon: 1e-5, momentum: 0.1 } : { name, epsilon: 1e-5 }
    const layers = architecture.layers.map((layer, l) => ({
      ...layer,
      normalization,
      ...(l < depth - 1 && { dropout: 0.5 }),
    }))
    const plan = makePlan({ ...architecture, layers, inputDropout: 0.5 }, capacity)
    // Where one does not fit, `place` throws.
    const train = trainTape(plan, plainSgd, Hits.ARGMAX)
    const count = (kind: string) => train.instructions.filter((one) => one.kind === kind).length
    expect([count('normalize'), count('normalizeBackward'), count('dropout')]).toEqual([depth, depth, depth])
    expect(count('updateStatistics')).toBe(name === 'batch' ? depth : 0)
    expect(count('updateBiases')).toBe(3 * depth)
    const gradients = gradientsTape(plan)
    expect(gradients.instructions.some(({ kind }) => /dropout|Statistics/.test(kind))).toBe(false)
    const evaluate = evaluateTape(plan, 'evaluate', Hits.ARGMAX)
    expect(evaluate.instructions.filter(({ kind }) => kind === 'normalize')).toHaveLength(depth)
  })
})
