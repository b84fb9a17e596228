// G (k × n) = base + step · Aᵀ (k × rows) · D (rows × n): the gradient, or the step of plain SGD; and strip by strip what
// any other rule makes of it.
//
// Each element of G is one sum over the rows of the batch, taken from 0 in their order, whatever the tile or the
// thread. G is kept in panels, as drawn in gemm-nn.ts.

import { LANES, PACK_BLOCK, PAIRED, PANEL, STRIP, TALL } from '../abi/layout'
import { count, Four, One, Six, Two } from '../base/counts'
import { madd } from '../base/simd'
import { apply } from '../rules/apply'
import { basePtr, Update } from '../rules/update'
import { isNarrowTN, narrowTN } from './narrow'
import { packColumns, packPanel, transposeRows } from './pack'
import { padded } from '../base/panels'
import { tile } from './tile-tn'

/** A tile of Rows rows by Vectors times 4, as a function of its own: a strip calls it for each tile. */
function tileOf<Rows, Vectors>(
  rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, adds: bool, step: f32,
): void {
  tile(count<Rows>(), count<Vectors>(), rows, a, d, ldd, g, pair, adds, step)
}

/** `tiles` tiles of Rows rows by Vectors times 4, one below the other. */
function strip<Rows, Vectors>(
  tiles: i32, rows: i32, a: usize, d: usize, ldd: usize, g: usize, pair: usize, adds: bool, step: f32,
): void {
  for (let i = 0; i < tiles; ++i) {
    tileOf<Rows, Vectors>(rows, a, d, ldd, g, pair, adds, step)
    a += <usize>(rows * count<Rows>()) << 2
    g += <usize>count<Rows>() * (count<Vectors>() > 1 ? 32 : 16)
  }
}

/** Batches with fewer rows read D where it lies: it is in L1. */
const PACK_ROWS = 24

/**
 * G = base + step · Σ_r A[r, i] · D[r, j] for the fours [from, to) of G's rows, rows 4 · from … 4 · to, and its columns
 * [jFrom, jTo), whole panels of them, complete over all rows of the batch; where gtPtr is given, the same new values also
 * go to the panels of Gᵀ (padded(n) rows a panel). The base is G itself where `adds`, else 0. Where there is an update, G is
 * what its rule makes of G and of the sums, strip by strip.
 *
 * A: rows of k at stride lda, or through a table of row offsets. D: row-major, stride padded(n), its padding zero.
 * G: panels with padded(k) rows a panel. tiles: flags of abi/layout.ts. packPtr: room for rows · PACK_COLUMNS.
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
  adds: bool,
  step: f32,
  update: Update | null,
  tiles: i32,
  packPtr: usize,
  jFrom: i32,
  jTo: i32,
): void {
  assert(0 <= from && to <= padded(k) >> 2 && rows > 0)
  assert(gPtr != 0 && dPtr != 0 && packPtr != 0 && (tablePtr != 0 || (aPtr != 0 && lda >= k)))
  if (isNarrowTN(rows, k, n)) {
    narrowTN(from, to, rows, aPtr, lda, tablePtr, dPtr, gPtr, gtPtr, k, n, adds, step, update, jFrom, jTo)
    return
  }
  const columns = padded(n)
  const kColumns = padded(k)
  const panel = (<usize>(kColumns * PANEL)) << 2
  const widest = tiles & PAIRED ? 2 * PANEL : PANEL
  const tall = (tiles & TALL) != 0
  const panelPtr = packPtr + ((<usize>(rows * PACK_BLOCK)) << 2)
  const last = to << 2
  for (let first = from << 2; first < last; first += PACK_BLOCK) {
    const end = min(first + PACK_BLOCK, last)
    // Tiles of 6 rows, and of 4 for what is left: rows come in fours, so 8 are two of 4.
    const sixes = tall ? (end - first) / 6 - i32((end - first) % 6 == 2) : 0
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
      const out = update ? update.strip : g
      const pair: usize = width <= PANEL ? 0 : update ? (<usize>((end - first) * PANEL)) << 2 : panel
      const outFours = out + ((<usize>(split * rowLength)) << 2)
      if (width > PANEL) {
        if (tall) strip<Six, Four>(sixes, rows, packPtr, d, ldd, out, pair, adds, step)
        strip<Four, Four>(fours, rows, aFours, d, ldd, outFours, pair, adds, step)
      } else if (width == PANEL) {
        if (tall) strip<Six, Two>(sixes, rows, packPtr, d, ldd, out, 0, adds, step)
        strip<Four, Two>(fours, rows, aFours, d, ldd, outFours, 0, adds, step)
      } else {
        if (tall) strip<Six, One>(sixes, rows, packPtr, d, ldd, out, 0, adds, step)
        strip<Four, One>(fours, rows, aFours, d, ldd, outFours, 0, adds, step)
      }
      if (update) {
        apply(update, g, out, (end - first) * rowLength)
        if (width > PANEL) apply(update, g + panel, out + pair, (end - first) * PANEL)
      }
      if (gtPtr) {
        transposeRows(first, end, j, rowLength, g, gtPtr, kColumns, columns)
        if (width > PANEL) transposeRows(first, end, j + PANEL, PANEL, g + panel, gtPtr, kColumns, columns)
      }
      j += width
    }
  }
}

/** out = base + step · Σ_r D[r, j] for the fours [from, to); out is that of the first. */
@inline
function sumFours(from: i32, to: i32, rows: i32, dPtr: usize, ldd: usize, out: usize, adds: bool, step: f32): void {
  const s = f32x4.splat(step)
  for (let four = from; four < to; ++four) {
    let sum = f32x4.splat(0)
    let d = dPtr + ((<usize>four) << 4)
    const end = d + <usize>rows * ldd
    while (d < end) {
      sum = f32x4.add(sum, v128.load(d))
      d += ldd
    }
    v128.store(out, madd(s, sum, v128.load(basePtr(adds, out))))
    out += 16
  }
}

/** Fours of sums that an update is given at a time. */
const SUMS = STRIP / LANES

/**
 * b = base + step · Σ_r D[r, j] for the groups of four columns [from, to) of D (rows × n, stride padded(n)); base and update
 * as in gemmTN.
 */
export function sumRows(
  from: i32,
  to: i32,
  rows: i32,
  dPtr: usize,
  n: i32,
  bPtr: usize,
  adds: bool,
  step: f32,
  update: Update | null,
): void {
  assert(0 <= from && to <= padded(n) >> 2 && dPtr != 0 && bPtr != 0)
  const ldd = (<usize>padded(n)) << 2
  if (!update) {
    sumFours(from, to, rows, dPtr, ldd, bPtr + ((<usize>from) << 4), adds, step)
    return
  }
  for (let first = from; first < to; first += SUMS) {
    const last = min(first + SUMS, to)
    sumFours(first, last, rows, dPtr, ldd, update.strip, adds, step)
    apply(update, bPtr + ((<usize>first) << 4), update.strip, (last - first) * LANES)
  }
}
