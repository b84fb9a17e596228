// The wire format of protocol buffers, written. A message is a list of parts whose lengths add up, so that weights are
// copied once, into the file.

import { OptionError, shown } from '../../base/errors.ts'
import { encodeUtf8 } from '../../base/utf8.ts'
import { BYTES, FIXED32, FIXED64, VARINT } from './reader.ts'

/** A message, or a part of one: bytes, and how many they are. */
export interface Part {
  readonly length: number
  readonly pieces: readonly Uint8Array[]
}

const partOf = (bytes: Uint8Array): Part => ({ length: bytes.length, pieces: [bytes] })

function joined(parts: readonly Part[]): Part {
  let length = 0
  for (const part of parts) length += part.length
  return { length, pieces: parts.flatMap(({ pieces }) => pieces) }
}

/** An integer of −2⁶³ to 2⁶³ − 1. */
function varint(value: number): Uint8Array {
  const bytes: number[] = []
  if (value >= 0 && value < 2 ** 53) {
    for (let left = value; ; left = Math.floor(left / 128)) {
      if (left < 128) return Uint8Array.from([...bytes, left])
      bytes.push((left % 128) | 128)
    }
  }
  let left = BigInt.asUintN(64, BigInt(value))
  for (; left >= 128n; left >>= 7n) bytes.push(Number(left & 127n) | 128)
  return Uint8Array.from([...bytes, Number(left)])
}

const tag = (field: number, wireType: number): Part => partOf(varint(field * 8 + wireType))

export const integer = (field: number, value: number): Part =>
  joined([tag(field, VARINT), partOf(varint(value))])

export function float(field: number, value: number): Part {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return joined([tag(field, FIXED32), partOf(bytes)])
}

export function double(field: number, value: number): Part {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, value, true)
  return joined([tag(field, FIXED64), partOf(bytes)])
}

const delimited = (field: number, part: Part): Part =>
  joined([tag(field, BYTES), partOf(varint(part.length)), part])

export const bytes = (field: number, value: Uint8Array): Part => delimited(field, partOf(value))

/**
 * Throws OptionError for a text that UTF-8 has no bytes for, and for one with a NUL, at which ONNX Runtime ends it: two names may be
 * one in the file, and neither is the one that was given.
 */
export function text(field: number, value: string): Part {
  if (/\p{Surrogate}/u.test(value))
    throw new OptionError(`ONNX: expected text without half a pair of surrogates, got ${shown(value)}`)
  if (value.includes('\0')) {
    throw new OptionError(
      `ONNX: expected text without a NUL, at which ONNX Runtime ends it, got ${shown(value)}`,
    )
  }
  return bytes(field, encodeUtf8(value))
}

export const message = (field: number, ...fields: readonly Part[]): Part => delimited(field, joined(fields))

/** Numbers of a packed list. */
export const integers = (field: number, values: readonly number[]): Part =>
  delimited(field, joined(values.map((value) => partOf(varint(value)))))

/** The message of these fields as a file. */
export function fileOf(...fields: readonly Part[]): Uint8Array {
  const { length, pieces } = joined(fields)
  const file = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    file.set(piece, at)
    at += piece.length
  }
  return file
}
