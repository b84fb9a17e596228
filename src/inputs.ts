// A user's inputs, looked through in the engine's window: to copy them there and scan them by a kernel is faster than to
// look at them in JavaScript. With this and src/sparse.ts a fit of one epoch on MNIST, 784-30-10, went from 580 to 220 ms,
// 85 of them training (Node 26, one core of a Xeon).

import type { Engine } from './engine.ts'
import { checkFinite, type Matrix, shapeMatrix } from './matrix.ts'
import type { MatrixLike } from './options.ts'
import type { Slices } from './pace.ts'

/** Rows of finite float32 numbers, and how many of these are not zero. */
export interface Inputs extends Matrix {
  readonly nonzeros: number
}

/**
 * Copies the rows [from, to) of x to the window and returns how many of their values are not zero. Throws ShapeError
 * naming the first that is not a finite float32 number.
 */
export function fillWindow(engine: Engine, x: Matrix, name: string, from: number, to: number): number {
  engine.fill(engine.plan.window.x, x.values, from, to)
  const nonzeros = engine.nonzerosOfWindow(to - from)
  if (nonzeros < 0) checkFinite(x, name, from, to)
  return nonzeros
}

/** Brings `value` to rows for the engine's network, every value checked. Throws ShapeError. Yields now and then. */
export function* readInputs(engine: Engine, value: MatrixLike, name: string): Slices<Inputs> {
  const matrix = yield* shapeMatrix(value, engine.architecture.inputs, name)
  const { rows: rowsAtOnce } = engine.plan.window
  let nonzeros = 0
  for (let from = 0; from < matrix.rows; from += rowsAtOnce) {
    nonzeros += fillWindow(engine, matrix, name, from, Math.min(from + rowsAtOnce, matrix.rows))
    yield
  }
  return { ...matrix, nonzeros }
}
