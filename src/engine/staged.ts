// An arena that predicts and evaluates rows staged in it, in the caller's thread. Knows offsets; knows nothing of users' arrays.

import { now } from '../base/clock.ts'
import type { Floats } from '../base/floats.ts'
import { SLICE_MS } from '../base/pace.ts'
import { isOwn } from '../model/custom-activation.ts'
import type { Span } from '../program/stages.ts'
import { predictResult } from '../program/tape.ts'
import type { Staging, Tensor } from '../program/tensors.ts'
import { Arena } from './arena.ts'
import { copyRows, fillRows } from './copies.ts'

/** Over some rows. */
export interface Sums {
  readonly loss: number
  readonly hits: number
}

// What a row costs besides its products, in operations: a row drawn from all over a large data set comes from no cache.
// Without it the first slice of 2-2-1 on 4 million rows took 350 ms.
const ROW_FLOPS = 500
// A call of a user's own function is taken to last this long until it is known, in milliseconds: some 0.00002 where it is plain
// arithmetic, but nobody says that it is.
const CALL_MS = 0.02
// The shortest time that every clock tells from none.
const LEAST_MS = 0.01

export class StagedArena extends Arena {
  /** Rows that the user's own functions get at once in a prediction, from how long the last ones took. */
  #callbackRows = 1

  /** A number that changes where `length` elements of the arena do. */
  checksum(offset: number, length: number): number {
    return this.backend.kernels.checksum(offset, length)
  }

  /** Nonzeros of the inputs of the first `rows` staged rows; −1 where one is not finite. */
  countStagedNonzeros(rows: number): number {
    const { offset, columns } = this.plan.staging.x
    return this.backend.kernels.countNonzeros(offset, rows * columns)
  }

  /** How many of `rows` staged rows to take at once: all, unless functions of the user's own would hold the event loop. */
  staged(rows: number): number {
    return this.callsBack ? Math.min(rows, this.#callbackRows) : rows
  }

  #runStaged({ from, to }: Span, rows: number): void {
    if (!this.callsBack) {
      this.backend.run(from, to, 0, rows, rows, 0, 1, 0)
      return
    }
    const begin = now()
    this.backend.run(from, to, 0, rows, rows, 0, 1, 0)
    const perRow = Math.max(now() - begin, LEAST_MS) / rows
    // The first calls run in the engine's baseline code: grow with each time that was short.
    this.#callbackRows = Math.max(1, Math.min(Math.floor(SLICE_MS / perRow), 4 * rows))
  }

  /** Brings the staged inputs from row `from` on to the front: those before are done. */
  advanceStaged(from: number, rows: number): void {
    const { offset, columns } = this.plan.staging.x
    this.floats.copyWithin(offset, offset + from * columns, offset + rows * columns)
  }

  /** The outputs of the first `rows` staged rows, written row-major to `out` at `at`. */
  predictStaged(rows: number, out: Floats, at: number): void {
    this.#runStaged(this.tapes.predict, rows)
    copyRows(this.floats, predictResult(this.plan), rows, this.architecture.outputs, out, at)
  }

  /**
   * Sums of the losses and of the hits of the first `rows` staged rows, added to those before. weights: of the losses of
   * these rows.
   */
  evaluateStaged(rows: number, hitMode: number, before: Sums, weights?: ArrayLike<number>): Sums {
    this.#runStaged(this.tapes.evaluate(hitMode), rows)
    return this.sumStaged(this.plan.staging, rows, before, weights)
  }

  /** What a tape has left for the first `rows` rows of a staging, added to the sums before. */
  protected sumStaged(
    { losses, hits }: Staging,
    rows: number,
    before: Sums,
    weights?: ArrayLike<number>,
  ): Sums {
    const loss = weights
      ? this.#weightedSum(losses, weights, before.loss)
      : this.sum(losses, 0, rows, before.loss)
    return { loss, hits: this.sum(hits, 0, rows, before.hits) }
  }

  /** Copies rows [from, to) of a row-major array to a tensor, from its row `at` on. */
  fill(tensor: Tensor, values: ArrayLike<number>, from: number, to: number, at = 0): void {
    fillRows(this.floats, tensor, values, from, to, at)
  }

  /** sum + Σ tensor[from … to), in order, in float64: the same bits in whatever parts a sum is taken. */
  sum(tensor: Tensor, from: number, to: number, sum = 0): number {
    const { floats } = this
    for (let i = tensor.offset + from; i < tensor.offset + to; ++i) sum += floats[i]
    return sum
  }

  /** sum + Σ weights[i] tensor[i], in order, in float64; what has the weight 0 is left out, whatever it is. */
  #weightedSum({ offset }: Tensor, weights: ArrayLike<number>, sum: number): number {
    const { floats } = this
    for (let i = 0; i < weights.length; ++i) if (weights[i] !== 0) sum += weights[i] * floats[offset + i]
    return sum
  }

  /** The element of tensor[from … to) that is not finite first, counted from the tensor's beginning. */
  firstNotFinite(tensor: Tensor, from: number, to: number): number {
    const { floats } = this
    let i = from
    while (i < to && Number.isFinite(floats[tensor.offset + i])) i += 1
    return i
  }

  /** Rows whose forward pass takes about one slice, on a machine slower than most; what was measured comes later. */
  get rowsPerSlice(): number {
    if (!this.callsBack) return this.#plainRowsPerSlice
    const { layers } = this.architecture
    const calls = layers.reduce((sum, { units, activation }) => sum + (isOwn(activation) ? units : 0), 1)
    return Math.max(1, Math.min(this.#plainRowsPerSlice, Math.floor(SLICE_MS / (CALL_MS * calls))))
  }

  /** The same of the products and the built-in functions alone. */
  get #plainRowsPerSlice(): number {
    const flops = this.architecture.layers.reduce(
      (sum, { inputs, units }) => sum + 2 * inputs * units,
      ROW_FLOPS,
    )
    const flopsPerMs = this.backend.name === 'reference' ? 1e6 : 1e7
    return Math.max(1, Math.floor((SLICE_MS * flopsPerMs) / flops))
  }

  /** Rows that are looked at, checked and evaluated at once: the same for every capacity. */
  get blockRows(): number {
    return Math.min(this.plan.staging.rows, this.#plainRowsPerSlice)
  }
}
