// Workers and cores of the platform: worker_threads where there is Node's API (Node, Deno, Bun), Web Workers elsewhere.
// Deno and Bun have Web Workers too, but Deno's keep the process alive and cannot be told not to.

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

interface NodeModules {
  'node:worker_threads': { Worker: new (source: string, options: object) => NodeWorker }
  'node:os': { availableParallelism(): number }
}

interface Process {
  readonly versions?: { readonly node?: string }
  getBuiltinModule?<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined
}

/** A module of Node, or undefined where the platform has no such thing. */
async function builtin<Name extends keyof NodeModules>(name: Name): Promise<NodeModules[Name] | undefined> {
  const { process } = globalThis as { process?: Process }
  if (!process?.versions?.node) return undefined
  // Node 20 before 20.16 has no getBuiltinModule. Bundlers must leave the import as it is.
  return process.getBuiltinModule?.(name) ?? import(/* webpackIgnore: true */ /* @vite-ignore */ name)
}

function startNodeWorker({ Worker }: NodeModules['node:worker_threads'], listener: Listener): PlatformWorker {
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
  const node = await builtin('node:worker_threads')
  return node ? startNodeWorker(node, listener) : startWebWorker(listener)
}

/** Cores that this process may use. */
export async function availableCores(): Promise<number> {
  const os = await builtin('node:os')
  return os ? os.availableParallelism() : (globalThis.navigator?.hardwareConcurrency ?? 1)
}
