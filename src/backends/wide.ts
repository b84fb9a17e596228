// 256-bit vectors: V8 in Node 24 and newer can fuse pairs of 128-bit operations, behind a flag that must be set before
// a module is compiled. The arithmetic is the same, and so are the bits.

interface V8Module {
  setFlagsFromString(flag: string): void
}

interface NodeProcess {
  readonly arch?: string
  readonly versions?: { readonly node?: string }
  getBuiltinModule?(name: 'node:v8'): V8Module | undefined
}

/** Node's first version whose V8 has the flag in a form that works. */
const FIRST_NODE = 24

/** Turns the fusing on for modules compiled from now on; returns why there is none here, or undefined. */
export function fuseTo256(): string | undefined {
  const { process } = globalThis as { process?: NodeProcess }
  const version = process?.versions?.node
  const v8 = process?.getBuiltinModule?.('node:v8')
  if (!version || !v8 || Number.parseInt(version, 10) < FIRST_NODE) {
    return `it needs Node ${FIRST_NODE} or newer${version ? `, and this is ${version}` : ''}`
  }
  if (process.arch !== 'x64') return `it needs x86-64 with AVX2, and this is ${process.arch}`
  v8.setFlagsFromString('--experimental-wasm-revectorize')
  return undefined
}

/**
 * The same module with an empty custom section at its end. V8 keeps the code of modules by their bytes: this one is
 * compiled again, with the flag.
 */
export function asOtherModule(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const name = [...'wide'].map((c) => c.charCodeAt(0))
  const section = [0, name.length + 1, name.length, ...name]
  const out = new Uint8Array(bytes.length + section.length)
  out.set(bytes)
  out.set(section, bytes.length)
  return out
}
