// C (rows × n) = A (rows × k) · B (k × n) + bias: the forward pass; and, with the panels of Wᵀ, δ · Wᵀ.
//
// Each element of C is one sum, taken from 0 in the order of the reduction index whatever the tile, the edge or the
// thread, and then the bias is added: every split gives the same bits.
//
// B is kept in panels (docs/kernels.md):
//
//   columns   0 … 7          8 … 15                          8p … n          the last panel is 4 wide if it holds
//           ┌──────────────┬──────────────┬─────┬──────────────────┐        4 columns or fewer
//           │ k rows of 8  │ k rows of 8  │  …  │ k rows of 8 or 4 │
//           └──────────────┴──────────────┴─────┴──────────────────┘        k and n rounded up to 4, zeros beyond
//   offset    0              8·k            …     8·k·p

import { LANES, LARGE, PAIRED, PANEL, TALL } from '../abi/layout'
import { count, Four, One, Six, Three, Two } from '../base/counts'
import { madd } from '../base/simd'
import { isNarrowNN, narrowNN } from './narrow'
import { padded, rowPtr, ZEROS } from '../base/panels'
import { storeRow, tile } from './tile-nn'

/**
 * A tile of one row by PANELS (3 or 4) panels: a single row has only its own sums to fill the time that
 * an addition takes.
 * `biasPair` is the distance to the biases of the third panel: 0 where there are none, because there are only
 * 16 zeros.
 */
@inline
function rowTile(PANELS: i32, a: usize, b0: usize, pair: usize, bias: usize, biasPair: usize, c: usize, k: i32): void {
  let c0 = f32x4.splat(0)
  let c1 = c0
  let c2 = c0
  let c3 = c0
  let c4 = c0
  let c5 = c0
  let c6 = c0
  let c7 = c0
  const b1 = b0 + pair
  const b2 = b1 + pair
  const b3 = b2 + pair
  const end = (<usize>k) << 5
  for (let at: usize = 0; at < end; at += 32) {
    const x = v128.load32_splat(a)
    c0 = madd(x, v128.load(b0 + at), c0)
    c1 = madd(x, v128.load(b0 + at, 16), c1)
    c2 = madd(x, v128.load(b1 + at), c2)
    c3 = madd(x, v128.load(b1 + at, 16), c3)
    c4 = madd(x, v128.load(b2 + at), c4)
    c5 = madd(x, v128.load(b2 + at, 16), c5)
    if (PANELS > 3) {
      c6 = madd(x, v128.load(b3 + at), c6)
      c7 = madd(x, v128.load(b3 + at, 16), c7)
    }
    a += 4
  }
  storeRow(4, c, c0, c1, c2, c3, bias)
  storeRow(PANELS > 3 ? 4 : 2, c + 64, c4, c5, c6, c7, bias + biasPair)
}

function rowTileOf<Panels>(a: usize, b: usize, pair: usize, bias: usize, biasPair: usize, c: usize, k: i32): void {
  rowTile(count<Panels>(), a, b, pair, bias, biasPair, c, k)
}

/** The tiles of Rows rows by Vectors times 4 columns, from row `from` to row `to`. c is that of the first. */
function strip<Rows, Vectors>(
  from: i32,
  to: i32,
  aPtr: usize,
  lda: i32,
  tablePtr: usize,
  b: usize,
  pair: usize,
  bias: usize,
  c: usize,
  ldc: usize,
  k: i32,
): void {
  for (let r = from; r < to; r += count<Rows>()) {
    const a0 = rowPtr(aPtr, lda, tablePtr, r)
    const a1 = count<Rows>() > 1 ? rowPtr(aPtr, lda, tablePtr, r + 1) : a0
    const a2 = count<Rows>() > 2 ? rowPtr(aPtr, lda, tablePtr, r + 2) : a0
    const a3 = count<Rows>() > 2 ? rowPtr(aPtr, lda, tablePtr, r + 3) : a0
    const a4 = count<Rows>() > 4 ? rowPtr(aPtr, lda, tablePtr, r + 4) : a0
    const a5 = count<Rows>() > 4 ? rowPtr(aPtr, lda, tablePtr, r + 5) : a0
    tile(count<Rows>(), count<Vectors>(), a0, a1, a2, a3, a4, a5, b, pair, bias, c, ldc, k)
    c += <usize>count<Rows>() * ldc
  }
}

