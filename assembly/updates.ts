// What the instructions do that change parameters, and what they need for it: the part of a step after the barrier. Where
// nothing is done to the gradient and no batch waits for another, that is updateWeights and updateBiases alone.

import { BUCKET_ENTRIES, BUCKETS, LANES, PACK_COLUMNS, PANEL, SUM_BLOCK } from './abi/layout'
import * as AddPenalties from './abi/operands/add-penalties'
import * as FinishWeights from './abi/operands/finish-weights'
import * as Group from './abi/operands/group'
import * as Measure from './abi/operands/measure'
import * as Penalty from './abi/operands/penalty'
import * as Step from './abi/operands/step'
import * as UpdateBiases from './abi/operands/update-biases'
import * as UpdateWeights from './abi/operands/update-weights'
import * as Rules from './abi/rules'
import * as Tape from './abi/tape'
import { address, floatOperand, operand, roomOf, scalarsOf, tableOf } from './base/operands'
import { padded } from './base/panels'
import { beginOf, firstBlockOf, firstUnitOf } from './base/parts'
import { finishPanel } from './products/finish'
import { gemmTN, sumRows } from './products/gemm-tn'
import { sparseTN } from './products/sparse'
import { apply } from './rules/apply'
import { penalize } from './rules/prepare'
import { penalty as penaltyOf, scaleOf, squares } from './rules/sums'
import { prepareWith, stepOf, Update, updateAt } from './rules/update'

/** True where the batch at `start` is the first of its group; every batch is where there are no groups. */
@inline
function beginsGroup(groupRows: i32, start: i32): bool {
  return groupRows == 0 || start % groupRows == 0
}

/** Rows of the group that the batch at `start`, of `rows` rows, belongs to: fewer at the end of an epoch. */
@inline
function rowsOfGroup(groupRows: i32, epochRows: i32, start: i32, rows: i32): i32 {
  return groupRows == 0 ? rows : min(groupRows, epochRows - (start - start % groupRows))
}

/** OP_UPDATE_WEIGHTS: the rule on aᵀ · δ (BP4), for this part's rows of W, or its columns. */
export function updateWeights(
  op: usize, index: i32, start: i32, rows: i32, part: i32, parts: i32, thread: i32, flags: i32,
): void {
  const byUnits = (flags & Tape.BY_UNITS) != 0
  const byBlocks = (flags & Tape.BY_BLOCKS) != 0
  const k = operand(op, UpdateWeights.inputs)
  const n = operand(op, UpdateWeights.units)
  const rule = operand(op, UpdateWeights.rule)
  const tiles = operand(op, UpdateWeights.tiles)
  const fours = padded(k) / LANES
  const from = byUnits ? 0 : byBlocks ? firstBlockOf(part, parts, k) : beginOf(part, parts, fours)
  const to = byUnits ? fours : byBlocks ? firstBlockOf(part + 1, parts, k) : beginOf(part + 1, parts, fours)
  const jFrom = byUnits ? firstUnitOf(part, parts, n, tiles) : 0
  const jTo = byUnits ? firstUnitOf(part + 1, parts, n, tiles) : padded(n)
  const scalars = scalarsOf(op, UpdateWeights.steps, UpdateWeights.stepStride, index)
  const l1 = floatOperand(op, UpdateWeights.l1)
  const twiceL2 = floatOperand(op, UpdateWeights.twiceL2)
  const limit = floatOperand(op, UpdateWeights.limit)
  const isStored = rule == Rules.STORE_GRADIENT
  const fused = rule == Rules.FUSED && l1 == 0 && twiceL2 == 0 && limit == 0
  const groupRows = operand(op, UpdateWeights.groupRows)
  const adds = fused || (isStored && !beginsGroup(groupRows, start))
  const stepRows = isStored ? rowsOfGroup(groupRows, operand(op, UpdateWeights.epochRows), start, rows) : rows
  const step = stepOf(fused, scalars, stepRows)
  let update: Update | null = null
  if (!fused && !isStored) {
    update = updateAt(roomOf(op, UpdateWeights.strip, thread), rule, scalars, address(op, UpdateWeights.slots))
    prepareWith(update, l1, twiceL2, limit, 1)
  }
  const aTable = tableOf(op, UpdateWeights.inputTable, rows, thread)
  const delta = address(op, UpdateWeights.delta)
  const weights = address(op, UpdateWeights.weights)
  // Every thread has its own place for what it packs and sums.
  const pack = address(op, UpdateWeights.pack) + ((<usize>(thread * rows * PACK_COLUMNS)) << 2)
  const fromTable = tableOf(op, UpdateWeights.fromTable, rows, thread)
  if (fromTable) {
    const toTable = tableOf(op, UpdateWeights.toTable, rows, thread)
    const lengths = address(op, UpdateWeights.bucketLengths) + ((<usize>(thread * padded(k))) << 2)
    const room = <usize>(thread * max(BUCKET_ENTRIES, BUCKETS * rows))
    const buckets = address(op, UpdateWeights.buckets) + (room << 3)
    sparseTN(
      from, to, rows, fromTable, toTable, delta, weights, k, n, adds, step, update, lengths, buckets, pack, jFrom, jTo,
    )
    return
  }
  const a = address(op, UpdateWeights.input)
  const lda = operand(op, UpdateWeights.inputStride)
  const weightsT = address(op, UpdateWeights.weightsT)
  gemmTN(
    from, to, rows, a, lda, aTable, delta, weights, weightsT, k, n, adds, step, update, tiles, pack, jFrom, jTo,
  )
}

