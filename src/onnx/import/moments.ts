// Layer normalization as the operators of older opsets make it up: mean, difference, mean square, root, quotient.

import type { Operation } from './operation.ts'
import { stepOf, uniformOf } from './rows.ts'
import type { Constant, Moment, Rows, Value } from './values.ts'

const moment = (of: Rows, stage: Moment['stage'], epsilon = 0): Moment => ({
  kind: 'moment',
  of,
  stage,
  epsilon,
})

/** (x − μ) / √(σ² + ε) of each row. */
export function standardRows(op: Operation, of: Rows, epsilon: number): Rows {
  if (of.shape.length !== 1) op.refuse(`expected rows of one dimension, got [${of.shape.join(', ')}]`)
  if (!(epsilon > 0)) op.refuse(`expected ε to be above 0, got ${epsilon}`)
  return op.result({ kind: 'standard', of: stepOf(op, of), epsilon }, of.shape)
}

/** Whether the axes are the last one only, of rows of one dimension. */
export const areLast = (axes: readonly number[] | undefined): boolean =>
  axes?.length === 1 && (axes[0] === -1 || axes[0] === 1)

/** ReduceMean over each row. */
export function mean(op: Operation): Value {
  const x = op.input(0)
  if (!areLast(op.axes('axes', 1)) || op.number('keepdims', 1) !== 1)
    op.refuse('expected the mean of each row, with keepdims, as of a layer normalization')
  if (x.kind === 'moment' && x.stage === 'squares') return moment(x.of, 'variance')
  const rows = op.rows(0)
  if (rows.shape.length !== 1) op.refuse(`expected rows of one dimension, got [${rows.shape.join(', ')}]`)
  return moment(rows, 'mean')
}

const numberOf = (value: Value | undefined): number | undefined =>
  value?.kind === 'constant' ? uniformOf(value as Constant) : undefined

/** The next figure on the way to a normalization; undefined where the operator is not on it. */
export function momentOf(op: Operation, a: Value, b: Value | undefined): Value | undefined {
  const { operator } = op.node
  const isOf = (value: Value | undefined, stage: Moment['stage']): value is Moment =>
    value?.kind === 'moment' && value.stage === stage
  if (operator === 'Sub' && a.kind === 'rows' && isOf(b, 'mean') && b.of === a) return moment(a, 'centered')
  if (operator === 'Mul' && isOf(a, 'centered') && isOf(b, 'centered') && a.of === b.of)
    return moment(a.of, 'squares')
  if (operator === 'Pow' && isOf(a, 'centered') && numberOf(b) === 2) return moment(a.of, 'squares')
  if (operator === 'Add') {
    const variance = isOf(a, 'variance') ? a : isOf(b, 'variance') ? b : undefined
    const epsilon = numberOf(variance === a ? b : a)
    if (variance && epsilon !== undefined) return moment(variance.of, 'variance', variance.epsilon + epsilon)
  }
  if (operator === 'Sqrt' && isOf(a, 'variance')) return moment(a.of, 'deviation', a.epsilon)
  if (operator === 'Pow' && isOf(a, 'variance') && numberOf(b) === 0.5)
    return moment(a.of, 'deviation', a.epsilon)
  if (operator === 'Reciprocal' && isOf(a, 'deviation')) return moment(a.of, 'inverse', a.epsilon)
  if (operator === 'Div' && numberOf(a) === 1 && isOf(b, 'deviation'))
    return moment(b.of, 'inverse', b.epsilon)
  if (operator === 'Div' && isOf(a, 'centered') && isOf(b, 'deviation') && a.of === b.of)
    return standardRows(op, a.of, b.epsilon)
  if (operator === 'Mul' && isOf(a, 'centered') && isOf(b, 'inverse') && a.of === b.of)
    return standardRows(op, a.of, b.epsilon)
  if (operator === 'Mul' && isOf(b, 'centered') && isOf(a, 'inverse') && a.of === b.of)
    return standardRows(op, a.of, a.epsilon)
  return undefined
}
