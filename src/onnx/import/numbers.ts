// The numbers of a tensor: of any type that weights, shapes and labels have, from wherever the file keeps them.

import { bytesOf } from '../../base/bytes.ts'
import { FormatError, shown } from '../../base/errors.ts'
import { bfloat16, float16 } from '../../base/halves.ts'
import { DataType, Tensor as T } from '../proto.ts'
import { Reader, textOf } from '../protobuf/reader.ts'
import type { TensorMessage, TypedData } from './tensor-message.ts'
import type { Constant, Numbers, Strings } from './values.ts'

/** Reads bytes of a file beside the model's: `location` as the model names it. */
export type ExternalData = (location: string, offset: number, length: number) => Uint8Array

// Larger sizes are not of a network that fits in the memory of WebAssembly.
const MOST_ELEMENTS = 2 ** 31

interface ElementType {
  readonly name: string
  readonly bytes: number
  /** The element at the byte, little-endian. */
  readonly get: (view: DataView, at: number) => number
  /** The field of numbers, where they are not in raw_data. */
  readonly field: number
  /** What a number of that field stands for, where it is not itself. */
  readonly of?: (value: number) => number
  readonly isInteger: boolean
}

const integerType = (
  name: string,
  bytes: number,
  get: ElementType['get'],
  field: number = T.INT32_DATA,
): ElementType => ({
  name,
  bytes,
  get,
  field,
  isInteger: true,
})

const elementTypes: ReadonlyMap<number, ElementType> = new Map<number, ElementType>([
  [
    DataType.FLOAT,
    {
      name: 'float',
      bytes: 4,
      get: (v, at) => v.getFloat32(at, true),
      field: T.FLOAT_DATA,
      isInteger: false,
    },
  ],
  [
    DataType.DOUBLE,
    {
      name: 'double',
      bytes: 8,
      get: (v, at) => v.getFloat64(at, true),
      field: T.DOUBLE_DATA,
      isInteger: false,
    },
  ],
  [
    DataType.FLOAT16,
    {
      name: 'float16',
      bytes: 2,
      get: (v, at) => float16(v.getUint16(at, true)),
      field: T.INT32_DATA,
      of: float16,
      isInteger: false,
    },
  ],
  [
    DataType.BFLOAT16,
    {
      name: 'bfloat16',
      bytes: 2,
      get: (v, at) => bfloat16(v.getUint16(at, true)),
      field: T.INT32_DATA,
      of: bfloat16,
      isInteger: false,
    },
  ],
  [DataType.UINT8, integerType('uint8', 1, (v, at) => v.getUint8(at))],
  [DataType.INT8, integerType('int8', 1, (v, at) => v.getInt8(at))],
  [DataType.UINT16, integerType('uint16', 2, (v, at) => v.getUint16(at, true))],
  [DataType.INT16, integerType('int16', 2, (v, at) => v.getInt16(at, true))],
  [DataType.INT32, integerType('int32', 4, (v, at) => v.getInt32(at, true))],
  [DataType.INT64, integerType('int64', 8, (v, at) => Number(v.getBigInt64(at, true)), T.INT64_DATA)],
  [DataType.UINT32, integerType('uint32', 4, (v, at) => v.getUint32(at, true), T.UINT64_DATA)],
  [DataType.UINT64, integerType('uint64', 8, (v, at) => Number(v.getBigUint64(at, true)), T.UINT64_DATA)],
  [DataType.BOOL, integerType('bool', 1, (v, at) => Number(v.getUint8(at) !== 0))],
])

/** Whether numbers of the type are floats; undefined where the type is not one of numbers. */
export const isFloatType = (type: number): boolean | undefined => {
  const known = elementTypes.get(type)
  return known && !known.isInteger
}

export const typeName = (type: number): string =>
  type === DataType.STRING ? 'string' : (elementTypes.get(type)?.name ?? `type ${type}`)

