// Counter-based random numbers: Philox 4×32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy
// as 1, 2, 3", doi:10.1145/2063384.2063405). assembly/data/random.ts is the same, number for number.

import { FOLDS, SAMPLE, SHUFFLE, SPLIT, VALIDATION, WEIGHTS } from '../../assembly/abi/purposes.ts'

export { FOLDS, SAMPLE, SHUFFLE, SPLIT, VALIDATION, WEIGHTS }

const M0 = 0xd2511f53
const M1 = 0xcd9e8d57
const W0 = 0x9e3779b9
const W1 = 0xbb67ae85

/** High 32 bits of the 64-bit product of two 32-bit words, as an unsigned number. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  // Each sum stays below 2³², so integer arithmetic loses no bit, and is what engines are fast at.
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) >>> 0
  const cross = (Math.imul(aLow, bHigh) + (middle & 0xffff)) >>> 0
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (cross >>> 16)) >>> 0
}

/** Writes to `out` the four random words of a counter of four words and a key of two. */
export function philox4x32(counter: ArrayLike<number>, key: ArrayLike<number>, out: Uint32Array): void {
  let c0 = counter[0] >>> 0
  let c1 = counter[1] >>> 0
  let c2 = counter[2] >>> 0
  let c3 = counter[3] >>> 0
  let k0 = key[0] >>> 0
  let k1 = key[1] >>> 0
  for (let round = 0; round < 10; ++round) {
    const high0 = multiplyHigh(M0, c0)
    const low0 = Math.imul(M0, c0)
    const high1 = multiplyHigh(M1, c2)
    const low1 = Math.imul(M1, c2)
    c0 = (high1 ^ c1 ^ k0) >>> 0
    c1 = low1 >>> 0
    c2 = (high0 ^ c3 ^ k1) >>> 0
    c3 = low0 >>> 0
    k0 = (k0 + W0) >>> 0
    k1 = (k1 + W1) >>> 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}

/**
 * The random words of (seed, purpose, stream): the blocks of the counters [i mod 2³², ⌊i / 2³²⌋, stream, purpose],
 * i = 0, 1, 2, …, under the key [seed mod 2³², ⌊seed / 2³²⌋], word after word.
 */
export class PhiloxStream {
  readonly #counter: Uint32Array
  readonly #key: Uint32Array
  readonly #block = new Uint32Array(4)
  #used = 4

  /** seed: a whole number from 0 to 2⁵³ − 1. purpose: WEIGHTS, SHUFFLE, … stream: a layer, an epoch, … */
  constructor(seed: number, purpose: number, stream = 0) {
    this.#counter = Uint32Array.of(0, 0, stream, purpose)
    this.#key = Uint32Array.of(seed, Math.floor(seed / 2 ** 32))
  }

  /** Words drawn, of the first 2³². */
  get drawn(): number {
    return this.#counter[0] * 4 - 4 + this.#used
  }

  /** Goes on as if `words` words had been drawn, of the first 2³²; nothing has been drawn yet. */
  skip(words: number): void {
    this.#counter[0] = Math.floor(words / 4)
    for (let i = words % 4; i > 0; --i) this.nextUint32()
  }

  /** Returns the next word, uniform in [0, 2³²). */
  nextUint32(): number {
    if (this.#used === 4) {
      philox4x32(this.#counter, this.#key, this.#block)
      this.#used = 0
      this.#counter[0] += 1
      if (this.#counter[0] === 0) this.#counter[1] += 1
    }
    return this.#block[this.#used++]
  }

  /** Returns a multiple of 2⁻²⁴ in [0, 1), exact in float32: the upper 24 bits of a word. */
  uniform(): number {
    return (this.nextUint32() >>> 8) * 2 ** -24
  }

  /**
   * Returns a whole number in [0, n), each equally likely, for n from 1 to 2³² − 1: the upper half of word · n, drawn again
   * while the lower half is below 2³² mod n (Lemire 2019, arXiv:1805.10941).
   */
  below(n: number): number {
    for (;;) {
      const word = this.nextUint32()
      const low = Math.imul(word, n) >>> 0
      if (low >= n || low >= (2 ** 32 - n) % n) return multiplyHigh(word, n)
    }
  }

  /** Shuffles in place by Fisher and Yates from the end down: index i is swapped with one below(i + 1). */
  shuffle(indices: Int32Array | Uint32Array): void {
    swapDown(indices, (i) => i, indices.length - 1, 0, this)
  }
}

/** Fisher and Yates, for the places from `from` down to `to` + 1. */
function swapDown(
  ints: Int32Array | Uint32Array,
  place: (i: number) => number,
  from: number,
  to: number,
  random: PhiloxStream,
): void {
  for (let i = from; i > to; --i) {
    const own = place(i)
    const other = place(random.below(i + 1))
    const kept = ints[own]
    ints[own] = ints[other]
    ints[other] = kept
  }
}

/**
 * A part of the shuffle of ints[place(0)] … by the stream (seed, SHUFFLE, stream): the places from `from` down to `to` + 1,
 * as PhiloxStream.shuffle takes them. word: how many random words the parts before have used. Returns it for the next part.
 */
export function shufflePart(
  ints: Int32Array,
  place: (i: number) => number,
  from: number,
  to: number,
  word: number,
  key: readonly [number, number],
  stream: number,
): number {
  const random = new PhiloxStream((key[1] >>> 0) * 2 ** 32 + (key[0] >>> 0), SHUFFLE, stream)
  random.skip(word)
  swapDown(ints, place, from, to, random)
  return random.drawn
}
