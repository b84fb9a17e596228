// Numbers of tensors of ONNX: every type, every place that they may be in, and a file beside the model.

import { describe, expect, it } from 'vitest'
import { FormatError, type Network, OptionError } from '../../src/index.ts'
import { readOnnx } from '../../src/onnx/import/read.ts'
import { fromOnnx } from '../../src/onnx/index.ts'
import * as Proto from '../../src/onnx/proto.ts'
import { bytes, double, integer, integers, type Part, text } from '../../src/onnx/protobuf/writer.ts'
import { initializer, input, model, node, output } from '../helpers/onnx.ts'

/** The network in the file. */
const networkIn = (...given: Parameters<typeof fromOnnx>) => fromOnnx(...given) as Network

describe('numbers of a tensor', () => {
  const { Tensor: T, DataType } = Proto
  const file = (...fields: Part[]) =>
    model([
      node('MatMul', ['x', 'W'], 'y'),
      initializer(integers(T.DIMS, [2, 1]), text(T.NAME, 'W'), ...fields),
      input('x', 2),
      output('y'),
    ])
  const weightsOf = (...fields: Part[]) => Array.from(readOnnx(file(...fields)).network.layers[0].weights)
  const raw = (array: ArrayBufferView) => bytes(T.RAW_DATA, new Uint8Array(array.buffer))
  const type = (of: number) => integer(T.DATA_TYPE, of)

  it.each<[string, Part[], number[]]>([
    ['float32, raw', [type(DataType.FLOAT), raw(Float32Array.of(0.1, -2))], [Math.fround(0.1), -2]],
    [
      'float32, packed',
      [type(DataType.FLOAT), bytes(T.FLOAT_DATA, new Uint8Array(Float32Array.of(0.1, -2).buffer))],
      [Math.fround(0.1), -2],
    ],
    ['float64, raw', [type(DataType.DOUBLE), raw(Float64Array.of(0.1, -2))], [Math.fround(0.1), -2]],
    [
      'float64, one by one',
      [type(DataType.DOUBLE), double(T.DOUBLE_DATA, 0.1), double(T.DOUBLE_DATA, -2)],
      [Math.fround(0.1), -2],
    ],
    // 0x3555 is 0.333251953125, 0x8001 the smallest number below 0.
    [
      'float16, raw',
      [type(DataType.FLOAT16), raw(Uint16Array.of(0x3555, 0x8001))],
      [0.333251953125, -(2 ** -24)],
    ],
    ['float16, typed', [type(DataType.FLOAT16), integers(T.INT32_DATA, [0x3c00, 0xfbff])], [1, -65504]],
    ['bfloat16, raw', [type(DataType.BFLOAT16), raw(Uint16Array.of(0x3f80, 0xc020))], [1, -2.5]],
    ['int64, typed', [type(DataType.INT64), integers(T.INT64_DATA, [-3, 2 ** 40])], [-3, 2 ** 40]],
    ['int8, raw', [type(DataType.INT8), raw(Int8Array.of(-3, 100))], [-3, 100]],
  ])('%s', (_, fields, expected) => {
    expect(weightsOf(...fields)).toEqual(expected)
  })

  it.each<[string, Part[], RegExp]>([
    [
      'too few bytes',
      [type(DataType.FLOAT), raw(Float32Array.of(1))],
      /"W": expected 8 bytes of float, got 4/,
    ],
    [
      'too many numbers',
      [type(DataType.INT64), integers(T.INT64_DATA, [1, 2, 3])],
      /expected 2 numbers of int64, got more/,
    ],
    ['numbers of another field', [type(DataType.FLOAT), integers(T.INT64_DATA, [1, 2])], /field 7/],
    [
      'numbers in two places',
      [type(DataType.INT64), integers(T.INT64_DATA, [1, 2]), raw(BigInt64Array.of(1n, 2n))],
      /in one place/,
    ],
    ['complex numbers', [type(14), raw(Float64Array.of(1, 2))], /type 14/],
    ['doubles beyond float32', [type(DataType.DOUBLE), raw(Float64Array.of(1e39, 2))], /finite in float32/],
    ['NaN', [type(DataType.FLOAT), raw(Float32Array.of(Number.NaN, 2))], /finite in float32/],
    ['a segment', [type(DataType.FLOAT), bytes(T.SEGMENT, new Uint8Array())], /segment/],
  ])('are refused where there are %s', (_, fields, message) => {
    expect(() => weightsOf(...fields)).toThrow(FormatError)
    expect(() => weightsOf(...fields)).toThrow(message)
  })

  describe('in another file', () => {
    const entry = (key: string, of: string) =>
      bytes(
        T.EXTERNAL_DATA,
        Uint8Array.from([0x0a, key.length, ...Buffer.from(key), 0x12, of.length, ...Buffer.from(of)]),
      )
    const external = (...entries: Part[]) =>
      file(type(DataType.FLOAT), ...entries, integer(T.DATA_LOCATION, 1))
    const plain = external(entry('location', 'weights.bin'), entry('offset', '4'), entry('length', '8'))
    const data = new Uint8Array(Float32Array.of(9, 1.5, -2).buffer)

    it('are refused without a callback', () => {
      expect(() => networkIn(plain)).toThrow(/"weights\.bin": give the option externalData/)
    })

    it('are read by the callback', () => {
      const calls: unknown[] = []
      const net = networkIn(plain, {
        // A view into a larger buffer, as Node's Buffers are.
        externalData: (location, offset, length) => {
          calls.push([location, offset, length])
          return Buffer.from(data.buffer, offset, length)
        },
      })
      expect(calls).toEqual([['weights.bin', 4, 8]])
      expect(Array.from(net.weights(0))).toEqual([1.5, -2])
    })

    it.each(['../weights.bin', '/etc/passwd', 'C:\\weights', 'a/../../b', '..', ''])(
      'are refused at %j',
      (location) => {
        const read = () => data
        expect(() => networkIn(external(entry('location', location)), { externalData: read })).toThrow(
          /in the model's folder/,
        )
      },
    )

    it.each([
      ['offset', '-1'],
      ['length', '4'],
      ['offset', '1e3'],
      ['length', 'x'],
    ])('are refused with %s %j', (key, of) => {
      const wrong = external(entry('location', 'w'), entry(key, of))
      const externalData = (_: string, __: number, length: number) => new Uint8Array(length)
      expect(() => networkIn(wrong, { externalData })).toThrow(/of external data, got 4|whole number/)
    })

    it('are refused where the callback returns others', () => {
      const wrong = { externalData: () => data }
      expect(() => networkIn(plain, wrong)).toThrow(/Uint8Array of 8 bytes, got a Uint8Array of 12/)
      expect(() => networkIn(plain, { externalData: 'file' as never })).toThrow(OptionError)
    })
  })
})