/** How many elements a tensor of these sizes has. Throws FormatError for sizes that are none. */
export function countOf(dims: readonly number[], where: string): number {
  let count = 1
  for (const size of dims) {
    count *= size
    if (!Number.isSafeInteger(size) || size < 0 || count > MOST_ELEMENTS)
      throw new FormatError(
        `ONNX: ${where}: expected sizes of at most 2³¹ elements, got [${dims.join(', ')}]`,
      )
  }
  // A size may be anything where another one is 0, and loops over it are none.
  if (count === 0 && dims.length > 1)
    throw new FormatError(`ONNX: ${where}: expected sizes above 0, got [${dims.join(', ')}]`)
  return count
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function fromBytes(bytes: Uint8Array, count: number, type: number, element: ElementType): Numbers {
  // A copy, which is aligned; slice() of a Buffer would be none.
  if (type === DataType.FLOAT) return new Float32Array(new Uint8Array(bytes).buffer)
  if (type === DataType.DOUBLE) return new Float64Array(new Uint8Array(bytes).buffer)
  const view = viewOf(bytes)
  const numbers =
    element.bytes === 2 && !element.isInteger ? new Float32Array(count) : new Float64Array(count)
  for (let i = 0; i < count; ++i) numbers[i] = element.get(view, i * element.bytes)
  return numbers
}

function fromTyped(
  { field, packed, loose }: TypedData,
  count: number,
  type: number,
  element: ElementType,
  where: string,
): Numbers {
  const fail = (got: string): never => {
    throw new FormatError(`ONNX: ${where}: expected ${count} numbers of ${element.name}, got ${got}`)
  }
  if (field !== element.field) fail(`those of field ${field}`)
  const of = element.of ?? ((value: number) => value)
  if (packed.length === 0) {
    if (loose.length !== count) fail(String(loose.length))
    return Float64Array.from(loose, of)
  }
  if (type === DataType.FLOAT || type === DataType.DOUBLE) {
    const length = packed.reduce((sum, part) => sum + part.length, 0)
    if (length !== count * element.bytes) fail(`${length} bytes`)
    const bytes = new Uint8Array(length)
    let at = 0
    for (const part of packed) {
      bytes.set(part, at)
      at += part.length
    }
    return fromBytes(bytes, count, type, element)
  }
  // A varint has a byte at least.
  if (packed.reduce((sum, part) => sum + part.length, 0) < count) fail('fewer bytes')
  const numbers = new Float64Array(count)
  let at = 0
  for (const part of packed) {
    for (const reader = new Reader(part, where); !reader.isAtEnd; ++at) {
      if (at === count) fail('more')
      numbers[at] = of(reader.varint())
    }
  }
  if (at < count) fail(String(at))
  return numbers
}

function external(
  tensor: TensorMessage,
  bytes: number,
  read: ExternalData | undefined,
  where: string,
): Uint8Array {
  const fail = (problem: string): never => {
    throw new FormatError(`ONNX: ${where}: ${problem}`)
  }
  const location = tensor.external.get('location') ?? ''
  if (!read)
    return fail(
      `its numbers are in another file, ${JSON.stringify(location)}: give the option externalData to read it`,
    )
  // The names come from the file: one that leaves the model's folder is not for a reader of files to follow.
  if (location === '' || /^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|\0/.test(location))
    return fail(`expected external data in the model's folder, got ${JSON.stringify(location)}`)
  const wholeNumber = (key: string, missing: number): number => {
    const text = tensor.external.get(key) ?? String(missing)
    if (!/^\d{1,15}$/.test(text))
      fail(`expected ${key} of the external data to be a whole number, got ${JSON.stringify(text)}`)
    return Number(text)
  }
  const offset = wholeNumber('offset', 0)
  const length = wholeNumber('length', bytes)
  if (length !== bytes) fail(`expected ${bytes} bytes of external data, got ${length}`)
  const given: unknown = read(location, offset, length)
  const got = bytesOf(given)
  return got?.length === length
    ? got
    : fail(`expected externalData to return a Uint8Array of ${length} bytes, got ${shown(given)}`)
}

/** The numbers or strings of a tensor. Throws FormatError where sizes, type and data do not agree. */
export function constantOf(
  tensor: TensorMessage,
  where: string,
  read: ExternalData | undefined,
): Constant | Strings {
  const { dims, type, raw, typed, strings, isExternal } = tensor
  const count = countOf(dims, where)
  const fail = (expected: string, got: string): never => {
    throw new FormatError(`ONNX: ${where}: expected ${expected}, got ${got}`)
  }
  if (type === DataType.STRING) {
    if (strings.length !== count) fail(`${count} strings`, String(strings.length))
    const values = strings.map((bytes) => textOf(bytes) ?? fail('text in UTF-8', 'other bytes'))
    return { kind: 'strings', values }
  }
  const element = elementTypes.get(type)
  if (!element) return fail('numbers of a known type', typeName(type))
  const { bytes, isInteger } = element
  if (
    Number(raw !== undefined) + Number(typed !== undefined) + Number(isExternal) > 1 &&
    !(isExternal && !typed && raw?.length === 0)
  )
    fail('its numbers in one place', 'several')
  let numbers: Numbers
  if (isExternal) numbers = fromBytes(external(tensor, count * bytes, read, where), count, type, element)
  else if (typed) numbers = fromTyped(typed, count, type, element, where)
  else {
    if ((raw?.length ?? 0) !== count * bytes)
      fail(`${count * bytes} bytes of ${element.name}`, String(raw?.length ?? 0))
    numbers = fromBytes(raw ?? new Uint8Array(), count, type, element)
  }
  return { kind: 'constant', dims, numbers, isInteger }
}
