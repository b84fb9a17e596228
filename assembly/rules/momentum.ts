import { madd } from '../base/simd'

/**
 * g = g + λ w;  m = μ m + κ g;  w = w − η (α g + β m), with α = 0 and β = 1, or, after Nesterov, α = 1 and β = μ.
 * scalars: η, μ, α, β, λ, κ.
 */
export function momentum(w: usize, g: usize, slots: usize, n: i32, scalars: usize): void {
  const descent = f32x4.splat(-load<f32>(scalars))
  const mu = v128.load32_splat(scalars, 4)
  const alpha = v128.load32_splat(scalars, 8)
  const beta = v128.load32_splat(scalars, 12)
  const decay = v128.load32_splat(scalars, 16)
  const share = v128.load32_splat(scalars, 20)
  const end = w + ((<usize>n) << 2)
  for (; w < end; w += 16, g += 16) {
    const weight = v128.load(w)
    const gradient = madd(decay, weight, v128.load(g))
    const m = madd(mu, v128.load(w + slots), f32x4.mul(share, gradient))
    v128.store(w + slots, m)
    const direction = madd(alpha, gradient, f32x4.mul(beta, m))
    v128.store(w, madd(descent, direction, weight))
  }
}
