// How many rows an optimizer that takes all of them in each step has computed at once.

import type { Architecture } from '../model/architecture.ts'
import { flopsPerRow } from '../program/flops.ts'

// Rows of a block, at most: the buffers between layers stay small.
const MOST_BLOCK_ROWS = 1024
const LEAST_BLOCK_ROWS = 64
// Operations of a block, about 30 ms of one thread: a team is not to be stopped within one. With 1,024 rows of
// 784-512-512-10 a signal was heard after 140 ms.
const BLOCK_FLOPS = 1e9

/** Rows whose gradient is computed at once: a matter of the network alone, and not of who computes it. */
export const blockRowsOf = (architecture: Architecture): number =>
  Math.min(
    MOST_BLOCK_ROWS,
    Math.max(LEAST_BLOCK_ROWS, Math.floor(BLOCK_FLOPS / flopsPerRow(architecture, 1))),
  )
