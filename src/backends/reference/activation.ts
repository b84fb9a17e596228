// The activations of assembly/rows/activation.ts in plain JavaScript, in the arena's precision, with the functions
// evaluated in float64. Arguments are element offsets into `floats`. One loop an activation: a call through a table
// would cost more than the arithmetic.

import * as Activations from '../../../assembly/abi/activations.ts'
import type { Floats } from '../../base/floats.ts'
import {
  exp,
  expm1,
  gaussian,
  log1p,
  normalCdfFrom,
  normalDensityFrom,
  sigmoid,
  softplus,
  tanh,
} from '../../base/math.ts'

const SELU_SCALE = Activations.SELU_LAMBDA * Activations.SELU_ALPHA
// Beyond ±BOUND gelu' and silu' have reached their limits; the bound keeps ∞ · 0 out of the products.
const BOUND = 1000

function linear(floats: Floats, z: number, a: number, n: number): void {
  if (a !== z) floats.copyWithin(a, z, z + n)
}

function sigmoids(floats: Floats, z: number, a: number, n: number): void {
  for (let i = 0; i < n; ++i) floats[a + i] = sigmoid(floats[z + i])
}

function tanhs(floats: Floats, z: number, a: number, n: number): void {
  for (let i = 0; i < n; ++i) floats[a + i] = tanh(floats[z + i])
}

function relu(floats: Floats, z: number, a: number, n: number): void {
  for (let i = 0; i < n; ++i) floats[a + i] = Math.max(floats[z + i], 0)
}

function leakyRelu(floats: Floats, z: number, a: number, n: number): void {
  for (let i = 0; i < n; ++i) {
    const x = floats[z + i]
    floats[a + i] = x < 0 ? x * Activations.LEAKY_RELU_SLOPE : x
  }
}

/** above · x for x > 0, below · (e^x − 1) elsewhere: elu and selu. */
function exponentialLinear(
  floats: Floats,
  z: number,
  a: number,
  n: number,
  above: number,
  below: number,
): void {
  for (let i = 0; i < n; ++i) {
    const x = floats[z + i]
    floats[a + i] = x > 0 ? above * x : below * expm1(x)
  }
}

function gelu(floats: Floats, z: number, a: number, slope: number, n: number): void {
  for (let i = 0; i < n; ++i) {
    const x = floats[z + i]
    const g = gaussian(x)
    const phi = normalCdfFrom(x, g)
    const bounded = Math.max(x, -BOUND)
    floats[a + i] = bounded * phi
    if (slope) floats[slope + i] = phi + (x > BOUND ? 0 : bounded * normalDensityFrom(g))
  }
}

function silu(floats: Floats, z: number, a: number, slope: number, n: number): void {
  for (let i = 0; i < n; ++i) {
    const x = floats[z + i]
    const e = exp(-Math.abs(x))
    const r = 1 / (1 + e)
    const s = x < 0 ? e * r : r
    const bounded = Math.max(x, -BOUND)
    floats[a + i] = bounded * s
    if (slope) floats[slope + i] = s + (x > BOUND ? 0 : bounded * (r * (e * r)))
  }
}

function softsigns(floats: Floats, z: number, a: number, n: number): void {
  for (let i = 0; i < n; ++i) {
    const x = floats[z + i]
    // ∞ / ∞ is 1.
    floats[a + i] = Math.abs(x) === Number.POSITIVE_INFINITY ? Math.sign(x) : x / (1 + Math.abs(x))
  }
}

function softplusSlope(floats: Floats, z: number, a: number, slope: number, n: number): void {
  for (let i = 0; i < n; ++i) {
    const x = floats[z + i]
    const e = exp(-Math.abs(x))
    floats[a + i] = Math.max(x, 0) + log1p(e)
    floats[slope + i] = (x < 0 ? e : 1) / (1 + e)
  }
}

function softpluses(floats: Floats, z: number, a: number, n: number): void {
  for (let i = 0; i < n; ++i) floats[a + i] = softplus(floats[z + i])
}

/** leakyRelu and elu by a number of one's own: see assembly/rows/sloped.ts. */
function sloped(
  floats: Floats,
  code: number,
  z: number,
  a: number,
  slope: number,
  n: number,
  number: number,
): void {
  const isRelu = code === Activations.SLOPED_RELU
  for (let i = 0; i < n; ++i) {
    const x = floats[z + i]
    floats[a + i] = x > 0 ? x : number * (isRelu ? x : expm1(x))
    if (slope) floats[slope + i] = x > 0 ? 1 : isRelu ? number : floats[a + i] + number
  }
}

/**
 * a = f(z) for n elements; a may equal z. Where slope is not 0 and f' cannot be read from a (gelu, silu, softplus, and leakyRelu
 * and elu by `number`), also slope = f'(z). Softmax is not elementwise: see softmaxRow.
 */
