// One batch through a network, in plain loops over arrays of float64: product, normalization, activation, dropout, loss.
// `round` stands wherever a kernel would have rounded. Shares no line with nabla.

import { activationOf, softmax } from './activations.ts'
import { isFused, type PlainLoss, rowLoss } from './losses.ts'
import type { Noise } from './noise.ts'

export interface PlainLayer {
  readonly inputs: number
  readonly units: number
  readonly activation: string
  readonly bias: boolean
  readonly normalization?: {
    readonly name: 'layer' | 'batch'
    readonly epsilon: number
    readonly momentum: number
  }
  readonly dropout: number
  readonly l1: number
  readonly l2: number
  /** Infinity for no limit. */
  readonly maxNorm: number
}

/** One for each layer; empty where it has none. weights: row-major (inputs × units). */
export interface PlainParameters {
  readonly weights: number[]
  readonly biases: number[]
  readonly gains: number[]
  readonly shifts: number[]
  readonly runningMean: number[]
  readonly runningVariance: number[]
}

/** What is trained. */
export const TRAINED = ['weights', 'biases', 'gains', 'shifts'] as const
export type PlainGradient = Pick<PlainParameters, (typeof TRAINED)[number]>

/** Of the layer's outputs in row r of the batch, or, for layer −1, of the inputs: what each is multiplied with. */
export type Masks = (layer: number, r: number) => readonly number[] | undefined

export interface Passed {
  readonly input: readonly number[][]
  readonly z: number[][]
  /** ẑ. */
  readonly normal: number[][]
  /** 1/√(σ² + ε), of each row or each unit. */
  readonly inverse: number[]
  readonly mean: number[]
  readonly variance: number[]
  /** γ ⊙ ẑ + β, or z. */
  readonly u: number[][]
  readonly a: number[][]
}

export const column = (rows: readonly number[][], j: number): number[] => rows.map((row) => row[j])

/** The mean of n numbers, and the mean of the squares of their distances from it. */
function moments(values: readonly number[], round: Noise): { mean: number; variance: number } {
  const n = values.length
  let sum = 0
  let size = 0
  for (const one of values) {
    sum += one
    size += Math.abs(one)
  }
  const mean = n === 1 ? values[0] : round(sum / n, (size / n) * Math.sqrt(n))
  let squares = 0
  for (const one of values) squares += (one - mean) ** 2
  return { mean, variance: round(squares / n, (squares / n) * Math.sqrt(n)) }
}

function product(
  layer: PlainLayer,
  { weights, biases }: PlainParameters,
  input: readonly number[][],
  round: Noise,
) {
  const { inputs, units, bias } = layer
  return input.map((row) => {
    const z = new Array<number>(units)
    for (let j = 0; j < units; ++j) {
      let sum = bias ? biases[j] : 0
      let size = Math.abs(sum)
      for (let i = 0; i < inputs; ++i) {
        const term = row[i] * weights[i * units + j]
        sum += term
        size += Math.abs(term)
      }
      z[j] = round(sum, size * Math.sqrt(inputs + 1))
    }
    return z
  })
}

/** training: by the batch's own moments and with masks; `masks` is undefined for gradients, which drop nothing. */
function passLayer(
  layer: PlainLayer,
  parameters: PlainParameters,
  input: readonly number[][],
  training: boolean,
  round: Noise,
): Passed {
  const { activation, normalization } = layer
  const z = product(layer, parameters, input, round)
  const passed: Passed = { input, z, normal: [], inverse: [], mean: [], variance: [], u: z, a: [] }
  let u = z
  if (normalization) {
    const { gains, shifts, runningMean, runningVariance } = parameters
    const { name, epsilon } = normalization
    if (name === 'batch') {
      for (let j = 0; j < layer.units; ++j) {
        const own = training
          ? moments(column(z, j), round)
          : { mean: runningMean[j], variance: runningVariance[j] }
        passed.mean.push(own.mean)
        passed.variance.push(own.variance)
      }
    } else {
      for (const row of z) {
        const own = moments(row, round)
        passed.mean.push(own.mean)
        passed.variance.push(own.variance)
      }
    }
    for (const one of passed.variance) {
      const inverse = 1 / Math.sqrt(one + epsilon)
      passed.inverse.push(round(inverse, 2 * inverse))
    }
    u = z.map((row, r) => {
      const normal = row.map((value, j) => {
        const group = name === 'batch' ? j : r
        const distance = value - passed.mean[group]
        const one = distance * passed.inverse[group]
        return round(one, 2 * one)
      })
      passed.normal.push(normal)
      return normal.map((one, j) =>
        round(gains[j] * one + shifts[j], Math.abs(gains[j] * one) + Math.abs(shifts[j])),
      )
    })
  }
  const a =
    activation === 'softmax'
      ? u.map((row) => {
          const spread = 4 + Math.max(...row) - Math.min(...row)
          return softmax(row).map((one) => round(one, one * spread))
        })
      : u.map((row) =>
          row.map((value) => {
            const one = activationOf(activation).f(value)
            return round(one, activation === 'linear' || activation === 'relu' ? 0 : 8 * one)
          }),
        )
  return { ...passed, u, a }
}

const masked = (rows: readonly number[][], layer: number, masks: Masks, round: Noise): number[][] =>
  rows.map((row, r) => {
    const mask = masks(layer, r)
    return mask ? row.map((value, j) => round(value * mask[j], value * mask[j])) : [...row]
  })

/** What every layer leaves of the rows: `input` of the layer above it is a after dropout. */
export function forward(
  layers: readonly PlainLayer[],
  parameters: readonly PlainParameters[],
  x: readonly number[][],
  training: boolean,
  masks: Masks,
  round: Noise,
): Passed[] {
  const all: Passed[] = []
  let input = masked(x, -1, masks, round)
  layers.forEach((layer, l) => {
    const passed = passLayer(layer, parameters[l], input, training, round)
    all.push(passed)
    input = masked(passed.a, l, masks, round)
  })
  return all
}

/** The loss of each row of the outputs. */
export function lossesOf(
  loss: PlainLoss,
  passed: readonly Passed[],
  y: readonly number[][],
  round: Noise,
): number[] {
  const { u, a } = passed.at(-1)!
  return (isFused(loss.name) ? u : a).map((row, r) => {
    const { value, size } = rowLoss(loss, row, y[r])
    return round(value, 8 * size)
  })
}
