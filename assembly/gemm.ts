// Matrix products in the three forms of a training step. Each element of a result is one sum, taken from 0 in the
// order of the reduction index whatever the tile, the edge or the thread, so that every split gives the same bits.
//
//   gemmNN   C (rows × n)  = A (rows × k) · B (k × n) + bias     forward; and, with the panels of Wᵀ, δ · Wᵀ
//   gemmTN   G (k × n)     = Aᵀ (k × rows) · D (rows × n)        gradient, handed to the update rule tile by tile
//
// B and G are kept in panels (docs/kernels.md):
//
//   columns   0 … 7          8 … 15                          8p … n          the last panel is 4 wide if it holds
//           ┌──────────────┬──────────────┬─────┬──────────────────┐        4 columns or fewer
//           │ k rows of 8  │ k rows of 8  │  …  │ k rows of 8 or 4 │
//           └──────────────┴──────────────┴─────┴──────────────────┘        k and n rounded up to 4, zeros beyond
//   offset    0              8·k            …     8·k·p
//
// A 4 × 8 tile keeps 8 sums, 2 vectors of B and a splat of A in registers: 12 of the 15 that V8 can use (mul+add
// needs one more for the product).

import { LANES, PANEL } from './abi'
import { applyRule } from './optimizer'
import { madd } from './simd'

@inline
export function padded(n: i32): i32 {
  return (n + (LANES - 1)) & ~(LANES - 1)
}

/** Address of row r of A: from its table of row offsets where there is one. */
@inline
function rowPtr(aPtr: usize, lda: i32, tablePtr: usize, r: i32): usize {
  return tablePtr ? (<usize>load<u32>(tablePtr + ((<usize>r) << 2))) << 2 : aPtr + ((<usize>(r * lda)) << 2)
}

/**
 * A tile of C: ROWS × (8 if WIDE, else 4) = A · B + bias. ROWS and WIDE are constants where this is inlined, so
 * each caller is left with its own straight loop.
 */
@inline
function tileNN(
  ROWS: i32,
  WIDE: bool,
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  bPtr: usize,
  biasPtr: usize,
  cPtr: usize,
  ldcBytes: usize,
  k: i32,
): void {
  let c00 = f32x4.splat(0)
  let c01 = c00
  let c10 = c00
  let c11 = c00
  let c20 = c00
  let c21 = c00
  let c30 = c00
  let c31 = c00
  const end = a0 + ((<usize>k) << 2)
  while (a0 < end) {
    const b0 = v128.load(bPtr)
    let b1 = b0
    if (WIDE) b1 = v128.load(bPtr, 16)
    const x0 = v128.load32_splat(a0)
    c00 = madd(x0, b0, c00)
    if (WIDE) c01 = madd(x0, b1, c01)
    if (ROWS > 1) {
      const x1 = v128.load32_splat(a1)
      c10 = madd(x1, b0, c10)
      if (WIDE) c11 = madd(x1, b1, c11)
      a1 += 4
    }
    if (ROWS > 2) {
      const x2 = v128.load32_splat(a2)
      c20 = madd(x2, b0, c20)
      if (WIDE) c21 = madd(x2, b1, c21)
      a2 += 4
    }
    if (ROWS > 3) {
      const x3 = v128.load32_splat(a3)
      c30 = madd(x3, b0, c30)
      if (WIDE) c31 = madd(x3, b1, c31)
      a3 += 4
    }
    a0 += 4
    bPtr += WIDE ? 32 : 16
  }
  let bias0 = f32x4.splat(0)
  let bias1 = bias0
  if (biasPtr) {
    bias0 = v128.load(biasPtr)
    if (WIDE) bias1 = v128.load(biasPtr, 16)
  }
  v128.store(cPtr, f32x4.add(c00, bias0))
  if (WIDE) v128.store(cPtr, f32x4.add(c01, bias1), 16)
  if (ROWS > 1) {
    cPtr += ldcBytes
    v128.store(cPtr, f32x4.add(c10, bias0))
    if (WIDE) v128.store(cPtr, f32x4.add(c11, bias1), 16)
  }
  if (ROWS > 2) {
    cPtr += ldcBytes
    v128.store(cPtr, f32x4.add(c20, bias0))
    if (WIDE) v128.store(cPtr, f32x4.add(c21, bias1), 16)
  }
  if (ROWS > 3) {
    cPtr += ldcBytes
    v128.store(cPtr, f32x4.add(c30, bias0))
    if (WIDE) v128.store(cPtr, f32x4.add(c31, bias1), 16)
  }
}

