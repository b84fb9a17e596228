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
//
// A 4 × 8 tile keeps 8 sums, 2 vectors of B and a splat of A in registers: 12 of the 15 that V8 can use (mul+add needs
// one more for the product). Tiles of 4 × 16, two panels, are for an engine that fuses pairs of vectors to 256 bits:
// 8 sums, 2 vectors of B and a splat again.

import { PAIRED, PANEL } from './abi'
import { padded, rowPtr, ZEROS } from './panels'
import { madd } from './simd'

// The bias is read without a condition and before anything is stored: V8 fuses two stores only within one basic block
// and with nothing but arithmetic between them.
@inline
function storeRow(VECTORS: i32, c: usize, c0: v128, c1: v128, c2: v128, c3: v128, bias: usize): void {
  const b0 = v128.load(bias)
  let b1 = b0
  let b2 = b0
  let b3 = b0
  if (VECTORS > 1) b1 = v128.load(bias, 16)
  if (VECTORS > 2) {
    b2 = v128.load(bias, 32)
    b3 = v128.load(bias, 48)
  }
  v128.store(c, f32x4.add(c0, b0))
  if (VECTORS > 1) v128.store(c, f32x4.add(c1, b1), 16)
  if (VECTORS > 2) {
    v128.store(c, f32x4.add(c2, b2), 32)
    v128.store(c, f32x4.add(c3, b3), 48)
  }
}

/**
 * A tile of C: ROWS (1, 2 or 4) by VECTORS (1, 2 or 4) times 4 = A · B + bias. Both are constants where this is
 * inlined, so each caller is left with a straight loop of its own. `pair` is the distance to the second panel.
 */
@inline
function tile(
  ROWS: i32,
  VECTORS: i32,
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  b: usize,
  pair: usize,
  bias: usize,
  c: usize,
  ldc: usize,
  k: i32,
): void {
  let c00 = f32x4.splat(0)
  let c01 = c00
  let c02 = c00
  let c03 = c00
  let c10 = c00
  let c11 = c00
  let c12 = c00
  let c13 = c00
  let c20 = c00
  let c21 = c00
  let c22 = c00
  let c23 = c00
  let c30 = c00
  let c31 = c00
  let c32 = c00
  let c33 = c00
  const end = a0 + ((<usize>k) << 2)
  while (a0 < end) {
    const b0 = v128.load(b)
    let b1 = b0
    let b2 = b0
    let b3 = b0
    if (VECTORS > 1) b1 = v128.load(b, 16)
    if (VECTORS > 2) {
      b2 = v128.load(b + pair)
      b3 = v128.load(b + pair, 16)
    }
    const x0 = v128.load32_splat(a0)
    c00 = madd(x0, b0, c00)
    if (VECTORS > 1) c01 = madd(x0, b1, c01)
    if (VECTORS > 2) {
      c02 = madd(x0, b2, c02)
      c03 = madd(x0, b3, c03)
    }
    a0 += 4
    if (ROWS > 1) {
      const x1 = v128.load32_splat(a1)
      c10 = madd(x1, b0, c10)
      if (VECTORS > 1) c11 = madd(x1, b1, c11)
      if (VECTORS > 2) {
        c12 = madd(x1, b2, c12)
        c13 = madd(x1, b3, c13)
      }
      a1 += 4
    }
    if (ROWS > 2) {
      const x2 = v128.load32_splat(a2)
      c20 = madd(x2, b0, c20)
      if (VECTORS > 1) c21 = madd(x2, b1, c21)
      if (VECTORS > 2) {
        c22 = madd(x2, b2, c22)
        c23 = madd(x2, b3, c23)
      }
      a2 += 4
      const x3 = v128.load32_splat(a3)
      c30 = madd(x3, b0, c30)
      if (VECTORS > 1) c31 = madd(x3, b1, c31)
      if (VECTORS > 2) {
        c32 = madd(x3, b2, c32)
        c33 = madd(x3, b3, c33)
      }
      a3 += 4
    }
    b += VECTORS > 1 ? 32 : 16
  }
  storeRow(VECTORS, c, c00, c01, c02, c03, bias)
  if (ROWS > 1) storeRow(VECTORS, c + ldc, c10, c11, c12, c13, bias)
  if (ROWS > 2) {
    storeRow(VECTORS, c + 2 * ldc, c20, c21, c22, c23, bias)
    storeRow(VECTORS, c + 3 * ldc, c30, c31, c32, c33, bias)
  }
}

