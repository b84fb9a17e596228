// The losses of assembly/rows/losses/entropy.ts and poisson.ts in plain JavaScript: they are given z.

import type { Floats } from '../../../base/floats.ts'
import { exp, log, log1p, sigmoid, softplus } from '../../../base/math.ts'
import type { Row } from './distance.ts'

export function largestOf(floats: Floats, z: number, n: number): number {
  let largest = floats[z]
  for (let j = 1; j < n; ++j) largest = Math.max(largest, floats[z + j])
  return largest
}

export function crossEntropyRow({ floats, out, y, delta, n }: Row, keep: number, share: number): number {
  const largest = largestOf(floats, out, n)
  let total = 0
  let weight = 0
  let inner = 0
  for (let j = 0; j < n; ++j) {
    const shifted = floats[out + j] - largest
    const target = keep * floats[y + j] + share
    const e = exp(shifted)
    total += e
    weight += target
    inner += target * shifted
    if (delta) floats[delta + j] = e
  }
  if (delta) {
    const scale = weight / total
    for (let j = 0; j < n; ++j) {
      floats[delta + j] = floats[delta + j] * scale - (keep * floats[y + j] + share)
    }
  }
  return weight * log(total) - inner
}

export function klDivergenceRow({ floats, out, y, delta, n }: Row): number {
  const largest = largestOf(floats, out, n)
  let total = 0
  let weight = 0
  for (let j = 0; j < n; ++j) {
    total += exp(floats[out + j] - largest)
    weight += floats[y + j]
  }
  const logTotal = log(total)
  let divergence = 0
  for (let j = 0; j < n; ++j) {
    const target = floats[y + j]
    const shifted = floats[out + j] - largest
    divergence += target * ((target > 0 ? log(target) : 0) + (logTotal - shifted))
    if (delta) floats[delta + j] = exp(shifted) * (weight / total) - target
  }
  return divergence
}

export function binaryCrossEntropyRow(
  { floats, out, y, delta, n }: Row,
  keep: number,
  share: number,
): number {
  let sum = 0
  for (let j = 0; j < n; ++j) {
    const v = floats[out + j]
    const target = keep * floats[y + j] + share
    sum += Math.max(v, 0) - v * target + log1p(exp(-Math.abs(v)))
    if (delta) floats[delta + j] = sigmoid(v) - target
  }
  return sum
}

// Below it log softplus(z) = z − ½ e^z and sigmoid(z) / softplus(z) = 1 − ½ e^z, to float64.
const FAR_BELOW = -20

export function poissonRow({ floats, out, y, delta, n }: Row): number {
  let sum = 0
  for (let j = 0; j < n; ++j) {
    const v = floats[out + j]
    const target = floats[y + j]
    const a = softplus(v)
    const isFar = v < FAR_BELOW
    sum += a - target * (isFar ? v - 0.5 * exp(v) : log(a))
    if (delta) {
      const slope = sigmoid(v)
      floats[delta + j] = slope - target * (isFar ? 1 - 0.5 * exp(v) : slope / a)
    }
  }
  return sum
}
