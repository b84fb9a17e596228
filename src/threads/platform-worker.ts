// What a worker is to the pool, whatever the platform.

import type { Call, Reply } from './worker.ts'

export interface PlatformWorker {
  post(call: Call, transfer: readonly ArrayBuffer[]): void
  /** Whether the worker keeps the process alive. */
  keepAlive(yes: boolean): void
  /** Resolves when the worker runs no more, as far as the platform tells. */
  terminate(): Promise<unknown>
}

export interface Listener {
  reply(reply: Reply): void
  /** The worker is gone: it could not start, was killed, or died of an error. */
  gone(cause: unknown): void
}
