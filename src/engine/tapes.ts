// The tapes that stand in an arena, and how each of them counts hits.

import * as Hits from '../../assembly/abi/hits.ts'
import type { Backend } from '../backends/backend.ts'
import type { UpdateRule } from '../model/optimizer-row.ts'
import { toWords } from '../program/instruction.ts'
import type { Plan } from '../program/plan.ts'
import type { Tape } from '../program/stages.ts'
import { evaluateTape, gradientsTape, predictTape, trainTape } from '../program/tape.ts'
import type { Group } from '../program/updates.ts'

export class Tapes {
  /** By which training updates the parameters. */
  readonly rule: UpdateRule
  #backend!: Backend
  #plan!: Plan
  #predict!: Tape
  #evaluate!: Tape
  #validate: Tape | undefined
  #train: Tape | undefined
  #gradients: Tape | undefined
  // These stay when the network moves to another arena.
  #evaluateHits = Hits.NONE
  #validateHits = Hits.NONE
  #trainHits = Hits.NONE
  #group: Group | undefined

  constructor(rule: UpdateRule) {
    this.rule = rule
  }

  /** Writes those that the plan has room for to the arena that it divides. */
  writeTo(backend: Backend, plan: Plan): void {
    const { capacity } = plan
    this.#backend = backend
    this.#plan = plan
    this.#predict = this.#write(predictTape(plan))
    this.#evaluate = this.#write(evaluateTape(plan, 'evaluate', this.#evaluateHits))
    this.#validate = capacity.validates
      ? this.#write(evaluateTape(plan, 'validate', this.#validateHits))
      : undefined
    this.#train = undefined
    this.#gradients = undefined
    this.#writeTraining()
  }

  #writeTraining(): void {
    const plan = this.#plan
    const { steps, gradients } = plan.capacity
    const { allRows } = this.rule
    const hits = this.#trainHits
    if (steps && !allRows) this.#train = this.#write(this.#makeTrain())
    if (gradients) this.#gradients = this.#write(gradientsTape(plan, allRows ? hits : Hits.NONE))
  }

  #write(tape: Tape): Tape {
    this.#backend.writeInts(tape.from, toWords(tape.instructions))
    return tape
  }

  get predict(): Tape {
    return this.#predict
  }

  /** That of the staged rows. hitMode: how it compares a row with its target; one of the codes of assembly/abi/hits.ts. */
  evaluate(hitMode: number): Tape {
    if (hitMode !== this.#evaluateHits) {
      this.#evaluateHits = hitMode
      this.#evaluate = this.#write(evaluateTape(this.#plan, 'evaluate', hitMode))
    }
    return this.#evaluate
  }

  /** The same of the team's staging rows. */
  validate(hitMode: number): Tape {
    if (hitMode !== this.#validateHits) {
      this.#validateHits = hitMode
      this.#validate = this.#write(evaluateTape(this.#plan, 'validate', hitMode))
    }
    return this.#validate!
  }

  get train(): Tape {
    return this.#train!
  }

  /** How training compares a row with its target; one of the codes of assembly/abi/hits.ts. */
  set trainHits(mode: number) {
    if (mode === this.#trainHits) return
    this.#trainHits = mode
    this.#writeTraining()
  }

  /** The batches that are summed for a step; undefined where each takes its own. */
  set group(group: Group | undefined) {
    if (group === this.#group) return
    this.#group = group
    if (this.#train) this.#train = this.#write(this.#makeTrain())
  }

  #makeTrain(): Tape {
    return trainTape(this.#plan, this.rule, this.#trainHits, this.#group)
  }

  get gradients(): Tape {
    return this.#gradients!
  }
}