function tile4x8(a0: usize, a1: usize, a2: usize, a3: usize, b: usize, bias: usize, c: usize, ldc: usize, k: i32): void {
  tileNN(4, true, a0, a1, a2, a3, b, bias, c, ldc, k)
}
function tile4x4(a0: usize, a1: usize, a2: usize, a3: usize, b: usize, bias: usize, c: usize, ldc: usize, k: i32): void {
  tileNN(4, false, a0, a1, a2, a3, b, bias, c, ldc, k)
}
function tile2x8(a0: usize, a1: usize, b: usize, bias: usize, c: usize, ldc: usize, k: i32): void {
  tileNN(2, true, a0, a1, a0, a0, b, bias, c, ldc, k)
}
function tile2x4(a0: usize, a1: usize, b: usize, bias: usize, c: usize, ldc: usize, k: i32): void {
  tileNN(2, false, a0, a1, a0, a0, b, bias, c, ldc, k)
}
function tile1x8(a0: usize, b: usize, bias: usize, c: usize, k: i32): void {
  tileNN(1, true, a0, a0, a0, a0, b, bias, c, 0, k)
}
function tile1x4(a0: usize, b: usize, bias: usize, c: usize, k: i32): void {
  tileNN(1, false, a0, a0, a0, a0, b, bias, c, 0, k)
}

/**
 * C[r, j] = Σ_i A[r, i] · B[i, j] + bias[j] for r in [from, to) and j < n; columns n … padded(n) become the bias
 * plus 0, so they stay zero where the padding of B and bias is zero.
 *
 * A: rows of k at stride lda, or through a table of row offsets. B: panels with `bRows` rows a panel, the first k of
 * them used. bias: padded(n), or 0 for none. C: row-major, stride padded(n).
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
): void {
  assert(0 <= from && k > 0 && n > 0 && bRows >= k)
  assert(cPtr != 0 && bPtr != 0 && (tablePtr != 0 || (aPtr != 0 && lda >= k)))
  const columns = padded(n)
  const ldc = (<usize>columns) << 2
  for (let j = 0; j < columns; j += PANEL) {
    const wide = columns - j >= PANEL
    const b = bPtr + ((<usize>(j * bRows)) << 2)
    const bias = biasPtr ? biasPtr + ((<usize>j) << 2) : 0
    let c = cPtr + <usize>from * ldc + ((<usize>j) << 2)
    let r = from
    for (; r + 4 <= to; r += 4) {
      const a0 = rowPtr(aPtr, lda, tablePtr, r)
      const a1 = rowPtr(aPtr, lda, tablePtr, r + 1)
      const a2 = rowPtr(aPtr, lda, tablePtr, r + 2)
      const a3 = rowPtr(aPtr, lda, tablePtr, r + 3)
      if (wide) tile4x8(a0, a1, a2, a3, b, bias, c, ldc, k)
      else tile4x4(a0, a1, a2, a3, b, bias, c, ldc, k)
      c += ldc << 2
    }
    if (r + 2 <= to) {
      const a0 = rowPtr(aPtr, lda, tablePtr, r)
      const a1 = rowPtr(aPtr, lda, tablePtr, r + 1)
      if (wide) tile2x8(a0, a1, b, bias, c, ldc, k)
      else tile2x4(a0, a1, b, bias, c, ldc, k)
      c += ldc << 1
      r += 2
    }
    if (r < to) {
      const a0 = rowPtr(aPtr, lda, tablePtr, r)
      if (wide) tile1x8(a0, b, bias, c, k)
      else tile1x4(a0, b, bias, c, k)
    }
  }
}

/**
 * A tile of the gradient, 4 × (8 if WIDE, else 4), over all rows of the batch, then the update rule on it. With
 * TABLE the rows of A come from a table of row offsets. TAIL: only the first `kRows` of the 4 rows of G exist; the
 * others are given zero sums, which leaves the zeros of the padding as they are.
 */
