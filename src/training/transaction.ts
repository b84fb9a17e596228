// A copy of everything that training changes, from the last moment when all was good: the beginning, or the end of an
// epoch. Whatever ends the training early, parameters that are half updated or not finite are rolled back to it.

import type { Floats } from '../base/floats.ts'
import { runNow, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import type { Counters } from './counters.ts'

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
