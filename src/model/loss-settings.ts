// A loss as a user names it: checked, with its options, and what follows from these.

import { type Check, checkOptions, isObject, oneOf } from '../base/check.ts'
import { type CustomLossSettings, customLoss, type Loss, lossRow } from './custom-loss.ts'
import type { Column, Names } from './loss-row.ts'
import { type LossName, type LossSettings, losses } from './losses.ts'

const names = Object.keys(losses) as LossName[]

const named: Check<LossSettings> = (value, name) => {
  const given = isObject(value) ? value : { name: value }
  const which = oneOf(names)(given.name, given === value ? `${name}.name` : name)
  // The name is read again with the rest: it must be the one whose options these are.
  const checked = checkOptions({ name: oneOf([which]), ...lossRow(which).options }, given, name)
  return checked as unknown as LossSettings
}

/** True for a saved loss of the user's own: its name and what its targets are, without the functions. */
export const isOwnLoss = (saved: unknown): saved is CustomLossSettings =>
  isObject(saved) && !names.includes(saved.name as LossName)

// What a loss of the user's own has and no other.
const OWN = ['f', 'derivative', 'targets', 'threshold']

/** A loss by its name, by its name and options, or of the user's own. Throws OptionError. */
export const loss: Check<Chosen> = (value, name) => {
  if (isObject(value) && OWN.some((key) => key in value)) return { loss: customLoss(value, name) }
  const lossSettings = named(value, name)
  return { loss: lossSettings.name, lossSettings }
}

/** What a network computes of its loss: its name, and its options where they are not the defaults. */
interface Chosen {
  readonly loss: Loss
  readonly lossSettings?: LossSettings | undefined
}

/** The options of the loss, with their names; of one of the user's own, what it is made of. */
export const lossSettingsOf = ({ loss: chosen, lossSettings }: Chosen): object =>
  typeof chosen === 'object' ? chosen : (lossSettings ?? named(chosen, 'loss'))

/** The numbers that the kernel of the loss is given. */
export const lossNumbers = (chosen: Chosen, outputs: number): readonly number[] =>
  lossRow(chosen.loss).numbers(lossSettingsOf(chosen) as never, outputs)

/** See Row.baselines. */
export const lossBaselines = (chosen: Chosen, columns: readonly Column[]) =>
  lossRow(chosen.loss).baselines(columns, lossSettingsOf(chosen) as never)

/** The loss and its δ as text. */
export function lossFormulas(chosen: Chosen, namesOf: Names): { formula: string; delta: string } {
  const { formula, delta } = lossRow(chosen.loss)
  const settings = lossSettingsOf(chosen) as never
  return { formula: formula(namesOf, settings), delta: delta(namesOf, settings) }
}

/** The options of the loss that are not the defaults. */
export function lossOptions(chosen: Chosen): [name: string, value: unknown][] {
  if (typeof chosen.loss === 'object') return []
  const defaults: object = named(chosen.loss, 'loss')
  return Object.entries(lossSettingsOf(chosen)).filter(
    ([key, value]) => (defaults as Record<string, unknown>)[key] !== value,
  )
}
