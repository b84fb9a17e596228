// Batch normalisation (Ioffe and Szegedy 2015, arXiv:1502.03167) of the columns [jFrom, jTo), whole vectors, of some rows:
// u = γ ⊙ ẑ + β with ẑ = (z − μ) / √(σ² + ε), μ and σ² each column's mean and biased variance over the batch. Columns that
// pad a row are zeros, with γ and β, and stay zeros.
//
// A line of every row is read at a time, four vectors where there are so many: a stride of a power of two would have lines
// that are read by quarters driven out of the cache in between. Sums go from row to row, so that bits depend on nothing else.

import { LANES } from '../abi/layout'
import { madd } from '../base/simd'

const LINE = 4 * LANES

/** The batch's mean, variance and 1/√(σ² + ε) of each column stand in three rows, `distance` bytes apart. */
function moments(z: usize, stride: usize, rows: i32, mean: usize, distance: usize, lanes: i32, epsilon: f32): void {
  const end = z + stride * <usize>rows
  const count = f32x4.splat(<f32>rows)
  const wide = lanes == LINE
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  for (let p = z; p < end; p += stride) {
    s0 = f32x4.add(s0, v128.load(p))
    if (wide) {
      s1 = f32x4.add(s1, v128.load(p, 16))
      s2 = f32x4.add(s2, v128.load(p, 32))
      s3 = f32x4.add(s3, v128.load(p, 48))
    }
  }
  const m0 = f32x4.div(s0, count)
  const m1 = f32x4.div(s1, count)
  const m2 = f32x4.div(s2, count)
  const m3 = f32x4.div(s3, count)
  s0 = f32x4.splat(0)
  s1 = s0
  s2 = s0
  s3 = s0
  for (let p = z; p < end; p += stride) {
    const d0 = f32x4.sub(v128.load(p), m0)
    s0 = madd(d0, d0, s0)
    if (wide) {
      const d1 = f32x4.sub(v128.load(p, 16), m1)
      const d2 = f32x4.sub(v128.load(p, 32), m2)
      const d3 = f32x4.sub(v128.load(p, 48), m3)
      s1 = madd(d1, d1, s1)
      s2 = madd(d2, d2, s2)
      s3 = madd(d3, d3, s3)
    }
  }
  keepMoments(mean, distance, m0, f32x4.div(s0, count), epsilon)
  if (wide) {
    keepMoments(mean + 16, distance, m1, f32x4.div(s1, count), epsilon)
    keepMoments(mean + 32, distance, m2, f32x4.div(s2, count), epsilon)
    keepMoments(mean + 48, distance, m3, f32x4.div(s3, count), epsilon)
  }
}

@inline
function inverseRoot(variance: v128, epsilon: f32): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(variance, f32x4.splat(epsilon))))
}

@inline
function keepMoments(ptr: usize, distance: usize, mean: v128, variance: v128, epsilon: f32): void {
  v128.store(ptr, mean)
  v128.store(ptr + distance, variance)
  v128.store(ptr + 2 * distance, inverseRoot(variance, epsilon))
}

/** How many columns from j on are taken at once. */
@inline
function lanesAt(j: i32, jTo: i32): i32 {
  return jTo - j >= LINE ? LINE : LANES
}

/** Writes the moments to the rows of `statistics`, ẑ over z, and u to out, which may be z where ẑ is not wanted. */
export function normalizeColumns(
  z: usize, keeps: bool, out: usize, statistics: usize, gains: usize, shifts: usize,
  rows: i32, columns: i32, jFrom: i32, jTo: i32, epsilon: f32,
): void {
  const stride = (<usize>columns) << 2
  let lanes = 0
  for (let j = jFrom; j < jTo; j += lanes) {
    lanes = lanesAt(j, jTo)
    const at = (<usize>j) << 2
    moments(z + at, stride, rows, statistics + at, stride, lanes, epsilon)
    for (let c: usize = at; c < at + ((<usize>lanes) << 2); c += 16) {
      const mean = v128.load(statistics + c)
      const inverse = v128.load(statistics + 2 * stride + c)
      const gain = v128.load(gains + c)
      const shift = v128.load(shifts + c)
      for (let r = 0; r < rows; ++r) {
        const p = <usize>r * stride + c
        const normal = f32x4.mul(f32x4.sub(v128.load(z + p), mean), inverse)
        if (keeps) v128.store(z + p, normal)
        v128.store(out + p, madd(gain, normal, shift))
      }
    }
  }
}

