// The Poisson loss of one row, fused with softplus.

import { loadLanes, storeLanes } from '../../base/simd'
import { sigmoidFrom } from '../../base/math'
import { expMinusAbs, log, softplusFrom } from './called'
import { firstLanes, sumLanes } from './lanes'

// Below it log softplus(z) = z − ½ e^z and sigmoid(z) / softplus(z) = 1 − ½ e^z, to 2^−30; and softplus itself vanishes
// from −87 on, where its logarithm does not.
const FAR_BELOW: f32 = -10
const HALF: f32 = 0.5

/** Σ a − y log a with a = softplus(z); δ = sigmoid(z) (1 − y / a), which nears −y where a nears 0. */
export function poissonRow(z: usize, y: usize, delta: usize, n: i32): f32 {
  let sum = f32x4.splat(0)
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const at = (<usize>j) << 2
    const v = loadLanes(z + at, lanes)
    const target = loadLanes(y + at, lanes)
    const e = expMinusAbs(v)
    const a = softplusFrom(v, e)
    const isFar = f32x4.lt(v, f32x4.splat(FAR_BELOW))
    const half = f32x4.mul(f32x4.splat(HALF), e)
    const logarithm = v128.bitselect(f32x4.sub(v, half), log(a), isFar)
    let loss = f32x4.sub(a, f32x4.mul(target, logarithm))
    if (lanes < 4) loss = v128.and(loss, firstLanes(lanes))
    sum = f32x4.add(sum, loss)
    if (delta) {
      const slope = sigmoidFrom(v, e)
      const ratio = v128.bitselect(f32x4.sub(f32x4.splat(1), half), f32x4.div(slope, a), isFar)
      storeLanes(delta + at, f32x4.sub(slope, f32x4.mul(target, ratio)), lanes)
    }
  }
  return sumLanes(sum)
}
