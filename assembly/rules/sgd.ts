import { madd } from '../base/simd'

/** w = w − η g, where the gradient does not come straight from a product's registers. scalars: η. */
export function sgd(w: usize, g: usize, n: i32, scalars: usize): void {
  const descent = f32x4.splat(-load<f32>(scalars))
  const end = w + ((<usize>n) << 2)
  for (; w < end; w += 16, g += 16) v128.store(w, madd(descent, v128.load(g), v128.load(w)))
}
