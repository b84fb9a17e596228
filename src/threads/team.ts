// Some workers at work on one arena, which they share with the caller's thread.

import * as Sync from '../../assembly/abi/sync.ts'
import type { SharedArena } from '../backends/backend.ts'
import { BackendError } from '../base/errors.ts'
import { PooledWorker, takeIdle } from './pool.ts'
import type { Answer } from './worker.ts'

/** The error where a worker was lost: what it had begun is half done. */
export const lostWorker = (cause: unknown): BackendError =>
  new BackendError(
    `a worker thread was lost during training (${cause instanceof Error ? cause.message : cause}); the network ` +
      'has the parameters of the last good epoch and can be trained again',
    { cause },
  )

/** Milliseconds that the slowest of them worked. */
const longest = (answers: readonly Answer[]): number =>
  answers.reduce((most, { milliseconds = 0 }) => Math.max(most, milliseconds), 0)

export class Team {
  readonly #arena: SharedArena
  readonly #workers: PooledWorker[] = []
  /** The words for barriers. */
  readonly #sync: Int32Array
  #failed = false
  #dismissed = false

  private constructor(arena: SharedArena, sync: number) {
    this.#arena = arena
    this.#sync = new Int32Array(arena.memory.buffer, sync * 4, Sync.LENGTH)
  }

  /**
   * Takes idle workers, starts what is missing, and brings all into the arena; `sync` is the offset of its words for
   * barriers. Rejects if the platform has none.
   */
  static async hire(size: number, arena: SharedArena, sync: number): Promise<Team> {
    const team = new Team(arena, sync)
    await team.grow(size)
    return team
  }

  /** Hires more, until there are `size` of them. Where it rejects, those that there were are still at work. */
  async grow(size: number): Promise<void> {
    const { module, memory } = this.#arena
    const missing = size - this.#workers.length
    const workers = takeIdle(missing)
    const starts = Array.from({ length: missing - workers.length }, () => PooledWorker.start())
    try {
      const results = await Promise.allSettled(starts)
      for (const one of results) if (one.status === 'fulfilled') workers.push(one.value)
      for (const one of results) if (one.status === 'rejected') throw one.reason
      for (const worker of workers) worker.hire()
      await Promise.all(workers.map((worker) => worker.call({ call: 'open', module, memory })))
    } catch (cause) {
      await Promise.all(workers.map((worker) => worker.stop()))
      throw cause
    }
    this.#workers.push(...workers)
    if (this.#dismissed) this.dismiss()
  }

  get size(): number {
    return this.#workers.length
  }

  /** True once a worker was lost: what it had begun is half done. */
  get failed(): boolean {
    return this.#failed
  }

  /** True where a worker is gone, at work or not. */
  get hasGone(): boolean {
    return this.#workers.some((worker) => worker.isGone)
  }

  /** From now on a thread looks `spins` times at most for the others at a barrier before it sleeps. */
  set patience(spins: number) {
    this.#sync[Sync.SPINS] = spins
    this.#sync[Sync.PATIENCE] = spins
    this.#sync[Sync.MISSES] = 0
  }

  /**
   * Runs a tape for the rows [firstRow, endRow), in batches, in the first `parts` workers, each as a part of it. Resolves to the milliseconds
   * that they worked.
   */
  async run(
    [from, to, firstRow, endRow, batchRows]: readonly [number, number, number, number, number],
    parts: number,
  ): Promise<number> {
    const answers = await this.#finish(
      this.#workers
        .slice(0, parts)
        .map((worker, part) =>
          worker.call({ call: 'run', args: [from, to, firstRow, endRow, batchRows, part, parts, part] }),
        ),
    )
    return longest(answers)
  }

  /** The same by the first worker alone, as part `part` of `parts`. */
  async runPart(
    span: readonly [number, number, number, number, number],
    part: number,
    parts: number,
  ): Promise<number> {
    return longest(
      await this.#finish([this.#workers[0].call({ call: 'run', args: [...span, part, parts, 0] })]),
    )
  }

  /** One worker calls a kernel; resolves to what it returns. */
  async call(kernel: 'shuffle' | 'countUp', args: readonly number[]): Promise<number | undefined> {
    const [{ value }] = await this.#finish([this.#workers[0].call({ call: kernel, args })])
    return value
  }

  async #finish(calls: readonly Promise<Answer>[]): Promise<Answer[]> {
    try {
      return await Promise.all(calls)
    } catch (cause) {
      this.#failed = true
      // The others wait at a barrier for a thread that will not come.
      Atomics.store(this.#sync, Sync.STOP, 1)
      await Promise.all(this.#workers.map((worker) => worker.stop()))
      throw lostWorker(cause)
    }
  }

  /** Lets the workers rest, including any still starting. The team cannot be used any more. */
  dismiss(): void {
    this.#dismissed = true
    for (const worker of this.#workers.splice(0)) worker.rest()
  }
}
