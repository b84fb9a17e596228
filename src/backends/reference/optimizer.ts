// The update rules of assembly/rules/ in plain JavaScript.

import * as Rules from '../../../assembly/abi/rules.ts'
import type { Floats } from '../../base/floats.ts'

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

function momentum(floats: Floats, w: number, g: number, n: number, { scalars, slots }: Update): void {
  const rate = floats[scalars]
  const mu = floats[scalars + 1]
  const alpha = floats[scalars + 2]
  const beta = floats[scalars + 3]
  for (let i = 0; i < n; ++i) {
    const gradient = floats[g + i]
    const m = mu * floats[w + slots + i] + gradient
    floats[w + slots + i] = m
    floats[w + i] -= rate * (alpha * gradient + beta * m)
  }
}

function adam(floats: Floats, w: number, g: number, n: number, { scalars, slots }: Update): void {
  const rate = floats[scalars]
  const beta1 = floats[scalars + 1]
  const rest1 = floats[scalars + 2]
  const beta2 = floats[scalars + 3]
  const rest2 = floats[scalars + 4]
  const scale = floats[scalars + 5]
  const epsilon = floats[scalars + 6]
  for (let i = 0; i < n; ++i) {
    const gradient = floats[g + i]
    const at = w + i
    const m = beta1 * floats[at + slots] + rest1 * gradient
    const v = beta2 * floats[at + 2 * slots] + rest2 * gradient * gradient
    floats[at + slots] = m
    floats[at + 2 * slots] = v
    floats[at] -= (rate * m) / (Math.sqrt(v) * scale + epsilon)
  }
}

/** The rule on n parameters at w, whose mean gradient is at g. */
export function applyRule(floats: Floats, update: Update, w: number, g: number, n: number): void {
  if (update.rule === Rules.MOMENTUM) momentum(floats, w, g, n, update)
  else if (update.rule === Rules.ADAM) adam(floats, w, g, n, update)
  else throw new Error(`there is no rule ${update.rule}`)
}
