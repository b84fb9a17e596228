// Elementary functions in float64 from the operations IEEE 754 defines exactly, so that results are the same bits on
// every engine: Math.exp and its like are not. The polynomials are weighted Remez fits (assembly/base/math.ts has the
// method); scripts/make-math-fixture.py makes the values they are tested against. Errors in the comments are the
// largest that test/base/math.test.ts allows.

const LOG2_E = Math.LOG2E
// ln 2 = high + low with 32 bits in the high part, so that n · LN2_HIGH is exact.
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const INVERSE_SQRT_2PI = 0.3989422804014327

// One float64 and its two halves, the high one second: WebAssembly is little-endian, and so is every machine that
// runs it fast.
const float = new Float64Array(1)
const halves = new Int32Array(float.buffer)

/** 2^n for −1022 ≤ n ≤ 1023. */
function powerOfTwo(n: number): number {
  halves[0] = 0
  halves[1] = (n + 1023) << 20
  return float[0]
}

/** (e^r − 1 − r) / r² for |r| ≤ ½ ln 2, to 2^−55 of e^r − 1. */
function expSeries(r: number): number {
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

/** e^x, to 1 ulp. Infinity above 709.78; subnormal below −708.4 and 0 below −745.2. */
export function exp(x: number): number {
  const n = Math.floor(x * LOG2_E + 0.5)
  const r = x - n * LN2_HIGH - n * LN2_LOW
  const y = 1 + (r + r * r * expSeries(r))
  if (n >= -1021 && n <= 1023) return y * powerOfTwo(n)
  if (x > 709.8) return Infinity
  if (x < -745.2) return 0
  if (Number.isNaN(x)) return x
  // 2^n is out of range although the result is not.
  const half = n >> 1
  return y * powerOfTwo(half) * powerOfTwo(n - half)
}

/** e^x − 1, to 2 ulp, near 0 too. */
export function expm1(x: number): number {
  if (x > 40) return exp(x)
  if (x < -40) return -1
  if (Number.isNaN(x) || x === 0) return x
  const n = Math.floor(x * LOG2_E + 0.5)
  const r = x - n * LN2_HIGH - n * LN2_LOW
  const y = r + r * r * expSeries(r)
  if (n === 0) return y
  const scale = powerOfTwo(n)
  return scale * y + (scale - 1)
}

/** n ln 2 + log(1 + f + tiny) for −¼ ≤ f ≤ ½, where tiny is what f could not hold. */
function logSeries(f: number, tiny: number, n: number): number {
  // log(1 + f) = 2 artanh s with s = f / (2 + f), and 2s = f − h + s h with h = f²/2.
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even =
    0.6666666666667279 + w * (0.2857142940346576 + w * (0.1818638478744195 + w * 0.1537281260687693))
  const odd = 0.39999999996117636 + w * (0.22222137815557658 + w * 0.1524960342216629)
  const h = 0.5 * f * f
  const rest = s * (h + z * (even + z * odd)) + (tiny + n * LN2_LOW)
  return n * LN2_HIGH + (f - (h - rest))
}

/** log x, to 1 ulp. −Infinity at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN
  if (x === Infinity) return x
  let n = 0
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984
    n = -54
  }
  // x = 2^n (1 + f) with 1 + f in [¾, 1½).
  float[0] = x
  const exponent = (halves[1] - 0x3fe80000) >> 20
  halves[1] -= exponent << 20
  return logSeries(float[0] - 1, 0, n + exponent)
}

/** log(1 + x), to 1 ulp, near 0 too. −Infinity at −1, NaN below. */
export function log1p(x: number): number {
  if (!(x > -1)) return x === -1 ? -Infinity : NaN
  if (x === Infinity || x === 0) return x
  if (x > -0.25 && x < 0.5) return logSeries(x, 0, 0)
  if (x >= 0.5 && x < 2) return logSeries(0.5 * (x - 1), 0, 1)
  const u = 1 + x
  float[0] = u
  const exponent = (halves[1] - 0x3fe80000) >> 20
  halves[1] -= exponent << 20
  const f = float[0] - 1
  // What u lost of x, over u. From 2^60 on it is nothing.
  const lost = exponent < 60 ? (x - (u - 1)) / u : 0
  return logSeries(f, lost, exponent)
}

/** tanh x, to 2.5 ulp. */
export function tanh(x: number): number {
  if (x === 0) return x
  const m = expm1(-2 * Math.abs(x))
  const y = -m / (2 + m)
  return x < 0 ? -y : y
}

/** 1 / (1 + e^−x), to 2 ulp. */
export function sigmoid(x: number): number {
  const e = exp(-Math.abs(x))
  return (x < 0 ? e : 1) / (1 + e)
}

/** log(1 + e^x), to 1.5 ulp. */
export function softplus(x: number): number {
  return Math.max(x, 0) + log1p(exp(-Math.abs(x)))
}

/** e^(−x²/2), to 3 ulp: what Φ and its density share. 0 beyond ±38.6. */
export function gaussian(x: number): number {
  if (Math.abs(x) > 38.6) return 0
  // x²/2 = high²/2 + rest, where high has 24 bits and so an exact square.
  const high = Math.fround(x)
  const rest = -0.5 * (x - high) * (x + high)
  return exp(-0.5 * high * high) * (1 + rest * (1 + rest * (0.5 + rest * 0.16666666666666666)))
}

/**
 * Φ(−|x|) from g = gaussian(x): g R / (|x| + 5) with R a polynomial in t = (|x| − 5) / (|x| + 5) (the substitution of
 * M. M. Shepherd and J. G. Laframboise 1981, Math. Comp. 36, 249-253).
 */
function normalTailFrom(x: number, g: number): number {
  if (g === 0) return 0
  const d = Math.abs(x) + 5
  const t = (d - 10) / d
  const s = t * t
  let even = 7.18202179478607e-9
  even = even * s - 6.531999709558617e-8
  even = even * s + 4.3268666044332286e-7
  even = even * s - 2.7690553841159845e-6
  even = even * s + 1.6681144919558038e-5
  even = even * s - 5.937571130700558e-5
  even = even * s - 0.0007978694014752916
  even = even * s + 0.02079506680024185
  even = even * s + 0.1650203661703616
  even = even * s + 0.495305615969977
  even = even * s + 0.769193049750063
  let odd = 2.0139407720438823e-9
  odd = odd * s - 1.0210945456636862e-8
  odd = odd * s + 4.361235957064732e-8
  odd = odd * s - 3.377430951586868e-7
  odd = odd * s + 3.981491195291126e-6
  odd = odd * s - 4.9763010216470815e-5
  odd = odd * s + 0.0005448991058624691
  odd = odd * s - 0.002993376775694984
  odd = odd * s - 0.06911863870595207
  odd = odd * s - 0.3135331566713157
  odd = odd * s - 0.6653825028900566
  return (g * (even + t * odd)) / d
}

/** Φ(x) from g = gaussian(x). */
export function normalCdfFrom(x: number, g: number): number {
  const tail = normalTailFrom(x, g)
  return x < 0 ? tail : 1 - tail
}

/** Φ(x), the standard normal distribution function, to 6 ulp in both tails. */
export function normalCdf(x: number): number {
  return normalCdfFrom(x, gaussian(x))
}

/** φ(x) = e^(−x²/2) / √(2π) from g = gaussian(x), to 3 ulp. */
export function normalDensityFrom(g: number): number {
  return g * INVERSE_SQRT_2PI
}

// Algorithm AS 241, PPND16 (M. J. Wichura 1988, Applied Statistics 37, 477-484): the numerator and denominator for the
// middle of the distribution, its tails, and its far tails; lowest power first, rounded to float64.
const CENTRAL_ABOVE = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
]
const CENTRAL_BELOW = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852854,
]
const NEAR_ABOVE = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
]
const NEAR_BELOW = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
]
const FAR_ABOVE = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
]
const FAR_BELOW = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
]

/** Σ cᵢ xⁱ by Horner's rule. Written out: most of a network's first weights are drawn before a loop is optimized. */
function horner(c: readonly number[], x: number): number {
  return ((((((c[7] * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0]
}

/** The x with Φ(x) = p, to 6 ulp. −Infinity at 0, Infinity at 1, NaN outside [0, 1]. */
export function inverseNormalCdf(p: number): number {
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q
    return (q * horner(CENTRAL_ABOVE, r)) / horner(CENTRAL_BELOW, r)
  }
  const tail = q < 0 ? p : 1 - p
  if (tail === 0) return q < 0 ? -Infinity : Infinity
  const root = Math.sqrt(-log(tail))
  const x =
    root <= 5
      ? horner(NEAR_ABOVE, root - 1.6) / horner(NEAR_BELOW, root - 1.6)
      : horner(FAR_ABOVE, root - 5) / horner(FAR_BELOW, root - 5)
  return q < 0 ? -x : x
}
