import { madd } from '../base/simd'

/**
 * g = g + λ w;  v = v + g²;  w = w − η g / (√v + ε) (Duchi, Hazan and Singer 2011, JMLR 12).
 * scalars: η, ε, λ.
 */
export function adagrad(w: usize, g: usize, slots: usize, n: i32, scalars: usize): void {
  const descent = f32x4.splat(-load<f32>(scalars))
  const epsilon = v128.load32_splat(scalars, 4)
  const decay = v128.load32_splat(scalars, 8)
  const end = w + ((<usize>n) << 2)
  for (; w < end; w += 16, g += 16) {
    const weight = v128.load(w)
    const gradient = madd(decay, weight, v128.load(g))
    const v = madd(gradient, gradient, v128.load(w + slots))
    v128.store(w + slots, v)
    v128.store(w, madd(descent, f32x4.div(gradient, f32x4.add(f32x4.sqrt(v), epsilon)), weight))
  }
}
