// Brings back the kernels, which the package holds as text: scripts/pack.mjs made it, and says how. Compiled by itself; it has to
// be small. Its memory is zero when it begins, and good for one use.
//
//   cells, 4 bytes each   text, a byte a digit   bytes that were packed   bytes of the binary
//   0                     TEXT                   PACKED                   BINARY

import { BINARY, PACKED, TEXT } from './abi/unpacking'

const NUMBER: usize = 32 + 18 * 64
const REPEAT: usize = 0
const FLAGS: usize = 256
const LENGTHS: usize = FLAGS + 2 * 2 * 256
const DISTANCES: usize = LENGTHS + 2 * NUMBER
const LITERALS: usize = DISTANCES + 4 * NUMBER


const FIRST_OF_TEXT: u32 = 40
const SKIPPED: u32 = 92

const MOST_SEEN: u32 = 7
const LEAST_RANGE: u32 = 1 << 24

let at: usize = TEXT
let range: u32 = 1
let code: u32 = 0

/** The next bits, a 1 above them, each as guessed in a cell: [chance of a 1 in 1/65536, less 32768; how often it was guessed]. */
function tree(cells: usize, bits: usize): usize {
  // In registers, and not in globals.
  let wide = range
  let rest = code
  let from = at
  let node: usize = 1
  for (; ; --bits) {
    while (wide < LEAST_RANGE) {
      const character: u32 = load<u8>(from++)
      wide <<= 6
      rest = (rest << 6) | (character - FIRST_OF_TEXT - u32(character > SKIPPED))
    }
    if (!bits) break
    const ptr = (cells + node) << 2
    const cell = load<u32>(ptr)
    let chance: u32 = (cell & 0xffff) ^ 0x8000
    const seen = cell >>> 16
    const slowness = 32 - clz(seen + 1)
    const bound = (wide >>> 12) * ((chance >>> 4) | 1)
    // By selection: no processor can guess where a branch would go.
    const is1 = rest < bound
    wide = select(bound, wide - bound, is1)
    rest -= select<u32>(0, bound, is1)
    chance += <u32>((<i32>(u32(is1) << 16) - <i32>chance) >> slowness)
    node = (node << 1) + usize(is1)
    store<u32>(ptr, (chance ^ 0x8000) | ((seen + u32(seen < MOST_SEEN)) << 16))
  }
  range = wide
  code = rest
  at = from
  return node
}

/** A byte, by the one before it. */
function byte(before: usize): u8 {
  return <u8>tree(LITERALS + ((before >> 3) << 8), 8)
}

/** A number from 1, of at most 2^bits bits. */
function number(cells: usize, bits: usize): usize {
  let left = tree(cells, bits) - (1 << bits)
  cells += 32 + (left << 6)
  let value: usize = 1
  while (left) {
    const some = ((left - 1) & 3) + 1
    left -= some
    // What tree returns has a 1 above the bits.
    value = ((value - 1) << some) + tree(cells + (left << 2), some)
  }
  return value
}

let product: u8 = 0
let sum: u8 = 0
let end: usize = 0

/** Writes the packed bytes, of which `binary` makes the binaries. */
export function unpack(): void {
  for (let i = 0; i < 3; ++i) end = (end << 8) | byte(0)
  end += PACKED
  product = byte(0)
  sum = byte(0)
  let to: usize = PACKED
  let copied: usize = 0
  let distance: usize = 0
  do {
    const before: usize = load<u8>(to - 1)
    if (tree(FLAGS + (((copied << 8) + before) << 1), 1) & 1) {
      const repeats: usize = copied ? 0 : tree(REPEAT, 1) & 1
      let length = number(LENGTHS + repeats * NUMBER, 3)
      if (!repeats) distance = number(DISTANCES + min(length - 1, 3) * NUMBER, 4)
      copied = 1
      // Byte by byte: a copy may run into itself.
      for (; length; --length, ++to) store<u8>(to, load<u8>(to - distance))
    } else {
      copied = 0
      store<u8>(to++, byte(before))
    }
  } while (to < end)
}

/** Writes the binary of the simd or of the relaxed kernels, and returns where it ends. */
export function binary(relaxed: bool): usize {
  // f32x4.mul and f32x4.add, or three nops and f32x4.relaxed_madd.
  const product3: u32 = relaxed ? 0x010101 : 0x01e6fd
  const sum3: u32 = relaxed ? 0x0285fd : 0x01e4fd
  const products = i8x16.splat(product)
  const sums = i8x16.splat(sum)
  let out: usize = BINARY
  let from: usize = PACKED
  while (from < end) {
    const bytes = v128.load(from)
    const byte = load<u8>(from)
    v128.store(out, bytes)
    if (!v128.any_true(v128.or(i8x16.eq(bytes, products), i8x16.eq(bytes, sums)))) {
      from += 16
      out += 16
      continue
    }
    ++from
    if (byte == product) store<u32>(out, product3)
    else if (byte == sum) store<u32>(out, sum3)
    else out -= 2
    out += 3
  }
  // The last 16 may reach past the end.
  return out - (from - end)
}
