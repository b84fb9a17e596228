// Activations and their derivatives over n contiguous floats at any alignment, in place or not. A whole vector and
// the last 1 to 3 floats go through the same operations, so an element's bits depend on its value alone.
//
// Adding an activation: docs/extending.md.

import * as Activations from '../abi/activations'
import { LANES } from '../abi/layout'
import {
  exp,
  expMinusAbs,
  expm1Negative,
  gaussian,
  normalCdfFrom,
  normalDensityFrom,
  ONE,
  sigmoid,
  sigmoidFrom,
  softplusFrom,
  tanh,
} from '../base/math'
import { constant, loadLanes, loadPart, storeLanes, storePart } from '../base/simd'

// Beyond ±CLAMP silu' has reached its limits; the clamp keeps ∞ · 0 out of the products. gelu likewise.
const CLAMP = memory.data<f32>([100])
const MINUS_CLAMP = memory.data<f32>([-100])

/** Stores f(z), and f'(z) where SLOPE. code and SLOPE are constants here, so one case is left of each call. */
@inline
function step(code: i32, SLOPE: bool, z: v128, aPtr: usize, slopePtr: usize, lanes: i32): void {
  const zero = f32x4.splat(0)
  if (code == Activations.LINEAR) {
    storeLanes(aPtr, z, lanes)
  } else if (code == Activations.SIGMOID) {
    storeLanes(aPtr, sigmoid(z), lanes)
  } else if (code == Activations.TANH) {
    storeLanes(aPtr, tanh(z), lanes)
  } else if (code == Activations.RELU) {
    storeLanes(aPtr, f32x4.pmax(z, zero), lanes)
  } else if (code == Activations.LEAKY_RELU) {
    storeLanes(aPtr, f32x4.pmax(z, f32x4.mul(z, f32x4.splat(<f32>Activations.LEAKY_RELU_SLOPE))), lanes)
  } else if (code == Activations.ELU) {
    const below = f32x4.mul(expm1Negative(f32x4.pmin(z, zero)), f32x4.splat(<f32>Activations.ELU_ALPHA))
    storeLanes(aPtr, v128.bitselect(z, below, f32x4.gt(z, zero)), lanes)
  } else if (code == Activations.SELU) {
    const below = f32x4.mul(expm1Negative(f32x4.pmin(z, zero)), f32x4.splat(<f32>(Activations.SELU_LAMBDA * Activations.SELU_ALPHA)))
    const above = f32x4.mul(z, f32x4.splat(<f32>Activations.SELU_LAMBDA))
    storeLanes(aPtr, v128.bitselect(above, below, f32x4.gt(z, zero)), lanes)
  } else if (code == Activations.GELU) {
    const g = gaussian(z)
    const phi = normalCdfFrom(z, g)
    const bounded = f32x4.pmax(z, constant(MINUS_CLAMP))
    storeLanes(aPtr, f32x4.mul(bounded, phi), lanes)
    if (SLOPE) {
      const tied = f32x4.pmin(bounded, constant(CLAMP))
      storeLanes(slopePtr, f32x4.add(phi, f32x4.mul(tied, normalDensityFrom(g))), lanes)
    }
  } else if (code == Activations.SILU) {
    const one = constant(ONE)
    const e = expMinusAbs(z)
    const r = f32x4.div(one, f32x4.add(one, e))
    const small = f32x4.mul(e, r)
    const negative = f32x4.lt(z, zero)
    const s = v128.bitselect(small, r, negative)
    const bounded = f32x4.pmax(z, constant(MINUS_CLAMP))
    storeLanes(aPtr, f32x4.mul(bounded, s), lanes)
    if (SLOPE) {
      // s + z s (1 − s), with s (1 − s) = r · e r.
      const tied = f32x4.pmin(bounded, constant(CLAMP))
      storeLanes(slopePtr, f32x4.add(s, f32x4.mul(tied, f32x4.mul(r, small))), lanes)
    }
  } else if (code == Activations.SOFTSIGN) {
    // Beyond ±2²⁵ it is ±1; the bound keeps ∞ / ∞ out.
    const bounded = f32x4.pmin(f32x4.pmax(z, f32x4.splat(-33554432)), f32x4.splat(33554432))
    storeLanes(aPtr, f32x4.div(bounded, f32x4.add(constant(ONE), f32x4.abs(bounded))), lanes)
  } else if (code == Activations.SOFTPLUS) {
    const e = expMinusAbs(z)
    storeLanes(aPtr, softplusFrom(z, e), lanes)
    if (SLOPE) storeLanes(slopePtr, sigmoidFrom(z, e), lanes)
  }
}

