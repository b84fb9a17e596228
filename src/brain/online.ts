// Training sample by sample (online learning): what a backend has to offer.

import type { Parameters } from './parameters.ts'
import type { Rule } from './rule.ts'
import type { TrainingData } from './training-data.ts'

/** A training under way. */
export interface Online {
  /** Whole passes over the data since training began. */
  readonly iterations: number
  /** The error of the last pass; 1 before the first. */
  readonly error: number
  /** True between two passes. */
  readonly isBetween: boolean
  /**
   * Trains on the next samples in order, at most `most` of them. Ends early after pass number `until`, and after a pass whose error
   * is NaN or at most `threshold`. Returns the number of samples it trained on.
   */
  run(most: number, until: number, threshold: number): number
  /** Writes what training has come to into the parameters. */
  write(): void
  /** Reads the parameters again, after something else has changed them. */
  read(): void
  /**
   * Follows another rule from the next sample on, but stays with momentum or with Adam. If the parameters were written to, read()
   * comes first.
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
