// A network whose layers normalise and drop, as a textbook has it: float64, arrays of arrays, a loop for every sum, the chain
// rule step by step as in Ioffe and Szegedy (2015, arXiv:1502.03167, section 3). It shares no line with nabla.

import { textbookActivate, textbookCost, textbookCostSlope, textbookJacobian } from './textbook.ts'

export interface StagedLayer {
  weights: number[][]
  biases?: number[] | undefined
  activation: string
  normalization?: 'layer' | 'batch' | undefined
  epsilon?: number
  gains?: number[]
  shifts?: number[]
  runningMean?: number[]
  runningVariance?: number[]
  /** (rows × units) What each a is multiplied with. */
  mask?: number[][] | undefined
}

export interface StagedNetwork {
  layers: StagedLayer[]
  loss: string
  inputMask?: number[][] | undefined
}

/** What a layer leaves of the rows. */
interface Passed {
  input: number[][]
  /** ẑ, and 1/σ of each element. */
  normal: number[][]
  inverse: number[][]
  u: number[][]
  a: number[][]
  /** Over the batch: of each unit. */
  mean: number[]
  variance: number[]
}

const meanOf = (values: number[]): number => {
  let sum = 0
  for (const one of values) sum += one
  return sum / values.length
}

/** The mean of the squared distances from the mean. */
export const biasedVariance = (values: number[]): number => {
  const mean = meanOf(values)
  return meanOf(values.map((one) => (one - mean) ** 2))
}

const columnOf = (rows: number[][], j: number): number[] => rows.map((row) => row[j])
const times = (rows: number[][], mask: number[][] | undefined): number[][] =>
  mask ? rows.map((row, r) => row.map((value, j) => value * mask[r][j])) : rows

/** training: by the batch's own moments, else by the running ones and with nothing dropped. */
function passLayer(layer: StagedLayer, input: number[][], training: boolean): Passed {
  const { weights, biases, activation, normalization, epsilon = 1e-5, gains, shifts } = layer
  const z = input.map((row) =>
    weights[0].map((_, j) => {
      let sum = biases ? biases[j] : 0
      for (let i = 0; i < row.length; ++i) sum += row[i] * weights[i][j]
      return sum
    }),
  )
  const mean = z[0].map((_, j) => meanOf(columnOf(z, j)))
  const variance = z[0].map((_, j) => biasedVariance(columnOf(z, j)))
  const momentsAt = (r: number, j: number): [number, number] => {
    if (normalization === 'layer') return [meanOf(z[r]), biasedVariance(z[r])]
    if (normalization === undefined) return [0, 1 - epsilon]
    return training ? [mean[j], variance[j]] : [layer.runningMean![j], layer.runningVariance![j]]
  }
  const inverse = z.map((row, r) => row.map((_, j) => 1 / Math.sqrt(momentsAt(r, j)[1] + epsilon)))
  const normal = z.map((row, r) => row.map((value, j) => (value - momentsAt(r, j)[0]) * inverse[r][j]))
  const u = normalization ? normal.map((row) => row.map((value, j) => gains![j] * value + shifts![j])) : z
  const a = u.map((row) => textbookActivate(activation, row))
  return { input, normal, inverse, u, a: training ? times(a, layer.mask) : a, mean, variance }
}

/** What every layer leaves of the rows. */
export function stagedPass({ layers, inputMask }: StagedNetwork, x: number[][], training: boolean): Passed[] {
  const passed: Passed[] = []
  let input = training ? times(x, inputMask) : x
  for (const layer of layers) {
    passed.push(passLayer(layer, input, training))
    input = passed.at(-1)!.a
  }
  return passed
}

/** The mean loss over the rows. */
export function stagedLoss(network: StagedNetwork, x: number[][], y: number[][], training: boolean): number {
  const a = stagedPass(network, x, training).at(-1)!.a
  return meanOf(a.map((row, r) => textbookCost(network.loss, row, y[r])))
}

export interface StagedGradient {
  weights: number[][][]
  biases: number[][]
  gains: number[][]
  shifts: number[][]
}

/**
 * ∂C/∂z of some values that are normalised together, from ∂C/∂ẑ: by way of σ² and μ, on which each of them has its influence.
 */
