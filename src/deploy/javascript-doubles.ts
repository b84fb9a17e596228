// log(1 + x) and e^x - 1 of features and targets, which are computed in float64: those of src/data/features/logarithms.ts, operation by
// operation.

import { LN2_HIGH, LN2_LOW } from '../data/features/logarithms.ts'
import { type Source, source } from './functions.ts'

export const doubles: Record<string, Source> = {
  log1pDouble: source(`/** log(1 + x), in float64. */
function log1pDouble(x) {
  if (!(x > -1 && x < Infinity)) return NaN
  let u = 1 + x
  const lost = (x - (u - 1)) / u
  let n = 0
  for (; u > 1.5; u /= 2) ++n
  for (; u < 0.75; u *= 2) --n
  const s = (u - 1) / (u + 1)
  let sum = 0
  for (let k = 25; k > 0; k -= 2) sum = sum * s * s + 1 / k
  return n * Math.LN2 + (2 * s * sum + lost)
}`),

  expm1Double: source(`/** e^x - 1, in float64. */
function expm1Double(x) {
  if (!(x > -40 && x < 709.8)) return x > 0 ? Infinity : x < 0 ? -1 : x
  const n = Math.floor(x * Math.LOG2E + 0.5)
  const r = x - n * ${LN2_HIGH} - n * ${LN2_LOW}
  let y = 0
  for (let k = 14; k > 0; --k) y = ((y + 1) * r) / k
  for (let i = 0; i < n; ++i) y = 2 * y + 1
  for (let i = 0; i > n; --i) y = (y - 1) / 2
  return y
}`),
}
