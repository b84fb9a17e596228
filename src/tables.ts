// The tables that turn a user's names into what the kernels and the tape need to know of them. A new activation or
// loss is one row here, its code in assembly/abi.ts, and a case in each backend.

import {
  BINARY_CROSS_ENTROPY,
  CROSS_ENTROPY,
  ELU,
  GELU,
  LEAKY_RELU,
  LINEAR,
  QUADRATIC,
  RELU,
  SELU,
  SGD,
  SIGMOID,
  SILU,
  SOFTMAX,
  SOFTPLUS,
  TANH,
} from '../assembly/abi.ts'

interface ActivationRow {
  readonly code: number
  /** True where f'(z) cannot be had from a = f(z), so that the forward pass stores it. */
  readonly storesSlope: boolean
  /** True where an element of a depends on the whole row of z: only the output layer may have it. */
  readonly wholeRow: boolean
}

const activation = (code: number, storesSlope = false, wholeRow = false): ActivationRow => ({
  code,
  storesSlope,
  wholeRow,
})

/** linear z · sigmoid 1/(1+e⁻ᶻ) · tanh · relu max(z, 0) · leakyRelu z or 0.01 z · elu z or eᶻ−1 · selu (Klambauer
 * et al. 2017) · gelu z Φ(z) (Hendrycks and Gimpel 2016) · silu z sigmoid(z) · softplus log(1+eᶻ) · softmax. */
export const activations = {
  linear: activation(LINEAR),
  sigmoid: activation(SIGMOID),
  tanh: activation(TANH),
  relu: activation(RELU),
  leakyRelu: activation(LEAKY_RELU),
  elu: activation(ELU),
  selu: activation(SELU),
  gelu: activation(GELU, true),
  silu: activation(SILU, true),
  softplus: activation(SOFTPLUS, true),
  softmax: activation(SOFTMAX, false, true),
} as const satisfies Record<string, ActivationRow>

export type ActivationName = keyof typeof activations

interface LossRow {
  readonly code: number
  /** The one output activation it is fused with, or undefined: then it meets any. */
  readonly fusedWith: ActivationName | undefined
}

/** Means over the rows of: quadratic ½ Σ (a − y)² · crossEntropy −Σ y log a · binaryCrossEntropy
 * −Σ [y log a + (1 − y) log(1 − a)]. */
export const losses = {
  quadratic: { code: QUADRATIC, fusedWith: undefined },
  crossEntropy: { code: CROSS_ENTROPY, fusedWith: 'softmax' },
  binaryCrossEntropy: { code: BINARY_CROSS_ENTROPY, fusedWith: 'sigmoid' },
} as const satisfies Record<string, LossRow>

export type LossName = keyof typeof losses

/** Update rules by optimizer name. */
export const optimizers = {
  sgd: { rule: SGD, learningRate: 0.01 },
} as const

export type OptimizerName = keyof typeof optimizers
