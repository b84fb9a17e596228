// Norms and penalties: sums over many parameters, in float64. A block's sum is that of one thread, and blocks are added in
// their order, so the bits do not depend on who did what.

/** The lower two of four float32 numbers in float64, and the upper two. */
@inline
function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x)
}
@inline
function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 2, 3))
}
@inline
function total(a: v128, b: v128): f64 {
  const sum = f64x2.add(a, b)
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}

/** Σ x² of n elements, in fours. */
export function squares(x: usize, n: i32): f64 {
  let a = f64x2.splat(0)
  let b = a
  const end = x + ((<usize>n) << 2)
  for (; x < end; x += 16) {
    const four = v128.load(x)
    const l = low(four)
    const h = high(four)
    a = f64x2.add(a, f64x2.mul(l, l))
    b = f64x2.add(b, f64x2.mul(h, h))
  }
  return total(a, b)
}

/** Σ |x| of n elements, in fours. */
function magnitudes(x: usize, n: i32): f64 {
  let a = f64x2.splat(0)
  let b = a
  const end = x + ((<usize>n) << 2)
  for (; x < end; x += 16) {
    const four = f32x4.abs(v128.load(x))
    a = f64x2.add(a, low(four))
    b = f64x2.add(b, high(four))
  }
  return total(a, b)
}

/** λ₁ Σ|w| + λ₂ Σw² of n weights, in fours. */
export function penalty(w: usize, n: i32, l1: f64, l2: f64): f64 {
  let sum: f64 = 0
  if (l1 != 0) sum += l1 * magnitudes(w, n)
  if (l2 != 0) sum += l2 * squares(w, n)
  return sum
}

/** min(1, most / (norm + epsilon)), the norm that of everything whose blocks have the `count` norms at `norms`. */
export function scaleOf(norms: usize, count: i32, most: f32, epsilon: f32): f32 {
  let sum: f64 = 0
  for (let i = 0; i < count; ++i) {
    const norm = <f64>load<f32>(norms + ((<usize>i) << 2))
    sum += norm * norm
  }
  return <f32>min(1.0, <f64>most / (sqrt(sum) + <f64>epsilon))
}

/** Σ x² of each of two neighbouring columns, `offset` bytes from the first at x, over `rows` rows `stride` bytes apart. */
export function squaresOfColumns(x: usize, rows: i32, stride: usize, offset: usize): v128 {
  let sum = f64x2.splat(0)
  x += offset
  const end = x + <usize>rows * stride
  for (; x < end; x += stride) {
    const two = f64x2.promote_low_f32x4(v128.load64_zero(x))
    sum = f64x2.add(sum, f64x2.mul(two, two))
  }
  return sum
}
