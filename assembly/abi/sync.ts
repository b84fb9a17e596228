// The words by which threads synchronize, on cache lines of their own; all of them watch the first while they wait.

/** Barriers passed. */
export const GENERATION = 0
/** Threads that have reached the next one. */
export const ARRIVED = 16
/** Threads asleep at it. */
export const SLEEPERS = 17
/** 1 once the work must be abandoned. */
export const STOP = 32
/** How many times at most a thread looks at the generation before it sleeps, about 3 looks a nanosecond. */
export const SPINS = 33
/** The same for now: adapted, at most SPINS. */
export const PATIENCE = 34
/** How many of the last waits spun in vain. */
export const MISSES = 35
export const LENGTH = 48
