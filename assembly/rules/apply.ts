// The rules by their codes: what is done with n contiguous parameters whose mean gradient is complete.

import * as Rules from '../abi/rules'
import { adagrad } from './adagrad'
import { adam } from './adam'
import { lion } from './lion'
import { momentum } from './momentum'
import { nadam } from './nadam'
import { rmsprop } from './rmsprop'
import { sgdDecay } from './sgd-decay'
import { prepare } from './prepare'
import { sgd } from './sgd'
import { Update } from './update'

/** w: n parameters, in fours; g: their gradient, which is overwritten. */
export function apply(update: Update, w: usize, g: usize, n: i32): void {
  if (update.prepares) prepare(update, w, g, n)
  const slots = update.slots
  const scalars = update.scalars
  switch (update.rule) {
    case Rules.SGD:
      sgd(w, g, n, update.scalars)
      break
    case Rules.MOMENTUM:
      momentum(w, g, slots, n, scalars)
      break
    case Rules.ADAM:
      adam(w, g, slots, n, scalars)
      break
    case Rules.SGD_DECAY:
      sgdDecay(w, g, n, scalars)
      break
    case Rules.RMSPROP:
      rmsprop(false, false, w, g, slots, n, scalars)
      break
    case Rules.RMSPROP_MOMENTUM:
      rmsprop(false, true, w, g, slots, n, scalars)
      break
    case Rules.RMSPROP_CENTERED:
      rmsprop(true, false, w, g, slots, n, scalars)
      break
    case Rules.RMSPROP_CENTERED_MOMENTUM:
      rmsprop(true, true, w, g, slots, n, scalars)
      break
    case Rules.ADAGRAD:
      adagrad(w, g, slots, n, scalars)
      break
    case Rules.NADAM:
      nadam(w, g, slots, n, scalars)
      break
    case Rules.LION:
      lion(w, g, slots, n, scalars)
      break
    default:
      unreachable()
  }
}
