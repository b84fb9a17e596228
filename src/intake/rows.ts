// A user's x and y as rows that are checked, and in the engine's arena.

import { runNow, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import type { Data } from '../model/options.ts'
import { type Inputs, readInputs } from './inputs.ts'
import type { Targets } from './matrix.ts'
import type { Naming } from './naming.ts'
import { readTargets } from './targets.ts'
import { Watched } from './watched.ts'
import { type RowWeights, readWeights } from './weights.ts'

export interface Rows {
  readonly x: Inputs
  readonly y: Targets
  /** Undefined where all rows count alike. */
  readonly weights: RowWeights | undefined
}

/** How to read a user's rows. */
export interface Reading {
  /** What names among the targets stand for; asked when these are read. */
  readonly naming: Naming
  /** Of the arrays' names in messages. */
  readonly prefix?: string
  /** See readInputs. */
  readonly keep?: boolean
  /** Where the work may pause, all are watched from the call on. */
  readonly watch?: boolean
  /** Whether all weights may be 0, as in a part of more rows. */
  readonly mayBeZero?: boolean
}

/** Brings x and y to matrices, and weights to a list, and checks every value. */
export function readRows(
  engine: Engine,
  { x, y, weights }: Data,
  { naming, prefix = '', keep = false, watch = true, mayBeZero }: Reading,
): Slices<Rows> {
  const { outputs, loss, layers } = engine.architecture
  const { activation } = layers[layers.length - 1]
  const names = { x: `${prefix}x`, y: `${prefix}y`, weights: `${prefix}weights` }
  const watched = watch
    ? {
        x: Watched.of(x, names.x),
        y: Watched.of(y, names.y),
        weights: weights === undefined ? Watched.none : Watched.of(weights, names.weights),
      }
    : { x: Watched.none, y: Watched.none, weights: Watched.none }
  return (function* () {
    const inputs = yield* readInputs(engine, x, names.x, watched.x, keep)
    const { rows } = inputs
    return {
      x: inputs,
      y: yield* readTargets(y, { rows, outputs, loss, activation }, names.y, watched.y, naming),
      weights:
        weights === undefined
          ? undefined
          : yield* readWeights(weights, rows, names.weights, watched.weights, mayBeZero),
    }
  })()
}

/** The same at once. */
export const readRowsNow = (engine: Engine, data: Data, naming: Naming): Rows =>
  runNow(readRows(engine, data, { naming, watch: false }))

/** Brings the rows [from, to) to where a step takes them, in their order. */
export function loadRows(engine: Engine, { x, y, weights }: Rows, from: number, to: number): void {
  engine.fill(engine.plan.x, x.values, from, to)
  engine.fill(engine.plan.y, y.values, from, to)
  const { rowWeights } = engine.plan
  if (rowWeights && weights) engine.fill(rowWeights, weights.values, from, to)
  // There is room for weights from an earlier step, and the tape reads them.
  else if (rowWeights) engine.floats.fill(1, rowWeights.offset, rowWeights.offset + to - from)
  runNow(engine.orderSlices(to - from))
}
