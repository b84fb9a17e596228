// Products with weights, and the normalizations that are operators.

import { areLast, mean, standardRows } from './moments.ts'
import type { Operation } from './operation.ts'
import { columnsStep, sized, stepOf, uniformOf } from './rows.ts'
import type { Constant, Numbers, Rows, Value } from './values.ts'

/** The constant of two dimensions, turned round. */
export function transposed(op: Operation, { dims, numbers, isInteger }: Constant): Constant {
  const [rows, columns] = dims
  op.budget.spend(numbers.length, op.where)
  const out =
    numbers instanceof Float32Array ? new Float32Array(numbers.length) : new Float64Array(numbers.length)
  for (let i = 0; i < rows; ++i)
    for (let j = 0; j < columns; ++j) out[j * rows + i] = numbers[i * columns + j]
  return { kind: 'constant', dims: [columns, rows], numbers: out, isInteger }
}

function product(op: Operation, rows: Rows, weights: Constant, biases: Numbers | undefined): Rows {
  const [inputs, units] = weights.dims
  const x = sized(op, rows, inputs)
  if (x.shape.length !== 1) op.refuse(`expected rows of one dimension, got [${x.shape.join(', ')}]`)
  return op.result({ kind: 'product', of: stepOf(op, x), weights: weights.numbers, units, biases }, [units])
}

/** The weights, or a copy of them times the factor. */
function scaled(op: Operation, weights: Constant, factor: number): Constant {
  if (factor === 1) return weights
  op.budget.spend(weights.numbers.length, op.where)
  return { ...weights, numbers: Float64Array.from(weights.numbers, (w) => w * factor) }
}

function weightsOf(op: Operation, isTransposed: boolean): Constant {
  const given = op.constant(1, 'its weights')
  if (given.dims.length !== 2 || given.numbers.length === 0)
    op.refuse(`expected weights of two dimensions, got [${given.dims.join(', ')}]`)
  return isTransposed ? transposed(op, given) : given
}

/** Those of Gemm's C: one for each unit, where it is there. */
function biasesOf(op: Operation, units: number, factor: number): Numbers | undefined {
  if (!op.has(2) || factor === 0) return undefined
  const c = op.constant(2, 'its biases')
  const uniform = uniformOf(c)
  const [last, before = 1, more = 1] = [...c.dims].reverse()
  const fits = before === 1 && more === 1 && (last === undefined || last === 1 || last === units)
  if (!fits || (uniform === undefined && c.numbers.length !== units))
    op.refuse(`expected a bias for each of ${units} units, got [${c.dims.join(', ')}]`)
  op.budget.spend(units, op.where)
  if (c.numbers.length === units && factor === 1) return c.numbers
  return Float64Array.from({ length: units }, (_, j) => factor * c.numbers[c.numbers.length === 1 ? 0 : j])
}

function gemm(op: Operation): Value {
  const rows = op.rows(0)
  if ((op.number('transA', 0) !== 0) !== (rows.isTurned ?? false))
    op.refuse(
      'expected transA to be 0, or rows that a Transpose has turned: the rows of its input are examples',
    )
  const weights = weightsOf(op, op.number('transB', 0) !== 0)
  const biases = biasesOf(op, weights.dims[1], op.number('beta', 1))
  return product(op, rows, scaled(op, weights, op.number('alpha', 1)), biases)
}

function matMul(op: Operation): Value {
  if (op.inputs.length !== 2) op.refuse(`expected two inputs, got ${op.inputs.length}`)
  const [a, b] = op.inputs
  if (a.kind === 'constant' && b.kind === 'rows')
    op.refuse('expected rows times weights, got weights times rows: the rows of its input are examples')
  return product(op, op.rows(0), weightsOf(op, false), undefined)
}

/** The numbers of an input, one for each of the columns. */
function vector(op: Operation, i: number, width: number, what: string): Numbers {
  const { numbers, dims } = op.constant(i, what)
  if (numbers.length !== width || dims.length !== 1)
    op.refuse(`expected ${what} to be a number for each of ${width} columns, got [${dims.join(', ')}]`)
  return numbers
}

function batchNormalization(op: Operation): Value {
  if (op.number('training_mode', 0) !== 0) op.refuse('expected training_mode to be 0')
  if (op.number('spatial', 1) !== 1) op.refuse('expected spatial to be 1')
  const width = op.constant(1, 'scale').numbers.length
  const rows = sized(op, op.rows(0), width)
  if (rows.shape.length !== 1) op.refuse(`expected rows of one dimension, got [${rows.shape.join(', ')}]`)
  const [gains, shifts, means, variances] = ['scale', 'B', 'mean', 'var'].map((what, i) =>
    vector(op, i + 1, width, what),
  )
  const epsilon = op.number('epsilon', Math.fround(1e-5))
  op.budget.spend(2 * width, op.where)
  const scale = Float64Array.from(gains, (gain, j) => gain / Math.sqrt(variances[j] + epsilon))
  const shift = Float64Array.from(shifts, (one, j) => one - means[j] * scale[j])
  return op.result(columnsStep(op, stepOf(op, rows), width, scale, shift), rows.shape)
}

function layerNormalization(op: Operation): Value {
  if (!areLast([op.number('axis', -1)])) op.refuse('expected axis to be −1')
  const width = op.constant(1, 'Scale').numbers.length
  const rows = sized(op, op.rows(0), width)
  const standard = standardRows(op, rows, op.number('epsilon', Math.fround(1e-5)))
  const gains = vector(op, 1, width, 'Scale')
  const shifts = op.has(2) ? vector(op, 2, width, 'B') : new Float64Array(width)
  return op.result(columnsStep(op, standard.step, width, gains, shifts), rows.shape)
}

/** ai.onnx.ml: (x − offset) · scale. */
function scaler(op: Operation): Value {
  const [offset, scale] = [op.numbers('offset') ?? [0], op.numbers('scale') ?? [1]]
  const rows = op.rows(0)
  const expected = Math.max(offset.length, scale.length)
  const x = expected === 1 ? rows : sized(op, rows, expected)
  const [width] = x.shape
  if (width === undefined || x.shape.length !== 1)
    return op.refuse('expected rows of one dimension and a known width')
  for (const list of [offset, scale]) {
    if (list.length !== 1 && list.length !== width)
      op.refuse(`expected offset and scale to be a number for each of ${width} columns`)
  }
  op.budget.spend(4 * width, op.where)
  const at = (list: readonly number[], j: number) => list[list.length === 1 ? 0 : j]
  const factors = Float64Array.from({ length: width }, (_, j) => at(scale, j))
  const shifts = Float64Array.from({ length: width }, (_, j) => -at(offset, j) * factors[j])
  return op.result(columnsStep(op, stepOf(op, x), width, factors, shifts), x.shape)
}

export const linear: Readonly<Record<string, (op: Operation) => Value>> = {
  Gemm: gemm,
  MatMul: matMul,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  ReduceMean: mean,
  'ai.onnx.ml:Scaler': scaler,
}
