// An optimizer's settings: checked, and asked what their row of the table says of them.

import { type Check, checkOptions, isObject, oneOf } from '../base/check.ts'
import type { Row, Stride, Table, UpdateRule } from './optimizer-row.ts'
import { type OptimizerName, type OptimizerSettings, optimizers } from './optimizers.ts'

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
