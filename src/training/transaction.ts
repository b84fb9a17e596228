// A copy of everything that training changes, from the last moment when all was good: the beginning, or the end of an
// epoch. Whatever ends the training early, parameters that are half updated or not finite are rolled back to it.

import type { Floats } from '../base/floats.ts'
import { runNow, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import type { ClassNames } from '../model/class-names.ts'
import type { StoppingState } from './early-stopping.ts'
import type { EpochFigures } from './history.ts'
import type { PairsState } from './lbfgs.ts'
import type { PlateauState } from './plateau.ts'

/** What decides which rows the batches of an epoch have, and how much they count. */
export interface Order {
  readonly rows: number
  readonly batchRows: number
  /** Batches that take one step together. */
  readonly accumulate: number
  readonly shuffle: boolean
  readonly seed: number
  /** Share of the data that is kept apart for validation, and whether of each class alike; 0 where none is. */
  readonly share: number
  readonly stratify: boolean
  /** Sum of the rows' weights. */
  readonly weight: number
}

/** How far a training is within an epoch. */
export interface Position {
  readonly order: Order
  /** Rows of the epoch that are done. */
  readonly row: number
  /** Sums over the rows that are done. */
  readonly loss: number
  readonly penalty: number
  readonly hits: number
  /** Steps of the optimizer in this epoch. */
  readonly steps: number
  /** η of the last of them, where a search has found it. */
  readonly rate?: number | undefined
}

/** What training changes besides the parameters: plain data, each value replaced as a whole. */
export interface Counters {
  /** Epochs the network was trained for: the shuffles go on where they stopped. */
  epochs: number
  /** Steps of the optimizer that were taken. */
  steps: number
  /** Where the training is, or has stopped, within an epoch; undefined between two. */
  position?: Position | undefined
  /** An epoch that is done and that its observers have not yet all seen. */
  unobserved?: EpochFigures | undefined
  /** What a rate that falls on a plateau has seen. */
  plateau?: PlateauState | undefined
  /** Which of the optimizer's slots hold pairs of L-BFGS. */
  pairs?: PairsState | undefined
  /** What early stopping has seen in the fit that runs, or was ended early. */
  stopping?: StoppingState | undefined
  /** What the classes are called. */
  classNames?: ClassNames | undefined
}

// A copy of up to this many parameters, 4 MB, is kept for the next transaction: allocating one takes as long as a step of a
// small network, and as 1% of an epoch of 20 steps of 784-512-512-10.
const KEPT_COPY = 1 << 20

export class Transaction {
  readonly #engine: Engine
  readonly #counters: Counters
  #copy: Floats | undefined
  #kept: Counters
  #copying = false
  #version = 0
  /** False while the parameters may be in the middle of a step. */
  isWhole = true

  constructor(engine: Engine, counters: Counters) {
    this.#engine = engine
    this.#counters = counters
    this.#kept = { ...counters }
  }

  /** Changes whenever the good parameters change. */
  get version(): number {
    return this.#version
  }

  /** Until something is kept, readers read the parameters themselves. */
  begin(): void {
    this.#copying = true
    this.isWhole = true
    this.#version += 1
  }

  /** Keeps what there is now. Throws BackendError where there is no memory for the copy. Yields now and then. */
  *keep(): Slices<void> {
    const { parameters } = this.#engine
    // The first training step gives the optimizer room beside the parameters.
    if (this.#copy?.length !== parameters.copyLength) this.#copy = parameters.makeCopy()
    this.#copying = true
    yield* parameters.copySlices(this.#copy)
    this.keepCounters()
    this.#version += 1
    this.#copying = false
  }

  /** Keeps the counters alone, where the parameters are those that are kept. */
  keepCounters(): void {
    this.#kept = { ...this.#counters }
  }

  /** The counters that belong to `goodParameters`. */
  get keptCounters(): Counters {
    return this.#copying ? { ...this.#counters } : this.#kept
  }

  /** Brings back what was kept. Yields now and then. */
  *rollBack(): Slices<void> {
    yield* this.#engine.parameters.setSlices(this.#copy!)
    this.#recount()
  }

  /** The same in another arena: a thread that was lost may still write to this one. */
  *rollBackElsewhere(): Slices<void> {
    try {
      yield* this.#engine.abandonSlices(this.#copy!)
    } catch {
      // There is no memory for another arena. The lost thread has most likely stopped by the time this is done.
      yield* this.#engine.parameters.setSlices(this.#copy!)
    }
    this.#recount()
  }

  /** The counters as they were kept: the parameters are. */
  #recount(): void {
    const { epochs, steps, position, unobserved, plateau, pairs, stopping, classNames } = this.#kept
    const rest = { position, unobserved, plateau, pairs, stopping, classNames }
    Object.assign(this.#counters, { epochs, steps, ...rest })
    this.isWhole = true
  }

  /**
   * After training that ended within an epoch: keeps the steps that are done if they are whole and finite, else brings
   * back what was kept. Yields now and then.
   */
  *settle(): Slices<void> {
    if (!this.isWhole || !(yield* this.#engine.parameters.finiteSlices())) yield* this.rollBack()
    // Names that nothing was trained on are not those of the network.
    else if (this.#counters.steps === this.#kept.steps) this.#counters.classNames = this.#kept.classNames
  }

  /** The parameters that are good, for a reader while the training goes on. */
  goodParameters(): Floats {
    // While a copy is being made nothing changes the parameters, but the copy may be half old, half new.
    if (!this.#copying) return this.#copy!
    const copy = this.#engine.parameters.makeCopy()
    runNow(this.#engine.parameters.copySlices(copy))
    return copy
  }

  /** Frees the copy if it is large. */
  end(): void {
    // A copy of the best parameters, of which there is no need any more.
    if (this.#kept.stopping) this.keepCounters()
    if (this.#copy && this.#copy.length > KEPT_COPY) this.#copy = undefined
  }
}
