// The tile of the gradient's product, shared by the strips of gemm-tn.ts: the sums, and a multiple of them added to a base.

import { madd } from '../base/simd'
import { baseDistance, basePtr } from '../rules/update'

/**
 * A tile of the gradient, ROWS (4 or 6) by VECTORS (1, 2 or 4) times 4, over all rows of the batch: step times it is added to
 * what is there, or to zeros. `a` is packed, ROWS elements for each row of the batch. `pair` is the distance to the second panel.
 */
@inline
export function tile(
  ROWS: i32,
  VECTORS: i32,
  rows: i32,
  a: usize,
  d: usize,
  ldd: usize,
  g: usize,
  pair: usize,
  adds: bool,
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
  // Everything is read before anything is stored, and nothing branches: see tile-nn.ts.
  const s = f32x4.splat(step)
  const width: usize = VECTORS > 1 ? 32 : 16
  const base = basePtr(adds, g)
  const baseWidth = baseDistance(adds, width)
  const basePair = base + baseDistance(adds, pair)
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
