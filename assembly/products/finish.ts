// What is left to do with weights that were updated elsewhere: the limit of what leads into a unit, and their copy.

import { PANEL } from '../abi/layout'
import { padded } from '../base/panels'
import { squaresOfColumns } from '../rules/sums'
import { transposeRows } from './pack'

/** Multiplies the four columns at w, of `rows` rows `stride` bytes apart, by their factors. */
function scaleColumns(w: usize, rows: i32, stride: usize, factors: v128): void {
  const end = w + <usize>rows * stride
  for (; w < end; w += stride) v128.store(w, f32x4.mul(factors, v128.load(w)))
}

/** limit / norm where the norm is above the limit, else 1, of four columns; see squaresOfColumns. */
@inline
function factorsOf(low: v128, high: v128, limit: f32): v128 {
  const most = f64x2.splat(<f64>limit)
  const one = f64x2.splat(1)
  const a = f64x2.pmin(one, f64x2.div(most, f64x2.sqrt(low)))
  const b = f64x2.pmin(one, f64x2.div(most, f64x2.sqrt(high)))
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5)
}

/**
 * The panel of W (k × n) that begins with column j: each column whose norm is above maxNorm is scaled down to it (0: none
 * is); then, where wtPtr is given, the panel is copied to the panels of Wᵀ.
 */
export function finishPanel(j: i32, wPtr: usize, wtPtr: usize, k: i32, n: i32, maxNorm: f32): void {
  const kColumns = padded(k)
  const columns = padded(n)
  const width = min(PANEL, columns - j)
  const stride = (<usize>width) << 2
  const panel = wPtr + ((<usize>(j * kColumns)) << 2)
  if (maxNorm != 0) {
    for (let at: usize = 0; at < stride; at += 16) {
      const w = panel + at
      const low = squaresOfColumns(w, k, stride, 0)
      const high = squaresOfColumns(w, k, stride, 8)
      scaleColumns(w, k, stride, factorsOf(low, high, maxNorm))
    }
  }
  if (wtPtr) transposeRows(0, kColumns, j, width, panel, wtPtr, kColumns, columns)
}
