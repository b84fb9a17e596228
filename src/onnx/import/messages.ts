// The messages of a model file as plain data: names, nodes, and tensors whose numbers are still bytes.
//
// The schema is read to a fixed depth: graphs in attributes (of If, Loop and Scan), sequences and maps are skipped, so that
// no nesting of the file is nesting of calls. What a few bytes can make many of has a limit.

import { FormatError } from '../../base/errors.ts'
import * as Proto from '../proto.ts'
import { Reader } from '../protobuf/reader.ts'
import { readTensor, type TensorMessage } from './tensor-message.ts'

// An MLP of a hundred layers has some thousand nodes.
const MOST_NODES = 100_000
const MOST_TENSORS = 100_000
const MOST_NAMES = 10_000
const MOST_ATTRIBUTES = 100
const MOST_ELEMENTS = 2 ** 24

export type AttributeValue = number | Uint8Array | TensorMessage | number[] | Uint8Array[] | undefined

export interface NodeMessage {
  readonly name: string
  readonly operator: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** By name; undefined for one of a kind that is not read, such as a graph. */
  readonly attributes: ReadonlyMap<string, AttributeValue>
}

/** An input or output of the graph. */
export interface ValueMessage {
  readonly name: string
  /** DataType, where it is a tensor. */
  readonly type: number | undefined
  /** Of a tensor, where it is given; undefined for a size that is open. */
  readonly dims: readonly (number | undefined)[] | undefined
}

export interface ModelMessage {
  readonly producer: string
  readonly opsets: ReadonlyMap<string, number>
  readonly metadata: ReadonlyMap<string, string>
  readonly nodes: readonly NodeMessage[]
  readonly initializers: ReadonlyMap<string, TensorMessage>
  readonly inputs: readonly ValueMessage[]
  readonly outputs: readonly ValueMessage[]
}

/** Appends, or throws where the list is as long as it may be. */
function push<T>(list: T[], value: T, most: number, reader: Reader): void {
  if (list.length >= most) reader.refuse(`expected at most ${most} entries of field ${reader.field}`)
  list.push(value)
}

function setOnce<K, V>(map: Map<K, V>, key: K, value: V, reader: Reader): void {
  if (map.has(key)) reader.refuse(`${JSON.stringify(key)} is there twice`)
  map.set(key, value)
}

/** The value of a field that may be there once. */
function once<T>(before: T | undefined, value: T, reader: Reader): T {
  if (before !== undefined) reader.refuse(`field ${reader.field} is there twice`)
  return value
}

/** The numbers of a list, which may be packed into one field. */
function pushNumbers(list: number[], reader: Reader, one: (from: Reader) => number): void {
  if (!reader.isPacked) {
    push(list, one(reader), MOST_ELEMENTS, reader)
    return
  }
  const packed = reader.message('a packed list')
  while (!packed.isAtEnd) push(list, one(packed), MOST_ELEMENTS, reader)
}

function readAttribute(reader: Reader): readonly [string, AttributeValue] {
  const A = Proto.Attribute
  let name = ''
  let single: AttributeValue
  let type: number | undefined
  const floats: number[] = []
  const ints: number[] = []
  const strings: Uint8Array[] = []
  while (reader.next()) {
    if (reader.field === A.NAME) name = reader.text()
    else if (reader.field === A.TYPE) type = once(type, reader.integer(), reader)
    else if (reader.field === A.F) single = once(single, reader.float(), reader)
    else if (reader.field === A.I) single = once(single, reader.integer(), reader)
    else if (reader.field === A.S) single = once(single, reader.bytes(), reader)
    else if (reader.field === A.T)
      single = once(single, readTensor(reader.message('the tensor of an attribute')), reader)
    else if (reader.field === A.FLOATS)
      pushNumbers(floats, reader, (from) => (from === reader ? from.float() : from.fixed32()))
    else if (reader.field === A.INTS)
      pushNumbers(ints, reader, (from) => (from === reader ? from.integer() : from.varint()))
    else if (reader.field === A.STRINGS) push(strings, reader.bytes(), MOST_ELEMENTS, reader)
    else if (reader.field === A.REF_ATTR_NAME)
      reader.refuse('expected no reference to the attribute of a function')
    else reader.skip()
  }
  // A value that is a default may have been left out by a writer of proto3.
  const kinds = Proto.AttributeType
  if (type === kinds.FLOATS || (type === undefined && floats.length > 0)) return [name, floats]
  if (type === kinds.INTS || (type === undefined && ints.length > 0)) return [name, ints]
  if (type === kinds.STRINGS || (type === undefined && strings.length > 0)) return [name, strings]
  if (type === kinds.FLOAT || type === kinds.INT) return [name, single ?? 0]
  if (type === kinds.STRING) return [name, single ?? new Uint8Array()]
  return [name, single]
}

