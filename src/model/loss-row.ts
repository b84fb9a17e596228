// What a row of the table of losses has: all that is particular to one.

import type { Check, Checked } from '../base/check.ts'
import type { Activation } from './custom-activation.ts'
import type { ActivationName } from './tables.ts'

type Table = Record<string, Check<unknown>>

/** Mean, deviation and mean square of a column of targets. */
export interface Column {
  readonly mean: number
  readonly deviation: number
  readonly square: number
}

export interface Names {
  /** The output, its activation and what that is of. */
  readonly a: string
  readonly f: Activation
  readonly z: string
}

export interface Row<T extends Table> {
  readonly code: number
  /** Its options with their checks and defaults. */
  readonly options: T
  /** What its kernel is given of them: at most three numbers. */
  readonly numbers: (options: Checked<T>, outputs: number) => readonly number[]
  /** The output activation it is fused with, or undefined: then it meets any but those it refuses. */
  readonly fusedWith: ActivationName | undefined
  /** Output activations that it has no δ for. */
  readonly refuses: readonly ActivationName[]
  /** What a row of targets is: numbers, the probabilities of classes, or labels that are each true or false. */
  readonly kind: 'values' | 'classes' | 'labels'
  /** The range in which a target has a meaning, where that is not every number. */
  readonly targets: readonly [least: number, most: number] | undefined
  /** True where only whole numbers of that range have one. */
  readonly wholeTargets: boolean
  /** Fewest outputs, and what is said of fewer, where one is not enough. */
  readonly outputs: { readonly least: number; readonly expected: string; readonly got: string } | undefined
  /** Where the two sides of an output part: of z where the loss is fused, else of a. */
  readonly threshold: number
  /** The largest second derivative by what it is given: what a diagnosis estimates with. */
  readonly curvature: number
  /** The losses that a network should beat: those of the targets' mean and of a blank prediction, or more. */
  readonly baselines: (
    columns: readonly Column[],
    options: Checked<T>,
  ) => { readonly mean: number; readonly blank: number }
  /** The loss as `explain` prints it, and δ. */
  readonly formula: (names: Names, options: Checked<T>) => string
  readonly delta: (names: Names, options: Checked<T>) => string
}

/** A row, its options told apart from those of others by nothing. */
export type LossRow = Row<Table>

export const row = <T extends Table>(one: Row<T>): Row<T> => one
