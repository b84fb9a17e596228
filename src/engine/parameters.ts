// The parameters in an arena: read, set and drawn layer by layer, copied out and in as one slice. Every change here
// updates the copies Wᵀ as well.

import { WEIGHTS } from '../../assembly/abi/purposes.ts'
import type { Backend } from '../backends/backend.ts'
import { allocate } from '../base/allocate.ts'
import type { Floats } from '../base/floats.ts'
import { runNow, type Slices, VALUES_AT_ONCE } from '../base/pace.ts'
import { type Draw, toNormal } from '../model/initializers.ts'
import { type LayerParameters, VECTORS } from '../model/snapshot.ts'
import { padded, unpackPanels } from '../program/panels.ts'
import type { Plan } from '../program/plan.ts'
import type { Range } from '../program/tensors.ts'
import { copySlices, fillRows, zeroSlices } from './copies.ts'
import { type LayerStatistics, layerStatistics } from './layer-statistics.ts'

// How many weights are packed into panels at once: what stays in L1 until it is packed.
const PACKED_AT_ONCE = 1 << 13

export type VectorName = (typeof VECTORS)[number] | 'biasGradients' | 'gainGradients' | 'shiftGradients'

export class Parameters {
  readonly #plan: Plan
  readonly #backend: Backend

  constructor(plan: Plan, backend: Backend) {
    this.#plan = plan
    this.#backend = backend
  }

