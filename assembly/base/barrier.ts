// Where the threads of a step wait for each other. The words at `sync` are laid out in abi/sync.ts.

import * as Sync from '../abi/sync'

/** Nanoseconds that a thread sleeps before it looks again: a wake-up that is lost costs no more. */
const NAP: i64 = 2000000

// The fewest looks before a thread sleeps, about 10 µs: longer than most waits where each thread has a core of its own.
const LEAST_SPINS = 30000

// How many waits may spin in vain, a millisecond each, before they are shortened. Two threads may start on one core of
// two: only because both spin does the scheduler see, after some ticks, that there is work for the other core. Threads
// that sleep and wake each other stay on the one core: 784-30-10 at batch 10 then ran at a third of one thread's speed
// (Node 20).
const MOST_MISSES = 8

/**
 * Returns true once `threads` threads have arrived, false if the work must be abandoned. What each of them wrote before
 * is seen by all of them after.
 *
 * A thread that spins for all of its patience in vain may be holding the very core that the awaited thread needs. After
 * MOST_MISSES of these misses, each further one cuts the patience to a quarter. A wait that ends in time cancels one
 * miss and doubles the patience, up to Sync.SPINS. The threads share these words without locking and may overwrite each
 * other's values, which are only estimates.
 */
export function barrier(sync: usize, threads: i32): bool {
  const generationPtr = sync + (Sync.GENERATION << 2)
  const arrivedPtr = sync + (Sync.ARRIVED << 2)
  const sleepersPtr = sync + (Sync.SLEEPERS << 2)
  const stopPtr = sync + (Sync.STOP << 2)
  const patiencePtr = sync + (Sync.PATIENCE << 2)
  const missesPtr = sync + (Sync.MISSES << 2)
  const generation = atomic.load<i32>(generationPtr)
  if (atomic.add<i32>(arrivedPtr, 1) == threads - 1) {
    atomic.store<i32>(arrivedPtr, 0)
    atomic.add<i32>(generationPtr, 1)
    // A thread counts itself before it sleeps, and sleeps only where the generation is still the old one.
    if (atomic.load<i32>(sleepersPtr) > 0) atomic.notify(generationPtr, threads)
    return atomic.load<i32>(stopPtr) == 0
  }
  const most = load<i32>(sync + (Sync.SPINS << 2))
  const spins = load<i32>(patiencePtr)
  const misses = load<i32>(missesPtr)
  for (let i = 0; i < spins; ++i) {
    if (atomic.load<i32>(generationPtr) != generation) {
      if (misses > 0) store<i32>(missesPtr, misses - 1)
      if (spins < most) store<i32>(patiencePtr, min(most, spins << 1))
      return atomic.load<i32>(stopPtr) == 0
    }
  }
  if (misses < MOST_MISSES) store<i32>(missesPtr, misses + 1)
  else if (spins > LEAST_SPINS) store<i32>(patiencePtr, max(LEAST_SPINS, spins >> 2))
  atomic.add<i32>(sleepersPtr, 1)
  while (atomic.load<i32>(generationPtr) == generation && atomic.load<i32>(stopPtr) == 0) {
    memory.atomic.wait32(generationPtr, generation, NAP)
  }
  atomic.sub<i32>(sleepersPtr, 1)
  return atomic.load<i32>(stopPtr) == 0
}
