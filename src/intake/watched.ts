// A caller's array between the call and the moment when it is read. Long data are read in slices, and the caller's code
// runs in between: an array that has changed by then is refused.

import { ShapeError } from '../base/errors.ts'
import type { TargetsLike } from '../model/options.ts'

// How many values are compared later: enough to see a change of a whole array, or of one in a few hundred values.
const SAMPLES = 512

export function refuseChange(name: string): never {
  throw new ShapeError(
    `${name}: expected values that stay as they are until they have been read, got others: ` +
      'the array was written to, or its buffer transferred, while the call was at work',
  )
}

/** What an array was at the time of the call. */
export class Watched {
  readonly #value: TargetsLike
  readonly #name: string
  readonly #length: number
  readonly #places: Float64Array
  readonly #samples: unknown[] = []

  /** value: anything; its reader refuses what is no array. */
  constructor(value: TargetsLike, name: string) {
    this.#value = value
    this.#name = name
    this.#length = Number((value as { length?: unknown } | null | undefined)?.length) || 0
    const count = Math.min(SAMPLES, this.#length)
    this.#places = Float64Array.from({ length: count }, (_, i) => Math.floor((i * this.#length) / count))
    for (const at of this.#places) this.#samples.push(this.#sample(at))
  }

  /** Watches nothing: for what is read at once, before anything else can happen to it. */
  static readonly none = new Watched([], '')

  /** Watches nothing if the value cannot be read: its reader says why. */
  static of(value: TargetsLike, name: string): Watched {
    try {
      return new Watched(value, name)
    } catch {
      return Watched.none
    }
  }

  /** The element at `at`, or a pseudo-random element of the row there. */
  #sample(at: number): unknown {
    const element = (this.#value as ArrayLike<unknown>)[at]
    if (typeof element !== 'object' || element === null) return element
    const row = element as ArrayLike<unknown>
    return row[(at * 7919) % (row.length || 1)]
  }

  /** Throws ShapeError if a sample of the elements [from, to) has changed. */
  check(from: number, to: number): void {
    if ((this.#value as ArrayLike<unknown>)?.length !== this.#length && this.#length > 0)
      refuseChange(this.#name)
    let i = Math.max(0, Math.floor((from * this.#places.length) / (this.#length || 1)) - 1)
    for (; i < this.#places.length && this.#places[i] < to; ++i) {
      const at = this.#places[i]
      if (at >= from && !Object.is(this.#sample(at), this.#samples[i])) refuseChange(this.#name)
    }
  }
}
