// The interpreter of assembly/interpreter.ts in plain JavaScript: the same instructions over the same layout.

import * as Activations from '../../../assembly/abi/activations.ts'
import * as Hits from '../../../assembly/abi/hits.ts'
import { LANES } from '../../../assembly/abi/layout.ts'
import * as Losses from '../../../assembly/abi/losses.ts'
import * as Backward from '../../../assembly/abi/operands/backward.ts'
import * as Forward from '../../../assembly/abi/operands/forward.ts'
import * as Output from '../../../assembly/abi/operands/output.ts'
import * as Rows from '../../../assembly/abi/operands/rows.ts'
import * as UpdateBiases from '../../../assembly/abi/operands/update-biases.ts'
import * as UpdateWeights from '../../../assembly/abi/operands/update-weights.ts'
import * as Rules from '../../../assembly/abi/rules.ts'
import * as Tape from '../../../assembly/abi/tape.ts'
import { padded } from '../../program/panels.ts'
import { activate, derive, softmaxRow } from './activation.ts'
import { gemmNN, gemmTN, sumRows } from './gemm.ts'
import { hitsRow } from './hits.ts'
import { lossRow, weighRow } from './loss.ts'
import type { Row } from './losses/distance.ts'
import type { Memory } from './memory.ts'
import type { Update } from './optimizer.ts'
import { dropout, normalize, normalizeBackward, runStatistics } from './stages.ts'
import {
  addPenalties,
  beginsGroup,
  completesGroup,
  finishWeights,
  measure,
  penalty,
  rowsOfGroup,
  step,
} from './updates.ts'
import { beginOf, doubleOf, floatOf, type Words } from './words.ts'

function lookUpRows({ ints, shift }: Memory, op: Words, start: number, rows: number): void {
  for (let r = 0; r < rows; ++r) {
    const row = ints[(op[Rows.order] + start + r) << shift]
    ints[(op[Rows.xTable] + r) << shift] = op[Rows.x] + row * op[Rows.xStride]
    ints[(op[Rows.yTable] + r) << shift] = op[Rows.y] + row * op[Rows.yStride]
  }
}

function forward(memory: Memory, op: Words, from: number, to: number): void {
  const { floats } = memory
  const out = op[Forward.out]
  const slope = op[Forward.slope]
  const k = op[Forward.inputs]
  const n = op[Forward.units]
  const activation = op[Forward.activation]
  const columns = padded(n)
  gemmNN(
    memory,
    from,
    to,
    op[Forward.input],
    op[Forward.inputStride],
    op[Forward.inputTable],
    op[Forward.weights],
    padded(k),
    op[Forward.biases],
    out,
    k,
    n,
  )
  if (activation === Activations.SOFTMAX) {
    for (let r = from; r < to; ++r) softmaxRow(floats, out + r * columns, out + r * columns, n)
  } else if (activation === Activations.CUSTOM) {
    const at = from * columns
    memory.callbacks!.activate(
      memory,
      op[Forward.layer],
      out + at,
      slope ? slope + at : 0,
      to - from,
      n,
      columns,
    )
  } else if (activation !== Activations.LINEAR) {
    const at = from * columns
    const number = doubleOf(op, Forward.numberLow)
    activate(floats, activation, out + at, out + at, slope ? slope + at : 0, (to - from) * columns, number)
  }
}

/** The loss of a row by the user's functions, and its δ. */
function customRow(memory: Memory, { out, slope, y, delta, n }: Row, activation: number): number {
  const value = memory.callbacks!.loss(memory, out, y, delta, n)
  if (delta && activation !== Activations.SOFTMAX) derive(memory.floats, activation, slope || out, delta, n)
  return value
}