function throughMoments(d: number[], normal: number[], inverse: number): number[] {
  const m = d.length
  // z − μ = ẑ σ.
  const distance = normal.map((one) => one / inverse)
  let byVariance = 0
  for (let i = 0; i < m; ++i) byVariance += d[i] * distance[i] * -0.5 * inverse ** 3
  let byMean = 0
  for (let i = 0; i < m; ++i) byMean += d[i] * -inverse + (byVariance * -2 * distance[i]) / m
  return d.map((one, i) => one * inverse + (byVariance * 2 * distance[i]) / m + byMean / m)
}

/** The gradient of the mean loss over the rows, as training sees it. */
export function stagedGradient(network: StagedNetwork, x: number[][], y: number[][]): StagedGradient {
  const { layers, loss } = network
  const passed = stagedPass(network, x, true)
  const rows = x.length
  const gradient: StagedGradient = { weights: [], biases: [], gains: [], shifts: [] }
  let upstream = passed.at(-1)!.a.map((row, r) => row.map((a, j) => textbookCostSlope(loss, a, y[r][j])))
  for (let l = layers.length - 1; l >= 0; --l) {
    const { weights, activation, normalization, gains, mask } = layers[l]
    const { input, normal, inverse, u } = passed[l]
    const unmasked = times(upstream, mask)
    // ∂C/∂u.
    const scaled = u.map((row, r) => {
      const slopes = textbookJacobian(activation, row)
      return row.map((_, j) => {
        let sum = 0
        for (let i = 0; i < row.length; ++i) sum += unmasked[r][i] * slopes[i][j]
        return sum
      })
    })
    let delta = scaled
    if (normalization) {
      const byNormal = scaled.map((row) => row.map((value, j) => value * gains![j]))
      if (normalization === 'layer') {
        delta = byNormal.map((row, r) => throughMoments(row, normal[r], inverse[r][0]))
      } else {
        const columns = byNormal[0].map((_, j) =>
          throughMoments(columnOf(byNormal, j), columnOf(normal, j), inverse[0][j]),
        )
        delta = byNormal.map((row, r) => row.map((_, j) => columns[j][r]))
      }
      gradient.gains[l] = gains!.map((_, j) => meanOf(scaled.map((row, r) => row[j] * normal[r][j])))
      gradient.shifts[l] = gains!.map((_, j) => meanOf(columnOf(scaled, j)))
    }
    gradient.weights[l] = weights.map((row, i) =>
      row.map((_, j) => meanOf(delta.map((values, r) => input[r][i] * values[j]))),
    )
    gradient.biases[l] = delta[0].map((_, j) => meanOf(columnOf(delta, j)))
    upstream = Array.from({ length: rows }, (_, r) =>
      weights.map((row) => {
        let sum = 0
        for (let j = 0; j < row.length; ++j) sum += row[j] * delta[r][j]
        return sum
      }),
    )
  }
  return gradient
}

/** A step of plain SGD, and what becomes of the running statistics; returns the mean loss before it. */
export function stagedStep(
  network: StagedNetwork,
  x: number[][],
  y: number[][],
  learningRate: number,
  momentum = 0.1,
): number {
  const before = stagedLoss(network, x, y, true)
  const gradient = stagedGradient(network, x, y)
  const passed = stagedPass(network, x, true)
  const move = (values: number[] | undefined, by: number[]) =>
    values?.forEach((_, j) => {
      values[j] -= learningRate * by[j]
    })
  network.layers.forEach((layer, l) => {
    layer.weights.forEach((row, i) => {
      move(row, gradient.weights[l][i])
    })
    move(layer.biases, gradient.biases[l])
    if (!layer.normalization) return
    move(layer.gains, gradient.gains[l])
    move(layer.shifts, gradient.shifts[l])
    if (layer.normalization === 'layer') return
    const { mean, variance } = passed[l]
    mean.forEach((one, j) => {
      layer.runningMean![j] = (1 - momentum) * layer.runningMean![j] + momentum * one
      if (x.length === 1) return
      const unbiased = (variance[j] * x.length) / (x.length - 1)
      layer.runningVariance![j] = (1 - momentum) * layer.runningVariance![j] + momentum * unbiased
    })
  })
  return before
}
