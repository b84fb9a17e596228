// The lists of nonzeros that let the first layer skip the zeros of its input: made once for a data set, where enough of
// it is zero, and kept in place of it.

import type { Inputs } from './inputs.ts'

// With 30, 64 and 300 units at batches of 10, 32 and 64, rows and lists cost the same at 60% nonzeros or more
// (bench/sparse.ts, Node 20 and 26). What a nonzero costs besides its products is shared by the units: with 24 units
// that point is at 20% (batch 10) to 40% (batch 32), with 8 units at 10% to 20%, or below.
const SHARES = [
  { units: 29, nonzero: 0.5 },
  { units: 13, nonzero: 0.2 },
]
// With 30 units, lists of 8 and 16 columns gained at most 6% at 20% nonzeros and batches of 10 and 32, of 32 columns 8%
// and 24%.
const LEAST_INPUTS = 32

/** The nonzeros of x if listing them pays for a first layer of `units` units, else 0. */
export function nonzerosToList(
  { rows, columns, nonzeros }: Pick<Inputs, 'rows' | 'columns' | 'nonzeros'>,
  units: number,
): number {
  const most = SHARES.find((share) => units >= share.units)?.nonzero ?? 0
  if (columns < LEAST_INPUTS || most === 0) return 0
  // A data set of nothing but zeros has no list to keep.
  return nonzeros <= most * rows * columns ? Math.max(1, nonzeros) : 0
}
