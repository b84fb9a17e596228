// A user's inputs, scanned in the engine's staging rows: copying them there and scanning them with a kernel is faster than a
// scan in JavaScript. With this and src/intake/sparse.ts a fit of one epoch on MNIST, 784-30-10, went from 580 to 220
// ms, 85 of them training (Node 26, one core of a Xeon).
//
// A typed array is read twice: to check it, and to use it. A checksum of each block of rows ensures that what is used is
// what was checked.

import type { Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import type { MatrixLike } from '../model/options.ts'
import type { Tensor } from '../program/tensors.ts'
import { checkFinite, type Matrix, makeMatrix, shapeMatrix } from './matrix.ts'
import { refuseChange, Watched } from './watched.ts'

/** Rows of finite float32 numbers, and how many of these are not zero. */
export interface Inputs extends Matrix {
  readonly name: string
  readonly nonzeros: number
  /** The checksum of each block of rows (Engine.blockRows); undefined where the values are nabla's own. */
  readonly checksums: Int32Array | undefined
}

/**
 * Copies the rows [from, to) of x to the staging rows and returns how many of their values are not zero. Throws ShapeError
 * naming the first that is not a finite float32 number.
 */
export function fillStaging(engine: Engine, x: Matrix, name: string, from: number, to: number): number {
  if (x.values.length !== x.rows * x.columns) refuseChange(name)
  engine.fill(engine.plan.staging.x, x.values, from, to)
  const nonzeros = engine.countStagedNonzeros(to - from)
  if (nonzeros < 0) checkFinite(x, name, from, to)
  return nonzeros
}

/** Calls `work` with the rows of each block, and may pause between them. */
export function* inBlocks(
  engine: Engine,
  rows: number,
  work: (from: number, to: number, block: number) => void,
): Slices<void> {
  const { blockRows } = engine
  for (let from = 0, block = 0; from < rows; from += blockRows, ++block) {
    work(from, Math.min(from + blockRows, rows), block)
    yield
  }
}

/**
 * Brings `value` to rows for the engine's network, every value checked. keep: to copies of nabla's own, for values that are
 * read again and again. Throws ShapeError. Yields now and then.
 */
export function* readInputs(
  engine: Engine,
  value: MatrixLike,
  name: string,
  watched = Watched.of(value, name),
  keep = false,
): Slices<Inputs> {
  const { columns, ...shaped } = yield* shapeMatrix(value, engine.architecture.inputs, name, watched)
  const { rows } = shaped
  const isOwn = shaped.values !== value
  const flat = { ...shaped, columns }
  const kept = keep && !isOwn ? makeMatrix(rows, columns, name) : undefined
  const checksums = isOwn || kept ? undefined : new Int32Array(Math.ceil(rows / engine.blockRows))
  let nonzeros = 0
  yield* inBlocks(engine, rows, (from, to, block) => {
    if (!isOwn) watched.check(from * columns, to * columns)
    nonzeros += fillStaging(engine, flat, name, from, to)
    const { offset } = engine.plan.staging.x
    const length = (to - from) * columns
    if (checksums) checksums[block] = engine.checksum(offset, length)
    kept?.set(engine.floats.subarray(offset, offset + length), from * columns)
  })
  return { values: kept ?? flat.values, rows, columns, name, nonzeros, checksums }
}

/**
 * Copies the rows [from, to) of x, which are block `block`, to a tensor from its row `at` on. Throws ShapeError where they
 * are not what was checked.
 */
export function fillBlock(
  engine: Engine,
  tensor: Tensor,
  { values, rows, columns, checksums, name }: Inputs,
  [from, to, block]: readonly [number, number, number],
  at = 0,
): void {
  if (values.length !== rows * columns) refuseChange(name)
  engine.fill(tensor, values, from, to, at)
  if (!checksums) return
  const sum = engine.checksum(tensor.offset + at * columns, (to - from) * columns)
  if (sum !== checksums[block]) refuseChange(name)
}

/**
 * Brings the rows [from, to) of x, which are block `block`, to the staging rows and calls `work` with those that are to be
 * computed at once: all of them, or, where functions of the user's own take their time, some after the other, each time brought
 * there anew. Yields after each. engineOf: asked again after each.
 */
export function* computeBlock(
  engineOf: () => Engine,
  x: Inputs,
  [from, to, block]: readonly [number, number, number],
  work: (engine: Engine, from: number, to: number) => void,
): Slices<void> {
  let done = from
  while (done < to) {
    const engine = engineOf()
    fillBlock(engine, engine.plan.staging.x, x, [from, to, block])
    if (done > from) engine.advanceStaged(done - from, to - from)
    const next = done + engine.staged(to - done)
    work(engine, done, next)
    done = next
    yield
  }
}
