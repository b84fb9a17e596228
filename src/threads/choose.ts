// How many threads a fit gets.

import type { Architecture } from '../plan.ts'
import { availableCores } from './platform.ts'

/** 'auto' takes no more than this. */
const MOST = 8
// Operations of a step for each thread. Two threads against one (bench/threads.ts, Node 26): 784-64-10 at batch 32, 3.2
// million each, is 1.65 times as fast; 784-30-10 at batch 10, 0.48 million, 1.35 times; 64-32-16-10 at batch 32, 0.2
// million, no faster. The zeros of listed inputs do not count: on MNIST 784-30-10, 0.1 million, is 0.9 times as fast,
// 784-64-10, 0.7 million, 1.4 times.
const LEAST_FLOPS_PER_STEP = 450_000
// Rows of a mini-batch for each thread, so that its tiles are whole.
const LEAST_ROWS = 4
// About 100 ms of one thread; two workers start in 14 to 24 ms (Node 26 and 20).
const LEAST_FLOPS = 4e9

/** Floating-point operations of training on one row: two a weight forward, two in the gradient, two backward. */
const flopsPerRow = ({ layers }: Architecture, density: number): number =>
  layers.reduce((sum, { inputs, units }, l) => sum + (l === 0 ? 4 * density : 6) * inputs * units, 0)

/** Threads for `epochs` epochs of `rows` rows in batches. density: the share of the inputs that is not skipped as zero. */
export function threadsFor(
  threads: number | 'auto',
  architecture: Architecture,
  batchRows: number,
  rows: number,
  epochs: number,
  density: number,
): number | Promise<number> {
  if (threads !== 'auto') return threads
  const flops = flopsPerRow(architecture, density)
  if (flops * rows * epochs < LEAST_FLOPS) return 1
  const most = Math.floor(Math.min((flops * batchRows) / LEAST_FLOPS_PER_STEP, batchRows / LEAST_ROWS))
  if (most <= 1) return 1
  return availableCores().then((cores) => Math.max(1, Math.min(MOST, most, cores)))
}
