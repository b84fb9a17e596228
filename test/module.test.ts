// What the wasm binaries are made of, read with WebAssembly.Module and from the section table of the bytes.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ARENA_START } from '../assembly/abi/layout.ts'
import type { Backend, Kernels } from '../src/backends/backend.ts'
import { withoutSharedMemory } from '../src/backends/wasm.ts'
import { fromBase64 } from '../src/base/base64.ts'
import { wasm as relaxed } from '../src/generated/relaxed.ts'
import { wasm as simd } from '../src/generated/simd.ts'
import { runsRelaxed } from './helpers/backends.ts'

/** Ids of the sections of a module, in order (webassembly.github.io/spec/core/binary/modules.html#sections). */
function sectionsOf(bytes: Uint8Array): number[] {
  const ids: number[] = []
  let at = 8
  while (at < bytes.length) {
    ids.push(bytes[at++])
    let size = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      size += (byte & 127) * 2 ** shift
      if (byte < 128) break
    }
    at += size
  }
  return ids
}

const GLOBAL = 6

const never = () => {
  throw new Error('no tape here calls a function')
}
const importsWith = (memory: WebAssembly.Memory) => ({
  env: { memory, customActivation: never, customLoss: never },
})

const debug = readFileSync(new URL('../build/debug.wasm', import.meta.url))

describe.each([
  ['simd', fromBase64(simd)],
  ['relaxed', fromBase64(relaxed)],
  ['debug', new Uint8Array(debug)],
])('the %s binary', (name, bytes) => {
  const sections = sectionsOf(bytes)

  it.skipIf(name === 'relaxed' && !runsRelaxed)(
    'writes its constants before every plan, and nothing else',
    () => {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
      const ints = new Int32Array(memory.buffer)
      ints.fill(-7)
      const module = new WebAssembly.Module(bytes)
      new WebAssembly.Instance(module, importsWith(memory))
      const written = [...ints.keys()].filter((i) => ints[i] !== -7)
      expect(written[0]).toBe(32)
      expect(written.at(-1)).toBe(31 + written.length)
      expect(written.at(-1)).toBeLessThan(ARENA_START)
      // Each worker makes an instance over an arena that is in use.
      const before = ints.slice()
      new WebAssembly.Instance(module, importsWith(memory))
      expect(ints).toEqual(before)
    },
  )

  it.skipIf(name === 'debug')('has no globals, so no state of its own', () => {
    expect(sections).not.toContain(GLOBAL)
  })

  it.skipIf(name === 'relaxed' && !runsRelaxed)(
    'imports its memory, what calls custom functions, and nothing else',
    () => {
      const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes))
      imports.sort((a, b) => a.name.localeCompare(b.name))
      expect(imports).toEqual([
        { module: 'env', name: 'customActivation', kind: 'function' },
        { module: 'env', name: 'customLoss', kind: 'function' },
        { module: 'env', name: 'memory', kind: 'memory' },
      ])
    },
  )

  it.skipIf(name === 'relaxed' && !runsRelaxed)('exports functions only, and no allocator', () => {
    const exports = WebAssembly.Module.exports(new WebAssembly.Module(bytes))
    expect(exports.every(({ kind }) => kind === 'function')).toBe(true)
    expect(exports.map((one) => one.name).filter((one) => /^__|new|alloc|free|pin/i.test(one))).toEqual([])
    expect(exports.map((one) => one.name)).toContain('run')
  })

  it.skipIf(name === 'relaxed' && !runsRelaxed)(
    'runs on unshared memory once the shared bit is cleared',
    () => {
      const module = new WebAssembly.Module(withoutSharedMemory(bytes))
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
      const { exports } = new WebAssembly.Instance(module, importsWith(memory))
      const floats = new Float32Array(memory.buffer)
      floats.set([4, 5, 6, 7, 8, 9], 96)
      const { packRows } = exports as unknown as Kernels
      packRows(96, 0, 2, 2, 3, 128)
      expect([...floats.subarray(128, 136)]).toEqual([4, 5, 6, 0, 7, 8, 9, 0])
    },
  )
})

describe('the build', () => {
  it('keeps the binaries small enough to ship inside the package', () => {
    expect(fromBase64(simd).length).toBeLessThan(80 * 1024)
    expect(fromBase64(relaxed).length).toBeLessThan(80 * 1024)
  })
})

describe('asserts', () => {
  const call = (bytes: Uint8Array<ArrayBuffer>) => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), importsWith(memory))
    // A tape of no instruction at the offset that stands for none.
    ;(exports as unknown as Backend).run(0, 0, 0, 1, 1, 0, 1, 0)
  }
  it('stop the debug binary at operands that cannot be', () => {
    expect(() => call(new Uint8Array(debug))).toThrow(WebAssembly.RuntimeError)
  })
  it('are compiled out of the binary that ships', () => {
    expect(() => call(fromBase64(simd))).not.toThrow()
  })
})
