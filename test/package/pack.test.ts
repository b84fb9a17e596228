// What scripts/pack.mjs packs, assembly/unpack.ts brings back to the byte.

import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { BINARY, TEXT } from '../../assembly/abi/unpacking.ts'
import { PhiloxStream } from '../../src/base/random.ts'
import { kernels } from '../../src/generated/kernels.ts'
import { kernels as predict } from '../../src/generated/predict.ts'

const { pack }: { pack(bytes: Uint8Array, letters: readonly number[], passes?: number): string } =
  await import(new URL('../../scripts/pack.mjs', import.meta.url).href)

interface Unpacker {
  readonly memory: WebAssembly.Memory
  unpack(): void
  binary(relaxed: boolean): number
}
const module = new WebAssembly.Module(readFileSync(new URL('../../build/unpack.wasm', import.meta.url)))

/** Both binaries of a text. */
function unpack(text: string): { simd: Buffer; relaxed: Buffer } {
  const { memory, unpack, binary } = new WebAssembly.Instance(module).exports as unknown as Unpacker
  const bytes = Buffer.from(memory.buffer)
  bytes.write(text, TEXT)
  unpack()
  const [simd, relaxed] = [false, true].map((is) => Buffer.from(bytes.subarray(BINARY, binary(is))))
  return { simd, relaxed }
}

const letters = [254, 255]
const packed = (bytes: ArrayLike<number>) =>
  pack(Uint8Array.from(bytes), letters, bytes.length > 9999 ? 1 : 3)

const random = new PhiloxStream(1, 0)
/** Bytes below `values`. */
const noise = (length: number, values = 254) =>
  Array.from({ length }, () => Math.floor(random.uniform() * values))

describe('packed bytes', () => {
  const phrase = noise(300)
  it.each<[string, number[]]>([
    ['one byte', [7]],
    ['two bytes', [0, 253]],
    ['a byte that repeats, beyond the longest copy', Array(5000).fill(9)],
    ['a copy that runs into itself', [1, 2, 3, ...Array.from({ length: 400 }, (_, i) => 1 + (i % 3))]],
    ['noise', noise(5000)],
    ['few values', noise(5000, 3)],
    ['a copy from afar', [...phrase, ...noise(65_000, 16), ...phrase, ...phrase]],
    ['a copy from too far away', [...phrase, ...noise(70_000, 16), ...phrase]],
  ])('come back: %s', (_, bytes) => {
    const { simd, relaxed } = unpack(packed(bytes))
    expect(simd.equals(Buffer.from(bytes))).toBe(true)
    expect(relaxed.equals(simd)).toBe(true)
  })

  it('have the operations of either binary in place of the letters', () => {
    const between = noise(40, 200)
    const { simd, relaxed } = unpack(packed([254, ...between, 255, 255, ...between, 254, 1]))
    const [mul, add] = [
      [0xfd, 0xe6, 1],
      [0xfd, 0xe4, 1],
    ]
    expect([...simd]).toEqual([...mul, ...between, ...add, ...add, ...between, ...mul, 1])
    const [nops, madd] = [
      [1, 1, 1],
      [0xfd, 0x85, 2],
    ]
    expect([...relaxed]).toEqual([...nops, ...between, ...madd, ...madd, ...between, ...nops, 1])
  })
})

describe('the text', () => {
  it('holds what any quotes may, and nothing that gzip would find', () => {
    for (const text of [kernels, predict, packed(noise(2000))]) {
      expect(text).toMatch(/^[(-[\]-h]+$/)
      expect(gzipSync(text, { level: 9 }).length / text.length).toBeGreaterThan(0.74)
    }
  })
})
