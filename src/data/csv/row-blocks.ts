// Rows of numbers, of which nobody knows how many will come:
//
//   kept  [ 2¹⁸ ][ 2¹⁸ ] …    block  [ rows so far |  room  ]
//
// Where the block is full it is copied to what is kept, which gives its memory back piece by piece while all is joined: the
// numbers are in memory once. An array that doubles, and is cut in the end, has them there twice or three times.

type Numbers = Float32Array | Int32Array

const FIRST_ROWS = 64
const MOST_CELLS = 2 ** 18

/** A buffer of a fixed length in engines that know no other. */
type Buffer = ArrayBuffer & { resize?(byteLength: number): void }
const ReleasableBuffer = ArrayBuffer as new (byteLength: number, options: { maxByteLength: number }) => Buffer

export class RowBlocks<T extends Numbers> {
  readonly #Type: { new (length: number): T; new (buffer: ArrayBuffer): T }
  readonly #width: number
  /** Of the block at most, a multiple of the width. */
  readonly #most: number
  readonly #kept: T[] = []
  /** Where the next row goes, and from which place on: for the caller to write to, once makeRoom() was called. */
  block: T
  at = 0

  /** width: numbers of a row, at least 1. */
  constructor(Type: { new (length: number): T; new (buffer: ArrayBuffer): T }, width: number) {
    this.#Type = Type
    this.#width = width
    this.#most = Math.max(1, Math.floor(MOST_CELLS / width)) * width
    this.block = new Type(0)
  }

  /** Makes room for one more row. */
  makeRoom(): void {
    if (this.at < this.block.length) return
    const { block, at } = this
    if (at < this.#most) {
      this.block = new this.#Type(Math.min(this.#most, Math.max(FIRST_ROWS * this.#width, 2 * at)))
      this.block.set(block)
      return
    }
    const { byteLength } = block
    const kept = new this.#Type(new ReleasableBuffer(byteLength, { maxByteLength: byteLength }))
    kept.set(block)
    this.#kept.push(kept)
    this.at = 0
  }

  /** Adds a row of one number. */
  push(value: number): void {
    this.makeRoom()
    this.block[this.at++] = value
  }

  /** Returns all rows, (rows × width), row-major; afterwards there are none. */
  join(): T {
    const all = new this.#Type(this.#kept.length * this.#most + this.at)
    let at = 0
    for (const kept of this.#kept.splice(0)) {
      all.set(kept, at)
      at += this.#most
      const buffer: Buffer = kept.buffer as ArrayBuffer
      buffer.resize?.(0)
    }
    all.set(this.block.subarray(0, this.at), at)
    return all
  }
}
