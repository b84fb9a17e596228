// Which backend a network gets: what was asked for, or the fastest that the engine runs.

import type { Backend, MakeBackend } from '../backend.ts'
import { BackendError } from '../errors.ts'
import { wasm as relaxedBinary } from '../generated/relaxed.ts'
import { wasm as simdBinary } from '../generated/simd.ts'
import type { KernelsName } from '../options.ts'
import { makeReferenceBackend } from './reference.ts'
import { fromBase64, makeWasmBackend, withoutSharedMemory } from './wasm.ts'

type WasmName = 'relaxed' | 'simd'

const binaries: Record<WasmName, string> = { relaxed: relaxedBinary, simd: simdBinary }

interface Compiled {
  readonly module: WebAssembly.Module
  readonly shared: boolean
}

/** Compiled once in a process; the reason where the engine refused. */
const compiled = new Map<WasmName, Compiled | Error>()

function compile(name: WasmName): Compiled {
  if (typeof WebAssembly === 'undefined') throw new Error('there is no WebAssembly')
  const shared = typeof SharedArrayBuffer !== 'undefined'
  const bytes = fromBase64(binaries[name])
  return { module: new WebAssembly.Module(shared ? bytes : withoutSharedMemory(bytes)), shared }
}

function compileOnce(name: WasmName): Compiled | Error {
  let result = compiled.get(name)
  if (!result) {
    try {
      result = compile(name)
    } catch (error) {
      result = error as Error
    }
    compiled.set(name, result)
  }
  return result
}

export interface Choice {
  readonly name: Backend['name']
  readonly make: MakeBackend
  /** Why the engine did not get the kernels that 'auto' would rather have, or undefined. */
  readonly note: string | undefined
}

/** The backend for `kernels`. Throws BackendError where the engine cannot run the one that was asked for. */
export function chooseBackend(kernels: KernelsName): Choice {
  const wanted: WasmName[] =
    kernels === 'auto' ? ['relaxed', 'simd'] : kernels === 'reference' ? [] : [kernels]
  let refusal: Error | undefined
  for (const name of wanted) {
    const result = compileOnce(name)
    if (!(result instanceof Error)) {
      const make: MakeBackend = (elements) => makeWasmBackend(result.module, name, result.shared, elements)
      return { name, make, note: undefined }
    }
    refusal = result
  }
  if (kernels === 'auto') {
    const note = `nabla: WebAssembly SIMD is missing here (${refusal?.message}); training runs in plain JavaScript, several times slower`
    return { name: 'reference', make: makeReferenceBackend, note }
  }
  if (kernels === 'reference') return { name: 'reference', make: makeReferenceBackend, note: undefined }
  throw new BackendError(
    `options.kernels: expected kernels that this engine can run, got '${kernels}' (${refusal?.message}). ` +
      `'auto' takes the fastest that it can.`,
    { cause: refusal },
  )
}
