// The stages of a layer behind its product: normalise, activate, drop. Each takes a part of the batch as its instruction is
// split.

import * as Activations from '../abi/activations'
import { LANES } from '../abi/layout'
import * as Normalizations from '../abi/normalizations'
import * as Dropout from '../abi/operands/dropout'
import * as Normalize from '../abi/operands/normalize'
import * as NormalizeBackward from '../abi/operands/normalize-backward'
import * as UpdateStatistics from '../abi/operands/update-statistics'
import { PURPOSES } from '../abi/purposes'
import { address, double, operand, tableOf } from '../base/operands'
import { padded, rowPtr } from '../base/panels'
import { beginOf } from '../base/parts'
import { activateRows } from './activation'
import { customRows } from './custom'
import { dropoutRow } from './dropout'
import { normalizeByRunning, normalizeColumns, normalizeColumnsBackward, updateStatistics } from './normalize-columns'
import { normalizeRow, normalizeRowBackward } from './normalize-rows'

/** OP_NORMALIZE, for the rows [from, to) of the batch's and the columns [jFrom, jTo). */
export function normalize(op: usize, from: i32, to: i32, jFrom: i32, jTo: i32): void {
  if (from == to || jFrom == jTo) return
  const n = operand(op, Normalize.units)
  const columns = padded(n)
  const first = (<usize>(from * columns)) << 2
  const z = address(op, Normalize.z) + first
  const keeps = operand(op, Normalize.keeps) != 0
  const out = address(op, Normalize.out) + first
  const statistics = address(op, Normalize.statistics)
  const gains = address(op, Normalize.gains)
  const shifts = address(op, Normalize.shifts)
  const epsilon = <f32>double(op, Normalize.epsilonLow)
  switch (operand(op, Normalize.normalization)) {
    case Normalizations.LAYER: {
      const stride = (<usize>columns) << 2
      for (let r = from; r < to; ++r) {
        const at = <usize>(r - from) * stride
        const inverse = normalizeRow(z + at, keeps, out + at, gains, shifts, n, epsilon)
        if (statistics) store<f32>(statistics + ((<usize>r) << 2), inverse)
      }
      break
    }
    case Normalizations.BATCH:
      normalizeColumns(z, keeps, out, statistics, gains, shifts, to - from, columns, jFrom, jTo, epsilon)
      break
    case Normalizations.RUNNING: {
      const mean = address(op, Normalize.runningMean)
      const variance = address(op, Normalize.runningVariance)
      normalizeByRunning(z, out, mean, variance, gains, shifts, to - from, columns, jFrom, jTo, epsilon)
      break
    }
    default:
      unreachable()
  }
  const slope = address(op, Normalize.slope)
  const f = slope ? slope + first + ((<usize>jFrom) << 2) : 0
  const a = out + ((<usize>jFrom) << 2)
  const activation = operand(op, Normalize.activation)
  if (activation == Activations.CUSTOM) {
    customRows(operand(op, Normalize.layer), to - from, a, f, min(jTo, n) - jFrom, columns)
  } else activateRows(activation, to - from, a, f, jTo - jFrom, columns, <f32>double(op, Normalize.numberLow))
}

/** OP_NORMALIZE_BACKWARD, for the rows [from, to) of the batch's and the columns [jFrom, jTo). */
export function normalizeBackward(op: usize, from: i32, to: i32, jFrom: i32, jTo: i32): void {
  if (from == to || jFrom == jTo) return
  const n = operand(op, NormalizeBackward.units)
  const columns = padded(n)
  const first = (<usize>(from * columns)) << 2
  const scaled = address(op, NormalizeBackward.deltaScaled) + first
  const normal = address(op, NormalizeBackward.normalized) + first
  const delta = address(op, NormalizeBackward.delta) + first
  const statistics = address(op, NormalizeBackward.statistics)
  const gains = address(op, NormalizeBackward.gains)
  switch (operand(op, NormalizeBackward.normalization)) {
    case Normalizations.LAYER: {
      const stride = (<usize>columns) << 2
      for (let r = from; r < to; ++r) {
        const at = <usize>(r - from) * stride
        const inverse = load<f32>(statistics + ((<usize>r) << 2))
        normalizeRowBackward(scaled + at, normal + at, delta + at, gains, n, inverse)
      }
      break
    }
    case Normalizations.BATCH:
      normalizeColumnsBackward(scaled, normal, delta, statistics, gains, to - from, columns, jFrom, jTo)
      break
    default:
      unreachable()
  }
}

/** OP_DROPOUT, for the rows [from, to) of the batch that begins at `start` of the order. */
export function dropout(op: usize, start: i32, from: i32, to: i32, rows: i32, thread: i32): void {
  const input = address(op, Dropout.input)
  const inputStride = operand(op, Dropout.inputStride)
  const inputTable = tableOf(op, Dropout.inputTable, rows, thread)
  const out = address(op, Dropout.out)
  const slope = address(op, Dropout.slope)
  const n = operand(op, Dropout.units)
  const activation = operand(op, Dropout.activation)
  const random = address(op, Dropout.random)
  const purpose = load<i32>(random, 12) + PURPOSES * operand(op, Dropout.layer)
  const threshold = operand(op, Dropout.threshold)
  const scale = <f32>double(op, Dropout.scaleLow)
  const stride = (<usize>padded(n)) << 2
  for (let r = from; r < to; ++r) {
    const at = <usize>r * stride
    const x = rowPtr(input, inputStride, inputTable, r)
    dropoutRow(x, out + at, slope ? slope + at : 0, n, activation, start + r, random, purpose, threshold, scale)
  }
}

/** OP_UPDATE_STATISTICS, for this part's groups of four columns. */
export function runStatistics(op: usize, rows: i32, part: i32, parts: i32): void {
  const columns = padded(operand(op, UpdateStatistics.units))
  const fours = columns / LANES
  updateStatistics(
    beginOf(part, parts, fours),
    beginOf(part + 1, parts, fours),
    address(op, UpdateStatistics.statistics),
    columns,
    address(op, UpdateStatistics.runningMean),
    address(op, UpdateStatistics.runningVariance),
    rows,
    double(op, UpdateStatistics.momentumLow),
  )
}
