// ½ Σ (a − y)² of one row.

import { loadLanes, loadPart, storeLanes, storePart } from '../../base/simd'
import { derived } from '../functions'
import { sumLanes } from './lanes'

/** ½ Σ (a − y)²; δ = (a − y) ⊙ f'(z), with f' read from `from`: a, or the stored slope. */
export function quadraticRow(a: usize, from: usize, y: usize, delta: usize, n: i32, activation: i32): f32 {
  let squares = f32x4.splat(0)
  for (; n >= 4; n -= 4) {
    const error = f32x4.sub(v128.load(a), v128.load(y))
    squares = f32x4.add(squares, f32x4.mul(error, error))
    if (delta) {
      v128.store(delta, derived(activation, v128.load(from), error))
      delta += 16
    }
    a += 16
    from += 16
    y += 16
  }
  if (n) {
    const error = f32x4.sub(loadPart(a, n), loadPart(y, n))
    squares = f32x4.add(squares, f32x4.mul(error, error))
    if (delta) storePart(delta, derived(activation, loadPart(from, n), error), n)
  }
  return 0.5 * sumLanes(squares)
}

/**
 * ½ Σ (a − y)² of a softmax; with g = a − y, δ_j = a_j (g_j − ⟨g, a⟩) = a_j Σ_k a_k (g_j − g_k), for Σ a = 1.
 *
 * Where one output p is near 1, g_p − ⟨g, a⟩ is a difference of nearly equal numbers, and so may g_p itself be. The
 * digits that cancel there are still in the other outputs, however small these are:
 *
 *     g_p = (1 − y_p) − Σ_{k≠p} a_k        D = g_p − ⟨g, a⟩ = Σ_{k≠p} a_k (g_p − g_k)        δ_j = a_j ((g_j − g_p) + D)
 *
 * p is the output above ½. Without one nothing cancels, and with 0 for g_p this is the formula above.
 */
export function quadraticSoftmaxRow(a: usize, y: usize, delta: usize, n: i32): f32 {
  let most = f32x4.splat(0.5)
  for (let j = 0; j < n; j += 4) most = f32x4.pmax(most, loadLanes(a + ((<usize>j) << 2), n - j))
  most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1))
  most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 1, 0, 3, 2))
  let top = f32x4.splat(0)
  if (f32x4.extract_lane(most, 0) > 0.5) {
    let rest = f32x4.splat(0)
    let target = f32x4.splat(0)
    for (let j = 0; j < n; j += 4) {
      const lanes = n - j
      const at = (<usize>j) << 2
      const out = loadLanes(a + at, lanes)
      const isTop = f32x4.eq(out, most)
      rest = f32x4.add(rest, v128.andnot(out, isTop))
      target = f32x4.add(target, v128.and(loadLanes(y + at, lanes), isTop))
    }
    top = f32x4.splat(1 - sumLanes(target) - sumLanes(rest))
  } else {
    most = f32x4.splat(2) // no lane is the top one
  }
  let squares = f32x4.splat(0)
  let spread = f32x4.splat(0)
  for (let j = 0; j < n; j += 4) {
    const lanes = n - j
    const at = (<usize>j) << 2
    const out = loadLanes(a + at, lanes)
    const error = v128.bitselect(top, f32x4.sub(out, loadLanes(y + at, lanes)), f32x4.eq(out, most))
    squares = f32x4.add(squares, f32x4.mul(error, error))
    spread = f32x4.add(spread, f32x4.mul(out, f32x4.sub(top, error)))
    if (delta) storeLanes(delta + at, error, lanes)
  }
  if (delta) {
    const above = f32x4.splat(sumLanes(spread))
    for (let j = 0; j < n; j += 4) {
      const lanes = n - j
      const at = (<usize>j) << 2
      const slope = f32x4.add(f32x4.sub(loadLanes(delta + at, lanes), top), above)
      storeLanes(delta + at, f32x4.mul(loadLanes(a + at, lanes), slope), lanes)
    }
  }
  return 0.5 * sumLanes(squares)
}
