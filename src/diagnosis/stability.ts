// How large a learning rate can be. Where steps follow the gradient: near a minimum a step of gradient descent overshoots
// where η λ > 2, λ the largest curvature of the loss (LeCun et al. 1998, Efficient BackProp, section 5). λ is bounded here
// layer by layer, by what the Gauss-Newton matrix of layer l is at most: ‖inputs of l‖² · Π of ‖W‖² f'² of the layers
// behind it · the loss's own.
// Where every step is about as long as the rate (Adam and its kin), no gradient is too steep; there the outputs must not
// jump: by less than about 1, if all weights move by the rate at once.

import type { LayerStatistics } from '../engine/layer-statistics.ts'
import type { Architecture, LayerShape } from '../model/architecture.ts'
import { activationRow } from '../model/custom-activation.ts'
import { lossRow } from '../model/custom-loss.ts'
import type { Stride } from '../model/optimizer-row.ts'
import type { Moments } from './statistics.ts'

/** What the estimate is based on. */
export interface Numbers {
  readonly architecture: Architecture
  readonly inputs: Moments
  /** Rows of a mini-batch and of the data. */
  readonly batchRows: number
  readonly rows: number
  /** Root mean square of the targets; for classes the mean sum of a row of them. */
  readonly targetSize: number
  readonly weights: readonly LayerStatistics[]
}

/** The same of a training and the sizes of its data. */
export const numbersOf = (
  {
    architecture,
    x,
    batchRows,
    weightsBefore,
  }: Pick<Numbers, 'architecture' | 'batchRows'> & {
    x: { rows: number }
    weightsBefore: readonly LayerStatistics[]
  },
  { inputs, targetSize }: Pick<Numbers, 'inputs' | 'targetSize'>,
): Numbers => ({ architecture, inputs, batchRows, rows: x.rows, targetSize, weights: weightsBefore })

// What the outputs may move by in one step whose length is the rate.
const LEAP = 1
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
  /** What a normalisation multiplies z with, squared. */
  const scales: number[] = []
  let output = 0
  layers.forEach(({ inputs: fanIn, units, activation, normalization }, l) => {
    entering.push(norm)
    const { mean, size, biasSize } = weights[l]
    output = norm * (size ** 2 + mean ** 2 * fanIn) + biasSize ** 2
    scales.push(normalization ? 1 / (output + normalization.epsilon) : 1)
    // By the gains and shifts that it begins with.
    if (normalization) output = 1
    norm = units * activationRow(activation).square(output)
  })
  return { entering, scales, output }
}

/**
 * An estimate, on the low side, of the largest learning rate at which training with such steps is stable; 0 if there is
 * none. Of 2,680 random trainings by plain SGD that diverged (test/diagnosis/advice.test.ts with 4,000 draws) none did so again at it;
 * at twice the rate 10 did. On a quadratic, momentum bears even 2 (1 + μ) / λ, but not with the noise of mini-batches and
 * weights that grow: at the rate of plain SGD 55 of 843 diverged again with μ = 0.9, and at 1 − μ times that rate none.
 */
export function stableRate(numbers: Numbers, { follows, times }: Stride): number {
  const { architecture, inputs, targetSize, weights } = numbers
  const { entering, output } = forward(architecture, inputs, weights)
  if (targetSize ** 2 > OVERFLOWS || output > OVERFLOWS || inputs.square > OVERFLOWS) return 0
  const rate =
    follows === 'gradient' ? 2 / curvature(numbers, entering, output) : LEAP / outputsMove(numbers, entering)
  return rate / times
}

/** How the loss curves by the layer's pre-activations, at most, layer by layer. */
function curvatures({ architecture, inputs, weights }: Numbers): number[] {
  const { layers, loss } = architecture
  const { scales } = forward(architecture, inputs, weights)
  const found: number[] = []
  let behind = lossRow(loss).curvature
  if (!lossRow(loss).fusedWith) behind *= activationRow(layers.at(-1)!.activation).slopeSquare
  for (let l = layers.length - 1; l >= 0; --l) {
    behind *= scales[l]
    found[l] = behind
    if (l === 0) break
    const { inputs: fanIn, units } = layers[l]
    // Of a random matrix, and of what a mean that is not 0 adds.
    const { mean, size } = weights[l]
    const norm = size * (Math.sqrt(fanIn) + Math.sqrt(units)) + Math.abs(mean) * Math.sqrt(fanIn * units)
    behind *= norm ** 2 * activationRow(layers[l - 1].activation).slopeSquare
  }
  return found
}

/** The largest curvature of the loss by the parameters, about. */
function curvature(numbers: Numbers, entering: readonly number[], output: number): number {
  const { architecture, inputs, batchRows, rows, targetSize } = numbers
  // A mini-batch may hold the largest row.
  const share = batchRows < rows ? 1 / batchRows : 0
  const top = Math.min(inputs.largest, inputs.top + inputs.largest * share)
  const behind = curvatures(numbers)
  // From the last layer to the first.
  const sum = architecture.layers.reduceRight(
    (sum, { bias }, l) => sum + behind[l] * ((l === 0 ? top : entering[l]) + (bias ? 1 : 0)),
    0,
  )
  return sum * errorSize(architecture, targetSize, output)
}

/**
 * How far the outputs move, about, where every parameter moves by 1 and all at their worst: then the move of W is of rank
 * one, and its norm √(inputs · units).
 */
function outputsMove(numbers: Numbers, entering: readonly number[]): number {
  const behind = curvatures(numbers)
  return numbers.architecture.layers.reduce(
    (sum, { inputs, units, bias }, l) =>
      sum + Math.sqrt(behind[l] * units * (inputs * entering[l] + (bias ? 1 : 0))),
    0,
  )
}

/**
 * How much the size of the errors matters: not at all with a single layer, whose gradient is linear in the weights. With
 * several, the weights grow to what the targets need, and the curvature with them.
 */
function errorSize({ layers, loss }: Architecture, targetSize: number, output: number): number {
  const { kind } = lossRow(loss)
  if (kind === 'classes') return Math.max(1, targetSize)
  if (kind === 'labels' || layers.length === 1) return 1
  return Math.max(1, targetSize, Math.sqrt(activationRow(layers.at(-1)!.activation).square(output)))
}

/** The largest of 1, 2 and 5 times a power of ten that is not above the value. */
export function roundDown(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return value
  const exponent = Math.floor(Math.log10(value))
  const digit = value / 10 ** exponent
  return Number(`${digit >= 5 ? 5 : digit >= 2 ? 2 : 1}e${exponent}`)
}
