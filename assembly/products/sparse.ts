// The first layer on data with many zeros: the products of gemm-nn.ts and gemm-tn.ts over the nonzeros of each row
// alone, from their lists (lists.ts). The rows themselves are not needed then, and a batch drawn from all over a large data
// set reads a third of the cache lines. For the gradient, the lists of a batch's rows are first sorted by columns, so that each row of G is summed
// in registers, read and written once; where a column has no nonzero in the batch, its row of G is not touched at all.
//
// A sum that begins at +0 is not changed by adding ±0, whatever the finite number that a zero is multiplied with: the
// results have the bits of the dense products.

import { BUCKET_ENTRIES, BUCKETS, LANES, PACK_BLOCK, PANEL } from '../abi/layout'
import { count, Eight, Four, One, Two } from '../base/counts'
import { madd } from '../base/simd'
import { apply } from '../rules/apply'
import { basePtr, Update } from '../rules/update'
import { padded, ZEROS } from '../base/panels'
import { distribute, ENTRY, listAt, seek } from './lists'

/** Columns that a row is multiplied into at once: eight vectors of sums. */
const MOST_COLUMNS = 4 * PANEL

/**
 * Vectors (1, 2, 4 or 8) times 4 columns of one row of C: bias + Σ x[i] · B[i, …] over the entries (i, x[i]) of
 * [list, end). `panel` is the distance between two panels of B.
 */
function rowTile<Vectors>(list: usize, end: usize, b: usize, panel: usize, bias: usize, c: usize): void {
  let c0 = f32x4.splat(0)
  let c1 = c0
  let c2 = c0
  let c3 = c0
  let c4 = c0
  let c5 = c0
  let c6 = c0
  let c7 = c0
  while (list < end) {
    const i = <usize>load<u32>(list)
    const value = v128.load32_splat(list, 4)
    let w = b + (i << (count<Vectors>() > 1 ? 5 : 4))
    c0 = madd(value, v128.load(w), c0)
    if (count<Vectors>() > 1) c1 = madd(value, v128.load(w, 16), c1)
    if (count<Vectors>() > 2) {
      w += panel
      c2 = madd(value, v128.load(w), c2)
      c3 = madd(value, v128.load(w, 16), c3)
    }
    if (count<Vectors>() > 4) {
      w += panel
      c4 = madd(value, v128.load(w), c4)
      c5 = madd(value, v128.load(w, 16), c5)
      w += panel
      c6 = madd(value, v128.load(w), c6)
      c7 = madd(value, v128.load(w, 16), c7)
    }
    list += ENTRY
  }
  v128.store(c, f32x4.add(c0, v128.load(bias)))
  if (count<Vectors>() > 1) v128.store(c, f32x4.add(c1, v128.load(bias, 16)), 16)
  if (count<Vectors>() > 2) {
    v128.store(c, f32x4.add(c2, v128.load(bias, 32)), 32)
    v128.store(c, f32x4.add(c3, v128.load(bias, 48)), 48)
  }
  if (count<Vectors>() > 4) {
    v128.store(c, f32x4.add(c4, v128.load(bias, 64)), 64)
    v128.store(c, f32x4.add(c5, v128.load(bias, 80)), 80)
    v128.store(c, f32x4.add(c6, v128.load(bias, 96)), 96)
    v128.store(c, f32x4.add(c7, v128.load(bias, 112)), 112)
  }
}

/**
 * C[r, j] = Σ_i A[r, i] · B[i, j] + bias[j] for r in [from, to) and j in [jFrom, jTo), over the nonzeros of A: fromTable and toTable hold
 * where the list of each row of A begins and ends. B, bias and C are those of gemmNN.
 */
