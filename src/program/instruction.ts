// Instructions by name: their opcodes and the words at which their operands stand. The kernels read the same files, so
// a word is written down once.

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
import type { Tensor } from './tensors.ts'

const table = {
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
} as const

type Kind = keyof typeof table

/** A tensor stands for its offset, a number for itself; undefined is none. */
export type Operand = Tensor | number | undefined

/** How the parts of a step divide an instruction's work: 'rows' of its result, and of W in an update; see assembly/abi/tape.ts. */
export type Split = 'rows' | 'units' | 'blocks'

type OperandsOf<K extends Kind> = { readonly [Name in keyof (typeof table)[K]['layout']]: Operand }

export interface InstructionOf<K extends Kind> {
  readonly kind: K
  readonly split: Split
  readonly operands: OperandsOf<K>
}

/** One of the instructions, told apart by its kind. */
export type Instruction = { readonly [K in Kind]: InstructionOf<K> }[Kind]

export const instruction = <K extends Kind>(
  kind: K,
  operands: OperandsOf<K>,
  split: Split = 'rows',
): InstructionOf<K> => ({ kind, split, operands })

const flags: Record<Split, number> = { rows: 0, units: Tape.BY_UNITS, blocks: Tape.BY_BLOCKS }

/** The bits of a float32 as an operand. */
export const floatOperand = (value: number): number => new Int32Array(Float32Array.of(value).buffer)[0]

/** The bits of a float64 as two operands, the lower word first. */
export function doubleOperands(value: number): readonly [low: number, high: number] {
  const [low, high] = new Int32Array(Float64Array.of(value).buffer)
  return [low, high]
}

/** Instructions as the words that the arena holds. */
export function toWords(instructions: readonly Instruction[]): Int32Array {
  const words = new Int32Array(instructions.length * Tape.INSTRUCTION_WORDS)
  instructions.forEach(({ kind, split, operands }, index) => {
    const { op, layout } = table[kind]
    const at = index * Tape.INSTRUCTION_WORDS
    words[at] = op | flags[split]
    for (const [name, word] of Object.entries(layout)) {
      const operand = (operands as Readonly<Record<string, Operand>>)[name]
      words[at + word] = typeof operand === 'object' ? operand.offset : (operand ?? 0)
    }
  })
  return words
}
