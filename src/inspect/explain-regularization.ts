// How penalties, limits and stored gradients read in the text of a training step.

import { shortest } from '../base/float32.ts'
import { updateFormula } from '../model/optimizer.ts'
import type { OptimizerSettings } from '../model/optimizers.ts'
import type { Instruction, InstructionOf, Operand } from '../program/instruction.ts'

/** A line of the text. */
export interface Line {
  readonly what: string
  readonly formula: string
  readonly equation?: string
  readonly shape?: string
  /** True where zeros of x are skipped. */
  readonly skips?: boolean
}

export const nameOf = (operand: Operand): string =>
  typeof operand === 'object' ? operand.name : `${operand}`

const bits = new Int32Array(1)
const float = new Float32Array(bits.buffer)

/** A float32 operand as text; '' for none. */
function floatText(operand: Operand): string {
  if (typeof operand !== 'number') return ''
  bits[0] = operand
  return `${shortest(float[0])}`
}

interface Preparation {
  readonly l1?: Operand
  readonly twiceL2?: Operand
  readonly limit?: Operand
}

/** " + 0.01 sign W1 + 0.002 W1" */
function pullOf({ l1, twiceL2 }: Preparation, w: string): string {
  return (l1 ? ` + ${floatText(l1)} sign ${w}` : '') + (twiceL2 ? ` + ${floatText(twiceL2)} ${w}` : '')
}

/** The gradient as the rule has it. */
export function preparedFormula(operands: Preparation, w: string, gradient: string): string {
  const pull = pullOf(operands, w)
  const whole = `${gradient}${pull}`
  if (operands.limit) return `clip(${whole}, ±${floatText(operands.limit)})`
  return pull ? `(${whole})` : gradient
}

/** The line of an instruction that only networks with penalties, limits or summed batches have. rows: of a batch. */
export function regularizationLine(
  one: Exclude<
    Instruction,
    InstructionOf<
      | 'barrier'
      | 'rows'
      | 'forward'
      | 'output'
      | 'backward'
      | 'updateWeights'
      | 'updateBiases'
      | 'normalize'
      | 'normalizeBackward'
      | 'dropout'
      | 'updateStatistics'
    >
  >,
  optimizer: OptimizerSettings,
  rows: number,
): Line {
  switch (one.kind) {
    case 'penalty': {
      const { weights, l1, l2 } = one.operands
      const w = nameOf(weights)
      const terms = [l1 && `${floatText(l1)} Σ|${w}|`, l2 && `${floatText(l2)} Σ${w}²`]
      return { what: 'penalty', formula: `C += ${terms.filter(Boolean).join(' + ')}` }
    }
    case 'addPenalties':
      return { what: 'penalty', formula: 'the penalties of all weights, added' }
    case 'group':
      return {
        what: 'group',
        formula: `what follows, after the last of ${(one.operands.groupRows as number) / rows} batches; the next begins with ∇ = 0`,
      }
    case 'measure': {
      const { gradient, weights, norms } = one.operands
      const g = nameOf(gradient)
      const pull = pullOf(one.operands, nameOf(weights))
      const parts = [pull && `${g} +=${pull.slice(2)}`, norms !== undefined && `‖${g}‖`]
      return { what: 'measure', formula: parts.filter(Boolean).join('; ') }
    }
    case 'step': {
      const { parameters, gradient, norms, mostNorm } = one.operands
      const w = nameOf(parameters)
      const g = preparedFormula(one.operands, w, nameOf(gradient))
      // One tensor's norms stand somewhere within the table; those of all are the whole of it.
      const norm = typeof norms === 'object' ? '‖∇‖' : `‖${nameOf(gradient)}‖`
      const scaled = norms === undefined ? g : `min(1, ${floatText(mostNorm)} / ${norm}) ${g}`
      return { what: 'update', formula: updateFormula(optimizer, w, scaled) }
    }
    case 'finishWeights': {
      const { weights, weightsT, maxNorm } = one.operands
      const w = nameOf(weights)
      const copy = weightsT ? `; ${nameOf(weightsT)}` : ''
      if (!maxNorm) return { what: 'copy', formula: nameOf(weightsT) }
      return {
        what: 'limit',
        formula: `each column of ${w} to a norm of at most ${floatText(maxNorm)}${copy}`,
      }
    }
  }
}