/** OP_UPDATE_BIASES: the rule on Σ δ (BP3), for this part's groups of four columns. */
export function updateBiases(
  op: usize, index: i32, start: i32, rows: i32, part: i32, parts: i32, thread: i32,
): void {
  const n = operand(op, UpdateBiases.units)
  const rule = operand(op, UpdateBiases.rule)
  const fours = padded(n) / LANES
  const scalars = scalarsOf(op, UpdateBiases.steps, UpdateBiases.stepStride, index)
  const limit = floatOperand(op, UpdateBiases.limit)
  const isStored = rule == Rules.STORE_GRADIENT
  const fused = rule == Rules.FUSED && limit == 0
  const groupRows = operand(op, UpdateBiases.groupRows)
  const adds = fused || (isStored && !beginsGroup(groupRows, start))
  const stepRows = isStored ? rowsOfGroup(groupRows, operand(op, UpdateBiases.epochRows), start, rows) : rows
  let update: Update | null = null
  if (!fused && !isStored) {
    update = updateAt(roomOf(op, UpdateBiases.strip, thread), rule, scalars, address(op, UpdateBiases.slots))
    prepareWith(update, 0, 0, limit, 1)
  }
  sumRows(
    beginOf(part, parts, fours),
    beginOf(part + 1, parts, fours),
    rows,
    address(op, UpdateBiases.delta),
    n,
    address(op, UpdateBiases.biases),
    adds,
    stepOf(fused, scalars, stepRows),
    update,
  )
}

/** OP_GROUP: true where the batch is the last of its group. */
export function completesGroup(op: usize, start: i32, rows: i32): bool {
  const end = start + rows
  return end % operand(op, Group.groupRows) == 0 || end == operand(op, Group.epochRows)
}

/** Blocks of `length` elements over which a sum is taken. */
@inline
function blocksOf(length: i32): i32 {
  return (length + SUM_BLOCK - 1) / SUM_BLOCK
}

