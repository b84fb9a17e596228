// A learning rate that falls when the training stops getting better, as PyTorch's ReduceLROnPlateau does.

import type { ScheduleSettings } from '../model/schedules.ts'

/** What it remembers, as plain data. */
export interface PlateauState {
  /** The rate that it came to, and that which it began with. */
  readonly rate: number
  readonly from: number
  /** The least that was seen. */
  readonly best: number
  /** Epochs in a row that were not better. */
  readonly bad: number
  /** Epochs that are still not counted. */
  readonly cooling: number
}

/** A change of the rate this small is none (PyTorch's eps). */
const LEAST_CHANGE = 1e-8

type PlateauSettings = Extract<ScheduleSettings, { name: 'plateau' }>

export const freshPlateau = ({ from }: PlateauSettings): PlateauState => ({
  rate: from,
  from,
  best: Number.POSITIVE_INFINITY,
  bad: 0,
  cooling: 0,
})

/** After an epoch with this loss. */
export function afterEpoch(settings: PlateauSettings, state: PlateauState, loss: number): PlateauState {
  const { factor, patience, threshold, cooldown, least } = settings
  const isBetter = loss < state.best * (1 - threshold)
  const cooling = Math.max(0, state.cooling - 1)
  const bad = isBetter || state.cooling > 0 ? 0 : state.bad + 1
  const best = isBetter ? loss : state.best
  const { from } = state
  if (bad <= patience) return { rate: state.rate, from, best, bad, cooling }
  const lower = Math.max(state.rate * factor, least)
  const rate = state.rate - lower > LEAST_CHANGE ? lower : state.rate
  return { rate, from, best, bad: 0, cooling: cooldown }
}