function output(memory: Memory, op: Words, start: number, from: number, to: number): void {
  const { floats, ints, shift } = memory
  const n = op[Output.units]
  const table = op[Output.yTable]
  const slope = op[Output.slope]
  const delta = op[Output.delta]
  const hitMode = op[Output.hitMode]
  const threshold = floatOf(op[Output.threshold])
  const numbers = [
    floatOf(op[Output.lossNumber1]),
    floatOf(op[Output.lossNumber2]),
    floatOf(op[Output.lossNumber3]),
  ] as const
  const rowWeights = op[Output.rowWeights]
  const columns = padded(n)
  for (let r = from; r < to; ++r) {
    const at = r * columns
    const out = op[Output.out] + at
    const y = table ? ints[(table + r) << shift] : op[Output.y] + r * op[Output.yStride]
    const deltaRow = delta ? delta + at : 0
    const row = { floats, out, slope: slope ? slope + at : 0, y, delta: deltaRow, n }
    let value =
      op[Output.loss] === Losses.CUSTOM
        ? customRow(memory, row, op[Output.activation])
        : lossRow(row, op[Output.loss], op[Output.activation], numbers)
    if (rowWeights) {
      const weight = floats[rowWeights + ints[(op[Output.order] + start + r) << shift]]
      value = weight === 0 ? 0 : value * weight
      if (deltaRow) weighRow(floats, deltaRow, n, weight)
    }
    floats[op[Output.losses] + start + r] = value
    if (hitMode !== Hits.NONE) {
      floats[op[Output.hits] + start + r] = hitsRow(floats, out, y, n, hitMode, threshold)
    }
  }
}

function backward(memory: Memory, op: Words, from: number, to: number): void {
  const below = op[Backward.deltaBelow]
  const n = op[Backward.units]
  const k = op[Backward.inputs]
  gemmNN(memory, from, to, op[Backward.delta], padded(n), 0, op[Backward.weightsT], padded(n), 0, below, n, k)
  const at = from * padded(k)
  derive(
    memory.floats,
    op[Backward.activation],
    op[Backward.source] + at,
    below + at,
    (to - from) * padded(k),
  )
}

/** Which operands say what a product does with its sums: those of the weights, or those of the biases. */
interface UpdateWords {
  readonly rule: number
  readonly steps: number
  readonly stepStride: number
  readonly slots: number
  readonly strip: number
  readonly l1?: number
  readonly twiceL2?: number
  readonly limit: number
  readonly groupRows: number
  readonly epochRows: number
}

/** Whether a product adds to its target, the factor of its sums, and what it hands them to, if to anything. */
function howToUpdate(
  { floats }: Memory,
  op: Words,
  words: UpdateWords,
  index: number,
  start: number,
  rows: number,
): readonly [adds: boolean, step: number, update: Update | undefined] {
  const rule = op[words.rule]
  const scalars = op[words.steps] + index * op[words.stepStride]
  const floatAt = (word: number | undefined) => (word === undefined ? 0 : floatOf(op[word]))
  const l1 = floatAt(words.l1)
  const twiceL2 = floatAt(words.twiceL2)
  const limit = floatAt(words.limit)
  if (rule === Rules.STORE_GRADIENT) {
    const groupRows = op[words.groupRows]
    const stepRows = rowsOfGroup(groupRows, op[words.epochRows], start, rows)
    return [!beginsGroup(groupRows, start), 1 / stepRows, undefined]
  }
  if (rule === Rules.FUSED && l1 === 0 && twiceL2 === 0 && limit === 0) {
    return [true, -(floats[scalars] / rows), undefined]
  }
  const update = {
    rule,
    scalars,
    slots: op[words.slots],
    strip: op[words.strip],
    l1,
    twiceL2,
    limit,
    scale: 1,
  }
  return [false, 1 / rows, update]
}

