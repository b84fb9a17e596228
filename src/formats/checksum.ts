// The CRC-32 of a file, to see that it is whole.

import { crc32 } from '../base/crc32.ts'
import type { Slices } from '../base/pace.ts'

/** Bytes between two chances to pause: a few milliseconds of work. */
const BYTES_AT_ONCE = 1 << 21

/** The CRC-32 of the bytes. Yields now and then. */
export function* checksum(bytes: Uint8Array): Slices<number> {
  let sum = 0
  for (let from = 0; from < bytes.length; from += BYTES_AT_ONCE) {
    sum = crc32(bytes.subarray(from, from + BYTES_AT_ONCE), sum)
    yield
  }
  return sum
}
