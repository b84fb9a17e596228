// The instructions of penalties, limits and stored gradients, each as a tape of one, on every backend: against loops in
// float64, at lengths around the block of a sum, in parts that may run in any order, and with nothing written beyond.

import { describe, expect, it } from 'vitest'
import { ARENA_START, STRIP, STRIP_HEAD, SUM_BLOCK } from '../../assembly/abi/layout.ts'
import * as Rules from '../../assembly/abi/rules.ts'
import { INSTRUCTION_WORDS } from '../../assembly/abi/tape.ts'
import { floatOperand, type Instruction, instruction, toWords } from '../../src/program/instruction.ts'
import { padded, panelIndex, panelLength } from '../../src/program/panels.ts'
import { backends } from '../helpers/backends.ts'
import { numbers } from '../helpers/random.ts'

const MOST = 3 * SUM_BLOCK
const OP = ARENA_START
const SCALARS = OP + 2 * INSTRUCTION_WORDS
const W = SCALARS + 16
const G = W + MOST + 8
const WT = G + MOST + 8
const SUMS = WT + MOST + 8
const OUT = SUMS + 16
const STRIPS = OUT + 16
const ELEMENTS = STRIPS + STRIP_HEAD + STRIP

const CANARY = -77
const LENGTHS = [4, 8, SUM_BLOCK - 4, SUM_BLOCK, SUM_BLOCK + 4, 2 * SUM_BLOCK + 12]
const PARTS = [1, 2, 3]
// Zeros and negative zeros have no sign.
const weights = numbers(MOST, 1).map((w, i) => (i % 7 === 0 ? 0 : i % 11 === 0 ? -0 : w))
const gradients = numbers(MOST, 2)
const L1 = 0.125
const L2 = 0.375