function updateWeights(
  memory: Memory,
  op: Words,
  index: number,
  start: number,
  rows: number,
  part: number,
  parts: number,
): void {
  const k = op[UpdateWeights.inputs]
  const fours = padded(k) / LANES
  gemmTN(
    memory,
    beginOf(part, parts, fours),
    beginOf(part + 1, parts, fours),
    rows,
    op[UpdateWeights.input],
    op[UpdateWeights.inputStride],
    op[UpdateWeights.inputTable],
    op[UpdateWeights.delta],
    op[UpdateWeights.weights],
    op[UpdateWeights.weightsT],
    k,
    op[UpdateWeights.units],
    ...howToUpdate(memory, op, UpdateWeights, index, start, rows),
  )
}

function updateBiases(
  memory: Memory,
  op: Words,
  index: number,
  start: number,
  rows: number,
  part: number,
  parts: number,
): void {
  const n = op[UpdateBiases.units]
  const fours = padded(n) / LANES
  sumRows(
    memory,
    beginOf(part, parts, fours),
    beginOf(part + 1, parts, fours),
    rows,
    op[UpdateBiases.delta],
    n,
    op[UpdateBiases.biases],
    ...howToUpdate(memory, op, UpdateBiases, index, start, rows),
  )
}

/** Runs a span of a tape as part `part` of `parts`; the arguments are those of `run` in assembly/interpreter.ts. */
export function run(
  memory: Memory,
  from: number,
  to: number,
  firstRow: number,
  endRow: number,
  batchRows: number,
  part: number,
  parts: number,
): void {
  const { ints, shift } = memory
  const instructions: Words[] = []
  for (let at = from; at < to; at += Tape.INSTRUCTION_WORDS) {
    instructions.push(Array.from({ length: Tape.INSTRUCTION_WORDS }, (_, word) => ints[(at + word) << shift]))
  }
  for (let start = firstRow, index = 0; start < endRow; start += batchRows, ++index) {
    const rows = Math.min(batchRows, endRow - start)
    const rowFrom = beginOf(part, parts, rows)
    const rowTo = beginOf(part + 1, parts, rows)
    for (const op of instructions) {
      // What the kernels split by units or by blocks is split by rows here: between two barriers either will do, except
      // for the normalisation of columns.
      const code = op[0] & ~Tape.FLAGS
      if (code === Tape.OP_ROWS) lookUpRows(memory, op, start, rows)
      else if (code === Tape.OP_FORWARD) forward(memory, op, rowFrom, rowTo)
      else if (code === Tape.OP_OUTPUT) output(memory, op, start, rowFrom, rowTo)
      else if (code === Tape.OP_BACKWARD) backward(memory, op, rowFrom, rowTo)
      else if (code === Tape.OP_NORMALIZE) normalize(memory, op, rows, part, parts)
      else if (code === Tape.OP_NORMALIZE_BACKWARD) normalizeBackward(memory, op, rows, part, parts)
      else if (code === Tape.OP_DROPOUT) dropout(memory, op, start, rowFrom, rowTo)
      else if (code === Tape.OP_UPDATE_STATISTICS) runStatistics(memory, op, rows, part, parts)
      else if (code === Tape.OP_UPDATE_WEIGHTS) updateWeights(memory, op, index, start, rows, part, parts)
      else if (code === Tape.OP_UPDATE_BIASES) updateBiases(memory, op, index, start, rows, part, parts)
      else if (code === Tape.OP_PENALTY) penalty(memory, op, part, parts)
      else if (code === Tape.OP_ADD_PENALTIES) {
        if (part === 0) addPenalties(memory, op, start)
      } else if (code === Tape.OP_GROUP) {
        if (!completesGroup(op, start, rows)) break
      } else if (code === Tape.OP_MEASURE) measure(memory, op, part, parts)
      else if (code === Tape.OP_STEP) step(memory, op, index, part, parts)
      else if (code === Tape.OP_FINISH_WEIGHTS) finishWeights(memory, op, part, parts)
      else if (code !== Tape.OP_BARRIER) throw new Error(`the tape has no instruction ${code}`)
    }
  }
}
