// Pixels as a PNG in a data: address. An image of 28 × 28 is a kilobyte this way, and ten times that as rectangles.
// Uncompressed (RFC 1951, stored blocks): runtimes have no compressor in common that answers at once.

import { toBase64 } from '../base/base64.ts'
import { crc32 } from '../base/crc32.ts'
import type { Rgb } from './colours.ts'

function adler32(bytes: Uint8Array): number {
  let a = 1
  let b = 0
  for (const byte of bytes) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  return ((b << 16) | a) >>> 0
}

const word = (value: number): number[] => [
  value >>> 24,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
]

function joined(parts: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** Length, type, data and check sum of them: https://www.w3.org/TR/png-3/#5Chunk-layout */
function chunk(type: string, data: ArrayLike<number>): Uint8Array {
  const checked = joined([Array.from(type, (c) => c.charCodeAt(0)), data])
  return joined([word(data.length), checked, word(crc32(checked))])
}

const BLOCK = 65535

function stored(bytes: Uint8Array): Uint8Array {
  const parts: ArrayLike<number>[] = [[0x78, 0x01]]
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK)
    const n = block.length
    const last = at + BLOCK >= bytes.length ? 1 : 0
    parts.push([last, n & 255, n >>> 8, ~n & 255, (~n >>> 8) & 255], block)
  }
  return joined([...parts, word(adler32(bytes))])
}

/** The address of an image of width × height pixels, row by row, each the index of a colour of the palette. */
export function png(
  pixels: ArrayLike<number>,
  width: number,
  height: number,
  palette: readonly Rgb[],
): string {
  // Each row begins with the number of its filter, 0 for none.
  const rows = new Uint8Array(height * (width + 1))
  for (let p = 0; p < width * height; ++p) rows[p + Math.floor(p / width) + 1] = pixels[p]
  const bytes = joined([
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    chunk('IHDR', [...word(width), ...word(height), 8, 3, 0, 0, 0]),
    chunk('PLTE', palette.flat().map(Math.round)),
    chunk('IDAT', stored(rows)),
    chunk('IEND', []),
  ])
  return `data:image/png;base64,${toBase64(bytes)}`
}
