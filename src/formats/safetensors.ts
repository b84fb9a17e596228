// safetensors, the format of Hugging Face (https://github.com/huggingface/safetensors#format): named tensors and texts.
//
//   8 bytes  length of the header, little-endian
//   header   JSON: { "__metadata__": { text: text }, name: { "dtype", "shape", "data_offsets": [begin, end] }, … }, then spaces
//   floats   the tensors one behind the other, little-endian, without holes; offsets count from here

import { bytesOf } from '../base/bytes.ts'
import { isArray, isObject } from '../base/check.ts'
import { FormatError, shown } from '../base/errors.ts'
import { bfloat16, float16 } from '../base/halves.ts'
import { parseStrictly } from '../base/strict-json.ts'
import { decodeUtf8, encodeUtf8 } from '../base/utf8.ts'

/** A tensor of float32 numbers, row-major. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** What a file holds. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly metadata: ReadonlyMap<string, string>
}

const METADATA = '__metadata__'
const HEAD = 8
// What the reference implementation reads at most, in bytes.
const MOST_HEADER = 100_000_000
const ALIGNMENT = 8

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

const refuse = (what: string): never => {
  throw new FormatError(`safetensors: ${what}`)
}

/** The bytes of a file. */
export function encodeTensors({ tensors, metadata }: TensorFile): Uint8Array {
  let end = 0
  const entries = [...tensors].map(([name, { shape, data }]): [string, unknown] => {
    const begin = end
    end += data.byteLength
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }]
  })
  const header = Object.fromEntries([[METADATA, Object.fromEntries(metadata)], ...entries])
  const text = encodeUtf8(JSON.stringify(header))
  const length = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT
  const bytes = new Uint8Array(HEAD + length + end)
  new DataView(bytes.buffer).setUint32(0, length, true)
  bytes.fill(32, HEAD, HEAD + length)
  bytes.set(text, HEAD)
  let at = HEAD + length
  for (const { data } of tensors.values()) {
    const view = new DataView(bytes.buffer, at)
    if (isLittleEndian) bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    else for (let i = 0; i < data.length; ++i) view.setFloat32(4 * i, data[i], true)
    at += data.byteLength
  }
  return bytes
}

/** The kinds of numbers that are read: their bytes, and one of them as float32, rounded where it has more digits. */
const dtypes: ReadonlyMap<
  unknown,
  { readonly bytes: number; readonly read: (view: DataView, at: number) => number }
> = new Map([
  ['F32', { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  ['F64', { bytes: 8, read: (view, at) => Math.fround(view.getFloat64(at, true)) }],
  ['F16', { bytes: 2, read: (view, at) => float16(view.getUint16(at, true)) }],
  ['BF16', { bytes: 2, read: (view, at) => bfloat16(view.getUint16(at, true)) }],
])

/** A tensor of the header. */
interface Entry {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function entryOf(name: string, json: unknown): Entry {
  const where = `tensor ${shown(name)}`
  if (!isObject(json)) return refuse(`${where}: expected an object, got ${shown(json)}`)
  const { dtype, shape, data_offsets: offsets, ...rest } = json
  const [other] = Object.keys(rest)
  if (other !== undefined) refuse(`${where}: expected dtype, shape and data_offsets, got ${shown(other)}`)
  const kind = dtypes.get(dtype)
  if (!kind)
    return refuse(`${where}: expected a dtype among ${[...dtypes.keys()].join(', ')}, got ${shown(dtype)}`)
  if (!isArray(shape) || !shape.every(isCount))
    return refuse(`${where}: expected a shape of counts, got ${shown(shape)}`)
  if (!isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    return refuse(`${where}: expected data_offsets of two counts, got ${shown(offsets)}`)
  }
  const [begin, end] = offsets as number[]
  const bytes = (shape as number[]).reduce((product, n) => product * n, kind.bytes)
  if (end - begin !== bytes) {
    refuse(`${where}: expected data_offsets ${bytes} bytes apart for its shape, got ${shown(offsets)}`)
  }
  return { name, dtype: dtype as string, shape: shape as number[], begin, end }
}

function metadataOf(json: unknown): Map<string, string> {
  if (json === undefined) return new Map()
  if (!isObject(json)) return refuse(`expected ${METADATA} to be an object, got ${shown(json)}`)
  const texts = Object.entries(json)
  const other = texts.find(([, text]) => typeof text !== 'string')
  if (other) refuse(`${METADATA}: expected a text as ${shown(other[0])}, got ${shown(other[1])}`)
  return new Map(texts as [string, string][])
}

/** The header, and where the numbers begin. */
function headerOf(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < HEAD) refuse(`expected ${HEAD} bytes at least, got ${bytes.length}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32
  const most = Math.min(MOST_HEADER, bytes.length - HEAD)
  if (length > most) refuse(`expected a header of ${most} bytes at most, got one of ${length}`)
  const start = HEAD + length
  let text: string
  try {
    // A copy: browsers decode no memory that is shared.
    text = decodeUtf8(bytes.slice(HEAD, start))
  } catch {
    return refuse('expected a header in UTF-8')
  }
  const header = parseStrictly(text, 'safetensors: header')
  if (!text.startsWith('{') || !isObject(header))
    return refuse(`expected an object as header, got ${shown(header)}`)
  return { header, start }
}

/** Throws FormatError where the tensors leave holes, overlap, or are not all of the bytes. */
function checkOffsets(entries: readonly Entry[], length: number): void {
  let at = 0
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) {
      refuse(`tensor ${shown(name)}: expected it to begin at ${at}, behind the one before, got ${begin}`)
    }
    at = end
  }
  if (at !== length) refuse(`expected ${at} bytes of tensors, as the header has them, got ${length}`)
}

/**
 * What the bytes hold, every number rounded to float32. Nothing is allocated before all of the header is checked. Throws FormatError
 * for bytes that are no such file, and for dtypes that are not floats.
 */
export function decodeTensors(given: Uint8Array | ArrayBuffer): TensorFile {
  const bytes = bytesOf(given) ?? refuse(`expected a Uint8Array or an ArrayBuffer, got ${shown(given)}`)
  const { header, start } = headerOf(bytes)
  const { [METADATA]: texts, ...named } = header
  const metadata = metadataOf(texts)
  const entries = Object.entries(named).map(([name, json]) => entryOf(name, json))
  checkOffsets(entries, bytes.length - start)
  const view = new DataView(bytes.buffer, bytes.byteOffset + start)
  const tensors = entries.map(({ name, dtype, shape, begin, end }): [string, Tensor] => {
    const kind = dtypes.get(dtype)!
    const data = new Float32Array((end - begin) / kind.bytes)
    if (dtype === 'F32' && isLittleEndian) {
      new Uint8Array(data.buffer).set(bytes.subarray(start + begin, start + end))
    } else {
      for (let i = 0; i < data.length; ++i) data[i] = kind.read(view, begin + i * kind.bytes)
    }
    return [name, { shape, data }]
  })
  return { tensors: new Map(tensors), metadata }
}
