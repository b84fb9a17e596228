// The tile of A · B + bias that gemm-nn.ts and narrow.ts share.

import { madd } from '../base/simd'

// The bias is read without a condition and before anything is stored: V8 fuses two stores only within one basic block
// and with nothing but arithmetic between them.
@inline
export function storeRow(VECTORS: i32, c: usize, c0: v128, c1: v128, c2: v128, c3: v128, bias: usize): void {
  const b0 = v128.load(bias)
  let b1 = b0
  let b2 = b0
  let b3 = b0
  if (VECTORS > 1) b1 = v128.load(bias, 16)
  if (VECTORS > 2) {
    b2 = v128.load(bias, 32)
    b3 = v128.load(bias, 48)
  }
  v128.store(c, f32x4.add(c0, b0))
  if (VECTORS > 1) v128.store(c, f32x4.add(c1, b1), 16)
  if (VECTORS > 2) {
    v128.store(c, f32x4.add(c2, b2), 32)
    v128.store(c, f32x4.add(c3, b3), 48)
  }
}

/**
 * A tile of C: ROWS (1, 2, 4 or 6) by VECTORS (1, 2 or 4) times 4 = A · B + bias. Both are constants where this is
 * inlined, so each caller is left with a straight loop of its own. `pair` is the distance to the second panel.
 */
@inline
export function tile(
  ROWS: i32,
  VECTORS: i32,
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  a4: usize,
  a5: usize,
  b: usize,
  pair: usize,
  bias: usize,
  c: usize,
  ldc: usize,
  k: i32,
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
  const end = a0 + ((<usize>k) << 2)
  while (a0 < end) {
    const b0 = v128.load(b)
    let b1 = b0
    let b2 = b0
    let b3 = b0
    if (VECTORS > 1) b1 = v128.load(b, 16)
    if (VECTORS > 2) {
      b2 = v128.load(b + pair)
      b3 = v128.load(b + pair, 16)
    }
    const x0 = v128.load32_splat(a0)
    c00 = madd(x0, b0, c00)
    if (VECTORS > 1) c01 = madd(x0, b1, c01)
    if (VECTORS > 2) {
      c02 = madd(x0, b2, c02)
      c03 = madd(x0, b3, c03)
    }
    a0 += 4
    if (ROWS > 1) {
      const x1 = v128.load32_splat(a1)
      c10 = madd(x1, b0, c10)
      if (VECTORS > 1) c11 = madd(x1, b1, c11)
      if (VECTORS > 2) {
        c12 = madd(x1, b2, c12)
        c13 = madd(x1, b3, c13)
      }
      a1 += 4
    }
    if (ROWS > 2) {
      const x2 = v128.load32_splat(a2)
      c20 = madd(x2, b0, c20)
      if (VECTORS > 1) c21 = madd(x2, b1, c21)
      if (VECTORS > 2) {
        c22 = madd(x2, b2, c22)
        c23 = madd(x2, b3, c23)
      }
      a2 += 4
      const x3 = v128.load32_splat(a3)
      c30 = madd(x3, b0, c30)
      if (VECTORS > 1) c31 = madd(x3, b1, c31)
      if (VECTORS > 2) {
        c32 = madd(x3, b2, c32)
        c33 = madd(x3, b3, c33)
      }
      a3 += 4
    }
    if (ROWS > 4) {
      const x4 = v128.load32_splat(a4)
      c40 = madd(x4, b0, c40)
      if (VECTORS > 1) c41 = madd(x4, b1, c41)
      if (VECTORS > 2) {
        c42 = madd(x4, b2, c42)
        c43 = madd(x4, b3, c43)
      }
      a4 += 4
      const x5 = v128.load32_splat(a5)
      c50 = madd(x5, b0, c50)
      if (VECTORS > 1) c51 = madd(x5, b1, c51)
      if (VECTORS > 2) {
        c52 = madd(x5, b2, c52)
        c53 = madd(x5, b3, c53)
      }
      a5 += 4
    }
    b += VECTORS > 1 ? 32 : 16
  }
  storeRow(VECTORS, c, c00, c01, c02, c03, bias)
  if (ROWS > 1) storeRow(VECTORS, c + ldc, c10, c11, c12, c13, bias)
  if (ROWS > 2) {
    storeRow(VECTORS, c + 2 * ldc, c20, c21, c22, c23, bias)
    storeRow(VECTORS, c + 3 * ldc, c30, c31, c32, c33, bias)
  }
  if (ROWS > 4) {
    storeRow(VECTORS, c + 4 * ldc, c40, c41, c42, c43, bias)
    storeRow(VECTORS, c + 5 * ldc, c50, c51, c52, c53, bias)
  }
}
