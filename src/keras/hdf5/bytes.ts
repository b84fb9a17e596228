// The bytes of an HDF5 file, all little-endian, none read beyond the end.

import { FormatError } from '../../base/errors.ts'

export const refuse = (expected: string, got: string): never => {
  throw new FormatError(`HDF5: expected ${expected}, got ${got}`)
}

export class Bytes {
  readonly bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get length(): number {
    return this.bytes.length
  }

  /** Throws FormatError unless the `length` bytes at `at` are in the file. */
  check(at: number, length: number): void {
    if (at < 0 || length < 0 || at + length > this.bytes.length) {
      refuse(`${length} bytes at byte ${at}`, `a file of ${this.bytes.length} bytes`)
    }
  }

  u8(at: number): number {
    this.check(at, 1)
    return this.bytes[at]
  }

  u16(at: number): number {
    this.check(at, 2)
    return this.#view.getUint16(at, true)
  }

  u32(at: number): number {
    this.check(at, 4)
    return this.#view.getUint32(at, true)
  }

  /** An address or a length; beyond 2⁵³ it is rounded, and still larger than any file. */
  u64(at: number): number {
    this.check(at, 8)
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32
  }

  /** The bytes as they are, not a copy. */
  slice(at: number, length: number): Uint8Array {
    this.check(at, length)
    return this.bytes.subarray(at, at + length)
  }

  text(at: number, length: number): string {
    return new TextDecoder().decode(this.slice(at, length))
  }

  /** Throws FormatError unless the four letters are there. */
  expect(letters: string, at: number): void {
    const found = this.text(at, 4)
    if (found !== letters) refuse(`'${letters}' at byte ${at}`, JSON.stringify(found))
  }
}
