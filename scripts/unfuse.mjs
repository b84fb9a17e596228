// Makes the binary of the target 'simd' of the one that asc made with relaxed SIMD, so that the package needs to hold one of
// them: src/backends/fuse.ts makes the other again, by replacing bytes in place.
//
//   relaxed, as asc has it    a b c  relaxed_madd
//   simd                      a b  mul  c  add
//   relaxed, made of simd     a b  nop nop nop  c  relaxed_madd
//
// The products and sums that are not to be fused have a nop in front of them in both, which tells them apart. Where what
// precedes one that is to be fused ends in the byte of a nop, an empty block stands between them. Engines make no code of
// either.

import { readBinary } from './wasm-code.mjs'

const NOP = 1
const EMPTY_BLOCK = [2, 0x40, 11]
const MUL = [0xfd, 0xe6, 1]
const ADD = [0xfd, 0xe4, 1]
/** What stands for a product and for a sum that are fused. */
const inRelaxed = new Map([
  [MUL, [NOP, NOP, NOP]],
  [ADD, [0xfd, 0x85, 2]],
])
const MADD = 0x105
const NMADD = 0x106
const VECTOR = 0xfd
const CODE = 10

const leb = (value) => {
  const out = []
  for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) + 128)
  return [...out, value]
}

/** The bytes [from, to) of a binary with what the edits put in place of what they name, in order: { from, to, by, fused }. */
function edited(bytes, from, to, edits, isRelaxed) {
  const out = []
  let at = from
  let last // the byte before, as 'simd' has it
  for (const { from: begin, to: end, by, fused } of edits) {
    for (; at < begin; ++at) out.push((last = bytes[at]))
    if (!fused) out.push(NOP)
    else if (last === NOP) out.push(...EMPTY_BLOCK)
    out.push(...(fused && isRelaxed ? inRelaxed.get(by) : by))
    last = by.at(-1)
    at = end
  }
  for (; at < to; ++at) out.push(bytes[at])
  return out
}

/** How many times `pattern` stands in `bytes`. */
const count = (bytes, pattern) =>
  bytes.reduce((sum, _, i) => sum + (pattern.every((byte, j) => bytes[i + j] === byte) ? 1 : 0), 0)

/**
 * Both binaries, { simd, relaxed }, of asc's with relaxed SIMD. Throws where src/backends/fuse.ts could take something else
 * for a product or a sum.
 */
export function unfuse(bytes) {
  const { sections, bodies } = readBinary(bytes)
  const functions = bodies.map(({ from, to, instructions }) => ({ from, to, edits: editsOf(instructions) }))
  const known = functions.reduce((sum, { edits }) => sum + edits.length, 0)
  const make = (isRelaxed) => {
    const out = [...bytes.subarray(0, 8)]
    for (const { id, from, to } of sections) {
      const content = id === CODE ? leb(functions.length) : [...bytes.subarray(from, to)]
      if (id === CODE) {
        for (const one of functions) {
          const body = edited(bytes, one.from, one.to, one.edits, isRelaxed)
          content.push(...leb(body.length), ...body)
        }
      }
      out.push(id, ...leb(content.length))
      for (const byte of content) out.push(byte)
    }
    return Uint8Array.from(out)
  }
  const simd = make(false)
  const found = count(simd, MUL) + count(simd, ADD)
  if (found !== known)
    throw new Error(`the wasm binary: ${found} products and sums by its bytes, ${known} by its code`)
  return { simd, relaxed: make(true) }
}

/** What is put in place of a function's products and sums. */
function editsOf(instructions) {
  const edits = instructions.flatMap(({ code: [prefix, opcode], at, end, operands }) => {
    if (prefix !== VECTOR) return []
    if (opcode === NMADD) throw new Error('assembly/: expected no relaxed_nmadd: write madd(−a, b, c)')
    if (opcode === MADD) {
      return [
        { from: operands[2], to: operands[2], by: MUL, fused: true },
        { from: at, to: end, by: ADD, fused: true },
      ]
    }
    const by = [MUL, ADD].find(([, code]) => code === opcode)
    return by ? [{ from: at, to: end, by, fused: false }] : []
  })
  return edits.sort((one, other) => one.from - other.from)
}
