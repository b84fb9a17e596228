// Where the threads of a step wait for each other. The words at `sync` are laid out in abi.ts.

import { SYNC_ARRIVED, SYNC_GENERATION, SYNC_SLEEPERS, SYNC_SPINS, SYNC_STOP } from './abi'

/** Nanoseconds that a thread sleeps before it looks again: a wake-up that is lost costs no more. */
const NAP: i64 = 2000000

/**
 * Returns true once `threads` threads have come here, false where the work is to be left. What each of them wrote
 * before is seen by all of them after.
 */
export function barrier(sync: usize, threads: i32): bool {
  const generationPtr = sync + (SYNC_GENERATION << 2)
  const arrivedPtr = sync + (SYNC_ARRIVED << 2)
  const sleepersPtr = sync + (SYNC_SLEEPERS << 2)
  const stopPtr = sync + (SYNC_STOP << 2)
  const generation = atomic.load<i32>(generationPtr)
  if (atomic.add<i32>(arrivedPtr, 1) == threads - 1) {
    atomic.store<i32>(arrivedPtr, 0)
    atomic.add<i32>(generationPtr, 1)
    // A thread counts itself before it sleeps, and sleeps only where the generation is still the old one.
    if (atomic.load<i32>(sleepersPtr) > 0) atomic.notify(generationPtr, threads)
    return atomic.load<i32>(stopPtr) == 0
  }
  const spins = load<i32>(sync + (SYNC_SPINS << 2))
  for (let i = 0; i < spins; ++i) {
    if (atomic.load<i32>(generationPtr) != generation) return atomic.load<i32>(stopPtr) == 0
  }
  atomic.add<i32>(sleepersPtr, 1)
  while (atomic.load<i32>(generationPtr) == generation && atomic.load<i32>(stopPtr) == 0) {
    memory.atomic.wait32(generationPtr, generation, NAP)
  }
  atomic.sub<i32>(sleepersPtr, 1)
  return atomic.load<i32>(stopPtr) == 0
}
