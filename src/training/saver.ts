// Checkpoints of a fit while it runs.

import { now } from '../base/clock.ts'
import { Foreign, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import type { Counters } from './counters.ts'
import { checkpointOf } from './state.ts'

/** How often: after so many epochs, steps of the optimizer or seconds. */
export type Every =
  | { readonly epochs: number; readonly steps?: undefined; readonly seconds?: undefined }
  | { readonly steps: number; readonly epochs?: undefined; readonly seconds?: undefined }
  | { readonly seconds: number; readonly epochs?: undefined; readonly steps?: undefined }

export class Saver {
  readonly #options: object
  readonly #counters: Counters
  readonly #every: Every
  readonly #write: (bytes: Uint8Array) => unknown
  #epochs = 0
  #steps = 0
  #saved = now()

  /** options: those that make the network. write: called with the bytes of each checkpoint, and awaited. */
  constructor(options: object, counters: Counters, every: Every, write: (bytes: Uint8Array) => unknown) {
    this.#options = options
    this.#counters = counters
    this.#every = every
    this.#write = write
  }

  /** Steps until one is due; undefined where that is not a matter of steps. */
  get most(): number | undefined {
    const { steps } = this.#every
    return steps === undefined ? undefined : Math.max(1, steps - this.#steps)
  }

  /** True where one is due after so many steps more. */
  isDue(steps: number): boolean {
    this.#steps += steps
    const { steps: every, seconds } = this.#every
    if (every !== undefined) return this.#steps >= every
    return seconds !== undefined && now() - this.#saved >= 1000 * seconds
  }

  /** The same after an epoch more. */
  isDueAfterEpoch(): boolean {
    this.#epochs += 1
    return this.#every.epochs !== undefined && this.#epochs >= this.#every.epochs
  }

  /** Saves the state of the training, which is between two steps. */
  *save(engine: Engine): Slices<void> {
    yield* engine.fetchParameters()
    const bytes = yield* checkpointOf(this.#options, this.#counters, engine)
    yield new Foreign(this.#write(bytes))
    this.#epochs = 0
    this.#steps = 0
    this.#saved = now()
  }
}
