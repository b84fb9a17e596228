// A tape at its place: its instructions, and which of them compute and which update.

import { INSTRUCTION_WORDS } from '../../assembly/abi/tape.ts'
import type { Instruction } from './instruction.ts'
import type { Plan } from './plan.ts'
import { type TapeName, tapePlace } from './tape-places.ts'

/** A range of instructions, as element offsets into the arena. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Instructions that belong together. */
export interface Stage extends Span {
  /** The spans between barriers: parts of one phase may run in any order, phases follow each other. */
  readonly phases: readonly Span[]
}

export interface Tape extends Span {
  readonly name: TapeName
  readonly instructions: readonly Instruction[]
  /** The part that only computes: after it the outputs, and in a step the losses and deltas, are there, and no parameter
   * has changed. */
  readonly compute: Stage
  /** The part that changes the parameters, or stores their gradient; undefined if the tape has none. */
  readonly update: Stage | undefined
}

/** The instructions from the element `from` on, as a stage. */
function stageOf(from: number, instructions: readonly Instruction[]): Stage {
  const at = (index: number) => from + index * INSTRUCTION_WORDS
  const phases: Span[] = []
  let begin = 0
  instructions.forEach(({ kind }, index) => {
    if (kind !== 'barrier') return
    phases.push({ from: at(begin), to: at(index) })
    begin = index + 1
  })
  if (begin < instructions.length) phases.push({ from: at(begin), to: at(instructions.length) })
  return { from, to: at(instructions.length), phases }
}

/** The tape at its place in the arena. Every update ends with a barrier, and so does what is computed, except
 * for what no update waits for. */
export function place(
  plan: Plan,
  name: TapeName,
  computes: readonly Instruction[],
  updates?: readonly Instruction[],
): Tape {
  const room = tapePlace(plan.architecture, name)
  const instructions = [...computes, ...(updates ?? [])]
  if (instructions.length * INSTRUCTION_WORDS > room.length) {
    throw new Error(`the tape '${name}' has ${instructions.length} instructions, more than there is room for`)
  }
  const compute = stageOf(plan.tapes.offset + room.at, computes)
  const update = updates && stageOf(compute.to, updates)
  return { name, instructions, compute, update, from: compute.from, to: (update ?? compute).to }
}
