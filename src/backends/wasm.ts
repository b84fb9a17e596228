// The WebAssembly backend: probe, compile once in a process, instantiate over one memory for each arena.

import type { Backend, Kernels } from '../backend.ts'
import { BackendError } from '../errors.ts'

type Exports = Kernels & Pick<Backend, 'run' | 'shuffle' | 'listNonzeros'>

const PAGE = 65536
const MOST_PAGES = 65536

interface NodeBuffer {
  from(text: string, encoding: 'base64'): Uint8Array
}

/** The bytes of a base64 text. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const { Buffer } = globalThis as { Buffer?: NodeBuffer }
  // Ten times as fast as atob (Node 20), of which every start of a process would feel some milliseconds.
  if (Buffer) return new Uint8Array(Buffer.from(text, 'base64'))
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < bytes.length; ++i) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/**
 * The same module importing an unshared memory: where there is no SharedArrayBuffer (a page that is not
 * cross-origin isolated), the shared bit of the import's limits is cleared. Atomics are valid on unshared memory.
 * The import section is laid out as in https://webassembly.github.io/spec/core/binary/modules.html#import-section.
 */
export function withoutSharedMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const out = bytes.slice()
  const name = [...'env'].map((c) => c.charCodeAt(0))
  const field = [...'memory'].map((c) => c.charCodeAt(0))
  // "env" and "memory", each after its length, then kind 2 (memory) and the flags of the limits.
  const entry = [name.length, ...name, field.length, ...field, 2]
  for (let i = 8; i + entry.length < out.length; ++i) {
    if (entry.every((byte, j) => out[i + j] === byte)) {
      out[i + entry.length] &= ~2
      return out
    }
  }
  throw new BackendError('the wasm binary: expected an import of env.memory, found none')
}

/** Makes an arena of `elements` floats and an instance of the module over it. Throws BackendError. */
export function makeWasmBackend(
  module: WebAssembly.Module,
  name: Backend['name'],
  shared: boolean,
  elements: number,
): Backend {
  const pages = Math.ceil((elements * 4) / PAGE)
  const megabytes = Math.ceil((elements * 4) / 2 ** 20)
  if (pages > MOST_PAGES) {
    throw new BackendError(
      `the network and its data need ${megabytes} MB; WebAssembly has 4096 MB at most. Train on fewer rows at a time.`,
    )
  }
  let memory: WebAssembly.Memory
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared })
  } catch (cause) {
    throw new BackendError(`the network and its data need ${megabytes} MB, and the engine gave none`, {
      cause,
    })
  }
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const kernels = exports as unknown as Exports
  const floats = new Float32Array(memory.buffer)
  const ints = new Int32Array(memory.buffer)
  return {
    name,
    floats,
    kernels,
    writeInts: (offset, values) => ints.set(values, offset),
    readInts: (offset, length) => ints.slice(offset, offset + length),
    listNonzeros: kernels.listNonzeros,
    shuffle: kernels.shuffle,
    run: kernels.run,
    shared: shared ? { module, memory } : undefined,
  }
}
