// The binaries of the kernels, made of their one text. scripts/unfuse.mjs makes that, and draws what all of them are.

import type { WasmName } from './tiles.ts'
import { fromHex } from './wasm.ts'

// A product and a sum that are fused: f32x4.mul and f32x4.add, or three nops and f32x4.relaxed_madd.
const letters = {
  simd: { product: 'fde601', sum: 'fde401' },
  relaxed: { product: '010101', sum: 'fd8502' },
} as const

/** The binary of a text in src/generated. */
export function binaryOf(text: string, name: WasmName): Uint8Array<ArrayBuffer> {
  const { product, sum } = letters[name]
  return fromHex(text.replaceAll('M', product).replaceAll('A', sum))
}