/**
 * u with the running mean and variance in place of the batch's, for the rows that begin at z, which may be out. Differs from
 * normalizeColumns in these alone: the same moments give the same bits.
 */
export function normalizeByRunning(
  z: usize, out: usize, mean: usize, variance: usize, gains: usize, shifts: usize,
  rows: i32, columns: i32, jFrom: i32, jTo: i32, epsilon: f32,
): void {
  const stride = (<usize>columns) << 2
  for (let j = jFrom; j < jTo; j += LANES) {
    const at = (<usize>j) << 2
    const m = v128.load(mean + at)
    const inverse = inverseRoot(v128.load(variance + at), epsilon)
    const gain = v128.load(gains + at)
    const shift = v128.load(shifts + at)
    for (let r = 0; r < rows; ++r) {
      const p = <usize>r * stride + at
      const normal = f32x4.mul(f32x4.sub(v128.load(z + p), m), inverse)
      v128.store(out + p, madd(gain, normal, shift))
    }
  }
}

/**
 * δ = γ (d − Σ d / m − ẑ Σ d ⊙ ẑ / m) / √(σ² + ε) with d = ∂C/∂u, over m rows. `normal` is ẑ, and becomes d ⊙ ẑ.
 */
export function normalizeColumnsBackward(
  scaled: usize, normal: usize, delta: usize, statistics: usize, gains: usize,
  rows: i32, columns: i32, jFrom: i32, jTo: i32,
): void {
  const stride = (<usize>columns) << 2
  const bytes = stride * <usize>rows
  const count = f32x4.splat(<f32>rows)
  for (let j = jFrom; j < jTo; j += LANES) {
    const at = (<usize>j) << 2
    let sum = f32x4.splat(0)
    let products = f32x4.splat(0)
    for (let p = at; p < bytes; p += stride) {
      const d = v128.load(scaled + p)
      const product = f32x4.mul(d, v128.load(normal + p))
      sum = f32x4.add(sum, d)
      products = f32x4.add(products, product)
    }
    const mean = f32x4.div(sum, count)
    const slant = f32x4.neg(f32x4.div(products, count))
    const scale = f32x4.mul(v128.load(gains + at), v128.load(statistics + 2 * stride + at))
    for (let p = at; p < bytes; p += stride) {
      const d = v128.load(scaled + p)
      const x = v128.load(normal + p)
      v128.store(delta + p, f32x4.mul(scale, madd(x, slant, f32x4.sub(d, mean))))
      v128.store(normal + p, f32x4.mul(d, x))
    }
  }
}

/**
 * running = (1 − momentum) · running + momentum · statistics of the fours of columns [from, to), as PyTorch has it: the
 * variance as that of a sample, σ² · rows / (rows − 1). One row has none, and leaves the running one alone.
 */
export function updateStatistics(
  from: i32, to: i32, statistics: usize, columns: i32, mean: usize, variance: usize, rows: i32, momentum: f64,
): void {
  const distance = (<usize>columns) << 2
  const rest = f32x4.splat(<f32>(1 - momentum))
  const share = f32x4.splat(<f32>momentum)
  const unbiased = f32x4.splat(<f32>(momentum * <f64>rows / <f64>(rows - 1)))
  for (let four = from; four < to; ++four) {
    const at = (<usize>four) << 4
    v128.store(mean + at, madd(share, v128.load(statistics + at), f32x4.mul(rest, v128.load(mean + at))))
    if (rows > 1) {
      const kept = f32x4.mul(rest, v128.load(variance + at))
      v128.store(variance + at, madd(unbiased, v128.load(statistics + distance + at), kept))
    }
  }
}
