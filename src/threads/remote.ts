// A worker with a memory of its own, where none can be shared: the arena is copied there, and what the work leaves is
// copied back. One thread's work, and the caller's stays free.

import type { Floats } from '../base/floats.ts'
import type { Range } from '../program/tensors.ts'
import type { Hands } from './hands.ts'
import { PooledWorker, takeIdle } from './pool.ts'
import { lostWorker } from './team.ts'
import type { Answer, Call, Piece } from './worker.ts'

const PAGE = 65536
// Floats in one message: 4 MB are copied in about a millisecond.
const AT_ONCE = 1 << 20

export interface RemoteArena {
  readonly module: WebAssembly.Module
  /** The caller's arena. */
  readonly floats: Floats
  /** All of it that is in use. */
  readonly whole: Range
  /** What the caller may change between two runs: the tapes, and the numbers of the steps. */
  readonly changing: readonly Range[]
}

export class Remote implements Hands {
  readonly #worker: PooledWorker
  readonly #arena: RemoteArena
  #failed = false
  readonly size = 1
  readonly ready = 1
  readonly threads = 1
  readonly isRemote = true
  readonly isSample = false

  private constructor(worker: PooledWorker, arena: RemoteArena) {
    this.#worker = worker
    this.#arena = arena
  }

  /** Starts a worker and copies the arena to it. Rejects where the platform has no worker to give. */
  static async hire(arena: RemoteArena): Promise<Remote> {
    const [worker = await PooledWorker.start()] = takeIdle(1)
    worker.hire()
    try {
      const { module, whole } = arena
      const pages = Math.ceil(((whole.offset + whole.length) * 4) / PAGE)
      await worker.call({ call: 'own', module, pages })
      const remote = new Remote(worker, arena)
      for (const piece of pieces(whole)) await remote.#call({ call: 'copy', writes: [remote.#copy(piece)] })
      return remote
    } catch (cause) {
      await worker.stop()
      throw cause
    }
  }

  get failed(): boolean {
    return this.#failed
  }

  #copy({ offset, length }: Range): Piece {
    return { at: offset, values: this.#arena.floats.slice(offset, offset + length) as Float32Array }
  }

  async #call(call: Call & { readonly writes?: readonly Piece[] }): Promise<Answer> {
    try {
      const transfer = (call.writes ?? []).map(({ values }) => values.buffer as ArrayBuffer)
      const answer = await this.#worker.call(call, transfer)
      for (const { at, values } of answer.pieces ?? []) this.#arena.floats.set(values, at)
      return answer
    } catch (cause) {
      this.#failed = true
      await this.#worker.stop()
      throw lostWorker(cause)
    }
  }

  async run(
    span: readonly [number, number, number, number, number],
    { writes, reads }: { readonly writes?: readonly Range[]; readonly reads: readonly Range[] },
    part: readonly [part: number, parts: number],
  ): Promise<number> {
    const sent = [...this.#arena.changing, ...(writes ?? [])].map((range) => this.#copy(range))
    const answer = await this.#call({ call: 'run', args: [...span, ...part, 0], writes: sent, reads })
    return answer.milliseconds ?? 0
  }

  async call(kernel: 'shuffle' | 'countUp', args: readonly number[]): Promise<number | undefined> {
    return (await this.#call({ call: kernel, args })).value
  }

  /** Brings a range of the worker's arena to the caller's, some megabytes at a time. */
  async fetch(range: Range): Promise<void> {
    for (const piece of pieces(range)) await this.#call({ call: 'copy', reads: [piece] })
  }

  timed(): void {}

  dismiss(): void {
    this.#worker.rest()
  }
}

/** The range in pieces for a message each. */
function* pieces({ offset, length }: Range): Generator<Range> {
  for (let from = 0; from < length; from += AT_ONCE) {
    yield { offset: offset + from, length: Math.min(AT_ONCE, length - from) }
  }
}
