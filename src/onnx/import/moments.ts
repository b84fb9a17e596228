// Layer normalization as the operators of older opsets make it up: mean, difference, mean square, root, quotient; or, as
// TensorFlow does, x · factor + (β − μ · factor) with the factor γ / √(σ² + ε).

import type { Operation } from './operation.ts'
import { columnsStep, stepOf, uniformOf } from './rows.ts'
import type { Constant, Moment, Numbers, Rows, Value } from './values.ts'

type Stage = Moment['stage']

/** (x − μ) / √(σ² + ε) of each row. */
export function standardRows(op: Operation, of: Rows, epsilon: number): Rows {
  if (of.shape.length !== 1) op.refuse(`expected rows of one dimension, got [${of.shape.join(', ')}]`)
  if (!(epsilon > 0)) op.refuse(`expected ε to be above 0, got ${epsilon}`)
  return op.result({ kind: 'standard', of: stepOf(op, of), epsilon }, of.shape)
}

/** Whether the axes are the last one only, of rows of one dimension. */
export const areLast = (axes: readonly number[] | undefined): boolean =>
  axes?.length === 1 && (axes[0] === -1 || axes[0] === 1)

const first = (of: Rows, stage: Stage): Moment => ({ kind: 'moment', of, stage, epsilon: 0 })

/** ReduceMean over each row. */
export function mean(op: Operation): Value {
  const x = op.input(0)
  if (!areLast(op.axes('axes', 1)) || op.number('keepdims', 1) !== 1)
    op.refuse('expected the mean of each row, with keepdims, as of a layer normalization')
  if (x.kind === 'moment' && x.stage === 'squares') return { ...x, stage: 'variance' }
  const rows = op.rows(0)
  if (rows.shape.length !== 1) op.refuse(`expected rows of one dimension, got [${rows.shape.join(', ')}]`)
  return first(rows, 'mean')
}

const numberOf = (value: Value | undefined): number | undefined =>
  value?.kind === 'constant' ? uniformOf(value) : undefined

/** γ or β: one number for each of the columns, or one for all. */
function vectorOf(op: Operation, { numbers, dims }: Constant, width: number): Numbers {
  if (numbers.length === width && (dims.length === 1 || (dims.length === 2 && dims[0] === 1))) return numbers
  if (numbers.length !== 1)
    op.refuse(`expected a number for each of ${width} columns, got [${dims.join(', ')}]`)
  op.budget.spend(width, op.where)
  return new Float64Array(width).fill(numbers[0])
}

/** γ (x − μ) / √(σ² + ε) + β of the rows times the factor and what is added to them. */
function normalizedRows(op: Operation, { of, epsilon, gains, shifts }: Moment): Rows {
  const standard = standardRows(op, of, epsilon)
  const [width] = of.shape
  if (width === undefined) return op.refuse('expected rows of a known width')
  const scale = gains ? vectorOf(op, gains, width) : 1
  const shift = shifts ? vectorOf(op, shifts, width) : 0
  return op.result(columnsStep(op, standard.step, width, scale, shift), of.shape)
}

const isOf = <S extends Stage>(value: Value | undefined, stage: S): value is Moment & { stage: S } =>
  value?.kind === 'moment' && value.stage === stage

/** Whether both are of the same rows. */
const areOfOne = (a: Moment, b: Moment): boolean => a.of === b.of

/** Whether both have been multiplied by the same factor. */
const haveOneFactor = (a: Moment, b: Moment): boolean =>
  areOfOne(a, b) && a.epsilon === b.epsilon && a.gains === b.gains

function sum(op: Operation, a: Value, b: Value): Value | undefined {
  const epsilon = numberOf(b)
  if (isOf(a, 'variance') && epsilon !== undefined) return { ...a, epsilon: a.epsilon + epsilon }
  if (isOf(a, 'scaled') && isOf(b, 'offset') && haveOneFactor(a, b)) return normalizedRows(op, b)
  return undefined
}

function difference(op: Operation, a: Value, b: Value): Value | undefined {
  if (a.kind === 'rows' && isOf(b, 'mean') && b.of === a) return first(a, 'centered')
  if (a.kind === 'constant' && isOf(b, 'scaledMean')) return { ...b, stage: 'offset', shifts: a }
  if (isOf(a, 'scaled') && isOf(b, 'scaledMean') && haveOneFactor(a, b)) return normalizedRows(op, b)
  return undefined
}

function product(op: Operation, a: Value, b: Value): Value | undefined {
  if (isOf(a, 'centered') && isOf(b, 'centered') && areOfOne(a, b)) return { ...a, stage: 'squares' }
  if (!isOf(b, 'factor')) return undefined
  if (a.kind === 'constant' && !b.gains) return { ...b, gains: a }
  if (a.kind === 'rows' && a === b.of) return { ...b, stage: 'scaled' }
  if (isOf(a, 'mean') && areOfOne(a, b)) return { ...b, stage: 'scaledMean' }
  if (isOf(a, 'centered') && areOfOne(a, b)) return normalizedRows(op, b)
  return undefined
}

function quotient(op: Operation, a: Value, b: Value): Value | undefined {
  if (!isOf(b, 'deviation')) return undefined
  if (numberOf(a) === 1) return { ...b, stage: 'factor' }
  if (isOf(a, 'centered') && areOfOne(a, b)) return standardRows(op, b.of, b.epsilon)
  return undefined
}

function power(a: Value, b: Value): Value | undefined {
  const exponent = numberOf(b)
  if (isOf(a, 'centered') && exponent === 2) return { ...a, stage: 'squares' }
  if (isOf(a, 'variance') && exponent === 0.5) return { ...a, stage: 'deviation' }
  if (isOf(a, 'variance') && exponent === -0.5) return { ...a, stage: 'factor' }
  return undefined
}

/** The next figure on the way to a normalization; undefined where the operator is not on it. */
export function momentOf(op: Operation, a: Value, b: Value | undefined): Value | undefined {
  const { operator } = op.node
  if (a.kind !== 'moment' && b?.kind !== 'moment') return undefined
  if (b === undefined) {
    if (operator === 'Sqrt' && isOf(a, 'variance')) return { ...a, stage: 'deviation' }
    if (operator === 'Reciprocal' && isOf(a, 'deviation')) return { ...a, stage: 'factor' }
    if (operator === 'Neg' && isOf(a, 'scaledMean')) return { ...a, stage: 'offset' }
    return undefined
  }
  if (operator === 'Add') return sum(op, a, b) ?? sum(op, b, a)
  if (operator === 'Sub') return difference(op, a, b)
  if (operator === 'Mul') return product(op, a, b) ?? product(op, b, a)
  if (operator === 'Div') return quotient(op, a, b)
  if (operator === 'Pow') return power(a, b)
  return undefined
}
