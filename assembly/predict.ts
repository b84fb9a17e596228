// The kernels of nabla/predict, a binary of its own: what brings rows through layers, and nothing that trains. Offsets are in
// elements, as in index.ts; the sums and bits are those of the same kernels there.

import * as Activations from './abi/activations'
import * as Normalizations from './abi/normalizations'
import { packRows as packPanelRows, padded } from './base/panels'
import { gemmNN } from './products/gemm-nn'
import { activateValues } from './rows/activation'
import { normalizeByRunning } from './rows/normalize-columns'
import { normalizeRow } from './rows/normalize-rows'
import { softmaxRows } from './rows/softmax'

@inline
function at(offset: i32): usize {
  return (<usize>(<u32>offset)) << 2
}

export function packRows(values: i32, from: i32, to: i32, rows: i32, columns: i32, w: i32): void {
  packPanelRows(at(values), from, to, rows, columns, at(w))
}

/** out = a · W + b, of k inputs to n units; b is 0 for none, `stride` that of a. */
export function product(
  rows: i32, a: i32, stride: i32, w: i32, b: i32, out: i32, k: i32, n: i32, tiles: i32,
): void {
  gemmNN(0, rows, at(a), stride, 0, at(w), padded(k), at(b), at(out), k, n, tiles, 0, padded(n))
}

/** z = γ ⊙ (z − μ) / √(σ² + ε) + β in place, by the mean and variance of each row or by the running ones. */
export function normalize(
  kind: i32, rows: i32, z: i32, n: i32, gains: i32, shifts: i32, mean: i32, variance: i32, epsilon: f32,
): void {
  const columns = padded(n)
  const zPtr = at(z)
  if (kind == Normalizations.LAYER) {
    const stride = (<usize>columns) << 2
    for (let r = 0; r < rows; ++r) {
      const row = zPtr + <usize>r * stride
      normalizeRow(row, false, row, at(gains), at(shifts), n, epsilon)
    }
  } else {
    normalizeByRunning(
      zPtr, zPtr, at(mean), at(variance), at(gains), at(shifts), rows, columns, 0, columns, epsilon,
    )
  }
}

/** a = f(z) in place. number: the slope of SLOPED_RELU, the α of SCALED_ELU. */
export function activate(activation: i32, rows: i32, z: i32, n: i32, number: f32): void {
  if (activation == Activations.SOFTMAX) softmaxRows(rows, at(z), at(z), n, padded(n))
  else activateValues(activation, at(z), at(z), rows * padded(n), number)
}
