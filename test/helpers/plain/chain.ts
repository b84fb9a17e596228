// The chain rule from the loss of a batch down to every parameter, in plain loops over arrays of float64. `round` stands
// wherever a kernel would have rounded. Shares no line with nabla.

import { activationOf } from './activations.ts'
import { isFused, type PlainLoss, rowLoss } from './losses.ts'
import type { Noise } from './noise.ts'
import {
  column,
  type Masks,
  type Passed,
  type PlainGradient,
  type PlainLayer,
  type PlainParameters,
} from './pass.ts'

/** ∂C/∂u of the last layer, each row times its weight. */
function outputDeltas(
  loss: PlainLoss,
  { activation }: PlainLayer,
  { u, a }: Passed,
  y: readonly number[][],
  rowWeights: readonly number[] | undefined,
  round: Noise,
): number[][] {
  return u.map((row, r) => {
    const fused = isFused(loss.name)
    const { slopes, sizes } = rowLoss(loss, fused ? row : a[r], y[r])
    const byOut = slopes.map((one, j) => round(one, 4 * sizes[j]))
    let delta = byOut
    if (!fused && activation === 'softmax') {
      let inner = 0
      let size = 0
      for (let j = 0; j < row.length; ++j) {
        inner += byOut[j] * a[r][j]
        size += Math.abs(byOut[j] * a[r][j])
      }
      delta = byOut.map((one, j) => round(a[r][j] * (one - inner), 8 * a[r][j] * (Math.abs(one) + size)))
    } else if (!fused) delta = throughActivation(activation, row, byOut, round)
    const s = rowWeights?.[r]
    return s === undefined ? delta : delta.map((one) => (s === 0 ? 0 : round(one * s, one * s)))
  })
}

function throughActivation(
  activation: string,
  u: readonly number[],
  d: readonly number[],
  round: Noise,
): number[] {
  return d.map((one, j) => {
    const [slope, size] = activationOf(activation).slope(u[j])
    const value = one * round(slope, 8 * (Math.abs(slope) + size))
    return round(value, value)
  })
}

/**
 * ∂C/∂z of numbers that are normalised together, from g = ∂C/∂ẑ: (g − mean(g) − ẑ · mean(g ⊙ ẑ)) / √(σ² + ε).
 */
function throughMoments(
  g: readonly number[],
  normal: readonly number[],
  inverse: number,
  round: Noise,
): number[] {
  const n = g.length
  let sum = 0
  let products = 0
  let sumSize = 0
  let productSize = 0
  for (let i = 0; i < n; ++i) {
    sum += g[i]
    products += g[i] * normal[i]
    sumSize += Math.abs(g[i])
    productSize += Math.abs(g[i] * normal[i])
  }
  const root = Math.sqrt(n)
  return g.map((one, i) => {
    const value = inverse * (one - sum / n - (normal[i] * products) / n)
    const size = Math.abs(one) + (root * (sumSize + Math.abs(normal[i]) * productSize)) / n
    return round(value, 4 * inverse * size)
  })
}

/** Adds Σ over the rows of ∂C/∂(parameters) to `sums`. */
export function backward(
  layers: readonly PlainLayer[],
  parameters: readonly PlainParameters[],
  passed: readonly Passed[],
  loss: PlainLoss,
  y: readonly number[][],
  rowWeights: readonly number[] | undefined,
  masks: Masks,
  sums: readonly PlainGradient[],
  round: Noise,
): void {
  const rows = y.length
  const root = Math.sqrt(rows)
  const addSum = (to: number[], at: number, term: (r: number) => number) => {
    let sum = 0
    let size = 0
    for (let r = 0; r < rows; ++r) {
      const one = term(r)
      sum += one
      size += Math.abs(one)
    }
    to[at] += round(sum, size * root)
  }
  const last = layers.length - 1
  let atU = outputDeltas(loss, layers[last], passed[last], y, rowWeights, round)
  for (let l = last; l >= 0; --l) {
    const { inputs, units, normalization } = layers[l]
    const { weights, gains } = parameters[l]
    const { input, normal, inverse } = passed[l]
    let delta = atU
    if (normalization) {
      const d = atU
      for (let j = 0; j < units; ++j) {
        addSum(sums[l].gains, j, (r) => d[r][j] * normal[r][j])
        addSum(sums[l].shifts, j, (r) => d[r][j])
      }
      const g = d.map((row) => row.map((one, j) => one * gains[j]))
      if (normalization.name === 'layer') {
        delta = g.map((row, r) => throughMoments(row, normal[r], inverse[r], round))
      } else {
        const byUnit = inverse.map((one, j) => throughMoments(column(g, j), column(normal, j), one, round))
        delta = g.map((_, r) => byUnit.map((of) => of[r]))
      }
    }
    const here = delta
    for (let j = 0; j < units; ++j) {
      for (let i = 0; i < inputs; ++i) addSum(sums[l].weights, i * units + j, (r) => input[r][i] * here[r][j])
      if (layers[l].bias) addSum(sums[l].biases, j, (r) => here[r][j])
    }
    if (l === 0) return
    atU = here.map((row, r) => {
      const mask = masks(l - 1, r)
      const byA = Array.from({ length: inputs }, (_, i) => {
        let sum = 0
        let size = 0
        for (let j = 0; j < units; ++j) {
          const term = weights[i * units + j] * row[j]
          sum += term
          size += Math.abs(term)
        }
        const value = round(sum, size * Math.sqrt(units))
        return mask ? round(value * mask[i], value * mask[i]) : value
      })
      return throughActivation(layers[l - 1].activation, passed[l - 1].u[r], byA, round)
    })
  }
}