/**
 * The loop over n floats for one constant code. Two vectors a turn share the constants, which V8 builds anew wherever
 * they are used, and hide the latency of the chain: sigmoid takes 0.75 instead of 1.3 ns a float in the relaxed build
 * and 1.04 instead of 1.09 in the simd build (4096 floats, Node 20, Zen 5).
 */
@inline
function loop(code: i32, SLOPE: bool, zPtr: usize, aPtr: usize, slopePtr: usize, n: i32): void {
  const end = zPtr + ((<usize>(n & ~(2 * LANES - 1))) << 2)
  while (zPtr < end) {
    const z0 = v128.load(zPtr)
    const z1 = v128.load(zPtr, 16)
    step(code, SLOPE, z0, aPtr, slopePtr, LANES)
    step(code, SLOPE, z1, aPtr + 16, slopePtr + 16, LANES)
    zPtr += 32
    aPtr += 32
    if (SLOPE) slopePtr += 32
  }
  let rest = n & (2 * LANES - 1)
  while (rest > 0) {
    step(code, SLOPE, loadLanes(zPtr, rest), aPtr, slopePtr, rest)
    zPtr += 16
    aPtr += 16
    if (SLOPE) slopePtr += 16
    rest -= LANES
  }
}

// One function an activation, because engines optimise a function at a time.
function linearLoop(zPtr: usize, aPtr: usize, n: i32): void {
  loop(Activations.LINEAR, false, zPtr, aPtr, 0, n)
}
function sigmoidLoop(zPtr: usize, aPtr: usize, n: i32): void {
  loop(Activations.SIGMOID, false, zPtr, aPtr, 0, n)
}
function tanhLoop(zPtr: usize, aPtr: usize, n: i32): void {
  loop(Activations.TANH, false, zPtr, aPtr, 0, n)
}
function reluLoop(zPtr: usize, aPtr: usize, n: i32): void {
  loop(Activations.RELU, false, zPtr, aPtr, 0, n)
}
function leakyReluLoop(zPtr: usize, aPtr: usize, n: i32): void {
  loop(Activations.LEAKY_RELU, false, zPtr, aPtr, 0, n)
}
function eluLoop(zPtr: usize, aPtr: usize, n: i32): void {
  loop(Activations.ELU, false, zPtr, aPtr, 0, n)
}
function seluLoop(zPtr: usize, aPtr: usize, n: i32): void {
  loop(Activations.SELU, false, zPtr, aPtr, 0, n)
}
function geluLoop(zPtr: usize, aPtr: usize, n: i32): void {
  loop(Activations.GELU, false, zPtr, aPtr, 0, n)
}
function geluSlopeLoop(zPtr: usize, aPtr: usize, slopePtr: usize, n: i32): void {
  loop(Activations.GELU, true, zPtr, aPtr, slopePtr, n)
}
function siluLoop(zPtr: usize, aPtr: usize, n: i32): void {
  loop(Activations.SILU, false, zPtr, aPtr, 0, n)
}
function siluSlopeLoop(zPtr: usize, aPtr: usize, slopePtr: usize, n: i32): void {
  loop(Activations.SILU, true, zPtr, aPtr, slopePtr, n)
}
function softsignLoop(zPtr: usize, aPtr: usize, n: i32): void {
  loop(Activations.SOFTSIGN, false, zPtr, aPtr, 0, n)
}
function softplusLoop(zPtr: usize, aPtr: usize, n: i32): void {
  loop(Activations.SOFTPLUS, false, zPtr, aPtr, 0, n)
}
function softplusSlopeLoop(zPtr: usize, aPtr: usize, slopePtr: usize, n: i32): void {
  loop(Activations.SOFTPLUS, true, zPtr, aPtr, slopePtr, n)
}

/**
 * a = f(z) for n floats; aPtr may equal zPtr. Where slopePtr is not 0 and f' cannot be read from a (gelu, silu,
 * softplus), also slope = f'(z). Softmax is not elementwise: see softmaxRow.
 */
