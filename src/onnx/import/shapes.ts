// Operators that move numbers and leave them as they are.

import { DataType } from '../proto.ts'
import { axisIn, constant, constantConcat, constantOfShape } from './constants.ts'
import { pairOf } from './heads.ts'
import { transposed } from './linear.ts'
import { countOf, isFloatType, typeName } from './numbers.ts'
import type { Operation } from './operation.ts'
import { type Constant, called, LABEL, type Rows, type ShapeOf, type Value, widthOf } from './values.ts'

const reshaped = (rows: Rows, shape: Rows['shape']): Rows => ({ ...rows, shape })

/** The sizes that a shape's −1 and 0 stand for. */
function sizesOf(op: Operation, target: readonly number[], dims: readonly number[]): number[] {
  const count = dims.reduce((n, size) => n * size, 1)
  const sizes = target.map((size, i) => (size === 0 ? dims[i] : size))
  const open = sizes.indexOf(-1)
  const known = sizes.reduce((n, size, i) => (i === open ? n : n * size), 1)
  if (open >= 0) sizes[open] = count / known
  if (sizes.length > 8 || countOf(sizes, op.where) !== count)
    op.refuse(`expected a shape of ${count} elements, got [${target.join(', ')}]`)
  return sizes
}

/** The target of Reshape: whole numbers, of which the first may be the number of rows. */
function targetOf(op: Operation): (number | 'rows')[] {
  const value = op.input(1)
  if (value.kind === 'shape') return [...value.sizes]
  return op.integers(1, 'shape')
}

function reshape(op: Operation): Value {
  const x = op.input(0)
  if (x.kind === 'label') return LABEL
  const target = targetOf(op)
  if (op.number('allowzero', 0) !== 0 && target.includes(0))
    op.refuse('expected a shape without 0, or allowzero to be 0')
  if (x.kind === 'constant') {
    if (target.includes('rows')) op.refuse('expected a shape of whole numbers')
    return { ...x, dims: sizesOf(op, target as number[], x.dims) }
  }
  const rows = op.rows(0)
  const width = widthOf(rows)
  const refuse = (): never =>
    op.refuse(
      `expected a shape of rows of ${width ?? 'an open number of'} elements, got [${target.join(', ')}]`,
    )
  const [first, ...given] = target
  const rest = given.map((size, i) => (size === 0 ? rows.shape[i] : size))
  // (−1) of rows of one element, and (rows, width) with either one open.
  if (target.length === 0 || rest.includes('rows') || target.length > 8) return refuse()
  const sizes = rest as (number | undefined)[]
  const open = sizes.indexOf(-1)
  if (open >= 0) {
    const known = sizes.reduce<number>((n, size, i) => (i === open ? n : n * (size ?? Number.NaN)), 1)
    if (width === undefined) {
      // What is open stays open: (rows, −1) of (rows, open).
      if (sizes.length === 1 && rows.shape.length === 1 && first !== -1) return rows
      return refuse()
    }
    sizes[open] = width / known
  }
  if (sizes.some((size) => size === undefined))
    return sizes.length === 1 && rows.shape.length === 1 ? rows : refuse()
  const count = sizes.reduce<number>((n, size) => n * size!, 1)
  if (width === undefined) {
    return sizes.length === 1 && rows.step.kind === 'input' && count > 0 ? reshaped(rows, sizes) : refuse()
  }
  if (count !== width || !sizes.every((size) => Number.isInteger(size) && size! > 0)) return refuse()
  if (first !== 'rows' && first !== -1 && first !== 0 && !(first > 0)) return refuse()
  return reshaped(rows, sizes)
}

function flatten(op: Operation): Value {
  const rows = op.rows(0)
  const axis = op.number('axis', 1)
  if (axis !== 1 && axis !== -rows.shape.length) op.refuse(`expected axis to be 1, got ${axis}`)
  if (rows.shape.length === 1) return rows
  return reshaped(rows, [widthOf(rows)])
}

function squeeze(op: Operation): Value {
  const x = op.input(0)
  if (x.kind === 'label') return LABEL
  const axes = op.axes('axes', 1)
  if (x.kind === 'constant') {
    const drop = axes?.map((axis) => axisIn(op, axis, x.dims.length))
    const dims = x.dims.filter((size, i) => (drop ? !drop.includes(i) : size !== 1))
    return { ...x, dims: sizesOf(op, dims, x.dims) }
  }
  if (x.kind === 'shape') return { ...x, isList: false }
  const rows = op.rows(0)
  const drop = axes?.map((axis) => axisIn(op, axis, rows.shape.length + 1) - 1)
  const isDropped = (size: number | undefined, i: number) => (drop ? drop.includes(i) : size === 1)
  if (drop?.includes(-1) || rows.shape.some((size, i) => isDropped(size, i) && size !== 1))
    op.refuse(`expected to drop dimensions of 1, not that of the rows, from [rows, ${rows.shape.join(', ')}]`)
  return reshaped(
    rows,
    rows.shape.filter((size, i) => !isDropped(size, i)),
  )
}

function unsqueeze(op: Operation): Value {
  const x = op.input(0)
  if (x.kind === 'label') return LABEL
  const axes = op.axes('axes', 1) ?? op.refuse('expected axes')
  if (x.kind === 'shape') return { ...x, isList: true }
  const before = x.kind === 'constant' ? x.dims.length : op.rows(0).shape.length + 1
  const rank = before + axes.length
  if (rank > 8) op.refuse(`expected at most 8 dimensions, got ${rank}`)
  const added = new Set(axes.map((axis) => axisIn(op, axis, rank)))
  if (added.size !== axes.length) op.refuse('expected axes that differ')
  const grown = <T>(dims: readonly T[], one: T): T[] => {
    let from = 0
    return Array.from({ length: rank }, (_, i) => (added.has(i) ? one : dims[from++]))
  }
  if (x.kind === 'constant') return { ...x, dims: grown<number>(x.dims, 1) }
  if (added.has(0)) op.refuse('expected the rows to stay the first dimension')
  const [, ...shape] = grown<number | undefined>([undefined, ...op.rows(0).shape], 1)
  return reshaped(op.rows(0), shape)
}

