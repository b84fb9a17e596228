// A TensorProto: its sizes, its type, and where its numbers are.

import { Tensor as T } from '../proto.ts'
import type { Reader } from '../protobuf/reader.ts'

// No operator that is known takes more.
const MOST_DIMS = 8

/** The numbers of one of the typed fields: as the file has them packed, or else one by one. */
export interface TypedData {
  readonly field: number
  readonly packed: Uint8Array[]
  readonly loose: number[]
}

export interface TensorMessage {
  readonly name: string
  readonly type: number
  readonly dims: readonly number[]
  /** Views of the file. */
  readonly raw: Uint8Array | undefined
  readonly typed: TypedData | undefined
  readonly strings: readonly Uint8Array[]
  readonly isExternal: boolean
  readonly external: ReadonlyMap<string, string>
}

// Numbers that are not packed take far more memory than bytes of the file. No writer that is known does so.
const MOST_LOOSE = 2 ** 20
const MOST_STRINGS = 2 ** 20

/** How a field of numbers reads one of them; undefined for a field that has none. */
function numberIn(reader: Reader): (() => number) | undefined {
  const { field } = reader
  if (field === T.FLOAT_DATA) return () => reader.float()
  if (field === T.DOUBLE_DATA) return () => reader.double()
  const isInteger = field === T.INT32_DATA || field === T.INT64_DATA || field === T.UINT64_DATA
  return isInteger ? () => reader.integer() : undefined
}

function readTyped(reader: Reader, one: () => number, before: TypedData | undefined): TypedData {
  const { field } = reader
  if (before && before.field !== field)
    reader.refuse(`expected numbers in one field, got ${before.field} and ${field}`)
  const typed = before ?? { field, packed: [], loose: [] }
  if (typed.packed.length + typed.loose.length >= MOST_LOOSE)
    reader.refuse(`field ${field}: expected a packed list, got more than ${MOST_LOOSE} parts`)
  if (reader.isPacked) {
    if (typed.loose.length > 0) reader.refuse(`field ${field}: packed and single numbers in one list`)
    typed.packed.push(reader.bytes())
    return typed
  }
  if (typed.packed.length > 0) reader.refuse(`field ${field}: packed and single numbers in one list`)
  typed.loose.push(one())
  return typed
}

function readExternal(reader: Reader): readonly [string, string] {
  let key = ''
  let value = ''
  while (reader.next()) {
    if (reader.field === 1) key = reader.text()
    else if (reader.field === 2) value = reader.text()
    else reader.skip()
  }
  return [key, value]
}

export function readTensor(reader: Reader): TensorMessage {
  let name = ''
  let type = 0
  let raw: Uint8Array | undefined
  let typed: TypedData | undefined
  let isExternal = false
  const dims: number[] = []
  const strings: Uint8Array[] = []
  const external = new Map<string, string>()
  const pushDim = (size: number) => {
    if (dims.length >= MOST_DIMS) reader.refuse(`expected at most ${MOST_DIMS} dimensions`)
    dims.push(size)
  }
  while (reader.next()) {
    const { field } = reader
    const one = numberIn(reader)
    if (one) typed = readTyped(reader, one, typed)
    else if (field === T.DIMS) {
      if (!reader.isPacked) pushDim(reader.integer())
      else for (const packed = reader.message('dims'); !packed.isAtEnd; ) pushDim(packed.varint())
    } else if (field === T.DATA_TYPE) type = reader.integer()
    else if (field === T.NAME) name = reader.text()
    else if (field === T.RAW_DATA) {
      if (raw) reader.refuse('raw_data is there twice')
      raw = reader.bytes()
    } else if (field === T.STRING_DATA) {
      if (strings.length >= MOST_STRINGS) reader.refuse(`expected at most ${MOST_STRINGS} strings`)
      strings.push(reader.bytes())
    } else if (field === T.DATA_LOCATION) isExternal = reader.integer() === 1
    else if (field === T.EXTERNAL_DATA) {
      const [key, value] = readExternal(reader.message('external_data'))
      if (external.has(key)) reader.refuse(`external_data has ${JSON.stringify(key)} twice`)
      if (external.size >= MOST_DIMS) reader.refuse(`expected at most ${MOST_DIMS} entries of external_data`)
      external.set(key, value)
    } else if (field === T.SEGMENT) reader.refuse('expected a tensor in one piece, got a segment')
    else reader.skip()
  }
  return { name, type, dims, raw, typed, strings, isExternal, external }
}
