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
}

/** What a sum over `rows` rows is multiplied with: see assembly/rules/update.ts. */
export const stepOf = (floats: Floats, rule: number, scalars: number, rows: number): number =>
  rule === Rules.FUSED ? -(floats[scalars] / rows) : 1 / rows

const byCode: Readonly<Record<number, Rule>> = {
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

/** The rule on n parameters at w, whose mean gradient is at g. */
export function applyRule(floats: Floats, update: Update, w: number, g: number, n: number): void {
  const rule = byCode[update.rule]
  if (!rule) throw new Error(`there is no rule ${update.rule}`)
  rule(floats, w, g, n, update.slots, update.scalars)
}
