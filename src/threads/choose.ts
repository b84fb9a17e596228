// How many threads a fit gets.

import { availableCores } from './cores.ts'
import { lostLately } from './found.ts'
import { idleWorkers } from './pool.ts'

/** 'auto' takes no more than this. */
const MOST = 8
// Operations of a step for each thread. Two threads against one (bench/threads.ts, Node 26): 784-64-10 at batch 32, 3.2
// million each, is 1.65 times as fast; 784-30-10 at batch 10, 0.48 million, 1.35 times; 64-32-16-10 at batch 32, 0.2
// million, no faster. The zeros of listed inputs do not count: on MNIST 784-30-10, 0.1 million, is 0.9 times as fast,
// 784-64-10, 0.7 million, 1.4 times.
const LEAST_FLOPS_PER_STEP = 450_000
// Rows of a mini-batch for each thread, so that its tiles are whole.
const LEAST_ROWS = 4
// About 200 ms of one thread, where there are idle workers; half a second where they must be started first, which takes
// 13 ms of a core for each (Node 26) or 25 (Node 20), or where threads lost a moment ago. Shorter fits stay in the memory
// that they have.
const LEAST_FLOPS = 9e9
const LEAST_FLOPS_TO_TRY = 2e10

/** Threads for `rows` rows in all, in batches, of so many floating-point operations each. */
export function threadsFor(
  threads: number | 'auto',
  rowFlops: number,
  batchRows: number,
  rows: number,
): number {
  if (threads !== 'auto') return threads
  const isPromising = idleWorkers() > 1 && !lostLately(rowFlops * batchRows)
  if (rowFlops * rows < (isPromising ? LEAST_FLOPS : LEAST_FLOPS_TO_TRY)) return 1
  const most = Math.floor(Math.min((rowFlops * batchRows) / LEAST_FLOPS_PER_STEP, batchRows / LEAST_ROWS))
  if (most <= 1) return 1
  return Math.max(1, Math.min(MOST, most, availableCores()))
}
