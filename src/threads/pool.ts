// The workers of this process. Between two uses they stay idle, ready and without keeping the process alive, and after a
// while they are let go.

import { startWorker } from './platform.ts'
import type { PlatformWorker } from './platform-worker.ts'
import type { Answer, Call, Reply } from './worker.ts'

/** Milliseconds after which idle workers are stopped. */
const IDLE_MS = 10_000

export class PooledWorker {
  readonly #worker: PlatformWorker
  #settle: { resolve: (answer: Answer) => void; reject: (cause: unknown) => void } | undefined
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
    if (typeof reply === 'string') settle?.reject(new Error(reply))
    else settle?.resolve(reply ?? {})
  }

  #leave(cause: unknown): void {
    this.#gone ??= { cause }
    this.#settle?.reject(cause)
    this.#settle = undefined
    const at = idle.indexOf(this)
    if (at >= 0) idle.splice(at, 1)
  }

  /** One call at a time; rejects where it fails or the worker is gone. */
  call(call: Call, transfer: readonly ArrayBuffer[] = []): Promise<Answer> {
    if (this.#gone) return Promise.reject(this.#gone.cause)
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#worker.post(call, transfer)
    })
  }

  /** Keeps the process alive from now on. */
  hire(): void {
    this.#worker.keepAlive(true)
  }

  /** Leaves its work, and is free for the next fit. */
  rest(): void {
    if (this.#gone) return
    this.#worker.post({ call: 'close' }, [])
    this.#worker.keepAlive(false)
    idle.push(this)
    clearTimeout(timer)
    timer = setTimeout(stopIdleWorkers, IDLE_MS)
    const unref = (timer as { unref?(): void }).unref
    unref?.call(timer)
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

/** Up to `count` idle workers. */
export function takeIdle(count: number): PooledWorker[] {
  clearTimeout(timer)
  return idle.splice(0, count)
}