export function activate(code: i32, zPtr: usize, aPtr: usize, slopePtr: usize, n: i32): void {
  switch (code) {
    case Activations.LINEAR:
      if (aPtr != zPtr) linearLoop(zPtr, aPtr, n)
      break
    case Activations.SIGMOID:
      sigmoidLoop(zPtr, aPtr, n)
      break
    case Activations.TANH:
      tanhLoop(zPtr, aPtr, n)
      break
    case Activations.RELU:
      reluLoop(zPtr, aPtr, n)
      break
    case Activations.LEAKY_RELU:
      leakyReluLoop(zPtr, aPtr, n)
      break
    case Activations.ELU:
      eluLoop(zPtr, aPtr, n)
      break
    case Activations.SELU:
      seluLoop(zPtr, aPtr, n)
      break
    case Activations.GELU:
      if (slopePtr) geluSlopeLoop(zPtr, aPtr, slopePtr, n)
      else geluLoop(zPtr, aPtr, n)
      break
    case Activations.SILU:
      if (slopePtr) siluSlopeLoop(zPtr, aPtr, slopePtr, n)
      else siluLoop(zPtr, aPtr, n)
      break
    case Activations.SOFTSIGN:
      softsignLoop(zPtr, aPtr, n)
      break
    case Activations.SOFTPLUS:
      if (slopePtr) softplusSlopeLoop(zPtr, aPtr, slopePtr, n)
      else softplusLoop(zPtr, aPtr, n)
      break
    default:
      unreachable()
  }
}

/** δ ⊙ f'(z) of one vector, f' read from `from`: a, or the stored slope. */
@inline
export function derived(code: i32, from: v128, delta: v128): v128 {
  const zero = f32x4.splat(0)
  const one = f32x4.splat(1)
  if (code == Activations.SIGMOID) return f32x4.mul(delta, f32x4.mul(from, f32x4.sub(one, from)))
  if (code == Activations.TANH) return f32x4.mul(delta, f32x4.sub(one, f32x4.mul(from, from)))
  if (code == Activations.RELU) return v128.andnot(delta, f32x4.le(from, zero))
  if (code == Activations.LEAKY_RELU) {
    const below = f32x4.mul(delta, f32x4.splat(<f32>Activations.LEAKY_RELU_SLOPE))
    return v128.bitselect(delta, below, f32x4.gt(from, zero))
  }
  if (code == Activations.ELU) {
    const slope = f32x4.add(from, f32x4.splat(<f32>Activations.ELU_ALPHA))
    return f32x4.mul(delta, v128.bitselect(one, slope, f32x4.gt(from, zero)))
  }
  if (code == Activations.SELU) {
    const slope = f32x4.add(from, f32x4.splat(<f32>(Activations.SELU_LAMBDA * Activations.SELU_ALPHA)))
    return f32x4.mul(delta, v128.bitselect(f32x4.splat(<f32>Activations.SELU_LAMBDA), slope, f32x4.gt(from, zero)))
  }
  if (code == Activations.SOFTSIGN) {
    const rest = f32x4.sub(one, f32x4.abs(from))
    return f32x4.mul(delta, f32x4.mul(rest, rest))
  }
  if (code == Activations.LINEAR) return delta
  if (code != Activations.GELU && code != Activations.SILU && code != Activations.SOFTPLUS) unreachable()
  return f32x4.mul(delta, from)
}

@inline
function deriveLoop(code: i32, fromPtr: usize, deltaPtr: usize, n: i32): void {
  const end = fromPtr + ((<usize>(n & ~(LANES - 1))) << 2)
  while (fromPtr < end) {
    v128.store(deltaPtr, derived(code, v128.load(fromPtr), v128.load(deltaPtr)))
    fromPtr += 16
    deltaPtr += 16
  }
  const rest = n & (LANES - 1)
  if (rest) storePart(deltaPtr, derived(code, loadPart(fromPtr, rest), loadPart(deltaPtr, rest)), rest)
}

