// G (k × n) = Aᵀ (k × rows) · D (rows × n), handed to the update rule tile by tile: the gradient and the step.
//
// Each element of G is one sum over the rows of the batch, taken from 0 in their order, whatever the tile or the
// thread. G is kept in panels, as drawn in gemm-nn.ts.

import { LANES, LARGE, PACK_BLOCK, PAIRED, PANEL } from './abi'
import { isNarrowTN, narrowTN } from './narrow'
import { baseDistance, basePtr, stepOf } from './optimizer'
import { packColumns, packPanel, transposeRows } from './pack'
import { padded } from './panels'
import { madd } from './simd'

/**
 * A tile of the gradient, ROWS (4 or 6) by VECTORS (1, 2 or 4) times 4, over all rows of the batch, then the update rule
 * on it. `a` is packed, ROWS elements for each row of the batch. `pair` is the distance to the second panel.
 */
@inline
function tile(
  ROWS: i32,
  VECTORS: i32,
  rows: i32,
  a: usize,
  d: usize,
  ldd: usize,
  g: usize,
  pair: usize,
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
  let c40 = c00
  let c41 = c00
  let c42 = c00
  let c43 = c00
  let c50 = c00
  let c51 = c00
  let c52 = c00
  let c53 = c00
  const end = d + <usize>rows * ldd
  while (d < end) {
    const d0 = v128.load(d)
    let d1 = d0
    let d2 = d0
    let d3 = d0
    if (VECTORS > 1) d1 = v128.load(d, 16)
    if (VECTORS > 2) {
      d2 = v128.load(d, 32)
      d3 = v128.load(d, 48)
    }
    const x0 = v128.load32_splat(a)
    c00 = madd(x0, d0, c00)
    if (VECTORS > 1) c01 = madd(x0, d1, c01)
    if (VECTORS > 2) {
      c02 = madd(x0, d2, c02)
      c03 = madd(x0, d3, c03)
    }
    const x1 = v128.load32_splat(a, 4)
    c10 = madd(x1, d0, c10)
    if (VECTORS > 1) c11 = madd(x1, d1, c11)
    if (VECTORS > 2) {
      c12 = madd(x1, d2, c12)
      c13 = madd(x1, d3, c13)
    }
    const x2 = v128.load32_splat(a, 8)
    c20 = madd(x2, d0, c20)
    if (VECTORS > 1) c21 = madd(x2, d1, c21)
    if (VECTORS > 2) {
      c22 = madd(x2, d2, c22)
      c23 = madd(x2, d3, c23)
    }
    const x3 = v128.load32_splat(a, 12)
    c30 = madd(x3, d0, c30)
    if (VECTORS > 1) c31 = madd(x3, d1, c31)
    if (VECTORS > 2) {
      c32 = madd(x3, d2, c32)
      c33 = madd(x3, d3, c33)
    }
    if (ROWS > 4) {
      const x4 = v128.load32_splat(a, 16)
      c40 = madd(x4, d0, c40)
      if (VECTORS > 1) c41 = madd(x4, d1, c41)
      if (VECTORS > 2) {
        c42 = madd(x4, d2, c42)
        c43 = madd(x4, d3, c43)
      }
      const x5 = v128.load32_splat(a, 20)
      c50 = madd(x5, d0, c50)
      if (VECTORS > 1) c51 = madd(x5, d1, c51)
      if (VECTORS > 2) {
        c52 = madd(x5, d2, c52)
        c53 = madd(x5, d3, c53)
      }
    }
    a += ROWS << 2
    d += ldd
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
  if (ROWS > 4) {
    c40 = madd(s, c40, v128.load(base + 4 * baseWidth))
    if (VECTORS > 1) c41 = madd(s, c41, v128.load(base + 4 * baseWidth, 16))
    c50 = madd(s, c50, v128.load(base + 5 * baseWidth))
    if (VECTORS > 1) c51 = madd(s, c51, v128.load(base + 5 * baseWidth, 16))
  }
  if (VECTORS > 2) {
    c02 = madd(s, c02, v128.load(basePair))
    c03 = madd(s, c03, v128.load(basePair, 16))
    c12 = madd(s, c12, v128.load(basePair + baseWidth))
    c13 = madd(s, c13, v128.load(basePair + baseWidth, 16))
    c22 = madd(s, c22, v128.load(basePair + 2 * baseWidth))
    c23 = madd(s, c23, v128.load(basePair + 2 * baseWidth, 16))
    c32 = madd(s, c32, v128.load(basePair + 3 * baseWidth))
    c33 = madd(s, c33, v128.load(basePair + 3 * baseWidth, 16))
    if (ROWS > 4) {
      c42 = madd(s, c42, v128.load(basePair + 4 * baseWidth))
      c43 = madd(s, c43, v128.load(basePair + 4 * baseWidth, 16))
      c52 = madd(s, c52, v128.load(basePair + 5 * baseWidth))
      c53 = madd(s, c53, v128.load(basePair + 5 * baseWidth, 16))
    }
  }
  // Offsets that are all constants: to V8 two stores lie side by side only where they share a base.
  if (VECTORS == 1) {
    v128.store(g, c00)
    v128.store(g, c10, 16)
    v128.store(g, c20, 32)
    v128.store(g, c30, 48)
    if (ROWS > 4) {
      v128.store(g, c40, 64)
      v128.store(g, c50, 80)
    }
  } else {
    v128.store(g, c00)
    v128.store(g, c01, 16)
    v128.store(g, c10, 32)
    v128.store(g, c11, 48)
    v128.store(g, c20, 64)
    v128.store(g, c21, 80)
    v128.store(g, c30, 96)
    v128.store(g, c31, 112)
    if (ROWS > 4) {
      v128.store(g, c40, 128)
      v128.store(g, c41, 144)
      v128.store(g, c50, 160)
      v128.store(g, c51, 176)
    }
  }
  if (VECTORS > 2) {
    const second = g + pair
    v128.store(second, c02)
    v128.store(second, c03, 16)
    v128.store(second, c12, 32)
    v128.store(second, c13, 48)
    v128.store(second, c22, 64)
    v128.store(second, c23, 80)
    v128.store(second, c32, 96)
    v128.store(second, c33, 112)
    if (ROWS > 4) {
      v128.store(second, c42, 128)
      v128.store(second, c43, 144)
      v128.store(second, c52, 160)
      v128.store(second, c53, 176)
    }
  }
}

function tile6x16(
  rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, rule: i32, step: f32,
): void {
  tile(6, 4, rows, a, d, ldd, g, pair, rule, step)
}
function tile6x8(
  rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, rule: i32, step: f32,
): void {
  tile(6, 2, rows, a, d, ldd, g, pair, rule, step)
}
function tile6x4(
  rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, rule: i32, step: f32,
): void {
  tile(6, 1, rows, a, d, ldd, g, pair, rule, step)
}
function tile4x16(
  rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, rule: i32, step: f32,
): void {
  tile(4, 4, rows, a, d, ldd, g, pair, rule, step)
}
function tile4x8(
  rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, rule: i32, step: f32,
): void {
  tile(4, 2, rows, a, d, ldd, g, pair, rule, step)
}
function tile4x4(
  rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, rule: i32, step: f32,
): void {
  tile(4, 1, rows, a, d, ldd, g, pair, rule, step)
}
/** `count` tiles of ROWS rows by VECTORS times 4, one below the other. */
@inline
function strip(
  ROWS: i32, VECTORS: i32, count: i32, rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, rule: i32,
  step: f32,
): void {
  for (let i = 0; i < count; ++i) {
    if (ROWS == 6 && VECTORS == 4) tile6x16(rows, a, d, ldd, g, pair, rule, step)
    if (ROWS == 6 && VECTORS == 2) tile6x8(rows, a, d, ldd, g, pair, rule, step)
    if (ROWS == 6 && VECTORS == 1) tile6x4(rows, a, d, ldd, g, pair, rule, step)
    if (ROWS == 4 && VECTORS == 4) tile4x16(rows, a, d, ldd, g, pair, rule, step)
    if (ROWS == 4 && VECTORS == 2) tile4x8(rows, a, d, ldd, g, pair, rule, step)
    if (ROWS == 4 && VECTORS == 1) tile4x4(rows, a, d, ldd, g, pair, rule, step)
    a += <usize>(rows * ROWS) << 2
    g += <usize>ROWS * (VECTORS > 1 ? 32 : 16)
  }
}

function strip6x16(
  count: i32, rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, rule: i32, step: f32,
): void {
  strip(6, 4, count, rows, a, d, ldd, g, pair, rule, step)
}
function strip6x8(
  count: i32, rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, rule: i32, step: f32,
): void {
  strip(6, 2, count, rows, a, d, ldd, g, pair, rule, step)
}
function strip6x4(
  count: i32, rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, rule: i32, step: f32,
): void {
  strip(6, 1, count, rows, a, d, ldd, g, pair, rule, step)
}
function strip4x16(
  count: i32, rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, rule: i32, step: f32,
): void {
  strip(4, 4, count, rows, a, d, ldd, g, pair, rule, step)
}
function strip4x8(
  count: i32, rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, rule: i32, step: f32,
): void {
  strip(4, 2, count, rows, a, d, ldd, g, pair, rule, step)
}
function strip4x4(
  count: i32, rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, rule: i32, step: f32,
): void {
  strip(4, 1, count, rows, a, d, ldd, g, pair, rule, step)
}

/** Batches with fewer rows read D where it lies: it is in L1. */
const PACK_ROWS = 24

/**
 * rule(G, Σ_r A[r, i] · D[r, j], scale) for the quarters [from, to) of G's rows, rows 4 · from … 4 · to, and its
 * columns [jFrom, jTo), whole panels of them, complete over all rows of the batch; where gtPtr is given, the same new
 * values also go to the panels of Gᵀ (padded(n) rows a panel).
 *
 * A: rows of k at stride lda, or through a table of row offsets. D: row-major, stride padded(n), its padding zero.
 * G: panels with padded(k) rows a panel. tiles: flags of abi.ts. packPtr: room for rows · PACK_COLUMNS.
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
  jFrom: i32,
  jTo: i32,
): void {
  assert(0 <= from && to <= padded(k) >> 2 && rows > 0)
  assert(gPtr != 0 && dPtr != 0 && packPtr != 0 && (tablePtr != 0 || (aPtr != 0 && lda >= k)))
  if (isNarrowTN(rows, k, n)) {
    narrowTN(from, to, rows, aPtr, lda, tablePtr, dPtr, gPtr, gtPtr, k, n, rule, scale, jFrom, jTo)
    return
  }
  const columns = padded(n)
  const kColumns = padded(k)
  const pair = (<usize>(kColumns * PANEL)) << 2
  const step = stepOf(rule, scale)
  const widest = tiles & PAIRED ? 2 * PANEL : PANEL
  const large = ASC_FEATURE_RELAXED_SIMD && (tiles & LARGE) != 0
  const panelPtr = packPtr + ((<usize>(rows * PACK_BLOCK)) << 2)
  const last = to << 2
  for (let first = from << 2; first < last; first += PACK_BLOCK) {
    const end = min(first + PACK_BLOCK, last)
    // Tiles of 6 rows, and of 4 for what is left: rows come in fours, so 8 are two of 4.
    const sixes = large ? (end - first) / 6 - i32((end - first) % 6 == 2) : 0
    const fours = (end - first - 6 * sixes) >> 2
    const split = 6 * sixes
    packColumns(rows, aPtr, lda, tablePtr, first, sixes, fours, k, packPtr)
    const aFours = packPtr + ((<usize>(split * rows)) << 2)
    let j = jFrom
    while (j < jTo) {
      const left = jTo - j
      const width = left >= widest ? widest : left >= PANEL ? PANEL : LANES
      let d = dPtr + ((<usize>j) << 2)
      let ldd = (<usize>columns) << 2
      if (rows >= PACK_ROWS) {
        packPanel(rows, d, ldd, width, panelPtr)
        d = panelPtr
        ldd = (<usize>width) << 2
      }
      const rowLength = min(width, PANEL)
      const g = gPtr + ((<usize>(j * kColumns + first * rowLength)) << 2)
      const gFours = g + ((<usize>(split * rowLength)) << 2)
      if (width > PANEL) {
        if (large) strip6x16(sixes, rows, packPtr, d, ldd, g, pair, rule, step)
        strip4x16(fours, rows, aFours, d, ldd, gFours, pair, rule, step)
      } else if (width == PANEL) {
        if (large) strip6x8(sixes, rows, packPtr, d, ldd, g, 0, rule, step)
        strip4x8(fours, rows, aFours, d, ldd, gFours, 0, rule, step)
      } else {
        if (large) strip6x4(sixes, rows, packPtr, d, ldd, g, 0, rule, step)
        strip4x4(fours, rows, aFours, d, ldd, gFours, 0, rule, step)
      }
      if (gtPtr) {
        transposeRows(first, end, j, rowLength, g, gtPtr, kColumns, columns)
        if (width > PANEL) transposeRows(first, end, j + PANEL, PANEL, g + pair, gtPtr, kColumns, columns)
      }
      j += width
    }
  }
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
