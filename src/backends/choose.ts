// Which backend a network gets: what was asked for, or the fastest that the engine runs.

import { LARGE, PAIRED, SINGLE, TALL } from '../../assembly/abi/layout.ts'
import { BackendError } from '../base/errors.ts'
import { kernels as kernelsInHex } from '../generated/kernels.ts'
import type { KernelsName } from '../model/options.ts'
import type { MakeBackend } from './backend.ts'
import { fuse } from './fuse.ts'
import { memoriesOf } from './memories.ts'
import { makeReferenceBackend } from './reference.ts'
import { fromHex, withoutSharedMemory } from './wasm.ts'
import { asOtherModule, fuseTo256 } from './wide.ts'

type WasmName = 'relaxed' | 'simd'

/** The binary of 'simd', once it is wanted. */
let simdBinary: Uint8Array<ArrayBuffer> | undefined

/** Makers of arenas, one for each way to compile; or the reason why the engine refused. */
const makers = new Map<string, MakeBackend | Error>()

function compile(name: WasmName, wide: boolean): MakeBackend {
  if (typeof WebAssembly === 'undefined') throw new Error('there is no WebAssembly')
  simdBinary ??= fromHex(kernelsInHex)
  const binary = name === 'relaxed' ? fuse(simdBinary) : simdBinary
  const bytes = wide ? asOtherModule(binary) : binary
  const module = new WebAssembly.Module(withoutSharedMemory(bytes))
  // Detects here, not at the first network, an engine that can allocate no memory at all (a limited address space).
  new WebAssembly.Memory({ initial: 1, maximum: 1 })
  let shared: WebAssembly.Module | undefined
  return memoriesOf(name, module, () => {
    if (typeof SharedArrayBuffer === 'undefined') return undefined
    shared ??= new WebAssembly.Module(bytes)
    return shared
  })
}

function compileOnce(name: WasmName, wide: boolean): MakeBackend | Error {
  const key = `${name} ${wide}`
  let result = makers.get(key)
  if (!result) {
    try {
      result = compile(name, wide)
    } catch (error) {
      result = error as Error
    }
    makers.set(key, result)
  }
  return result
}

/**
 * Large tiles are for compilers that leave a load beside the operation that uses it. V8 of Node 20 and 22 moves all loads
 * of a loop before its arithmetic, and then 6 × 8 sums and their operands find no registers. Float16Array came to V8
 * (13.5) after the newer compiler; the other engines that have it gain a little or lose nothing. A product of 32×784×64
 * with fused multiply-add, GFLOP/s on one core of a Xeon:
 *
 *   |         | Node 20 | Node 22 | Node 24 | Node 26 | Deno 2.9 | Bun 1.4 |
 *   | 4 × 8   | 53      | 47      | 48      | 48      | 39       | 36      |
 *   | 6 × 8   | 35      | 32      | 56      | 56      | 43       | 38      |
 */
const isLate = 'Float16Array' in globalThis

/** The tiles of the products. Without fused multiply-add 6 × 8 sums gain nothing: a product needs a register too. */
const tilesOf = (name: WasmName, wide: boolean): number =>
  (isLate ? LARGE | (name === 'relaxed' ? TALL : 0) : SINGLE) | (wide ? PAIRED : 0)

export interface Choice {
  readonly name: Exclude<KernelsName, 'auto'>
  readonly make: MakeBackend
  /** The tiles of its products: SINGLE, or flags of assembly/abi/layout.ts. */
  readonly tiles: number
  /** Why the engine did not get what 'auto' or `wide` asked for, or undefined. */
  readonly lacks: string | undefined
}

/**
 * The backend for `kernels`; with `wide`, 256-bit vectors where the engine has them. Throws BackendError where the
 * engine cannot run the kernels that were asked for.
 */
export function chooseBackend(kernels: KernelsName, wide = false): Choice {
  if (kernels === 'reference') return reference(undefined)
  const missing = wide ? fuseTo256() : undefined
  const isWide = wide && missing === undefined
  const lacks =
    missing &&
    `nabla: wide is unavailable here (${missing}); training goes on with 128-bit vectors, to the same bits`
  // The bits of `wide` are those of 'simd'.
  const fastest: WasmName[] = wide ? ['simd'] : ['relaxed', 'simd']
  const wanted: WasmName[] = kernels === 'auto' ? fastest : [kernels]
  let refusal: Error | undefined
  for (const name of wanted) {
    const result = compileOnce(name, isWide)
    if (!(result instanceof Error)) {
      return { name, make: result, tiles: tilesOf(name, isWide), lacks }
    }
    refusal = result
  }
  if (kernels === 'auto') {
    return reference(
      `nabla: the WebAssembly SIMD kernels do not run here (${refusal?.message}); training runs in plain JavaScript, several times slower`,
    )
  }
  throw new BackendError(
    `options.kernels: expected kernels that this engine can run, got '${kernels}' (${refusal?.message}). ` +
      `'auto' takes the fastest that it can.`,
    { cause: refusal },
  )
}

const reference = (lacks: string | undefined): Choice => ({
  name: 'reference',
  make: (elements, _, callbacks) => makeReferenceBackend(elements, 'float32', callbacks),
  tiles: SINGLE,
  lacks,
})
