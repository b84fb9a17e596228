// Files of safetensors for tests: a model, headers that are changed, files that are spoiled.

import { fitFeatures, fitTarget } from '../../src/data/index.ts'
import { Network } from '../../src/index.ts'
import { Model } from '../../src/models/index.ts'

export const own = { kernels: 'simd', threads: 1 } as const

/** A file of this header and so many bytes behind it. */
export function file(header: unknown, length = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + length)
  new DataView(bytes.buffer).setUint32(0, text.length, true)
  bytes.set(text, 8)
  return bytes
}

/** The header of a file, to be read and changed. */
export function headerOf(bytes: Uint8Array) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  return JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
}

// biome-ignore lint/suspicious/noExplicitAny: what is spoiled has no type
export type Anything = any

/** The file with another header. */
export function withHeader(bytes: Uint8Array, change: (header: Anything) => unknown): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const header = headerOf(bytes)
  const floats = bytes.subarray(8 + length)
  const changed = file(change(header) ?? header, floats.length)
  changed.set(floats, changed.length - floats.length)
  return changed
}

export const headerLength = (bytes: Uint8Array) => new DataView(bytes.buffer).getUint32(0, true)

export const rows = Array.from({ length: 60 }, (_, i) => ({
  area: 40 + ((i * 37) % 120),
  city: ['Rome', 'Oslo', '__proto__'][i % 3],
  kind: i % 2 ? 'large' : 'small',
}))
export const features = fitFeatures(rows, { except: ['kind'] })
export const target = fitTarget(rows, 'kind')
export const makeModel = () =>
  new Model({
    network: new Network({
      inputs: features.width,
      layers: [{ units: 5, normalization: 'batch' }, 2],
      loss: 'crossEntropy',
      optimizer: 'adam',
      ...own,
    }),
    features,
    target,
  })