export function sparseNN(
  from: i32,
  to: i32,
  fromTable: usize,
  toTable: usize,
  bPtr: usize,
  bRows: i32,
  biasPtr: usize,
  cPtr: usize,
  n: i32,
  jFrom: i32,
  jTo: i32,
): void {
  const columns = padded(n)
  const panel = (<usize>(bRows * PANEL)) << 2
  for (let r = from; r < to; ++r) {
    const list = listAt(fromTable, r)
    const end = listAt(toTable, r)
    const c = cPtr + ((<usize>(r * columns)) << 2)
    let j = jFrom
    while (j < jTo) {
      const left = jTo - j
      const b = bPtr + ((<usize>(j * bRows)) << 2)
      const cj = c + ((<usize>j) << 2)
      // Without biases the panels go two by two: there are sixteen zeros to add.
      const bias = biasPtr ? biasPtr + ((<usize>j) << 2) : ZEROS
      if (left >= MOST_COLUMNS && biasPtr) {
        rowTile<Eight>(list, end, b, panel, bias, cj)
        j += MOST_COLUMNS
      } else if (left >= 2 * PANEL) {
        rowTile<Four>(list, end, b, panel, bias, cj)
        j += 2 * PANEL
      } else if (left >= PANEL) {
        rowTile<Two>(list, end, b, 0, bias, cj)
        j += PANEL
      } else {
        rowTile<One>(list, end, b, 0, bias, cj)
        j += LANES
      }
    }
  }
}

/**
 * Vectors (1, 2, 4 or 8) times 4 columns of `length` rows of G: base + step · Σ x · D[row, …] over the entries (row, x) of
 * each row's bucket. Rows whose bucket is `skipped` long are left as they are. `panel` is the distance between two
 * panels of G.
 */
function bucketsTile<Vectors>(
  length: i32,
  lengths: usize,
  bucket: usize,
  size: usize,
  skipped: u32,
  d: usize,
  g: usize,
  panel: usize,
  adds: bool,
  step: f32,
): void {
  const s = f32x4.splat(step)
  const last = bucket + <usize>length * size
  for (; bucket < last; bucket += size, lengths += 4, g += count<Vectors>() > 1 ? 32 : 16) {
    const filled = load<u32>(lengths)
    if (filled == skipped) continue
    let c0 = f32x4.splat(0)
    let c1 = c0
    let c2 = c0
    let c3 = c0
    let c4 = c0
    let c5 = c0
    let c6 = c0
    let c7 = c0
    const end = bucket + <usize>filled
    for (let entry = bucket; entry < end; entry += ENTRY) {
      const row = d + <usize>load<u32>(entry)
      const x = v128.load32_splat(entry, 4)
      c0 = madd(x, v128.load(row), c0)
      if (count<Vectors>() > 1) c1 = madd(x, v128.load(row, 16), c1)
      if (count<Vectors>() > 2) {
        c2 = madd(x, v128.load(row, 32), c2)
        c3 = madd(x, v128.load(row, 48), c3)
      }
      if (count<Vectors>() > 4) {
        c4 = madd(x, v128.load(row, 64), c4)
        c5 = madd(x, v128.load(row, 80), c5)
        c6 = madd(x, v128.load(row, 96), c6)
        c7 = madd(x, v128.load(row, 112), c7)
      }
    }
    let base = basePtr(adds, g)
    v128.store(g, madd(s, c0, v128.load(base)))
    if (count<Vectors>() > 1) v128.store(g, madd(s, c1, v128.load(base, 16)), 16)
    if (count<Vectors>() > 2) {
      const g1 = g + panel
      base = basePtr(adds, g1)
      v128.store(g1, madd(s, c2, v128.load(base)))
      v128.store(g1, madd(s, c3, v128.load(base, 16)), 16)
    }
    if (count<Vectors>() > 4) {
      const g2 = g + 2 * panel
      base = basePtr(adds, g2)
      v128.store(g2, madd(s, c4, v128.load(base)))
      v128.store(g2, madd(s, c5, v128.load(base, 16)), 16)
      const g3 = g + 3 * panel
      base = basePtr(adds, g3)
      v128.store(g3, madd(s, c6, v128.load(base)))
      v128.store(g3, madd(s, c7, v128.load(base, 16)), 16)
    }
  }
}

