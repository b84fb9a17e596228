// δ of the quadratic loss after softmax, without a rounding after the exponentials: the textbook's sum in integers.

import { exp } from '../../src/base/math.ts'

// Exponentials down to e^−90 keep all of their bits in units of 2⁻²⁰⁰.
const UNIT = 2 ** 200

export interface ExactDelta {
  /** δ_j = Σ_k a_k (δ_jk − a_j)(a_k − y_k) = a_j Σ_k a_k (g_j − g_k) with g = a − y and a = softmax(z). */
  readonly delta: number[]
  /** a_j Σ_{k≠j} a_k (|g_j| + |g_k|): what one rounding of every g is a rounding of. */
  readonly scale: number[]
}

/** z: a row that float64 holds with its differences. y: multiples of 2⁻²⁰. */
export function exactDelta(z: readonly number[], y: readonly number[]): ExactDelta {
  const top = Math.max(...z)
  const e = z.map((v) => BigInt(exp(v - top) * UNIT))
  const targets = y.map((v) => BigInt(v * 2 ** 20))
  const total = e.reduce((sum, v) => sum + v, 0n)
  // In units of 1 / (2²⁰ total): a_j − y_j.
  const g = e.map((v, j) => (v << 20n) - total * targets[j])
  const abs = (v: bigint) => (v < 0n ? -v : v)
  const toNumber = (v: bigint) => Number((v << 400n) / ((total ** 3n) << 20n)) / 2 ** 400
  const sum = (j: number, term: (k: number) => bigint) =>
    e.reduce((s, v, k) => s + (k === j ? 0n : v * term(k)), 0n)
  return {
    delta: e.map((v, j) => toNumber(v * sum(j, (k) => g[j] - g[k]))),
    scale: e.map((v, j) => toNumber(v * sum(j, (k) => abs(g[j]) + abs(g[k])))),
  }
}
