// The loss of one row by its code, as assembly/rows/loss.ts has it.

import * as Activations from '../../../assembly/abi/activations.ts'
import * as Losses from '../../../assembly/abi/losses.ts'
import type { Floats } from '../../base/floats.ts'
import {
  absoluteRow,
  huberRow,
  logCoshRow,
  quadraticRow,
  quadraticSoftmaxRow,
  type Row,
} from './losses/distance.ts'
import { binaryCrossEntropyRow, crossEntropyRow, klDivergenceRow, poissonRow } from './losses/entropy.ts'
import { binaryFocalRow, focalRow } from './losses/focal.ts'
import { categoricalHingeRow, hingeRow } from './losses/hinge.ts'

/** The loss of one row, its δ stored unless there is no place for it. numbers: the loss's own (src/model/losses.ts). */
export function lossRow(
  row: Row,
  loss: number,
  activation: number,
  numbers: readonly [first: number, second: number, third: number],
): number {
  const [first, second, third] = numbers
  switch (loss) {
    case Losses.CROSS_ENTROPY:
      return crossEntropyRow(row, first, second)
    case Losses.BINARY_CROSS_ENTROPY:
      return binaryCrossEntropyRow(row, first, second)
    case Losses.QUADRATIC:
      return activation === Activations.SOFTMAX ? quadraticSoftmaxRow(row) : quadraticRow(row, activation)
    case Losses.MEAN_ABSOLUTE_ERROR:
      return absoluteRow(row, activation)
    case Losses.HUBER:
      return huberRow(row, activation, first)
    case Losses.LOG_COSH:
      return logCoshRow(row, activation)
    case Losses.HINGE:
      return hingeRow(row, activation)
    case Losses.CATEGORICAL_HINGE:
      return categoricalHingeRow(row, activation)
    case Losses.POISSON:
      return poissonRow(row)
    case Losses.KL_DIVERGENCE:
      return klDivergenceRow(row)
    case Losses.FOCAL:
      return focalRow(row, first, second)
    case Losses.BINARY_FOCAL:
      return binaryFocalRow(row, first, second, third)
    default:
      throw new Error(`there is no loss ${loss}`)
  }
}

/** δ · weight for n elements; zeros where the weight is 0, whatever δ is. */
export function weighRow(floats: Floats, delta: number, n: number, weight: number): void {
  for (let i = delta; i < delta + n; ++i) floats[i] = weight === 0 ? 0 : floats[i] * weight
}
