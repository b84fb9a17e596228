// Whether the nodes around the network of a file of nabla's are those of the features and the target that its metadata has: written
// anew from them, node by node and number by number. A file that has been edited says one thing to a runtime and another to nabla.

import { FormatError, NablaError } from '../../base/errors.ts'
import { featuresFromJSON } from '../../data/features/features.ts'
import { targetFromJSON } from '../../data/features/target.ts'
import { columnsOf } from '../export/columns.ts'
import { type GraphInput, inputsOf, writeFeatures } from '../export/features.ts'
import { GraphWriter } from '../export/graph.ts'
import { writeUnits } from '../export/units.ts'
import { MODEL_KEY } from '../metadata.ts'
import { Model } from '../proto.ts'
import { fileOf, message } from '../protobuf/writer.ts'
import { type AttributeValue, type ModelMessage, type NodeMessage, readModel } from './messages.ts'
import type { TensorMessage } from './tensor-message.ts'

/** What the metadata has of a model. features, target: as toJSON() gave them, not checked. */
export interface OwnModel {
  readonly features?: unknown
  readonly target?: unknown
  /** The values between which the network is. */
  readonly from: string
  readonly to: string
}

const refuse = (problem: string): never => {
  throw new FormatError(`ONNX: ${problem}`)
}

const disagrees = (where: string): never =>
  refuse(`${where}: expected what metadata ${MODEL_KEY} says it is, got another`)

const quoted = (name: string): string => JSON.stringify(name.slice(0, 200))

const sameBytes = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === b || (a?.length === b?.length && a!.every((byte, i) => byte === b![i]))

const sameTensor = (a: TensorMessage, b: TensorMessage): boolean =>
  a.type === b.type && a.dims.join() === b.dims.join() && !b.isExternal && sameBytes(a.raw, b.raw)

function sameAttribute(a: AttributeValue, b: AttributeValue): boolean {
  if (a instanceof Uint8Array || b instanceof Uint8Array)
    return a instanceof Uint8Array && b instanceof Uint8Array && sameBytes(a, b)
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b)
  return a.length === b.length && a.every((one, i) => sameAttribute(one, b[i]))
}

const sameNode = (a: NodeMessage, b: NodeMessage): boolean =>
  a.operator === b.operator &&
  a.domain === b.domain &&
  JSON.stringify([a.inputs, a.outputs]) === JSON.stringify([b.inputs, b.outputs]) &&
  a.attributes.size === b.attributes.size &&
  [...a.attributes].every(([name, value]) => sameAttribute(value, b.attributes.get(name)))

function checkInputs(expected: readonly GraphInput[], { inputs }: ModelMessage): void {
  const isSame =
    inputs.length === expected.length &&
    expected.every(({ name, type, width }, i) => {
      const { dims, ...given } = inputs[i]
      return given.name === name && given.type === type && dims?.length === 2 && dims[1] === width
    })
  if (!isSame) disagrees('the inputs')
}

/** The nodes in front of the network and behind it, as this version of nabla writes them. */
function written({ features, target, from, to }: OwnModel, file: ModelMessage): ModelMessage {
  const graph = new GraphWriter()
  const [input] = file.inputs
  const [output] = file.outputs
  if (!input || file.outputs.length !== 1) return disagrees('the inputs and outputs')
  const columns = features === undefined ? undefined : columnsOf(featuresFromJSON(features).toJSON())
  const inputs = columns ? inputsOf(columns, input.name) : undefined
  for (const { name } of inputs ?? [input]) graph.reserve(name)
  graph.reserve(output.name)
  if (inputs) checkInputs(inputs, file)
  const start = columns && inputs ? writeFeatures(graph, columns, inputs) : input.name
  if (start !== from) disagrees(`the value ${quoted(from)} in front of the network`)
  const aim = target === undefined ? undefined : targetFromJSON(target).toJSON()
  graph.output(aim?.type === 'number' ? writeUnits(graph, to, aim.columns) : to, output.name)
  return readModel(fileOf(message(Model.GRAPH, ...graph.fields())))
}

/** Throws FormatError where the file has others. */
export function checkOwnNodes(own: OwnModel, file: ModelMessage): void {
  let expected: ModelMessage
  try {
    expected = written(own, file)
  } catch (error) {
    // Columns that no file can have.
    if (error instanceof NablaError) throw new FormatError(error.message)
    throw error
  }
  const makers = new Map(file.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  for (const node of expected.nodes) {
    const [name] = node.outputs
    const found = makers.get(name)
    if (!found || !sameNode(node, found)) disagrees(`the node of ${quoted(name)} (${node.operator})`)
  }
  for (const [name, tensor] of expected.initializers) {
    const found = file.initializers.get(name)
    if (!found || !sameTensor(tensor, found)) disagrees(`initializer ${quoted(name)}`)
  }
}
