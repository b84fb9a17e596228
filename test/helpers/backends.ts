// The backends that the suite runs on, each with the rounding unit that a tolerance is derived from.

import { readFileSync } from 'node:fs'
import { ARENA_START } from '../../assembly/abi/layout.ts'
import type { Backend, MakeBackend } from '../../src/backends/backend.ts'
import { makeReferenceBackend } from '../../src/backends/reference.ts'
import { arenaIn, KernelMemory } from '../../src/backends/wasm.ts'

export interface TestedBackend {
  readonly name: string
  readonly make: MakeBackend
  /** Unit roundoff u of the arena's numbers: half an ulp of 1. */
  readonly epsilon: number
}

const FLOAT32 = 2 ** -24
const FLOAT64 = 2 ** -53

function wasmBackend(name: Backend['name']): TestedBackend {
  const bytes = readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url))
  const module = new WebAssembly.Module(bytes)
  const make: MakeBackend = (elements, _, callbacks) => {
    const room = new KernelMemory(module, name, { shared: true, canShare: true }, elements)
    const tenancy = { grow: (end: number) => room.grow(end), release: () => {}, offer: () => {} }
    return arenaIn(room, ARENA_START, room.end, tenancy, callbacks)
  }
  return { name, make, epsilon: FLOAT32 }
}

/** v128.load, f32x4.relaxed_madd: a function that only a relaxed-SIMD engine accepts. */
const relaxedProbe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  ...[1, 8, 1, 96, 3, 123, 123, 123, 1, 123],
  ...[3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11],
)

export const runsRelaxed = WebAssembly.validate(relaxedProbe)
if (!runsRelaxed) console.warn('skipped: the relaxed kernels, which this engine cannot run')

export const reference64: TestedBackend = {
  name: 'reference float64',
  make: (elements, _, callbacks) => makeReferenceBackend(elements, 'float64', callbacks),
  epsilon: FLOAT64,
}

export const reference32: TestedBackend = {
  name: 'reference',
  make: (elements, _, callbacks) => makeReferenceBackend(elements, 'float32', callbacks),
  epsilon: FLOAT32,
}

export const wasmBackends: readonly TestedBackend[] = [
  wasmBackend('simd'),
  ...(runsRelaxed ? [wasmBackend('relaxed')] : []),
  wasmBackend('debug'),
]

export const backends: readonly TestedBackend[] = [reference64, reference32, ...wasmBackends]

/** The integers at an offset of the arena; in float64 each stands in eight bytes. */
export function readInts({ floats }: Backend, offset: number, length: number): Int32Array {
  const ints = new Int32Array(floats.buffer)
  const wide = floats.BYTES_PER_ELEMENT / ints.BYTES_PER_ELEMENT
  return Int32Array.from({ length }, (_, i) => ints[(offset + i) * wide])
}
