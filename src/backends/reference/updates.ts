// The instructions of assembly/updates.ts that handle a stored gradient, penalties and limits, in plain JavaScript.

import { LANES, PANEL, SUM_BLOCK } from '../../../assembly/abi/layout.ts'
import * as AddPenalties from '../../../assembly/abi/operands/add-penalties.ts'
import * as FinishWeights from '../../../assembly/abi/operands/finish-weights.ts'
import * as Group from '../../../assembly/abi/operands/group.ts'
import * as Measure from '../../../assembly/abi/operands/measure.ts'
import * as Penalty from '../../../assembly/abi/operands/penalty.ts'
import * as Step from '../../../assembly/abi/operands/step.ts'
import type { Floats } from '../../base/floats.ts'
import { padded, panelIndex } from '../../program/panels.ts'
import type { Memory } from './memory.ts'
import { applyRule, penalize } from './optimizer.ts'
import { beginOf, floatOf, type Words } from './words.ts'

/** True where the batch at `start` is the first of its group; every batch is where there are no groups. */
export const beginsGroup = (groupRows: number, start: number): boolean =>
  groupRows === 0 || start % groupRows === 0

/** Rows of the group that the batch at `start`, of `rows` rows, belongs to: fewer at the end of an epoch. */
export const rowsOfGroup = (groupRows: number, epochRows: number, start: number, rows: number): number =>
  groupRows === 0 ? rows : Math.min(groupRows, epochRows - (start - (start % groupRows)))

/** True where the batch is the last of its group. */
export function completesGroup(op: Words, start: number, rows: number): boolean {
  const end = start + rows
  return end % op[Group.groupRows] === 0 || end === op[Group.epochRows]
}

function squares(floats: Floats, at: number, n: number): number {
  let sum = 0
  for (let i = at; i < at + n; ++i) sum += floats[i] * floats[i]
  return sum
}

/** λ₁ Σ|w| + λ₂ Σw² of n weights. */
export function penaltyOf(floats: Floats, w: number, n: number, l1: number, l2: number): number {
  let magnitudes = 0
  for (let i = w; i < w + n; ++i) magnitudes += Math.abs(floats[i])
  return l1 * magnitudes + l2 * squares(floats, w, n)
}

/** This part's blocks of `length` elements: the number of each, where it begins and how long it is. */
function* blocksOf(length: number, part: number, parts: number): Generator<[number, number, number]> {
  const blocks = Math.ceil(length / SUM_BLOCK)
  const end = beginOf(part + 1, parts, blocks)
  for (let b = beginOf(part, parts, blocks); b < end; ++b) {
    yield [b, b * SUM_BLOCK, Math.min(SUM_BLOCK, length - b * SUM_BLOCK)]
  }
}

export function penalty({ floats }: Memory, op: Words, part: number, parts: number): void {
  const l1 = floatOf(op[Penalty.l1])
  const l2 = floatOf(op[Penalty.l2])
  for (const [b, first, n] of blocksOf(op[Penalty.length], part, parts)) {
    floats[op[Penalty.sums] + b] = penaltyOf(floats, op[Penalty.weights] + first, n, l1, l2)
  }
}

export function addPenalties({ floats }: Memory, op: Words, start: number): void {
  let sum = 0
  for (let i = 0; i < op[AddPenalties.count]; ++i) sum += floats[op[AddPenalties.sums] + i]
  floats[op[AddPenalties.penalties] + start] = sum
}

export function measure({ floats }: Memory, op: Words, part: number, parts: number): void {
  const weights = op[Measure.weights]
  const norms = op[Measure.norms]
  const l1 = floatOf(op[Measure.l1])
  const twiceL2 = floatOf(op[Measure.twiceL2])
  for (const [b, first, n] of blocksOf(op[Measure.length], part, parts)) {
    const g = op[Measure.gradient] + first
    if (weights) penalize(floats, weights + first, g, n, l1, twiceL2)
    if (norms) floats[norms + b] = Math.sqrt(squares(floats, g, n))
  }
}

export function step({ floats }: Memory, op: Words, index: number, part: number, parts: number): void {
  const batch = Math.floor(index / op[Step.batches])
  const norms = op[Step.norms]
  const norm = Math.sqrt(squares(floats, norms, op[Step.normCount]))
  const scale = norms ? Math.min(1, floatOf(op[Step.mostNorm]) / (norm + floatOf(op[Step.epsilon]))) : 1
  const update = {
    rule: op[Step.rule],
    scalars: op[Step.steps] + batch * op[Step.stepStride],
    slots: op[Step.slots],
    strip: op[Step.strip],
    l1: floatOf(op[Step.l1]),
    twiceL2: floatOf(op[Step.twiceL2]),
    limit: floatOf(op[Step.limit]),
    scale,
  }
  const fours = op[Step.length] / LANES
  const first = beginOf(part, parts, fours) * LANES
  const n = beginOf(part + 1, parts, fours) * LANES - first
  applyRule(floats, update, op[Step.parameters] + first, op[Step.gradient] + first, n)
}

/** The columns of a panel at w, `rows` rows `width` apart: those with a larger norm are scaled down to it. */
function limitColumns(floats: Floats, w: number, rows: number, width: number, maxNorm: number): void {
  for (let j = w; j < w + width; ++j) {
    let sum = 0
    for (let i = 0; i < rows; ++i) sum += floats[j + i * width] ** 2
    const norm = Math.sqrt(sum)
    if (norm > maxNorm) for (let i = 0; i < rows; ++i) floats[j + i * width] *= maxNorm / norm
  }
}

export function finishWeights({ floats }: Memory, op: Words, part: number, parts: number): void {
  const k = op[FinishWeights.inputs]
  const n = op[FinishWeights.units]
  const maxNorm = floatOf(op[FinishWeights.maxNorm])
  const w = op[FinishWeights.weights]
  const wt = op[FinishWeights.weightsT]
  const panels = Math.ceil(n / PANEL)
  const end = beginOf(part + 1, parts, panels) * PANEL
  for (let j = beginOf(part, parts, panels) * PANEL; j < end; j += PANEL) {
    const width = Math.min(PANEL, padded(n) - j)
    const panel = w + j * padded(k)
    if (maxNorm > 0) limitColumns(floats, panel, k, width, maxNorm)
    if (!wt) continue
    for (let i = 0; i < k; ++i) {
      for (let c = 0; c < width; ++c) {
        floats[wt + panelIndex(n, k, j + c, i)] = floats[panel + i * width + c]
      }
    }
  }
}