function transpose(op: Operation): Value {
  const x = op.input(0)
  const order = op.numbers('perm')
  if (x.kind === 'constant' && x.dims.length === 2 && (!order || order.join() === '1,0'))
    return transposed(op, x)
  if (x.kind === 'rows' && x.shape.length === 1 && (!order || order.join() === '1,0'))
    return { ...x, isTurned: !x.isTurned }
  const isSame = order?.every((axis, i) => axis === i) && order.length > 0
  if (isSame && (x.kind === 'constant' || x.kind === 'rows')) return x
  return op.refuse(`expected a constant of two dimensions, got ${called[x.kind]}`)
}

function shape(op: Operation): Value {
  const x = op.input(0)
  if (x.kind === 'constant')
    return { kind: 'constant', dims: [x.dims.length], numbers: Float64Array.from(x.dims), isInteger: true }
  const rows = op.rows(0)
  if (rows.shape.includes(undefined)) op.refuse('expected rows of a known shape')
  const sizes: (number | 'rows')[] = ['rows', ...(rows.shape as readonly number[])]
  const [start, end] = [op.number('start', 0), op.number('end', sizes.length)]
  return { kind: 'shape', sizes: sizes.slice(start, end), isList: true }
}

/** Elements of a list along its first axis. */
function gather(op: Operation): Value {
  const x = op.input(0)
  if (x.kind === 'label' || op.input(1).kind === 'label') return LABEL
  const { numbers, dims } = op.constant(1, 'indices')
  if (op.number('axis', 0) !== 0 || dims.length > 1 || numbers.length > 8)
    op.refuse('expected elements of a shape')
  const list: readonly (number | 'rows')[] =
    x.kind === 'shape'
      ? x.sizes
      : x.kind === 'constant' && x.dims.length === 1 && x.isInteger
        ? Array.from(x.numbers.slice(0, 8))
        : op.refuse(`expected elements of a shape, got some of ${called[x.kind]}`)
  const sizes = Array.from(numbers, (i) => list[axisIn(op, i, list.length)])
  return { kind: 'shape', sizes, isList: dims.length === 1 }
}

function slice(op: Operation): Value {
  const x = op.input(0)
  if (x.kind !== 'shape' || !x.isList)
    return op.refuse(`expected a part of a shape, got one of ${called[x.kind]}`)
  const part = (name: string, i: number) => {
    const list = op.opset < 10 ? op.numbers(name) : op.has(i) ? op.integers(i, name) : undefined
    return list && list.length !== 1 ? op.refuse(`expected ${name} to be one number`) : list?.[0]
  }
  if ((part('axes', 3) ?? 0) !== 0 || (part('steps', 4) ?? 1) !== 1) op.refuse('expected a part of a shape')
  return { ...x, sizes: x.sizes.slice(part('starts', 1), part('ends', 2)) }
}

function shapeConcat(op: Operation): ShapeOf {
  const sizes = op.inputs.flatMap((value): (number | 'rows')[] => {
    if (value.kind === 'shape') return [...value.sizes]
    if (value.kind === 'constant' && value.isInteger && value.numbers.length <= 8)
      return Array.from(value.numbers)
    return op.refuse(`expected parts of a shape, got ${called[value.kind]}`)
  })
  if (sizes.length > 8) op.refuse(`expected at most 8 sizes, got ${sizes.length}`)
  return { kind: 'shape', sizes, isList: true }
}

function concat(op: Operation): Value {
  const { inputs } = op
  if (inputs.length === 0) op.refuse('expected an input')
  if (inputs.some(({ kind }) => kind === 'label')) return LABEL
  if (inputs.every((value) => value.kind === 'constant')) return constantConcat(op, inputs as Constant[])
  if (inputs.some(({ kind }) => kind === 'shape')) return shapeConcat(op)
  const axis = op.number('axis', Number.NaN)
  if (axis !== 1 && axis !== -1) op.refuse(`expected axis to be 1, got ${axis}`)
  return pairOf(op)
}

function cast(op: Operation): Value {
  const x = op.input(0)
  const to = op.number('to', 0)
  if (x.kind === 'label' || x.kind === 'strings' || x.kind === 'shape') return x
  const isFloat = isFloatType(to)
  if (isFloat === undefined) return op.refuse(`expected numbers, got a cast to ${typeName(to)}`)
  if (x.kind === 'constant') {
    if (isFloat || x.isInteger) return { ...x, isInteger: !isFloat }
    op.budget.spend(x.numbers.length, op.where)
    return { ...x, numbers: Float64Array.from(x.numbers, Math.trunc), isInteger: true }
  }
  // Comparisons are 1 and 0 already.
  if (!isFloat && to !== DataType.BOOL)
    op.refuse(`expected rows to stay floats, got a cast to ${typeName(to)}`)
  return x
}

function dropout(op: Operation): Value {
  if (op.has(2) && op.scalar(2, 'training_mode') !== 0) op.refuse('expected training_mode to be false')
  return op.input(0)
}

export const shapes: Readonly<Record<string, (op: Operation) => Value>> = {
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Shape: shape,
  Gather: gather,
  Slice: slice,
  Concat: concat,
  Cast: cast,
  Identity: (op) => op.input(0),
  Dropout: dropout,
  Constant: constant,
  ConstantOfShape: constantOfShape,
}
