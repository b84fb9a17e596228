// With how many threads a fit begins, and how many are tried first: before anything is measured.

export interface TrialSettings {
  /** The most threads that the fit may use. */
  readonly most: number
  /** Cores that the platform claims. */
  readonly claimed: number
  /** Rows to train on in all epochs. */
  readonly rows: number
  readonly batchRows: number
  /** Floating-point operations of a row. */
  readonly rowFlops: number
  /** Share of the whole time that may be lost by starting workers and by trying them. */
  readonly share: number
  /** Threads that gained a moment ago with steps like these; 1 where nothing is known. */
  readonly proven: number
}

/** Where a trial begins. */
interface Opening {
  /** The numbers of threads that are compared. */
  readonly counts: readonly number[]
  /** Index of the threads that work first, and of those that are tried against them; none where there is no choice. */
  readonly best: number
  readonly aim: number | undefined
  /** Milliseconds of the whole in one thread of a fast core. */
  readonly fastMs: number
  /** True where the first are known to gain. */
  readonly isProven: boolean
}

// Steps this long in one thread begin with as many threads as are claimed: what their barriers lose on too few cores is
// little (1024-2048-2048-1024 at batch 256, two threads on one core: 0.95 of one thread's speed), and a step in one thread
// to compare with is a long time. At the speed of a fast core, in operations a millisecond.
const FAST = 1e8
const LONG_STEP_MS = 20
const LONG_FIT_MS = 400

/** most, its half, its quarter … 1, in ascending order. */
function halvings(most: number): number[] {
  const counts = [most]
  while (counts[0] > 1) counts.unshift(counts[0] >> 1)
  return counts
}

export function openingOf({ most, claimed, rows, batchRows, rowFlops, proven }: TrialSettings): Opening {
  const counts = halvings(most)
  if (most === 1) return { counts, best: 0, aim: undefined, fastMs: 0, isProven: false }
  const trusted = counts.findLastIndex((count) => count <= claimed)
  const fastMs = (rows * rowFlops) / FAST
  const isLong = (batchRows * rowFlops) / FAST >= LONG_STEP_MS && fastMs >= LONG_FIT_MS && trusted > 0
  const known = counts.findLastIndex((count) => count <= proven)
  const isProven = known > 0
  const best = isProven ? known : isLong ? trusted : 0
  return { counts, best, aim: best > 0 ? best - 1 : Math.max(1, trusted), fastMs, isProven }
}
