// Random numbers by Philox 4×32-10 (base/philox.ts). The stream of (seed, purpose, stream) is the blocks 0, 1, 2, … of
//
//   counter = [block low, block high, stream, purpose]     key = [seed low, seed high]
//
// word after word. src/base/random.ts is the same in JavaScript, and the two give the same numbers.

import { SHUFFLE } from '../abi/purposes'
import { philox4x32 } from '../base/philox'

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
