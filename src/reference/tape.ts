// The interpreter of assembly/tape.ts in plain JavaScript: the same instructions over the same layout.

import {
  BY_BLOCKS,
  BY_UNITS,
  CONTROL_LEARNING_RATE,
  HITS_NONE,
  INSTRUCTION_WORDS,
  LINEAR,
  OP_BACKWARD,
  OP_BARRIER,
  OP_FORWARD,
  OP_OUTPUT,
  OP_ROWS,
  OP_UPDATE_BIASES,
  OP_UPDATE_WEIGHTS,
  SGD,
  SOFTMAX,
} from '../../assembly/abi.ts'
import { padded } from '../panels.ts'
import { activate, derive, softmaxRow } from './activation.ts'
import { gemmNN, gemmTN, sumRows } from './gemm.ts'
import { hitsRow, lossRow } from './loss.ts'
import type { Memory } from './memory.ts'

/** Where part `part` of `parts` begins in `count` things. */
const share = (count: number, part: number, parts: number): number => Math.floor((count * part) / parts)

type Operands = readonly number[]

function lookUpRows({ ints, shift }: Memory, op: Operands, start: number, rows: number): void {
  const [, x, ldx, xTable, y, ldy, yTable, order] = op
  for (let r = 0; r < rows; ++r) {
    const row = ints[(order + start + r) << shift]
    ints[(xTable + r) << shift] = x + row * ldx
    ints[(yTable + r) << shift] = y + row * ldy
  }
}

function forward(memory: Memory, op: Operands, from: number, to: number): void {
  const [, a, lda, table, weights, biases, out, slope, k, n, activation] = op
  const { floats } = memory
  const columns = padded(n)
  gemmNN(memory, from, to, a, lda, table, weights, padded(k), biases, out, k, n)
  if (activation === SOFTMAX) {
    for (let r = from; r < to; ++r) softmaxRow(floats, out + r * columns, out + r * columns, n)
  } else if (activation !== LINEAR) {
    const at = from * columns
    activate(floats, activation, out + at, out + at, slope ? slope + at : 0, (to - from) * columns)
  }
}

function output(
  { floats, ints, shift }: Memory,
  op: Operands,
  start: number,
  from: number,
  to: number,
): void {
  const [, out, slope, y, ldy, table, delta, losses, hits, n, loss, activation, hitMode] = op
  const columns = padded(n)
  for (let r = from; r < to; ++r) {
    const at = r * columns
    const row = table ? ints[(table + r) << shift] : y + r * ldy
    floats[losses + start + r] = lossRow(
      floats,
      out + at,
      slope ? slope + at : 0,
      row,
      delta ? delta + at : 0,
      n,
      loss,
      activation,
    )
    if (hitMode !== HITS_NONE) floats[hits + start + r] = hitsRow(floats, out + at, row, n, loss, hitMode)
  }
}

function backward(memory: Memory, op: Operands, from: number, to: number): void {
  const [, delta, weightsT, source, below, n, k, activation] = op
  gemmNN(memory, from, to, delta, padded(n), 0, weightsT, padded(n), 0, below, n, k)
  const at = from * padded(k)
  derive(memory.floats, activation, source + at, below + at, (to - from) * padded(k))
}

const scaleOf = ({ floats }: Memory, rule: number, control: number, rows: number): number =>
  (rule === SGD ? floats[control + CONTROL_LEARNING_RATE] : 1) / rows

function updateWeights(memory: Memory, op: Operands, rows: number, part: number, parts: number): void {
  const [, a, lda, table, delta, weights, weightsT, k, n, rule, control] = op
  const from = share(padded(k) / 4, part, parts)
  const to = share(padded(k) / 4, part + 1, parts)
  const scale = scaleOf(memory, rule, control, rows)
  gemmTN(memory, from, to, rows, a, lda, table, delta, weights, weightsT, k, n, rule, scale)
}

function updateBiases(memory: Memory, op: Operands, rows: number, part: number, parts: number): void {
  const [, delta, biases, n, rule, control] = op
  const groups = padded(n) / 4
  const from = share(groups, part, parts)
  const to = share(groups, part + 1, parts)
  sumRows(memory, from, to, rows, delta, n, biases, rule, scaleOf(memory, rule, control, rows))
}

/** Runs a span of a tape as part `part` of `parts`; the arguments are those of `run` in assembly/tape.ts. */
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
  const instructions: Operands[] = []
  for (let at = from; at < to; at += INSTRUCTION_WORDS) {
    instructions.push(Array.from({ length: INSTRUCTION_WORDS }, (_, word) => ints[(at + word) << shift]))
  }
  for (let start = firstRow; start < endRow; start += batchRows) {
    const rows = Math.min(batchRows, endRow - start)
    const rowFrom = share(rows, part, parts)
    const rowTo = share(rows, part + 1, parts)
    for (const op of instructions) {
      // What the kernels split by units is split by rows here: between two barriers one is as good as the other.
      const code = op[0] & ~(BY_UNITS | BY_BLOCKS)
      if (code === OP_ROWS) lookUpRows(memory, op, start, rows)
      else if (code === OP_FORWARD) forward(memory, op, rowFrom, rowTo)
      else if (code === OP_OUTPUT) output(memory, op, start, rowFrom, rowTo)
      else if (code === OP_BACKWARD) backward(memory, op, rowFrom, rowTo)
      else if (code === OP_UPDATE_WEIGHTS) updateWeights(memory, op, rows, part, parts)
      else if (code === OP_UPDATE_BIASES) updateBiases(memory, op, rows, part, parts)
      else if (code !== OP_BARRIER) throw new Error(`the tape has no instruction ${code}`)
    }
  }
}
