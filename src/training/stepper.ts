// The optimizer at work: it gives each step its numbers.

import type { Engine } from '../engine/engine.ts'
import { beginSteps, updateRuleOf } from '../model/optimizer.ts'
import type { OptimizerSettings } from '../model/optimizers.ts'
import type { Plan } from '../program/plan.ts'
import type { Counters } from './counters.ts'
import type { Rates } from './rates.ts'

/** Steps whose numbers are written at once, where they differ. */
const STEPS_AT_ONCE = 512

export class Stepper {
  readonly settings: OptimizerSettings
  readonly #counters: Counters
  /** True where the rule's numbers differ from step to step, even at the same rate. */
  readonly #ruleVaries: boolean
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
    this.#ruleVaries = updateRuleOf(settings).variesByStep
  }

  #varies(rates: Rates): boolean {
    return this.#ruleVaries || rates.varies
  }

  /** Rows of the plan's table of steps. */
  rows(rates: Rates): number {
    return this.#varies(rates) ? STEPS_AT_ONCE : 1
  }

  /** Steps that one call may take. */
  most(rates: Rates): number {
    return this.#varies(rates) ? STEPS_AT_ONCE : Number.POSITIVE_INFINITY
  }

  /** Writes the numbers of the next `count` steps for the engine. */
  prepare(engine: Engine, count: number, rates: Rates): void {
    const varies = this.#varies(rates)
    const first = rates.at(this.#counters.steps)
    if (!varies && engine.plan === this.#written && first === this.#rate) return
    this.#written = varies ? undefined : engine.plan
    this.#rate = first
    // Steps that were rolled back are counted no more.
    if (!this.#next || this.#at !== this.#counters.steps) {
      this.#at = this.#counters.steps
      this.#next = beginSteps(this.settings, this.#at)
    }
    const written = varies ? count : 1
    for (let step = 0; step < written; ++step) {
      engine.setScalars(step, this.#next(step === 0 ? first : rates.at(this.#at + step)))
    }
    this.#at += written
  }

  /** So many steps were taken. */
  taken(count: number): void {
    this.#counters.steps += count
  }
}
