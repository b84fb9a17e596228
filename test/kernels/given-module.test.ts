// configure({ module }): kernels that the user has compiled, where the engine compiles no bytes.

import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { configure, Network, OptionError } from '../../src/index.ts'
import { runsRelaxed } from '../helpers/backends.ts'
import { numbers } from '../helpers/random.ts'

const fileOf = (name: string) => readFileSync(new URL(`../../dist/${name}.wasm`, import.meta.url))
const options = { sizes: [9, 14, 5], seed: 3 } as const
const data = { x: numbers(60 * 9, 1), y: numbers(60 * 5, 2) }

async function trained(kernels: 'auto' | 'simd' | 'relaxed', offThread = false) {
  const net = new Network({ ...options, kernels })
  await net.fit(data, { epochs: 4, offThread })
  return { kernels: net.kernels, weights: net.weights(0) }
}

/** The engine compiles nothing, as workerd. */
function compileNothing() {
  const module = new Proxy(WebAssembly.Module, {
    construct: () => {
      throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder')
    },
  })
  vi.spyOn(WebAssembly, 'Module', 'get').mockReturnValue(module)
}

afterEach(() => {
  vi.restoreAllMocks()
  configure({})
})

describe.each(runsRelaxed ? (['simd', 'relaxed'] as const) : (['simd'] as const))(
  'the file %s.wasm',
  (name) => {
    it('runs where nothing can be compiled, to the bits of what nabla compiles', async () => {
      const own = await trained(name)
      const module = new WebAssembly.Module(fileOf(name))
      compileNothing()
      configure({ module })
      expect(await trained('auto')).toEqual(own)
      expect(await trained(name)).toEqual(own)
      expect(await trained('auto', true)).toEqual(own)
    })
  },
)

describe('configure', () => {
  it('takes no bytes and no other module', () => {
    const empty = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))
    for (const module of [fileOf('simd'), {}, empty, new WebAssembly.Module(fileOf('predict'))]) {
      expect(() => configure({ module })).toThrow(OptionError)
    }
    expect(() => configure({ module: empty })).toThrow(/configuration.module: .*nabla\/simd.wasm/)
  })

  it('goes back to what nabla compiles where module is left out', () => {
    const module = new WebAssembly.Module(fileOf('simd'))
    configure({ module })
    expect(new Network(options).kernels).toBe('simd')
    configure({})
    expect(new Network(options).kernels).toBe(runsRelaxed ? 'relaxed' : 'simd')
  })

  it('says what lacks where the kernels that are asked for are others', () => {
    const module = new WebAssembly.Module(fileOf('simd'))
    compileNothing()
    configure({ module })
    expect(() => new Network({ ...options, kernels: 'relaxed' })).toThrow(/options.kernels: .*disallowed/)
  })
})
