// Operators that work element by element: on constants, on rows and constants, and on rows that come of one step.

import { apply, constantExpression, type Expression, erf, functions, lineOf, sumOf } from './expression.ts'
import { momentOf } from './moments.ts'
import type { Operation } from './operation.ts'
import { columnsStep, sized, stepOf, uniformOf } from './rows.ts'
import { type Constant, called, LABEL, type Numbers, type Rows, type Value, widthOf } from './values.ts'

type Binary = (a: number, b: number) => number

/** The sizes of two constants together, as NumPy broadcasts them. */
function broadcastDims(op: Operation, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length)
  const sizeAt = (dims: readonly number[], i: number) => dims[dims.length - rank + i] ?? 1
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [sizeAt(a, i), sizeAt(b, i)]
    if (m !== n && m !== 1 && n !== 1)
      op.refuse(`expected sizes that go together, got [${a.join(', ')}] and [${b.join(', ')}]`)
    return m === 1 ? n : m
  })
}

/** The elements of the constant, laid out as the larger `dims` are. */
function broadcast({ dims, numbers }: Constant, to: readonly number[]): Numbers {
  const count = to.reduce((n, size) => n * size, 1)
  if (count === numbers.length) return numbers
  const out = new Float64Array(count)
  const strides = to.map((_, i) => {
    const own = i - (to.length - dims.length)
    return own < 0 || dims[own] === 1 ? 0 : dims.slice(own + 1).reduce((n, size) => n * size, 1)
  })
  for (let i = 0; i < count; ++i) {
    let at = 0
    let left = i
    for (let d = to.length - 1; d >= 0; --d) {
      at += (left % to[d]) * strides[d]
      left = Math.floor(left / to[d])
    }
    out[i] = numbers[at]
  }
  return out
}

function foldConstants(op: Operation, f: Binary, a: Constant, b: Constant): Constant {
  const dims = broadcastDims(op, a.dims, b.dims)
  const count = dims.reduce((n, size) => n * size, 1)
  op.budget.spend(3 * count, op.where)
  const [x, y] = [broadcast(a, dims), broadcast(b, dims)]
  const isInteger = a.isInteger && b.isInteger
  const numbers = new Float64Array(count)
  for (let i = 0; i < count; ++i) numbers[i] = isInteger ? Math.trunc(f(x[i], y[i])) : f(x[i], y[i])
  return { kind: 'constant', dims, numbers, isInteger }
}

/** One number, or one for each column of the rows. */
function columnsOf(op: Operation, constant: Constant, rows: Rows): number | Numbers {
  const uniform = uniformOf(constant)
  const { dims } = constant
  if (dims.length > rows.shape.length + 1)
    op.refuse(`expected a constant of at most ${rows.shape.length + 1} dimensions, got [${dims.join(', ')}]`)
  if (rows.shape.includes(undefined)) {
    if (uniform !== undefined && constant.numbers.length === 1) return uniform
    return columnsOf(op, constant, sized(op, rows, dims.at(-1)!))
  }
  const whole = [1, ...(rows.shape as readonly number[])]
  const together = broadcastDims(op, dims, whole)
  if (together.some((size, i) => size !== whole[i])) {
    op.refuse(
      `expected a constant for each of ${widthOf(rows)} columns and the same for all rows, got [${dims.join(', ')}]`,
    )
  }
  if (uniform !== undefined) return uniform
  op.budget.spend(widthOf(rows)!, op.where)
  return broadcast(constant, whole)
}

export const withExpression = (op: Operation, rows: Rows, expression: Expression | undefined): Rows => ({
  kind: 'rows',
  shape: rows.shape,
  step: rows.step,
  expression: expression ?? op.refuse("expected a function of fewer operators, as nabla's activations are"),
  from: op.where,
})

/** What +, −, × and ÷ by a constant are as x ⊙ s + t; undefined where they are none. */
function lineBy(
  operator: string,
  c: number,
  isLeft: boolean,
): readonly [scale: number, shift: number] | undefined {
  if (operator === 'Add') return [1, c]
  if (operator === 'Sub') return isLeft ? [-1, c] : [1, -c]
  if (operator === 'Mul') return [c, 0]
  if (operator === 'Div' && !isLeft) return [1 / c, 0]
  return undefined
}

