// Constants that nodes make: given in an attribute, filled, or joined.

import { countOf } from './numbers.ts'
import type { Operation } from './operation.ts'
import type { Constant, Numbers, Value } from './values.ts'

/** An axis of a list of sizes, counted from its end where it is below 0. */
export function axisIn(op: Operation, axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis
  return Number.isInteger(from) && from >= 0 && from < rank
    ? from
    : op.refuse(`expected an axis of ${rank} dimensions, got ${axis}`)
}

/** Constants one behind the other along an axis. */
export function constantConcat(op: Operation, parts: readonly Constant[]): Constant {
  const [first] = parts
  const axis = axisIn(op, op.number('axis', Number.NaN), first.dims.length)
  const outer = first.dims.slice(0, axis).reduce((n, size) => n * size, 1)
  const shared = (dims: readonly number[]) => dims.filter((_, i) => i !== axis).join()
  let along = 0
  for (const { dims } of parts) {
    if (dims.length !== first.dims.length || shared(dims) !== shared(first.dims))
      op.refuse('expected constants of sizes that go together')
    along += dims[axis]
  }
  const dims = first.dims.map((size, i) => (i === axis ? along : size))
  const count = countOf(dims, op.where)
  op.budget.spend(count, op.where)
  const isFloat32 = parts.every(({ numbers }) => numbers instanceof Float32Array)
  const numbers: Numbers = isFloat32 ? new Float32Array(count) : new Float64Array(count)
  let at = 0
  for (let o = 0; o < outer; ++o) {
    for (const part of parts) {
      const length = part.numbers.length / outer
      numbers.set(part.numbers.subarray(o * length, (o + 1) * length), at)
      at += length
    }
  }
  return { kind: 'constant', dims, numbers, isInteger: first.isInteger }
}

export function constant(op: Operation): Value {
  const tensor = op.tensor('value')
  if (tensor) return tensor
  const { attributes } = op.node
  const of = (numbers: number[], isList: boolean, isInteger: boolean): Constant => ({
    kind: 'constant',
    dims: isList ? [numbers.length] : [],
    numbers: Float64Array.from(numbers),
    isInteger,
  })
  if (attributes.has('value_float')) return of([op.number('value_float', 0)], false, false)
  if (attributes.has('value_int')) return of([op.number('value_int', 0)], false, true)
  if (attributes.has('value_floats')) return of(op.numbers('value_floats') ?? [], true, false)
  if (attributes.has('value_ints')) return of(op.numbers('value_ints') ?? [], true, true)
  if (attributes.has('value_strings')) return { kind: 'strings', values: op.texts('value_strings') ?? [] }
  return op.refuse('expected a value of numbers or strings')
}

export function constantOfShape(op: Operation): Value {
  const dims = op.integers(0, 'its shape')
  if (dims.length > 8) op.refuse(`expected at most 8 dimensions, got ${dims.length}`)
  const value = op.tensor('value')
  if (value?.kind === 'strings') return op.refuse('expected a value of numbers')
  const count = countOf(dims, op.where)
  op.budget.spend(count, op.where)
  const numbers = new Float64Array(count).fill(value?.numbers[0] ?? 0)
  return { kind: 'constant', dims, numbers, isInteger: value?.isInteger ?? false }
}
