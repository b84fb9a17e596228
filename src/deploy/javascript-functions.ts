// The functions of an exported module, in the order of operations of assembly/base/math.ts and assembly/rows/. f is Math.fround:
// a sum, product or quotient of two float32 numbers in float64, rounded once more, is what float32 arithmetic gives.

import { LEAKY_RELU_SLOPE } from '../../assembly/abi/activations.ts'
import * as C from './coefficients.ts'
import { type Sources, source } from './functions.ts'
import { doubles } from './javascript-doubles.ts'

const shorter = (value: number): string => {
  const [plain, power] = [String(value), value.toExponential()]
  return plain.length <= power.length ? plain : power
}

/** The shortest decimal that rounds to this float32. */
function short(value: number): string {
  for (let digits = 1; ; ++digits) {
    const rounded = Number(value.toPrecision(digits))
    if (Math.fround(rounded) === value) return shorter(rounded)
  }
}

/** A constant of float32. */
export const constant = (value: number): string => {
  const text = short(value)
  return Number(text) === value ? text : `f(${text})`
}

/** Coefficients, the highest power first. */
const list = (numbers: readonly number[]) => `[${numbers.map(short).join(', ')}].map(f)`

export const sources: Sources = new Map(
  Object.entries({
    ...doubles,

    polynomial: source(
      `/** By Horner's rule, the highest power first. */
function polynomial(c, x) {
  let sum = 0
  for (const k of c) sum = f(f(sum * x) + k)
  return sum
}`,
    ),

    bits: source(`const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)`),

    // The low bits of t, a whole number, are the exponent of the power of two.
    reduce: source(
      `/** Returns r of x + rest = n ln 2 + r, with 2^n (or half of it, by what rounds) in float[0]. */
function reduce(x, rest, round) {
  const t = f(f(f(x + rest) * ${constant(C.LOG2_E)}) + round)
  const n = t - round
  bits[0] = t << 23
  return f(f(x - n * ${C.LN2_HIGH}) - f(n * ${constant(C.LN2_LOW)}))
}`,
      'bits',
    ),

    exp: source(
      `const EXP = ${list(C.TWICE_EXP)}

/** e^(x + rest) for x <= 0. */
const exp = (x, rest = 0) =>
  f(polynomial(EXP, f(reduce(Math.max(x, ${C.EXP_LEAST}), rest, ${C.ROUND}) + rest)) * float[0])`,
      'polynomial',
      'reduce',
    ),

    gaussian: source(
      `/** e^(-x^2 / 2) for 0 <= x, the square in two parts: high has 12 bits, and so an exact square. */
function gaussian(x) {
  float[0] = x
  bits[0] &= -4096
  const high = float[0]
  return exp(high * high / -2, f(f(f(high - x) / 2) * f(x + high)))
}`,
      'exp',
    ),

    expm1: source(
      `const EXPM1 = ${list(C.EXP_SERIES)}

/** e^x - 1 for x <= 0. */
function expm1(x) {
  if (x < ${C.EXPM1_LEAST}) x = ${C.EXPM1_LEAST}
  const r = reduce(x, 0, ${C.ROUND_WHOLE})
  const scale = float[0]
  return f(f(scale * f(f(f(r * r) * polynomial(EXPM1, r)) + r)) + f(scale - 1))
}`,
      'polynomial',
      'reduce',
    ),

    log1p: source(
      `const LOG = ${list(C.LOG_SERIES)}

/** log(1 + x) for 0 <= x <= 1. */
function log1p(x) {
  const half = x >= 0.5
  const r = half ? (x - 1) / 2 : x
  const square = f(r * r)
  const cube = f(polynomial(LOG, r) * r)
  const low = f(f(f(cube * square) + (half ? ${constant(C.LN2_LOW)} : 0)) - f(square / 2))
  return f((half ? ${C.LN2_HIGH} : 0) + f(r + low))
}`,
      'polynomial',
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
    relu: source('const relu = z => z < 0 ? 0 : z'),
    leakyRelu: source(
      `const leakyRelu = z => (z < 0 ? f(z * ${constant(Math.fround(LEAKY_RELU_SLOPE))}) : z)`,
    ),
    slopedRelu: source('const slopedRelu = slope => z => (z > 0 ? z : z * slope)'),
    elu: source('const elu = z => (z > 0 ? z : expm1(z))', 'expm1'),
    scaledElu: source('const scaledElu = alpha => z => (z > 0 ? z : expm1(z) * alpha)', 'expm1'),
    selu: source(
      `const selu = z => f(z > 0 ? z * ${constant(C.SELU_ABOVE)} : expm1(z) * ${constant(C.SELU_BELOW)})`,
      'expm1',
    ),
    gelu: source(
      `const TAIL = ${list(C.TAIL_ABOVE)}
const OVER = ${list(C.TAIL_BELOW)}

/** z times the normal distribution function of z. */
function gelu(z) {
  const x = Math.min(Math.abs(z), ${constant(C.GAUSSIAN_LIMIT)})
  const tail = f(f(polynomial(TAIL, x) / polynomial(OVER, x)) * gaussian(x))
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
    softplus: source('const softplus = z => f((z < 0 ? 0 : z) + log1p(exp(-Math.abs(z))))', 'exp', 'log1p'),
    softsign: source(`function softsign(z) {
  const bounded = Math.max(${-C.SOFTSIGN_LIMIT}, Math.min(z, ${C.SOFTSIGN_LIMIT}))
  return f(bounded / f(1 + Math.abs(bounded)))
}`),

    total: source(
      `/** The sum in four parts, as in the lanes of a vector. */
function total(z) {
  const sums = new Float32Array(4)
  z.forEach((v, i) => sums[i & 3] += v)
  return f(f(sums[0] + sums[2]) + f(sums[1] + sums[3]))
}`,
    ),

    // Math.max(...z) is too many arguments from some 65,000 on, by the engine.
    largest: source('const largest = z => z.reduce((most, v) => Math.max(most, v))'),

    softmax: source(
      `function softmax(z) {
  const top = largest(z)
  const e = z.map(v => exp(f(v - top)))
  const scale = f(1 / total(e))
  return e.map(v => v * scale)
}`,
      'largest',
      'exp',
      'total',
    ),

    layerNorm: source(
      `/** Gains and shifts stand at p. */
function layerNorm(z, p, epsilon) {
  const n = z.length
  const mean = f(total(z) / n)
  const d = z.map(v => v - mean)
  const variance = f(total(d.map(v => v * v)) / n)
  const inverse = f(1 / f(Math.sqrt(f(variance + epsilon))))
  return d.map((v, i) => f(weights[p + i] * f(v * inverse)) + weights[p + n + i])
}`,
      'total',
    ),

    batchNorm: source(
      `/** Means, inverse deviations, gains and shifts stand at p. */
function batchNorm(z, p) {
  const n = z.length
  return z.map((v, i) => {
    const normal = f(f(v - weights[p + i]) * weights[p + n + i])
    return f(weights[p + 2 * n + i] * normal) + weights[p + 3 * n + i]
  })
}`,
    ),

    // A product with 0 changes no sum, and half of what relu leaves is 0.
    dense: source(`/** x W + b: W (inputs x units) stands at p, b behind it. */
function dense(x, units, p) {
  const z = new Float32Array(units)
  for (const v of x) {
    if (v !== 0) for (let j = 0; j < units; ++j) z[j] += f(v * weights[p + j])
    p += units
  }
  for (let j = 0; j < units; ++j) z[j] += weights[p + j]
  return z
}`),

    // What the first of four characters writes is written again by the second, which completes the byte.
    decode: source(`/** Little-endian float32 numbers in base64. */
function decode(text) {
  const view = new DataView(new ArrayBuffer(text.length * .75))
  let word = 0
  for (let i = 0; i < text.length; ++i) {
    const c = text.charCodeAt(i)
    word = word << 6 | (c > 96 ? c - 71 : c > 64 ? c - 65 : c > 47 ? c + 4 : c > 43 ? 63 : 62)
    view.setUint8(3 * i >> 2, word >> (~i & 3) * 2)
  }
  return new Float32Array(view.byteLength / 4).map((_, i) => view.getFloat32(4 * i, true))
}`),
  }),
)