  get #floats(): Floats {
    return this.#backend.floats
  }

  /** How many numbers the optimizer keeps of each parameter here. */
  get slots(): number {
    return this.#plan.state.length / this.#plan.parameters.length - 1
  }

  /** Where slot number `slot`, from 1, has what the optimizer keeps of the parameter at an offset; slot 0 is that itself. */
  #inSlot(offset: number, slot: number): number {
    return offset + slot * this.#plan.parameters.length
  }

  /** The row-major (inputs × units) matrix W of layer l, of its gradient, or what a slot keeps of it, as a copy. */
  weights(l: number, which: 'weights' | 'weightGradients' = 'weights', slot = 0): Floats {
    const { inputs, units } = this.#plan.architecture.layers[l]
    const offset = this.#inSlot(this.#plan.layers[l][which]!.offset, slot)
    return unpackPanels(this.#floats, offset, inputs, units, this.#empty(inputs * units))
  }

  setWeights(l: number, values: ArrayLike<number>, slot = 0): void {
    const { units } = this.#plan.architecture.layers[l]
    const { offset } = this.#plan.staging.buffers[0]
    const rows = { offset, columns: units }
    this.#packWeights(l, (from, to) => fillRows(this.#floats, rows, values, from, to), slot)
  }

  /** Draws the weights of layer l, row by row, from the random numbers of (seed, WEIGHTS, stream). */
  drawWeights(l: number, draw: Draw, seed: number, stream: number): void {
    const { units } = this.#plan.architecture.layers[l]
    const { offset } = this.#plan.staging.buffers[0]
    this.#packWeights(l, (from, to) =>
      this.#draw(draw, offset, (to - from) * units, from * units, seed, stream),
    )
  }

  /** Brings the weights of layer l to their panels by strips: `fill` puts rows [from, to) where the staging rows have a buffer. */
  #packWeights(l: number, fill: (from: number, to: number) => void, slot = 0): void {
    const { inputs, units } = this.#plan.architecture.layers[l]
    const { weights } = this.#plan.layers[l]
    const { offset, length } = this.#plan.staging.buffers[0]
    const panels = { offset: this.#inSlot(weights.offset, slot), length: weights.length }
    this.#clear(panels)
    const strip = Math.max(1, Math.floor(Math.min(length, PACKED_AT_ONCE) / units))
    for (let from = 0; from < inputs; from += strip) {
      const to = Math.min(from + strip, inputs)
      fill(from, to)
      const { kernels } = this.#backend
      kernels.packRows(offset, from, to, inputs, units, panels.offset)
    }
    if (slot === 0) runNow(this.#transposeSlices(l))
  }

  /** Updates every Wᵀ. Yields now and then. */
  *transposeSlices(): Slices<void> {
    for (let l = 0; l < this.#plan.layers.length; ++l) yield* this.#transposeSlices(l)
  }

  /** Updates Wᵀ of layer l. */
  *#transposeSlices(l: number): Slices<void> {
    const { inputs, units } = this.#plan.architecture.layers[l]
    const { weights, weightsT } = this.#plan.layers[l]
    if (!weightsT) return
    const rowsAtOnce = padded(Math.ceil(VALUES_AT_ONCE / units))
    for (let from = 0; from < inputs; from += rowsAtOnce) {
      const to = Math.min(from + rowsAtOnce, padded(inputs))
      this.#backend.kernels.transposePanels(from, to, weights.offset, weightsT.offset, inputs, units)
      yield
    }
  }

  #draw(draw: Draw, at: number, n: number, first: number, seed: number, stream: number): void {
    const seedHigh = Math.floor(seed / 2 ** 32)
    this.#backend.kernels.uniform(at, n, draw.bound, first, seed | 0, seedHigh, WEIGHTS, stream)
    if (draw.deviation !== undefined) toNormal(this.#floats, at, at + n, draw.deviation)
  }

  /** The biases (units) of layer l, or of its gradient, as a copy; empty where the layer has none. */
  biases(l: number, which: 'biases' | 'biasGradients' = 'biases'): Floats {
    return this.vector(l, which)
  }

  #empty(length: number): Floats {
    return this.#floats instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)
  }

  setBiases(l: number, values: ArrayLike<number>): void {
    this.setVector(l, 'biases', values)
  }

  /** One of the vectors (units) of layer l, as a copy; empty where the layer has none. */
  vector(l: number, which: VectorName, slot = 0): Floats {
    const tensor = this.#plan.layers[l][which]
    if (!tensor) return this.#empty(0)
    const offset = this.#inSlot(tensor.offset, slot)
    return this.#floats.slice(offset, offset + tensor.columns)
  }

  setVector(l: number, which: VectorName, values: ArrayLike<number>, slot = 0): void {
    const tensor = this.#plan.layers[l][which]
    if (!tensor) return
    const offset = this.#inSlot(tensor.offset, slot)
    this.#clear({ offset, length: tensor.length })
    this.#floats.set(values, offset)
  }

  /** All that layer l has, or that a slot keeps of it, as copies. */
  layer(l: number, slot = 0): LayerParameters {
    const vectors = VECTORS.filter((which) => this.#plan.layers[l][which])
    return {
      weights: this.weights(l, 'weights', slot),
      ...Object.fromEntries(vectors.map((which) => [which, this.vector(l, which, slot)])),
    }
  }

  /** Sets all that layer l has, or that a slot keeps of it. */
  setLayer(l: number, values: LayerParameters, slot = 0): void {
    this.setWeights(l, values.weights, slot)
    for (const which of VECTORS) {
      const vector = values[which]
      if (vector) this.setVector(l, which, vector, slot)
    }
  }

  /** What leaves a normalised z as it is: γ = 1, and a running variance of 1. The others are zeros already. */
  initializeNormalizations(): void {
    this.#plan.layers.forEach(({ gains, runningVariance }) => {
      for (const tensor of [gains, runningVariance]) {
        if (tensor) this.#floats.fill(1, tensor.offset, tensor.offset + tensor.columns)
      }
    })
  }

  /** Draws the biases of layer l, which has some, like weights. */
  drawBiases(l: number, draw: Draw, seed: number, stream: number): void {
    const { offset, columns } = this.#plan.layers[l].biases!
    this.#draw(draw, offset, columns, 0, seed, stream)
  }

  /** The padding must be zero, whatever was there before. */
  #clear({ offset, length }: Range): void {
    this.#floats.fill(0, offset, offset + length)
  }

  /** Copies every parameter and what the optimizer keeps of them to copy[0 …). Yields now and then. */
  copySlices(copy: Floats): Slices<void> {
    const { offset, length } = this.#plan.state
    return copySlices(this.#floats, offset, copy, { offset: 0, length })
  }

  /**
   * Sets every parameter from a copy of an architecture's, of whatever arena; and what the optimizer keeps of them, as far
   * as there is room for it here: zeros where the copy was made before there was any. Yields now and then.
   */
  *setSlices(copy: Floats): Slices<void> {
    const { offset, length } = this.#plan.state
    const known = Math.min(length, copy.length)
    yield* copySlices(copy, 0, this.#floats, { offset, length: known })
    yield* zeroSlices(this.#floats, { offset: offset + known, length: length - known })
    yield* this.transposeSlices()
  }

  /** Elements of a copy. */
  get copyLength(): number {
    return this.#plan.state.length
  }

  /** Room for a copy. Throws BackendError where there is no memory for it. */
  makeCopy(): Floats {
    const length = this.copyLength
    const bytes = length * this.#floats.BYTES_PER_ELEMENT
    return allocate('a copy of the parameters', bytes, () => this.#empty(length))
  }

  /** Mean and size of each layer's parameters, of a sample where they are many. */
  statistics(): LayerStatistics[] {
    const { architecture, layers } = this.#plan
    return layers.map(({ weights, biases }, l) => {
      const { inputs, units } = architecture.layers[l]
      return layerStatistics(this.#floats, weights, inputs * units, biases, units)
    })
  }

  /** True where every parameter is finite, and what the optimizer keeps of it. */
  areFinite(): boolean {
    return runNow(this.finiteSlices())
  }

  /** The same in slices. */
  *finiteSlices(): Slices<boolean> {
    const { offset, length } = this.#plan.state
    for (let from = offset; from < offset + length; from += VALUES_AT_ONCE) {
      if (from > offset) yield
      const n = Math.min(VALUES_AT_ONCE, offset + length - from)
      if (this.#backend.kernels.countNonzeros(from, n) < 0) return false
    }
    return true
  }
}
