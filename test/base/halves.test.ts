// Floats of 16 bits: all of them, against figures from outside.

import { expect, it } from 'vitest'
import { bfloat16, float16 } from '../../src/base/halves.ts'

it('float16 is what IEEE 754 says of its ends and its steps', () => {
  // https://en.wikipedia.org/wiki/Half-precision_floating-point_format#Half_precision_examples
  const known: [number, number][] = [
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 0.00006103515625],
    [0x3555, 0.333251953125],
    [0x3bff, 0.99951171875],
    [0x3c00, 1],
    [0x3c01, 1.0009765625],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ]
  for (const [bits, number] of known) expect(float16(bits), bits.toString(16)).toBe(number)
  // Those that are finite rise with their bits, by the distance that their exponent has.
  for (let bits = 0; bits < 0x7bff; ++bits) {
    const exponent = Math.max(bits >> 10, 1)
    expect(float16(bits + 1) - float16(bits)).toBe(2 ** (exponent - 25))
  }
})

it('bfloat16 is the upper half of a float32', () => {
  const words = new Uint32Array(1)
  const floats = new Float32Array(words.buffer)
  for (let bits = 0; bits < 0x10000; ++bits) {
    words[0] = bits * 0x10000
    if (!Object.is(bfloat16(bits), floats[0]))
      throw new Error(`${bits}: ${bfloat16(bits)} is not ${floats[0]}`)
  }
  expect(bfloat16(0x3f80)).toBe(1)
  expect(bfloat16(0xc049)).toBe(-3.140625)
})
