// The learning rate of a training as it goes on.

import type { LearningRate, Moment, ScheduleSettings } from '../model/schedules.ts'
import { rateAt, variesWithinEpoch } from '../model/schedules.ts'
import type { Counters } from './counters.ts'
import { afterEpoch, freshPlateau, type PlateauState } from './plateau.ts'

/** Where no fit says when it ends. */
const NEVER: Moment = { step: Number.POSITIVE_INFINITY, epoch: Number.POSITIVE_INFINITY }

/** A schedule's rate as it was lowered so far. */
function lowered(settings: ScheduleSettings, plateau: PlateauState | undefined): ScheduleSettings {
  // Another schedule's state says nothing of this one.
  const isOwn = settings.name === 'plateau' && plateau?.from === settings.from
  return isOwn ? { ...settings, from: plateau!.rate } : settings
}

/** The rate that the next step of a network would take. */
export const currentRate = (given: LearningRate, { steps, epochs, plateau }: Counters): number =>
  rateAt(typeof given === 'object' ? lowered(given, plateau) : given, { step: steps, epoch: epochs }, NEVER)

export class Rates {
  readonly #given: LearningRate
  readonly #counters: Counters
  readonly #end: Moment
  readonly varies: boolean

  /** end: epochs and steps at the end of the fit. */
  constructor(given: LearningRate, counters: Counters, end: Moment = NEVER) {
    this.#given = given
    this.#counters = counters
    this.#end = end
    this.varies = variesWithinEpoch(given)
  }

  /** The rate of step number `step`, from 0, of the epoch that is under way. */
  at(step: number): number {
    const { epochs, plateau } = this.#counters
    const given = this.#given
    const settings = typeof given === 'object' ? lowered(given, plateau) : given
    return rateAt(settings, { step, epoch: epochs }, this.#end)
  }

  /** True where it goes by the loss of validation data. */
  get needsValidation(): boolean {
    const given = this.#given
    return typeof given === 'object' && given.name === 'plateau' && given.monitor === 'validationLoss'
  }

  #ownPlateau(given: Extract<ScheduleSettings, { name: 'plateau' }>): PlateauState {
    const { plateau } = this.#counters
    return plateau?.from === given.from ? plateau : freshPlateau(given)
  }

  /** True where it goes by the losses of the epochs. */
  get observes(): boolean {
    const given = this.#given
    return typeof given === 'object' && given.name === 'plateau'
  }

  /** An epoch is over, with these losses. */
  observe(loss: number, validationLoss: number | undefined): void {
    const given = this.#given
    if (typeof given !== 'object' || given.name !== 'plateau') return
    const { monitor = validationLoss === undefined ? 'loss' : 'validationLoss' } = given
    const seen = monitor === 'loss' ? loss : validationLoss!
    this.#counters.plateau = afterEpoch(given, this.#ownPlateau(given), seen)
  }
}
