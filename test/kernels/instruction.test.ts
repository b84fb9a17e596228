// Instructions as words.

import { describe, expect, it } from 'vitest'
import * as AddPenalties from '../../assembly/abi/operands/add-penalties.ts'
import * as Backward from '../../assembly/abi/operands/backward.ts'
import * as Barrier from '../../assembly/abi/operands/barrier.ts'
import * as Dropout from '../../assembly/abi/operands/dropout.ts'
import * as FinishWeights from '../../assembly/abi/operands/finish-weights.ts'
import * as Forward from '../../assembly/abi/operands/forward.ts'
import * as Group from '../../assembly/abi/operands/group.ts'
import * as Measure from '../../assembly/abi/operands/measure.ts'
import * as Normalize from '../../assembly/abi/operands/normalize.ts'
import * as NormalizeBackward from '../../assembly/abi/operands/normalize-backward.ts'
import * as Output from '../../assembly/abi/operands/output.ts'
import * as Penalty from '../../assembly/abi/operands/penalty.ts'
import * as Rows from '../../assembly/abi/operands/rows.ts'
import * as Step from '../../assembly/abi/operands/step.ts'
import * as UpdateBiases from '../../assembly/abi/operands/update-biases.ts'
import * as UpdateStatistics from '../../assembly/abi/operands/update-statistics.ts'
import * as UpdateWeights from '../../assembly/abi/operands/update-weights.ts'
import * as Tape from '../../assembly/abi/tape.ts'
import { floatOperand, type Instruction, instruction, toWords } from '../../src/program/instruction.ts'
import type { Tensor } from '../../src/program/tensors.ts'

type Kind = Instruction['kind']

const kinds: Record<Kind, { op: number; layout: Readonly<Record<string, number>> }> = {
  barrier: { op: Tape.OP_BARRIER, layout: Barrier },
  rows: { op: Tape.OP_ROWS, layout: Rows },
  forward: { op: Tape.OP_FORWARD, layout: Forward },
  output: { op: Tape.OP_OUTPUT, layout: Output },
  backward: { op: Tape.OP_BACKWARD, layout: Backward },
  updateWeights: { op: Tape.OP_UPDATE_WEIGHTS, layout: UpdateWeights },
  updateBiases: { op: Tape.OP_UPDATE_BIASES, layout: UpdateBiases },
  normalize: { op: Tape.OP_NORMALIZE, layout: Normalize },
  normalizeBackward: { op: Tape.OP_NORMALIZE_BACKWARD, layout: NormalizeBackward },
  dropout: { op: Tape.OP_DROPOUT, layout: Dropout },
  updateStatistics: { op: Tape.OP_UPDATE_STATISTICS, layout: UpdateStatistics },
  penalty: { op: Tape.OP_PENALTY, layout: Penalty },
  addPenalties: { op: Tape.OP_ADD_PENALTIES, layout: AddPenalties },
  group: { op: Tape.OP_GROUP, layout: Group },
  measure: { op: Tape.OP_MEASURE, layout: Measure },
  step: { op: Tape.OP_STEP, layout: Step },
  finishWeights: { op: Tape.OP_FINISH_WEIGHTS, layout: FinishWeights },
}
const each = Object.entries(kinds) as [Kind, (typeof kinds)[Kind]][]

/** An instruction whose operands are `operandFor` each. */
const filled = (kind: Kind, operandFor: (name: string, word: number) => unknown): Instruction => {
  const operands = Object.fromEntries(
    Object.entries(kinds[kind].layout).map(([name, word]) => [name, operandFor(name, word)]),
  )
  return instruction(kind, operands as never) as Instruction
}

const tensorAt = (offset: number): Tensor => ({
  name: 'W',
  offset,
  rows: 3,
  columns: 5,
  stride: 8,
  length: 24,
})

describe.each(each)('%s', (kind, { op, layout }) => {
  it('has each operand at a word of its own, behind the opcode and within the instruction', () => {
    const words = Object.values(layout)
    expect(words.length).toBeGreaterThan(0)
    expect(new Set(words).size).toBe(words.length)
    for (const word of words) {
      expect(Number.isInteger(word)).toBe(true)
      expect(word).toBeGreaterThan(0)
      expect(word).toBeLessThan(Tape.INSTRUCTION_WORDS)
    }
  })

  it('stands as its opcode and operands, 0 where there is none', () => {
    const expected = new Int32Array(Tape.INSTRUCTION_WORDS)
    expected[0] = op
    expect(toWords([filled(kind, () => undefined)])).toEqual(expected)
    for (const word of Object.values(layout)) expected[word] = 1000 + word
    expect(toWords([filled(kind, (_, word) => 1000 + word)])).toEqual(expected)
    expect(toWords([filled(kind, (_, word) => tensorAt(1000 + word))])).toEqual(expected)
  })

  it('takes each operand by its name', () => {
    for (const [name, word] of Object.entries(layout)) {
      const words = toWords([filled(kind, (other) => (other === name ? -5 : undefined))])
      expect([...words.entries()].filter(([, value]) => value !== 0)).toEqual([
        [0, op],
        [word, -5],
      ])
    }
  })
})

describe('opcodes', () => {
  it('are all different, and leave room for the flags of a split', () => {
    const codes = each.map(([, { op }]) => op)
    expect(new Set(codes).size).toBe(codes.length)
    expect(Tape.FLAGS).toBe(Tape.BY_UNITS | Tape.BY_BLOCKS)
    expect(Tape.BY_UNITS & Tape.BY_BLOCKS).toBe(0)
    for (const code of codes) {
      expect(code).toBeGreaterThan(0)
      expect(code & Tape.FLAGS).toBe(0)
    }
  })
})

describe('toWords', () => {
  it('puts the split beside the opcode', () => {
    const sync = { sync: 7 }
    const splits = [
      instruction('barrier', sync),
      instruction('barrier', sync, 'rows'),
      instruction('barrier', sync, 'units'),
      instruction('barrier', sync, 'blocks'),
    ]
    const words = toWords(splits)
    expect(splits.map((_, i) => words[i * Tape.INSTRUCTION_WORDS])).toEqual([
      Tape.OP_BARRIER,
      Tape.OP_BARRIER,
      Tape.OP_BARRIER | Tape.BY_UNITS,
      Tape.OP_BARRIER | Tape.BY_BLOCKS,
    ])
  })

  it('writes one instruction behind the other', () => {
    const instructions = each.map(([kind], i) => filled(kind, (_, word) => 100 * i + word))
    const words = toWords(instructions)
    expect(words.length).toBe(each.length * Tape.INSTRUCTION_WORDS)
    instructions.forEach((one, i) => {
      const from = i * Tape.INSTRUCTION_WORDS
      expect(words.subarray(from, from + Tape.INSTRUCTION_WORDS)).toEqual(toWords([one]))
    })
    expect(toWords([])).toEqual(new Int32Array(0))
  })

  it('keeps every bit of a large offset and of a float32', () => {
    const words = toWords([instruction('barrier', { sync: tensorAt(2 ** 30 - 1) })])
    expect(words[Barrier.sync]).toBe(2 ** 30 - 1)
    for (const value of [0, -0, 0.5, -1, Math.fround(0.1), Infinity]) {
      const operand = toWords([instruction('barrier', { sync: floatOperand(value) })])[Barrier.sync]
      expect(new Float32Array(Int32Array.of(operand).buffer)[0]).toBe(value)
    }
  })
})
