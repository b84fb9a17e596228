// The rules by their codes: what is done with n contiguous parameters whose mean gradient is complete.

import * as Rules from '../abi/rules'
import { adam } from './adam'
import { momentum } from './momentum'
import { Update } from './update'

/** w: n parameters, in fours; g: their gradient. */
export function apply(update: Update, w: usize, g: usize, n: i32): void {
  switch (update.rule) {
    case Rules.MOMENTUM:
      momentum(w, g, update.slots, n, update.scalars)
      break
    case Rules.ADAM:
      adam(w, g, update.slots, n, update.scalars)
      break
    default:
      unreachable()
  }
}