/** The rows [from, to) of C, a multiple of Rows, in strips as wide as may be. The operands are those of gemmNN. */
function band<Rows>(
  from: i32,
  to: i32,
  aPtr: usize,
  lda: i32,
  tablePtr: usize,
  bPtr: usize,
  bRows: i32,
  biasPtr: usize,
  cPtr: usize,
  k: i32,
  columns: i32,
  jFrom: i32,
  jTo: i32,
  tiles: i32,
): void {
  if (from == to) return
  const ldc = (<usize>columns) << 2
  const pair = (<usize>(bRows * PANEL)) << 2
  const widest = count<Rows>() <= 2 || (tiles & PAIRED) ? 2 * PANEL : PANEL
  const row = tiles & LARGE ? 4 * PANEL : 3 * PANEL
  let j = jFrom
  while (j < jTo) {
    const left = jTo - j
    const b = bPtr + ((<usize>(j * bRows)) << 2)
    const bias = biasPtr ? biasPtr + ((<usize>j) << 2) : ZEROS
    const c = cPtr + <usize>from * ldc + ((<usize>j) << 2)
    let width = left >= widest ? widest : left >= PANEL ? PANEL : LANES
    if (count<Rows>() == 1 && left >= row) {
      width = row
      const a = rowPtr(aPtr, lda, tablePtr, from)
      if (row == 4 * PANEL) rowTileOf<Four>(a, b, pair, bias, biasPtr ? 64 : 0, c, k)
      else rowTileOf<Three>(a, b, pair, bias, biasPtr ? 64 : 0, c, k)
    } else if (width == 2 * PANEL) strip<Rows, Four>(from, to, aPtr, lda, tablePtr, b, pair, bias, c, ldc, k)
    else if (width == PANEL) strip<Rows, Two>(from, to, aPtr, lda, tablePtr, b, pair, bias, c, ldc, k)
    else strip<Rows, One>(from, to, aPtr, lda, tablePtr, b, pair, bias, c, ldc, k)
    j += width
  }
}

/**
 * C[r, j] = Σ_i A[r, i] · B[i, j] + bias[j] for r in [from, to) and j in [jFrom, jTo), which begins with a panel and ends
 * with one or at padded(n); columns n … padded(n) become the bias plus 0, so they stay zero where the padding of B and bias is zero.
 *
 * A: rows of k at stride lda, or through a table of row offsets. B: panels with `bRows` rows a panel, the first k of
 * them used. bias: padded(n), or 0 for none. C: row-major, stride padded(n). tiles: PAIRED to take two panels at once.
 */
export function gemmNN(
  from: i32,
  to: i32,
  aPtr: usize,
  lda: i32,
  tablePtr: usize,
  bPtr: usize,
  bRows: i32,
  biasPtr: usize,
  cPtr: usize,
  k: i32,
  n: i32,
  tiles: i32,
  jFrom: i32,
  jTo: i32,
): void {
  assert(0 <= from && k > 0 && n > 0 && bRows >= k)
  assert(cPtr != 0 && bPtr != 0 && (tablePtr != 0 || (aPtr != 0 && lda >= k)))
  const columns = padded(n)
  if (isNarrowNN(to - from, columns)) {
    narrowNN(from, to, aPtr, lda, tablePtr, bPtr, biasPtr, cPtr, k, columns)
    return
  }
  const tall = (tiles & TALL) != 0
  const r6 = tall ? from + ((to - from) / 6) * 6 : from
  const r4 = r6 + ((to - r6) & ~3)
  const r2 = r4 + ((to - r4) & ~1)
  if (tall) band<Six>(from, r6, aPtr, lda, tablePtr, bPtr, bRows, biasPtr, cPtr, k, columns, jFrom, jTo, tiles)
  band<Four>(r6, r4, aPtr, lda, tablePtr, bPtr, bRows, biasPtr, cPtr, k, columns, jFrom, jTo, tiles)
  band<Two>(r4, r2, aPtr, lda, tablePtr, bPtr, bRows, biasPtr, cPtr, k, columns, jFrom, jTo, tiles)
  band<One>(r2, to, aPtr, lda, tablePtr, bPtr, bRows, biasPtr, cPtr, k, columns, jFrom, jTo, tiles)
}
