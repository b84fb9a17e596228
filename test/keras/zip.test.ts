// Zip archives: what is read of whole ones, and what is refused.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../../src/index.ts'
import { unpacked, zipEntries } from '../../src/keras/zip.ts'
import { writeZip } from '../helpers/zip.ts'

const text = new TextEncoder()
const file = (name: string, content: string, more = {}) => ({ name, data: text.encode(content), ...more })

describe('zipEntries', () => {
  it('gives back what was packed, stored or deflated', async () => {
    const files = fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[\w./]{1,12}$/),
        data: fc.uint8Array({ maxLength: 300 }),
        deflate: fc.boolean(),
      }),
      { selector: ({ name }) => name, maxLength: 5 },
    )
    await fc.assert(
      fc.asyncProperty(files, fc.stringMatching(/^\w{0,9}$/), async (list, comment) => {
        const entries = zipEntries(writeZip(list, comment))
        expect([...entries.keys()]).toEqual(list.map(({ name }) => name))
        for (const { name, data } of list) expect(await unpacked(entries.get(name)!, 300)).toEqual(data)
      }),
      { numRuns: 100 },
    )
  })

  it('throws FormatError, or reads, whatever a byte is changed to', async () => {
    const whole = writeZip([file('config.json', '{"a":1}'), file('b', 'x'.repeat(200), { deflate: true })])
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.nat(255),
        fc.nat(whole.length),
        async (at, value, length) => {
          const bytes = whole.slice(0, length % 4 === 0 ? length : whole.length)
          if (at < bytes.length) bytes[at] = value
          try {
            for (const entry of zipEntries(bytes).values()) await unpacked(entry, 1000)
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('unpacks no more than is allowed, and than the directory says', async () => {
    const bomb = { name: 'bomb', data: new Uint8Array(1 << 22), deflate: true }
    const packed = writeZip([bomb])
    expect(packed.length).toBeLessThan(5000)
    await expect(unpacked(zipEntries(packed).get('bomb')!, 1 << 20)).rejects.toThrow(/options.maxBytes/)
    const lying = zipEntries(writeZip([{ ...bomb, says: { size: 1000 } }])).get('bomb')!
    await expect(unpacked(lying, 1 << 20)).rejects.toThrow(/expected 1000 bytes of "bomb", got more/)
    const short = zipEntries(writeZip([{ ...bomb, says: { size: 1 << 23 } }])).get('bomb')!
    await expect(unpacked(short, 1 << 24)).rejects.toThrow(/got 4194304/)
  })

  it.each([
    ['an archive that is cut off', () => writeZip([file('a', 'b')]).slice(0, -1), /without its end/],
    ['no archive', () => new Uint8Array(100), /without its end/],
    ['two files of a name', () => writeZip([file('a', 'b'), file('a', 'c')]), /names that differ/],
    [
      'files that overlap',
      () => writeZip([file('a', 'b'), file('b', 'c', { says: { at: 0 } })]),
      /those of another file/,
    ],
    ['an encrypted file', () => writeZip([file('a', 'b', { says: { flags: 1 } })]), /encrypted/],
    ['another method', () => writeZip([file('a', 'b', { says: { method: 14 } })]), /method 14/],
    ['zip64', () => writeZip([file('a', 'b', { says: { size: 0xffffffff, packed: 0xffffffff } })]), /zip64/],
    [
      'a file beyond the end',
      () => writeZip([file('a', 'b', { says: { size: 999, packed: 999 } })]),
      /999 bytes of "a"/,
    ],
    ['a header elsewhere', () => writeZip([file('a', 'b', { says: { at: 5 } })]), /header of "a" at byte 5/],
  ])('refuses %s', (_, make, message) => {
    expect(() => zipEntries(make())).toThrow(FormatError)
    expect(() => zipEntries(make())).toThrow(message)
  })

  it('refuses a file that was changed', async () => {
    const entry = zipEntries(writeZip([file('a', 'b', { says: { crc: 1 } })])).get('a')!
    await expect(unpacked(entry, 10)).rejects.toThrow(/another checksum/)
  })
})
