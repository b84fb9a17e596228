// Damaged files from valid ones, from a seed.

/** Numbers from 0 up to below 1 (Marsaglia's xorshift of 32 bits, doi.org/10.18637/jss.v008.i14). */
export function random(seed) {
  let state = (Math.imul(seed, 0x9e3779b9) ^ 0x85ebca6b) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

const below = (next, n) => Math.floor(next() * n)

// What counts, lengths and offsets are made of.
const NUMBERS = [0, 1, 2, 127, 128, 255, 256, 32767, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]
const TEXTS = [
  '__proto__',
  'constructor',
  'null',
  '-1',
  '1e999',
  '{}',
  '[]',
  '""',
  '\u0000',
  '9007199254740993',
  'NaN',
]
// Most files are damaged in one or two places: deeper layers of a parser see them too.
const MOST_CHANGES = 4

const concat = (...parts) => {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

const changes = [
  // A bit, a byte.
  (bytes, next) => {
    if (bytes.length > 0) bytes[below(next, bytes.length)] ^= 1 << below(next, 8)
    return bytes
  },
  (bytes, next) => {
    if (bytes.length > 0) bytes[below(next, bytes.length)] = below(next, 256)
    return bytes
  },
  // An integer of 1 to 8 bytes, in either order.
  (bytes, next) => {
    const size = 1 << below(next, 4)
    if (bytes.length < size) return bytes
    const view = new DataView(new ArrayBuffer(8))
    const number = BigInt(NUMBERS[below(next, NUMBERS.length)])
    view.setBigUint64(0, next() < 0.2 ? ~number & 0xffffffffffffffffn : number, true)
    const digits = new Uint8Array(view.buffer, 0, size)
    bytes.set(next() < 0.5 ? digits : digits.slice().reverse(), below(next, bytes.length - size + 1))
    return bytes
  },
  // Cut at the end, cut out, repeated, moved.
  (bytes, next) => bytes.slice(0, below(next, bytes.length + 1)),
  (bytes, next) => {
    const from = below(next, bytes.length)
    const to = Math.min(bytes.length, from + 1 + below(next, 32))
    return concat(bytes.subarray(0, from), bytes.subarray(to))
  },
  (bytes, next) => {
    const from = below(next, bytes.length)
    const to = Math.min(bytes.length, from + 1 + below(next, 64))
    return concat(bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to))
  },
  (bytes, next, other) => {
    if (other.length === 0) return bytes
    const from = below(next, other.length)
    const part = other.subarray(from, from + 1 + below(next, 64))
    const at = below(next, bytes.length + 1)
    return concat(
      bytes.subarray(0, at),
      part,
      bytes.subarray(Math.min(bytes.length, at + (next() < 0.5 ? part.length : 0))),
    )
  },
  // A text that means something to someone.
  (bytes, next) => {
    const text = new TextEncoder().encode(TEXTS[below(next, TEXTS.length)])
    const at = below(next, bytes.length + 1)
    return concat(
      bytes.subarray(0, at),
      text,
      bytes.subarray(Math.min(bytes.length, at + (next() < 0.7 ? text.length : 0))),
    )
  },
  // A digit of a number in a text.
  (bytes, next) => {
    const from = below(next, bytes.length)
    let at = from
    while (at < bytes.length && !(bytes[at] >= 48 && bytes[at] <= 57)) at += 1
    if (at < bytes.length) bytes[at] = 48 + below(next, 10)
    return bytes
  },
]

/** One of the files, damaged. */
export function mutate(files, next) {
  let bytes = files[below(next, files.length)].slice()
  const times = 1 + below(next, MOST_CHANGES)
  for (let i = 0; i < times; ++i) {
    const other = files[below(next, files.length)]
    bytes = changes[below(next, changes.length)](bytes, next, other)
  }
  return bytes
}
