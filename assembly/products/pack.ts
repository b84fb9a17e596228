// What gemmTN copies around its tiles: its operands packed, so that a tile reads each of them as one stream, and the
// finished rows of G transposed.

import { LANES, PANEL } from '../abi/layout'
import { loadPart } from '../base/simd'
import { padded, rowPtr } from '../base/panels'

/** The first `left` floats at ptr, zeros for what is missing to 4; reads nothing beyond them. */
@inline
function loadSome(ptr: usize, left: i32): v128 {
  return left >= LANES ? v128.load(ptr) : left > 0 ? loadPart(ptr, left) : f32x4.splat(0)
}

/**
 * Packs columns of A, from `first` on, into [sixes][rows][6] and [fours][rows][4], zeros beyond column k. Where the rows
 * of A are a power of two apart, the lines of a column share a few sets of the cache and as many pages as rows, and
 * each tile would fetch them again.
 */
export function packColumns(
  rows: i32,
  aPtr: usize,
  lda: i32,
  tablePtr: usize,
  first: i32,
  sixes: i32,
  fours: i32,
  k: i32,
  toPtr: usize,
): void {
  const six = <usize>rows * 24
  const four = (<usize>rows) << 4
  const foursPtr = toPtr + <usize>sixes * six
  for (let r = 0; r < rows; ++r) {
    let from = rowPtr(aPtr, lda, tablePtr, r) + ((<usize>first) << 2)
    let to = toPtr + <usize>r * 24
    let left = k - first
    for (let i = 0; i < sixes; ++i) {
      if (left < 6) {
        v128.store(to, loadSome(from, left))
        v128.store64_lane(to + 16, loadSome(from + 16, left - LANES), 0)
      } else {
        v128.store(to, v128.load(from))
        v128.store64_lane(to + 16, v128.load64_zero(from + 16), 0)
      }
      from += 24
      to += six
      left -= 6
    }
    to = foursPtr + ((<usize>r) << 4)
    for (let i = 0; i < fours; ++i) {
      v128.store(to, loadSome(from, left))
      from += 16
      to += four
      left -= LANES
    }
  }
}

/** Packs `columns` columns of D from dPtr on into [rows][columns]. */
export function packPanel(rows: i32, dPtr: usize, ldd: usize, columns: i32, toPtr: usize): void {
  const width = (<usize>columns) << 2
  for (let r = 0; r < rows; ++r) {
    for (let at: usize = 0; at < width; at += 16) v128.store(toPtr + at, v128.load(dPtr + at))
    dPtr += ldd
    toPtr += width
  }
}

/**
 * Copies the 4 × 4 matrix at `from`, its rows `width` bytes apart, transposed to `to`, rows `stride` bytes apart. It is
 * read back from memory: a use of the sums in registers would keep V8 from fusing them.
 */
@inline
function transpose4x4(from: usize, width: usize, to: usize, stride: usize): void {
  const a = v128.load(from)
  const b = v128.load(from + width)
  const c = v128.load(from + 2 * width)
  const d = v128.load(from + 3 * width)
  const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
  const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5))
  v128.store(to + stride, v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7))
  v128.store(to + 2 * stride, v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5))
  v128.store(to + 3 * stride, v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7))
}

/**
 * Copies the rows [first, end) of G, columns [j, j + width), which stand at gPtr in a panel `width` wide, to the panels of
 * Gᵀ: kColumns and columns are padded(k) and padded(n).
 */
export function transposeRows(
  first: i32,
  end: i32,
  j: i32,
  width: i32,
  gPtr: usize,
  gtPtr: usize,
  kColumns: i32,
  columns: i32,
): void {
  const gWidth = (<usize>width) << 2
  for (let i = first; i < end; i += LANES) {
    // Column i of Gᵀ is in the panel that begins with column `slice`.
    const slice = i & ~(PANEL - 1)
    const panel = min(PANEL, kColumns - slice)
    const stride = (<usize>panel) << 2
    const to = gtPtr + ((<usize>(slice * columns + j * panel + (i - slice))) << 2)
    transpose4x4(gPtr, gWidth, to, stride)
    if (width > LANES) transpose4x4(gPtr + 16, gWidth, to + 4 * stride, stride)
    gPtr += 4 * gWidth
  }
}

/**
 * Writes the panels of the transpose of a (rows × columns) matrix at wPtr to wtPtr, padding included: for the rows
 * [from, to), whole groups of four of them.
 */
export function transposePanels(from: i32, to: i32, wPtr: usize, wtPtr: usize, rows: i32, columns: i32): void {
  const kColumns = padded(rows)
  const nColumns = padded(columns)
  for (let j = 0; j < nColumns; j += PANEL) {
    const width = min(PANEL, nColumns - j)
    const g = wPtr + ((<usize>(j * kColumns + from * width)) << 2)
    transposeRows(from, to, j, width, g, wtPtr, kColumns, nColumns)
  }
}
