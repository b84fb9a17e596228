// f and f' of one vector, for the code of each activation; and the activations as types, for the loops over them
// (activation.ts). Every element of a vector is computed from its own value alone.
//
// Adding an activation: docs/extending.md.

import * as Activations from '../abi/activations'
import {
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
import { constant, storeLanes } from '../base/simd'

@unmanaged export class Linear { @inline get code(): i32 { return Activations.LINEAR } }
@unmanaged export class Sigmoid { @inline get code(): i32 { return Activations.SIGMOID } }
@unmanaged export class Tanh { @inline get code(): i32 { return Activations.TANH } }
@unmanaged export class Relu { @inline get code(): i32 { return Activations.RELU } }
@unmanaged export class LeakyRelu { @inline get code(): i32 { return Activations.LEAKY_RELU } }
@unmanaged export class Elu { @inline get code(): i32 { return Activations.ELU } }
@unmanaged export class Selu { @inline get code(): i32 { return Activations.SELU } }
@unmanaged export class Gelu { @inline get code(): i32 { return Activations.GELU } }
@unmanaged export class Silu { @inline get code(): i32 { return Activations.SILU } }
@unmanaged export class Softplus { @inline get code(): i32 { return Activations.SOFTPLUS } }
@unmanaged export class Softsign { @inline get code(): i32 { return Activations.SOFTSIGN } }

/**
 * The code of the activation F, a constant; there are no objects of these classes. With f as a method of its class instead
 * of a case below, the optimizer orders gelu differently: 9.4 instead of 8.5 µs for 4096 floats (relaxed, Node 26).
 */
@inline
export function codeOf<F>(): i32 {
  return changetype<F>(0).code
}

// Beyond ±CLAMP silu' has reached its limits; the clamp keeps ∞ · 0 out of the products. The same holds for gelu'.
const CLAMP = memory.data<f32>([100])
const MINUS_CLAMP = memory.data<f32>([-100])

/** Stores f(z) of one vector, and f'(z) where SLOPE. code and SLOPE are constants here, so one case is left of each call. */
@inline
export function storeValue(code: i32, SLOPE: bool, z: v128, aPtr: usize, slopePtr: usize, lanes: i32): void {
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
  if (
    code != Activations.GELU &&
    code != Activations.SILU &&
    code != Activations.SOFTPLUS &&
    code != Activations.STORED
  ) {
    unreachable()
  }
  return f32x4.mul(delta, from)
}
