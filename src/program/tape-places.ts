// Where the tapes lie in the arena, and how long each may get.

import { INSTRUCTION_WORDS } from '../../assembly/abi/tape.ts'
import type { Architecture } from '../model/architecture.ts'

/** Tapes that have a place in the arena, in their order. */
export const TAPES = ['predict', 'evaluate', 'validate', 'train', 'gradients'] as const
export type TapeName = (typeof TAPES)[number]

/**
 * How much more room the stages of the layers take than plain ones, in instructions of a step: normalisation forward and
 * backward, each with a barrier; for γ and β the gradient, its norm and the step; and over the batch the running statistics.
 * Dropout takes one and a barrier.
 */
const stageCount = ({ layers, inputDropout }: Architecture): number =>
  layers.reduce(
    (sum, { normalization, dropout }) =>
      sum + (normalization ? 10 : 0) + (normalization?.name === 'batch' ? 1 : 0) + (dropout ? 2 : 0),
    inputDropout ? 2 : 0,
  )

// Instructions of each tape at most. train: of a layer forward and backward, each with a barrier; for W and b the gradient, its
// norm and the step; the penalty, and what follows the step. Seven barriers and groups between these phases make nine with what
// is no layer's, less the first layer's backward. gradients: the same but for norms, steps and what follows them. The
// others: one a layer, with normalisation two, and between layers a barrier.
const longest: Record<TapeName, (architecture: Architecture) => number> = {
  predict: ({ layers }) => 2 * layers.length,
  evaluate: ({ layers }) => 3 * layers.length + 1,
  validate: ({ layers }) => 3 * layers.length + 1,
  train: (architecture) => 12 * architecture.layers.length + 9 + stageCount(architecture),
  gradients: (architecture) => 7 * architecture.layers.length + 3 + stageCount(architecture),
}

/** Where a tape's place begins, from that of the first on, and how long it is; for the end of all of them, no name. */
export function tapePlace(
  architecture: Architecture,
  name?: TapeName,
): { readonly at: number; readonly length: number } {
  let at = 0
  for (const one of TAPES) {
    const length = longest[one](architecture) * INSTRUCTION_WORDS
    if (one === name) return { at, length }
    at += length
  }
  return { at, length: 0 }
}
