// In which order an epoch takes its rows, and how many at a time.

import type { Rows } from '../intake/rows.ts'
import type { FitSettings } from '../model/call-settings.ts'
import type { Order } from './counters.ts'

/** What an epoch over these rows goes by. seed: of the network. */
export function orderOf({ x, weights }: Rows, settings: FitSettings, seed: number): Order {
  const { rows } = x
  const { validation, shuffle } = settings
  const batchRows = Math.min(settings.batchSize, rows)
  // As many batches take one step together as there are.
  const accumulate = Math.min(settings.accumulate, Math.ceil(rows / batchRows))
  const { share, stratify } = validation && 'share' in validation ? validation : { share: 0, stratify: false }
  return { rows, batchRows, accumulate, shuffle, seed, share, stratify, weight: weights?.total ?? rows }
}
