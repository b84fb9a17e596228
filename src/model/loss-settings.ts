// A loss as a user names it: checked, with its options, and what follows from these.

import { type Check, checkOptions, isObject, oneOf } from '../base/check.ts'
import type { Column, LossRow, Names } from './loss-row.ts'
import { type LossName, type LossSettings, losses } from './losses.ts'

const names = Object.keys(losses) as LossName[]
const rowOf = (name: LossName) => losses[name] as LossRow

/** A loss by its name, or by its name and options. Throws OptionError. */
export const loss: Check<LossSettings> = (value, name) => {
  const given = isObject(value) ? value : { name: value }
  const which = oneOf(names)(given.name, given === value ? `${name}.name` : name)
  // The name is read again with the rest: it must be the one whose options these are.
  const checked = checkOptions({ name: oneOf([which]), ...rowOf(which).options }, given, name)
  return checked as unknown as LossSettings
}

/** What a network computes of its loss: its name, and its options where they are not the defaults. */
interface Chosen {
  readonly loss: LossName
  readonly lossSettings?: LossSettings | undefined
}

/** The options of the loss, with their names. */
export const lossSettingsOf = ({ loss: name, lossSettings }: Chosen): LossSettings =>
  lossSettings ?? loss(name, 'loss')

/** The numbers that the kernel of the loss is given. */
export const lossNumbers = (chosen: Chosen, outputs: number): readonly number[] =>
  rowOf(chosen.loss).numbers(lossSettingsOf(chosen) as never, outputs)

/** See Row.baselines. */
export const lossBaselines = (chosen: Chosen, columns: readonly Column[]) =>
  rowOf(chosen.loss).baselines(columns, lossSettingsOf(chosen) as never)

/** The loss and its δ as text. */
export function lossFormulas(chosen: Chosen, namesOf: Names): { formula: string; delta: string } {
  const { formula, delta } = rowOf(chosen.loss)
  const settings = lossSettingsOf(chosen) as never
  return { formula: formula(namesOf, settings), delta: delta(namesOf, settings) }
}

/** The options of the loss that are not the defaults. */
export function lossOptions(chosen: Chosen): [name: string, value: unknown][] {
  const defaults: object = loss(chosen.loss, 'loss')
  return Object.entries(lossSettingsOf(chosen)).filter(
    ([key, value]) => (defaults as Record<string, unknown>)[key] !== value,
  )
}
