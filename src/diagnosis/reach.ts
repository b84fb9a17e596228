// Targets that the last layer cannot make.

import type { Matrix } from '../intake/matrix.ts'
import type { Architecture } from '../model/architecture.ts'
import { activationRow, nameOf } from '../model/custom-activation.ts'
import { lossRow } from '../model/custom-loss.ts'
import { shortly } from './sizes.ts'
import type { Statistics } from './statistics.ts'

/** Says so where at least half of the targets lie outside what the last activation can reach; else undefined. */
export function outOfReach(
  architecture: Architecture,
  y: Matrix,
  { seen, columns }: Statistics,
): string | undefined {
  const { activation } = architecture.layers.at(-1)!
  const range = activationRow(activation).reach
  if (lossRow(architecture.loss).kind !== 'values' || !range) return undefined
  const [least, most] = range
  let outside = 0
  for (const r of seen) {
    for (let i = r * y.columns; i < (r + 1) * y.columns; ++i) {
      if (y.values[i] < least || y.values[i] > most) outside += 1
    }
  }
  if (outside < (seen.length * y.columns) / 2) return undefined
  const worst = columns.reduce((a, b) => (b.square > a.square ? b : a))
  const bounds =
    most === Number.POSITIVE_INFINITY ? 'only numbers from 0 on' : `only numbers from ${least} to ${most}`
  return (
    `the last layer's ${nameOf(activation)} makes ${bounds}, and the targets (mean ${shortly(worst.mean)}, deviation ` +
    `${shortly(worst.deviation)}) lie outside; take activation: 'linear' there and train on what ` +
    `standardScaler(y, ${y.columns}) of nabla/data makes of y`
  )
}
