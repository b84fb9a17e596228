// The optimizers: for each the rule that its kernels follow, what it keeps for each parameter, and the numbers that a step
// needs. A new one is a row here, its code in assembly/abi/rules.ts and a kernel in each backend (docs/extending.md).

import * as Rules from '../../assembly/abi/rules.ts'
import {
  boolean,
  type Check,
  type Checked,
  checkOptions,
  fraction,
  isObject,
  oneOf,
  optional,
  rate,
  refuse,
} from '../base/check.ts'
import { learningRate } from './schedules.ts'

type Table = Record<string, Check<unknown>>

/** What the kernels and the plan need to know of an optimizer. */
export interface UpdateRule {
  /** Its code, one of assembly/abi/rules.ts. */
  readonly rule: number
  /** Numbers that are kept of each parameter between two steps. */
  readonly slots: number
  /** True where the numbers differ from step to step, even at the same rate. */
  readonly variesByStep: boolean
}

/** How far a step goes, from which the diagnosis tells what rate is too high. */
export interface Stride {
  /** 'gradient' where a step is as long as the gradient is large, 'rate' where it is about the rate whatever the gradient. */
  readonly follows: 'gradient' | 'rate'
  /** A steady gradient g moves a parameter by so many times η g a step in the long run, or by so many times η. */
  readonly times: number
}

interface Row<T extends Table> {
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

const row = <T extends Table>(one: Row<T>): Row<T> => one

/** base to the power n, as a product from left to right: the same as one factor more for each step. */
function product(base: number, n: number): number {
  let result = 1
  for (let i = 0; i < n && result > 0; ++i) result *= base
  return result
}

const sgdOptions = {
  learningRate: optional(learningRate, 0.01),
  momentum: optional(fraction, 0),
  nesterov: optional(boolean, false),
}
const adamOptions = {
  learningRate: optional(learningRate, 0.001),
  beta1: optional(fraction, 0.9),
  beta2: optional(fraction, 0.999),
  epsilon: optional(rate, 1e-8),
}

const LEAST_FLOAT32 = 2 ** -149

const plain: UpdateRule = { rule: Rules.SGD, slots: 0, variesByStep: false }
const withMomentum: UpdateRule = { rule: Rules.MOMENTUM, slots: 1, variesByStep: false }
const adamRule: UpdateRule = { rule: Rules.ADAM, slots: 2, variesByStep: true }

/** sgd (Robbins and Monro 1951), with momentum (Polyak 1964), also after Nesterov (as in Sutskever et al. 2013) · adam
 * (Kingma and Ba 2015). Formulas and defaults are PyTorch's, where it has a default. */
const optimizers = {
  sgd: row({
    options: sgdOptions,
    check({ momentum, nesterov }, name) {
      if (nesterov && momentum === 0) refuse(`${name}.momentum`, "a number above 0 with 'nesterov'", momentum)
    },
    update: ({ momentum }) => (momentum > 0 ? withMomentum : plain),
    // 1 + μ + μ² + …
    stride: ({ momentum }) => ({ follows: 'gradient', times: 1 / (1 - momentum) }),
    formula({ momentum, nesterov }, w, g) {
      if (momentum === 0) return `${w} −= η · ${g}`
      return `m = μ m + ${g}; ${w} −= η · ${nesterov ? `(${g} + μ m)` : 'm'}`
    },
    begin:
      ({ momentum, nesterov }) =>
      (learningRate) =>
        nesterov ? [learningRate, momentum, 1, momentum] : [learningRate, momentum, 0, 1],
  }),
  adam: row({
    options: adamOptions,
    update: () => adamRule,
    stride: () => ({ follows: 'rate', times: 1 }),
    formula: (_, w, g) =>
      `g = ${g}; m = β₁ m + (1 − β₁) g; v = β₂ v + (1 − β₂) g²; ${w} −= η m̂ / (√v̂ + ε), m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)`,
    begin({ beta1, beta2, epsilon }, taken) {
      let power1 = product(beta1, taken)
      let power2 = product(beta2, taken)
      return (learningRate) => {
        power1 *= beta1
        power2 *= beta2
        const scale = 1 / Math.sqrt(1 - power2)
        const corrected = learningRate / (1 - power1)
        if (Number.isFinite(Math.fround(corrected))) {
          return [corrected, beta1, 1 - beta1, beta2, 1 - beta2, scale, epsilon]
        }
        // Beyond float32 it would make NaN of every gradient of 0: correct what m is divided by instead.
        const rest = 1 - power1
        const least = Math.max(epsilon * rest, LEAST_FLOAT32)
        return [learningRate, beta1, 1 - beta1, beta2, 1 - beta2, scale * rest, least]
      }
    },
  }),
} as const

/** What a step by plain SGD needs. */
export const plainSgd = plain

export type OptimizerName = keyof typeof optimizers

/** An optimizer with every default in place. */
export type OptimizerSettings = {
  readonly [Name in OptimizerName]: { readonly name: Name } & Checked<(typeof optimizers)[Name]['options']>
}[OptimizerName]

/** The optimizer's update rule. */
export function updateRuleOf(settings: OptimizerSettings): UpdateRule {
  const { update } = optimizers[settings.name] as Row<Table>
  return update(settings as never)
}

/** How far the optimizer's steps go. */
export function strideOf(settings: OptimizerSettings): Stride {
  const { stride } = optimizers[settings.name] as Row<Table>
  return stride(settings as never)
}

/** What the numbers of its steps come from: see Row.begin. */
export function beginSteps(
  settings: OptimizerSettings,
  taken: number,
): (learningRate: number) => readonly number[] {
  const { begin } = optimizers[settings.name] as Row<Table>
  return begin(settings as never, taken)
}

/** How w changes, as text. */
export function updateFormula(settings: OptimizerSettings, w: string, g: string): string {
  const { formula } = optimizers[settings.name] as Row<Table>
  return formula(settings as never, w, g)
}

const names = Object.keys(optimizers) as OptimizerName[]

/** An optimizer by its name, or by its name and options. Throws OptionError. */
export const optimizer: Check<OptimizerSettings> = (value, name) => {
  const given = isObject(value) ? value : { name: value }
  const which = oneOf(names)(given.name, `${name}.name`)
  const { options, check } = optimizers[which] as Row<Table>
  // The name is read again with the rest: it must be the one whose options these are.
  const checked = checkOptions({ name: oneOf([which]), ...options }, given, name)
  check?.(checked as never, name)
  return checked as unknown as OptimizerSettings
}
