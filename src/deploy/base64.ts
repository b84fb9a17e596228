// Numbers as text for JavaScript.

import { toBase64 } from '../base/base64.ts'

/** The numbers as little-endian float32 in base64, zeros added until they fill whole characters. */
export function floatsToBase64(numbers: ArrayLike<number>): string {
  const bytes = new Uint8Array(12 * Math.ceil(numbers.length / 3))
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < numbers.length; ++i) view.setFloat32(4 * i, numbers[i], true)
  return toBase64(bytes)
}
