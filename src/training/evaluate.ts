// Loss and accuracy over any number of rows, some rows at a time.

import * as Hits from '../../assembly/abi/hits.ts'
import type { Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import type { Sums } from '../engine/staged.ts'
import { computeBlock } from '../intake/inputs.ts'
import type { Rows } from '../intake/rows.ts'

/** How well a network does on rows: what Network.evaluate returns. */
export interface Evaluation {
  /** Mean over the rows, or Σ s l / Σ s where they have weights s; and the penalties. */
  readonly loss: number
  /** Share of the rows that are right, their weights left aside, where the targets are classes: one-hot rows, class indices, or 0 and 1. */
  readonly accuracy?: number
}

export const NOTHING: Sums = { loss: 0, hits: 0 }

/** What the sums over all rows come to. */
export function evaluationOf(
  engine: Engine,
  sums: Sums,
  { x: { rows }, y: { hitMode }, weights }: Rows,
): Evaluation {
  const loss = sums.loss / (weights?.total ?? rows) + engine.penalty()
  return hitMode === Hits.NONE ? { loss } : { loss, accuracy: sums.hits / rows }
}

/**
 * The loss and the accuracy of the rows, which are checked already. Yields after every block of them. engineOf: asked again for
 * each block, because the network may be trained between two of them.
 */
export function* evaluateRows(engineOf: () => Engine, rows: Rows): Slices<Evaluation> {
  const { x, y, weights } = rows
  const { blockRows } = engineOf()
  let sums = NOTHING
  for (let from = 0, block = 0; from < x.rows; from += blockRows, ++block) {
    const to = Math.min(from + blockRows, x.rows)
    yield* computeBlock(engineOf, x, [from, to, block], (engine, first, end) => {
      engine.fill(engine.plan.staging.y, y.values, first, end)
      sums = engine.evaluateStaged(end - first, y.hitMode, sums, weights?.values.subarray(first, end))
    })
  }
  return evaluationOf(engineOf(), sums, rows)
}
