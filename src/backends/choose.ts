// Which backend a network gets: what was asked for, or the fastest that the engine runs.

import { SINGLE } from '../../assembly/abi/layout.ts'
import { BackendError } from '../base/errors.ts'
import { kernels as kernelsText } from '../generated/kernels.ts'
import type { KernelsName } from '../model/options.ts'
import type { MakeBackend } from './backend.ts'
import { type BinaryOf, binariesOf } from './fuse.ts'
import type { GivenModule } from './given.ts'
import { memoriesOf } from './memories.ts'
import { makeReferenceBackend } from './reference.ts'
import { tilesOf, type WasmName } from './tiles.ts'
import { withoutSharedMemory } from './wasm.ts'
import { asOtherModule, fuseTo256 } from './wide.ts'

/** Makers of arenas, one for each way to compile; or the reason why the engine refused. */
const makers = new Map<string, MakeBackend | Error>()

/** Kernels that the user has compiled. */
let given: GivenModule | undefined

/** Networks that are made from now on run the kernels of this module, or, undefined, those that are compiled here. */
export function useModule(module: GivenModule | undefined): void {
  if (module?.module === given?.module) return
  given = module
  makers.clear()
}

/**
 * Throws where the engine does not run the module: here, not at the first network. An engine may have no memory at all to
 * give (a limited address space), and WebKit compiles under a policy that forbids it, to refuse every instance.
 */
function check(module: WebAssembly.Module): void {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
  const unused = () => 0
  new WebAssembly.Instance(module, { env: { memory, customActivation: unused, customLoss: unused } })
}

function compile(name: WasmName, wide: boolean, binaryOf: BinaryOf): MakeBackend {
  if (typeof WebAssembly === 'undefined') throw new Error('there is no WebAssembly')
  if (given?.name === name && !wide) {
    check(given.module)
    return memoriesOf(name, given.module, undefined)
  }
  const binary = binaryOf(name)
  const bytes = wide ? asOtherModule(binary) : binary
  const module = new WebAssembly.Module(withoutSharedMemory(bytes))
  check(module)
  let shared: WebAssembly.Module | undefined
  const compileShared = () => {
    shared ??= new WebAssembly.Module(bytes)
    return shared
  }
  return memoriesOf(name, module, typeof SharedArrayBuffer === 'undefined' ? undefined : compileShared)
}

function compileOnce(name: WasmName, wide: boolean, binaryOf: BinaryOf): MakeBackend | Error {
  const key = `${name} ${wide}`
  let result = makers.get(key)
  if (!result) {
    try {
      result = compile(name, wide, binaryOf)
    } catch (error) {
      result = error as Error
    }
    makers.set(key, result)
  }
  return result
}

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
  const first = given && !wide ? [given.name] : fastest
  const wanted: WasmName[] = kernels === 'auto' ? first : [kernels]
  const binaryOf = binariesOf(kernelsText)
  let refusal: Error | undefined
  for (const name of wanted) {
    const result = compileOnce(name, isWide, binaryOf)
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
