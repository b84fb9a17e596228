// What the wasm binaries are made of, read with WebAssembly.Module and from the section table of the bytes.

import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { ARENA_START } from '../../assembly/abi/layout.ts'
import type { Backend, Kernels } from '../../src/backends/backend.ts'
import { binariesOf } from '../../src/backends/fuse.ts'
import { withoutSharedMemory } from '../../src/backends/wasm.ts'
import { kernels } from '../../src/generated/kernels.ts'
import { runsRelaxed } from '../helpers/backends.ts'

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

interface Code {
  readonly instructions: readonly {
    readonly code: readonly number[]
    readonly at: number
    readonly end: number
  }[]
}
const { readBinary }: { readBinary(bytes: Uint8Array): { bodies: readonly Code[] } } = await import(
  new URL('../../scripts/wasm-code.mjs', import.meta.url).href
)

const GLOBAL = 6

const never = () => {
  throw new Error('no tape here calls a function')
}
const importsWith = (memory: WebAssembly.Memory) => ({
  env: { memory, customActivation: never, customLoss: never },
})

const built = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url)))
const debug = built('debug')
const unpacked = binariesOf(kernels)
const relaxed = unpacked('relaxed')
const simd = unpacked('simd')

describe.each([
  ['simd', simd],
  ['relaxed', relaxed],
  ['debug', debug],
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
    expect(simd.length).toBeLessThan(80 * 1024)
  })

  it('makes one text of both binaries: what is unpacked and fused are the files', () => {
    expect(Buffer.from(simd).equals(built('simd'))).toBe(true)
    expect(Buffer.from(relaxed).equals(built('relaxed'))).toBe(true)
    expect(relaxed.length).toBe(simd.length)
  })

  it('fuses where the compiler fused, and changes nothing else', () => {
    // What asc made has the same instructions, but for what stands for nothing.
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
    const madd = '\xfd\x85\x02'
    const times = (bytes: Uint8Array) => text(bytes).split(madd).length - 1
    expect(times(relaxed)).toBe(times(built('fused')))
    expect(times(relaxed)).toBeGreaterThan(500)
    expect(times(simd)).toBe(0)
    const bare = (bytes: Uint8Array) =>
      readBinary(bytes).bodies.map(({ instructions }) =>
        instructions
          .filter(({ code }) => code[0] !== 1)
          .map(({ at, end }) => Buffer.from(bytes.subarray(at, end)).toString('hex')),
      )
    expect(bare(relaxed)).toEqual(bare(built('fused')))
  })

  it('unpacks the text without what an engine may lack', () => {
    vi.stubGlobal('TextEncoder', undefined)
    try {
      expect(binariesOf(kernels)('simd')).toEqual(simd)
    } finally {
      vi.unstubAllGlobals()
    }
  })
})

it('a text is unpacked for the first binary that is asked for, and not again for the second', () => {
  // The unpacker is a module of its own.
  const compiled = vi.fn()
  class Counted extends WebAssembly.Module {
    constructor(bytes: BufferSource) {
      super(bytes)
      compiled()
    }
  }
  vi.stubGlobal('WebAssembly', { Module: Counted, Instance: WebAssembly.Instance })
  try {
    const binaryOf = binariesOf(kernels)
    expect(compiled).toHaveBeenCalledTimes(0)
    expect(binaryOf('relaxed')).toEqual(relaxed)
    expect(binaryOf('simd')).toEqual(simd)
    expect(compiled).toHaveBeenCalledTimes(1)
  } finally {
    vi.unstubAllGlobals()
  }
})

describe('asserts', () => {
  const call = (bytes: Uint8Array<ArrayBuffer>) => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), importsWith(memory))
    // A tape of no instruction at the offset that stands for none.
    ;(exports as unknown as Backend).run(0, 0, 0, 1, 1, 0, 1, 0)
  }
  it('stop the debug binary at operands that cannot be', () => {
    expect(() => call(debug)).toThrow(WebAssembly.RuntimeError)
  })
  it('are compiled out of the binary that ships', () => {
    expect(() => call(simd)).not.toThrow()
  })
})
