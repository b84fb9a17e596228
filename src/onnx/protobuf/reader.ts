// The wire format of protocol buffers, read from bytes that nobody vouches for
// (https://protobuf.dev/programming-guides/encoding/): every length is checked against what is left before it is used.

import { FormatError } from '../../base/errors.ts'
import { decodeUtf8 } from '../../base/utf8.ts'

export const VARINT = 0
export const FIXED64 = 1
export const BYTES = 2
export const FIXED32 = 5

const WIRE_TYPES: Readonly<Record<number, string>> = {
  [VARINT]: 'a varint',
  [FIXED64]: '8 bytes',
  [BYTES]: 'a length and bytes',
  [FIXED32]: '4 bytes',
}

// A varint of 64 bits has at most ten bytes of seven bits.
const LONGEST_VARINT = 10

/** Reads the fields of one message, one after the other. What it returns of bytes are views, not copies. */
export class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  /** What is read, for messages. */
  readonly #what: string
  #at: number
  readonly #end: number
  #field = 0
  #wireType = 0

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#what = what
    this.#at = 0
    this.#end = bytes.length
  }

  /** The number of the field that is read next. */
  get field(): number {
    return this.#field
  }

  /** Whether the field is one value of a list that others write packed: several in one field of bytes. */
  get isPacked(): boolean {
    return this.#wireType === BYTES
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end
  }

  refuse(problem: string): never {
    throw new FormatError(`ONNX: ${this.#what}: ${problem}`)
  }

  /** Goes on to the next field; false at the end of the message. */
  next(): boolean {
    if (this.isAtEnd) return false
    const tag = this.varint()
    this.#wireType = tag % 8
    this.#field = Math.floor(tag / 8)
    if (this.#field === 0 || this.#field >= 2 ** 29)
      this.refuse(`expected the number of a field from 1 to 2²⁹ − 1, got ${this.#field}`)
    if (!(this.#wireType in WIRE_TYPES))
      this.refuse(`field ${this.#field}: expected wire type 0, 1, 2 or 5, got ${this.#wireType}`)
    return true
  }

  #expect(wireType: number): void {
    if (this.#wireType !== wireType) {
      this.refuse(
        `field ${this.#field}: expected ${WIRE_TYPES[wireType]}, got ${WIRE_TYPES[this.#wireType]} (wire type ${this.#wireType})`,
      )
    }
  }

  #take(length: number): number {
    if (length > this.#end - this.#at)
      this.refuse(
        `field ${this.#field}: expected ${length} bytes, got the ${this.#end - this.#at} that are left`,
      )
    const from = this.#at
    this.#at += length
    return from
  }

  /** An int64 as a number: exact up to ±2⁵³, the nearest one beyond. */
  varint(): number {
    let value = 0
    let factor = 1
    for (let i = 0; i < 7; ++i) {
      const byte = this.#bytes[this.#take(1)]
      value += (byte & 127) * factor
      if (byte < 128) return value
      factor *= 128
    }
    // 49 bits are read, and what is left needs more than a number keeps: a negative number has all ten bytes.
    let wide = BigInt(value)
    for (let i = 7; i < LONGEST_VARINT; ++i) {
      const byte = this.#bytes[this.#take(1)]
      wide |= BigInt(byte & 127) << BigInt(7 * i)
      if (byte < 128) return Number(BigInt.asIntN(64, wide))
    }
    return this.refuse(`field ${this.#field}: a varint of more than ${LONGEST_VARINT} bytes`)
  }

  integer(): number {
    this.#expect(VARINT)
    return this.varint()
  }

  /** A float32 of a packed list. */
  fixed32(): number {
    return this.#view.getFloat32(this.#take(4), true)
  }

  float(): number {
    this.#expect(FIXED32)
    return this.fixed32()
  }

  double(): number {
    this.#expect(FIXED64)
    return this.#view.getFloat64(this.#take(8), true)
  }

  bytes(): Uint8Array {
    this.#expect(BYTES)
    const length = this.varint()
    if (length < 0) this.refuse(`field ${this.#field}: a length of ${length}`)
    const from = this.#take(length)
    return this.#bytes.subarray(from, from + length)
  }

  text(): string {
    try {
      return decodeUtf8(this.bytes())
    } catch (error) {
      if (error instanceof FormatError) throw error
      return this.refuse(`field ${this.#field}: expected text in UTF-8`)
    }
  }

  /** Another message in this field. */
  message(what: string): Reader {
    return new Reader(this.bytes(), what)
  }

  skip(): void {
    if (this.#wireType === VARINT) this.varint()
    else if (this.#wireType === BYTES) this.bytes()
    else this.#take(this.#wireType === FIXED64 ? 8 : 4)
  }
}

/** The text of the bytes, or undefined where they are not UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decodeUtf8(bytes)
  } catch {
    return undefined
  }
}
