// Writes zip archives for tests, with any lies that a test asks for.

import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipFile {
  name: string
  data: Uint8Array
  deflate?: boolean
  /** What the directory says in place of what is true. */
  says?: { size?: number; packed?: number; crc?: number; method?: number; flags?: number; at?: number }
}

export function writeZip(files: readonly ZipFile[], comment = ''): Uint8Array {
  const parts: Buffer[] = []
  const records: Buffer[] = []
  let at = 0
  for (const { name, data, deflate = false, says = {} } of files) {
    const packed = deflate ? deflateRawSync(data) : Buffer.from(data)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(name.length, 26)
    const record = Buffer.alloc(46)
    record.writeUInt32LE(0x02014b50, 0)
    record.writeUInt16LE(says.flags ?? 0, 8)
    record.writeUInt16LE(says.method ?? (deflate ? 8 : 0), 10)
    record.writeUInt32LE(says.crc ?? crc32(data), 16)
    record.writeUInt32LE(says.packed ?? packed.length, 20)
    record.writeUInt32LE(says.size ?? data.length, 24)
    record.writeUInt16LE(name.length, 28)
    record.writeUInt32LE(says.at ?? at, 42)
    parts.push(local, Buffer.from(name), packed)
    records.push(record, Buffer.from(name))
    at += 30 + name.length + packed.length
  }
  const directory = Buffer.concat(records)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(at, 16)
  end.writeUInt16LE(comment.length, 20)
  return new Uint8Array(Buffer.concat([...parts, directory, end, Buffer.from(comment)]))
}
