import { madd, nmadd } from '../base/simd'

/**
 * m = μ m + g;  w = w − η (α g + β m), with α = 0 and β = 1, or, after Nesterov, α = 1 and β = μ.
 * scalars: η, μ, α, β.
 */
export function momentum(w: usize, g: usize, slots: usize, n: i32, scalars: usize): void {
  const rate = v128.load32_splat(scalars)
  const mu = v128.load32_splat(scalars, 4)
  const alpha = v128.load32_splat(scalars, 8)
  const beta = v128.load32_splat(scalars, 12)
  const end = w + ((<usize>n) << 2)
  for (; w < end; w += 16, g += 16) {
    const gradient = v128.load(g)
    const m = madd(mu, v128.load(w + slots), gradient)
    v128.store(w + slots, m)
    const direction = madd(alpha, gradient, f32x4.mul(beta, m))
    v128.store(w, nmadd(rate, direction, v128.load(w)))
  }
}
