// Tensors as a file of safetensors: exact, as the format says, refused where it is not what it says.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeTensors, encodeTensors, type Tensor } from '../../../src/formats/safetensors.ts'
import { FormatError } from '../../../src/index.ts'
import { type Anything, file } from '../../helpers/safetensors.ts'

describe('tensors', () => {
  const anyTensor = fc
    .record({ shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }), seed: fc.integer() })
    .map(({ shape, seed }): Tensor => {
      const words = Uint32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
        Math.imul(seed + i, 2654435761),
      )
      return { shape, data: new Float32Array(words.buffer) }
    })
  const anyName = fc.oneof(
    fc.string(),
    fc.constantFrom('__proto__', 'constructor', 'toString', '0', 'ü"\\\u0000'),
  )

  it('come back to the bit under any name, NaN included, from bytes that begin anywhere', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyName, anyTensor)),
        fc.array(fc.tuple(anyName, fc.string())),
        (tensors, metadata) => {
          const written = { tensors: new Map(tensors), metadata: new Map(metadata) }
          written.tensors.delete('__metadata__')
          const bytes = encodeTensors(written)
          const shifted = new Uint8Array(bytes.length + 3).subarray(3)
          shifted.set(bytes)
          const read = decodeTensors(shifted)
          const words = (all: ReadonlyMap<string, Tensor>) =>
            new Map(
              [...all].map(([name, { shape, data }]) => [
                name,
                [shape, [...new Uint32Array(data.slice().buffer)]],
              ]),
            )
          expect(words(read.tensors)).toEqual(words(written.tensors))
          expect(read.metadata).toEqual(written.metadata)
        },
      ),
      { seed: 1, numRuns: 300 },
    )
  })

  it('of float16 are all read', () => {
    // What Python's struct unpacks: the least, the largest, halves of both kinds, infinity.
    const halves: [number, number][] = [
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x7bff, 65504],
      [0xc000, -2],
      [0x8000, -0],
      [0x7c00, Number.POSITIVE_INFINITY],
    ]
    const bytes = file({ a: { dtype: 'F16', shape: [8], data_offsets: [0, 16] } }, 16)
    const view = new DataView(bytes.buffer, bytes.length - 16)
    halves.forEach(([bits], i) => {
      view.setUint16(2 * i, bits, true)
    })
    expect([...decodeTensors(bytes).tensors.get('a')!.data]).toEqual(halves.map(([, value]) => value))
  })

  const one = (change: object) => ({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...change } })
  const two = (first: number[], second: number[]) => ({
    a: { dtype: 'F32', shape: [2], data_offsets: first },
    b: { dtype: 'F32', shape: [2], data_offsets: second },
  })
  it.each<[string, Uint8Array, string]>([
    ['no bytes', new Uint8Array(), 'expected 8 bytes at least, got 0'],
    [
      'a length beyond the bytes',
      Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 123, 125),
      'expected a header of 2 bytes at most, got one of 9',
    ],
    [
      'a length of 2⁵³ and more',
      Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 255, 123, 125),
      'expected a header of 2 bytes at most',
    ],
    ['a header that is no JSON', file('{"a"'), 'safetensors: header: expected JSON'],
    ['a header that is no object', file('[]'), 'expected an object as header'],
    ['a header behind spaces', file(' {}'), 'expected an object as header'],
    [
      'a header that is no UTF-8',
      (() => {
        const bytes = file('{"aa":1}')
        bytes[10] = 0xff
        return bytes
      })(),
      'expected a header in UTF-8',
    ],
    [
      'a name twice',
      file(
        '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
      ),
      'expected names that differ, got "a" twice',
    ],
    [
      'a key twice',
      file('{"a":{"dtype":"F32","dtype":"F64","shape":[0],"data_offsets":[0,0]}}'),
      'got "dtype" twice',
    ],
    ['integers', file(one({ dtype: 'I32' }), 8), 'expected a dtype among F32, F64, F16, BF16, got "I32"'],
    ['a dtype that every object has', file(one({ dtype: 'constructor' }), 8), 'expected a dtype among'],
    [
      'a key that is none',
      file(one({ stride: 1 }), 8),
      'expected dtype, shape and data_offsets, got "stride"',
    ],
    ['a negative shape', file(one({ shape: [-2] }), 8), 'expected a shape of counts'],
    ['a shape of halves', file(one({ shape: [0.5, 4] }), 8), 'expected a shape of counts'],
    [
      'a shape whose product is beyond all',
      file(one({ shape: Array(40).fill(2 ** 53 - 1) }), 8),
      'bytes apart',
    ],
    [
      'a shape of nothing and of all',
      file(one({ shape: [...Array(40).fill(2 ** 53 - 1), 0] }), 8),
      'bytes apart',
    ],
    [
      'offsets that are not of the shape',
      file(one({ data_offsets: [0, 4] }), 8),
      'expected data_offsets 8 bytes apart',
    ],
    ['offsets backwards', file(one({ data_offsets: [8, 0] }), 8), 'expected data_offsets 8 bytes apart'],
    ['three offsets', file(one({ data_offsets: [0, 8, 8] }), 8), 'expected data_offsets of two counts'],
    [
      'a hole before',
      file(one({ data_offsets: [4, 12] }), 12),
      'expected it to begin at 0, behind the one before, got 4',
    ],
    ['a hole between', file(two([0, 8], [12, 20]), 20), 'tensor "b": expected it to begin at 8'],
    ['tensors that overlap', file(two([0, 8], [4, 12]), 12), 'tensor "b": expected it to begin at 8'],
    ['the same bytes twice', file(two([0, 8], [0, 8]), 8), 'expected it to begin at 8'],
    ['bytes behind', file(one({}), 9), 'expected 8 bytes of tensors, as the header has them, got 9'],
    ['bytes missing', file(one({}), 7), 'expected 8 bytes of tensors, as the header has them, got 7'],
    [
      'terabytes',
      file(one({ shape: [2 ** 40], data_offsets: [0, 2 ** 42] }), 8),
      'expected 4398046511104 bytes of tensors',
    ],
    ['metadata that are no object', file({ __metadata__: [] }), 'expected __metadata__ to be an object'],
    [
      'metadata that are no texts',
      file({ __metadata__: { a: 1 } }),
      '__metadata__: expected a text as "a", got 1',
    ],
    ['what is no Uint8Array', 'text' as Anything, 'expected a Uint8Array'],
  ])('are refused with %s', (_, bytes, message) => {
    expect(() => decodeTensors(bytes)).toThrow(FormatError)
    expect(() => decodeTensors(bytes)).toThrow(message)
  })
})
