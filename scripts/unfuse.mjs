// Makes one of the two binaries of the kernels, so that the package needs to hold but one: with a letter, a byte that none of
// them has, for each product and each sum that asc fused. assembly/unpack.ts makes either binary of it.
//
//   as asc has it, with relaxed SIMD    a b  c  relaxed_madd
//   one for both                        a b  M  c  A
//   simd                                a b  mul  c  add
//   relaxed                             a b  nop nop nop  c  relaxed_madd
//
// Both have the same length, so that no section or function has another size; engines make no code of a nop.

import { readBinary } from './wasm-code.mjs'

/** What the letters stand for: bytes in hexadecimal digits, three each. */
const letters = {
  simd: { M: 'fde601', A: 'fde401' },
  relaxed: { M: '010101', A: 'fd8502' },
}
const LETTER_BYTES = 3

const MADD = 0x105
const NMADD = 0x106
const VECTOR = 0xfd
const CODE = 10

const hex = (bytes) => Buffer.from(bytes).toString('hex')

/** LEB128 in digits. */
const leb = (value) => {
  const out = []
  for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) + 128)
  return hex([...out, value])
}

/** The bytes that a text stands for. */
const lengthOf = (text) => {
  const count = (text.match(/[MA]/g) ?? []).length
  return (text.length - count) / 2 + count * LETTER_BYTES
}

/** A function's body as text. */
function textOf(bytes, { from, to, instructions }) {
  const edits = instructions.flatMap(({ code: [prefix, opcode], at, end, operands }) => {
    if (prefix !== VECTOR || opcode < MADD) return []
    if (opcode === NMADD) throw new Error('assembly/: expected no relaxed_nmadd: write madd(−a, b, c)')
    if (opcode !== MADD)
      throw new Error(`assembly/: expected no relaxed operation but relaxed_madd, got ${opcode}`)
    return [
      { from: operands[2], to: operands[2], by: 'M' },
      { from: at, to: end, by: 'A' },
    ]
  })
  edits.sort((one, other) => one.from - other.from)
  let out = ''
  let at = from
  for (const edit of edits) {
    out += hex(bytes.subarray(at, edit.from)) + edit.by
    at = edit.to
  }
  return out + hex(bytes.subarray(at, to))
}

/** Of asc's binary with relaxed SIMD: { bytes, letters: [M, A], simd, relaxed }, bytes all of them. */
export function unfuse(bytes) {
  const { sections, bodies } = readBinary(bytes)
  const code = bodies.map((body) => {
    const text = textOf(bytes, body)
    return leb(lengthOf(text)) + text
  })
  const text = [
    hex(bytes.subarray(0, 8)),
    ...sections.map(({ id, from, to }) => {
      const content = id === CODE ? leb(code.length) + code.join('') : hex(bytes.subarray(from, to))
      return hex([id]) + leb(lengthOf(content)) + content
    }),
  ].join('')
  const binary = ({ M, A }) => Buffer.from(text.replaceAll('M', M).replaceAll('A', A), 'hex')
  const simd = binary(letters.simd)
  const relaxed = binary(letters.relaxed)
  const pairs = text.match(/[MA]|../g)
  const taken = new Set(pairs.map((pair) => Number.parseInt(pair, 16)))
  const [M, A] = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !taken.has(byte))
  if (A === undefined) throw new Error('the wasm binary: expected two bytes that do not occur')
  const bytesOf = { M, A }
  const packable = Uint8Array.from(pairs, (pair) => bytesOf[pair] ?? Number.parseInt(pair, 16))
  return { bytes: packable, letters: [M, A], simd, relaxed }
}
