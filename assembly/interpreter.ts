// Runs a tape: reads its instructions, takes this part's share of each, and calls the kernels. A part is a thread, or
// one of several slices of work that one thread does in turn.

import * as Activations from './abi/activations'
import * as Hits from './abi/hits'
import * as Backward from './abi/operands/backward'
import * as Barrier from './abi/operands/barrier'
import * as Forward from './abi/operands/forward'
import * as Normalize from './abi/operands/normalize'
import * as NormalizeBackward from './abi/operands/normalize-backward'
import * as Output from './abi/operands/output'
import * as Rows from './abi/operands/rows'
import * as Tape from './abi/tape'
import { barrier } from './base/barrier'
import { gemmNN } from './products/gemm-nn'
import { address, double, floatOperand, operand, tableOf } from './base/operands'
import { padded } from './base/panels'
import { beginOf, firstUnitOf } from './base/parts'
import { fetchLists } from './products/lists'
import { sparseNN } from './products/sparse'
import { activateRows, deriveRows } from './rows/activation'
import { customRows } from './rows/custom'
import { hitsRow } from './rows/hits'
import { lossRow, weighRow } from './rows/loss'
import { softmaxRows } from './rows/softmax'
import { dropout, normalize, normalizeBackward, runStatistics } from './rows/stages'
import {
  addPenalties, completesGroup, finishWeights, measure, penalty, step, updateBiases, updateWeights,
} from './updates'

/**
 * Most rows of the batch that are taken through a layer at a time: their inputs stay in L2, a panel of weights in L1. The
 * fewer there are, the more often the weights come from L3 or memory. A product with weights of 2048×2048, GFLOP/s on one
 * core of a Xeon with 2 MB of L2 (relaxed, Node 26): 45 with 60 rows, 52 with 96, 55 with 144, 52 with 192.
 */
const ROW_BLOCK = 144

/** How many of `rows` rows to take at a time: even shares, in multiples of 12 that leave the tiles no edge. */
function rowsAtOnce(rows: i32): i32 {
  if (rows <= ROW_BLOCK) return ROW_BLOCK
  const blocks = (rows + ROW_BLOCK - 1) / ROW_BLOCK
  return (rows + 12 * blocks - 1) / (12 * blocks) * 12
}

/** OP_ROWS: the offsets of the rows that stand at [start, start + rows) of the order. */
function lookUpRows(op: usize, start: i32, rows: i32, thread: i32): void {
  const x = operand(op, Rows.x)
  const xStride = operand(op, Rows.xStride)
  const xTable = tableOf(op, Rows.xTable, rows, thread)
  const y = operand(op, Rows.y)
  const yStride = operand(op, Rows.yStride)
  const yTable = tableOf(op, Rows.yTable, rows, thread)
  const order = address(op, Rows.order) + ((<usize>start) << 2)
  const starts = address(op, Rows.starts)
  const fromTable = tableOf(op, Rows.fromTable, rows, thread)
  const toTable = tableOf(op, Rows.toTable, rows, thread)
  const lastOfTarget = (<usize>(yStride - 1)) << 2
  for (let r = 0; r < rows; ++r) {
    const at = (<usize>r) << 2
    const row = load<i32>(order + at)
    store<i32>(xTable + at, x + row * xStride)
    store<i32>(yTable + at, y + row * yStride)
    if (starts) {
      const list = starts + ((<usize>row) << 2)
      store<u32>(fromTable + at, load<u32>(list))
      store<u32>(toTable + at, load<u32>(list, 4))
      // There are no rows of x to look up. The targets are read so that they are on their way, like the lists.
      const target = (<usize>(y + row * yStride)) << 2
      store<u32>(xTable + at, load<u32>(target) ^ load<u32>(target + lastOfTarget))
    }
  }
}

