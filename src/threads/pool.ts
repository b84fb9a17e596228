// The workers of this process. A team of them works in one arena at a time; between two uses they stay idle, ready and
// without keeping the process alive, and after a while they are let go.

import { SYNC_LENGTH, SYNC_MISSES, SYNC_PATIENCE, SYNC_SPINS, SYNC_STOP } from '../../assembly/abi.ts'
import type { SharedArena } from '../backend.ts'
import { BackendError } from '../errors.ts'
import { startWorker } from './platform.ts'
import type { PlatformWorker } from './platform-worker.ts'
import type { Call, Reply } from './worker.ts'

/** Milliseconds after which idle workers are stopped. */
const IDLE_MS = 10_000

class PooledWorker {
  readonly #worker: PlatformWorker
  #settle: { resolve: () => void; reject: (cause: unknown) => void } | undefined
  #gone: { readonly cause: unknown } | undefined

  private constructor(worker: PlatformWorker) {
    this.#worker = worker
  }

  static async start(): Promise<PooledWorker> {
    const started: PooledWorker = new PooledWorker(
      await startWorker({
        reply: (reply) => started.#reply(reply),
        gone: (cause) => started.#leave(cause),
      }),
    )
    return started
  }

  get isGone(): boolean {
    return this.#gone !== undefined
  }

  #reply(reply: Reply): void {
    const settle = this.#settle
    this.#settle = undefined
    if (reply === null) settle?.resolve()
    else settle?.reject(new Error(reply))
  }

  #leave(cause: unknown): void {
    this.#gone ??= { cause }
    this.#settle?.reject(cause)
    this.#settle = undefined
    const at = idle.indexOf(this)
    if (at >= 0) idle.splice(at, 1)
  }

  /** One call at a time; rejects where it fails or the worker is gone. */
  call(call: Call): Promise<void> {
    if (this.#gone) return Promise.reject(this.#gone.cause)
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#worker.post(call)
    })
  }

  hire(): void {
    this.#worker.keepAlive(true)
  }

  rest(): void {
    this.#worker.post({ call: 'close' })
    this.#worker.keepAlive(false)
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
    this.#leave(new Error('the worker was stopped'))
  }
}

const idle: PooledWorker[] = []
let timer: ReturnType<typeof setTimeout> | undefined

/** Stops every idle worker. */
export async function stopIdleWorkers(): Promise<void> {
  clearTimeout(timer)
  await Promise.all(idle.splice(0).map((worker) => worker.stop()))
}

export const idleWorkers = (): number => idle.length

/** Some workers at work on one arena. */
export class Team {
  readonly #arena: SharedArena
  readonly #workers: PooledWorker[] = []
  /** The words for barriers. */
  readonly #sync: Int32Array
  #failed = false
  #dismissed = false

  private constructor(arena: SharedArena, sync: number) {
    this.#arena = arena
    this.#sync = new Int32Array(arena.memory.buffer, sync * 4, SYNC_LENGTH)
  }

  /**
   * Takes idle workers, starts what is missing, and brings all into the arena; `sync` is the offset of its words for
   * barriers. Rejects where the platform has no workers to give.
   */
  static async hire(size: number, arena: SharedArena, sync: number): Promise<Team> {
    const team = new Team(arena, sync)
    await team.grow(size)
    return team
  }

  /** Hires more, until there are `size` of them. Where it rejects, those that there were are still at work. */
  async grow(size: number): Promise<void> {
    clearTimeout(timer)
    const { module, memory } = this.#arena
    const missing = size - this.#workers.length
    const workers = idle.splice(0, missing)
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
    this.#sync[SYNC_SPINS] = spins
    this.#sync[SYNC_PATIENCE] = spins
    this.#sync[SYNC_MISSES] = 0
  }

  /**
   * Runs a tape for the rows [firstRow, endRow), in batches, in the first `parts` workers, each as a part of it.
   */
  run(
    [from, to, firstRow, endRow, batchRows]: readonly [number, number, number, number, number],
    parts: number,
  ): Promise<void> {
    return this.#finish(
      this.#workers
        .slice(0, parts)
        .map((worker, part) =>
          worker.call({ call: 'run', args: [from, to, firstRow, endRow, batchRows, part, parts, part] }),
        ),
    )
  }

  /** One worker calls the backend's `shuffle`. */
  shuffle(...args: readonly number[]): Promise<void> {
    return this.#finish([this.#workers[0].call({ call: 'shuffle', args })])
  }

  async #finish(calls: readonly Promise<void>[]): Promise<void> {
    try {
      await Promise.all(calls)
    } catch (cause) {
      this.#failed = true
      // The others wait at a barrier for a thread that will not come.
      Atomics.store(this.#sync, SYNC_STOP, 1)
      await Promise.all(this.#workers.map((worker) => worker.stop()))
      throw new BackendError(
        `a worker thread was lost during training (${cause instanceof Error ? cause.message : cause}); the network ` +
          'has the parameters of the last good epoch and can be trained again',
        { cause },
      )
    }
  }

  /** Lets the workers rest, and those that still start when they are there. The team cannot be used any more. */
  dismiss(): void {
    this.#dismissed = true
    for (const worker of this.#workers.splice(0)) {
      if (worker.isGone) continue
      worker.rest()
      idle.push(worker)
    }
    clearTimeout(timer)
    timer = setTimeout(stopIdleWorkers, IDLE_MS)
    const unref = (timer as { unref?(): void }).unref
    unref?.call(timer)
  }
}
