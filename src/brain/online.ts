// Training sample by sample: what a backend offers for it.

import type { Parameters } from './parameters.ts'
import type { TrainingData } from './training-data.ts'
import type { NeuralNetworkActivation } from './types.ts'

/** What of the options changes the numbers. */
export interface Rule {
  readonly activation: NeuralNetworkActivation
  readonly leakyReluAlpha: number
  readonly learningRate: number
  readonly isAdam: boolean
  readonly momentum: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

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
  /** Gives its memory back. write() comes first. */
  release(): void
}

export type MakeOnline = (
  sizes: readonly number[],
  parameters: Parameters,
  data: TrainingData,
  rule: Rule,
) => Online