function withConstant(op: Operation, f: Binary, rows: Rows, constant: Constant, isLeft: boolean): Rows {
  const { operator } = op.node
  const columns = columnsOf(op, constant, rows)
  if (typeof columns === 'number') {
    const line = lineBy(operator, columns, isLeft)
    if (line) return withExpression(op, rows, lineOf(rows.expression, ...line))
    const own = constantExpression(columns)
    const given = isLeft ? [own, rows.expression] : [rows.expression, own]
    return withExpression(op, rows, apply(operator, f, ...given))
  }
  const width = columns.length
  const open = rows.shape.includes(undefined) ? sized(op, rows, width) : rows
  const scale = new Float64Array(width)
  const shift = new Float64Array(width)
  for (let j = 0; j < width; ++j) {
    const line = lineBy(operator, columns[j], isLeft)
    if (!line) return op.refuse('expected the same constant for all columns, got a constant for each')
    scale[j] = line[0]
    shift[j] = line[1]
  }
  return op.result(columnsStep(op, stepOf(op, open), width, scale, shift), open.shape)
}

function ofTwoRows(op: Operation, f: Binary, a: Rows, b: Rows): Rows {
  if (a.step !== b.step || a.shape.join() !== b.shape.join()) {
    op.refuse(
      'expected a constant, or a function of the same values, got rows of two different steps: nabla has no connections that skip layers',
    )
  }
  const { operator } = op.node
  if (operator === 'Add' || operator === 'Sub') {
    const sum = sumOf(a.expression, b.expression, operator === 'Add' ? 1 : -1)
    if (sum) return withExpression(op, a, sum)
  }
  return withExpression(op, a, apply(operator, f, a.expression, b.expression))
}

const binary =
  (f: Binary) =>
  (op: Operation): Value => {
    if (op.inputs.length !== 2) op.refuse(`expected two inputs, got ${op.inputs.length}`)
    if (op.opset < 7 && op.node.domain === '') op.refuse('expected an opset of 7 or newer')
    const [a, b] = op.inputs
    if (a.kind === 'label' || b.kind === 'label') return LABEL
    const moment = momentOf(op, a, b)
    if (moment) return moment
    if (a.kind === 'constant' && b.kind === 'constant') return foldConstants(op, f, a, b)
    if (a.kind === 'rows' && b.kind === 'constant') return withConstant(op, f, a, b, false)
    if (a.kind === 'constant' && b.kind === 'rows') return withConstant(op, f, b, a, true)
    if (a.kind === 'rows' && b.kind === 'rows') return ofTwoRows(op, f, a, b)
    return op.refuse(`expected rows and constants, got ${called[a.kind]} and ${called[b.kind]}`)
  }

/** f of each element. */
export function unary(op: Operation, f: (x: number) => number): Value {
  const x = op.input(0)
  if (x.kind === 'label') return LABEL
  if (x.kind === 'constant') {
    op.budget.spend(x.numbers.length, op.where)
    return { ...x, numbers: Float64Array.from(x.numbers, f) }
  }
  if (x.kind === 'moment')
    return momentOf(op, x, undefined) ?? op.refuse(`expected rows, got ${called.moment}`)
  const rows = op.rows(0)
  const { operator } = op.node
  if (operator === 'Neg') return withExpression(op, rows, lineOf(rows.expression, -1, 0))
  return withExpression(op, rows, apply(operator, f, rows.expression))
}

const each =
  (f: (x: number) => number) =>
  (op: Operation): Value =>
    unary(op, f)

