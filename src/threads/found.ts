import { now } from '../base/clock.ts'

// What the last fit found about threads, for the next: where fits follow each other, each would lose some 40 ms by finding
// it again.

/** What a fit asked for, and what came of it. */
interface Finding {
  /** The most threads that it could use. */
  readonly most: number
  /** Floating-point operations of a step. */
  readonly stepFlops: number
  /** Threads that gained; 1 where none did. */
  readonly gained: number
  /** True where more threads than one were tried and lost. */
  readonly hasLost: boolean
}

/** How long a gain is remembered: the load of a machine changes. */
const GAIN_MS = 5000
/**
 * How long a loss is, at first: workers on cores that were asleep lost for 80 ms what they gained ever after (two virtual
 * cores of a Zen 4). Each loss in a row is remembered for twice as long, up to the length of a gain.
 */
const LOSS_MS = 500

let last: (Finding & { readonly until: number; readonly losses: number }) | undefined

const areLike = (stepFlops: number, others: number): boolean => {
  const ratio = stepFlops / others
  return ratio > 0.5 && ratio < 2
}

/** True where what was found last holds for such steps. */
const holdsFor = (stepFlops: number): boolean =>
  last !== undefined && now() < last.until && areLike(stepFlops, last.stepFlops)

export function recordFinding(finding: Finding): void {
  const { stepFlops, gained, hasLost } = finding
  // A fit that tried nothing knows no better than the one before.
  if (gained === 1 && !hasLost && holdsFor(stepFlops)) return
  const before = last && areLike(stepFlops, last.stepFlops) ? last.losses : 0
  const losses = hasLost ? before + 1 : 0
  const length = hasLost ? Math.min(GAIN_MS, LOSS_MS * 2 ** (losses - 1)) : GAIN_MS
  last = { ...finding, losses, until: now() + length }
}

/** Threads that gained a moment ago with steps like these; 1 where nothing is known. */
export const gainedLately = (most: number, stepFlops: number): number =>
  last?.most === most && holdsFor(stepFlops) ? last.gained : 1

/** True where threads lost a moment ago with steps like these. */
export const lostLately = (stepFlops: number): boolean => holdsFor(stepFlops) && last!.hasLost
