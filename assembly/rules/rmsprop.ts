import { madd } from '../base/simd'

/**
 * g = g + λ w;  v = ρ v + κ d²;  q = g / (√v + ε);  w = w − η q, with d = g and κ = 1 − ρ (Tieleman and Hinton 2012).
 *
 * Centered: d = g − ḡ, κ = ρ (1 − ρ) and ḡ = ḡ + (1 − ρ) d. v is then the mean of the squares less the square of the
 * mean (Graves 2013, arXiv:1308.0850), as a sum that no rounding makes negative: with that difference itself, a gradient
 * that hardly changes would have the root of a negative number.
 *
 * With momentum: b = μ b + q;  w = w − η b.
 *
 * slots: v, then ḡ, then b, of those that there are. scalars: η, ρ, κ, ε, λ, 1 − ρ, μ.
 */
@inline
export function rmsprop(
  isCentered: bool, hasMomentum: bool, w: usize, g: usize, slots: usize, n: i32, scalars: usize,
): void {
  const descent = f32x4.splat(-load<f32>(scalars))
  const rho = v128.load32_splat(scalars, 4)
  const kappa = v128.load32_splat(scalars, 8)
  const epsilon = v128.load32_splat(scalars, 12)
  const decay = v128.load32_splat(scalars, 16)
  const rest = v128.load32_splat(scalars, 20)
  const mu = v128.load32_splat(scalars, 24)
  const end = w + ((<usize>n) << 2)
  for (; w < end; w += 16, g += 16) {
    const weight = v128.load(w)
    const gradient = madd(decay, weight, v128.load(g))
    const vPtr = w + slots
    let last = vPtr
    let deviation = gradient
    if (isCentered) {
      last += slots
      const mean = v128.load(last)
      deviation = f32x4.sub(gradient, mean)
      v128.store(last, madd(rest, deviation, mean))
    }
    const v = madd(rho, v128.load(vPtr), f32x4.mul(f32x4.mul(kappa, deviation), deviation))
    v128.store(vPtr, v)
    let step = f32x4.div(gradient, f32x4.add(f32x4.sqrt(v), epsilon))
    if (hasMomentum) {
      last += slots
      step = madd(mu, v128.load(last), step)
      v128.store(last, step)
    }
    v128.store(w, madd(descent, step, weight))
  }
}
