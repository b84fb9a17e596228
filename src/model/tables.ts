// The table that turns the name of an activation into what the kernels and the tape need to know of it: all that is
// particular to one stands in its row (docs/extending.md).

import * as Activations from '../../assembly/abi/activations.ts'

export interface ActivationRow {
  readonly code: number
  /** True where f'(z) cannot be computed from a = f(z), so that the forward pass stores it. */
  readonly storesSlope: boolean
  /** True where an element of a depends on the whole row of z: only the output layer may have it. */
  readonly wholeRow: boolean
  /** The loss of a network that ends in it and names none. */
  readonly usualLoss: 'quadratic' | 'crossEntropy'
  /** The outputs that it can reach, where these are not all numbers. */
  readonly reach: readonly [least: number, most: number] | undefined
  /** E f(z)² for a unit with E z² = s, about: what a diagnosis estimates with (src/diagnosis/). */
  readonly square: (s: number) => number
  /** E f'(z)², about, or its largest where that is safer. */
  readonly slopeSquare: number
}

export const activation = (
  code: number,
  square: (s: number) => number,
  slopeSquare: number,
  more: Partial<ActivationRow> = {},
): ActivationRow => ({
  code,
  square,
  slopeSquare,
  storesSlope: false,
  wholeRow: false,
  usualLoss: 'quadratic',
  reach: undefined,
  ...more,
})

const POSITIVE = [0, Number.POSITIVE_INFINITY] as const
const half = (s: number) => s / 2
const same = (s: number) => s
const atMostOne = (s: number) => Math.min(1, s)

/** linear z · sigmoid 1/(1+e⁻ᶻ) · tanh · relu max(z, 0) · leakyRelu z or 0.01 z · elu z or eᶻ−1 · selu (Klambauer
 * et al. 2017) · gelu z Φ(z) (Hendrycks and Gimpel 2016) · silu z sigmoid(z) · softplus log(1+eᶻ) · softsign z/(1+|z|) ·
 * softmax. */
export const activations = {
  linear: activation(Activations.LINEAR, same, 1),
  sigmoid: activation(Activations.SIGMOID, (s) => Math.min(1, 0.25 + s / 16), 1 / 16, { reach: [0, 1] }),
  tanh: activation(Activations.TANH, atMostOne, 1, { reach: [-1, 1] }),
  relu: activation(Activations.RELU, half, 0.5, { reach: POSITIVE }),
  leakyRelu: activation(Activations.LEAKY_RELU, half, 0.5),
  elu: activation(Activations.ELU, same, 1),
  selu: activation(Activations.SELU, (s) => 1.1 * s, 1.1),
  gelu: activation(Activations.GELU, half, 0.5, { storesSlope: true }),
  silu: activation(Activations.SILU, half, 0.5, { storesSlope: true }),
  softplus: activation(Activations.SOFTPLUS, (s) => 0.5 + s / 2, 0.5, { storesSlope: true, reach: POSITIVE }),
  softsign: activation(Activations.SOFTSIGN, atMostOne, 1, { reach: [-1, 1] }),
  softmax: activation(Activations.SOFTMAX, atMostOne, 0.25, {
    wholeRow: true,
    usualLoss: 'crossEntropy',
    reach: [0, 1],
  }),
} as const satisfies Record<string, ActivationRow>

/** 'linear', 'sigmoid', 'tanh', 'relu', 'leakyRelu', 'elu', 'selu', 'gelu', 'silu', 'softplus', 'softsign' or 'softmax':
 * docs/layers.md. */
export type ActivationName = keyof typeof activations