/** OP_FORWARD: z = a · W + b and a' = f(z), for the rows [from, to) of the batch's `rows` and the columns [jFrom, jTo). */
function forward(op: usize, from: i32, to: i32, rows: i32, jFrom: i32, jTo: i32, thread: i32): void {
  if (jFrom == jTo) return
  const a = address(op, Forward.input)
  const lda = operand(op, Forward.inputStride)
  const aTable = tableOf(op, Forward.inputTable, rows, thread)
  const weights = address(op, Forward.weights)
  const biases = address(op, Forward.biases)
  const out = address(op, Forward.out)
  const slope = address(op, Forward.slope)
  const k = operand(op, Forward.inputs)
  const n = operand(op, Forward.units)
  const activation = operand(op, Forward.activation)
  const tiles = operand(op, Forward.tiles)
  const fromTable = tableOf(op, Forward.fromTable, rows, thread)
  const toTable = tableOf(op, Forward.toTable, rows, thread)
  const columns = padded(n)
  const block = rowsAtOnce(to - from)
  for (let r = from; r < to; r += block) {
    const end = min(r + block, to)
    const at = (<usize>(r * columns + jFrom)) << 2
    if (fromTable) {
      // What is stored here is overwritten at once.
      store<u32>(out + at, fetchLists(r, end, fromTable, toTable))
      sparseNN(r, end, fromTable, toTable, weights, padded(k), biases, out, n, jFrom, jTo)
    } else gemmNN(r, end, a, lda, aTable, weights, padded(k), biases, out, k, n, tiles, jFrom, jTo)
    if (activation == Activations.SOFTMAX) softmaxRows(end - r, out + at, out + at, n, columns)
    else if (activation == Activations.CUSTOM) {
      const layer = operand(op, Forward.layer)
      customRows(layer, end - r, out + at, slope ? slope + at : 0, min(jTo, n) - jFrom, columns)
    } else if (activation != Activations.LINEAR) {
      const number = <f32>double(op, Forward.numberLow)
      activateRows(activation, end - r, out + at, slope ? slope + at : 0, jTo - jFrom, columns, number)
    }
  }
}

/** OP_OUTPUT: the loss of each of the rows [from, to), its hit, and δ = ∂C/∂z (BP1). */
function output(op: usize, start: i32, from: i32, to: i32, rows: i32, thread: i32): void {
  const out = address(op, Output.out)
  const slope = address(op, Output.slope)
  const y = address(op, Output.y)
  const yStride = operand(op, Output.yStride)
  const yTable = tableOf(op, Output.yTable, rows, thread)
  const delta = address(op, Output.delta)
  const losses = address(op, Output.losses) + ((<usize>start) << 2)
  const hits = address(op, Output.hits) + ((<usize>start) << 2)
  const n = operand(op, Output.units)
  const loss = operand(op, Output.loss)
  const activation = operand(op, Output.activation)
  const hitMode = operand(op, Output.hitMode)
  const threshold = floatOperand(op, Output.threshold)
  const number1 = floatOperand(op, Output.lossNumber1)
  const number2 = floatOperand(op, Output.lossNumber2)
  const number3 = floatOperand(op, Output.lossNumber3)
  const rowWeights = address(op, Output.rowWeights)
  const order = address(op, Output.order) + ((<usize>start) << 2)
  const columns = padded(n)
  for (let r = from; r < to; ++r) {
    const at = (<usize>(r * columns)) << 2
    const yRow = yTable
      ? (<usize>load<u32>(yTable + ((<usize>r) << 2))) << 2
      : y + ((<usize>(r * yStride)) << 2)
    const deltaRow = delta ? delta + at : 0
    let value = lossRow(
      out + at, slope ? slope + at : 0, yRow, deltaRow, n, loss, activation, number1, number2, number3,
    )
    if (rowWeights) {
      const row = <usize>load<u32>(order + ((<usize>r) << 2))
      const weight = load<f32>(rowWeights + (row << 2))
      value = weight == 0 ? 0 : value * weight
      if (deltaRow) weighRow(deltaRow, n, weight)
    }
    store<f32>(losses + ((<usize>r) << 2), value)
    if (hitMode != Hits.NONE) store<f32>(hits + ((<usize>r) << 2), hitsRow(out + at, yRow, n, hitMode, threshold))
  }
}

/** OP_BACKWARD: δ below = δ · Wᵀ ⊙ f'(z) (BP2), for the rows [from, to) and the columns [jFrom, jTo). */
function backward(op: usize, from: i32, to: i32, jFrom: i32, jTo: i32): void {
  const delta = address(op, Backward.delta)
  const weightsT = address(op, Backward.weightsT)
  const source = address(op, Backward.source)
  const below = address(op, Backward.deltaBelow)
  const n = operand(op, Backward.units)
  const k = operand(op, Backward.inputs)
  const activation = operand(op, Backward.activation)
  const tiles = operand(op, Backward.tiles)
  const columns = padded(k)
  const block = rowsAtOnce(to - from)
  for (let r = from; r < to; r += block) {
    const end = min(r + block, to)
    gemmNN(r, end, delta, padded(n), 0, weightsT, padded(n), 0, below, n, k, tiles, jFrom, jTo)
    const at = (<usize>(r * columns + jFrom)) << 2
    deriveRows(activation, end - r, source + at, below + at, jTo - jFrom, columns)
  }
}

/**
 * The instructions in [fromPtr, toPtr) once, as step number `index` of the call, on the batch of `rows` rows that begins
 * at `start` of the order. Returns false if the work must be abandoned.
 */