@inline
function tileTN(
  WIDE: bool,
  TABLE: bool,
  TAIL: bool,
  kRows: i32,
  rows: i32,
  aPtr: usize,
  ldaBytes: usize,
  tablePtr: usize,
  dPtr: usize,
  lddBytes: usize,
  gPtr: usize,
  gtPtr: usize,
  gtStride: usize,
  rule: i32,
  scale: f32,
): void {
  let c00 = f32x4.splat(0)
  let c01 = c00
  let c10 = c00
  let c11 = c00
  let c20 = c00
  let c21 = c00
  let c30 = c00
  let c31 = c00
  // Beyond the last row of G the tile reads the last one again: a load past the end could meet anything, and the
  // CPU is slow on subnormal numbers.
  let at1: usize = 4
  let at2: usize = 8
  let at3: usize = 12
  if (TAIL) {
    at1 = kRows > 1 ? 4 : 0
    at2 = kRows > 2 ? 8 : 0
    at3 = 0
  }
  const end = dPtr + <usize>rows * lddBytes
  while (dPtr < end) {
    const a = TABLE ? aPtr + ((<usize>load<u32>(tablePtr)) << 2) : aPtr
    const d0 = v128.load(dPtr)
    let d1 = d0
    if (WIDE) d1 = v128.load(dPtr, 16)
    const x0 = v128.load32_splat(a)
    c00 = madd(x0, d0, c00)
    if (WIDE) c01 = madd(x0, d1, c01)
    const x1 = TAIL ? v128.load32_splat(a + at1) : v128.load32_splat(a, 4)
    c10 = madd(x1, d0, c10)
    if (WIDE) c11 = madd(x1, d1, c11)
    const x2 = TAIL ? v128.load32_splat(a + at2) : v128.load32_splat(a, 8)
    c20 = madd(x2, d0, c20)
    if (WIDE) c21 = madd(x2, d1, c21)
    const x3 = TAIL ? v128.load32_splat(a + at3) : v128.load32_splat(a, 12)
    c30 = madd(x3, d0, c30)
    if (WIDE) c31 = madd(x3, d1, c31)
    if (TABLE) tablePtr += 4
    else aPtr += ldaBytes
    dPtr += lddBytes
  }
  if (TAIL) {
    const none = f32x4.splat(0)
    if (kRows < 2) {
      c10 = none
      c11 = none
    }
    if (kRows < 3) {
      c20 = none
      c21 = none
    }
    c30 = none
    c31 = none
  }
  const s = f32x4.splat(scale)
  const row: usize = WIDE ? 32 : 16
  c00 = applyRule(rule, gPtr, c00, s)
  c10 = applyRule(rule, gPtr + row, c10, s)
  c20 = applyRule(rule, gPtr + 2 * row, c20, s)
  c30 = applyRule(rule, gPtr + 3 * row, c30, s)
  if (WIDE) {
    c01 = applyRule(rule, gPtr + 16, c01, s)
    c11 = applyRule(rule, gPtr + 48, c11, s)
    c21 = applyRule(rule, gPtr + 80, c21, s)
    c31 = applyRule(rule, gPtr + 112, c31, s)
  }
  if (gtPtr) {
    storeTransposed(gtPtr, gtStride, c00, c10, c20, c30)
    if (WIDE) storeTransposed(gtPtr + 4 * gtStride, gtStride, c01, c11, c21, c31)
  }
}

/** Stores the 4 × 4 matrix with the rows a, b, c, d transposed, its rows `stride` bytes apart. */
@inline
function storeTransposed(ptr: usize, stride: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
  const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
  v128.store(ptr, v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5))
  v128.store(ptr + stride, v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7))
  v128.store(ptr + 2 * stride, v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5))
  v128.store(ptr + 3 * stride, v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7))
}

function tileTN8(
  rows: i32, a: usize, lda: usize, d: usize, ldd: usize, g: usize, gt: usize, gtStride: usize, rule: i32, scale: f32,
): void {
  tileTN(true, false, false, 4, rows, a, lda, 0, d, ldd, g, gt, gtStride, rule, scale)
}
function tileTN4(
  rows: i32, a: usize, lda: usize, d: usize, ldd: usize, g: usize, gt: usize, gtStride: usize, rule: i32, scale: f32,
): void {
  tileTN(false, false, false, 4, rows, a, lda, 0, d, ldd, g, gt, gtStride, rule, scale)
}
function tileTN8Table(
  rows: i32, a: usize, table: usize, d: usize, ldd: usize, g: usize, gt: usize, gtStride: usize, rule: i32, scale: f32,
): void {
  tileTN(true, true, false, 4, rows, a, 0, table, d, ldd, g, gt, gtStride, rule, scale)
}
function tileTN4Table(
  rows: i32, a: usize, table: usize, d: usize, ldd: usize, g: usize, gt: usize, gtStride: usize, rule: i32, scale: f32,
): void {
  tileTN(false, true, false, 4, rows, a, 0, table, d, ldd, g, gt, gtStride, rule, scale)
}
function tileTNTail(
  wide: bool, kRows: i32, rows: i32, a: usize, lda: usize, table: usize, d: usize, ldd: usize, g: usize, gt: usize,
  gtStride: usize, rule: i32, scale: f32,
): void {
  if (table) {
    if (wide) tileTN(true, true, true, kRows, rows, a, 0, table, d, ldd, g, gt, gtStride, rule, scale)
    else tileTN(false, true, true, kRows, rows, a, 0, table, d, ldd, g, gt, gtStride, rule, scale)
  } else {
    if (wide) tileTN(true, false, true, kRows, rows, a, lda, 0, d, ldd, g, gt, gtStride, rule, scale)
    else tileTN(false, false, true, kRows, rows, a, lda, 0, d, ldd, g, gt, gtStride, rule, scale)
  }
}

