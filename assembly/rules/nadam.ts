import { madd } from '../base/simd'

/**
 * g = g + λ w;  m = β₁ m + (1 − β₁) g;  v = β₂ v + (1 − β₂) g²;  w = w − η (α g + β m) / (√v ρ + ε), with
 * α = (1 − μₜ) / (1 − μ₁ ⋯ μₜ), β = μₜ₊₁ / (1 − μ₁ ⋯ μₜ₊₁) and ρ = 1 / √(1 − β₂ᵗ) (Dozat 2016, in PyTorch's form).
 * scalars: η, β₁, 1 − β₁, β₂, 1 − β₂, ρ, ε, λ, α, β.
 */
export function nadam(w: usize, g: usize, slots: usize, n: i32, scalars: usize): void {
  const descent = f32x4.splat(-load<f32>(scalars))
  const beta1 = v128.load32_splat(scalars, 4)
  const rest1 = v128.load32_splat(scalars, 8)
  const beta2 = v128.load32_splat(scalars, 12)
  const rest2 = v128.load32_splat(scalars, 16)
  const scale = v128.load32_splat(scalars, 20)
  const epsilon = v128.load32_splat(scalars, 24)
  const decay = v128.load32_splat(scalars, 28)
  const alpha = v128.load32_splat(scalars, 32)
  const beta = v128.load32_splat(scalars, 36)
  const end = w + ((<usize>n) << 2)
  for (; w < end; w += 16, g += 16) {
    const weight = v128.load(w)
    const gradient = madd(decay, weight, v128.load(g))
    const mPtr = w + slots
    const vPtr = mPtr + slots
    const m = madd(beta1, v128.load(mPtr), f32x4.mul(rest1, gradient))
    const v = madd(beta2, v128.load(vPtr), f32x4.mul(f32x4.mul(rest2, gradient), gradient))
    v128.store(mPtr, m)
    v128.store(vPtr, v)
    const direction = madd(alpha, gradient, f32x4.mul(beta, m))
    v128.store(w, madd(descent, f32x4.div(direction, madd(f32x4.sqrt(v), scale, epsilon)), weight))
  }
}
