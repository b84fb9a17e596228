// The loss of one row of outputs and its output delta δ = ∂C/∂z (BP1), by the loss's code. A loss that belongs with an
// activation (crossEntropy with softmax, binaryCrossEntropy with sigmoid) is given z and is fused with it.
//
// Adding a loss: docs/extending.md.

import * as Activations from '../abi/activations'
import * as Losses from '../abi/losses'
import { loadLanes, storeLanes } from '../base/simd'
import { derive } from './activation'
import { customRow } from './custom'
import { absoluteRow, huberRow, logCoshRow } from './losses/distance'
import { binaryCrossEntropyRow, crossEntropyRow, klDivergenceRow } from './losses/entropy'
import { binaryFocalRow, focalRow } from './losses/focal'
import { categoricalHingeRow, hingeRow } from './losses/hinge'
import { poissonRow } from './losses/poisson'
import { quadraticRow, quadraticSoftmaxRow } from './losses/quadratic'

/**
 * Returns the loss of one row and, where delta is not 0, stores its δ. out is z for the fused losses, else a; slope is the
 * row of stored derivatives, or 0; first, second and third are the loss's own numbers (src/model/losses.ts). Reads and
 * writes n floats of each row and no more.
 */
export function lossRow(
  out: usize,
  slope: usize,
  y: usize,
  delta: usize,
  n: i32,
  loss: i32,
  activation: i32,
  first: f32,
  second: f32,
  third: f32,
): f32 {
  const from = slope ? slope : out
  switch (loss) {
    case Losses.CROSS_ENTROPY:
      return crossEntropyRow(out, y, delta, n, first, second)
    case Losses.BINARY_CROSS_ENTROPY:
      return binaryCrossEntropyRow(out, y, delta, n, first, second)
    case Losses.QUADRATIC:
      if (activation == Activations.SOFTMAX) return quadraticSoftmaxRow(out, y, delta, n)
      return quadraticRow(out, from, y, delta, n, activation)
    case Losses.MEAN_ABSOLUTE_ERROR:
      return absoluteRow(out, from, y, delta, n, activation)
    case Losses.HUBER:
      return huberRow(out, from, y, delta, n, activation, first)
    case Losses.LOG_COSH:
      return logCoshRow(out, from, y, delta, n, activation)
    case Losses.HINGE:
      return hingeRow(out, from, y, delta, n, activation)
    case Losses.CATEGORICAL_HINGE:
      return categoricalHingeRow(out, from, y, delta, n, activation)
    case Losses.POISSON:
      return poissonRow(out, y, delta, n)
    case Losses.KL_DIVERGENCE:
      return klDivergenceRow(out, y, delta, n)
    case Losses.FOCAL:
      return focalRow(out, y, delta, n, first, second)
    case Losses.BINARY_FOCAL:
      return binaryFocalRow(out, y, delta, n, first, second, third)
    case Losses.CUSTOM: {
      const value = customRow(out, y, delta, n)
      if (delta && activation != Activations.SOFTMAX) derive(activation, from, delta, n)
      return value
    }
    default:
      return unreachable()
  }
}

/** δ · weight for n floats; zeros where the weight is 0, whatever δ is. */
export function weighRow(delta: usize, n: i32, weight: f32): void {
  const factor = f32x4.splat(weight)
  const keeps = f32x4.ne(factor, f32x4.splat(0))
  for (let j = 0; j < n; j += 4) {
    const at = delta + ((<usize>j) << 2)
    storeLanes(at, v128.and(f32x4.mul(loadLanes(at, n - j), factor), keeps), n - j)
  }
}
