// Who wins a challenge, as far as its samples say.

/** One sample of so many milliseconds is enough where it is clear. */
const CLEAR_MS = 10
/** After so many samples it is decided. */
const MOST_SAMPLES = 4

/** The challenger won or lost, or it is sampled again: at once, or after a slice of the other. */
type Verdict = 'won' | 'lost' | 'again' | 'later'

/** ratio: how fast the challenger was against the best, in so many samples of `ms` milliseconds in all. fewer: it has fewer
 * threads. */
export function verdictOf(ratio: number, samples: number, ms: number, fewer: boolean): Verdict {
  // What is at work stays there on one sample.
  const isClear = ratio < 0.6 || (ratio < 0.85 && (samples >= 2 || fewer))
  if (isClear) return 'lost'
  if ((samples >= 2 || ms >= CLEAR_MS) && ratio > 1.2) return 'won'
  if (samples < MOST_SAMPLES) return ratio > 1.2 ? 'again' : 'later'
  // On a tie fewer threads are better.
  return ratio > (fewer ? 0.97 : 1.03) ? 'won' : 'lost'
}
