// Long loops over rows in spans, so that they can pause.

import type { Slices } from '../base/pace.ts'

/** Values that are read or moved between two chances to pause: some milliseconds of work where they lie far apart. */
const SPAN_VALUES = 1 << 16

/**
 * Calls the work for one span of [0, rows) after the other; cost: how many values a row is about as long as. The loops stand in
 * functions of their own, for those of a generator run in the interpreter for a while after each pause: four times as slow.
 */
export function* inSpans(rows: number, work: (from: number, to: number) => void, cost = 1): Slices<void> {
  const atOnce = Math.max(1, Math.floor(SPAN_VALUES / cost))
  for (let from = 0; from < rows; from += atOnce) {
    work(from, Math.min(from + atOnce, rows))
    yield
  }
}
