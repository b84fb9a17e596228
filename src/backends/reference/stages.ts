// The stages of a layer behind its product, as assembly/rows/stages.ts has them.

import * as Activations from '../../../assembly/abi/activations.ts'
import { LANES } from '../../../assembly/abi/layout.ts'
import * as Normalizations from '../../../assembly/abi/normalizations.ts'
import * as Dropout from '../../../assembly/abi/operands/dropout.ts'
import * as Normalize from '../../../assembly/abi/operands/normalize.ts'
import * as NormalizeBackward from '../../../assembly/abi/operands/normalize-backward.ts'
import * as UpdateStatistics from '../../../assembly/abi/operands/update-statistics.ts'
import { PURPOSES } from '../../../assembly/abi/purposes.ts'
import { padded } from '../../program/panels.ts'
import { activate } from './activation.ts'
import { dropoutRow } from './dropout.ts'
import type { Memory } from './memory.ts'
import {
  normalizeByRunning,
  normalizeColumns,
  normalizeColumnsBackward,
  normalizeRow,
  normalizeRowBackward,
  updateStatistics,
} from './normalize.ts'
import { beginOf, doubleOf, type Words } from './words.ts'

/** OP_NORMALIZE, as part `part` of `parts`: of the rows, or of the columns where these are normalised. */
export function normalize(memory: Memory, op: Words, rows: number, part: number, parts: number): void {
  const { floats } = memory
  const n = op[Normalize.units]
  const columns = padded(n)
  const z = op[Normalize.z]
  const keeps = op[Normalize.keeps] !== 0
  const out = op[Normalize.out]
  const slope = op[Normalize.slope]
  const statistics = op[Normalize.statistics]
  const activation = op[Normalize.activation]
  const number = doubleOf(op, Normalize.numberLow)
  const normalization = op[Normalize.normalization]
  const normalizer = {
    gains: op[Normalize.gains],
    shifts: op[Normalize.shifts],
    n,
    columns,
    epsilon: doubleOf(op, Normalize.epsilonLow),
  }
  if (normalization === Normalizations.BATCH) {
    const from = beginOf(part, parts, columns)
    const to = beginOf(part + 1, parts, columns)
    normalizeColumns(floats, z, keeps, out, statistics, normalizer, rows, from, to)
    if (activation === Activations.CUSTOM) {
      const s = slope ? slope + from : 0
      memory.callbacks!.activate(
        memory,
        op[Normalize.layer],
        out + from,
        s,
        rows,
        Math.min(to, n) - from,
        columns,
      )
      return
    }
    for (let r = 0; r < rows; ++r) {
      const at = r * columns + from
      activate(floats, activation, out + at, out + at, slope ? slope + at : 0, to - from, number)
    }
    return
  }
  const from = beginOf(part, parts, rows)
  const to = beginOf(part + 1, parts, rows)
  const first = from * columns
  if (normalization === Normalizations.LAYER) {
    for (let r = from; r < to; ++r) {
      const at = r * columns
      const inverse = normalizeRow(floats, z + at, keeps, out + at, normalizer)
      if (statistics) floats[statistics + r] = inverse
    }
  } else if (normalization === Normalizations.RUNNING) {
    const mean = op[Normalize.runningMean]
    const variance = op[Normalize.runningVariance]
    normalizeByRunning(floats, z + first, out + first, mean, variance, normalizer, to - from)
  } else throw new Error(`there is no normalization ${normalization}`)
  if (activation === Activations.CUSTOM) {
    const s = slope ? slope + first : 0
    memory.callbacks!.activate(memory, op[Normalize.layer], out + first, s, to - from, n, columns)
    return
  }
  const length = (to - from) * columns
  activate(floats, activation, out + first, out + first, slope ? slope + first : 0, length, number)
}

/** OP_NORMALIZE_BACKWARD, split like OP_NORMALIZE. */
export function normalizeBackward(
  { floats }: Memory,
  op: Words,
  rows: number,
  part: number,
  parts: number,
): void {
  const n = op[NormalizeBackward.units]
  const columns = padded(n)
  const scaled = op[NormalizeBackward.deltaScaled]
  const normal = op[NormalizeBackward.normalized]
  const delta = op[NormalizeBackward.delta]
  const statistics = op[NormalizeBackward.statistics]
  const gains = op[NormalizeBackward.gains]
  const normalization = op[NormalizeBackward.normalization]
  if (normalization === Normalizations.BATCH) {
    const from = beginOf(part, parts, columns)
    const to = beginOf(part + 1, parts, columns)
    normalizeColumnsBackward(floats, scaled, normal, delta, statistics, gains, rows, columns, from, to)
  } else if (normalization === Normalizations.LAYER) {
    const to = beginOf(part + 1, parts, rows)
    for (let r = beginOf(part, parts, rows); r < to; ++r) {
      const at = r * columns
      const inverse = floats[statistics + r]
      normalizeRowBackward(floats, scaled + at, normal + at, delta + at, gains, n, columns, inverse)
    }
  } else throw new Error(`there is no normalization ${normalization}`)
}

/** OP_DROPOUT, for the rows [from, to) of the batch that begins at `start` of the order. */
export function dropout(
  { floats, ints, shift }: Memory,
  op: Words,
  start: number,
  from: number,
  to: number,
): void {
  const table = op[Dropout.inputTable]
  const n = op[Dropout.units]
  const columns = padded(n)
  const slope = op[Dropout.slope]
  const randomWord = (i: number) => ints[(op[Dropout.random] + i) << shift]
  const mask = {
    seed: [randomWord(0), randomWord(1)],
    stream: randomWord(2),
    purpose: randomWord(3) + PURPOSES * op[Dropout.layer],
    threshold: op[Dropout.threshold] >>> 0,
    scale: doubleOf(op, Dropout.scaleLow),
  } as const
  for (let r = from; r < to; ++r) {
    const x = table ? ints[(table + r) << shift] : op[Dropout.input] + r * op[Dropout.inputStride]
    const at = r * columns
    const out = op[Dropout.out] + at
    const activation = op[Dropout.activation]
    dropoutRow(floats, x, out, slope ? slope + at : 0, n, columns, activation, start + r, mask)
  }
}

/** OP_UPDATE_STATISTICS, as part `part` of `parts` of the columns. */
export function runStatistics(
  { floats }: Memory,
  op: Words,
  rows: number,
  part: number,
  parts: number,
): void {
  const columns = padded(op[UpdateStatistics.units])
  const fours = columns / LANES
  updateStatistics(
    floats,
    LANES * beginOf(part, parts, fours),
    LANES * beginOf(part + 1, parts, fours),
    op[UpdateStatistics.statistics],
    columns,
    op[UpdateStatistics.runningMean],
    op[UpdateStatistics.runningVariance],
    rows,
    doubleOf(op, UpdateStatistics.momentumLow),
  )
}