function tile4x16(
  a0: usize, a1: usize, a2: usize, a3: usize, b: usize, pair: usize, bias: usize, c: usize, ldc: usize, k: i32,
): void {
  tile(4, 4, a0, a1, a2, a3, b, pair, bias, c, ldc, k)
}
function tile4x8(a0: usize, a1: usize, a2: usize, a3: usize, b: usize, bias: usize, c: usize, ldc: usize, k: i32): void {
  tile(4, 2, a0, a1, a2, a3, b, 0, bias, c, ldc, k)
}
function tile4x4(a0: usize, a1: usize, a2: usize, a3: usize, b: usize, bias: usize, c: usize, ldc: usize, k: i32): void {
  tile(4, 1, a0, a1, a2, a3, b, 0, bias, c, ldc, k)
}
function tile2x8(a0: usize, a1: usize, b: usize, bias: usize, c: usize, ldc: usize, k: i32): void {
  tile(2, 2, a0, a1, 0, 0, b, 0, bias, c, ldc, k)
}
function tile2x4(a0: usize, a1: usize, b: usize, bias: usize, c: usize, ldc: usize, k: i32): void {
  tile(2, 1, a0, a1, 0, 0, b, 0, bias, c, ldc, k)
}
function tile1x16(a0: usize, b: usize, pair: usize, bias: usize, c: usize, k: i32): void {
  tile(1, 4, a0, 0, 0, 0, b, pair, bias, c, 0, k)
}
function tile1x8(a0: usize, b: usize, bias: usize, c: usize, k: i32): void {
  tile(1, 2, a0, 0, 0, 0, b, 0, bias, c, 0, k)
}
function tile1x4(a0: usize, b: usize, bias: usize, c: usize, k: i32): void {
  tile(1, 1, a0, 0, 0, 0, b, 0, bias, c, 0, k)
}

/**
 * C[r, j] = Σ_i A[r, i] · B[i, j] + bias[j] for r in [from, to) and j < n; columns n … padded(n) become the bias
 * plus 0, so they stay zero where the padding of B and bias is zero.
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
): void {
  assert(0 <= from && k > 0 && n > 0 && bRows >= k)
  assert(cPtr != 0 && bPtr != 0 && (tablePtr != 0 || (aPtr != 0 && lda >= k)))
  const columns = padded(n)
  const ldc = (<usize>columns) << 2
  const pair = (<usize>(bRows * PANEL)) << 2
  let j = 0
  while (j < columns) {
    const full = columns - j >= PANEL
    const double = tiles == PAIRED && columns - j >= 2 * PANEL
    const b = bPtr + ((<usize>(j * bRows)) << 2)
    const bias = biasPtr ? biasPtr + ((<usize>j) << 2) : ZEROS
    let c = cPtr + <usize>from * ldc + ((<usize>j) << 2)
    let r = from
    for (; r + 4 <= to; r += 4) {
      const a0 = rowPtr(aPtr, lda, tablePtr, r)
      const a1 = rowPtr(aPtr, lda, tablePtr, r + 1)
      const a2 = rowPtr(aPtr, lda, tablePtr, r + 2)
      const a3 = rowPtr(aPtr, lda, tablePtr, r + 3)
      if (double) tile4x16(a0, a1, a2, a3, b, pair, bias, c, ldc, k)
      else if (full) tile4x8(a0, a1, a2, a3, b, bias, c, ldc, k)
      else tile4x4(a0, a1, a2, a3, b, bias, c, ldc, k)
      c += ldc << 2
    }
    if (r + 2 <= to) {
      const a0 = rowPtr(aPtr, lda, tablePtr, r)
      const a1 = rowPtr(aPtr, lda, tablePtr, r + 1)
      if (full) tile2x8(a0, a1, b, bias, c, ldc, k)
      else tile2x4(a0, a1, b, bias, c, ldc, k)
      if (double) tile2x8(a0, a1, b + pair, bias + 32, c + 32, ldc, k)
      c += ldc << 1
      r += 2
    }
    if (r < to) {
      const a0 = rowPtr(aPtr, lda, tablePtr, r)
      if (double) tile1x16(a0, b, pair, bias, c, k)
      else if (full) tile1x8(a0, b, bias, c, k)
      else tile1x4(a0, b, bias, c, k)
    }
    j += double ? 2 * PANEL : PANEL
  }
}