export function activate(
  floats: Floats,
  code: number,
  z: number,
  a: number,
  slope: number,
  n: number,
  number = 0,
): void {
  if (code === Activations.LINEAR) linear(floats, z, a, n)
  else if (code === Activations.SIGMOID) sigmoids(floats, z, a, n)
  else if (code === Activations.TANH) tanhs(floats, z, a, n)
  else if (code === Activations.RELU) relu(floats, z, a, n)
  else if (code === Activations.LEAKY_RELU) leakyRelu(floats, z, a, n)
  else if (code === Activations.ELU) exponentialLinear(floats, z, a, n, 1, Activations.ELU_ALPHA)
  else if (code === Activations.SELU) exponentialLinear(floats, z, a, n, Activations.SELU_LAMBDA, SELU_SCALE)
  else if (code === Activations.GELU) gelu(floats, z, a, slope, n)
  else if (code === Activations.SILU) silu(floats, z, a, slope, n)
  else if (code === Activations.SOFTSIGN) softsigns(floats, z, a, n)
  else if (code === Activations.SOFTPLUS) {
    if (slope) softplusSlope(floats, z, a, slope, n)
    else softpluses(floats, z, a, n)
  } else if (code === Activations.SLOPED_RELU || code === Activations.SCALED_ELU)
    sloped(floats, code, z, a, slope, n, number)
  else throw new Error(`there is no activation ${code} of elements`)
}

/** The codes whose f' is stored. */
const SLOPES: readonly number[] = [
  Activations.GELU,
  Activations.SILU,
  Activations.SOFTPLUS,
  Activations.STORED,
]

function sigmoidDerive(floats: Floats, from: number, delta: number, n: number): void {
  for (let i = 0; i < n; ++i) {
    const a = floats[from + i]
    floats[delta + i] *= a * (1 - a)
  }
}

function tanhDerive(floats: Floats, from: number, delta: number, n: number): void {
  for (let i = 0; i < n; ++i) {
    const a = floats[from + i]
    floats[delta + i] *= 1 - a * a
  }
}

function reluDerive(floats: Floats, from: number, delta: number, n: number): void {
  for (let i = 0; i < n; ++i) if (floats[from + i] <= 0) floats[delta + i] = 0
}

function leakyReluDerive(floats: Floats, from: number, delta: number, n: number): void {
  for (let i = 0; i < n; ++i) if (!(floats[from + i] > 0)) floats[delta + i] *= Activations.LEAKY_RELU_SLOPE
}

function exponentialLinearDerive(
  floats: Floats,
  from: number,
  delta: number,
  n: number,
  above: number,
  below: number,
): void {
  for (let i = 0; i < n; ++i) {
    const a = floats[from + i]
    floats[delta + i] *= a > 0 ? above : a + below
  }
}

function softsignDerive(floats: Floats, from: number, delta: number, n: number): void {
  for (let i = 0; i < n; ++i) floats[delta + i] *= (1 - Math.abs(floats[from + i])) ** 2
}

function slopeDerive(floats: Floats, slope: number, delta: number, n: number): void {
  for (let i = 0; i < n; ++i) floats[delta + i] *= floats[slope + i]
}

/**
 * δ = δ ⊙ f'(z) for n elements. `from` is a for linear, sigmoid, tanh, relu, leakyRelu, elu, selu and softsign, and the stored
 * slope for gelu, silu, softplus and STORED. At z = 0 relu' is 0, leakyRelu' 0.01, elu' α and selu' λα, as in PyTorch.
 */
export function derive(floats: Floats, code: number, from: number, delta: number, n: number): void {
  if (code === Activations.SIGMOID) sigmoidDerive(floats, from, delta, n)
  else if (code === Activations.TANH) tanhDerive(floats, from, delta, n)
  else if (code === Activations.RELU) reluDerive(floats, from, delta, n)
  else if (code === Activations.LEAKY_RELU) leakyReluDerive(floats, from, delta, n)
  else if (code === Activations.ELU) exponentialLinearDerive(floats, from, delta, n, 1, Activations.ELU_ALPHA)
  else if (code === Activations.SELU)
    exponentialLinearDerive(floats, from, delta, n, Activations.SELU_LAMBDA, SELU_SCALE)
  else if (code === Activations.SOFTSIGN) softsignDerive(floats, from, delta, n)
  else if (SLOPES.includes(code)) {
    slopeDerive(floats, from, delta, n)
  } else if (code !== Activations.LINEAR) throw new Error(`there is no activation ${code} of elements`)
}

/**
 * a = softmax(z) of a row of n ≥ 1 elements: e^(z − max z) / Σ. a may equal z. A NaN or +∞ in the row makes all of it
 * NaN.
 */
export function softmaxRow(floats: Floats, z: number, a: number, n: number): void {
  let top = floats[z]
  for (let i = 1; i < n; ++i) if (floats[z + i] > top) top = floats[z + i]
  let sum = 0
  for (let i = 0; i < n; ++i) {
    const e = exp(floats[z + i] - top)
    floats[a + i] = e
    sum += e
  }
  for (let i = 0; i < n; ++i) floats[a + i] /= sum
}