function runBatch(
  fromPtr: usize, toPtr: usize, index: i32, start: i32, rows: i32, part: i32, parts: i32, thread: i32,
): bool {
  const rowFrom = beginOf(part, parts, rows)
  const rowTo = beginOf(part + 1, parts, rows)
  for (let op = fromPtr; op < toPtr; op += Tape.INSTRUCTION_WORDS << 2) {
    const code = operand(op, 0)
    const byUnits = (code & Tape.BY_UNITS) != 0
    const from = byUnits ? 0 : rowFrom
    const to = byUnits ? rows : rowTo
    switch (code & ~Tape.FLAGS) {
      case Tape.OP_BARRIER:
        // One thread waits for nobody. A caller that runs several parts in turn stops at each barrier itself.
        if (parts > 1 && !barrier(address(op, Barrier.sync), parts)) return false
        break
      case Tape.OP_ROWS:
        lookUpRows(op, start, rows, thread)
        break
      case Tape.OP_FORWARD: {
        const n = operand(op, Forward.units)
        const tiles = operand(op, Forward.tiles)
        const jFrom = byUnits ? firstUnitOf(part, parts, n, tiles) : 0
        const jTo = byUnits ? firstUnitOf(part + 1, parts, n, tiles) : padded(n)
        forward(op, from, to, rows, jFrom, jTo, thread)
        break
      }
      case Tape.OP_OUTPUT:
        output(op, start, from, to, rows, thread)
        break
      case Tape.OP_BACKWARD: {
        const k = operand(op, Backward.inputs)
        const tiles = operand(op, Backward.tiles)
        const jFrom = byUnits ? firstUnitOf(part, parts, k, tiles) : 0
        const jTo = byUnits ? firstUnitOf(part + 1, parts, k, tiles) : padded(k)
        backward(op, from, to, jFrom, jTo)
        break
      }
      case Tape.OP_NORMALIZE: {
        const n = operand(op, Normalize.units)
        const tiles = operand(op, Normalize.tiles)
        const jFrom = byUnits ? firstUnitOf(part, parts, n, tiles) : 0
        const jTo = byUnits ? firstUnitOf(part + 1, parts, n, tiles) : padded(n)
        normalize(op, from, to, jFrom, jTo)
        break
      }
      case Tape.OP_NORMALIZE_BACKWARD: {
        const n = operand(op, NormalizeBackward.units)
        const tiles = operand(op, NormalizeBackward.tiles)
        const jFrom = byUnits ? firstUnitOf(part, parts, n, tiles) : 0
        const jTo = byUnits ? firstUnitOf(part + 1, parts, n, tiles) : padded(n)
        normalizeBackward(op, from, to, jFrom, jTo)
        break
      }
      case Tape.OP_DROPOUT:
        dropout(op, start, from, to, rows, thread)
        break
      case Tape.OP_UPDATE_STATISTICS:
        runStatistics(op, rows, part, parts)
        break
      case Tape.OP_UPDATE_WEIGHTS:
        updateWeights(op, index, start, rows, part, parts, thread, code)
        break
      case Tape.OP_UPDATE_BIASES:
        updateBiases(op, index, start, rows, part, parts, thread)
        break
      case Tape.OP_PENALTY:
        penalty(op, part, parts)
        break
      case Tape.OP_ADD_PENALTIES:
        if (part == 0) addPenalties(op, start)
        break
      case Tape.OP_GROUP:
        if (!completesGroup(op, start, rows)) return true
        break
      case Tape.OP_MEASURE:
        measure(op, part, parts)
        break
      case Tape.OP_STEP:
        step(op, index, part, parts, thread)
        break
      case Tape.OP_FINISH_WEIGHTS:
        finishWeights(op, part, parts)
        break
      default:
        unreachable()
    }
  }
  return true
}

/**
 * Runs the instructions in [from, to) of a tape (element offsets) as part `part` of `parts`, once for each batch of
 * at most batchRows of the rows [firstRow, endRow) of the order. The last batch may be smaller. `thread` says which
 * scratch is free for this part: its own number where the parts run at once, 0 where one thread runs them in turn.
 */
export function run(
  from: i32,
  to: i32,
  firstRow: i32,
  endRow: i32,
  batchRows: i32,
  part: i32,
  parts: i32,
  thread: i32,
): void {
  assert(0 < from && from <= to && (to - from) % Tape.INSTRUCTION_WORDS == 0)
  assert(0 <= firstRow && firstRow <= endRow && batchRows > 0 && 0 <= part && part < parts && 0 <= thread)
  const fromPtr = (<usize>from) << 2
  const toPtr = (<usize>to) << 2
  let index = 0
  for (let start = firstRow; start < endRow; start += batchRows, ++index) {
    if (!runBatch(fromPtr, toPtr, index, start, min(batchRows, endRow - start), part, parts, thread)) return
  }
}
