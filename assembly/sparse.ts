// The first layer on data with many zeros: the products of gemm-nn.ts and gemm-tn.ts over the nonzeros of each row
// alone. They are listed once for a data set (src/sparse.ts), as entries of two elements: the column, an integer, and the
// value. The rows themselves are not needed then, and a batch drawn from all over a large data set reads a third of the
// cache lines. For the gradient, the lists of a batch's rows are first sorted by columns, so that each row of G is summed
// in registers, read and written once; where a column has no nonzero in the batch, its row of G is not touched at all.
//
// A sum that begins at +0 is not changed by adding ±0, whatever the finite number that a zero is multiplied with: the
// results have the bits of the dense products.

import { BUCKET_ENTRIES, BUCKETS, LANES, PANEL, SGD } from './abi'
import { basePtr, stepOf } from './optimizer'
import { padded, ZEROS } from './panels'
import { madd } from './simd'

/** Columns that a row is multiplied into at once: eight vectors of sums. */
const WIDE = 4 * PANEL

/** Bytes of a cache line; where lines are longer, some are read twice. */
const LINE: usize = 64

/** Bytes of an entry. */
const ENTRY: usize = 8

@inline
function at(ptr: usize, index: i32): usize {
  return <usize>load<u32>(ptr + ((<usize>index) << 2))
}

/**
 * Reads a word of each cache line of the lists of the rows [from, to). Rows drawn from all over a large data set are in
 * no cache, and a product waits for their lines a few at a time; here many are on their way at once. Returns what keeps
 * the loads from being optimized away.
 */
export function fetchLists(from: i32, to: i32, fromTable: usize, toTable: usize): u32 {
  let words: u32 = 0
  for (let r = from; r < to; ++r) {
    const end = at(toTable, r) << 2
    for (let line = (at(fromTable, r) << 2) & ~(LINE - 1); line < end; line += LINE) words ^= load<u32>(line)
  }
  return words
}

/**
 * VECTORS (1, 2, 4 or 8) times 4 columns of one row of C: bias + Σ x[i] · B[i, …] over the entries (i, x[i]) of
 * [list, end). `panel` is the distance between two panels of B.
 */
@inline
function rowTile(VECTORS: i32, list: usize, end: usize, b: usize, panel: usize, bias: usize, c: usize): void {
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
    let w = b + (i << (VECTORS > 1 ? 5 : 4))
    c0 = madd(value, v128.load(w), c0)
    if (VECTORS > 1) c1 = madd(value, v128.load(w, 16), c1)
    if (VECTORS > 2) {
      w += panel
      c2 = madd(value, v128.load(w), c2)
      c3 = madd(value, v128.load(w, 16), c3)
    }
    if (VECTORS > 4) {
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
  if (VECTORS > 1) v128.store(c, f32x4.add(c1, v128.load(bias, 16)), 16)
  if (VECTORS > 2) {
    v128.store(c, f32x4.add(c2, v128.load(bias, 32)), 32)
    v128.store(c, f32x4.add(c3, v128.load(bias, 48)), 48)
  }
  if (VECTORS > 4) {
    v128.store(c, f32x4.add(c4, v128.load(bias, 64)), 64)
    v128.store(c, f32x4.add(c5, v128.load(bias, 80)), 80)
    v128.store(c, f32x4.add(c6, v128.load(bias, 96)), 96)
    v128.store(c, f32x4.add(c7, v128.load(bias, 112)), 112)
  }
}

function row32(list: usize, end: usize, b: usize, panel: usize, bias: usize, c: usize): void {
  rowTile(8, list, end, b, panel, bias, c)
}
function row16(list: usize, end: usize, b: usize, panel: usize, bias: usize, c: usize): void {
  rowTile(4, list, end, b, panel, bias, c)
}
function row8(list: usize, end: usize, b: usize, bias: usize, c: usize): void {
  rowTile(2, list, end, b, 0, bias, c)
}
function row4(list: usize, end: usize, b: usize, bias: usize, c: usize): void {
  rowTile(1, list, end, b, 0, bias, c)
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
    const list = at(fromTable, r) << 2
    const end = at(toTable, r) << 2
    const c = cPtr + ((<usize>(r * columns)) << 2)
    let j = jFrom
    while (j < jTo) {
      const left = jTo - j
      const b = bPtr + ((<usize>(j * bRows)) << 2)
      const cj = c + ((<usize>j) << 2)
      // Without biases the panels go two by two: there are sixteen zeros to add.
      const bias = biasPtr ? biasPtr + ((<usize>j) << 2) : ZEROS
      if (left >= WIDE && biasPtr) {
        row32(list, end, b, panel, bias, cj)
        j += WIDE
      } else if (left >= 2 * PANEL) {
        row16(list, end, b, panel, bias, cj)
        j += 2 * PANEL
      } else if (left >= PANEL) {
        row8(list, end, b, bias, cj)
        j += PANEL
      } else {
        row4(list, end, b, bias, cj)
        j += LANES
      }
    }
  }
}

