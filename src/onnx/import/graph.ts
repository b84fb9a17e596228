// The nodes of a graph in their order, each computed of what came before it.

import { FormatError } from '../../base/errors.ts'
import { DataType } from '../proto.ts'
import { elementwise } from './elementwise.ts'
import { IDENTITY } from './expression.ts'
import { classesOf, heads } from './heads.ts'
import { linear } from './linear.ts'
import type { ModelMessage, NodeMessage, ValueMessage } from './messages.ts'
import { constantOf, type ExternalData, isFloatType, typeName } from './numbers.ts'
import { type Budget, Operation } from './operation.ts'
import { shapes } from './shapes.ts'
import { MISSING, type Rows, type Value } from './values.ts'

type Operator = (op: Operation) => Value

/** By its name, behind its domain where that is not ONNX's own. */
const operatorOf = (name: string): Operator | undefined =>
  [linear, elementwise, shapes, heads].find((some) => Object.hasOwn(some, name))?.[name]

/** What may stand behind 1 − p and p, which are taken for the one column p: what leaves them as they are, and labels. */
const BEHIND_PAIR: ReadonlySet<string> = new Set([
  ...['Identity', 'Cast', 'Dropout', 'Flatten', 'ArgMax'],
  ...['ai.onnx.ml:ZipMap', 'ai.onnx.ml:Binarizer'],
])

/** What may take rows that stand in columns. */
const TURNS: ReadonlySet<string> = new Set(['Gemm', 'Transpose', 'Identity', 'Cast', 'Dropout'])

// Opset 7 has today's broadcasting; what comes after 23 is not known here.
const OLDEST = 7
const NEWEST = 23

const quoted = (name: string): string => JSON.stringify(name.slice(0, 200))

const refuse = (problem: string): never => {
  throw new FormatError(`ONNX: ${problem}`)
}

/** What a graph computes: its rows by name, and the classes that a head names. */
export interface Evaluated {
  readonly outputs: ReadonlyMap<string, Value>
  readonly classes: readonly string[] | undefined
}

/** The nodes that the outputs need, in their order. Throws FormatError for a reference to what is not there before it. */
function neededNodes(
  { nodes }: ModelMessage,
  given: ReadonlySet<string>,
  outputs: readonly string[],
): NodeMessage[] {
  const makers = new Map<string, number>()
  nodes.forEach((node, i) => {
    const where = `node ${quoted(node.name)} (${node.operator.slice(0, 100)})`
    for (const input of node.inputs) {
      if (input === '' || given.has(input) || makers.has(input)) continue
      const isLater = nodes.some(({ outputs: later }, j) => j >= i && later.includes(input))
      refuse(
        `${where}: its input ${quoted(input)} ${isLater ? 'comes of a later node or of itself: expected nodes in their order, without a cycle' : 'is not there'}`,
      )
    }
    for (const output of node.outputs) {
      if (output === '') continue
      if (given.has(output) || makers.has(output))
        refuse(`${where}: its output ${quoted(output)} is there already`)
      makers.set(output, i)
    }
  })
  const needed = new Set<number>()
  const waiting = outputs.map((name) => makers.get(name))
  for (let i = waiting.pop(); i !== undefined || waiting.length > 0; i = waiting.pop()) {
    if (i === undefined || needed.has(i)) continue
    needed.add(i)
    for (const input of nodes[i].inputs) waiting.push(makers.get(input))
  }
  return nodes.filter((_, i) => needed.has(i))
}

/** The graph without the node that makes the value, which is an input then. */
const without = (model: ModelMessage, value: string): ModelMessage => ({
  ...model,
  nodes: model.nodes.filter(({ outputs }) => !outputs.includes(value)),
})

function inputOf({ name, type, dims }: ValueMessage): Rows | undefined {
  // Strings and whole numbers are inputs of features, not of a network; those that a Cast follows are rows too.
  if (type === undefined || isFloatType(type) === undefined) return undefined
  if (dims !== undefined && (dims.length < 1 || dims.length > 8)) return undefined
  const shape = dims ? dims.slice(1) : [undefined]
  let width: number | undefined = 1
  for (const size of shape) width = width === undefined || size === undefined ? undefined : width * size
  if (width !== undefined && !(width <= 2 ** 31)) return undefined
  return {
    kind: 'rows',
    shape,
    step: { kind: 'input', of: undefined, name, width },
    expression: IDENTITY,
    from: `the input ${quoted(name)}`,
  }
}

function checkOpsets({ opsets }: ModelMessage): number {
  const opset = opsets.get('')
  if (opset === undefined || !(opset >= OLDEST && opset <= NEWEST))
    return refuse(`expected an opset from ${OLDEST} to ${NEWEST}, got ${opset ?? 'none'}`)
  return opset
}

/** Computes what the outputs need, of the inputs, or of the value `from` in place of the node that makes it. Throws FormatError for whatever has no counterpart in nabla. */
export function evaluate(
  model: ModelMessage,
  wanted: readonly string[],
  budget: Budget,
  external: ExternalData | undefined,
  from?: string,
): Evaluated {
  const opset = checkOpsets(model)
  const { initializers, inputs } = model
  const names = new Set(inputs.map(({ name }) => name))
  if (names.size < inputs.length || names.has(''))
    refuse('expected inputs of different names, and none without one')
  const nodes = neededNodes(
    from === undefined ? model : without(model, from),
    new Set([...names, ...initializers.keys(), ...(from === undefined ? [] : [from])]),
    wanted,
  )

  const values = new Map<string, Value>()
  const lookUp = (name: string): Value => {
    if (name === '') return MISSING
    const known = values.get(name)
    if (known) return known
    const tensor = initializers.get(name)
    const isStart = name === from && !names.has(name)
    const input = tensor
      ? undefined
      : isStart
        ? { name, type: DataType.FLOAT, dims: undefined }
        : inputs.find((one) => one.name === name)
    const value = tensor
      ? constantOf(tensor, `initializer ${quoted(name)}`, external)
      : input && inputOf(input)
    if (!value) {
      const { type = 0, dims } = input ?? {}
      return refuse(
        `input ${quoted(name)}: expected rows of numbers, got ${type === DataType.UNDEFINED ? 'no tensor' : typeName(type)}${dims ? ` [${dims.map((size) => size ?? '?').join(', ')}]` : ''}`,
      )
    }
    values.set(name, value)
    return value
  }

  const used = new Set([...wanted, ...nodes.flatMap((node) => node.inputs)])
  let classes: string[] | undefined
  for (const node of nodes) {
    const op = new Operation(node, node.inputs.map(lookUp), opset, budget, external)
    const called = node.domain === '' ? node.operator : `${node.domain}:${node.operator}`
    const operator = operatorOf(called)
    if (op.inputs.some((value) => value.kind === 'rows' && value.isPair) && !BEHIND_PAIR.has(called))
      op.refuse('expected the classes 1 − p and p to end the network')
    if (op.inputs.some((value) => value.kind === 'rows' && value.isTurned) && !TURNS.has(called))
      op.refuse('expected rows to be the first dimension, got them turned by a Transpose')
    if (!operator) return op.refuse('an operator that an MLP of nabla does not have')
    // Dropout's mask and batch normalization's statistics are further outputs of training.
    if (node.outputs.slice(1).some((name) => used.has(name)))
      op.refuse('expected its first output alone to be used')
    const [output = ''] = node.outputs
    const value = operator(op)
    if (output !== '') values.set(output, value)
    classes ??= classesOf(op)
  }
  return { outputs: new Map(wanted.map((name) => [name, lookUp(name)])), classes }
}
