// The functions of an exported module, in the order of operations of assembly/base/math.ts and assembly/rows/. f is Math.fround:
// a sum, product or quotient of two float32 numbers in float64, rounded once more, is what float32 arithmetic gives.

import { LEAKY_RELU_SLOPE } from '../../assembly/abi/activations.ts'
import * as C from './coefficients.ts'
import { type Sources, source } from './functions.ts'

const list = (numbers: readonly number[]) => `[${numbers.join(', ')}]`

export const sources: Sources = new Map(
  Object.entries({
    madd: source('const madd = (a, b, c) => f(f(a * b) + c)'),

    polynomial: source(
      `/** By Horner's rule, the highest power first. */
function polynomial(c, x) {
  let sum = c[0]
  for (let i = 1; i < c.length; ++i) sum = madd(sum, x, c[i])
  return sum
}`,
      'madd',
    ),

    bits: source(`const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)`),

    power: source(
      `/** The low bits of t as an exponent. */
function power(t) {
  float[0] = t
  bits[0] <<= 23
  return float[0]
}`,
      'bits',
    ),

    reduce: source(
      `/** x - n ln 2. */
const reduce = (x, n) => f(f(x - f(n * ${C.LN2_HIGH})) - f(n * ${C.LN2_LOW}))`,
    ),

    twiceExp: source(
      `/** 2 e^r. */
const twiceExp = (r) => polynomial(${list(C.TWICE_EXP)}, r)`,
      'polynomial',
    ),

    exp: source(
      `/** e^x for x <= 0. */
function exp(x) {
  if (x < ${C.EXP_LEAST}) x = ${C.EXP_LEAST}
  const t = madd(x, ${C.LOG2_E}, ${C.ROUND})
  return f(twiceExp(reduce(x, f(t - ${C.ROUND}))) * power(t))
}`,
      'madd',
      'power',
      'reduce',
      'twiceExp',
    ),

    expm1: source(
      `/** e^x - 1 for x <= 0. */
function expm1(x) {
  if (x < ${C.EXPM1_LEAST}) x = ${C.EXPM1_LEAST}
  const t = madd(x, ${C.LOG2_E}, ${C.ROUND_WHOLE})
  const r = reduce(x, f(t - ${C.ROUND_WHOLE}))
  const scale = power(t)
  const series = polynomial(${list(C.EXP_SERIES)}, r)
  return madd(scale, madd(f(r * r), series, r), f(scale - 1))
}`,
      'polynomial',
      'power',
      'reduce',
    ),

    log1p: source(
      `/** log(1 + x) for 0 <= x <= 1. */
function log1p(x) {
  const half = x >= 0.5
  const r = half ? f(f(x - 1) * 0.5) : x
  const square = f(r * r)
  const series = polynomial(${list(C.LOG_SERIES)}, r)
  const low = f(madd(f(series * r), square, half ? ${C.LN2_LOW} : 0) - f(0.5 * square))
  return f((half ? ${C.LN2_HIGH} : 0) + f(r + low))
}`,
      'polynomial',
    ),

    gaussian: source(
      `/** e^(-x^2 / 2) for 0 <= x, the square in two parts. */
function gaussian(x) {
  float[0] = x
  bits[0] &= -4096
  const high = float[0]
  const y = f(f(high * high) * -0.5)
  const rest = f(f(f(high - x) * 0.5) * f(x + high))
  const t = madd(f(y + rest), ${C.LOG2_E}, ${C.ROUND})
  return f(twiceExp(f(reduce(y, f(t - ${C.ROUND})) + rest)) * power(t))
}`,
      'madd',
      'bits',
      'power',
      'reduce',
      'twiceExp',
    ),

    sigmoid: source(
      `function sigmoid(z) {
  const e = exp(-Math.abs(z))
  return f((z < 0 ? e : 1) / f(1 + e))
}`,
      'exp',
    ),
    tanh: source(
      `function tanh(z) {
  const m = expm1(-2 * Math.abs(z))
  const a = f(m / f(m + 2))
  return z < 0 ? a : z > 0 ? -a : z
}`,
      'expm1',
    ),
    relu: source('const relu = (z) => (z < 0 ? 0 : z)'),
    leakyRelu: source(`const leakyRelu = (z) => (z < 0 ? f(z * ${Math.fround(LEAKY_RELU_SLOPE)}) : z)`),
    elu: source('const elu = (z) => (z > 0 ? z : expm1(z))', 'expm1'),
    selu: source(`const selu = (z) => f(z > 0 ? z * ${C.SELU_ABOVE} : expm1(z) * ${C.SELU_BELOW})`, 'expm1'),
    gelu: source(
      `/** z times the normal distribution function of z. */
function gelu(z) {
  const x = Math.min(Math.abs(z), ${C.GAUSSIAN_LIMIT})
  const above = polynomial(${list(C.TAIL_ABOVE)}, x)
  const below = polynomial(${list(C.TAIL_BELOW)}, x)
  const tail = f(f(above / below) * gaussian(x))
  return f((z < ${-C.CLAMP} ? ${-C.CLAMP} : z) * (z < 0 ? tail : f(1 - tail)))
}`,
      'polynomial',
      'gaussian',
    ),
    silu: source(
      `function silu(z) {
  const e = exp(-Math.abs(z))
  const r = f(1 / f(1 + e))
  return f((z < ${-C.CLAMP} ? ${-C.CLAMP} : z) * (z < 0 ? f(e * r) : r))
}`,
      'exp',
    ),
    softplus: source('const softplus = (z) => f((z < 0 ? 0 : z) + log1p(exp(-Math.abs(z))))', 'exp', 'log1p'),
    softsign: source(`function softsign(z) {
  const bounded = Math.max(${-C.SOFTSIGN_LIMIT}, Math.min(z, ${C.SOFTSIGN_LIMIT}))
  return f(bounded / f(1 + Math.abs(bounded)))
}`),

    softmax: source(
      `/** Sums go in four parts, as the lanes of a vector. */
function softmax(z) {
  const sums = new Float32Array(4)
  let top = z[0]
  for (let i = 1; i < z.length; ++i) if (top < z[i]) top = z[i]
  for (let i = 0; i < z.length; ++i) sums[i & 3] += z[i] = exp(f(z[i] - top))
  const scale = f(1 / f(f(sums[0] + sums[2]) + f(sums[1] + sums[3])))
  for (let i = 0; i < z.length; ++i) z[i] *= scale
  return z
}`,
      'exp',
    ),

    layerNorm: source(
      `/** Gains stand at p, shifts behind them; sums go in four parts, as the lanes of a vector. */
function layerNorm(z, p, epsilon) {
  const n = z.length
  const sums = new Float32Array(8)
  const mean = (s) => f(f(f(sums[s] + sums[s + 2]) + f(sums[s + 1] + sums[s + 3])) / n)
  for (let i = 0; i < n; ++i) sums[i & 3] += z[i]
  const center = mean(0)
  for (let i = 0; i < n; ++i) {
    const d = f(z[i] - center)
    sums[4 + (i & 3)] += f(d * d)
  }
  const inverse = f(1 / f(Math.sqrt(f(mean(4) + epsilon))))
  for (let i = 0; i < n; ++i) {
    z[i] = madd(parameters[p + i], f(f(z[i] - center) * inverse), parameters[p + n + i])
  }
  return z
}`,
      'madd',
    ),

    batchNorm: source(
      `/** Means, inverse deviations, gains and shifts stand at p, one behind the other. */
function batchNorm(z, p) {
  const n = z.length
  for (let i = 0; i < n; ++i, ++p) {
    const normal = f(f(z[i] - parameters[p]) * parameters[p + n])
    z[i] = madd(parameters[p + 2 * n], normal, parameters[p + 3 * n])
  }
  return z
}`,
      'madd',
    ),

    dense: source(`/** x W + b: W (inputs x units) stands at p, b behind it. */
function dense(x, units, p) {
  const z = new Float32Array(units)
  for (let i = 0; i < x.length; ++i) {
    for (let j = 0; j < units; ++j) z[j] += f(x[i] * parameters[p++])
  }
  for (let j = 0; j < units; ++j) z[j] += parameters[p++]
  return z
}`),

    each: source(`function each(activation, z) {
  for (let i = 0; i < z.length; ++i) z[i] = activation(z[i])
  return z
}`),

    decode: source(`/** Little-endian float32 numbers in base64. */
function decode(text) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const digits = new Uint8Array(128)
  for (let i = 0; i < 64; ++i) digits[alphabet.charCodeAt(i)] = i
  const view = new DataView(new ArrayBuffer((text.length / 4) * 3))
  for (let i = 0, at = 0; i < text.length; at += 3) {
    let word = 0
    for (let end = i + 4; i < end; ++i) word = (word << 6) | digits[text.charCodeAt(i)]
    view.setUint8(at, word >> 16)
    view.setUint16(at + 1, word & 65535)
  }
  const numbers = new Float32Array(view.byteLength / 4)
  for (let i = 0; i < numbers.length; ++i) numbers[i] = view.getFloat32(4 * i, true)
  return numbers
}`),
  }),
)
