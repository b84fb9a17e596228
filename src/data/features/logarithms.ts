// log(1 + x) and its inverse, for columns and targets over several orders of magnitude. Their results are rounded to float32, or come
// from it, so these forms have the size for them, not the last bit: exported code (src/deploy/) has them too, to the same bits. Only
// operations that IEEE 754 defines exactly, so that they are the same on every engine; src/base/math.ts has those to 1 ulp.

// ln 2 = high + low with 32 bits in the high part, so that n · high is exact.
export const LN2_HIGH = 0.6931471803691238
export const LN2_LOW = 1.9082149292705877e-10

/** log(1 + x), to 4 ulp, near 0 too. NaN for what has none, and for Infinity. */
export function log1p(x: number): number {
  if (!(x > -1 && x < Infinity)) return Number.NaN
  // 1 + x = 2^n u with u from ¾ to 1½, and what that sum lost.
  let u = 1 + x
  const lost = (x - (u - 1)) / u
  let n = 0
  for (; u > 1.5; u /= 2) ++n
  for (; u < 0.75; u *= 2) --n
  // log u = 2 artanh s, with s² up to 1/25.
  const s = (u - 1) / (u + 1)
  let sum = 0
  for (let k = 25; k > 0; k -= 2) sum = sum * s * s + 1 / k
  return n * Math.LN2 + (2 * s * sum + lost)
}

/** e^x − 1, to 4 ulp, near 0 too. Infinity above 709.78; NaN stays. */
export function expm1(x: number): number {
  if (!(x > -40 && x < 709.8)) return x > 0 ? Infinity : x < 0 ? -1 : x
  const n = Math.floor(x * Math.LOG2E + 0.5)
  const r = x - n * LN2_HIGH - n * LN2_LOW
  let y = 0
  for (let k = 14; k > 0; --k) y = ((y + 1) * r) / k
  // 2 (1 + y) − 1, n times.
  for (let i = 0; i < n; ++i) y = 2 * y + 1
  for (let i = 0; i > n; --i) y = (y - 1) / 2
  return y
}
