// Why a loss left the finite numbers, as far as the numbers tell.

import { DivergedError } from './errors.ts'

export interface Divergence {
  /** Counted from 1. */
  readonly epoch: number
  readonly batch: number
  readonly learningRate: number
  /** Mean losses before it happened, oldest first: whatever is known of them. */
  readonly losses: readonly number[]
  /** The values of x. */
  readonly inputs: ArrayLike<number>
  /** What the network holds now. */
  readonly kept: string
}

// A rule of thumb: inputs beyond this have rather not been scaled than been meant so.
const UNSCALED = 100

function likelyCause({ learningRate, losses, inputs }: Divergence): string {
  let largestInput = 0
  for (let i = 0; i < inputs.length; ++i) largestInput = Math.max(largestInput, Math.abs(inputs[i]))
  const shorter = Number((learningRate / 10).toPrecision(2))
  if (largestInput > UNSCALED) {
    return (
      `the inputs reach ${Number(largestInput.toPrecision(3))}; scale them to about 1 ` +
      '(standardScaler or minMaxScaler of nabla/data)'
    )
  }
  const first = losses[0]
  const last = losses.at(-1)
  if (first !== undefined && last !== undefined && last > first) {
    return (
      `the learning rate ${learningRate} is too high: the mean loss rose from ${first.toPrecision(3)} to ` +
      `${last.toPrecision(3)} before it; try ${shorter}`
    )
  }
  return `the learning rate ${learningRate} is too high for these weights; try ${shorter}, or smaller initial weights`
}

export function divergedError(divergence: Divergence): DivergedError {
  const { epoch, batch, kept } = divergence
  return new DivergedError(
    `the loss is no longer finite in epoch ${epoch}, batch ${batch}. Likely cause: ${likelyCause(divergence)}. ` +
      `The network keeps ${kept}.`,
    epoch,
    batch,
  )
}
