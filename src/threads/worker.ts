// What a worker runs: it takes an arena or makes one, and then calls of the kernels. scripts/build.mjs compiles
// this file alone and keeps it as text in src/generated/, so that no bundler has a path to resolve and no user one to
// configure; and as dist/worker.js, for pages whose policy asks for a file. It may import types only.

/** Some floats of an arena, from the element `at` on. */
export interface Piece {
  readonly at: number
  readonly values: Float32Array
}

export type Call =
  /** Takes an arena that is shared. */
  | { readonly call: 'open'; readonly module: WebAssembly.Module; readonly memory: WebAssembly.Memory }
  /** Makes an arena of its own. */
  | { readonly call: 'own'; readonly module: WebAssembly.Module; readonly pages: number }
  /** Writes the pieces, calls the kernel, and answers with what it returns and the ranges that are asked for. */
  | {
      readonly call: 'run' | 'shuffle' | 'countUp'
      readonly args: readonly number[]
      readonly writes?: readonly Piece[]
      readonly reads?: readonly { readonly offset: number; readonly length: number }[]
    }
  /** Writes the pieces and reads the ranges alone. */
  | {
      readonly call: 'copy'
      readonly writes?: readonly Piece[]
      readonly reads?: readonly { readonly offset: number; readonly length: number }[]
    }
  | { readonly call: 'close' }

export interface Answer {
  readonly value?: number | undefined
  /** How long the kernel worked. */
  readonly milliseconds?: number
  readonly pieces?: readonly Piece[]
}

/** What comes back from every call but `close`, or the reason why it failed; a Web Worker says null when it starts. */
export type Reply = Answer | string | null

type Kernels = Record<'run' | 'shuffle' | 'countUp', (...args: readonly number[]) => number | undefined>

interface NodePort {
  on(event: 'message', listener: (call: Call) => void): void
  postMessage(reply: Reply, transfer?: readonly ArrayBuffer[]): void
}

interface WebPort {
  onmessage: (event: { readonly data: Call }) => void
  postMessage(reply: Reply, transfer?: readonly ArrayBuffer[]): void
}

interface Process {
  getBuiltinModule?(name: 'node:worker_threads'): { readonly parentPort: NodePort | null } | undefined
}

let kernels: Kernels | undefined
let memory: WebAssembly.Memory | undefined
// Memory cannot shrink: one of its own is kept for the next arena.
let own: { readonly module: WebAssembly.Module; readonly memory: WebAssembly.Memory } | undefined

// Networks with functions of the user's own do not come here.
const absent = () => {
  throw new Error("a worker has none of the caller's functions")
}

const instantiate = (module: WebAssembly.Module, within: WebAssembly.Memory) => {
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory: within, customActivation: absent, customLoss: absent },
  })
  kernels = exports as unknown as Kernels
  memory = within
}

// As src/base/clock.ts has it, which this file may not import.
const clock: { now(): number } = typeof performance === 'undefined' ? Date : performance

const PAGE = 65536

/** A memory of so many pages: that of before, larger if need be, where there is one. */
const ownMemory = (pages: number): WebAssembly.Memory => {
  const missing = own ? pages - own.memory.buffer.byteLength / PAGE : pages
  if (own && missing > 0) own.memory.grow(missing)
  return own?.memory ?? new WebAssembly.Memory({ initial: pages, maximum: 65535 })
}

const work = (call: Exclude<Call, { readonly call: 'close' }>): Answer => {
  if (call.call === 'open') {
    instantiate(call.module, call.memory)
    return {}
  }
  if (call.call === 'own') {
    own = { module: call.module, memory: ownMemory(call.pages) }
    instantiate(own.module, own.memory)
    return {}
  }
  const floats = new Float32Array(memory!.buffer)
  for (const { at, values } of call.writes ?? []) floats.set(values, at)
  const from = clock.now()
  const value = call.call === 'copy' ? undefined : kernels![call.call](...call.args)
  const milliseconds = clock.now() - from
  const pieces = call.reads?.map(({ offset, length }) => ({
    at: offset,
    values: floats.slice(offset, offset + length),
  }))
  return pieces ? { value, milliseconds, pieces } : { value, milliseconds }
}

const receive = (call: Call, answer: (reply: Reply, transfer: readonly ArrayBuffer[]) => void) => {
  if (call.call === 'close') {
    kernels = undefined
    memory = undefined
    return
  }
  try {
    const reply = work(call)
    const buffers = (reply.pieces ?? []).map(({ values }) => values.buffer as ArrayBuffer)
    answer(reply, buffers)
  } catch (error) {
    answer(String(error), [])
  }
}

const { process } = globalThis as { process?: Process }
// Where a Web Worker has Node's modules too, as in Electron, there is no such port.
const nodePort = process?.getBuiltinModule?.('node:worker_threads')?.parentPort
if (nodePort) {
  nodePort.on('message', (call) => receive(call, (reply, transfer) => nodePort.postMessage(reply, transfer)))
} else {
  const port = globalThis as unknown as WebPort
  port.onmessage = ({ data }) => receive(data, (reply, transfer) => port.postMessage(reply, transfer))
  port.postMessage(null)
}
