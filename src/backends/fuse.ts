// The binaries of the kernels, made of their one text. scripts/pack.mjs makes that, and scripts/unfuse.mjs draws what both of them
// are.

import { BINARY, TEXT } from '../../assembly/abi/unpacking.ts'
import { encodeUtf8 } from '../base/utf8.ts'
import { unpacker } from '../generated/unpacker.ts'
import type { WasmName } from './tiles.ts'

/** Exports of assembly/unpack.ts. */
interface Unpacker {
  readonly memory: WebAssembly.Memory
  unpack(): void
  /** Where the binary ends. */
  binary(relaxed: boolean): number
}

/** Makes a binary. Throws where the engine compiles nothing. */
export type BinaryOf = (name: WasmName) => Uint8Array<ArrayBuffer>

/**
 * Returns what makes the binaries of a text in src/generated. It unpacks the text for the first of them and keeps it for the second,
 * so that an engine which refuses one gets the other soon. Let it go with that: it holds 768 KB.
 */
export function binariesOf(text: string): BinaryOf {
  let by: Unpacker | undefined
  return (name) => {
    if (!by) {
      const bytes = Uint8Array.from(unpacker.match(/../g)!, (digits) => Number(`0x${digits}`))
      by = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Unpacker
      new Uint8Array(by.memory.buffer).set(encodeUtf8(text), TEXT)
      by.unpack()
    }
    return new Uint8Array(by.memory.buffer.slice(BINARY, by.binary(name === 'relaxed')))
  }
}
