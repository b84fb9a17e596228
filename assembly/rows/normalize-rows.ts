// Layer normalisation (Ba, Kiros and Hinton 2016, arXiv:1607.06450) of one row at a time: u = γ ⊙ ẑ + β with
// ẑ = (z − μ) / √(σ² + ε), μ and σ² the row's mean and biased variance. Rows are padded to whole vectors: z, γ and β with
// zeros, and the padding of all results is zero too. Sums go four lanes at a time and the lanes are added pairwise, so that
// bits depend on n alone.

import { LANES } from '../abi/layout'
import { padded } from '../base/panels'
import { madd } from '../base/simd'

/** v in the first n − j lanes of four, zero in the others. */
@inline
function within(v: v128, j: i32, n: i32): v128 {
  return n - j >= LANES ? v : v128.and(v, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n - j)))
}

/** The sum of the lanes, (0 + 2) + (1 + 3), in each of them. */
@inline
function sumOfLanes(v: v128): v128 {
  v = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1))
  return f32x4.add(v, v128.shuffle<f32>(v, v, 1, 0, 3, 2))
}

/** Returns 1/√(σ² + ε). z may be out. ẑ replaces z where `keeps`. */
export function normalizeRow(
  z: usize, keeps: bool, out: usize, gains: usize, shifts: usize, n: i32, epsilon: f32,
): f32 {
  const columns = padded(n)
  const count = f32x4.splat(<f32>n)
  let sum = f32x4.splat(0)
  for (let j = 0; j < columns; j += LANES) sum = f32x4.add(sum, v128.load(z + ((<usize>j) << 2)))
  const mean = f32x4.div(sumOfLanes(sum), count)
  let squares = f32x4.splat(0)
  for (let j = 0; j < columns; j += LANES) {
    const d = within(f32x4.sub(v128.load(z + ((<usize>j) << 2)), mean), j, n)
    squares = madd(d, d, squares)
  }
  const variance = f32x4.div(sumOfLanes(squares), count)
  const inverse = f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(variance, f32x4.splat(epsilon))))
  for (let j = 0; j < columns; j += LANES) {
    const at = (<usize>j) << 2
    const normal = within(f32x4.mul(f32x4.sub(v128.load(z + at), mean), inverse), j, n)
    if (keeps) v128.store(z + at, normal)
    v128.store(out + at, madd(v128.load(gains + at), normal, v128.load(shifts + at)))
  }
  return f32x4.extract_lane(inverse, 0)
}

/**
 * δ = (g − Σ g / n − ẑ Σ g ⊙ ẑ / n) / √(σ² + ε) with g = γ ⊙ ∂C/∂u. `normal` is ẑ, and becomes ∂C/∂u ⊙ ẑ.
 */
export function normalizeRowBackward(
  scaled: usize, normal: usize, delta: usize, gains: usize, n: i32, inverse: f32,
): void {
  const columns = padded(n)
  const count = f32x4.splat(<f32>n)
  let sum = f32x4.splat(0)
  let products = f32x4.splat(0)
  for (let j = 0; j < columns; j += LANES) {
    const at = (<usize>j) << 2
    const g = f32x4.mul(v128.load(gains + at), v128.load(scaled + at))
    sum = f32x4.add(sum, g)
    products = madd(g, v128.load(normal + at), products)
  }
  const mean = f32x4.div(sumOfLanes(sum), count)
  const slant = f32x4.neg(f32x4.div(sumOfLanes(products), count))
  const scale = f32x4.splat(inverse)
  for (let j = 0; j < columns; j += LANES) {
    const at = (<usize>j) << 2
    const d = v128.load(scaled + at)
    const x = v128.load(normal + at)
    const g = f32x4.sub(f32x4.mul(v128.load(gains + at), d), mean)
    v128.store(delta + at, within(f32x4.mul(scale, madd(x, slant, g)), j, n))
    v128.store(normal + at, f32x4.mul(d, x))
  }
}
