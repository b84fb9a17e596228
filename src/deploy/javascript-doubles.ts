// log(1 + v) and e^v - 1 of features and targets, which are computed in float64: those of src/base/math.ts, operation by operation.

import { type Source, source } from './functions.ts'

export const doubles: Record<string, Source> = {
  halves: source(`const double = new Float64Array(1)
const halves = new Int32Array(double.buffer)
// Where the sign and the exponent are.
double[0] = 1
const upper = halves[1] === 0 ? 0 : 1`),

  log1pDouble: source(
    `/** n log 2 + log(1 + r + tiny). */
function logSeries(r, tiny, n) {
  const s = r / (2 + r)
  const z = s * s
  const w = z * z
  const even =
    0.6666666666667279 + w * (0.2857142940346576 + w * (0.1818638478744195 + w * 0.1537281260687693))
  const odd = 0.39999999996117636 + w * (0.22222137815557658 + w * 0.1524960342216629)
  const h = 0.5 * r * r
  const rest = s * (h + z * (even + z * odd)) + (tiny + n * 1.9082149292705877e-10)
  return n * 0.6931471803691238 + (r - (h - rest))
}

/** log(1 + x), in float64. */
function log1pDouble(x) {
  if (!(x > -1)) return x === -1 ? -Infinity : NaN
  if (x === Infinity || x === 0) return x
  if (x > -0.25 && x < 0.5) return logSeries(x, 0, 0)
  if (x >= 0.5 && x < 2) return logSeries(0.5 * (x - 1), 0, 1)
  const u = 1 + x
  double[0] = u
  const exponent = (halves[upper] - 0x3fe80000) >> 20
  halves[upper] -= exponent << 20
  return logSeries(double[0] - 1, exponent < 60 ? (x - (u - 1)) / u : 0, exponent)
}`,
    'halves',
  ),

  expm1Double: source(
    `/** (e^r - 1 - r) / r^2. */
function expSeries(r) {
  const s = r * r
  return (
    0.5000000000000006 +
    0.16666666666666588 * r +
    s *
      (0.04166666666657668 +
        0.008333333333389594 * r +
        s *
          (0.0013888888931590819 +
            0.00019841269718959333 * r +
            s *
              (2.4801505240494904e-5 +
                2.755740754380607e-6 * r +
                s * (2.7626051838189003e-7 + 2.5053788667506924e-8 * r))))
  )
}

function powerOfTwo(n) {
  double[0] = 0
  halves[upper] = (n + 1023) << 20
  return double[0]
}

/** e^x - 1, in float64. */
function expm1Double(x) {
  if (x < -40) return -1
  if (!(x <= 709.8)) return x > 0 ? Infinity : x
  if (x === 0) return x
  const n = Math.floor(x * ${Math.LOG2E} + 0.5)
  const r = x - n * 0.6931471803691238 - n * 1.9082149292705877e-10
  if (x > 40) {
    const y = 1 + (r + r * r * expSeries(r))
    const half = n >> 1
    return n <= 1023 ? y * powerOfTwo(n) : y * powerOfTwo(half) * powerOfTwo(n - half)
  }
  const y = r + r * r * expSeries(r)
  const scale = powerOfTwo(n)
  return n === 0 ? y : scale * y + (scale - 1)
}`,
    'halves',
  ),
}
