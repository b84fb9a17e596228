// The IDX format of MNIST (http://yann.lecun.com/exdb/mnist/). All numbers are big-endian:
//
//   0   0   type  dimensions │ size 0 │ size 1 │ …  │ data, row-major
//   1   1   1     1 byte     │ 4      │ 4      │    │

import { bytesOf } from '../base/bytes.ts'
import { checkOptions, integer, optional } from '../base/check.ts'
import { FormatError, shown } from '../base/errors.ts'

/** The elements of an IDX file by their type: uint8, int8, int16, int32, float32 or float64. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array

/** An array of any number of dimensions, `data` row-major: the last index runs fastest. */
export interface Idx {
  /** The size of each dimension, the slowest first: [60000, 28, 28] for the images of MNIST. */
  readonly shape: number[]
  /** The elements, as many as the product of the shape. */
  readonly data: IdxData
}

/** Options of readIdx(). */
export interface IdxOptions {
  /**
   * The most bytes that a gzipped file may unpack to, its header with them. Default 2³⁰: the largest of MNIST's kin,
   * EMNIST ByClass, has 0.55 · 10⁹.
   */
  maxBytes?: number
}

const optionTable = { maxBytes: optional(integer(1), 2 ** 30) }

interface ElementType {
  readonly name: string
  readonly bytes: number
  /** The `length` elements of the payload, which starts where the view does. */
  readonly read: (payload: DataView<ArrayBuffer>, length: number) => IdxData
}

/** Fills `out` with the elements that `get` reads at every `bytes` bytes. */
function fill<T extends Exclude<IdxData, Uint8Array | Int8Array>>(out: T, get: (at: number) => number): T {
  for (let i = 0; i < out.length; ++i) out[i] = get(i * out.BYTES_PER_ELEMENT)
  return out
}

const elementTypes: Readonly<Record<number, ElementType>> = {
  8: { name: 'uint8', bytes: 1, read: (p, n) => new Uint8Array(p.buffer, p.byteOffset, n) },
  9: { name: 'int8', bytes: 1, read: (p, n) => new Int8Array(p.buffer, p.byteOffset, n) },
  11: { name: 'int16', bytes: 2, read: (p, n) => fill(new Int16Array(n), (at) => p.getInt16(at)) },
  12: { name: 'int32', bytes: 4, read: (p, n) => fill(new Int32Array(n), (at) => p.getInt32(at)) },
  13: { name: 'float32', bytes: 4, read: (p, n) => fill(new Float32Array(n), (at) => p.getFloat32(at)) },
  14: { name: 'float64', bytes: 8, read: (p, n) => fill(new Float64Array(n), (at) => p.getFloat64(at)) },
}

const LARGEST_HEADER = 4 + 4 * 255

const hex = (bytes: Uint8Array) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ')

const refuse = (expected: string, got: string, cause?: unknown): never => {
  throw new FormatError(`IDX: expected ${expected}, got ${got}`, { cause })
}

const viewOf = (bytes: Uint8Array, from = 0) =>
  new DataView(bytes.buffer as ArrayBuffer, bytes.byteOffset + from)

interface Header {
  readonly type: ElementType
  readonly shape: number[]
  readonly headerBytes: number
  /** Elements in all. */
  readonly length: number
  /** Header and data. */
  readonly fileBytes: number
}

function readHeader(bytes: Uint8Array): Header {
  if (bytes.length < 4) refuse('a header of at least 4 bytes', `${bytes.length} bytes`)
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    refuse('a file that starts with 00 00, or with 1f 8b if gzipped', hex(bytes.subarray(0, 4)))
  }
  const type =
    elementTypes[bytes[2]] ?? refuse('an element type among 08 09 0b 0c 0d 0e', hex(bytes.subarray(2, 3)))
  const dimensions = bytes[3]
  if (dimensions === 0) refuse('at least 1 dimension', '0')
  const headerBytes = 4 + 4 * dimensions
  if (bytes.length < headerBytes) {
    refuse(`a header of ${headerBytes} bytes for ${dimensions} dimensions`, `${bytes.length} bytes`)
  }
  const view = viewOf(bytes)
  const shape = Array.from({ length: dimensions }, (_, d) => view.getUint32(4 + 4 * d))
  // A product beyond 2⁵³ is rounded, or infinite, but still larger than any file.
  const length = shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1)
  return { type, shape, headerBytes, length, fileBytes: headerBytes + length * type.bytes }
}

function checkSize({ type, shape, headerBytes, fileBytes }: Header, got: number): void {
  if (got === fileBytes) return
  const expected = `${fileBytes - headerBytes} bytes of ${type.name} data for the shape ${shape.join(' × ')}`
  refuse(expected, got < fileBytes ? `${got - headerBytes}` : 'more')
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function checkUnpacked(bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return
  refuse(`a gzip file of at most options.maxBytes = ${maxBytes} bytes when unpacked`, `one of ${bytes}`)
}

/** Unpacks no further than the header within and `maxBytes` allow, so that a small file cannot fill the memory. */
async function gunzip(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const reader = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'))
    .getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  let header: Header | undefined
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(refuseGzip)
      if (done) return join(chunks, length)
      chunks.push(value)
      length += value.length
      if (!header && length >= LARGEST_HEADER) {
        header = readHeader(join(chunks, length))
        checkUnpacked(header.fileBytes, maxBytes)
      }
      if (header && length > header.fileBytes) checkSize(header, length)
      checkUnpacked(length, maxBytes)
    }
  } finally {
    // Stops the unpacking after an error of ours; a stream that failed itself refuses, which says nothing new.
    await reader.cancel().catch(() => {})
  }
}

function refuseGzip(cause: unknown): never {
  // Some engines say nothing of a file that is cut off.
  const reason = cause instanceof Error ? cause.message : String(cause)
  return refuse('a whole gzip file', `a truncated or corrupt one${reason && ` (${reason})`}`, cause)
}

/**
 * Returns the array of an IDX file, the format of MNIST: its shape and its elements, row-major, in the typed array of
 * their type. One-byte elements of a plain file are a view of `bytes`, not a copy.
 *
 * bytes: the whole file, plain or gzipped. Throws FormatError, also for bytes after the data and for a gzipped file that
 * unpacks to more than `maxBytes`, which its header tells; OptionError.
 */
export async function readIdx(bytes: Uint8Array | ArrayBuffer, options: IdxOptions = {}): Promise<Idx> {
  const { maxBytes } = checkOptions(optionTable, options, 'options')
  const given = bytesOf(bytes) ?? refuse('a Uint8Array or an ArrayBuffer', shown(bytes))
  const file = given[0] === 0x1f && given[1] === 0x8b ? await gunzip(given, maxBytes) : given
  const header = readHeader(file)
  checkSize(header, file.length)
  const { type, shape, headerBytes, length } = header
  return { shape, data: type.read(viewOf(file, headerBytes), length) }
}