/** OP_PENALTY: that of each of this part's blocks of the weights. */
export function penalty(op: usize, part: i32, parts: i32): void {
  const length = operand(op, Penalty.length)
  const l1 = <f64>floatOperand(op, Penalty.l1)
  const l2 = <f64>floatOperand(op, Penalty.l2)
  const blocks = blocksOf(length)
  const end = beginOf(part + 1, parts, blocks)
  for (let b = beginOf(part, parts, blocks); b < end; ++b) {
    const first = b * SUM_BLOCK
    const w = address(op, Penalty.weights) + ((<usize>first) << 2)
    const sum = penaltyOf(w, min(SUM_BLOCK, length - first), l1, l2)
    store<f32>(address(op, Penalty.sums) + ((<usize>b) << 2), <f32>sum)
  }
}

/** OP_ADD_PENALTIES: the penalty of all weights, for the batch that begins at `start`. */
export function addPenalties(op: usize, start: i32): void {
  const sums = address(op, AddPenalties.sums)
  const count = operand(op, AddPenalties.count)
  let sum: f64 = 0
  for (let i = 0; i < count; ++i) sum += <f64>load<f32>(sums + ((<usize>i) << 2))
  store<f32>(address(op, AddPenalties.penalties) + ((<usize>start) << 2), <f32>sum)
}

/** OP_MEASURE: the penalty's share of a stored gradient, and the norms of this part's blocks of it. */
export function measure(op: usize, part: i32, parts: i32): void {
  const length = operand(op, Measure.length)
  const weights = address(op, Measure.weights)
  const norms = address(op, Measure.norms)
  const blocks = blocksOf(length)
  const end = beginOf(part + 1, parts, blocks)
  for (let b = beginOf(part, parts, blocks); b < end; ++b) {
    const first = b * SUM_BLOCK
    const at = (<usize>first) << 2
    const n = min(SUM_BLOCK, length - first)
    const g = address(op, Measure.gradient) + at
    if (weights) penalize(weights + at, g, n, floatOperand(op, Measure.l1), floatOperand(op, Measure.twiceL2))
    // The norm, and not its square: that fits in a float32 wherever the gradient does.
    if (norms) store<f32>(norms + ((<usize>b) << 2), <f32>sqrt(squares(g, n)))
  }
}

/** OP_STEP: the rule on this part of the parameters and their stored gradient. */
export function step(op: usize, index: i32, part: i32, parts: i32, thread: i32): void {
  const fours = operand(op, Step.length) / LANES
  const w = address(op, Step.parameters)
  const g = address(op, Step.gradient)
  const norms = address(op, Step.norms)
  const scalars = scalarsOf(op, Step.steps, Step.stepStride, index / operand(op, Step.batches))
  const update = updateAt(
    roomOf(op, Step.strip, thread), operand(op, Step.rule), scalars, address(op, Step.slots),
  )
  const scale: f32 = norms
    ? scaleOf(norms, operand(op, Step.normCount), floatOperand(op, Step.mostNorm), floatOperand(op, Step.epsilon))
    : 1
  prepareWith(update, floatOperand(op, Step.l1), floatOperand(op, Step.twiceL2), floatOperand(op, Step.limit), scale)
  const end = beginOf(part + 1, parts, fours) * LANES
  // By blocks that stay in L1 from one pass to the next.
  for (let first = beginOf(part, parts, fours) * LANES; first < end; first += SUM_BLOCK) {
    const at = (<usize>first) << 2
    apply(update, w + at, g + at, min(SUM_BLOCK, end - first))
  }
}

/** OP_FINISH_WEIGHTS: this part's panels of the weights. */
export function finishWeights(op: usize, part: i32, parts: i32): void {
  const k = operand(op, FinishWeights.inputs)
  const n = operand(op, FinishWeights.units)
  const panels = (n + PANEL - 1) / PANEL
  const end = beginOf(part + 1, parts, panels)
  for (let p = beginOf(part, parts, panels); p < end; ++p) {
    finishPanel(
      p * PANEL, address(op, FinishWeights.weights), address(op, FinishWeights.weightsT), k, n,
      floatOperand(op, FinishWeights.maxNorm),
    )
  }
}
