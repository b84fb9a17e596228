// The error for a training whose numbers are no longer finite, with the likely cause.

import { DivergedError } from '../base/errors.ts'
import { causesOf, type Situation } from './causes.ts'
import { leastOf } from './statistics.ts'

export interface Divergence extends Situation {
  /** Counted from 1. */
  readonly epoch: number
  readonly batch: number
  /** What was found not to be finite. */
  readonly seen: 'loss' | 'parameters'
  /** What the network holds now. */
  readonly kept: string
}

/** The error to throw, its message with the likely cause, the numbers that show it and the remedy. */
export function divergedError(divergence: Divergence): DivergedError {
  const { epoch, batch, seen, kept, losses } = divergence
  const what = seen === 'loss' ? 'the loss is' : 'the parameters are'
  const causes = causesOf(divergence).map(({ text }) => text)
  const likely = `Likely cause${causes.length > 1 ? 's' : ''}: ${causes.join('; and ')}.`
  // Parameters from a training that got worse epoch by epoch are no good start.
  const rose = losses.length > 0 && losses.at(-1)! > 10 * leastOf(losses)
  const again = rose ? ' Then start from a new network, for the loss had risen before.' : ''
  return new DivergedError(
    `${what} no longer finite in epoch ${epoch}, batch ${batch}. ${likely} The network keeps ${kept}.${again}`,
    epoch,
    batch,
  )
}
