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

/** Unpacks a text in src/generated, and returns what makes its binaries. Throws where the engine compiles nothing. */
export function unpackKernels(text: string): (name: WasmName) => Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(unpacker.match(/../g)!, (digits) => Number(`0x${digits}`))
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  const { memory, unpack, binary } = exports as unknown as Unpacker
  new Uint8Array(memory.buffer).set(encodeUtf8(text), TEXT)
  unpack()
  return (name) => new Uint8Array(memory.buffer.slice(BINARY, binary(name === 'relaxed')))
}
