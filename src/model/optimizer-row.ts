// What an optimizer is to nabla: a row of the table in optimizers.ts.

import type { Check, Checked } from '../base/check.ts'

export type Table = Record<string, Check<unknown>>

/** What the kernels and the plan need to know of an optimizer. */
export interface UpdateRule {
  /** Its code, one of assembly/abi/rules.ts. */
  readonly rule: number
  /** Numbers that are kept of each parameter between two steps. */
  readonly slots: number
  /** True where the numbers differ from step to step, even at the same rate. */
  readonly variesByStep: boolean
  /** True where a step takes all rows, and the tape only computes their gradient: src/training/full-batch.ts does the rest. */
  readonly allRows?: boolean
}

/** How far a step goes, from which the diagnosis tells what rate is too high. */
export interface Stride {
  /** 'gradient' where a step is as long as the gradient is large, 'rate' where it is about the rate whatever the gradient. */
  readonly follows: 'gradient' | 'rate'
  /** A steady gradient g moves a parameter by so many times η g a step in the long run, or by so many times η. */
  readonly times: number
}

export interface Row<T extends Table> {
  /** Its options with their checks and defaults. */
  readonly options: T
  /** Throws OptionError for options that make no sense together. */
  check?(options: Checked<T>, name: string): void
  update(options: Checked<T>): UpdateRule
  stride(options: Checked<T>): Stride
  /** How the parameter w is changed by its gradient g, as `explain` prints it. */
  formula(options: Checked<T>, w: string, g: string): string
  /**
   * After `taken` steps: a function that gives, for one step after the other, the numbers of the rule's kernel, at most
   * SCALARS.
   */
  begin(options: Checked<T>, taken: number): (learningRate: number) => readonly number[]
}

export const row = <T extends Table>(one: Row<T>): Row<T> => one

/**
 * factor(1) · factor(2) · … to factor(n), each below 1, from left to right: the same as one factor more for each step. It goes
 * no further than to where 1 less the product is 1, which is all that a step reads of it.
 */
export function product(factor: (i: number) => number, n: number): number {
  let result = 1
  for (let i = 1; i <= n && 1 - result < 1; ++i) result *= factor(i)
  return result
}

/** The rule of this code, which keeps `slots` numbers of each parameter. */
export const rule = (code: number, slots: number, variesByStep = false): UpdateRule => ({
  rule: code,
  slots,
  variesByStep,
})

/** The gradient g of the parameter w, with its decay, as `explain` prints it. */
export const decayed = (w: string, g: string, weightDecay: number) => (weightDecay > 0 ? `${g} + λ ${w}` : g)
