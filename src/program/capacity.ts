// What an arena must have room for.

import { FUSED } from '../../assembly/abi/rules.ts'
import type { Architecture } from '../model/architecture.ts'
import type { UpdateRule } from '../model/optimizer-row.ts'
import { changesGradient, clipsNorm } from '../model/regularization.ts'

/** What an arena must have room for. */
export interface Capacity {
  /** Rows of the largest mini-batch; 0 for a network that only predicts. */
  readonly batchRows: number
  /** Rows of the training data that are in the arena at once. */
  readonly dataRows: number
  /** True where the gradients are wanted, not only the step. */
  readonly gradients: boolean
  /** Nonzeros of the training data where these are listed and x is not kept; else 0. */
  readonly nonzeros: number
  /** Threads that work at once, each with scratch of its own. */
  readonly threads: number
  /** Numbers that the optimizer keeps of each parameter. */
  readonly slots: number
  /** True where the optimizer's rule goes over strips of the gradient. */
  readonly strips: boolean
  /** True where the gradients of several batches are summed for a step. */
  readonly accumulates: boolean
  /** Steps whose numbers are given at once: 1 where all are alike, 0 where none is taken. */
  readonly steps: number
  /** True where the threads evaluate too, in staging rows that the caller's own evaluate and predict leave alone. */
  readonly validates: boolean
  /** True where the rows of the training data have weights. */
  readonly weighted: boolean
}

/** Room for predictions alone. */
export const PREDICTS: Capacity = {
  batchRows: 0,
  dataRows: 0,
  gradients: false,
  nonzeros: 0,
  threads: 1,
  slots: 0,
  strips: false,
  accumulates: false,
  steps: 0,
  validates: false,
  weighted: false,
}

/** What training by the rule needs. */
export const roomToTrain = (
  { regularization }: Architecture,
  { rule, slots, allRows = false }: UpdateRule,
  { accumulates }: Pick<Capacity, 'accumulates'>,
): Pick<Capacity, 'slots' | 'strips' | 'gradients'> => ({
  slots,
  strips: !allRows && (rule !== FUSED || accumulates || changesGradient(regularization)),
  gradients: allRows || accumulates || clipsNorm(regularization),
})
