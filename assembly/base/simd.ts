// The vector operations that the kernels share: multiply-add, constants, and vectors that are only partly there.

/**
 * a · b + c. Two roundings, the same bits on every machine; with relaxed SIMD one rounding where the machine has a
 * fused multiply-add. The one relaxed operation there is, so that each binary can be made of the other
 * (scripts/unfuse.mjs); c − a · b is madd(−a, b, c), to the same bits. A constant is negated before it is splat: V8 fuses no
 * pair of vectors with f32x4.neg of one (adam on 256-512-512-10, `wide`: 1.2 times the time).
 */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

/**
 * The constant that stands at `address` in memory, in every lane. V8 from Node 24 on builds a constant of a loop again at
 * each use, by three instructions and a port that the arithmetic needs: loading it is one.
 */
@inline
export function constant(address: usize): v128 {
  return v128.load32_splat(address)
}

/** The n floats (1 to 3) at ptr in lanes 0 … n − 1, zero in the others. Reads no byte beyond them. */
export function loadPart(ptr: usize, n: i32): v128 {
  if (n == 1) return v128.load32_zero(ptr)
  const pair = v128.load64_zero(ptr)
  if (n == 2) return pair
  return v128.load32_lane(ptr + 8, pair, 2)
}

/** Stores lanes 0 … n − 1 (n from 1 to 3) at ptr. Writes no byte beyond them. */
export function storePart(ptr: usize, v: v128, n: i32): void {
  if (n == 1) {
    v128.store32_lane(ptr, v, 0)
    return
  }
  v128.store64_lane(ptr, v, 0)
  if (n == 3) v128.store32_lane(ptr + 8, v, 2)
}

/** The first `lanes` floats at ptr, at most a vector of them. */
@inline
export function loadLanes(ptr: usize, lanes: i32): v128 {
  return lanes >= 4 ? v128.load(ptr) : loadPart(ptr, lanes)
}

/** Stores the first `lanes` lanes, at most a vector of them, at ptr. */
@inline
export function storeLanes(ptr: usize, v: v128, lanes: i32): void {
  if (lanes >= 4) v128.store(ptr, v)
  else storePart(ptr, v, lanes)
}
