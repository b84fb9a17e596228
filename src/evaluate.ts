// Loss and accuracy over any number of rows, a window of rows at a time.

import { HITS_NONE } from '../assembly/abi.ts'
import type { Engine, Sums } from './engine.ts'
import { fillBlock, type Inputs } from './inputs.ts'
import type { Targets } from './matrix.ts'
import type { Slices } from './pace.ts'

export interface Evaluation {
  /** Mean over the rows. */
  readonly loss: number
  /** Share of the rows that are right, where the targets are classes: one-hot rows, class indices, or 0 and 1. */
  readonly accuracy?: number
}

const NOTHING: Sums = { loss: 0, hits: 0 }

const evaluationOf = ({ loss, hits }: Sums, rows: number, { hitMode }: Targets): Evaluation =>
  hitMode === HITS_NONE ? { loss: loss / rows } : { loss: loss / rows, accuracy: hits / rows }

/**
 * The loss and the accuracy of the rows; x and y are checked already. Yields after every window. engineOf: asked anew for
 * each window, because the network may be trained between two of them.
 */
export function* evaluateRows(engineOf: () => Engine, x: Inputs, y: Targets): Slices<Evaluation> {
  const { blockRows } = engineOf()
  let sums = NOTHING
  for (let from = 0, block = 0; from < x.rows; from += blockRows, ++block) {
    const to = Math.min(from + blockRows, x.rows)
    const engine = engineOf()
    fillBlock(engine, engine.plan.window.x, x, [from, to, block])
    engine.fill(engine.plan.window.y, y.values, from, to)
    sums = engine.evaluateWindow(to - from, y.hitMode, sums)
    yield
  }
  return evaluationOf(sums, x.rows, y)
}

/** The same by the engine's team of threads, in a window of their own; the values of x are nabla's own. */
export function* validateRows(engine: Engine, x: Inputs, y: Targets): Slices<Evaluation> {
  const { rows: rowsAtOnce, x: windowX, y: windowY } = engine.plan.validation!
  let sums = NOTHING
  for (let from = 0; from < x.rows; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, x.rows)
    engine.fill(windowX, x.values, from, to)
    engine.fill(windowY, y.values, from, to)
    sums = (yield engine.validateWindow(to - from, y.hitMode, sums)) as Sums
  }
  return evaluationOf(sums, x.rows, y)
}