/** The first entry of the list whose column is at least `column`. */
function seek(list: usize, end: usize, column: u32): usize {
  while (list < end) {
    const middle = list + (((end - list) >> 4) << 3)
    if (load<u32>(middle) < column) list = middle + ENTRY
    else end = middle
  }
  return list
}

/**
 * Adds the entries (i, x[i]) of [list, end) with i < `last` to the buckets of their columns, as (row, x[i]); returns
 * where it stopped.
 */
@inline
function distribute(list: usize, end: usize, last: u32, row: u64, lengths: usize, buckets: usize, size: usize): usize {
  for (; list < end; list += ENTRY) {
    const entry = load<u64>(list)
    const i = <usize>(<u32>entry)
    if (<u32>i >= last) break
    const length = <usize>load<u32>(lengths + (i << 2))
    store<u64>(buckets + i * size + length, (entry & 0xffffffff_00000000) | row)
    store<u32>(lengths + (i << 2), <u32>(length + ENTRY))
  }
  return list
}

/**
 * VECTORS (1, 2, 4 or 8) times 4 columns of `count` rows of G: the rule on Σ x · D[row, …] over the entries (row, x) of
 * each row's bucket. Rows whose bucket is `skipped` long are left as they are. `panel` is the distance between two
 * panels of G.
 */
@inline
function bucketsTile(
  VECTORS: i32,
  count: i32,
  lengths: usize,
  bucket: usize,
  size: usize,
  skipped: u32,
  d: usize,
  g: usize,
  panel: usize,
  rule: i32,
  step: f32,
): void {
  const s = f32x4.splat(step)
  const last = bucket + <usize>count * size
  for (; bucket < last; bucket += size, lengths += 4, g += VECTORS > 1 ? 32 : 16) {
    const length = load<u32>(lengths)
    if (length == skipped) continue
    let c0 = f32x4.splat(0)
    let c1 = c0
    let c2 = c0
    let c3 = c0
    let c4 = c0
    let c5 = c0
    let c6 = c0
    let c7 = c0
    const end = bucket + <usize>length
    for (let entry = bucket; entry < end; entry += ENTRY) {
      const row = d + <usize>load<u32>(entry)
      const x = v128.load32_splat(entry, 4)
      c0 = madd(x, v128.load(row), c0)
      if (VECTORS > 1) c1 = madd(x, v128.load(row, 16), c1)
      if (VECTORS > 2) {
        c2 = madd(x, v128.load(row, 32), c2)
        c3 = madd(x, v128.load(row, 48), c3)
      }
      if (VECTORS > 4) {
        c4 = madd(x, v128.load(row, 64), c4)
        c5 = madd(x, v128.load(row, 80), c5)
        c6 = madd(x, v128.load(row, 96), c6)
        c7 = madd(x, v128.load(row, 112), c7)
      }
    }
    let base = basePtr(rule, g)
    v128.store(g, madd(s, c0, v128.load(base)))
    if (VECTORS > 1) v128.store(g, madd(s, c1, v128.load(base, 16)), 16)
    if (VECTORS > 2) {
      const g1 = g + panel
      base = basePtr(rule, g1)
      v128.store(g1, madd(s, c2, v128.load(base)))
      v128.store(g1, madd(s, c3, v128.load(base, 16)), 16)
    }
    if (VECTORS > 4) {
      const g2 = g + 2 * panel
      base = basePtr(rule, g2)
      v128.store(g2, madd(s, c4, v128.load(base)))
      v128.store(g2, madd(s, c5, v128.load(base, 16)), 16)
      const g3 = g + 3 * panel
      base = basePtr(rule, g3)
      v128.store(g3, madd(s, c6, v128.load(base)))
      v128.store(g3, madd(s, c7, v128.load(base, 16)), 16)
    }
  }
}

