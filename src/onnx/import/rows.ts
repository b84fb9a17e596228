// Rows on their way from step to step.

import { functions, isIdentity, operatorsOf, recognise } from './expression.ts'
import type { Operation } from './operation.ts'
import { type Constant, type Numbers, type Rows, type Step, widthOf } from './values.ts'

const LISTED = Object.keys(functions).join(', ')

const filled = (width: number, value: number): Numbers => new Float64Array(width).fill(value)

/** A constant that is one number in effect; undefined for several. */
export function uniformOf({ numbers }: Constant): number | undefined {
  const [first] = numbers
  for (const one of numbers) if (one !== first) return undefined
  return first
}

/** Their width, which an input of an open one takes from the first that says what it expects. */
export function sized(op: Operation, rows: Rows, expected: number): Rows {
  const { step } = rows
  const [open] = rows.shape
  if (step.kind === 'input' && rows.shape.length === 1 && open === undefined) {
    if (step.width !== undefined && step.width !== expected)
      op.refuse(`expected ${step.width} columns, as another node does, got ${expected}`)
    step.width = expected
    return { ...rows, shape: [expected] }
  }
  const width = widthOf(rows)
  if (width !== expected) op.refuse(`expected ${expected} columns, got ${width ?? 'an open number of them'}`)
  return rows
}

/** x ⊙ s + t as a step. */
export function columnsStep(
  op: Operation,
  of: Step,
  width: number,
  scale: Numbers | number,
  shift: Numbers | number,
): Step {
  op.budget.spend(2 * width, op.where)
  return {
    kind: 'columns',
    of,
    scale: typeof scale === 'number' ? filled(width, scale) : scale,
    shift: typeof shift === 'number' ? filled(width, shift) : shift,
  }
}

const steps = new WeakMap<Rows, Step>()

/** The step whose result the rows are: an expression that they are of it ends here, as a function that nabla has. */
export function stepOf(op: Operation, rows: Rows): Step {
  const known = steps.get(rows)
  if (known) return known
  const { expression } = rows
  let { step } = rows
  if (!isIdentity(expression)) {
    const width = widthOf(rows) ?? (step.kind === 'input' ? step.width : undefined)
    if (width === undefined) return op.refuse('expected rows of a known width')
    const line = (scale: number, shift: number) => {
      if (scale !== 1 || shift !== 0) step = columnsStep(op, step, width, scale, shift)
    }
    if (!expression.core) {
      line(expression.scale, expression.shift)
    } else {
      const found = recognise(expression)
      if (!found) {
        return op.refuse(
          `takes the result of ${rows.from}, whose function (of ${operatorsOf(expression)}) is none of nabla's activations: ${LISTED}, with their usual constants (leakyRelu and elu with any)`,
        )
      }
      line(found.line.scale, found.line.shift)
      step = { kind: 'function', of: step, activation: found.activation }
      line(found.scale, found.shift)
    }
  }
  steps.set(rows, step)
  return step
}
