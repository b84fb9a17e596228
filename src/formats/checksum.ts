// CRC-32 (ISO 3309), to see that a file is whole.

import type { Slices } from '../base/pace.ts'

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; ++bit) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1
  return rest
})

/** Bytes between two chances to pause: a few milliseconds of work. */
const BYTES_AT_ONCE = 1 << 21

/** The checksum of the bytes, an unsigned 32-bit number. Yields now and then. */
export function* crc32(bytes: Uint8Array): Slices<number> {
  let rest = -1
  for (let from = 0; from < bytes.length; from += BYTES_AT_ONCE) {
    const to = Math.min(from + BYTES_AT_ONCE, bytes.length)
    for (let i = from; i < to; ++i) rest = (rest >>> 8) ^ TABLE[(rest ^ bytes[i]) & 0xff]
    yield
  }
  return ~rest >>> 0
}
