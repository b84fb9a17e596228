// Loss and accuracy over any number of rows, a window of rows at a time.

import { HITS_NONE } from '../assembly/abi.ts'
import type { Engine } from './engine.ts'
import type { Matrix, Targets } from './matrix.ts'
import type { Slices } from './pace.ts'

export interface Evaluation {
  /** Mean over the rows. */
  readonly loss: number
  /** Share of the rows that are right, where the targets are classes: one-hot rows, class indices, or 0 and 1. */
  readonly accuracy?: number
}

/** The loss and the accuracy of the rows; x and y are checked already. Yields after every window. */
export function* evaluateRows(engine: Engine, x: Matrix, y: Targets): Slices<Evaluation> {
  const rowsAtOnce = Math.min(engine.plan.window.rows, engine.rowsPerSlice)
  let loss = 0
  let hits = 0
  for (let from = 0; from < x.rows; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, x.rows)
    const { window } = engine.plan
    engine.fill(window.x, x.values, from, to)
    engine.fill(window.y, y.values, from, to)
    const sums = engine.evaluateWindow(to - from, y.hitMode)
    loss += sums.loss
    hits += sums.hits
    yield
  }
  if (y.hitMode === HITS_NONE) return { loss: loss / x.rows }
  return { loss: loss / x.rows, accuracy: hits / x.rows }
}
