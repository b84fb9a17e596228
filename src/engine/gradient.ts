// The gradient of all parameters as one vector in their own layout, and what of an arena it takes to compute it elsewhere.

import type { Floats } from '../base/floats.ts'
import { type Slices, VALUES_AT_ONCE } from '../base/pace.ts'
import type { Plan } from '../program/plan.ts'
import type { Range, Tensor } from '../program/tensors.ts'

/** Each tensor of the gradient, and the parameters whose it is. */
function gradientTensors({ layers }: Plan): (readonly [gradient: Tensor, parameters: Tensor])[] {
  return layers.flatMap((layer) => {
    const { weights, biases, gains, shifts } = layer
    const { weightGradients, biasGradients, gainGradients, shiftGradients } = layer
    return [
      [weightGradients!, weights] as const,
      ...(biases ? [[biasGradients!, biases] as const] : []),
      ...(gains ? [[gainGradients!, gains] as const] : []),
      ...(shifts ? [[shiftGradients!, shifts] as const] : []),
    ]
  })
}

/** The parameters with the copies Wᵀ. */
export const parameterRanges = ({ parameters, layers }: Plan): Range[] => [
  parameters,
  ...layers.flatMap(({ weightsT }) => (weightsT ? [weightsT] : [])),
]

export const gradientRanges = (plan: Plan): Range[] => gradientTensors(plan).map(([gradient]) => gradient)

/** sums += share · the gradient that stands in the arena. Yields now and then. */
export function* addGradient(floats: Floats, plan: Plan, share: number, sums: Float64Array): Slices<void> {
  for (const [{ offset, length }, parameters] of gradientTensors(plan)) {
    const at = parameters.offset - plan.parameters.offset
    for (let from = 0; from < length; from += VALUES_AT_ONCE) {
      const to = Math.min(from + VALUES_AT_ONCE, length)
      for (let i = from; i < to; ++i) sums[at + i] += share * floats[offset + i]
      yield
    }
  }
}
