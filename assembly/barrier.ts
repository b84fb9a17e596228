// Where the threads of a step wait for each other. The words at `sync` are laid out in abi.ts.

import {
  SYNC_ARRIVED, SYNC_GENERATION, SYNC_MISSES, SYNC_PATIENCE, SYNC_SLEEPERS, SYNC_SPINS, SYNC_STOP,
} from './abi'

/** Nanoseconds that a thread sleeps before it looks again: a wake-up that is lost costs no more. */
const NAP: i64 = 2000000

// The least that a thread looks for the others, about 10 µs: what most waits take where each has a core of its own.
const LEAST_SPINS = 30000

// Waits in vain, a millisecond each, until they become shorter. Two threads may begin on one core of two: that both look is
// how the system sees that there is work for the other core, after some ticks of its clock. Threads that sleep and wake
// each other instead stay on the one core: 784-30-10 at batch 10 then ran at a third of one thread's speed (Node 20).
const MOST_MISSES = 8

/**
 * Returns true once `threads` threads have come here, false where the work is to be left. What each of them wrote
 * before is seen by all of them after.
 *
 * A thread that looked in vain for as long as its patience took a core from the one that it waits for, or would have:
 * after some such misses the next waits are a quarter as long each time. Each wait that ends in time makes up for one of
 * them, and makes the next waits twice as long, up to SYNC_SPINS. The threads share these words and may overwrite each
 * other's: they are a guess in any case.
 */
export function barrier(sync: usize, threads: i32): bool {
  const generationPtr = sync + (SYNC_GENERATION << 2)
  const arrivedPtr = sync + (SYNC_ARRIVED << 2)
  const sleepersPtr = sync + (SYNC_SLEEPERS << 2)
  const stopPtr = sync + (SYNC_STOP << 2)
  const patiencePtr = sync + (SYNC_PATIENCE << 2)
  const missesPtr = sync + (SYNC_MISSES << 2)
  const generation = atomic.load<i32>(generationPtr)
  if (atomic.add<i32>(arrivedPtr, 1) == threads - 1) {
    atomic.store<i32>(arrivedPtr, 0)
    atomic.add<i32>(generationPtr, 1)
    // A thread counts itself before it sleeps, and sleeps only where the generation is still the old one.
    if (atomic.load<i32>(sleepersPtr) > 0) atomic.notify(generationPtr, threads)
    return atomic.load<i32>(stopPtr) == 0
  }
  const most = load<i32>(sync + (SYNC_SPINS << 2))
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
