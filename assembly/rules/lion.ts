import { madd } from '../base/simd'

/** −1, 0 or 1. Of NaN it is ±1: m then is NaN too, and tells. */
@inline
function sign(x: v128): v128 {
  const ones = v128.bitselect(f32x4.splat(1), x, i32x4.splat(0x7fffffff))
  return v128.and(f32x4.ne(x, f32x4.splat(0)), ones)
}

/**
 * w = w − η (sign(β₁ m + (1 − β₁) g) + λ w);  m = β₂ m + (1 − β₂) g (Chen et al. 2023, arXiv:2302.06675, algorithm 2).
 * scalars: η, β₁, 1 − β₁, β₂, 1 − β₂, λ.
 */
export function lion(w: usize, g: usize, slots: usize, n: i32, scalars: usize): void {
  const descent = f32x4.splat(-load<f32>(scalars))
  const beta1 = v128.load32_splat(scalars, 4)
  const rest1 = v128.load32_splat(scalars, 8)
  const beta2 = v128.load32_splat(scalars, 12)
  const rest2 = v128.load32_splat(scalars, 16)
  const decay = v128.load32_splat(scalars, 20)
  const end = w + ((<usize>n) << 2)
  for (; w < end; w += 16, g += 16) {
    const weight = v128.load(w)
    const gradient = v128.load(g)
    const m = v128.load(w + slots)
    const direction = sign(madd(beta1, m, f32x4.mul(rest1, gradient)))
    v128.store(w + slots, madd(beta2, m, f32x4.mul(rest2, gradient)))
    v128.store(w, madd(descent, madd(decay, weight, direction), weight))
  }
}
