// What a forward and backward pass leaves in the arena, as copies: row-major, without the padding. Whatever an instruction
// adds to a layer (what a normalisation computes, which units a dropout keeps) is to be read from the arena here.

import { activate, derive, softmaxRow } from '../backends/reference/activation.ts'
import type { Floats } from '../base/floats.ts'
import { runNow, type Slices } from '../base/pace.ts'
import { activationRow } from '../model/custom-activation.ts'
import { lossRow } from '../model/custom-loss.ts'
import type { Tensor } from '../program/tensors.ts'
import { copyRows } from './copies.ts'
import type { Engine } from './engine.ts'

/** Zeros in the precision of the arena. */
export const floatsLike = (floats: Floats, length: number): Floats =>
  floats instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)

/** The outputs of the rows [0, rows) of row-major inputs, (rows × outputs): those of `predict`, bit for bit. Yields now and
 * then. */
function* outputSlices(engine: Engine, x: ArrayLike<number>, rows: number): Slices<Floats> {
  const { outputs } = engine.architecture
  const { blockRows } = engine
  const out = floatsLike(engine.floats, rows * outputs)
  for (let from = 0; from < rows; from += blockRows) {
    const to = Math.min(from + blockRows, rows)
    engine.fill(engine.plan.staging.x, x, from, to)
    engine.predictStaged(to - from, out, from * outputs)
    yield
  }
  return out
}

/** The same at once. */
export const outputsOf = (engine: Engine, x: ArrayLike<number>, rows: number): Floats =>
  runNow(outputSlices(engine, x, rows))

/** Where the last layer's activation is left to its loss: the arena has z there, and not a. */
export function leavesZ(engine: Engine, l: number): boolean {
  const { layers, loss } = engine.architecture
  return l === layers.length - 1 && lossRow(loss).fusedWith === layers[l].activation
}

/** The tensors of the last pass over `rows` rows, each (rows × units). */
export class Pass {
  readonly #engine: Engine
  readonly #rows: number
  readonly #x: ArrayLike<number>

  /** x: the inputs of the pass, (rows × inputs). */
  constructor(engine: Engine, x: ArrayLike<number>, rows: number) {
    this.#engine = engine
    this.#x = x
    this.#rows = rows
  }

  #read(tensor: Tensor): Floats {
    const { floats } = this.#engine
    const out = floatsLike(floats, this.#rows * tensor.columns)
    copyRows(floats, tensor, this.#rows, tensor.columns, out, 0)
    return out
  }

  /** What the arena keeps of layer l: a = f(z), or z itself where the loss is fused with f. */
  stored(l: number): Floats {
    return this.#read(this.#engine.plan.layers[l].activations!)
  }

  /** a = f(z) of layer l. */
  activations(l: number): Floats {
    return runNow(this.activationSlices(l))
  }

  /** The same in slices. */
  *activationSlices(l: number): Slices<Floats> {
    if (!leavesZ(this.#engine, l)) return this.stored(l)
    const { layers } = this.#engine.architecture
    const isPredicted = !layers.some(({ normalization }) => normalization?.name === 'batch')
    if (isPredicted) return yield* outputSlices(this.#engine, this.#x, this.#rows)
    // A prediction would take running statistics where this pass took those of the batch.
    const a = this.stored(l)
    const { units, activation } = layers[l]
    const { code, wholeRow } = activationRow(activation)
    if (!wholeRow) activate(a, code, 0, 0, 0, a.length)
    else for (let r = 0; r < this.#rows; ++r) softmaxRow(a, r * units, r * units, units)
    return a
  }

  /** f'(z) of layer l, given its a; undefined where an element of a depends on the whole row of z. */
  slopes(l: number, a: Floats): Floats | undefined {
    const { activation } = this.#engine.architecture.layers[l]
    const { code, wholeRow, storesSlope } = activationRow(activation)
    if (wholeRow) return undefined
    const { slopes } = this.#engine.plan.layers[l]
    // Where a dropout needs a place for slopes, there may be one that this pass does not write to.
    if (slopes && storesSlope) return this.#read(slopes)
    // f' · 1, read from a as the backward pass reads it.
    const both = floatsLike(a, 2 * a.length)
    both.set(a)
    both.fill(1, a.length)
    derive(both, code, 0, a.length, a.length)
    return both.slice(a.length)
  }

  /** δ = ∂C/∂z of layer l, row by row: C is the loss of the row. */
  deltas(l: number): Floats {
    return this.#read(this.#engine.plan.layers[l].deltas!)
  }
}