/** Max and Min, of any number of inputs. */
const extreme =
  (f: Binary) =>
  (op: Operation): Value => {
    if (op.inputs.length === 0 || op.inputs.length > 8)
      op.refuse(`expected one to eight inputs, got ${op.inputs.length}`)
    let value = op.inputs[0]
    for (const next of op.inputs.slice(1)) {
      if (value.kind === 'rows' && next.kind === 'constant') value = withConstant(op, f, value, next, false)
      else if (value.kind === 'constant' && next.kind === 'rows')
        value = withConstant(op, f, next, value, true)
      else if (value.kind === 'rows' && next.kind === 'rows') value = ofTwoRows(op, f, value, next)
      else if (value.kind === 'constant' && next.kind === 'constant')
        value = foldConstants(op, f, value, next)
      else return op.refuse(`expected rows and constants, got ${called[value.kind]} and ${called[next.kind]}`)
    }
    return value
  }

function clip(op: Operation): Value {
  const bound = (name: string, i: number, missing: number) =>
    op.opset < 11 ? op.number(name, missing) : op.has(i) ? op.scalar(i, name) : missing
  const least = bound('min', 1, Number.NEGATIVE_INFINITY)
  const most = bound('max', 2, Number.POSITIVE_INFINITY)
  return unary(op, (x) => Math.min(Math.max(x, least), most))
}

function where(op: Operation): Value {
  const values = [0, 1, 2].map((i) => op.input(i))
  if (values.some(({ kind }) => kind === 'label')) return LABEL
  const first = values.find((value) => value.kind === 'rows')
  if (!first) return op.refuse('expected rows that depend on the input')
  const expressions = values.map((value) => {
    if (value.kind === 'constant') {
      const columns = columnsOf(op, value, first)
      return typeof columns === 'number'
        ? constantExpression(columns)
        : op.refuse('expected the same constant for all columns')
    }
    if (value.kind !== 'rows' || value.step !== first.step || value.shape.join() !== first.shape.join())
      return op.refuse('expected constants and functions of the same values')
    return value.expression
  })
  return withExpression(
    op,
    first,
    apply('Where', (c, a, b) => (c !== 0 ? a : b), ...expressions),
  )
}

function elu(op: Operation): Value {
  const alpha = op.number('alpha', 1)
  return unary(op, (x) => (x < 0 ? alpha * Math.expm1(x) : x))
}

function selu(op: Operation): Value {
  const alpha = op.number('alpha', 1.6732632423543772)
  const gamma = op.number('gamma', 1.0507009873554805)
  return unary(op, (x) => gamma * (x < 0 ? alpha * Math.expm1(x) : x))
}

function leakyRelu(op: Operation): Value {
  const alpha = op.number('alpha', 0.01)
  return unary(op, (x) => (x < 0 ? alpha * x : x))
}

function pRelu(op: Operation): Value {
  const slope = uniformOf(op.constant(1, 'slope')) ?? op.refuse('expected one slope for all columns')
  return unary(op, (x) => (x < 0 ? slope * x : x))
}

function gelu(op: Operation): Value {
  const form = op.text('approximate', 'none')
  if (form !== 'none')
    op.refuse(
      `expected approximate to be "none", as nabla computes gelu, got ${JSON.stringify(form.slice(0, 50))}`,
    )
  return unary(op, functions.gelu)
}

export const elementwise: Readonly<Record<string, (op: Operation) => Value>> = {
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => a / b),
  Pow: binary((a, b) => a ** b),
  Greater: binary((a, b) => Number(a > b)),
  GreaterOrEqual: binary((a, b) => Number(a >= b)),
  Less: binary((a, b) => Number(a < b)),
  LessOrEqual: binary((a, b) => Number(a <= b)),
  Max: extreme(Math.max),
  Min: extreme(Math.min),
  Neg: each((x) => -x),
  Abs: each(Math.abs),
  Sqrt: each(Math.sqrt),
  Reciprocal: each((x) => 1 / x),
  Exp: each(Math.exp),
  Log: each(Math.log),
  Erf: each(erf),
  Not: each((x) => Number(x === 0)),
  Relu: each(functions.relu),
  Sigmoid: each(functions.sigmoid),
  Tanh: each(functions.tanh),
  Softplus: each(functions.softplus),
  Softsign: each(functions.softsign),
  Elu: elu,
  Selu: selu,
  LeakyRelu: leakyRelu,
  PRelu: pRelu,
  Gelu: gelu,
  Clip: clip,
  Where: where,
}
