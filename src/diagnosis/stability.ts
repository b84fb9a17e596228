// How large a learning rate can be. Near a minimum a step of gradient descent overshoots where η λ > 2, λ the largest
// curvature of the loss (LeCun et al. 1998, Efficient BackProp, section 5). λ is bounded here layer by layer, by what the
// Gauss-Newton matrix of layer l is at most: ‖inputs of l‖² · Π of ‖W‖² f'² of the layers behind it · the loss's own.

import type { Architecture, LayerShape } from '../plan.ts'
import type { ActivationName, LossName } from '../tables.ts'
import type { LayerStatistics, Moments } from './statistics.ts'

/** What the estimate is based on. */
export interface Numbers {
  readonly architecture: Architecture
  readonly inputs: Moments
  /** Rows of a mini-batch and of the data. */
  readonly batchRows: number
  readonly rows: number
  /** Root mean square of the targets; for crossEntropy the mean sum of a row of them. */
  readonly targetSize: number
  readonly weights: readonly LayerStatistics[]
}

interface Growth {
  /** E f(z)² for a unit with E z² = s, about. */
  readonly square: (s: number) => number
  /** E f'(z)², about, or its largest where that is safer. */
  readonly slope: number
}

const half: Growth = { square: (s) => s / 2, slope: 0.5 }

const growth: Record<ActivationName, Growth> = {
  linear: { square: (s) => s, slope: 1 },
  sigmoid: { square: (s) => Math.min(1, 0.25 + s / 16), slope: 1 / 16 },
  tanh: { square: (s) => Math.min(1, s), slope: 1 },
  relu: half,
  leakyRelu: half,
  elu: { square: (s) => s, slope: 1 },
  selu: { square: (s) => 1.1 * s, slope: 1.1 },
  gelu: half,
  silu: half,
  softplus: { square: (s) => 0.5 + s / 2, slope: 0.5 },
  softmax: { square: (s) => Math.min(1, s), slope: 0.25 },
}

// Largest second derivative of the loss by what its fused activation is given.
const lossCurvature: Record<LossName, number> = { quadratic: 1, crossEntropy: 0.5, binaryCrossEntropy: 0.25 }

// Squares near this come close to the end of float32, 3.4e38.
const OVERFLOWS = 1e34

/** Weights as 'glorotUniform' draws them. */
export const usualWeights = (layers: readonly LayerShape[]): LayerStatistics[] =>
  layers.map(({ inputs, units }) => {
    const size = Math.sqrt(2 / (inputs + units))
    return { mean: 0, size, biasSize: 0, largest: size * Math.sqrt(3) }
  })

/** Root mean square of an output, before the last activation, about. */
export function outputSize({ architecture, inputs, weights }: Numbers): number {
  return Math.sqrt(forward(architecture, inputs, weights).output)
}

function forward({ layers }: Architecture, inputs: Moments, weights: readonly LayerStatistics[]) {
  /** E‖a‖² of what enters each layer. */
  const entering: number[] = []
  let norm = inputs.square
  let output = 0
  layers.forEach(({ inputs: fanIn, units, activation }, l) => {
    entering.push(norm)
    const { mean, size, biasSize } = weights[l]
    output = norm * (size ** 2 + mean ** 2 * fanIn) + biasSize ** 2
    norm = units * growth[activation].square(output)
  })
  return { entering, output }
}

/**
 * An estimate, on the low side, of the largest learning rate at which training is stable; 0 if there is none. Of 2,680
 * random trainings that diverged (test/advice.test.ts with 4,000 draws) none did so again at it; at twice the rate 10 did.
 */
export function stableRate(numbers: Numbers): number {
  const { architecture, inputs, batchRows, rows, targetSize, weights } = numbers
  const { layers, loss } = architecture
  const { entering, output } = forward(architecture, inputs, weights)
  if (targetSize ** 2 > OVERFLOWS || output > OVERFLOWS || inputs.square > OVERFLOWS) return 0
  // A mini-batch may hold the largest row.
  const share = batchRows < rows ? 1 / batchRows : 0
  const top = Math.min(inputs.largest, inputs.top + inputs.largest * share)
  let behind = lossCurvature[loss]
  if (loss === 'quadratic') behind *= growth[layers.at(-1)!.activation].slope
  let curvature = 0
  for (let l = layers.length - 1; l >= 0; --l) {
    const { inputs: fanIn, units, bias } = layers[l]
    curvature += behind * ((l === 0 ? top : entering[l]) + (bias ? 1 : 0))
    if (l === 0) break
    // Of a random matrix, and of what a mean that is not 0 adds.
    const { mean, size } = weights[l]
    const norm = size * (Math.sqrt(fanIn) + Math.sqrt(units)) + Math.abs(mean) * Math.sqrt(fanIn * units)
    behind *= norm ** 2 * growth[layers[l - 1].activation].slope
  }
  return 2 / (curvature * errorSize(architecture, targetSize, output))
}

/**
 * How much the size of the errors matters: not at all with a single layer, whose gradient is linear in the weights. With
 * several, the weights grow to what the targets need, and the curvature with them.
 */
function errorSize({ layers, loss }: Architecture, targetSize: number, output: number): number {
  if (loss === 'crossEntropy') return Math.max(1, targetSize)
  if (loss === 'binaryCrossEntropy' || layers.length === 1) return 1
  return Math.max(1, targetSize, Math.sqrt(growth[layers.at(-1)!.activation].square(output)))
}

/** The largest of 1, 2 and 5 times a power of ten that is not above the value. */
export function roundDown(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return value
  const exponent = Math.floor(Math.log10(value))
  const digit = value / 10 ** exponent
  return Number(`${digit >= 5 ? 5 : digit >= 2 ? 2 : 1}e${exponent}`)
}
