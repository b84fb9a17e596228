// leakyRelu with a slope below zero of one's own, and elu with an α.

import * as Activations from '../abi/activations'
import { LANES } from '../abi/layout'
import { expm1Negative, ONE } from '../base/math'
import { constant, loadLanes, loadPart, storeLanes } from '../base/simd'

/** f(z) of one vector, and f'(z) unless slopePtr is 0. below, slope: f and f' where z is not above 0. */
@inline
function storeBoth(z: v128, below: v128, slope: v128, aPtr: usize, slopePtr: usize, lanes: i32): void {
  const isAbove = f32x4.gt(z, f32x4.splat(0))
  storeLanes(aPtr, v128.bitselect(z, below, isAbove), lanes)
  if (slopePtr) storeLanes(slopePtr, v128.bitselect(constant(ONE), slope, isAbove), lanes)
}

function slopedRelu(zPtr: usize, aPtr: usize, slopePtr: usize, n: i32, factor: v128): void {
  const end = zPtr + ((<usize>(n & ~(LANES - 1))) << 2)
  while (zPtr < end) {
    const z = v128.load(zPtr)
    storeBoth(z, f32x4.mul(z, factor), factor, aPtr, slopePtr, LANES)
    zPtr += 16
    aPtr += 16
    if (slopePtr) slopePtr += 16
  }
  const rest = n & (LANES - 1)
  if (rest) {
    const z = loadPart(zPtr, rest)
    storeBoth(z, f32x4.mul(z, factor), factor, aPtr, slopePtr, rest)
  }
}

function scaledElu(zPtr: usize, aPtr: usize, slopePtr: usize, n: i32, factor: v128): void {
  for (; n > 0; n -= LANES) {
    const z = loadLanes(zPtr, n)
    const below = f32x4.mul(expm1Negative(f32x4.pmin(z, f32x4.splat(0))), factor)
    storeBoth(z, below, f32x4.add(below, factor), aPtr, slopePtr, n)
    zPtr += 16
    aPtr += 16
    if (slopePtr) slopePtr += 16
  }
}

/**
 * a = f(z) for n floats, aPtr may equal zPtr; and slope = f'(z) unless slopePtr is 0. Below zero f is number · z with
 * SLOPED_RELU and number · (e^z − 1) with SCALED_ELU; at 0 f' is `number`, as in PyTorch. A number below 0 is no less good than
 * another: so f' cannot be read from a, whose sign does not tell that of z.
 */
export function sloped(code: i32, zPtr: usize, aPtr: usize, slopePtr: usize, n: i32, number: f32): void {
  const factor = f32x4.splat(number)
  if (code == Activations.SLOPED_RELU) slopedRelu(zPtr, aPtr, slopePtr, n, factor)
  else scaledElu(zPtr, aPtr, slopePtr, n, factor)
}
