// The products of narrow layers and of batches of one row, where choosing tiles and packing operands would take longer
// than the product: to the same sums as gemm-nn.ts and gemm-tn.ts, which hand them on.

import { LANES, PACK_BLOCK, PANEL } from '../abi/layout'
import { count, One, Two } from '../base/counts'
import { madd } from '../base/simd'
import { apply } from '../rules/apply'
import { baseDistance, basePtr, Update } from '../rules/update'
import { transposeRows } from './pack'
import { padded, rowPtr, ZEROS } from '../base/panels'
import { tile as tileNN } from './tile-nn'

// A of the gradient's product is packed to be read as one stream, once for each panel of D. Where it stays in L1 and there
// are two panels at most, its packing costs more than it saves (docs/kernels.md).
const L1_ELEMENTS = 4096
const NARROW = 2 * PANEL

/** True if the kernels of this file compute gemmTN faster: G is k × n, from a batch of `rows`. */
@inline
export function isNarrowTN(rows: i32, k: i32, n: i32): bool {
  return rows == 1 || (n <= NARROW && rows * k <= L1_ELEMENTS)
}

/** The same for gemmNN: one panel, and too few rows to gain from tiles of 6. */
@inline
export function isNarrowNN(rows: i32, columns: i32): bool {
  return columns <= PANEL && rows <= 8
}

/** The rows [from, to) of C, Vectors (1 or 2) times 4 wide, by tiles of 4 rows and of 1; c is row `from`. */
function panelRows<Vectors>(
  from: i32, to: i32, aPtr: usize, lda: i32, table: usize, b: usize, bias: usize, c: usize, k: i32,
): void {
  const ldc: usize = count<Vectors>() > 1 ? 32 : 16
  let r = from
  for (; r + 4 <= to; r += 4) {
    const a0 = rowPtr(aPtr, lda, table, r)
    const a1 = rowPtr(aPtr, lda, table, r + 1)
    const a2 = rowPtr(aPtr, lda, table, r + 2)
    const a3 = rowPtr(aPtr, lda, table, r + 3)
    tileNN(4, count<Vectors>(), a0, a1, a2, a3, a0, a0, b, 0, bias, c, ldc, k)
    c += 4 * ldc
  }
  for (; r < to; ++r) {
    const a = rowPtr(aPtr, lda, table, r)
    tileNN(1, count<Vectors>(), a, a, a, a, a, a, b, 0, bias, c, ldc, k)
    c += ldc
  }
}

/** The rows [from, to) of C = A · B + bias, of `columns` (4 or 8) columns; the operands are those of gemmNN. */
export function narrowNN(
  from: i32,
  to: i32,
  aPtr: usize,
  lda: i32,
  tablePtr: usize,
  bPtr: usize,
  biasPtr: usize,
  cPtr: usize,
  k: i32,
  columns: i32,
): void {
  const bias = biasPtr ? biasPtr : ZEROS
  const c = cPtr + ((<usize>(from * columns)) << 2)
  if (columns == PANEL) panelRows<Two>(from, to, aPtr, lda, tablePtr, bPtr, bias, c, k)
  else panelRows<One>(from, to, aPtr, lda, tablePtr, bPtr, bias, c, k)
}

/** ROWS (1, 2 or 4) rows of G by VECTORS (1 or 2) times 4, over all rows of the batch; x is A from the tile's first column on. */
@inline
function tile(
  ROWS: i32,
  VECTORS: i32,
  rows: i32,
  x: usize,
  lda: usize,
  table: usize,
  d: usize,
  ldd: usize,
  g: usize,
  adds: bool,
  step: f32,
): void {
  let c00 = f32x4.splat(0)
  let c01 = c00
  let c10 = c00
  let c11 = c00
  let c20 = c00
  let c21 = c00
  let c30 = c00
  let c31 = c00
  const end = d + <usize>rows * ldd
  while (d < end) {
    let a = x
    if (table) {
      a += (<usize>load<u32>(table)) << 2
      table += 4
    } else x += lda
    const d0 = v128.load(d)
    let d1 = d0
    if (VECTORS > 1) d1 = v128.load(d, 16)
    const x0 = v128.load32_splat(a)
    c00 = madd(x0, d0, c00)
    if (VECTORS > 1) c01 = madd(x0, d1, c01)
    if (ROWS > 1) {
      const x1 = v128.load32_splat(a, 4)
      c10 = madd(x1, d0, c10)
      if (VECTORS > 1) c11 = madd(x1, d1, c11)
    }
    if (ROWS > 2) {
      const x2 = v128.load32_splat(a, 8)
      c20 = madd(x2, d0, c20)
      if (VECTORS > 1) c21 = madd(x2, d1, c21)
      const x3 = v128.load32_splat(a, 12)
      c30 = madd(x3, d0, c30)
      if (VECTORS > 1) c31 = madd(x3, d1, c31)
    }
    d += ldd
  }
  // Everything is read before anything is stored: see tile-nn.ts.
  const s = f32x4.splat(step)
  const base = basePtr(adds, g)
  const next = baseDistance(adds, VECTORS > 1 ? 32 : 16)
  c00 = madd(s, c00, v128.load(base))
  if (VECTORS > 1) c01 = madd(s, c01, v128.load(base, 16))
  if (ROWS > 1) {
    c10 = madd(s, c10, v128.load(base + next))
    if (VECTORS > 1) c11 = madd(s, c11, v128.load(base + next, 16))
  }
  if (ROWS > 2) {
    c20 = madd(s, c20, v128.load(base + 2 * next))
    if (VECTORS > 1) c21 = madd(s, c21, v128.load(base + 2 * next, 16))
    c30 = madd(s, c30, v128.load(base + 3 * next))
    if (VECTORS > 1) c31 = madd(s, c31, v128.load(base + 3 * next, 16))
  }
  if (VECTORS == 1) {
    v128.store(g, c00)
    if (ROWS > 1) v128.store(g, c10, 16)
    if (ROWS > 2) {
      v128.store(g, c20, 32)
      v128.store(g, c30, 48)
    }
  } else {
    v128.store(g, c00)
    v128.store(g, c01, 16)
    if (ROWS > 1) {
      v128.store(g, c10, 32)
      v128.store(g, c11, 48)
    }
    if (ROWS > 2) {
      v128.store(g, c20, 64)
      v128.store(g, c21, 80)
      v128.store(g, c30, 96)
      v128.store(g, c31, 112)
    }
  }
}