/**
 * G = base + step · Σ_r A[r, i] · D[r, j] for the fours [from, to) of G's rows and its columns [jFrom, jTo), over the
 * nonzeros of A. The tables are those of sparseNN; D, G, adds, step and update those of gemmTN. lengthsPtr: padded(k)
 * zeros, left zero. bucketsPtr: room for max(BUCKET_ENTRIES, BUCKETS · rows) entries. cursorPtr: room for one integer a
 * row of the batch.
 */
export function sparseTN(
  from: i32,
  to: i32,
  rows: i32,
  fromTable: usize,
  toTable: usize,
  dPtr: usize,
  gPtr: usize,
  k: i32,
  n: i32,
  adds: bool,
  step: f32,
  update: Update | null,
  lengthsPtr: usize,
  bucketsPtr: usize,
  cursorPtr: usize,
  jFrom: i32,
  jTo: i32,
): void {
  const columns = padded(n)
  const kColumns = padded(k)
  const stride = (<usize>columns) << 2
  // A row without any nonzero takes part in no sum: w + step · 0 has the bits of w. A gradient of zeros is stored.
  const skipped: u32 = adds ? 0 : 1
  const size = <usize>rows * ENTRY
  const most = max(BUCKETS, BUCKET_ENTRIES / rows)
  // A rule takes what a strip has room for.
  const block = update ? min(most, PACK_BLOCK) : most
  const last = min(to << 2, k)
  for (let first = from << 2; first < last; first += block) {
    const end = min(first + block, last)
    const length = end - first
    const panel = (<usize>((update ? length : kColumns) * PANEL)) << 2
    const lengths = lengthsPtr - ((<usize>first) << 2)
    const buckets = bucketsPtr - <usize>first * size
    for (let r = 0; r < rows; ++r) {
      const cursor = cursorPtr + ((<usize>r) << 2)
      const stop = listAt(toTable, r)
      let list = listAt(fromTable, r)
      if (first > from << 2) list = <usize>load<u32>(cursor)
      else if (first) list = seek(list, stop, first)
      list = distribute(list, stop, end, <u64>(<usize>r * stride), lengths, buckets, size)
      store<u32>(cursor, <u32>list)
    }
    let j = jFrom
    while (j < jTo) {
      const left = jTo - j
      const width = left >= MOST_COLUMNS ? MOST_COLUMNS : left >= 2 * PANEL ? 2 * PANEL : left >= PANEL ? PANEL : LANES
      const d = dPtr + ((<usize>j) << 2)
      const g = gPtr + ((<usize>(j * kColumns + first * min(PANEL, left))) << 2)
      const out = update ? update.strip : g
      if (width == MOST_COLUMNS) bucketsTile<Eight>(length, lengthsPtr, bucketsPtr, size, skipped, d, out, panel, adds, step)
      else if (width == 2 * PANEL) bucketsTile<Four>(length, lengthsPtr, bucketsPtr, size, skipped, d, out, panel, adds, step)
      else if (width == PANEL) bucketsTile<Two>(length, lengthsPtr, bucketsPtr, size, skipped, d, out, 0, adds, step)
      else bucketsTile<One>(length, lengthsPtr, bucketsPtr, size, skipped, d, out, 0, adds, step)
      if (update) applyPanels(update, g, (<usize>(kColumns * PANEL)) << 2, out, length, width)
      j += width
    }
    for (let i = 0; i < length; i += LANES) v128.store(lengthsPtr + ((<usize>i) << 2), f32x4.splat(0))
  }
}

/** The update on `rows` rows of the panels from g on, `panel` apart, whose gradients stand one after the other at `out`. */
function applyPanels(update: Update, g: usize, panel: usize, out: usize, rows: i32, width: i32): void {
  const columns = min(PANEL, width)
  const length = rows * columns
  for (let j = 0; j < width; j += columns) {
    apply(update, g, out, length)
    g += panel
    out += (<usize>length) << 2
  }
}
