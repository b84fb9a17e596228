// Datatypes and dataspaces, and the numbers and texts that they describe (IV.A.2.b and d of the specification).

import { float16 } from '../../base/halves.ts'
import { type Bytes, refuse } from './bytes.ts'
import type { Message } from './header.ts'

export interface Datatype {
  readonly kind: 'float' | 'integer' | 'text' | 'reference'
  /** Bytes of an element. */
  readonly size: number
  readonly isSigned: boolean
}

/** What a texts' global heap holds, and what it may. */
const MOST_RANK = 32

/** The sizes of the dimensions; none for one value. */
export function dataspaceOf(file: Bytes, { at, size }: Message): number[] {
  const version = file.u8(at)
  if (version !== 1 && version !== 2) refuse('a dataspace of version 1 or 2', `version ${version}`)
  const rank = file.u8(at + 1)
  const from = at + (version === 1 ? 8 : 4)
  if (rank > MOST_RANK || from + rank * 8 > at + size) refuse('the sizes of its dimensions', `rank ${rank}`)
  if (version === 2 && file.u8(at + 3) === 2) return [0]
  return Array.from({ length: rank }, (_, d) => file.u64(from + d * 8))
}

/** Elements of an array; infinite, or rounded beyond 2⁵³, where there are more than any file has. */
export const elementsOf = (shape: readonly number[]): number =>
  shape.includes(0) ? 0 : shape.reduce((product, length) => product * length, 1)

const FIXED = 0
const FLOAT = 1
const STRING = 3
const VARIABLE = 9

/** Bytes → exponent's and mantissa's bits of IEEE 754. */
const FLOATS = new Map([
  [2, '5,10'],
  [4, '8,23'],
  [8, '11,52'],
])

export function datatypeOf(file: Bytes, { at, size: length }: Message): Datatype {
  if (length < 8) refuse('a datatype of at least 8 bytes', `${length}`)
  const kind = file.u8(at) & 15
  const bits = file.u8(at + 1)
  const size = file.u32(at + 4)
  const isBigEndian = (bits & 1) !== 0
  if (kind === FIXED) {
    if (isBigEndian || ![1, 2, 4, 8].includes(size)) refuse('a little-endian integer', `${size} bytes`)
    return { kind: 'integer', size, isSigned: (bits & 8) !== 0 }
  }
  if (kind === FLOAT) {
    if (length < 20) refuse('a float datatype of 20 bytes', `${length}`)
    const parts = `${file.u8(at + 13)},${file.u8(at + 15)}`
    if (isBigEndian || FLOATS.get(size) !== parts) {
      refuse('little-endian float16, float32 or float64', `${size} bytes of ${parts} bits`)
    }
    return { kind: 'float', size, isSigned: true }
  }
  if (kind === STRING) return { kind: 'text', size, isSigned: false }
  if (kind === VARIABLE && (bits & 15) === 1 && size === 16)
    return { kind: 'reference', size, isSigned: false }
  return refuse('floats, integers or texts', `a datatype of class ${kind}`)
}

/** The values as float32. Throws FormatError for what float32 cannot hold. */
export function floatsOf(data: Uint8Array, { kind, size }: Datatype, name: string): Float32Array {
  if (kind !== 'float') refuse(`floats in ${name}`, `${kind}s`)
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const out = new Float32Array(data.length / size)
  for (let i = 0; i < out.length; ++i) {
    out[i] =
      size === 4
        ? view.getFloat32(i * 4, true)
        : size === 8
          ? view.getFloat64(i * 8, true)
          : float16(view.getUint16(i * 2, true))
    if (!Number.isFinite(out[i])) refuse(`finite float32 numbers in ${name}`, `${out[i]} at ${i}`)
  }
  return out
}

/** Text up to the first 0. */
const textOf = (data: Uint8Array): string => {
  const end = data.indexOf(0)
  return new TextDecoder().decode(end < 0 ? data : data.subarray(0, end))
}

/** Texts of a fixed length, or of their own lengths in the global heap. */
export function textsOf(file: Bytes, data: Uint8Array, { kind, size }: Datatype): string[] {
  if (kind === 'text') {
    if (size === 0) return []
    return Array.from({ length: data.length / size }, (_, i) =>
      textOf(data.subarray(i * size, (i + 1) * size)),
    )
  }
  if (kind !== 'reference') return refuse('texts', `${kind}s`)
  const references = new Bytes16(data)
  let left = file.length
  return Array.from({ length: data.length / 16 }, (_, i) => {
    const { length, address, index } = references.at(i)
    // All together they are no longer than the file: many references to one long text are not read.
    if ((left -= length) < 0) refuse('texts that are in the file', 'longer ones')
    return length === 0 ? '' : textOf(heapObject(file, address, index, length))
  })
}

/** References of 16 bytes: length 4 │ address of the collection 8 │ index 4. */
class Bytes16 {
  readonly #view: DataView
  constructor(data: Uint8Array) {
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  }
  at(i: number) {
    const at = i * 16
    return {
      length: this.#view.getUint32(at, true),
      address: this.#view.getUint32(at + 4, true) + this.#view.getUint32(at + 8, true) * 2 ** 32,
      index: this.#view.getUint32(at + 12, true),
    }
  }
}

/** An object of the global heap (III.E): 'GCOL' │ version 1 │ 3 │ size 8 │ objects: index 2 │ 2 │ 4 │ size 8 │ data. */
function heapObject(file: Bytes, address: number, index: number, length: number): Uint8Array {
  file.expect('GCOL', address)
  const end = address + file.u64(address + 8)
  file.check(address, end - address)
  for (let at = address + 16; at + 16 <= end; ) {
    const found = file.u16(at)
    const size = file.u64(at + 8)
    if (found === index && index !== 0) {
      if (length > size || at + 16 + size > end) refuse(`a text of ${length} bytes`, `one of ${size}`)
      return file.slice(at + 16, length)
    }
    if (found === 0) break
    at += 16 + Math.ceil(size / 8) * 8
  }
  return refuse(`the text ${index} of the heap at byte ${address}`, 'none')
}
