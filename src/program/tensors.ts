// What a plan is a table of: named slices of the arena, and those that belong together.

import { SUM_BLOCK } from '../../assembly/abi/layout.ts'

/** A slice of the arena. */
export interface Range {
  readonly offset: number
  readonly length: number
}

/** A named slice of the arena. Offsets and lengths are in elements; rows of a matrix are `stride` apart. */
export interface Tensor {
  readonly name: string
  readonly offset: number
  readonly rows: number
  readonly columns: number
  readonly stride: number
  readonly length: number
}

export interface LayerTensors {
  /** W (inputs × units), in panels. */
  readonly weights: Tensor
  /** b (units). */
  readonly biases: Tensor | undefined
  /** γ and β (units), where z is normalised. */
  readonly gains: Tensor | undefined
  readonly shifts: Tensor | undefined
  /** Mean and variance of each unit (units), where z is normalised over the batch: what predictions take. */
  readonly runningMean: Tensor | undefined
  readonly runningVariance: Tensor | undefined
  /** Wᵀ (units × inputs), in panels: what the backward pass multiplies with. The first layer needs none. */
  readonly weightsT: Tensor | undefined
  /** a = f(z) (batch × units); z itself in an output layer that is fused with its loss. */
  readonly activations: Tensor | undefined
  /** f'(z) (batch × units), where it cannot be computed from a: of u in place of z where this is normalised; and times the
   * mask where some are dropped. */
  readonly slopes: Tensor | undefined
  /** δ = ∂C/∂z (batch × units). */
  readonly deltas: Tensor | undefined
  /** What a normalised layer has more, with u = γ ⊙ ẑ + β. */
  readonly normalized:
    | {
        /** (batch × units) z, then ẑ, then ∂C/∂u ⊙ ẑ, whose sums are the gradient of γ. */
        readonly values: Tensor
        /** ∂C/∂u (batch × units), whose sums are the gradient of β. */
        readonly deltas: Tensor
        /** 1/√(σ² + ε) of each row; or of each unit μ, σ² and 1/√(σ² + ε). */
        readonly statistics: Tensor
      }
    | undefined
  readonly weightGradients: Tensor | undefined
  readonly biasGradients: Tensor | undefined
  readonly gainGradients: Tensor | undefined
  readonly shiftGradients: Tensor | undefined
}

/** Where rows are predicted and evaluated, apart from the training step: rows in, two buffers between layers, results. */
export interface Staging {
  readonly rows: number
  readonly x: Tensor
  readonly y: Tensor
  readonly buffers: readonly [Tensor, Tensor]
  readonly losses: Tensor
  readonly hits: Tensor
}

/** Blocks over which the sums of a tensor are taken. */
export const blocksOf = ({ length }: Tensor): number => Math.ceil(length / SUM_BLOCK)
