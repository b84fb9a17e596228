// Training sample by sample by the kernels of assembly/online/, or in plain JavaScript where the engine cannot run them.

import { HEAD_ADDRESS } from '../../assembly/abi/online/map.ts'
import { fromBase64 } from '../base/base64.ts'
import { BackendError } from '../base/errors.ts'
import { wasm as binary } from '../generated/online.ts'
import { fill, type Kernels, onlineIn } from './memory.ts'
import type { MakeOnline } from './online.ts'
import { prepare } from './parameters.ts'
import { arrange } from './plan.ts'
import { makeReference } from './reference.ts'

const PAGE = 65536
const MOST_PAGES = 65535
/** Free memories of up to this size are kept for the next training: to make one takes up to 20 ms (Bun). */
const KEPT_PAGES = 1024
const KEPT = 2

export interface Room {
  readonly memory: WebAssembly.Memory
  readonly kernels: Kernels
}

const free: Room[] = []
let compiled: WebAssembly.Module | false | undefined

/** The kernels' module; undefined where the engine has no SIMD. */
function module(): WebAssembly.Module | undefined {
  if (compiled === undefined) {
    try {
      compiled = new WebAssembly.Module(fromBase64(binary))
    } catch {
      compiled = false
    }
  }
  return compiled || undefined
}

/** A memory of so many bytes at least, with the kernels over it. Throws BackendError where there is none. */
function take(kernels: WebAssembly.Module, bytes: number): Room {
  const pages = Math.ceil(bytes / PAGE)
  const megabytes = Math.ceil((pages * PAGE) / 2 ** 20)
  if (pages > MOST_PAGES) {
    throw new BackendError(
      `the network and its data need ${megabytes} MB; WebAssembly has 4096 MB at most. Train on fewer data at a time.`,
    )
  }
  const room = free.pop()
  try {
    if (room) {
      const missing = pages - room.memory.buffer.byteLength / PAGE
      if (missing > 0) room.memory.grow(missing)
      return room
    }
    const memory = new WebAssembly.Memory({ initial: pages, maximum: MOST_PAGES })
    const { exports } = new WebAssembly.Instance(kernels, { env: { memory } })
    return { memory, kernels: exports as unknown as Kernels }
  } catch (cause) {
    throw new BackendError(`the network and its data need ${megabytes} MB, and the engine gave none.`, {
      cause,
    })
  }
}

function giveBack(room: Room): void {
  if (free.length < KEPT && room.memory.buffer.byteLength <= KEPT_PAGES * PAGE) free.push(room)
}

/** By the kernels. Throws BackendError. */
const byKernels =
  (kernels: WebAssembly.Module, allowsTiny: boolean): MakeOnline =>
  (sizes, parameters, data, rule) => {
    prepare(parameters, rule.isAdam)
    const plan = arrange(sizes, data, rule, HEAD_ADDRESS, allowsTiny)
    const room = take(kernels, plan.end)
    fill(room.memory.buffer, plan, parameters, data, rule)
    return onlineIn(room.memory.buffer, room.kernels, plan, parameters, rule, () => giveBack(room))
  }

/** The training by kernels, by the general ones alone without allowsTiny; undefined where the engine cannot run them. */
export function makeByKernels(allowsTiny = true): MakeOnline | undefined {
  const kernels = module()
  return kernels && byKernels(kernels, allowsTiny)
}

export const makeOnline: MakeOnline = (...args) => (makeByKernels() ?? makeReference)(...args)
