// UTF-8 as the platform has it, and where there is no TextEncoder and no TextDecoder.

import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { decodeUtf8, encodeUtf8 } from '../../src/base/utf8.ts'

const { TextDecoder, TextEncoder } = globalThis
const decode = (bytes: Uint8Array) => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return 'refused'
  }
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe.each([true, false])('where the platform has a TextDecoder: %s', (isThere) => {
  const here = <T>(work: () => T): T | 'refused' => {
    if (!isThere) {
      vi.stubGlobal('TextDecoder', undefined)
      vi.stubGlobal('TextEncoder', undefined)
    }
    try {
      return work()
    } catch {
      return 'refused'
    } finally {
      vi.unstubAllGlobals()
    }
  }

  it('writes any text as the standard says, halves of surrogates too', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((u) => String.fromCharCode(u)) }),
        (text) => {
          expect(here(() => encodeUtf8(text))).toEqual(new TextEncoder().encode(text))
        },
      ),
      { seed: 1, numRuns: 500 },
    )
    expect(here(() => encodeUtf8('%41 é€𝄞\ud834'))).toEqual(new TextEncoder().encode('%41 é€𝄞\ufffd'))
  })

  it('reads what it wrote, and keeps a mark of byte order', () => {
    const text = `\ufeff{"100% é€𝄞": "${'ü'.repeat(9999)}"}`
    expect(here(() => decodeUtf8(encodeUtf8(text)))).toBe(text)
  })

  it('refuses bytes that are not UTF-8, and no others', () => {
    // Bytes that begin and continue characters of each length, and their neighbours.
    const edges = [0x00, 0x25, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf]
    const more = [0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xf8, 0xff]
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 6 }),
        fc.array(fc.constantFrom(...edges, ...more)),
        (any, edge) => {
          for (const bytes of [any, Uint8Array.from(edge)]) {
            expect(here(() => decodeUtf8(bytes))).toBe(decode(bytes))
          }
        },
      ),
      { seed: 2, numRuns: 2000 },
    )
  })
})