/** Tiles of a k × n gradient: 4 rows by one panel each, counted down each panel in turn. */
@inline
export function tilesTN(k: i32, n: i32): i32 {
  return ((k + 3) >> 2) * ((padded(n) + (PANEL - 1)) / PANEL)
}

/**
 * rule(G, Σ_r A[r, i] · D[r, j], scale) for the tiles [from, to) of G (i < k, j < n), each complete over all rows of
 * the batch; where gtPtr is given, the same new values also go to the panels of Gᵀ (padded(n) rows a panel).
 *
 * A: rows of k at stride lda, or through a table of row offsets. D: row-major, stride padded(n), its padding zero.
 * G: panels with padded(k) rows a panel.
 */
export function gemmTN(
  from: i32,
  to: i32,
  rows: i32,
  aPtr: usize,
  lda: i32,
  tablePtr: usize,
  dPtr: usize,
  gPtr: usize,
  gtPtr: usize,
  k: i32,
  n: i32,
  rule: i32,
  scale: f32,
): void {
  assert(0 <= from && to <= tilesTN(k, n) && rows > 0)
  assert(gPtr != 0 && dPtr != 0 && (tablePtr != 0 || (aPtr != 0 && lda >= k)))
  const columns = padded(n)
  const kColumns = padded(k)
  const ldd = (<usize>columns) << 2
  const ldaBytes = (<usize>lda) << 2
  const perPanel = kColumns >> 2
  let panel = from / perPanel
  let i = (from - panel * perPanel) << 2
  for (let tile = from; tile < to; ++tile) {
    const j = panel * PANEL
    const wide = columns - j >= PANEL
    let a = (<usize>i) << 2
    if (!tablePtr) a += aPtr
    const d = dPtr + ((<usize>j) << 2)
    const g = gPtr + ((<usize>(j * kColumns + i * (wide ? PANEL : LANES))) << 2)
    let gt: usize = 0
    let gtStride: usize = 0
    if (gtPtr) {
      const slice = i & ~(PANEL - 1)
      const width = min(PANEL, kColumns - slice)
      gtStride = (<usize>width) << 2
      gt = gtPtr + ((<usize>(slice * columns + j * width + (i - slice))) << 2)
    }
    if (i + 4 > k) {
      tileTNTail(wide, k - i, rows, a, ldaBytes, tablePtr, d, ldd, g, gt, gtStride, rule, scale)
    } else if (tablePtr) {
      if (wide) tileTN8Table(rows, a, tablePtr, d, ldd, g, gt, gtStride, rule, scale)
      else tileTN4Table(rows, a, tablePtr, d, ldd, g, gt, gtStride, rule, scale)
    } else {
      if (wide) tileTN8(rows, a, ldaBytes, d, ldd, g, gt, gtStride, rule, scale)
      else tileTN4(rows, a, ldaBytes, d, ldd, g, gt, gtStride, rule, scale)
    }
    i += 4
    if (i >= kColumns) {
      i = 0
      panel += 1
    }
  }
}

/** rule(b, Σ_r D[r, j], scale) for the groups of four columns [from, to) of D (rows × n, stride padded(n)). */
export function sumRows(from: i32, to: i32, rows: i32, dPtr: usize, n: i32, bPtr: usize, rule: i32, scale: f32): void {
  assert(0 <= from && to <= padded(n) >> 2 && dPtr != 0 && bPtr != 0)
  const ldd = (<usize>padded(n)) << 2
  const s = f32x4.splat(scale)
  for (let group = from; group < to; ++group) {
    let sum = f32x4.splat(0)
    let d = dPtr + ((<usize>group) << 4)
    const end = d + <usize>rows * ldd
    while (d < end) {
      sum = f32x4.add(sum, v128.load(d))
      d += ldd
    }
    applyRule(rule, bPtr + ((<usize>group) << 4), sum, s)
  }
}
