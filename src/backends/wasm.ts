// The WebAssembly backend: one instance of the kernels over each memory, and arenas in it.

import { BackendError } from '../base/errors.ts'
import type { Backend, Kernels, Offering } from './backend.ts'
import type { Callbacks } from './callbacks.ts'

type Exports = Kernels & Pick<Backend, 'run'> & { listNonzeros: NonNullable<Backend['listNonzeros']> }

const PAGE = 65536
// One page less than WebAssembly has: the kernels' 32-bit addresses of a tensor's end stay below 2³².
const MOST_PAGES = 65535

/**
 * The same module importing an unshared memory: the shared bit of the import's limits is cleared. Atomics are valid on
 * unshared memory. The import section is laid out as in
 * https://webassembly.github.io/spec/core/binary/modules.html#import-section.
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

/** The pages for a plan that ends at element `end`. Throws BackendError where WebAssembly has no such memory. */
function pagesFor(end: number): number {
  const pages = Math.ceil((end * 4) / PAGE)
  if (pages <= MOST_PAGES) return pages
  throw new BackendError(
    `the network and its data need ${Math.ceil((end * 4) / 2 ** 20)} MB; WebAssembly has 4096 MB at most. ` +
      'Train on fewer rows at a time.',
  )
}

/** A memory with the kernels instantiated over it. */
export class KernelMemory {
  readonly name: Backend['name']
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly shared: boolean
  /** True where other threads can work in memories of this kind that are shared. */
  readonly canShare: boolean
  readonly kernels: Exports
  floats!: Float32Array
  ints!: Int32Array
  pages: number
  /** What the tape that runs calls. */
  #callbacks: Callbacks | undefined

  /** Room up to element `end`. Throws BackendError. */
  constructor(
    module: WebAssembly.Module,
    name: Backend['name'],
    { shared, canShare }: { shared: boolean; canShare: boolean },
    end: number,
  ) {
    this.canShare = canShare
    this.module = module
    this.name = name
    this.shared = shared
    this.pages = pagesFor(end)
    this.memory = allocate(this.pages, shared)
    const { exports } = new WebAssembly.Instance(module, {
      env: {
        memory: this.memory,
        customActivation: (
          layer: number,
          a: number,
          slope: number,
          rows: number,
          n: number,
          stride: number,
        ) => this.#callbacks!.activate(this, layer, a, slope, rows, n, stride),
        customLoss: (a: number, y: number, delta: number, n: number) =>
          this.#callbacks!.loss(this, a, y, delta, n),
      },
    })
    this.kernels = exports as unknown as Exports
    this.#view()
  }

  #view(): void {
    this.floats = new Float32Array(this.memory.buffer)
    this.ints = new Int32Array(this.memory.buffer)
  }

  /** `run` of a tape that calls the user's own functions, which may throw, or run the tapes of others. */
  runCalling(callbacks: Callbacks, ...args: Parameters<Exports['run']>): void {
    const before = this.#callbacks
    this.#callbacks = callbacks
    try {
      this.kernels.run(...args)
    } finally {
      this.#callbacks = before
    }
  }

  /** Elements there is room for. */
  get end(): number {
    return (this.pages * PAGE) / 4
  }

  /** Makes room up to element `end`; false where the engine gives none. Throws BackendError beyond 4 GB. */
  grow(end: number): boolean {
    const pages = pagesFor(end)
    if (pages <= this.pages) return true
    try {
      this.memory.grow(pages - this.pages)
    } catch {
      return false
    }
    this.pages = pages
    this.#view()
    return true
  }
}

function allocate(initial: number, shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial, maximum: MOST_PAGES, shared })
  } catch {
    // The address space may be short of what growing would need (Bun under `ulimit -v`, Safari on iOS).
  }
  try {
    return new WebAssembly.Memory({ initial, maximum: initial, shared })
  } catch (cause) {
    throw new BackendError(
      `the network and its data need ${Math.ceil((initial * PAGE) / 2 ** 20)} MB, and the engine gave none. ` +
        'dispose() of a network that is done gives its memory to others.',
      { cause },
    )
  }
}

/** What an arena leaves to the pool that its memory came from. */
export interface Tenancy {
  /** Makes room up to `end`; false if there is none. */
  grow(end: number): boolean
  release(): void
  offer(owner: Offering): void
}

/** The elements [begin, end) of a memory as an arena. */
export function arenaIn(
  room: KernelMemory,
  begin: number,
  end: number,
  tenancy: Tenancy,
  callbacks?: Callbacks,
): Backend {
  return {
    name: room.name,
    get floats() {
      return room.floats
    },
    begin,
    get end() {
      return end
    },
    grow(wanted) {
      if (!tenancy.grow(wanted)) return false
      end = Math.max(end, wanted)
      return true
    },
    release: tenancy.release,
    offer: tenancy.offer,
    kernels: room.kernels,
    writeInts: (offset, values) => room.ints.set(values, offset),
    intAt: (offset) => room.ints[offset],
    listNonzeros: room.kernels.listNonzeros,
    run: callbacks ? (...args) => room.runCalling(callbacks, ...args) : room.kernels.run,
    shared: room.shared ? { module: room.module, memory: room.memory } : undefined,
    module: room.shared ? undefined : room.module,
    canShare: room.canShare,
  }
}
