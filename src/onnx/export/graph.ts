// A graph of ONNX as it is written: nodes in their order, weights by name.

import { Attribute as A, AttributeType, DataType, Graph, Node, Tensor } from '../proto.ts'
import { bytes, float, integer, integers, message, type Part, text } from '../protobuf/writer.ts'

export type AttributeValue =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly strings: readonly string[] }

export type Attributes = Readonly<Record<string, AttributeValue>>

function attribute(name: string, value: AttributeValue): Part {
  const named = text(A.NAME, name)
  if ('float' in value)
    return message(Node.ATTRIBUTE, named, float(A.F, value.float), integer(A.TYPE, AttributeType.FLOAT))
  if ('int' in value)
    return message(Node.ATTRIBUTE, named, integer(A.I, value.int), integer(A.TYPE, AttributeType.INT))
  if ('ints' in value) {
    const each = value.ints.map((one) => integer(A.INTS, one))
    return message(Node.ATTRIBUTE, named, ...each, integer(A.TYPE, AttributeType.INTS))
  }
  const each = value.strings.map((one) => text(A.STRINGS, one))
  return message(Node.ATTRIBUTE, named, ...each, integer(A.TYPE, AttributeType.STRINGS))
}

/** The bytes of the numbers, little-endian: every platform with WebAssembly is. */
const rawOf = (numbers: Float32Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)

/** The operators of classical machine learning that are written. */
const ML_OPERATORS: ReadonlySet<string> = new Set(['OneHotEncoder'])
export const ML_DOMAIN = 'ai.onnx.ml'

export class GraphWriter {
  #usesMl = false
  readonly #nodes: Part[] = []
  readonly #initializers: Part[] = []
  readonly #names = new Set<string>()

  /** Takes a name that is the caller's: no other value gets it. */
  reserve(name: string): void {
    this.#names.add(name)
  }

  #free(name: string): string {
    let free = name
    for (let i = 2; this.#names.has(free); ++i) free = `${name}_${i}`
    this.#names.add(free)
    return free
  }

  /** A constant of float32 numbers, row-major. Returns its name. */
  floats(name: string, dims: readonly number[], numbers: Float32Array): string {
    const free = this.#free(name)
    this.#initializers.push(
      message(
        Graph.INITIALIZER,
        integers(Tensor.DIMS, dims),
        integer(Tensor.DATA_TYPE, DataType.FLOAT),
        text(Tensor.NAME, free),
        bytes(Tensor.RAW_DATA, rawOf(numbers)),
      ),
    )
    return free
  }

  /** A constant of one number. */
  scalar(name: string, value: number): string {
    return this.floats(name, [], Float32Array.of(value))
  }

  /** A list of whole numbers of 64 bits. */
  integers(name: string, values: readonly number[]): string {
    const free = this.#free(name)
    this.#initializers.push(
      message(
        Graph.INITIALIZER,
        integers(Tensor.DIMS, [values.length]),
        integer(Tensor.DATA_TYPE, DataType.INT64),
        text(Tensor.NAME, free),
        bytes(Tensor.RAW_DATA, new Uint8Array(BigInt64Array.from(values, BigInt).buffer)),
      ),
    )
    return free
  }

  /** A node of one output; its name and that of the output are made from `name`. Returns the output's. */
  node(operator: string, inputs: readonly string[], name: string, attributes: Attributes = {}): string {
    const output = this.#free(name)
    this.#usesMl ||= ML_OPERATORS.has(operator)
    this.#nodes.push(
      message(
        Graph.NODE,
        ...inputs.map((input) => text(Node.INPUT, input)),
        text(Node.OUTPUT, output),
        text(Node.NAME, `${output}/${operator}`),
        text(Node.OP_TYPE, operator),
        ...(ML_OPERATORS.has(operator) ? [text(Node.DOMAIN, ML_DOMAIN)] : []),
        ...Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      ),
    )
    return output
  }

  /** The last node: an Identity, which gives the value the name of an output. */
  output(value: string, name: string): void {
    this.#nodes.push(
      message(
        Graph.NODE,
        text(Node.INPUT, value),
        text(Node.OUTPUT, name),
        text(Node.NAME, `${name}/Identity`),
        text(Node.OP_TYPE, 'Identity'),
      ),
    )
  }

  /** Whether a node is of the domain ai.onnx.ml. */
  get usesMl(): boolean {
    return this.#usesMl
  }

  /** The fields of the graph so far. */
  fields(): Part[] {
    return [...this.#nodes, ...this.#initializers]
  }
}
