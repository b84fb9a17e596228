// Activations and their derivatives over n contiguous floats at any alignment, in place or not. A whole vector and
// the last 1 to 3 floats go through the same operations, so an element's bits depend on its value alone.
//
// Adding an activation: docs/extending.md.

import * as Activations from '../abi/activations'
import { LANES } from '../abi/layout'
import { loadLanes, loadPart, storePart } from '../base/simd'
import {
  codeOf,
  derived,
  Elu,
  Gelu,
  LeakyRelu,
  Linear,
  Relu,
  Selu,
  Sigmoid,
  Silu,
  Softplus,
  Softsign,
  storeValue,
  Tanh,
} from './functions'
import { sloped } from './sloped'

/**
 * The loop over n floats for a constant code, and for f'(z) too where SLOPE. Two vectors a turn share the constants, which
 * V8 builds again wherever they are used, and hide the latency of the chain: sigmoid takes 0.75 instead of 1.3 ns a float
 * in the relaxed build and 1.04 instead of 1.09 in the simd build (4096 floats, Node 20, Zen 5).
 */
@inline
function loop(code: i32, SLOPE: bool, zPtr: usize, aPtr: usize, slopePtr: usize, n: i32): void {
  const end = zPtr + ((<usize>(n & ~(2 * LANES - 1))) << 2)
  while (zPtr < end) {
    const z0 = v128.load(zPtr)
    const z1 = v128.load(zPtr, 16)
    storeValue(code, SLOPE, z0, aPtr, slopePtr, LANES)
    storeValue(code, SLOPE, z1, aPtr + 16, slopePtr + 16, LANES)
    zPtr += 32
    aPtr += 32
    if (SLOPE) slopePtr += 32
  }
  let rest = n & (2 * LANES - 1)
  while (rest > 0) {
    storeValue(code, SLOPE, loadLanes(zPtr, rest), aPtr, slopePtr, rest)
    zPtr += 16
    aPtr += 16
    if (SLOPE) slopePtr += 16
    rest -= LANES
  }
}

/** a = f(z) of F. A function for each activation, because engines optimise a function at a time. */
function values<F>(zPtr: usize, aPtr: usize, n: i32): void {
  loop(codeOf<F>(), false, zPtr, aPtr, 0, n)
}

/** a = f(z) and slope = f'(z) of F. */
function valuesAndSlopes<F>(zPtr: usize, aPtr: usize, slopePtr: usize, n: i32): void {
  loop(codeOf<F>(), true, zPtr, aPtr, slopePtr, n)
}

/** a = f(z) for n floats; aPtr may equal zPtr. Softmax is not elementwise: see softmax.ts. number: as sloped takes it. */
export function activateValues(code: i32, zPtr: usize, aPtr: usize, n: i32, number: f32): void {
  switch (code) {
    case Activations.LINEAR:
      if (aPtr != zPtr) values<Linear>(zPtr, aPtr, n)
      break
    case Activations.SIGMOID:
      values<Sigmoid>(zPtr, aPtr, n)
      break
    case Activations.TANH:
      values<Tanh>(zPtr, aPtr, n)
      break
    case Activations.RELU:
      values<Relu>(zPtr, aPtr, n)
      break
    case Activations.LEAKY_RELU:
      values<LeakyRelu>(zPtr, aPtr, n)
      break
    case Activations.ELU:
      values<Elu>(zPtr, aPtr, n)
      break
    case Activations.SELU:
      values<Selu>(zPtr, aPtr, n)
      break
    case Activations.GELU:
      values<Gelu>(zPtr, aPtr, n)
      break
    case Activations.SILU:
      values<Silu>(zPtr, aPtr, n)
      break
    case Activations.SOFTSIGN:
      values<Softsign>(zPtr, aPtr, n)
      break
    case Activations.SOFTPLUS:
      values<Softplus>(zPtr, aPtr, n)
      break
    case Activations.SLOPED_RELU:
    case Activations.SCALED_ELU:
      sloped(code, zPtr, aPtr, 0, n, number)
      break
    default:
      unreachable()
  }
}

/**
 * a = f(z) for n floats; aPtr may equal zPtr. Where slopePtr is not 0 and f' cannot be read from a (gelu, silu, softplus, and leakyRelu
 * and elu with numbers of their own), also slope = f'(z).
 */
