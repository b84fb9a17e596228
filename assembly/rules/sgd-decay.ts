import { madd } from '../base/simd'

/** w = w − η (g + λ w). scalars: η, λ. */
export function sgdDecay(w: usize, g: usize, n: i32, scalars: usize): void {
  const descent = f32x4.splat(-load<f32>(scalars))
  const decay = v128.load32_splat(scalars, 4)
  const end = w + ((<usize>n) << 2)
  for (; w < end; w += 16, g += 16) {
    const weight = v128.load(w)
    v128.store(w, madd(descent, madd(decay, weight, v128.load(g)), weight))
  }
}
