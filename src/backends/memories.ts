// The memories of the process. WebAssembly memories cannot shrink, and shared ones are freed only by a full garbage
// collection, which they do nothing to trigger: a process that allocated one for each fit grew by 100 MB a fit (Node 20).
// So a memory that is no longer needed is kept for the next network that needs one. It stays resident, at its largest size so far.

import { ARENA_START } from '../../assembly/abi/layout.ts'
import type { Backend, MakeBackend, Offering } from './backend.ts'
import type { Callbacks } from './callbacks.ts'
import { arenaIn, KernelMemory, type Tenancy } from './wasm.ts'

// How many unshared memories, which the garbage collector can free, are kept for the next arena, and for how long.
const KEPT = 2
const KEPT_MS = 10_000

// Arenas up to the largest of these sizes, in bytes, share memories of BLOCKS equal blocks: each memory takes 10 GB of
// addresses (V8, which can have about 12,800) and up to 20 ms to make (Bun).
const BLOCK_BYTES = [1 << 14, 1 << 15, 1 << 16, 1 << 17]
const BLOCKS = 64

/** Blocks of one size. Those of networks that were never disposed come back when they are garbage-collected. */
class Blocks {
  readonly #make: (elements: number) => KernelMemory
  readonly #elements: number
  readonly #free: { readonly room: KernelMemory; readonly begin: number }[] = []
  readonly #lost = new FinalizationRegistry<() => void>((giveBack) => giveBack())

  constructor(make: (elements: number) => KernelMemory, bytes: number) {
    this.#make = make
    this.#elements = bytes / 4
  }

  take(callbacks: Callbacks | undefined): Backend {
    if (this.#free.length === 0) {
      const room = this.#make(ARENA_START + BLOCKS * this.#elements)
      for (let i = BLOCKS - 1; i >= 0; --i) this.#free.push({ room, begin: ARENA_START + i * this.#elements })
    }
    const block = this.#free.pop()!
    const free = this.#free
    const token = {}
    const giveBack = () => {
      free.push(block)
    }
    const end = block.begin + this.#elements
    const tenancy: Tenancy = {
      grow: (wanted) => wanted <= end,
      release: () => {
        if (this.#lost.unregister(token)) giveBack()
      },
      offer: () => {},
    }
    const arena = arenaIn(block.room, block.begin, end, tenancy, callbacks)
    this.#lost.register(arena, giveBack, token)
    return arena
  }
}

/**
 * Whole memories of one kind: free ones, and those whose owners have offered to move out. A shared one outlives an owner
 * that is garbage-collected: to make another and to touch its pages took 25 ms for 18 MB, a tenth of a short fit.
 */
class Rooms {
  readonly #make: (elements: number) => KernelMemory
  readonly #shared: boolean
  /** The smallest first. */
  #free: KernelMemory[] = []
  readonly #offers = new Map<WeakRef<Offering>, WeakRef<KernelMemory>>()
  readonly #lost = new FinalizationRegistry<() => void>((release) => release())
  #timer: ReturnType<typeof setTimeout> | undefined
  /** True while an owner moves out: its new arena must not make another owner move. */
  #moving = false

  constructor(make: (elements: number) => KernelMemory, shared: boolean) {
    this.#make = make
    this.#shared = shared
  }

  take(end: number, callbacks: Callbacks | undefined): Backend {
    const room = this.#fitting(end) ?? this.#offered(end) ?? this.#grown(end) ?? this.#make(end)
    let offer: WeakRef<Offering> | undefined
    const withdraw = () => {
      if (offer) this.#offers.delete(offer)
      offer = undefined
    }
    let released = false
    const tenancy: Tenancy = {
      grow: (wanted) => {
        withdraw()
        return room.grow(wanted)
      },
      release: () => {
        withdraw()
        if (!released) this.#giveBack(room)
        released = true
      },
      offer: (owner) => {
        withdraw()
        offer = new WeakRef(owner)
        this.#offers.set(offer, new WeakRef(room))
      },
    }
    const arena = arenaIn(room, ARENA_START, room.end, tenancy, callbacks)
    if (this.#shared) this.#lost.register(arena, tenancy.release)
    return arena
  }

  /** The smallest free memory with room up to `end`. */
  #fitting(end: number): KernelMemory | undefined {
    const at = this.#free.findIndex((room) => room.end >= end)
    return at < 0 ? undefined : this.#free.splice(at, 1)[0]
  }

  /** A memory whose owner moves out: one that is large enough, or else the largest, which is grown. */
  #offered(end: number): KernelMemory | undefined {
    if (this.#moving) return undefined
    const offers: { owner: Offering; room: KernelMemory }[] = []
    for (const [ownerRef, roomRef] of this.#offers) {
      const owner = ownerRef.deref()
      const room = roomRef.deref()
      if (owner && room) offers.push({ owner, room })
      else this.#offers.delete(ownerRef)
    }
    offers.sort((a, b) => a.room.end - b.room.end)
    const best = offers.find(({ room }) => room.end >= end) ?? (this.#free.length ? undefined : offers.at(-1))
    if (!best) return undefined
    this.#moving = true
    try {
      best.owner.moveOut()
    } catch {
      return undefined
    } finally {
      this.#moving = false
    }
    return this.#fitting(end) ?? this.#grown(end)
  }

  #grown(end: number): KernelMemory | undefined {
    if (this.#moving) return undefined
    const room = this.#free.at(-1)
    if (!room?.grow(end)) return undefined
    this.#free.pop()
    return room
  }

  #giveBack(room: KernelMemory): void {
    this.#free.push(room)
    this.#free.sort((a, b) => a.end - b.end)
    // Shared ones stay resident in any case, so keeping them costs nothing.
    if (this.#shared) return
    if (this.#free.length > KEPT) this.#free.shift()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#free = []
    }, KEPT_MS)
    const unref = (this.#timer as { unref?(): void }).unref
    unref?.call(this.#timer)
  }
}

/** Makes arenas for one compiled module, and for its twin with shared memory, which compileShared gives where there is one. */
export function memoriesOf(
  name: Backend['name'],
  unshared: WebAssembly.Module,
  compileShared: (() => WebAssembly.Module) | undefined,
): MakeBackend {
  const canShare = compileShared !== undefined
  const makeUnshared = (end: number) => new KernelMemory(unshared, name, { shared: false, canShare }, end)
  const blocks = BLOCK_BYTES.map((bytes) => ({ bytes, of: new Blocks(makeUnshared, bytes) }))
  const rooms = new Rooms(makeUnshared, false)
  let sharedRooms: Rooms | undefined
  return (elements, shared = false, callbacks) => {
    const module = shared ? compileShared?.() : undefined
    if (module) {
      sharedRooms ??= new Rooms(
        (end) => new KernelMemory(module, name, { shared: true, canShare }, end),
        true,
      )
      return sharedRooms.take(elements, callbacks)
    }
    const bytes = (elements - ARENA_START) * 4
    const block = blocks.find((one) => bytes <= one.bytes)
    return block ? block.of.take(callbacks) : rooms.take(elements, callbacks)
  }
}