/** `length` rows of G by Vectors times 4: tiles of 4 rows, then of 2 and 1. */
function strip<Vectors>(
  length: i32,
  rows: i32,
  x: usize,
  lda: usize,
  table: usize,
  d: usize,
  ldd: usize,
  g: usize,
  adds: bool,
  step: f32,
): void {
  for (; length >= 4; length -= 4) {
    tile(4, count<Vectors>(), rows, x, lda, table, d, ldd, g, adds, step)
    x += 16
    g += <usize>count<Vectors>() << 6
  }
  if (length & 2) {
    tile(2, count<Vectors>(), rows, x, lda, table, d, ldd, g, adds, step)
    x += 8
    g += <usize>count<Vectors>() << 5
  }
  if (length & 1) tile(1, count<Vectors>(), rows, x, lda, table, d, ldd, g, adds, step)
}

/** `length` rows of G by Vectors times 4 for a batch of one row: D stays in registers. */
function outer<Vectors>(length: i32, x: usize, d: usize, g: usize, adds: bool, step: f32): void {
  const zero = f32x4.splat(0)
  const s = f32x4.splat(step)
  const d0 = v128.load(d)
  const d1 = count<Vectors>() > 1 ? v128.load(d, 16) : d0
  const end = x + ((<usize>length) << 2)
  let base = basePtr(adds, g)
  const next = baseDistance(adds, <usize>count<Vectors>() << 4)
  while (x < end) {
    const x0 = v128.load32_splat(x)
    const c0 = madd(s, madd(x0, d0, zero), v128.load(base))
    if (count<Vectors>() > 1) {
      const c1 = madd(s, madd(x0, d1, zero), v128.load(base, 16))
      v128.store(g, c0)
      v128.store(g, c1, 16)
    } else v128.store(g, c0)
    x += 4
    base += next
    g += <usize>count<Vectors>() << 4
  }
}

/** `length` rows of G from row `first` on, all columns: see narrowTN. */
@inline
function narrowRows(
  first: i32, length: i32, rows: i32, aPtr: usize, lda: i32, tablePtr: usize, dPtr: usize, gPtr: usize, gtPtr: usize,
  kColumns: i32, columns: i32, adds: bool, step: f32, update: Update | null, jFrom: i32, jTo: i32,
): void {
  const ldd = (<usize>columns) << 2
  const stride = (<usize>lda) << 2
  const x: usize = (tablePtr ? <usize>0 : aPtr) + ((<usize>first) << 2)
  let j = jFrom
  while (j < jTo) {
    const width = jTo - j >= PANEL ? PANEL : LANES
    const d = dPtr + ((<usize>j) << 2)
    const g = gPtr + ((<usize>(j * kColumns + first * width)) << 2)
    const out = update ? update.strip : g
    if (rows == 1) {
      const a = tablePtr ? x + ((<usize>load<u32>(tablePtr)) << 2) : x
      if (width == PANEL) outer<Two>(length, a, d, out, adds, step)
      else outer<One>(length, a, d, out, adds, step)
    } else if (width == PANEL) strip<Two>(length, rows, x, stride, tablePtr, d, ldd, out, adds, step)
    else strip<One>(length, rows, x, stride, tablePtr, d, ldd, out, adds, step)
    if (update) apply(update, g, out, length * width)
    if (gtPtr) transposeRows(first, first + length, j, width, g, gtPtr, kColumns, columns)
    j += width
  }
}

/** As gemmTN, A read where it lies. No row of G's padding is touched: it is zero, and would stay so. */
export function narrowTN(
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
  adds: bool,
  step: f32,
  update: Update | null,
  jFrom: i32,
  jTo: i32,
): void {
  if (from == to) return
  const columns = padded(n)
  const kColumns = padded(k)
  const last = min(k, to << 2)
  if (!update) {
    const first = from << 2
    narrowRows(
      first, last - first, rows, aPtr, lda, tablePtr, dPtr, gPtr, gtPtr, kColumns, columns, adds, step, null, jFrom, jTo,
    )
    return
  }
  // A rule takes what a strip has room for.
  for (let first = from << 2; first < last; first += PACK_BLOCK) {
    const length = min(PACK_BLOCK, last - first)
    narrowRows(
      first, length, rows, aPtr, lda, tablePtr, dPtr, gPtr, gtPtr, kColumns, columns, adds, step, update, jFrom, jTo,
    )
  }
}