function activate(code: i32, zPtr: usize, aPtr: usize, slopePtr: usize, n: i32, number: f32): void {
  if (!slopePtr) activateValues(code, zPtr, aPtr, n, number)
  else if (code == Activations.GELU) valuesAndSlopes<Gelu>(zPtr, aPtr, slopePtr, n)
  else if (code == Activations.SILU) valuesAndSlopes<Silu>(zPtr, aPtr, slopePtr, n)
  else if (code == Activations.SOFTPLUS) valuesAndSlopes<Softplus>(zPtr, aPtr, slopePtr, n)
  else if (code == Activations.SLOPED_RELU || code == Activations.SCALED_ELU) {
    sloped(code, zPtr, aPtr, slopePtr, n, number)
  } else activateValues(code, zPtr, aPtr, n, number)
}

/** δ = δ ⊙ F's f'(z). */
function deltas<F>(fromPtr: usize, deltaPtr: usize, n: i32): void {
  const end = fromPtr + ((<usize>(n & ~(LANES - 1))) << 2)
  while (fromPtr < end) {
    v128.store(deltaPtr, derived(codeOf<F>(), v128.load(fromPtr), v128.load(deltaPtr)))
    fromPtr += 16
    deltaPtr += 16
  }
  const rest = n & (LANES - 1)
  if (rest) storePart(deltaPtr, derived(codeOf<F>(), loadPart(fromPtr, rest), loadPart(deltaPtr, rest)), rest)
}

/**
 * δ = δ ⊙ f'(z) for n floats. `from` is a for linear, sigmoid, tanh, relu, leakyRelu, elu, selu and softsign, and
 * the stored slope for gelu, silu, softplus and STORED. At z = 0 relu' is 0, leakyRelu' 0.01, elu' α and selu' λα, as in
 * PyTorch.
 */
export function derive(code: i32, fromPtr: usize, deltaPtr: usize, n: i32): void {
  switch (code) {
    case Activations.SIGMOID:
      deltas<Sigmoid>(fromPtr, deltaPtr, n)
      break
    case Activations.TANH:
      deltas<Tanh>(fromPtr, deltaPtr, n)
      break
    case Activations.RELU:
      deltas<Relu>(fromPtr, deltaPtr, n)
      break
    case Activations.LEAKY_RELU:
      deltas<LeakyRelu>(fromPtr, deltaPtr, n)
      break
    case Activations.ELU:
      deltas<Elu>(fromPtr, deltaPtr, n)
      break
    case Activations.SELU:
      deltas<Selu>(fromPtr, deltaPtr, n)
      break
    case Activations.SOFTSIGN:
      deltas<Softsign>(fromPtr, deltaPtr, n)
      break
    case Activations.GELU:
    case Activations.SILU:
    case Activations.SOFTPLUS:
    case Activations.STORED:
      deltas<Gelu>(fromPtr, deltaPtr, n)
      break
    case Activations.LINEAR:
      break
    default:
      unreachable()
  }
}

/** activate in place for n floats of each of `rows` rows, `stride` floats apart. */
@inline
export function activateRows(
  code: i32, rows: i32, aPtr: usize, slopePtr: usize, n: i32, stride: i32, number: f32,
): void {
  if (n == stride) {
    activate(code, aPtr, aPtr, slopePtr, rows * n, number)
    return
  }
  const bytes = (<usize>stride) << 2
  for (let i: usize = 0; i < <usize>rows; ++i) {
    activate(code, aPtr + i * bytes, aPtr + i * bytes, slopePtr ? slopePtr + i * bytes : 0, n, number)
  }
}

/** derive for n floats of each of `rows` rows, `stride` floats apart. */
@inline
export function deriveRows(code: i32, rows: i32, fromPtr: usize, deltaPtr: usize, n: i32, stride: i32): void {
  if (n == stride) {
    derive(code, fromPtr, deltaPtr, rows * n)
    return
  }
  const bytes = (<usize>stride) << 2
  for (let i: usize = 0; i < <usize>rows; ++i) derive(code, fromPtr + i * bytes, deltaPtr + i * bytes, n)
}
