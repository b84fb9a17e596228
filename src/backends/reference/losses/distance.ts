// The losses of assembly/rows/losses/quadratic.ts and distance.ts in plain JavaScript.

import type { Floats } from '../../../base/floats.ts'
import { exp, expm1, log1p, tanh } from '../../../base/math.ts'
import { derive } from '../activation.ts'

/** Where the row's outputs, their derivatives (or 0), its targets and its δ (or 0) are, and how many there are. */
export interface Row {
  readonly floats: Floats
  readonly out: number
  readonly slope: number
  readonly y: number
  readonly delta: number
  readonly n: number
}

/** Σ of a function of a − y, and δ from its derivative. */
function distanceRow(
  { floats, out, slope, y, delta, n }: Row,
  activation: number,
  value: (error: number) => number,
  derivative: (error: number) => number,
): number {
  let sum = 0
  for (let j = 0; j < n; ++j) {
    const error = floats[out + j] - floats[y + j]
    sum += value(error)
    if (delta) floats[delta + j] = derivative(error)
  }
  if (delta) derive(floats, activation, slope || out, delta, n)
  return sum
}

export function quadraticRow({ floats, out, slope, y, delta, n }: Row, activation: number): number {
  let squares = 0
  for (let j = 0; j < n; ++j) {
    const error = floats[out + j] - floats[y + j]
    squares += error * error
    if (delta) floats[delta + j] = error
  }
  if (delta) derive(floats, activation, slope || out, delta, n)
  return 0.5 * squares
}

/** With p the output above ½, g_p and g_p − ⟨g, a⟩ are summed from the others: see assembly/rows/losses/quadratic.ts. */
export function quadraticSoftmaxRow({ floats, out: a, y, delta, n }: Row): number {
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

export const absoluteRow = (row: Row, activation: number): number =>
  distanceRow(row, activation, Math.abs, Math.sign)

export function huberRow(row: Row, activation: number, bound: number): number {
  const value = (error: number) => {
    const size = Math.abs(error)
    const inner = Math.min(size, bound)
    return inner * (size - 0.5 * inner)
  }
  return distanceRow(row, activation, value, (error) => Math.max(-bound, Math.min(error, bound)))
}

/** log cosh e = |e| + log((1 + e^(−2|e|)) / 2), written with e^(−2|e|) − 1 where that is small. */
function logCosh(error: number): number {
  const size = Math.abs(error)
  // e²/2 − e⁴/12 + e⁶/45: what is left out is below 2⁻⁵³ of it.
  if (size < 1e-3) {
    const square = error * error
    return square * (0.5 + square * (-1 / 12 + square / 45))
  }
  const m = expm1(-2 * size)
  return size < 1 ? size + log1p(0.5 * m) : size + (log1p(exp(-2 * size)) - Math.LN2)
}

export const logCoshRow = (row: Row, activation: number): number =>
  distanceRow(row, activation, logCosh, tanh)
