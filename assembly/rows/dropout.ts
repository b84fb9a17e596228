// Dropout (Srivastava et al. 2014, JMLR 15:1929), inverted: what is kept is divided by the share that is kept, so that
// prediction needs no correction. The mask is counter-based, not stored: column j of a row is decided by word j mod 4 of the
// Philox block
//
//   counter = [⌊j / 4⌋, the row's place in the epoch, stream, purpose]     key = [seed low, seed high]
//
// so it is the same for any number of threads, and wherever a step is divided.

import * as Activations from '../abi/activations'
import { LANES } from '../abi/layout'
import { M0, M1, W0, W1 } from '../base/philox'
import { loadLanes } from '../base/simd'
import { derived } from './functions'

/** Columns whose words are drawn at once: a block of four for each lane. */
const AT_ONCE = LANES * LANES

@inline
function highWords(even: v128, odd: v128): v128 {
  return v128.shuffle<i32>(even, odd, 1, 3, 5, 7)
}

@inline
function lowWords(even: v128, odd: v128): v128 {
  return v128.shuffle<i32>(even, odd, 0, 2, 4, 6)
}

/** One vector of the row: a ⊙ mask · scale to out and, where there is a slope, f' ⊙ mask · scale to the slope. */
@inline
function drop(
  words: v128, j: i32, x: usize, out: usize, slope: usize, n: i32, activation: i32, threshold: v128, scale: v128,
): void {
  if (j >= n) return
  const at = (<usize>j) << 2
  const keeps = i32x4.ge_u(words, threshold)
  const a = loadLanes(x + at, n - j)
  if (slope) {
    const from = activation == Activations.STORED ? v128.load(slope + at) : a
    v128.store(slope + at, derived(activation, from, v128.and(scale, keeps)))
  }
  v128.store(out + at, v128.and(f32x4.mul(a, scale), keeps))
}

/**
 * A row of n floats; out and slope have room for whole vectors, and out may be x. random: seed low and high, stream and
 * purpose. activation: that of a = x, from which f' is computed, or STORED where the slope has it already.
 */
export function dropoutRow(
  x: usize,
  out: usize,
  slope: usize,
  n: i32,
  activation: i32,
  row: i32,
  random: usize,
  purpose: i32,
  threshold: i32,
  scale: f32,
): void {
  const m0 = i32x4.splat(<i32>M0)
  const m1 = i32x4.splat(<i32>M1)
  const limit = i32x4.splat(threshold)
  const scales = f32x4.splat(scale)
  for (let j = 0; j < n; j += AT_ONCE) {
    let c0 = i32x4.add(i32x4.splat(j / LANES), i32x4(0, 1, 2, 3))
    let c1 = i32x4.splat(row)
    let c2 = v128.load32_splat(random, 8)
    let c3 = i32x4.splat(purpose)
    let k0 = load<u32>(random)
    let k1 = load<u32>(random, 4)
    for (let round = 0; round < 10; ++round) {
      const even0 = i64x2.extmul_low_i32x4_u(c0, m0)
      const odd0 = i64x2.extmul_high_i32x4_u(c0, m0)
      const even1 = i64x2.extmul_low_i32x4_u(c2, m1)
      const odd1 = i64x2.extmul_high_i32x4_u(c2, m1)
      c0 = v128.xor(v128.xor(highWords(even1, odd1), c1), i32x4.splat(k0))
      c2 = v128.xor(v128.xor(highWords(even0, odd0), c3), i32x4.splat(k1))
      c1 = lowWords(even1, odd1)
      c3 = lowWords(even0, odd0)
      k0 += W0
      k1 += W1
    }
    // From a vector for each word to one for each block.
    const a = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5)
    const b = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5)
    const c = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7)
    const d = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7)
    drop(v128.shuffle<i64>(a, b, 0, 2), j, x, out, slope, n, activation, limit, scales)
    drop(v128.shuffle<i64>(a, b, 1, 3), j + LANES, x, out, slope, n, activation, limit, scales)
    drop(v128.shuffle<i64>(c, d, 0, 2), j + 2 * LANES, x, out, slope, n, activation, limit, scales)
    drop(v128.shuffle<i64>(c, d, 1, 3), j + 3 * LANES, x, out, slope, n, activation, limit, scales)
  }
}
