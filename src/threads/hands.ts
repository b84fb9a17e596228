// What does the work of a fit beside the caller's thread: a crew in a shared arena, or a worker with its own.

import type { Range } from '../program/tensors.ts'

export interface Hands {
  /** Workers that get the next slice; 0 where it is the caller's. */
  readonly size: number
  /** True where the next slice should be short: its speed is being measured. */
  readonly isSample: boolean
  /** Workers that are there, at work or not. */
  readonly ready: number
  /** Threads that did most of the training. */
  readonly threads: number
  /** True once a worker was lost: what it had begun is half done. */
  readonly failed: boolean
  /** True where the work is done in another arena, and `fetch` brings what it changes. */
  readonly isRemote: boolean
  /**
   * Runs a tape for rows in batches: from, to, firstRow, endRow, batchRows. writes: what the caller has changed for it;
   * reads: what it leaves for the caller. part: which part of how many, where one worker does them in turn; else [0, 1]. Resolves to the milliseconds
   * of the work alone: the answer may have waited for the caller's thread.
   */
  run(
    span: readonly [number, number, number, number, number],
    copies: { readonly writes?: readonly Range[]; readonly reads: readonly Range[] },
    part: readonly [part: number, parts: number],
  ): Promise<number>
  /** Calls a kernel in one worker; resolves to what it returns. */
  call(kernel: 'shuffle' | 'countUp', args: readonly number[]): Promise<number | undefined>
  /** Brings a range of the workers' arena to the caller's. */
  fetch(range: Range): Promise<void>
  /** The last slice had so many rows and took so long; the next may be another's. */
  timed(rows: number, milliseconds: number): void
  /** Lets the workers rest. */
  dismiss(): void
}
