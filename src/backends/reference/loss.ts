// The losses of assembly/rows/loss.ts in plain JavaScript, each with its output delta (BP1).

import * as Activations from '../../../assembly/abi/activations.ts'
import * as Hits from '../../../assembly/abi/hits.ts'
import * as Losses from '../../../assembly/abi/losses.ts'
import type { Floats } from '../../base/floats.ts'
import { exp, log, log1p, sigmoid } from '../../base/math.ts'
import { derive } from './activation.ts'

function quadraticRow(
  floats: Floats,
  a: number,
  slope: number,
  y: number,
  delta: number,
  n: number,
  activation: number,
): number {
  let squares = 0
  for (let j = 0; j < n; ++j) {
    const error = floats[a + j] - floats[y + j]
    squares += error * error
    if (delta) floats[delta + j] = error
  }
  if (delta) derive(floats, activation, slope || a, delta, n)
  return 0.5 * squares
}

function absoluteRow(
  floats: Floats,
  a: number,
  slope: number,
  y: number,
  delta: number,
  n: number,
  activation: number,
): number {
  let sum = 0
  for (let j = 0; j < n; ++j) {
    const error = floats[a + j] - floats[y + j]
    sum += Math.abs(error)
    if (delta) floats[delta + j] = Math.sign(error)
  }
  if (delta) derive(floats, activation, slope || a, delta, n)
  return sum
}

/** With p the output above ½, g_p and g_p − ⟨g, a⟩ are summed from the others: see assembly/rows/loss.ts. */
function quadraticSoftmaxRow(floats: Floats, a: number, y: number, delta: number, n: number): number {
  let p = -1
  for (let j = 0; j < n; ++j) if (floats[a + j] > 0.5) p = j
  let top = 0
  if (p >= 0) {
    let rest = 0
    for (let j = 0; j < n; ++j) if (j !== p) rest += floats[a + j]
    top = 1 - floats[y + p] - rest
  }
  const errorOf = (j: number) => (j === p ? top : floats[a + j] - floats[y + j])
  let squares = 0
  let above = 0
  for (let j = 0; j < n; ++j) {
    const error = errorOf(j)
    squares += error * error
    above += floats[a + j] * (top - error)
  }
  if (delta) {
    for (let j = 0; j < n; ++j) floats[delta + j] = floats[a + j] * (errorOf(j) - top + above)
  }
  return 0.5 * squares
}

function crossEntropyRow(floats: Floats, z: number, y: number, delta: number, n: number): number {
  let largest = floats[z]
  for (let j = 1; j < n; ++j) largest = Math.max(largest, floats[z + j])
  let total = 0
  let weight = 0
  let inner = 0
  for (let j = 0; j < n; ++j) {
    const shifted = floats[z + j] - largest
    const e = exp(shifted)
    total += e
    weight += floats[y + j]
    inner += floats[y + j] * shifted
    if (delta) floats[delta + j] = e
  }
  if (delta) {
    const scale = weight / total
    for (let j = 0; j < n; ++j) floats[delta + j] = floats[delta + j] * scale - floats[y + j]
  }
  return weight * log(total) - inner
}

function binaryCrossEntropyRow(floats: Floats, z: number, y: number, delta: number, n: number): number {
  let sum = 0
  for (let j = 0; j < n; ++j) {
    const v = floats[z + j]
    sum += Math.max(v, 0) - v * floats[y + j] + log1p(exp(-Math.abs(v)))
    if (delta) floats[delta + j] = sigmoid(v) - floats[y + j]
  }
  return sum
}

/** The loss of one row, its δ stored at `delta` unless that is 0; the arguments are those of assembly/rows/loss.ts. */
export function lossRow(
  floats: Floats,
  out: number,
  slope: number,
  y: number,
  delta: number,
  n: number,
  loss: number,
  activation: number,
): number {
  if (loss === Losses.CROSS_ENTROPY) return crossEntropyRow(floats, out, y, delta, n)
  if (loss === Losses.BINARY_CROSS_ENTROPY) return binaryCrossEntropyRow(floats, out, y, delta, n)
  if (loss === Losses.MEAN_ABSOLUTE_ERROR) return absoluteRow(floats, out, slope, y, delta, n, activation)
  if (loss !== Losses.QUADRATIC) throw new Error(`there is no loss ${loss}`)
  if (activation === Activations.SOFTMAX) return quadraticSoftmaxRow(floats, out, y, delta, n)
  return quadraticRow(floats, out, slope, y, delta, n, activation)
}

/** As in assembly/rows/loss.ts: the first of the largest; −1 where they reach to infinity or have NaN among them. */
function argmax(floats: Floats, at: number, n: number): number {
  let best = 0
  let largest = floats[at]
  let least = largest
  for (let j = 1; j < n; ++j) {
    if (floats[at + j] > largest) best = j
    largest = Math.max(largest, floats[at + j])
    least = Math.min(least, floats[at + j])
  }
  return largest - least < Number.POSITIVE_INFINITY ? best : -1
}

/** The hit of one row, as in assembly/rows/loss.ts. */
export function hitsRow(
  floats: Floats,
  out: number,
  y: number,
  n: number,
  mode: number,
  threshold: number,
): number {
  if (mode === Hits.ARGMAX) {
    const best = argmax(floats, out, n)
    return best >= 0 && best === argmax(floats, y, n) ? 1 : 0
  }
  if (mode !== Hits.THRESHOLD) throw new Error(`there is no hit mode ${mode}`)
  let right = 0
  for (let j = 0; j < n; ++j) {
    const value = floats[out + j]
    if (Number.isFinite(value) && value >= threshold === floats[y + j] >= 0.5) right += 1
  }
  return right / n
}
