// What stands at the end of a classifier: softmax, the second column of a logistic one, labels and their names.

import { lineOf, sumOf } from './expression.ts'
import type { Operation } from './operation.ts'
import { stepOf } from './rows.ts'
import { called, LABEL, type Rows, type Step, type Value } from './values.ts'

function softmax(op: Operation): Value {
  const rows = op.rows(0)
  const axis = op.number('axis', op.opset < 13 ? 1 : -1)
  if (rows.shape.length !== 1 || (axis !== -1 && axis !== 1))
    op.refuse(`expected axis to be 1, of rows of one dimension, got ${axis}`)
  return op.result({ kind: 'softmax', of: stepOf(op, rows) }, rows.shape)
}

const isInput = ({ step, expression }: Rows): boolean => step.kind === 'input' && !expression.core

/** Several inputs side by side, as a graph that is fed by columns has them. */
function joined(op: Operation, parts: readonly Rows[]): Rows {
  let width = 0
  const names: string[] = []
  for (const { shape, step, expression } of parts) {
    const [size] = shape
    if (
      shape.length !== 1 ||
      size === undefined ||
      step.kind !== 'input' ||
      expression.scale !== 1 ||
      expression.shift !== 0
    )
      return op.refuse('expected the inputs themselves, of known widths')
    width += size
    names.push(step.name)
  }
  if (new Set(names).size !== names.length) op.refuse('expected each input once')
  op.budget.spend(width, op.where)
  const step: Step = { kind: 'input', of: undefined, name: names.join(', '), width }
  return op.result(step, [width])
}

/** 1 − p beside p: the two classes of one logistic column. */
export function pairOf(op: Operation): Rows {
  const parts = op.inputs.map((_, i) => op.rows(i))
  if (parts.length === 1) return parts[0]
  if (parts.every(isInput)) return joined(op, parts)
  const [a, b] = parts
  const isOne = ({ shape }: Rows) => shape.length === 1 && shape[0] === 1
  const sum = a.step === b.step ? sumOf(a.expression, b.expression, 1) : undefined
  if (parts.length !== 2 || !isOne(a) || !isOne(b) || !sum || sum.scale !== 0 || sum.shift !== 1)
    op.refuse('expected 1 − p and p of one column p, or inputs of the graph')
  return { ...b, expression: lineOf(b.expression, 1, 0), isPair: true }
}

function argMax(op: Operation): Value {
  const x = op.input(0)
  return x.kind === 'rows' || x.kind === 'label' ? LABEL : op.refuse(`expected rows, got ${called[x.kind]}`)
}

export const heads: Readonly<Record<string, (op: Operation) => Value>> = {
  Softmax: softmax,
  // The network gives probabilities: their logarithms have no activation here.
  LogSoftmax: softmax,
  ArgMax: argMax,
  'ai.onnx.ml:ArrayFeatureExtractor': (op) =>
    op.input(0).kind === 'label' || op.input(1).kind === 'label'
      ? LABEL
      : op.refuse('expected the index of a class'),
  'ai.onnx.ml:Binarizer': argMax,
  'ai.onnx.ml:LabelEncoder': (op) => (op.input(0).kind === 'label' ? LABEL : op.refuse('expected a label')),
  'ai.onnx.ml:ZipMap': (op) => op.rows(0),
}

/** The classes that a node of a head names; undefined where it names none. */
export function classesOf(op: Operation): string[] | undefined {
  const { operator, domain } = op.node
  if (domain !== 'ai.onnx.ml') return undefined
  if (operator === 'ZipMap')
    return op.texts('classlabels_strings') ?? op.numbers('classlabels_int64s')?.map(String)
  if (operator !== 'ArrayFeatureExtractor') return undefined
  const classes = op.input(0)
  if (classes.kind === 'strings') return [...classes.values]
  return classes.kind === 'constant' ? Array.from(classes.numbers, String) : undefined
}
