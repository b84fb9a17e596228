// Loss and accuracy over any number of rows, a window of rows at a time.

import { HITS_NONE } from '../assembly/abi.ts'
import type { Engine, Sums } from './engine.ts'
import type { Matrix, Targets } from './matrix.ts'
import type { Slices } from './pace.ts'

export interface Evaluation {
  /** Mean over the rows. */
  readonly loss: number
  /** Share of the rows that are right, where the targets are classes: one-hot rows, class indices, or 0 and 1. */
  readonly accuracy?: number
}

/**
 * The loss and the accuracy of the rows; x and y are checked already. Yields after every window. byTeam: by the engine's
 * team of threads, in a window of their own.
 */
export function* evaluateRows(engine: Engine, x: Matrix, y: Targets, byTeam = false): Slices<Evaluation> {
  const { window, validation } = engine.plan
  const { x: windowX, y: windowY, rows } = byTeam ? validation! : window
  const rowsAtOnce = Math.min(rows, byTeam ? rows : engine.rowsPerSlice)
  let loss = 0
  let hits = 0
  for (let from = 0; from < x.rows; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, x.rows)
    engine.fill(windowX, x.values, from, to)
    engine.fill(windowY, y.values, from, to)
    const sums = byTeam
      ? ((yield engine.validateWindow(to - from, y.hitMode)) as Sums)
      : engine.evaluateWindow(to - from, y.hitMode)
    loss += sums.loss
    hits += sums.hits
    if (!byTeam) yield
  }
  if (y.hitMode === HITS_NONE) return { loss: loss / x.rows }
  return { loss: loss / x.rows, accuracy: hits / x.rows }
}
