// The matrix products of assembly/products/ in plain JavaScript, over the same panels. Two rows by four columns keep
// eight sums, the most that x64's sixteen registers hold beside their operands.

import { LANES, PANEL } from '../../../assembly/abi/layout.ts'
import type { Floats } from '../../base/floats.ts'
import { padded } from '../../program/panels.ts'
import type { Memory } from './memory.ts'
import { applyRule, type Update } from './optimizer.ts'

/** Two rows of C by four columns, from `b` on in a panel `width` wide. */
function tile2x4(
  floats: Floats,
  a0: number,
  a1: number,
  b: number,
  width: number,
  bias: number,
  c0: number,
  c1: number,
  k: number,
): void {
  let s00 = 0
  let s01 = 0
  let s02 = 0
  let s03 = 0
  let s10 = 0
  let s11 = 0
  let s12 = 0
  let s13 = 0
  for (let i = 0; i < k; ++i) {
    const x0 = floats[a0 + i]
    const x1 = floats[a1 + i]
    const b0 = floats[b]
    const b1 = floats[b + 1]
    const b2 = floats[b + 2]
    const b3 = floats[b + 3]
    s00 += x0 * b0
    s01 += x0 * b1
    s02 += x0 * b2
    s03 += x0 * b3
    s10 += x1 * b0
    s11 += x1 * b1
    s12 += x1 * b2
    s13 += x1 * b3
    b += width
  }
  let bias0 = 0
  let bias1 = 0
  let bias2 = 0
  let bias3 = 0
  if (bias) {
    bias0 = floats[bias]
    bias1 = floats[bias + 1]
    bias2 = floats[bias + 2]
    bias3 = floats[bias + 3]
  }
  floats[c0] = s00 + bias0
  floats[c0 + 1] = s01 + bias1
  floats[c0 + 2] = s02 + bias2
  floats[c0 + 3] = s03 + bias3
  floats[c1] = s10 + bias0
  floats[c1 + 1] = s11 + bias1
  floats[c1 + 2] = s12 + bias2
  floats[c1 + 3] = s13 + bias3
}

/** C = A · B + bias for the rows [from, to); the arguments are those of gemmNN in assembly/products/gemm-nn.ts. */
export function gemmNN(
  { floats, ints, shift }: Memory,
  from: number,
  to: number,
  a: number,
  lda: number,
  table: number,
  b: number,
  bRows: number,
  bias: number,
  c: number,
  k: number,
  n: number,
): void {
  const columns = padded(n)
  for (let j = 0; j < columns; j += LANES) {
    const slice = j & ~(PANEL - 1)
    const width = Math.min(PANEL, columns - slice)
    const panel = b + slice * bRows + (j - slice)
    for (let r = from; r < to; r += 2) {
      // The last row of an odd count is its own partner: it is computed and stored twice.
      const r1 = Math.min(r + 1, to - 1)
      const a0 = table ? ints[(table + r) << shift] : a + r * lda
      const a1 = table ? ints[(table + r1) << shift] : a + r1 * lda
      const c0 = c + r * columns + j
      const c1 = c + r1 * columns + j
      tile2x4(floats, a0, a1, panel, width, bias ? bias + j : 0, c0, c1, k)
    }
  }
}

