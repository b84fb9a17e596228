// What a product does with the sums of a gradient, and the update rules by their codes: see assembly/rules/.

import * as Rules from '../../../assembly/abi/rules.ts'
import type { Floats } from '../../base/floats.ts'
import { adagrad, adam, lion, momentum, nadam, type Rule, rmsprop, sgdDecay } from './rules.ts'

/** What a rule needs besides the gradient. */
export interface Update {
  readonly rule: number
  /** Where the rule's numbers for this step are. */
  readonly scalars: number
  /** The distance from a parameter to its first slot, and between its slots. */
  readonly slots: number
  /** Room for some of the gradient. */
  readonly strip: number
  /** λ₁ and 2 λ₂ of a penalty. */
  readonly l1: number
  readonly twiceL2: number
  /** Of each element of the gradient; 0 for none. */
  readonly limit: number
  /** What the gradient is multiplied with. */
  readonly scale: number
}

/** g += λ₁ sign w + 2 λ₂ w for n weights. */
export function penalize(floats: Floats, w: number, g: number, n: number, l1: number, twiceL2: number): void {
  for (let i = 0; i < n; ++i) {
    const weight = floats[w + i]
    floats[g + i] += twiceL2 * weight + l1 * Math.sign(weight)
  }
}

/** The gradient of n parameters as the rule is to have it. */
function prepare(floats: Floats, w: number, g: number, n: number, update: Update): void {
  const { l1, twiceL2, limit, scale } = update
  if (l1 !== 0 || twiceL2 !== 0) penalize(floats, w, g, n, l1, twiceL2)
  if (limit !== 0) for (let i = g; i < g + n; ++i) floats[i] = Math.max(-limit, Math.min(limit, floats[i]))
  if (scale !== 1) for (let i = g; i < g + n; ++i) floats[i] *= scale
}

const sgd: Rule = (floats, w, g, n, _, scalars) => {
  const rate = floats[scalars]
  for (let i = 0; i < n; ++i) floats[w + i] -= rate * floats[g + i]
}

const byCode: Readonly<Record<number, Rule>> = {
  [Rules.SGD]: sgd,
  [Rules.MOMENTUM]: momentum,
  [Rules.ADAM]: adam,
  [Rules.SGD_DECAY]: sgdDecay,
  [Rules.RMSPROP]: rmsprop(false, false),
  [Rules.RMSPROP_MOMENTUM]: rmsprop(false, true),
  [Rules.RMSPROP_CENTERED]: rmsprop(true, false),
  [Rules.RMSPROP_CENTERED_MOMENTUM]: rmsprop(true, true),
  [Rules.ADAGRAD]: adagrad,
  [Rules.NADAM]: nadam,
  [Rules.LION]: lion,
}

/** The rule on n parameters at w, whose mean gradient is at g and is overwritten. */
export function applyRule(floats: Floats, update: Update, w: number, g: number, n: number): void {
  prepare(floats, w, g, n, update)
  const rule = byCode[update.rule]
  if (!rule) throw new Error(`there is no rule ${update.rule}`)
  rule(floats, w, g, n, update.slots, update.scalars)
}
