// G (k × n) = Aᵀ (k × rows) · D (rows × n), handed to the update rule tile by tile: the gradient and the step.
//
// Each element of G is one sum over the rows of the batch, taken from 0 in their order, whatever the tile or the
// thread. G is kept in panels, as drawn in gemm-nn.ts.

import { LANES, PACK_COLUMNS, PAIRED, PANEL } from './abi'
import { baseDistance, basePtr, stepOf } from './optimizer'
import { padded, rowPtr } from './panels'
import { loadPart, madd } from './simd'

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
 * A tile of the gradient, 4 rows by VECTORS (1, 2 or 4) times 4, over all rows of the batch, then the update rule on
 * it. With TABLE the rows of A come from a table of row offsets. With TAIL only the first `kRows` of the 4 rows of G
 * exist; the others are given zero sums, which leaves the zeros of the padding as they are. `pair` is the distance to
 * the second panel.
 */
@inline
function tile(
  VECTORS: i32,
  TABLE: bool,
  TAIL: bool,
  kRows: i32,
  rows: i32,
  a: usize,
  lda: usize,
  d: usize,
  ldd: usize,
  g: usize,
  pair: usize,
  gt: usize,
  gtStride: usize,
  rule: i32,
  step: f32,
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
  // Beyond the last row of G the tile reads the first one again: a load past the end could meet anything, and the
  // CPU is slow on subnormal numbers.
  const at1: usize = TAIL && kRows < 2 ? 0 : 4
  const at2: usize = TAIL && kRows < 3 ? 0 : 8
  const at3: usize = TAIL ? 0 : 12
  const end = d + <usize>rows * ldd
  while (d < end) {
    // With a table `a` walks through it, and `lda` is the byte offset of the tile within each row.
    const row = TABLE ? ((<usize>load<u32>(a)) << 2) + lda : a
    const d0 = v128.load(d)
    let d1 = d0
    let d2 = d0
    let d3 = d0
    if (VECTORS > 1) d1 = v128.load(d, 16)
    if (VECTORS > 2) {
      d2 = v128.load(d, 32)
      d3 = v128.load(d, 48)
    }
    const x0 = v128.load32_splat(row)
    c00 = madd(x0, d0, c00)
    if (VECTORS > 1) c01 = madd(x0, d1, c01)
    if (VECTORS > 2) {
      c02 = madd(x0, d2, c02)
      c03 = madd(x0, d3, c03)
    }
    const x1 = TAIL ? v128.load32_splat(row + at1) : v128.load32_splat(row, 4)
    c10 = madd(x1, d0, c10)
    if (VECTORS > 1) c11 = madd(x1, d1, c11)
    if (VECTORS > 2) {
      c12 = madd(x1, d2, c12)
      c13 = madd(x1, d3, c13)
    }
    const x2 = TAIL ? v128.load32_splat(row + at2) : v128.load32_splat(row, 8)
    c20 = madd(x2, d0, c20)
    if (VECTORS > 1) c21 = madd(x2, d1, c21)
    if (VECTORS > 2) {
      c22 = madd(x2, d2, c22)
      c23 = madd(x2, d3, c23)
    }
    const x3 = TAIL ? v128.load32_splat(row + at3) : v128.load32_splat(row, 12)
    c30 = madd(x3, d0, c30)
    if (VECTORS > 1) c31 = madd(x3, d1, c31)
    if (VECTORS > 2) {
      c32 = madd(x3, d2, c32)
      c33 = madd(x3, d3, c33)
    }
    a += TABLE ? 4 : lda
    d += ldd
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
  // Everything is read before anything is stored, and nothing branches: see gemm-nn.ts.
  const s = f32x4.splat(step)
  const width: usize = VECTORS > 1 ? 32 : 16
  const base = basePtr(rule, g)
  const baseWidth = baseDistance(rule, width)
  const basePair = base + baseDistance(rule, pair)
  c00 = madd(s, c00, v128.load(base))
  if (VECTORS > 1) c01 = madd(s, c01, v128.load(base, 16))
  c10 = madd(s, c10, v128.load(base + baseWidth))
  if (VECTORS > 1) c11 = madd(s, c11, v128.load(base + baseWidth, 16))
  c20 = madd(s, c20, v128.load(base + 2 * baseWidth))
  if (VECTORS > 1) c21 = madd(s, c21, v128.load(base + 2 * baseWidth, 16))
  c30 = madd(s, c30, v128.load(base + 3 * baseWidth))
  if (VECTORS > 1) c31 = madd(s, c31, v128.load(base + 3 * baseWidth, 16))
  if (VECTORS > 2) {
    c02 = madd(s, c02, v128.load(basePair))
    c03 = madd(s, c03, v128.load(basePair, 16))
    c12 = madd(s, c12, v128.load(basePair + baseWidth))
    c13 = madd(s, c13, v128.load(basePair + baseWidth, 16))
    c22 = madd(s, c22, v128.load(basePair + 2 * baseWidth))
    c23 = madd(s, c23, v128.load(basePair + 2 * baseWidth, 16))
    c32 = madd(s, c32, v128.load(basePair + 3 * baseWidth))
    c33 = madd(s, c33, v128.load(basePair + 3 * baseWidth, 16))
  }
  v128.store(g, c00)
  if (VECTORS > 1) v128.store(g, c01, 16)
  v128.store(g + width, c10)
  if (VECTORS > 1) v128.store(g + width, c11, 16)
  v128.store(g + 2 * width, c20)
  if (VECTORS > 1) v128.store(g + 2 * width, c21, 16)
  v128.store(g + 3 * width, c30)
  if (VECTORS > 1) v128.store(g + 3 * width, c31, 16)
  if (VECTORS > 2) {
    v128.store(g + pair, c02)
    v128.store(g + pair, c03, 16)
    v128.store(g + pair + width, c12)
    v128.store(g + pair + width, c13, 16)
    v128.store(g + pair + 2 * width, c22)
    v128.store(g + pair + 2 * width, c23, 16)
    v128.store(g + pair + 3 * width, c32)
    v128.store(g + pair + 3 * width, c33, 16)
  }
  if (gt) {
    transpose4x4(g, width, gt, gtStride)
    if (VECTORS > 1) transpose4x4(g + 16, width, gt + 4 * gtStride, gtStride)
    if (VECTORS > 2) {
      transpose4x4(g + pair, width, gt + 8 * gtStride, gtStride)
      transpose4x4(g + pair + 16, width, gt + 12 * gtStride, gtStride)
    }
  }
}

function tile4x16(
  rows: i32, a: usize, lda: usize, d: usize, ldd: usize, g: usize, pair: usize, gt: usize, gtStride: usize, rule: i32,
  step: f32,
): void {
  tile(4, false, false, 4, rows, a, lda, d, ldd, g, pair, gt, gtStride, rule, step)
}
function tile4x8(
  rows: i32, a: usize, lda: usize, d: usize, ldd: usize, g: usize, pair: usize, gt: usize, gtStride: usize, rule: i32,
  step: f32,
): void {
  tile(2, false, false, 4, rows, a, lda, d, ldd, g, pair, gt, gtStride, rule, step)
}
function tile4x4(
  rows: i32, a: usize, lda: usize, d: usize, ldd: usize, g: usize, pair: usize, gt: usize, gtStride: usize, rule: i32,
  step: f32,
): void {
  tile(1, false, false, 4, rows, a, lda, d, ldd, g, pair, gt, gtStride, rule, step)
}
function tile4x16Table(
  rows: i32, a: usize, lda: usize, d: usize, ldd: usize, g: usize, pair: usize, gt: usize, gtStride: usize, rule: i32,
  step: f32,
): void {
  tile(4, true, false, 4, rows, a, lda, d, ldd, g, pair, gt, gtStride, rule, step)
}
function tile4x8Table(
  rows: i32, a: usize, lda: usize, d: usize, ldd: usize, g: usize, pair: usize, gt: usize, gtStride: usize, rule: i32,
  step: f32,
): void {
  tile(2, true, false, 4, rows, a, lda, d, ldd, g, pair, gt, gtStride, rule, step)
}
function tile4x4Table(
  rows: i32, a: usize, lda: usize, d: usize, ldd: usize, g: usize, pair: usize, gt: usize, gtStride: usize, rule: i32,
  step: f32,
): void {
  tile(1, true, false, 4, rows, a, lda, d, ldd, g, pair, gt, gtStride, rule, step)
}
function tileTail(
  full: bool, table: bool, kRows: i32, rows: i32, a: usize, lda: usize, d: usize, ldd: usize, g: usize, gt: usize,
  gtStride: usize, rule: i32, step: f32,
): void {
  if (table) {
    if (full) tile(2, true, true, kRows, rows, a, lda, d, ldd, g, 0, gt, gtStride, rule, step)
    else tile(1, true, true, kRows, rows, a, lda, d, ldd, g, 0, gt, gtStride, rule, step)
  } else {
    if (full) tile(2, false, true, kRows, rows, a, lda, d, ldd, g, 0, gt, gtStride, rule, step)
    else tile(1, false, true, kRows, rows, a, lda, d, ldd, g, 0, gt, gtStride, rule, step)
  }
}

/** The tile of G at (i, j), `columns` wide: two panels, one, or the last of 4. The operands are those of `tile`. */
@inline
function tileAt(
  columns: i32,
  table: bool,
  kRows: i32,
  rows: i32,
  a: usize,
  lda: usize,
  d: usize,
  ldd: usize,
  g: usize,
  pair: usize,
  gt: usize,
  gtStride: usize,
  rule: i32,
  step: f32,
): void {
  if (kRows < 4) {
    tileTail(columns >= PANEL, table, kRows, rows, a, lda, d, ldd, g, gt, gtStride, rule, step)
    if (columns > PANEL) {
      const next = gt ? gt + 8 * gtStride : 0
      tileTail(true, table, kRows, rows, a, lda, d + 32, ldd, g + pair, next, gtStride, rule, step)
    }
  } else if (table) {
    if (columns > PANEL) tile4x16Table(rows, a, lda, d, ldd, g, pair, gt, gtStride, rule, step)
    else if (columns == PANEL) tile4x8Table(rows, a, lda, d, ldd, g, 0, gt, gtStride, rule, step)
    else tile4x4Table(rows, a, lda, d, ldd, g, 0, gt, gtStride, rule, step)
  } else {
    if (columns > PANEL) tile4x16(rows, a, lda, d, ldd, g, pair, gt, gtStride, rule, step)
    else if (columns == PANEL) tile4x8(rows, a, lda, d, ldd, g, 0, gt, gtStride, rule, step)
    else tile4x4(rows, a, lda, d, ldd, g, 0, gt, gtStride, rule, step)
  }
}

/** Columns of A that are packed at once: with 256 rows, 64 KB. */
const K_BLOCK = PACK_COLUMNS - 2 * PANEL
/** Batches with fewer rows are in L1 as they lie. */
const PACK_ROWS = 24

/**
 * Packs the columns [i, end) of A into quarters, [(end − i) / 4][rows][4], zeros beyond column k: a tile then reads its
 * operand as one stream. Where the rows of A are a power of two apart, the lines of a column share a few sets of the
 * cache and as many pages as rows, and each tile would fetch them anew.
 */
function packColumns(
  rows: i32,
  aPtr: usize,
  lda: i32,
  tablePtr: usize,
  i: i32,
  end: i32,
  k: i32,
  toPtr: usize,
): void {
  const quarter = (<usize>rows) << 4
  const whole = min(end, k & ~(LANES - 1))
  for (let r = 0; r < rows; ++r) {
    let from = rowPtr(aPtr, lda, tablePtr, r) + ((<usize>i) << 2)
    let to = toPtr + ((<usize>r) << 4)
    let at = i
    for (; at < whole; at += LANES) {
      v128.store(to, v128.load(from))
      from += 16
      to += quarter
    }
    if (at < end) v128.store(to, loadPart(from, k - at))
  }
}

/** Packs `columns` columns of D from dPtr on into [rows][columns]. */
function packPanel(rows: i32, dPtr: usize, ldd: usize, columns: i32, toPtr: usize): void {
  const width = (<usize>columns) << 2
  for (let r = 0; r < rows; ++r) {
    for (let at: usize = 0; at < width; at += 16) v128.store(toPtr + at, v128.load(dPtr + at))
    dPtr += ldd
    toPtr += width
  }
}

/**
 * rule(G, Σ_r A[r, i] · D[r, j], scale) for the quarters [from, to) of G's rows, rows 4 · from … 4 · to, and all its
 * columns (i < k, j < n), complete over all rows of the batch; where gtPtr is given, the same new values also go to the
 * panels of Gᵀ (padded(n) rows a panel).
 *
 * A: rows of k at stride lda, or through a table of row offsets. D: row-major, stride padded(n), its padding zero.
 * G: panels with padded(k) rows a panel. tiles: PAIRED to take two panels at once. packPtr: room for rows · PACK_COLUMNS.
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
  tiles: i32,
  packPtr: usize,
): void {
  assert(0 <= from && to <= padded(k) >> 2 && rows > 0)
  assert(gPtr != 0 && dPtr != 0 && packPtr != 0 && (tablePtr != 0 || (aPtr != 0 && lda >= k)))
  const columns = padded(n)
  const kColumns = padded(k)
  const pair = (<usize>(kColumns * PANEL)) << 2
  const step = stepOf(rule, scale)
  const widest = tiles & PAIRED ? 2 * PANEL : PANEL
  const packs = rows >= PACK_ROWS
  const table = tablePtr != 0 && !packs
  const panelPtr = packPtr + ((<usize>(rows * K_BLOCK)) << 2)
  const last = to << 2
  for (let first = from << 2; first < last; first += K_BLOCK) {
    const end = min(first + K_BLOCK, last)
    if (packs) packColumns(rows, aPtr, lda, tablePtr, first, end, k, packPtr)
    let j = 0
    while (j < columns) {
      const left = columns - j
      const width = left >= widest ? widest : left >= PANEL ? PANEL : LANES
      let d = dPtr + ((<usize>j) << 2)
      let ldd = (<usize>columns) << 2
      if (packs) {
        packPanel(rows, d, ldd, width, panelPtr)
        d = panelPtr
        ldd = (<usize>width) << 2
      }
      const rowLength = min(width, PANEL)
      for (let i = first; i < end; i += 4) {
        const g = gPtr + ((<usize>(j * kColumns + i * rowLength)) << 2)
        const gt = transposedPtr(gtPtr, i, j, kColumns, columns)
        const gtStride = transposedStride(i, kColumns)
        if (packs) {
          const a = packPtr + ((<usize>((i - first) * rows)) << 2)
          tileAt(width, false, 4, rows, a, 16, d, ldd, g, pair, gt, gtStride, rule, step)
        } else {
          // With a table the rows are walked through it, and the stride is the offset within a row: see `tile`.
          const a = table ? tablePtr : aPtr + ((<usize>i) << 2)
          const lengths = table ? (<usize>i) << 2 : (<usize>lda) << 2
          tileAt(width, table, k - i, rows, a, lengths, d, ldd, g, pair, gt, gtStride, rule, step)
        }
      }
      j += width
    }
  }
}

/** Bytes between rows of the panel of Gᵀ that holds its column i. */
@inline
function transposedStride(i: i32, kColumns: i32): usize {
  return (<usize>min(PANEL, kColumns - (i & ~(PANEL - 1)))) << 2
}

/** Where element (j, i) of Gᵀ stands, 0 where there is none to write. */
@inline
function transposedPtr(gtPtr: usize, i: i32, j: i32, kColumns: i32, columns: i32): usize {
  if (!gtPtr) return 0
  const slice = i & ~(PANEL - 1)
  const width = min(PANEL, kColumns - slice)
  return gtPtr + ((<usize>(slice * columns + j * width + (i - slice))) << 2)
}

/** rule(b, Σ_r D[r, j], scale) for the groups of four columns [from, to) of D (rows × n, stride padded(n)). */
export function sumRows(from: i32, to: i32, rows: i32, dPtr: usize, n: i32, bPtr: usize, rule: i32, scale: f32): void {
  assert(0 <= from && to <= padded(n) >> 2 && dPtr != 0 && bPtr != 0)
  const ldd = (<usize>padded(n)) << 2
  const s = f32x4.splat(stepOf(rule, scale))
  for (let group = from; group < to; ++group) {
    let sum = f32x4.splat(0)
    let d = dPtr + ((<usize>group) << 4)
    const end = d + <usize>rows * ldd
    while (d < end) {
      sum = f32x4.add(sum, v128.load(d))
      d += ldd
    }
    const b = bPtr + ((<usize>group) << 4)
    v128.store(b, madd(s, sum, v128.load(basePtr(rule, b))))
  }
}
