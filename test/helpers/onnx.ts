// Files of ONNX, made for tests node by node.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import * as Proto from '../../src/onnx/proto.ts'
import {
  bytes,
  fileOf,
  float,
  integer,
  integers,
  message,
  type Part,
  text,
} from '../../src/onnx/protobuf/writer.ts'

export interface GoldenFile {
  onnx: Uint8Array
  x: number[][]
  y: number[][]
  classes?: string[]
}

/** Files that other tools wrote, by their names: scripts/onnx_fixtures.py. */
export function goldenFiles(): Map<string, GoldenFile> {
  const packed = readFileSync(new URL('../fixtures/onnx.json.gz', import.meta.url))
  const entries = Object.entries<GoldenFile & { onnx: string }>(JSON.parse(gunzipSync(packed).toString()))
  return new Map(
    entries.map(([name, one]) => [name, { ...one, onnx: new Uint8Array(Buffer.from(one.onnx, 'base64')) }]),
  )
}

const { Tensor: T, Attribute: A, Node: N, Graph: G, Model: M } = Proto

/** The fields of a tensor of float32 numbers in raw_data. */
export const floatTensor = (name: string, dims: readonly number[], numbers: readonly number[]): Part[] => [
  integers(T.DIMS, dims),
  integer(T.DATA_TYPE, Proto.DataType.FLOAT),
  text(T.NAME, name),
  bytes(T.RAW_DATA, new Uint8Array(Float32Array.from(numbers).buffer)),
]

export const int64Tensor = (name: string, numbers: readonly number[]): Part[] => [
  integers(T.DIMS, [numbers.length]),
  integer(T.DATA_TYPE, Proto.DataType.INT64),
  text(T.NAME, name),
  integers(T.INT64_DATA, numbers),
]

export const initializer = (...fields: Part[]): Part => message(G.INITIALIZER, ...fields)

export const floats = (name: string, dims: readonly number[], numbers: readonly number[]): Part =>
  initializer(...floatTensor(name, dims, numbers))

export type AttributeOf =
  | number
  | { int: number }
  | { ints: readonly number[] }
  | { floats: readonly number[] }
  | string
  | { strings: readonly string[] }
  | { tensor: Part[] }

const attribute = (name: string, value: AttributeOf): Part => {
  const { AttributeType: K } = Proto
  const of = (type: number, ...parts: Part[]) =>
    message(N.ATTRIBUTE, text(A.NAME, name), ...parts, integer(A.TYPE, type))
  if (typeof value === 'number') return of(K.FLOAT, float(A.F, value))
  if (typeof value === 'string') return of(K.STRING, text(A.S, value))
  if ('int' in value) return of(K.INT, integer(A.I, value.int))
  if ('ints' in value) return of(K.INTS, integers(A.INTS, value.ints))
  if ('strings' in value) return of(K.STRINGS, ...value.strings.map((one) => text(A.STRINGS, one)))
  if ('tensor' in value) return of(K.TENSOR, message(A.T, ...value.tensor))
  return of(K.FLOATS, ...value.floats.map((one) => float(A.FLOATS, one)))
}

/** A node named after its output; an operator may have its domain before a colon. */
export function node(
  operator: string,
  inputs: readonly string[],
  output: string | readonly string[],
  attributes: Record<string, AttributeOf> = {},
): Part {
  const [name, domain = ''] = operator.split(':').reverse()
  const outputs = typeof output === 'string' ? [output] : output
  return message(
    G.NODE,
    ...inputs.map((one) => text(N.INPUT, one)),
    ...outputs.map((one) => text(N.OUTPUT, one)),
    text(N.NAME, `node of ${outputs[0]}`),
    text(N.OP_TYPE, name),
    ...(domain ? [text(N.DOMAIN, domain)] : []),
    ...Object.entries(attributes).map(([key, value]) => attribute(key, value)),
  )
}

/** An input or output: (rows × width), or of these sizes behind the rows; no sizes at all for undefined. */
export const value = (
  field: number,
  name: string,
  sizes: number | number[] | undefined,
  type: number = Proto.DataType.FLOAT,
): Part => {
  const dims = sizes === undefined ? undefined : [undefined, ...[sizes].flat()]
  const shape = dims?.map((size) =>
    message(
      Proto.Shape.DIM,
      ...(size === undefined
        ? [text(Proto.Dimension.DIM_PARAM, 'n')]
        : [integer(Proto.Dimension.DIM_VALUE, size)]),
    ),
  )
  return message(
    field,
    text(Proto.ValueInfo.NAME, name),
    message(
      Proto.ValueInfo.TYPE,
      message(
        Proto.Type.TENSOR_TYPE,
        integer(Proto.TensorType.ELEM_TYPE, type),
        ...(shape ? [message(Proto.TensorType.SHAPE, ...shape)] : []),
      ),
    ),
  )
}

export const input = (name: string, sizes?: number | number[], type?: number): Part =>
  value(G.INPUT, name, sizes, type)
export const output = (name: string, sizes?: number): Part => value(G.OUTPUT, name, sizes)

export const opset = (version: number, domain = ''): Part =>
  message(M.OPSET_IMPORT, text(Proto.OperatorSet.DOMAIN, domain), integer(Proto.OperatorSet.VERSION, version))

/** The file of a graph of these parts. */
export const model = (parts: readonly Part[], version = 17): Uint8Array =>
  fileOf(integer(M.IR_VERSION, 8), opset(version), opset(3, 'ai.onnx.ml'), message(M.GRAPH, ...parts))
