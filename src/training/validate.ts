// The loss and the accuracy of validation rows, by the threads that train.

import type { Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import type { Sums } from '../engine/staged.ts'
import type { Rows } from '../intake/rows.ts'
import { type Evaluation, evaluationOf, NOTHING } from './evaluate.ts'

/** As evaluateRows, by the engine's team of threads, in staging rows of their own; the values of x are nabla's own. */
export function* validateRows(engine: Engine, rows: Rows): Slices<Evaluation> {
  const { x, y, weights } = rows
  const { rows: rowsAtOnce, x: stagedX, y: stagedY } = engine.plan.validation!
  let sums = NOTHING
  for (let from = 0; from < x.rows; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, x.rows)
    engine.fill(stagedX, x.values, from, to)
    engine.fill(stagedY, y.values, from, to)
    const weightsHere = weights?.values.subarray(from, to)
    sums = (yield engine.validateStaged(to - from, y.hitMode, sums, weightsHere)) as Sums
  }
  return evaluationOf(engine, sums, rows)
}
