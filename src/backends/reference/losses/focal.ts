// The losses of assembly/rows/losses/focal.ts in plain JavaScript.

import { exp, log, log1p, sigmoid, softplus } from '../../../base/math.ts'
import type { Row } from './distance.ts'
import { largestOf } from './entropy.ts'

export function focalRow({ floats, out, y, delta, n }: Row, gamma: number, alpha: number): number {
  const largest = largestOf(floats, out, n)
  let tops = 0
  let below = 0
  for (let j = 0; j < n; ++j) {
    const shifted = floats[out + j] - largest
    if (shifted === 0) tops += 1
    else below += exp(shifted)
  }
  // Σ e^(z − max) − 1, without the digits that the 1 costs.
  const rest = tops - 1 + below
  const total = 1 + rest
  const logTotal = log1p(rest)
  const probability = (j: number) => exp(floats[out + j] - largest) / total
  const others = (j: number) => (floats[out + j] === largest ? rest / total : 1 - probability(j))
  let loss = 0
  let all = 0
  for (let j = 0; j < n; ++j) {
    const q = others(j)
    const surprise = logTotal - (floats[out + j] - largest)
    const weight = floats[y + j] * (gamma === 0 ? 1 : exp(gamma * log(q)))
    loss += weight * surprise
    if (delta) {
      floats[delta + j] = weight * (1 + gamma * probability(j) * (q > 0 ? surprise / q : 1))
      // As it is stored: nothing must be left of this sum less its one term.
      all += floats[delta + j]
    }
  }
  if (delta) {
    for (let j = 0; j < n; ++j) {
      const slope = floats[delta + j]
      floats[delta + j] = alpha * (probability(j) * (all - slope) - slope * others(j))
    }
  }
  return alpha * loss
}

export function binaryFocalRow(
  { floats, out, y, delta, n }: Row,
  gamma: number,
  alpha: number,
  beta: number,
): number {
  let sum = 0
  for (let j = 0; j < n; ++j) {
    const v = floats[out + j]
    const missing = softplus(-v)
    const present = softplus(v)
    const weightTrue = alpha * floats[y + j] * exp(-gamma * present)
    const weightFalse = beta * (1 - floats[y + j]) * exp(-gamma * missing)
    sum += weightTrue * missing + weightFalse * present
    if (delta) {
      const p = sigmoid(v)
      const q = sigmoid(-v)
      const up = weightFalse * (p + gamma * q * present)
      floats[delta + j] = up - weightTrue * (q + gamma * p * missing)
    }
  }
  return sum
}
