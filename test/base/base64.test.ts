// Base64 as Node writes it, of every length of the last group.

import { afterEach, expect, it, vi } from 'vitest'
import { fromBase64, toBase64 } from '../../src/base/base64.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

it.each([0, 1, 2, 3, 4, 5, 255, 256, 257, 9001])('writes and reads %d bytes', (length) => {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 167 + 13) & 255)
  const text = toBase64(bytes)
  expect(text).toBe(Buffer.from(bytes).toString('base64'))
  expect(fromBase64(text)).toEqual(bytes)
  // Where there is no Buffer.
  vi.stubGlobal('Buffer', undefined)
  expect(fromBase64(text)).toEqual(bytes)
})
