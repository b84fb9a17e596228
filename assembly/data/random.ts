// Philox 4×32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3",
// doi:10.1145/2063384.2063405): ten rounds of multiply and xor turn a 128-bit counter and a 64-bit key into four
// random words. The stream of (seed, purpose, stream) is the blocks 0, 1, 2, … of
//
//   counter = [block low, block high, stream, purpose]     key = [seed low, seed high]
//
// word after word. src/base/random.ts is the same in JavaScript, and the two give the same numbers.

import { SHUFFLE } from '../abi/purposes'

const M0: u64 = 0xd2511f53
const M1: u64 = 0xcd9e8d57
const W0: u32 = 0x9e3779b9
const W1: u32 = 0xbb67ae85

/** Writes the four words of one block to outPtr. */
export function philox4x32(
  outPtr: usize,
  counter0: u32,
  counter1: u32,
  counter2: u32,
  counter3: u32,
  key0: u32,
  key1: u32,
): void {
  for (let round = 0; round < 10; ++round) {
    const product0 = M0 * <u64>counter0
    const product1 = M1 * <u64>counter2
    counter0 = <u32>(product1 >> 32) ^ counter1 ^ key0
    counter2 = <u32>(product0 >> 32) ^ counter3 ^ key1
    counter1 = <u32>product1
    counter3 = <u32>product0
    key0 += W0
    key1 += W1
  }
  store<u32>(outPtr, counter0)
  store<u32>(outPtr, counter1, 4)
  store<u32>(outPtr, counter2, 8)
  store<u32>(outPtr, counter3, 12)
}

/**
 * Fills out[0 … n) with bound · (2u − 1), rounded once, for the uniform numbers u = ⌊word / 2⁸⌋ / 2²⁴ of the words
 * first … first + n − 1 of (seed, purpose, stream), of its first 2³². blockPtr is room for one block of words.
 */
export function uniform(
  outPtr: usize,
  n: i32,
  bound: f64,
  first: u32,
  seedLow: u32,
  seedHigh: u32,
  purpose: u32,
  stream: u32,
  blockPtr: usize,
): void {
  for (let i = 0; i < n; ++i, ++first, outPtr += 4) {
    if (i == 0 || (first & 3) == 0) {
      philox4x32(blockPtr, first >> 2, 0, stream, purpose, seedLow, seedHigh)
    }
    const word = load<u32>(blockPtr + ((<usize>(first & 3)) << 2))
    // 2⁻²³ (word / 2⁸) − 1 is exact.
    store<f32>(outPtr, <f32>(bound * (<f64>(word >> 8) * 1.1920928955078125e-7 - 1)))
  }
}

/** order[i] = i for the places [from, to). */
export function countUp(orderPtr: usize, from: i32, to: i32): void {
  for (let i = from; i < to; ++i) store<i32>(orderPtr + ((<usize>i) << 2), i)
}

/**
 * A part of the shuffle of order[0 … n) that the stream (seed, SHUFFLE, stream) decides: Fisher and Yates from the end
 * down, each index drawn without bias by Lemire's method (2019, arXiv:1805.10941), for the places from `from` down to
 * `to` + 1. A whole shuffle goes from n − 1 to 0, in one part or several; `word` is how many random words the parts
 * before have used, and the return value adds those of this part. blockPtr is room for one block of words.
 */
export function shuffle(
  orderPtr: usize,
  from: i32,
  to: i32,
  word: u32,
  seedLow: u32,
  seedHigh: u32,
  stream: u32,
  blockPtr: usize,
): u32 {
  if (word & 3) philox4x32(blockPtr, word >> 2, 0, stream, SHUFFLE, seedLow, seedHigh)
  for (let i = from; i > to; --i) {
    const range = <u32>i + 1
    let product: u64 = 0
    do {
      if ((word & 3) == 0) philox4x32(blockPtr, word >> 2, 0, stream, SHUFFLE, seedLow, seedHigh)
      product = <u64>load<u32>(blockPtr + ((<usize>(word & 3)) << 2)) * <u64>range
      word += 1
      // Lemire: a low half below 2³² mod range would favour some indices; draw again.
    } while (<u32>product < range && <u32>product < (0 - range) % range)
    const own = orderPtr + ((<usize>i) << 2)
    const other = orderPtr + ((<usize>(product >> 32)) << 2)
    const kept = load<u32>(own)
    store<u32>(own, load<u32>(other))
    store<u32>(other, kept)
  }
  return word
}
