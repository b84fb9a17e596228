// A user's x and y as rows that are checked, and in the engine's arena.

import { runNow, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import type { Data, MatrixLike } from '../model/options.ts'
import { type Inputs, readInputs } from './inputs.ts'
import { readTargets, type Targets } from './matrix.ts'
import { Watched } from './watched.ts'

export interface Rows {
  readonly x: Inputs
  readonly y: Targets
}

/**
 * Brings x and y to matrices and checks every value. prefix: of their names in messages. keep: see readInputs. watch: where
 * the work may pause, both are watched from this call on.
 */
export function readRows(
  engine: Engine,
  { x, y }: Data,
  { prefix = '', keep = false, watch = true } = {},
): Slices<Rows> {
  const { outputs, loss } = engine.architecture
  const names = { x: `${prefix}x`, y: `${prefix}y` }
  const watched = watch
    ? { x: Watched.of(x, names.x), y: Watched.of(y, names.y) }
    : { x: Watched.none, y: Watched.none }
  return (function* () {
    const inputs = yield* readInputs(engine, x, names.x, watched.x, keep)
    return { x: inputs, y: yield* readTargets(y, inputs.rows, outputs, loss, names.y, watched.y) }
  })()
}

/** The same at once. */
export const readRowsNow = (engine: Engine, x: MatrixLike, y: MatrixLike): Rows =>
  runNow(readRows(engine, { x, y }, { watch: false }))

/** Brings the rows [from, to) to where a step takes them, in their order. */
export function loadRows(engine: Engine, { x, y }: Rows, from: number, to: number): void {
  engine.fill(engine.plan.x, x.values, from, to)
  engine.fill(engine.plan.y, y.values, from, to)
  runNow(engine.orderSlices(to - from))
}