function readNode(reader: Reader): NodeMessage {
  const N = Proto.Node
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes = new Map<string, AttributeValue>()
  let name: string | undefined
  let operator: string | undefined
  let domain: string | undefined
  while (reader.next()) {
    if (reader.field === N.INPUT) push(inputs, reader.text(), MOST_NAMES, reader)
    else if (reader.field === N.OUTPUT) push(outputs, reader.text(), MOST_NAMES, reader)
    else if (reader.field === N.NAME) name = once(name, reader.text(), reader)
    else if (reader.field === N.OP_TYPE) operator = once(operator, reader.text(), reader)
    else if (reader.field === N.DOMAIN) domain = once(domain, reader.text(), reader)
    else if (reader.field === N.ATTRIBUTE) {
      if (attributes.size >= MOST_ATTRIBUTES) reader.refuse(`expected at most ${MOST_ATTRIBUTES} attributes`)
      setOnce(
        attributes,
        ...readAttribute(reader.message(`an attribute of node ${JSON.stringify(name ?? '')}`)),
        reader,
      )
    } else reader.skip()
  }
  const own = domain === 'ai.onnx' ? '' : (domain ?? '')
  return { name: name ?? '', operator: operator ?? '', domain: own, inputs, outputs, attributes }
}

function readDims(shape: Reader): (number | undefined)[] {
  const dims: (number | undefined)[] = []
  while (shape.next()) {
    if (shape.field !== Proto.Shape.DIM) {
      shape.skip()
      continue
    }
    const dim = shape.message('a size of a shape')
    let size: number | undefined
    while (dim.next()) {
      if (dim.field === Proto.Dimension.DIM_VALUE) size = once(size, dim.integer(), dim)
      else dim.skip()
    }
    push(dims, size, MOST_ATTRIBUTES, shape)
  }
  // Sizes that are not above 0 stand for open ones in old files.
  return dims.map((size) => (size !== undefined && size > 0 ? size : undefined))
}

function readValue(reader: Reader): ValueMessage {
  let name = ''
  let type: number | undefined
  let dims: (number | undefined)[] | undefined
  while (reader.next()) {
    if (reader.field === Proto.ValueInfo.NAME) name = reader.text()
    else if (reader.field === Proto.ValueInfo.TYPE) {
      const kind = reader.message(`the type of ${JSON.stringify(name)}`)
      while (kind.next()) {
        if (kind.field !== Proto.Type.TENSOR_TYPE) {
          kind.skip()
          continue
        }
        const tensor = kind.message(`the tensor type of ${JSON.stringify(name)}`)
        while (tensor.next()) {
          if (tensor.field === Proto.TensorType.ELEM_TYPE) type = once(type, tensor.integer(), tensor)
          else if (tensor.field === Proto.TensorType.SHAPE)
            dims = once(dims, readDims(tensor.message(`the shape of ${JSON.stringify(name)}`)), tensor)
          else tensor.skip()
        }
      }
    } else reader.skip()
  }
  return { name, type, dims }
}

type GraphMessage = Pick<ModelMessage, 'nodes' | 'initializers' | 'inputs' | 'outputs'>

function readGraph(reader: Reader): GraphMessage {
  const G = Proto.Graph
  const nodes: NodeMessage[] = []
  const inputs: ValueMessage[] = []
  const outputs: ValueMessage[] = []
  const initializers = new Map<string, TensorMessage>()
  while (reader.next()) {
    if (reader.field === G.NODE)
      push(nodes, readNode(reader.message(`node ${nodes.length}`)), MOST_NODES, reader)
    else if (reader.field === G.INPUT) push(inputs, readValue(reader.message('an input')), MOST_NAMES, reader)
    else if (reader.field === G.OUTPUT)
      push(outputs, readValue(reader.message('an output')), MOST_NAMES, reader)
    else if (reader.field === G.SPARSE_INITIALIZER) reader.refuse('expected no sparse initializers')
    else if (reader.field === G.INITIALIZER) {
      if (initializers.size >= MOST_TENSORS) reader.refuse(`expected at most ${MOST_TENSORS} initializers`)
      const tensor = readTensor(reader.message(`initializer ${initializers.size}`))
      if (tensor.name === '') reader.refuse('an initializer without a name')
      setOnce(initializers, tensor.name, tensor, reader)
    } else reader.skip()
  }
  return { nodes, initializers, inputs, outputs }
}

/** Two fields of a message: a domain and its version, a key and its value. */
function readPair<T>(reader: Reader, read: (from: Reader) => T, missing: T): readonly [string, T] {
  let key = ''
  let value = missing
  while (reader.next()) {
    if (reader.field === 1) key = reader.text()
    else if (reader.field === 2) value = read(reader)
    else reader.skip()
  }
  return [key, value]
}

export const readEntry = (reader: Reader): readonly [string, string] =>
  readPair(reader, (from) => from.text(), '')

/** Reads the bytes of a file. Throws FormatError where they are not a model of ONNX. */
export function readModel(bytes: Uint8Array): ModelMessage {
  const M = Proto.Model
  const reader = new Reader(bytes, 'the model')
  const opsets = new Map<string, number>()
  const metadata = new Map<string, string>()
  let producer = ''
  let graph: GraphMessage | undefined
  while (reader.next()) {
    if (reader.field === M.GRAPH) graph = once(graph, readGraph(reader.message('the graph')), reader)
    else if (reader.field === M.PRODUCER_NAME) producer = reader.text()
    else if (reader.field === M.OPSET_IMPORT) {
      const [domain, version] = readPair(reader.message('an operator set'), (from) => from.integer(), 0)
      setOnce(opsets, domain === 'ai.onnx' ? '' : domain, version, reader)
    } else if (reader.field === M.METADATA_PROPS) {
      setOnce(metadata, ...readEntry(reader.message('an entry of the metadata')), reader)
    } else reader.skip()
  }
  if (!graph) throw new FormatError('ONNX: expected a model with a graph, got none')
  return { producer, opsets, metadata, ...graph }
}
