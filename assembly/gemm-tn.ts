// G (k × n) = Aᵀ (k × rows) · D (rows × n), handed to the update rule tile by tile: the gradient and the step.
//
// Each element of G is one sum over the rows of the batch, taken from 0 in their order, whatever the tile or the
// thread. G is kept in panels, as drawn in gemm-nn.ts.

import { LANES, LARGE, PACK_BLOCK, PAIRED, PANEL } from './abi'
import { isNarrowTN, narrowTN } from './narrow'
import { basePtr, stepOf } from './optimizer'
import { packColumns, packPanel, transposeRows } from './pack'
import { padded } from './panels'
import { madd } from './simd'
import { tile } from './tile-tn'

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