/** base + step · sums to a 2 × 4 tile of G at `g`, its rows `width` apart; `last` is true where G's row i + 1 is padding. */
function tileTN(
  { floats, ints, shift }: Memory,
  rows: number,
  a: number,
  lda: number,
  table: number,
  d: number,
  ldd: number,
  last: boolean,
  g: number,
  width: number,
  adds: boolean,
  step: number,
): void {
  let s00 = 0
  let s01 = 0
  let s02 = 0
  let s03 = 0
  let s10 = 0
  let s11 = 0
  let s12 = 0
  let s13 = 0
  const next = last ? 0 : 1
  for (let r = 0; r < rows; ++r) {
    const at = table ? a + ints[(table + r) << shift] : a + r * lda
    const x0 = floats[at]
    const x1 = floats[at + next]
    const d0 = floats[d]
    const d1 = floats[d + 1]
    const d2 = floats[d + 2]
    const d3 = floats[d + 3]
    s00 += x0 * d0
    s01 += x0 * d1
    s02 += x0 * d2
    s03 += x0 * d3
    s10 += x1 * d0
    s11 += x1 * d1
    s12 += x1 * d2
    s13 += x1 * d3
    d += ldd
  }
  floats[g] = (adds ? floats[g] : 0) + step * s00
  floats[g + 1] = (adds ? floats[g + 1] : 0) + step * s01
  floats[g + 2] = (adds ? floats[g + 2] : 0) + step * s02
  floats[g + 3] = (adds ? floats[g + 3] : 0) + step * s03
  if (!last) {
    const g1 = g + width
    floats[g1] = (adds ? floats[g1] : 0) + step * s10
    floats[g1 + 1] = (adds ? floats[g1 + 1] : 0) + step * s11
    floats[g1 + 2] = (adds ? floats[g1 + 2] : 0) + step * s12
    floats[g1 + 3] = (adds ? floats[g1 + 3] : 0) + step * s13
  }
}

/** Copies a 2 × 4 tile of G at `g` to Gᵀ. */
function copyTransposed(
  floats: Floats,
  last: boolean,
  g: number,
  width: number,
  gt: number,
  widthT: number,
): void {
  for (let j = 0; j < LANES; ++j) {
    floats[gt] = floats[g + j]
    if (!last) floats[gt + 1] = floats[g + width + j]
    gt += widthT
  }
}

/** G = base + step · Aᵀ · D for the fours [from, to) of G's rows; the arguments are those of gemmTN in assembly/products/gemm-tn.ts. */
export function gemmTN(
  memory: Memory,
  from: number,
  to: number,
  rows: number,
  a: number,
  lda: number,
  table: number,
  d: number,
  g: number,
  gt: number,
  k: number,
  n: number,
  adds: boolean,
  step: number,
  update: Update | undefined,
): void {
  const { floats } = memory
  const columns = padded(n)
  const kColumns = padded(k)
  const end = Math.min(to * 4, k)
  for (let j = 0; j < columns; j += LANES) {
    const slice = j & ~(PANEL - 1)
    const width = Math.min(PANEL, columns - slice)
    for (let i = from * 4; i < end; i += 2) {
      const sliceT = i & ~(PANEL - 1)
      const widthT = Math.min(PANEL, kColumns - sliceT)
      const target = g + slice * kColumns + i * width + (j - slice)
      const targetT = gt ? gt + sliceT * columns + j * widthT + (i - sliceT) : 0
      const source = (table ? 0 : a) + i
      const last = i + 1 === k
      const out = update ? update.strip : target
      const outWidth = update ? LANES : width
      tileTN(memory, rows, source, lda, table, d + j, columns, last, out, outWidth, adds, step)
      if (update) {
        applyRule(floats, update, target, out, LANES)
        if (!last) applyRule(floats, update, target + width, out + LANES, LANES)
      }
      if (gt) copyTransposed(floats, last, target, width, targetT, widthT)
    }
  }
}

/** b = base + step · Σ_r D[r, j] for the groups of four columns [from, to). */
export function sumRows(
  { floats }: Memory,
  from: number,
  to: number,
  rows: number,
  d: number,
  n: number,
  b: number,
  adds: boolean,
  step: number,
  update: Update | undefined,
): void {
  const ldd = padded(n)
  for (let j = from * LANES; j < to * LANES; ++j) {
    let sum = 0
    for (let r = 0; r < rows; ++r) sum += floats[d + r * ldd + j]
    const out = update ? update.strip : b + j
    floats[out] = (adds ? floats[out] : 0) + step * sum
    if (update) applyRule(floats, update, b + j, out, 1)
  }
}
