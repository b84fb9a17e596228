// Workers of the platform: worker_threads where there is Node's API (Node, Deno, Bun), Web Workers elsewhere.
// Deno and Bun have Web Workers too, but Deno's keep the process alive and cannot be told not to.

import { builtin } from '../base/builtin.ts'
import { workerSource } from '../generated/worker.ts'
import type { Listener, PlatformWorker } from './platform-worker.ts'
import { startWebWorker } from './web-worker.ts'
import type { Call, Reply } from './worker.ts'

interface NodeWorker {
  on(event: 'message', listener: (reply: Reply) => void): void
  on(event: 'error', listener: (error: unknown) => void): void
  on(event: 'exit', listener: (code: number) => void): void
  postMessage(call: Call, transfer: readonly ArrayBuffer[]): void
  ref(): void
  unref(): void
  terminate(): Promise<unknown>
}

interface WorkerThreads {
  readonly Worker: new (source: string, options: object) => NodeWorker
}

function startNodeWorker({ Worker }: WorkerThreads, listener: Listener): PlatformWorker {
  // The caller's own flags (a loader, an inspector) do not concern this worker.
  const worker = new Worker(workerSource, { eval: true, execArgv: [], name: 'nabla' })
  worker.on('message', listener.reply)
  worker.on('error', listener.gone)
  worker.on('exit', (code) => listener.gone(new Error(`the worker exited with code ${code}`)))
  return {
    post: (call, transfer) => worker.postMessage(call, transfer as ArrayBuffer[]),
    keepAlive: (yes) => (yes ? worker.ref() : worker.unref()),
    terminate: () => worker.terminate(),
  }
}

/** Starts a worker. Throws, or tells the listener, where the platform refuses. */
export async function startWorker(listener: Listener): Promise<PlatformWorker> {
  const node = builtin<WorkerThreads>('node:worker_threads')
  return node ? startNodeWorker(node, listener) : startWebWorker(listener)
}
