// The reader of HDF5: files of the tests' own writer, files of h5py in test/fixtures/keras/, and what is refused.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../../src/index.ts'
import { type Hdf5Group, readHdf5 } from '../../src/keras/hdf5/file.ts'
import { attributes, type Tree, writeHdf5 } from '../helpers/hdf5.ts'

/** Reads all that is in a group. */
function walk(group: Hdf5Group, depth = 0): number {
  let read = 0
  for (const name of group.names) {
    const inner = depth < 8 ? group.group(name) : undefined
    if (inner) read += walk(inner, depth + 1)
    else read += group.array(name)?.values.length ?? 0
  }
  for (const name of ['weight_names', 'model_config', 'name']) read += group.texts(name)?.length ?? 0
  return read
}

const sample: Tree = {
  layers: {
    dense: {
      vars: { 0: { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] }, 1: { shape: [3], values: [7, 8, 9] } },
    },
  },
  [attributes]: { model_config: ['{"a":1}'], weight_names: ['dense/kernel', 'b'] },
}

/** Where the letters are in the bytes. */
const find = (bytes: Uint8Array, letters: string, from = 0) => Buffer.from(bytes).indexOf(letters, from)
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset)

describe('readHdf5', () => {
  it('gives back arrays, groups and texts', () => {
    const name = fc.stringMatching(/^[\w:.-]{1,9}$/)
    const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 12 })
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.dictionary(name, values, { maxKeys: 6, noNullPrototype: true }), {
          maxKeys: 5,
          noNullPrototype: true,
        }),
        fc.array(fc.stringMatching(/^[ -~]{1,30}$/), { maxLength: 4 }),
        (groups, texts) => {
          const tree: Tree = { [attributes]: { texts } }
          for (const [key, arrays] of Object.entries(groups)) {
            const inner: Tree = {}
            for (const [one, list] of Object.entries(arrays)) {
              Object.defineProperty(inner, one, {
                value: { shape: [list.length], values: list },
                enumerable: true,
              })
            }
            Object.defineProperty(tree, key, { value: inner, enumerable: true })
          }
          const root = readHdf5(writeHdf5(tree))
          expect(root.texts('texts')).toEqual(texts)
          expect(root.names.sort()).toEqual(Object.keys(groups).sort())
          for (const [key, arrays] of Object.entries(groups)) {
            const group = root.group(key)!
            expect(group.names.sort()).toEqual(Object.keys(arrays).sort())
            for (const [one, list] of Object.entries(arrays)) {
              expect(group.array(one)).toEqual({ shape: [list.length], values: Float32Array.from(list) })
            }
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  it('reads float16 and float64 as float32', () => {
    const values = [0, -0, 1, -1.5, 65504, 2 ** -24, 2 ** -14, 0.333251953125]
    const tree = {
      half: { shape: [8], values, bytes: 2 },
      double: { shape: [2], values: [1 / 3, -1e30], bytes: 8 },
    } as Tree
    const root = readHdf5(writeHdf5(tree))
    expect(root.array('half')!.values).toEqual(Float32Array.from(values))
    expect(root.array('double')!.values).toEqual(Float32Array.of(1 / 3, -1e30))
  })

  it('takes __proto__ and constructor for names like others', () => {
    const inner: Tree = {}
    for (const name of ['__proto__', 'constructor']) {
      Object.defineProperty(inner, name, { value: { shape: [1], values: [5] }, enumerable: true })
    }
    const root = readHdf5(writeHdf5(inner))
    expect(root.names.sort()).toEqual(['__proto__', 'constructor'])
    expect(root.array('__proto__')!.values).toEqual(Float32Array.of(5))
    expect(root.group('toString')).toBeUndefined()
    expect(root.texts('constructor')).toBeUndefined()
  })

  it('reads a tree of h5py with several levels', () => {
    const file = readFileSync(new URL('../fixtures/keras/graph.h5', import.meta.url))
    // Five kernels and biases, gains, shifts and statistics of the normalizations, and the names of these 16 arrays.
    expect(walk(readHdf5(file).group('model_weights')!)).toBe(35 + 4 * 7 + 48 + 3 * 6 + 28 + 2 * 4 + 10 + 16)
  })

  it('throws FormatError, or reads, whatever bytes are changed', () => {
    const files = [
      writeHdf5(sample),
      new Uint8Array(readFileSync(new URL('../fixtures/keras/classifier.h5', import.meta.url))),
    ]
    const change = fc.tuple(fc.nat(), fc.constantFrom(0, 1, 2, 8, 16, 127, 128, 255))
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        (file, changes) => {
          const bytes = file.slice()
          for (const [at, value] of changes) bytes[at % bytes.length] = value
          try {
            walk(readHdf5(bytes))
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError)
          }
        },
      ),
      { numRuns: 5000 },
    )
  })

  it.each(Array.from({ length: 20 }, (_, i) => i / 20))('refuses %d of a file', (share) => {
    const whole = writeHdf5(sample)
    expect(() => walk(readHdf5(whole.slice(0, Math.floor(whole.length * share))))).toThrow(FormatError)
  })

  it('refuses a tree that comes back to itself', () => {
    const bytes = writeHdf5(sample)
    const tree = find(bytes, 'TREE')
    bytes[tree + 5] = 1
    view(bytes).setBigUint64(tree + 32, BigInt(tree), true)
    expect(() => walk(readHdf5(bytes))).toThrow(/there twice|another/)
  })

  it('refuses arrays that share their bytes, or have more than the file', () => {
    const twins = writeHdf5({
      a: { shape: [4], values: [1, 2, 3, 4] },
      b: { shape: [4], values: [5, 6, 7, 8] },
    })
    // The layout of b: class 1, then the address.
    const layout = find(twins, '\x03\x01', find(twins, '\x03\x01') + 1)
    const first = find(twins, '\x03\x01')
    twins.copyWithin(layout + 2, first + 2, first + 10)
    expect(() => walk(readHdf5(twins))).toThrow(/of its own at \/b/)
    const large = writeHdf5({ a: { shape: [2 ** 40, 2 ** 40], values: [1, 2] } })
    expect(() => walk(readHdf5(large))).toThrow(FormatError)
    const infinite = writeHdf5({ a: { shape: Array(30).fill(2 ** 52), values: [1] } })
    expect(() => walk(readHdf5(infinite))).toThrow(FormatError)
  })

  it('refuses what is not finite, or not in float32', () => {
    expect(() => walk(readHdf5(writeHdf5({ a: { shape: [2], values: [1, Number.NaN] } })))).toThrow(
      /NaN at 1/,
    )
    expect(() => walk(readHdf5(writeHdf5({ a: { shape: [1], values: [1e300], bytes: 8 } })))).toThrow(
      /Infinity/,
    )
  })

  it('names what it does not read', () => {
    expect(() => readHdf5(new Uint8Array(99))).toThrow(/signature/)
    const newer = writeHdf5(sample)
    newer[8] = 3
    expect(() => readHdf5(newer)).toThrow(
      /superblock of version 0 or 1, as h5py and Keras write it, got version 3/,
    )
  })
})
