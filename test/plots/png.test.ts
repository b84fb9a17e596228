// The images in the pictures, read back by the rules of PNG.

import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Rgb } from '../../src/plots/colours.ts'
import { png } from '../../src/plots/png.ts'

/** CRC-32 bit by bit. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; ++bit) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ~crc >>> 0
}

function read(address: string) {
  const [head, base64] = address.split(',')
  expect(head).toBe('data:image/png;base64')
  const bytes = Buffer.from(base64, 'base64')
  expect([...bytes.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10])
  const chunks: Record<string, Buffer> = {}
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    chunks[type] = bytes.subarray(at + 8, at + 8 + length)
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crcOf(bytes.subarray(at + 4, at + 8 + length)))
    at += 12 + length
  }
  expect(Object.keys(chunks)).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND'])
  const [width, height] = [chunks.IHDR.readUInt32BE(0), chunks.IHDR.readUInt32BE(4)]
  expect([...chunks.IHDR.subarray(8)]).toEqual([8, 3, 0, 0, 0])
  const rows = inflateSync(chunks.IDAT) // checks Adler-32
  expect(rows.length).toBe(height * (width + 1))
  const pixels = [...rows].filter((_, i) => i % (width + 1) !== 0)
  return { width, height, pixels, palette: [...chunks.PLTE] }
}

const palette: Rgb[] = [
  [255, 255, 255],
  [10, 20.4, 30.6],
]

describe('png()', () => {
  it.each([
    [1, 1],
    [3, 2],
    [2, 5],
    [254, 257], // with the bytes of the filters just a block
    [255, 256], // and one byte more
    [400, 300],
  ])('holds the %i × %i pixels that it was given', (width, height) => {
    const pixels = Array.from({ length: width * height }, (_, i) => (i * i + (i >> 3)) & 1)
    expect(read(png(pixels, width, height, palette))).toEqual({
      width,
      height,
      pixels,
      palette: [255, 255, 255, 10, 20, 31],
    })
  })
})
