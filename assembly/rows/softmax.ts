// Softmax, the one activation that takes a whole row.

import { LANES } from '../abi/layout'
import { exp } from '../base/math'
import { loadPart, storePart } from '../base/simd'

/**
 * a = softmax(z) of a row of n ≥ 1 floats: e^(z − max z) / Σ. aPtr may equal zPtr. Lane l of the sum takes the
 * elements l, l + 4, …; the lanes are added as (0 + 2) + (1 + 3). A NaN or +∞ in the row makes all of it NaN.
 */
function softmaxRow(zPtr: usize, aPtr: usize, n: i32): void {
  const rest = n & (LANES - 1)
  const bytes = (<usize>(n - rest)) << 2
  const end = zPtr + bytes
  const last = zPtr + ((<usize>n) << 2)
  let top = v128.load32_splat(zPtr)
  let p = zPtr
  while (p < end) {
    top = f32x4.pmax(top, v128.load(p))
    p += 16
  }
  while (p < last) {
    top = f32x4.pmax(top, v128.load32_splat(p))
    p += 4
  }
  top = f32x4.pmax(top, v128.shuffle<f32>(top, top, 2, 3, 0, 1))
  top = f32x4.pmax(top, v128.shuffle<f32>(top, top, 1, 0, 3, 2))
  let sum = f32x4.splat(0)
  let q = aPtr
  while (zPtr < end) {
    const e = exp(f32x4.sub(v128.load(zPtr), top))
    v128.store(q, e)
    sum = f32x4.add(sum, e)
    zPtr += 16
    q += 16
  }
  if (rest) {
    storePart(q, exp(f32x4.sub(loadPart(zPtr, rest), top)), rest)
    sum = f32x4.add(sum, loadPart(q, rest))
  }
  sum = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 2, 3, 0, 1))
  sum = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 1, 0, 3, 2))
  const scale = f32x4.div(f32x4.splat(1), sum)
  q = aPtr
  const aEnd = aPtr + bytes
  while (q < aEnd) {
    v128.store(q, f32x4.mul(v128.load(q), scale))
    q += 16
  }
  if (rest) storePart(q, f32x4.mul(loadPart(q, rest), scale), rest)
}

/** Softmax of each of `rows` rows of n floats, `stride` floats apart. In place where aPtr == zPtr. */
export function softmaxRows(rows: i32, zPtr: usize, aPtr: usize, n: i32, stride: i32): void {
  for (let r = 0; r < rows; ++r) {
    const at = (<usize>(r * stride)) << 2
    softmaxRow(zPtr + at, aPtr + at, n)
  }
}
