// What a worker runs: it takes an arena, and then calls of the kernels' `run` and `shuffle`. scripts/build.mjs compiles
// this file alone and keeps it as text in src/generated/, so that no bundler has a path to resolve and no user one to
// configure; and as dist/worker.js, for pages whose policy asks for a file. It may import types only.

export type Call =
  | { readonly call: 'open'; readonly module: WebAssembly.Module; readonly memory: WebAssembly.Memory }
  | { readonly call: 'close' }
  | { readonly call: 'run' | 'shuffle'; readonly args: readonly number[] }

/** What comes back from every call but `close`: the reason why it failed, or null; a Web Worker says null when it starts. */
export type Reply = string | null

type Kernels = Record<'run' | 'shuffle', (...args: readonly number[]) => void>

interface NodePort {
  on(event: 'message', listener: (call: Call) => void): void
  postMessage(reply: Reply): void
}

interface WebPort {
  onmessage: (event: { readonly data: Call }) => void
  postMessage(reply: Reply): void
}

declare const require: ((module: 'node:worker_threads') => { parentPort: NodePort }) | undefined

let kernels: Kernels | undefined

const receive = (call: Call, answer: (reply: Reply) => void) => {
  if (call.call === 'close') {
    kernels = undefined
    return
  }
  try {
    if (call.call === 'open') {
      const { exports } = new WebAssembly.Instance(call.module, { env: { memory: call.memory } })
      kernels = exports as unknown as Kernels
    } else {
      kernels![call.call](...call.args)
    }
    answer(null)
  } catch (error) {
    answer(String(error))
  }
}

if (typeof require === 'function') {
  const { parentPort } = require('node:worker_threads')
  parentPort.on('message', (call) => receive(call, (reply) => parentPort.postMessage(reply)))
} else {
  const port = globalThis as unknown as WebPort
  port.onmessage = ({ data }) => receive(data, (reply) => port.postMessage(reply))
  port.postMessage(null)
}
