// Zip archives (APPNOTE 6.3.10), read by their central directory: files that are stored, or deflated. A small reader of its own,
// because Keras stores its files: what is left to do is to check sizes, and the platform inflates.
//
//   [local header │ data] … │ central directory: a record for each file │ end: how many, and where the directory is

import { FormatError, shown } from '../base/errors.ts'
import { runPaced } from '../base/pace.ts'
import { checksum } from '../formats/checksum.ts'

const refuse = (expected: string, got: string, cause?: unknown): never => {
  throw new FormatError(`zip: expected ${expected}, got ${got}`, { cause })
}

export interface ZipEntry {
  readonly name: string
  readonly isDeflated: boolean
  readonly crc: number
  /** Bytes when unpacked, as the directory says. */
  readonly size: number
  /** As they are in the archive. */
  readonly data: Uint8Array
}

const END = 0x06054b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
/** Of the end with its comment. */
const LONGEST_END = 22 + 0xffff

/** Models have three files, and perhaps some of a vocabulary. */
const MOST_ENTRIES = 1000

export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)

function findEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - LONGEST_END); --at) {
    if (view.getUint32(at, true) === END && at + 22 + view.getUint16(at + 20, true) === view.byteLength)
      return at
  }
  return refuse('a zip archive that is whole', 'one without its end')
}

/** The files of an archive by their names, still packed. Throws FormatError. */
export function zipEntries(bytes: Uint8Array): Map<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = findEnd(view)
  const count = view.getUint16(end + 10, true)
  if (count > MOST_ENTRIES) refuse(`at most ${MOST_ENTRIES} files`, `${count}`)
  const entries = new Map<string, ZipEntry>()
  const taken: [number, number][] = []
  let at = view.getUint32(end + 16, true)
  for (let i = 0; i < count; ++i) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL)
      refuse(`record ${i} of the directory`, 'something else')
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)]
    const crc = view.getUint32(at + 16, true)
    const packed = view.getUint32(at + 20, true)
    const size = view.getUint32(at + 24, true)
    const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true))
    const next = at + 46 + lengths[0] + lengths[1] + lengths[2]
    if (next > end) refuse(`record ${i} of the directory`, 'one that is cut off')
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + lengths[0]))
    if (flags & 1) refuse(`${shown(name)} as it is`, 'it encrypted')
    if (method !== 0 && method !== 8) refuse(`${shown(name)} stored or deflated`, `method ${method}`)
    if (packed === 0xffffffff || size === 0xffffffff) refuse(`${shown(name)} below 4 GiB`, 'more (zip64)')
    if (method === 0 && packed !== size) refuse(`${size} bytes of ${shown(name)}`, `${packed}`)
    if (entries.has(name)) refuse('names that differ', `${shown(name)} twice`)
    const from = dataOf(view, view.getUint32(at + 42, true), name)
    if (from + packed > end) refuse(`${packed} bytes of ${shown(name)}`, `${Math.max(0, end - from)}`)
    if (taken.some(([begin, stop]) => from < stop && from + packed > begin)) {
      refuse(`bytes of its own for ${shown(name)}`, 'those of another file')
    }
    if (packed > 0) taken.push([from, from + packed])
    entries.set(name, {
      name,
      isDeflated: method === 8,
      crc,
      size,
      data: bytes.subarray(from, from + packed),
    })
    at = next
  }
  return entries
}

/** Where the data begin of the file whose local header is at `at`. */
function dataOf(view: DataView, at: number, name: string): number {
  if (at + 30 > view.byteLength || view.getUint32(at, true) !== LOCAL) {
    refuse(`a header of ${shown(name)} at byte ${at}`, 'something else')
  }
  return at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true)
}

/** The bytes of the file: no more than it says it has, which are at most `most`. Throws FormatError. */
export async function unpacked(
  { name, isDeflated, crc, size, data }: ZipEntry,
  most: number,
): Promise<Uint8Array> {
  if (size > most)
    refuse(
      `files of at most options.maxBytes when unpacked, ${most} more of which are left`,
      `${size} for ${shown(name)}`,
    )
  const bytes = isDeflated ? await inflated(data, size, name) : data
  if ((await runPaced(checksum(bytes), () => {})) !== crc)
    refuse(`${shown(name)} as it was packed`, 'it with another checksum')
  return bytes
}

async function inflated(data: Uint8Array, size: number, name: string): Promise<Uint8Array> {
  const damaged = (cause: unknown) =>
    refuse(`${shown(name)} in deflated form`, 'what cannot be inflated', cause)
  let reader: ReadableStreamDefaultReader<Uint8Array>
  try {
    const stream = new Blob([data as Uint8Array<ArrayBuffer>]).stream()
    // Before Node 20.12 there was no such form.
    reader = stream.pipeThrough(new DecompressionStream('deflate-raw' as 'deflate')).getReader()
  } catch (cause) {
    return damaged(cause)
  }
  const out = new Uint8Array(size)
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(damaged)
      if (done) break
      if (length + value.length > size) refuse(`${size} bytes of ${shown(name)}`, 'more')
      out.set(value, length)
      length += value.length
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
  return length === size ? out : refuse(`${size} bytes of ${shown(name)}`, `${length}`)
}
