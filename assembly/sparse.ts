// The first layer on data with many zeros: the products of gemm-nn.ts and gemm-tn.ts over the nonzeros of each row
// alone. They are listed once for a data set (src/sparse.ts), as entries of two elements: the column, an integer, and the
// value. The rows themselves are not needed then, and a batch drawn from all over a large data set reads a third of the
// cache lines.
//
// A sum that begins at +0 is not changed by adding ±0, whatever the finite number that a zero is multiplied with: the
// results have the bits of the dense products.

import { LANES, PANEL, SPARSE_BLOCK } from './abi'
import { basePtr, stepOf } from './optimizer'
import { padded, ZEROS } from './panels'
import { madd } from './simd'

/** Columns that a row is multiplied into at once: eight vectors of sums. */
const WIDE = 4 * PANEL

/** Bytes of an entry. */
const ENTRY: usize = 8

@inline
function at(ptr: usize, index: i32): usize {
  return <usize>load<u32>(ptr + ((<usize>index) << 2))
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

/** Adds x[i] · D[r, …], VECTORS times 4 columns, to the rows i − first of the block, for the entries (i, x[i]) of
 * [list, end). */
@inline
function scatterTile(VECTORS: i32, list: usize, end: usize, d: usize, block: usize, stride: usize): void {
  const d0 = v128.load(d)
  let d1 = d0
  let d2 = d0
  let d3 = d0
  let d4 = d0
  let d5 = d0
  let d6 = d0
  let d7 = d0
  if (VECTORS > 1) d1 = v128.load(d, 16)
  if (VECTORS > 2) {
    d2 = v128.load(d, 32)
    d3 = v128.load(d, 48)
  }
  if (VECTORS > 4) {
    d4 = v128.load(d, 64)
    d5 = v128.load(d, 80)
    d6 = v128.load(d, 96)
    d7 = v128.load(d, 112)
  }
  while (list < end) {
    const i = <usize>load<u32>(list)
    const value = v128.load32_splat(list, 4)
    const g = block + i * stride
    v128.store(g, madd(value, d0, v128.load(g)))
    if (VECTORS > 1) v128.store(g, madd(value, d1, v128.load(g, 16)), 16)
    if (VECTORS > 2) {
      v128.store(g, madd(value, d2, v128.load(g, 32)), 32)
      v128.store(g, madd(value, d3, v128.load(g, 48)), 48)
    }
    if (VECTORS > 4) {
      v128.store(g, madd(value, d4, v128.load(g, 64)), 64)
      v128.store(g, madd(value, d5, v128.load(g, 80)), 80)
      v128.store(g, madd(value, d6, v128.load(g, 96)), 96)
      v128.store(g, madd(value, d7, v128.load(g, 112)), 112)
    }
    list += ENTRY
  }
}

function scatter32(list: usize, end: usize, d: usize, block: usize, stride: usize): void {
  scatterTile(8, list, end, d, block, stride)
}
function scatter16(list: usize, end: usize, d: usize, block: usize, stride: usize): void {
  scatterTile(4, list, end, d, block, stride)
}
function scatter8(list: usize, end: usize, d: usize, block: usize, stride: usize): void {
  scatterTile(2, list, end, d, block, stride)
}
function scatter4(list: usize, end: usize, d: usize, block: usize, stride: usize): void {
  scatterTile(1, list, end, d, block, stride)
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

/** The update rule on the rows [first, end) of G from their sums in the block, which is left zero. */
function applyBlock(
  first: i32,
  end: i32,
  gPtr: usize,
  kColumns: i32,
  columns: i32,
  jFrom: i32,
  jTo: i32,
  block: usize,
  rule: i32,
  step: f32,
): void {
  const s = f32x4.splat(step)
  const none = f32x4.splat(0)
  for (let j = jFrom; j < jTo; j += LANES) {
    const slice = j & ~(PANEL - 1)
    const width = min(PANEL, columns - slice)
    let g = gPtr + ((<usize>(slice * kColumns + first * width + (j - slice))) << 2)
    let sum = block + ((<usize>j) << 2)
    for (let i = first; i < end; ++i) {
      v128.store(g, madd(s, v128.load(sum), v128.load(basePtr(rule, g))))
      v128.store(sum, none)
      g += (<usize>width) << 2
      sum += (<usize>columns) << 2
    }
  }
}

/**
 * rule(G, Σ_r A[r, i] · D[r, j], scale) for the quarters [from, to) of G's rows and its columns [jFrom, jTo), over
 * the nonzeros of A. The tables are
 * those of sparseNN; D, G, rule and scale those of gemmTN. blockPtr: SPARSE_BLOCK rows of padded(n) zeros, left zero;
 * cursorPtr: room for one integer a row of the batch.
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
  blockPtr: usize,
  cursorPtr: usize,
  jFrom: i32,
  jTo: i32,
): void {
  const columns = padded(n)
  const kColumns = padded(k)
  const stride = (<usize>columns) << 2
  const step = stepOf(rule, scale)
  const last = min(to << 2, k)
  let first = from << 2
  for (let r = 0; r < rows; ++r) {
    const cursor = seek(at(fromTable, r) << 2, at(toTable, r) << 2, first)
    store<u32>(cursorPtr + ((<usize>r) << 2), <u32>cursor)
  }
  for (; first < last; first += SPARSE_BLOCK) {
    const end = min(first + SPARSE_BLOCK, last)
    // Row i of G has its sums at block + i · stride.
    const block = blockPtr - <usize>first * stride
    for (let r = 0; r < rows; ++r) {
      const cursor = <usize>load<u32>(cursorPtr + ((<usize>r) << 2))
      const stop = at(toTable, r) << 2
      let next = cursor
      while (next < stop && <i32>load<u32>(next) < end) next += ENTRY
      if (next == cursor) continue
      store<u32>(cursorPtr + ((<usize>r) << 2), <u32>next)
      const d = dPtr + <usize>r * stride
      let j = jFrom
      while (j < jTo) {
        const left = jTo - j
        const offset = (<usize>j) << 2
        if (left >= WIDE) {
          scatter32(cursor, next, d + offset, block + offset, stride)
          j += WIDE
        } else if (left >= 2 * PANEL) {
          scatter16(cursor, next, d + offset, block + offset, stride)
          j += 2 * PANEL
        } else if (left >= PANEL) {
          scatter8(cursor, next, d + offset, block + offset, stride)
          j += PANEL
        } else {
          scatter4(cursor, next, d + offset, block + offset, stride)
          j += LANES
        }
      }
    }
    applyBlock(first, end, gPtr, kColumns, columns, jFrom, jTo, blockPtr, rule, step)
  }
}
