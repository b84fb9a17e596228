import { PhiloxStream } from '../../src/base/random.ts'

/** Seeded test numbers, multiples of 2⁻²⁰ in [−range, range): exact in float32, so every backend sees the same. */
export function numbers(length: number, seed: number, range = 1): Float32Array {
  const random = new PhiloxStream(seed, 99)
  return Float32Array.from({ length }, () => (Math.floor(random.uniform() * 2 ** 21) * 2 ** -20 - 1) * range)
}