function sigmoidDerive(fromPtr: usize, deltaPtr: usize, n: i32): void {
  deriveLoop(Activations.SIGMOID, fromPtr, deltaPtr, n)
}
function tanhDerive(fromPtr: usize, deltaPtr: usize, n: i32): void {
  deriveLoop(Activations.TANH, fromPtr, deltaPtr, n)
}
function reluDerive(fromPtr: usize, deltaPtr: usize, n: i32): void {
  deriveLoop(Activations.RELU, fromPtr, deltaPtr, n)
}
function leakyReluDerive(fromPtr: usize, deltaPtr: usize, n: i32): void {
  deriveLoop(Activations.LEAKY_RELU, fromPtr, deltaPtr, n)
}
function eluDerive(fromPtr: usize, deltaPtr: usize, n: i32): void {
  deriveLoop(Activations.ELU, fromPtr, deltaPtr, n)
}
function seluDerive(fromPtr: usize, deltaPtr: usize, n: i32): void {
  deriveLoop(Activations.SELU, fromPtr, deltaPtr, n)
}
function softsignDerive(fromPtr: usize, deltaPtr: usize, n: i32): void {
  deriveLoop(Activations.SOFTSIGN, fromPtr, deltaPtr, n)
}
function slopeDerive(fromPtr: usize, deltaPtr: usize, n: i32): void {
  deriveLoop(Activations.GELU, fromPtr, deltaPtr, n)
}

/**
 * δ = δ ⊙ f'(z) for n floats. `from` is a for linear, sigmoid, tanh, relu, leakyRelu, elu, selu and softsign, and
 * the stored slope for gelu, silu and softplus. At z = 0 relu' is 0, leakyRelu' 0.01, elu' α and selu' λα, as in PyTorch.
 */
export function derive(code: i32, fromPtr: usize, deltaPtr: usize, n: i32): void {
  switch (code) {
    case Activations.SIGMOID:
      sigmoidDerive(fromPtr, deltaPtr, n)
      break
    case Activations.TANH:
      tanhDerive(fromPtr, deltaPtr, n)
      break
    case Activations.RELU:
      reluDerive(fromPtr, deltaPtr, n)
      break
    case Activations.LEAKY_RELU:
      leakyReluDerive(fromPtr, deltaPtr, n)
      break
    case Activations.ELU:
      eluDerive(fromPtr, deltaPtr, n)
      break
    case Activations.SELU:
      seluDerive(fromPtr, deltaPtr, n)
      break
    case Activations.SOFTSIGN:
      softsignDerive(fromPtr, deltaPtr, n)
      break
    case Activations.GELU:
    case Activations.SILU:
    case Activations.SOFTPLUS:
      slopeDerive(fromPtr, deltaPtr, n)
      break
    case Activations.LINEAR:
      break
    default:
      unreachable()
  }
}

/**
 * a = softmax(z) of a row of n ≥ 1 floats: e^(z − max z) / Σ. aPtr may equal zPtr. Lane l of the sum takes the
 * elements l, l + 4, …; the lanes are added as (0 + 2) + (1 + 3). A NaN or +∞ in the row makes all of it NaN.
 */
export function softmaxRow(zPtr: usize, aPtr: usize, n: i32): void {
  const rest = n & (LANES - 1)
  const bytes = (<usize>(n - rest)) << 2
  const end = zPtr + bytes
  const last = zPtr + ((<usize>n) << 2)
  let top = v128.load32_splat(zPtr)
  let p = zPtr
  while (p < end) {
    top = f32x4.pmax(top, v128.load(p))
    p += 16
  }
  while (p < last) {
    top = f32x4.pmax(top, v128.load32_splat(p))
    p += 4
  }
  top = f32x4.pmax(top, v128.shuffle<f32>(top, top, 2, 3, 0, 1))
  top = f32x4.pmax(top, v128.shuffle<f32>(top, top, 1, 0, 3, 2))
  let sum = f32x4.splat(0)
  let q = aPtr
  while (zPtr < end) {
    const e = exp(f32x4.sub(v128.load(zPtr), top))
    v128.store(q, e)
    sum = f32x4.add(sum, e)
    zPtr += 16
    q += 16
  }
  if (rest) {
    storePart(q, exp(f32x4.sub(loadPart(zPtr, rest), top)), rest)
    sum = f32x4.add(sum, loadPart(q, rest))
  }
  sum = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 2, 3, 0, 1))
  sum = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 1, 0, 3, 2))
  const scale = f32x4.div(f32x4.splat(1), sum)
  q = aPtr
  const aEnd = aPtr + bytes
  while (q < aEnd) {
    v128.store(q, f32x4.mul(v128.load(q), scale))
    q += 16
  }
  if (rest) storePart(q, f32x4.mul(loadPart(q, rest), scale), rest)
}
