// Training sample by sample: what a backend offers for it.

import type { Parameters } from './parameters.ts'
import type { Rule } from './rule.ts'
import type { TrainingData } from './training-data.ts'

/** A training under way. */
export interface Online {
  /** Passes over the data since it began. */
  readonly iterations: number
  /** The error of the last pass; 1 before the first. */
  readonly error: number
  /** True between two passes. */
  readonly isBetween: boolean
  /**
   * Trains on the next samples in order, `most` of them at most. Ends early after the pass that is the `until`-th, or whose
   * error is not above `threshold` or not a number. Returns how many samples it trained on.
   */
  run(most: number, until: number, threshold: number): number
  /** Brings the parameters up to date. */
  write(): void
  /** Takes the parameters over, which something else has changed. */
  read(): void
  /**
   * Goes on by another rule from the next sample on. Momentum or Adam, that stays. The parameters, where they have been written to,
   * are read() before.
   */
  follow(rule: Rule): void
  /** Gives its memory back. write() comes first. */
  release(): void
}

export type MakeOnline = (
  sizes: readonly number[],
  parameters: Parameters,
  data: TrainingData,
  rule: Rule,
) => Online
