// Where a fit begins and ends: it goes on with what a checkpoint left, if that is of the same rows in the same order.

import { OptionError } from '../base/errors.ts'
import type { Moment } from '../model/schedules.ts'
import type { Core } from '../training/core.ts'
import type { Counters, Order } from '../training/counters.ts'

const batchesText = ({ rows, batchRows, accumulate }: Order) =>
  `${rows} rows in batches of ${batchRows}${accumulate > 1 ? `, ${accumulate} for a step` : ''}`

const shareText = ({ share, stratify }: Order) =>
  share === 0 ? 'no share of the rows' : `a share of ${share}${stratify ? '' : ', not stratified'}`

/** Throws OptionError where the rows that an epoch has still to go through would be others, or count otherwise. */
export function checkOrder(was: Order, is: Order): void {
  const check = (name: string, text: (order: Order) => string) => {
    const [expected, got] = [text(was), text(is)]
    if (expected === got) return
    throw new OptionError(
      `${name}: expected ${expected}, as in the epoch within which the checkpoint was made, got ${got}`,
    )
  }
  check('fit options.validation', shareText)
  if (batchesText(was) !== batchesText(is)) {
    throw new OptionError(
      `fit: expected the ${batchesText(was)} within whose epoch the checkpoint was made, got ${batchesText(is)}`,
    )
  }
  check('fit options.shuffle', ({ shuffle }) => `${shuffle}`)
  check('options.seed', ({ seed }) => `${seed}`)
  check('fit', ({ weight }) => `weights of rows whose sum is ${weight}`)
}

/** What the training goes on with: what a checkpoint left, else no more than what is whole. */
export const startOf = ({ counters, isResumed }: Core): Counters =>
  isResumed ? counters : { ...counters, position: undefined, unobserved: undefined, stopping: undefined }

/** Where a checkpoint left the training it goes on, else an epoch begins. To be called when nothing can be refused any more. */
export function goOnOrBegin(core: Core, keepsStopping: boolean): void {
  Object.assign(core.counters, startOf(core))
  if (!keepsStopping) core.counters.stopping = undefined
  core.isResumed = false
}

/** Epochs and steps at the end of a fit of so many epochs, of which the first may have begun already. */
export function endOf(
  { epochs, steps, position, unobserved }: Counters,
  count: number,
  perEpoch: number,
): Moment {
  const isDone = unobserved ? 1 : 0
  return {
    epoch: epochs + count - isDone,
    step: steps - (position?.steps ?? 0) + (count - isDone) * perEpoch,
  }
}