function buckets32(
  count: i32, lengths: usize, bucket: usize, size: usize, skipped: u32, d: usize, g: usize, panel: usize, rule: i32,
  step: f32,
): void {
  bucketsTile(8, count, lengths, bucket, size, skipped, d, g, panel, rule, step)
}
function buckets16(
  count: i32, lengths: usize, bucket: usize, size: usize, skipped: u32, d: usize, g: usize, panel: usize, rule: i32,
  step: f32,
): void {
  bucketsTile(4, count, lengths, bucket, size, skipped, d, g, panel, rule, step)
}
function buckets8(
  count: i32, lengths: usize, bucket: usize, size: usize, skipped: u32, d: usize, g: usize, rule: i32, step: f32,
): void {
  bucketsTile(2, count, lengths, bucket, size, skipped, d, g, 0, rule, step)
}
function buckets4(
  count: i32, lengths: usize, bucket: usize, size: usize, skipped: u32, d: usize, g: usize, rule: i32, step: f32,
): void {
  bucketsTile(1, count, lengths, bucket, size, skipped, d, g, 0, rule, step)
}

/**
 * rule(G, Σ_r A[r, i] · D[r, j], scale) for the quarters [from, to) of G's rows and its columns [jFrom, jTo), over
 * the nonzeros of A. The tables are
 * those of sparseNN; D, G, rule and scale those of gemmTN. lengthsPtr: padded(k) zeros, left zero. bucketsPtr: room
 * for max(BUCKET_ENTRIES, BUCKETS · rows) entries. cursorPtr: room for one integer a row of the batch.
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
  rule: i32,
  scale: f32,
  lengthsPtr: usize,
  bucketsPtr: usize,
  cursorPtr: usize,
  jFrom: i32,
  jTo: i32,
): void {
  const columns = padded(n)
  const kColumns = padded(k)
  const stride = (<usize>columns) << 2
  const panel = (<usize>(kColumns * PANEL)) << 2
  const step = stepOf(rule, scale)
  // A row without any nonzero takes part in no sum: w + step · 0 has the bits of w. A gradient of zeros is stored.
  const skipped: u32 = rule == SGD ? 0 : 1
  const size = <usize>rows * ENTRY
  const block = max(BUCKETS, BUCKET_ENTRIES / rows)
  const last = min(to << 2, k)
  for (let first = from << 2; first < last; first += block) {
    const end = min(first + block, last)
    const count = end - first
    const lengths = lengthsPtr - ((<usize>first) << 2)
    const buckets = bucketsPtr - <usize>first * size
    for (let r = 0; r < rows; ++r) {
      const cursor = cursorPtr + ((<usize>r) << 2)
      const stop = at(toTable, r) << 2
      let list = at(fromTable, r) << 2
      if (first > from << 2) list = <usize>load<u32>(cursor)
      else if (first) list = seek(list, stop, first)
      list = distribute(list, stop, end, <u64>(<usize>r * stride), lengths, buckets, size)
      store<u32>(cursor, <u32>list)
    }
    let j = jFrom
    while (j < jTo) {
      const left = jTo - j
      const d = dPtr + ((<usize>j) << 2)
      const g = gPtr + ((<usize>(j * kColumns + first * min(PANEL, left))) << 2)
      if (left >= WIDE) {
        buckets32(count, lengthsPtr, bucketsPtr, size, skipped, d, g, panel, rule, step)
        j += WIDE
      } else if (left >= 2 * PANEL) {
        buckets16(count, lengthsPtr, bucketsPtr, size, skipped, d, g, panel, rule, step)
        j += 2 * PANEL
      } else if (left >= PANEL) {
        buckets8(count, lengthsPtr, bucketsPtr, size, skipped, d, g, rule, step)
        j += PANEL
      } else {
        buckets4(count, lengthsPtr, bucketsPtr, size, skipped, d, g, rule, step)
        j += LANES
      }
    }
    for (let i = 0; i < count; i += LANES) v128.store(lengthsPtr + ((<usize>i) << 2), f32x4.splat(0))
  }
}