describe.each(backends.map((one) => [one.name, one] as const))('%s', (_, { make, epsilon }) => {
  const backend = make(ELEMENTS)
  const { floats } = backend

  function run(one: Instruction, parts = 1, start = 0, rows = 1): void {
    backend.writeInts(OP, toWords([one]))
    for (let part = parts - 1; part >= 0; --part) {
      backend.run(OP, OP + INSTRUCTION_WORDS, start, start + rows, rows, part, parts, 0)
    }
  }

  function place(length: number): void {
    floats.fill(CANARY, W, STRIPS)
    floats.set(weights.subarray(0, length), W)
    floats.set(gradients.subarray(0, length), G)
  }

  // Not by expect, which takes a minute for so many.
  function same(found: number, expected: number): void {
    if (!Object.is(found + 0, expected + 0)) throw new Error(`expected ${expected}, got ${found}`)
  }

  function close(found: number, expected: number, size: number, terms: number): void {
    if (Math.abs(found - expected) <= terms * epsilon * size) return
    throw new Error(`expected ${expected} within ${terms * epsilon * size}, got ${found}`)
  }
  /** Nothing was written to these, from `length` on. */
  function expectUntouched(at: number, length: number): void {
    for (let i = at + length; i < at + length + 4; ++i) same(floats[i], CANARY)
  }

  const pull = (i: number) => L1 * Math.sign(weights[i]) + 2 * L2 * weights[i]
  const blocksOf = (length: number) =>
    Array.from({ length: Math.ceil(length / SUM_BLOCK) }, (__, b) => [
      b * SUM_BLOCK,
      Math.min(length, (b + 1) * SUM_BLOCK),
    ])
  const sum = (from: number, to: number, term: (i: number) => number) => {
    let all = 0
    for (let i = from; i < to; ++i) all += term(i)
    return all
  }

  it.each(LENGTHS)('penalty of %i weights, and the sum of its blocks', (length) => {
    for (const parts of PARTS) {
      place(length)
      const factors = { l1: floatOperand(L1), l2: floatOperand(L2) }
      run(instruction('penalty', { weights: W, length, ...factors, sums: SUMS }), parts)
      const penalties = blocksOf(length).map(([from, to]) =>
        sum(from, to, (i) => L1 * Math.abs(weights[i]) + L2 * weights[i] ** 2),
      )
      // A block's sum is rounded once; in float64, as often as it has terms.
      for (const [b, expected] of penalties.entries()) close(floats[SUMS + b], expected, expected, 4096)
      if (epsilon > 1e-12) for (const [b, one] of penalties.entries()) close(floats[SUMS + b], one, one, 1.01)
      expectUntouched(SUMS, penalties.length)
      const all = penalties.reduce((a, b) => a + b)
      run(instruction('addPenalties', { sums: SUMS, count: penalties.length, penalties: OUT }), parts, 3)
      close(floats[OUT + 3], all, all, epsilon > 1e-12 ? 2.01 : 8192)
      expect([floats[OUT + 2], floats[OUT + 4]]).toEqual([CANARY, CANARY])
      close(backend.kernels.penalty(W, length, L1, L2), all, all, epsilon > 1e-12 ? 1e-3 : 8192)
    }
  })

  it.each(LENGTHS)('the gradient of a penalty of %i weights, and the norms of its blocks', (length) => {
    const operands = {
      gradient: G,
      weights: W,
      length,
      l1: floatOperand(L1),
      twiceL2: floatOperand(2 * L2),
      norms: SUMS,
    }
    for (const parts of PARTS) {
      place(length)
      run(instruction('measure', operands), parts)
      for (let i = 0; i < length; ++i) close(floats[G + i], gradients[i] + pull(i), 4, 3)
      for (const [b, [from, to]] of blocksOf(length).entries()) {
        const norm = Math.sqrt(sum(from, to, (i) => (gradients[i] + pull(i)) ** 2))
        close(floats[SUMS + b], norm, norm, epsilon > 1e-12 ? 8 : 4096)
      }
      expectUntouched(G, length)
      expectUntouched(SUMS, blocksOf(length).length)
      // Without weights the gradient stays, without norms none is written.
      place(length)
      run(instruction('measure', { ...operands, weights: undefined, norms: undefined }), parts)
      for (let i = 0; i < length; ++i) same(floats[G + i], gradients[i])
      expect(floats[SUMS]).toBe(CANARY)
    }
  })

  const RATES = [0.25, 0.5]
  const stepOperands = (length: number) => ({
    parameters: W,
    gradient: G,
    length,
    rule: Rules.SGD,
    steps: SCALARS,
    stepStride: 8,
    slots: 0,
    strip: STRIPS,
    batches: 1,
    l1: undefined,
    twiceL2: undefined,
    limit: undefined,
    norms: undefined,
    normCount: undefined,
    mostNorm: undefined,
    epsilon: undefined,
  })

  function expectStep(length: number, gradientOf: (i: number) => number, rate = RATES[0]): void {
    for (let i = 0; i < length; ++i) close(floats[W + i], weights[i] - rate * gradientOf(i), 4, 8)
    expectUntouched(W, length)
    expectUntouched(G, length)
  }

  it.each(LENGTHS)('a step of %i parameters: as it is, penalized and limited, scaled', (length) => {
    floats.set([RATES[0]], SCALARS)
    for (const parts of PARTS) {
      place(length)
      run(instruction('step', stepOperands(length)), parts)
      expectStep(length, (i) => gradients[i])
      place(length)
      const penalized = { l1: floatOperand(L1), twiceL2: floatOperand(2 * L2), limit: floatOperand(0.25) }
      run(instruction('step', { ...stepOperands(length), ...penalized }), parts)
      expectStep(length, (i) => Math.max(-0.25, Math.min(0.25, gradients[i] + pull(i))))
      for (const [most, added] of [
        [2, 0],
        [2, 3],
        [64, 0],
      ]) {
        place(length)
        // ‖(3, 4, 12)‖ = 13.
        floats.set([3, 4, 12], SUMS)
        const limited = {
          norms: SUMS,
          normCount: 3,
          mostNorm: floatOperand(most),
          epsilon: floatOperand(added),
        }
        run(instruction('step', { ...stepOperands(length), ...limited }), parts)
        expectStep(length, (i) => Math.min(1, most / (13 + added)) * gradients[i])
      }
    }
  })

  it('takes the numbers of the step that a batch belongs to', () => {
    floats.set([RATES[0]], SCALARS)
    floats.set([RATES[1]], SCALARS + 8)
    place(8)
    backend.writeInts(OP, toWords([instruction('step', { ...stepOperands(8), batches: 2 })]))
    backend.run(OP, OP + INSTRUCTION_WORDS, 0, 4, 1, 0, 1, 0)
    const expected = numbers(MOST, 2)
    for (let i = 0; i < 8; ++i)
      close(floats[W + i], weights[i] - 2 * (RATES[0] + RATES[1]) * expected[i], 4, 16)
  })

  it('a norm that is not a number, or infinite, is seen in the parameters', () => {
    floats.set([RATES[0]], SCALARS)
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      place(8)
      floats[G + 3] = bad
      floats[SUMS] = bad
      const limited = { norms: SUMS, normCount: 1, mostNorm: floatOperand(1) }
      run(instruction('step', { ...stepOperands(8), ...limited }))
      expect(floats[W + 3]).toBeNaN()
    }
  })

  it('ends a batch that does not complete its group', () => {
    floats.set([RATES[0]], SCALARS)
    const steps = (start: number, rows: number): boolean => {
      place(4)
      const group = instruction('group', { groupRows: 6, epochRows: 16 })
      backend.writeInts(OP, toWords([group, instruction('step', stepOperands(4))]))
      backend.run(OP, OP + 2 * INSTRUCTION_WORDS, start, start + rows, rows, 0, 1, 0)
      return floats[W + 1] !== weights[1]
    }
    expect([0, 3, 6, 9, 12].map((start) => steps(start, 3))).toEqual([false, true, false, true, false])
    expect(steps(15, 1)).toBe(true)
  })

  it.each([
    [1, 1],
    [3, 4],
    [9, 5],
    [7, 8],
    [5, 12],
    [33, 21],
  ])('columns of a (%i × %i) matrix to a norm, and its transpose', (k, n) => {
    const length = panelLength(k, n)
    for (const maxNorm of [0, 0.5, 2]) {
      for (const parts of PARTS) {
        floats.fill(CANARY, W, STRIPS)
        floats.fill(0, W, W + length)
        const at = (i: number, j: number) => W + panelIndex(k, n, i, j)
        for (let i = 0; i < k; ++i) for (let j = 0; j < n; ++j) floats[at(i, j)] = weights[i * n + j]
        const limit = maxNorm ? floatOperand(maxNorm) : undefined
        run(
          instruction('finishWeights', { weights: W, weightsT: WT, inputs: k, units: n, maxNorm: limit }),
          parts,
        )
        for (let j = 0; j < n; ++j) {
          const norm = Math.sqrt(sum(0, k, (i) => weights[i * n + j] ** 2))
          const scale = maxNorm && norm > maxNorm ? maxNorm / norm : 1
          for (let i = 0; i < k; ++i) {
            if (scale === 1) same(floats[at(i, j)], weights[i * n + j])
            else close(floats[at(i, j)], weights[i * n + j] * scale, 1, 4)
            same(floats[WT + panelIndex(n, k, j, i)], floats[at(i, j)])
          }
        }
        for (let j = n; j < padded(n); ++j) for (let i = 0; i < k; ++i) same(floats[at(i, j)], 0)
        expectUntouched(W, length)
        expectUntouched(WT, panelLength(n, k))
      }
    }
  })
})
