// The optimizer at work: it gives each step its numbers.

import type { Engine } from '../engine/engine.ts'
import { beginSteps, type OptimizerSettings, updateRuleOf } from '../model/optimizers.ts'
import type { Plan } from '../program/plan.ts'
import type { Counters } from './transaction.ts'

/** Steps whose numbers are written at once, where they differ. */
const STEPS_AT_ONCE = 512

export class Stepper {
  readonly settings: OptimizerSettings
  readonly #counters: Counters
  readonly #varies: boolean
  /** Gives the numbers of step #at + 1 and those that follow. */
  #next: ((learningRate: number) => readonly number[]) | undefined
  #at = 0
  /** The plan whose table has the numbers of every step at this rate, where all are alike. */
  #written: Plan | undefined
  #rate = 0

  /** counters: the steps that were taken are counted there. */
  constructor(settings: OptimizerSettings, counters: Counters) {
    this.settings = settings
    this.#counters = counters
    this.#varies = updateRuleOf(settings).variesByStep
  }

  /** Steps that one call may take. */
  get most(): number {
    return this.#varies ? STEPS_AT_ONCE : Number.POSITIVE_INFINITY
  }

  /** Rows of the plan's table of steps. */
  get rows(): number {
    return this.#varies ? STEPS_AT_ONCE : 1
  }

  /** Writes the numbers of the next `count` steps for the engine. */
  prepare(engine: Engine, count: number, learningRate: number): void {
    if (!this.#varies && engine.plan === this.#written && learningRate === this.#rate) return
    this.#written = engine.plan
    this.#rate = learningRate
    // Steps that were rolled back are counted no more.
    if (!this.#next || (this.#varies && this.#at !== this.#counters.steps)) {
      this.#at = this.#counters.steps
      this.#next = beginSteps(this.settings, this.#at)
    }
    const written = this.#varies ? count : 1
    for (let step = 0; step < written; ++step) engine.setScalars(step, this.#next(learningRate))
    this.#at += written
  }

  /** So many steps were taken. */
  taken(count: number): void {
    this.#counters.steps += count
  }
}
