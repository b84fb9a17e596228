// Walks the code of a WebAssembly binary, and says where each operand of an instruction begins. It knows the instructions that
// AssemblyScript makes of assembly/, and throws at any other.
//
// Binary format: https://webassembly.github.io/spec/core/binary/instructions.html

const TYPE = 1
const IMPORT = 2
const FUNCTION = 3
const CODE = 10

/** Bytes with a place to read from. */
export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes
    this.at = at
  }
  byte() {
    return this.bytes[this.at++]
  }
  u32() {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  skip(count) {
    this.at += count
  }
  /** What is counted first and then follows. */
  list(read) {
    return Array.from({ length: this.u32() }, () => read())
  }
}

/** [pops, pushes] */
const NOTHING = [0, 0]
const CONSTANT = [0, 1]
const UNARY = [1, 1]
const BINARY = [2, 1]
const TERNARY = [3, 1]
const TAKE1 = [1, 0]
const TAKE2 = [2, 0]
const TAKE3 = [3, 0]

const memarg = (r) => {
  r.u32()
  r.u32()
}
const index = (r) => r.u32()
const lane = (r) => r.skip(1)
const memargLane = (r) => {
  memarg(r)
  lane(r)
}

/** Rows of [first opcode, last, effect, immediates?]. */
const plain = [
  [0x01, 0x01, NOTHING],
  [0x0d, 0x0d, TAKE1, index], // br_if
  [0x1a, 0x1a, TAKE1], // drop
  [0x1b, 0x1b, TERNARY], // select
  [0x20, 0x20, CONSTANT, index], // local.get, set, tee
  [0x21, 0x21, TAKE1, index],
  [0x22, 0x22, UNARY, index],
  [0x28, 0x35, UNARY, memarg], // loads
  [0x36, 0x3e, TAKE2, memarg], // stores
  [0x41, 0x42, CONSTANT, index], // constants: a signed LEB128 has the length of an unsigned one
  [0x43, 0x43, CONSTANT, (r) => r.skip(4)],
  [0x44, 0x44, CONSTANT, (r) => r.skip(8)],
  [0x45, 0x45, UNARY], // eqz
  [0x46, 0x4f, BINARY],
  [0x50, 0x50, UNARY],
  [0x51, 0x66, BINARY],
  [0x67, 0x69, UNARY], // clz, ctz, popcnt
  [0x6a, 0x78, BINARY],
  [0x79, 0x7b, UNARY],
  [0x7c, 0x8a, BINARY],
  [0x8b, 0x91, UNARY],
  [0x92, 0x98, BINARY],
  [0x99, 0x9f, UNARY],
  [0xa0, 0xa6, BINARY],
  [0xa7, 0xc4, UNARY], // conversions
]

const bulk = [
  [0, 7, UNARY], // saturating truncations
  [10, 10, TAKE3, (r) => r.skip(2)], // memory.copy
  [11, 11, TAKE3, (r) => r.skip(1)], // memory.fill
]

const atomic = [
  [0x00, 0x00, BINARY, memarg], // notify
  [0x01, 0x02, TERNARY, memarg], // wait
  [0x03, 0x03, NOTHING, (r) => r.skip(1)], // fence
  [0x10, 0x16, UNARY, memarg],
  [0x17, 0x1d, TAKE2, memarg],
  [0x1e, 0x47, BINARY, memarg],
  [0x48, 0x4e, TERNARY, memarg],
]

const vector = [
  [0x00, 0x0a, UNARY, memarg], // loads, extending and splatting too
  [0x0b, 0x0b, TAKE2, memarg],
  [0x0c, 0x0c, CONSTANT, (r) => r.skip(16)],
  [0x0d, 0x0d, BINARY, (r) => r.skip(16)], // shuffle
  [0x0e, 0x0e, BINARY],
  [0x0f, 0x14, UNARY], // splats
  ...[0x15, 0x16, 0x18, 0x19, 0x1b, 0x1d, 0x1f, 0x21].map((code) => [code, code, UNARY, lane]),
  ...[0x17, 0x1a, 0x1c, 0x1e, 0x20, 0x22].map((code) => [code, code, BINARY, lane]),
  [0x23, 0x4c, BINARY], // comparisons
  [0x4d, 0x4d, UNARY],
  [0x4e, 0x51, BINARY],
  [0x52, 0x52, TERNARY], // bitselect
  [0x53, 0x53, UNARY],
  [0x54, 0x57, BINARY, memargLane],
  [0x58, 0x5b, TAKE2, memargLane],
  [0x5c, 0x5d, UNARY, memarg],
  ...[0x5e, 0x5f, 0x67, 0x68, 0x69, 0x6a, 0x74, 0x75, 0x7a, 0x94, 0xa0, 0xa1, 0xa3, 0xa4].map((code) => [
    ...[code, code, UNARY],
  ]),
  [0xa7, 0xaa, UNARY], // i32x4.extend
  [0xab, 0xbf, BINARY], // of i32x4
  [0xc0, 0xca, UNARY],
  [0xcb, 0xdf, BINARY], // of i64x2
  [0xe0, 0xe3, UNARY], // f32x4.abs, neg, sqrt
  [0xe4, 0xeb, BINARY],
  [0xec, 0xef, UNARY], // f64x2.abs, neg, sqrt
  [0xf0, 0xf7, BINARY],
  [0xf8, 0xff, UNARY], // conversions
  [0x105, 0x106, TERNARY], // f32x4.relaxed_madd, relaxed_nmadd
]

const prefixed = { 252: bulk, 253: vector, 254: atomic }

/**
 * The instructions of a function's body, in order: { code, at, end, operands }, with `code` [opcode] or [prefix, opcode], and
 * the places where its operands begin (undefined after code that is never reached). Instructions that only steer have none.
 */
function instructionsOf(reader, end, signatures) {
  reader.list(() => [reader.u32(), reader.byte()]) // locals
  const found = []
  const stack = []
  const blocks = []
  const unreachable = () => {
    stack.length = blocks.at(-1)?.height ?? 0
  }
  const open = (at) => blocks.push({ at, height: stack.length, results: reader.byte() === 0x40 ? 0 : 1 })
  while (reader.at < end) {
    const at = reader.at
    const first = reader.byte()
    const apply = (code, [pops, pushes]) => {
      const operands = pops === 0 ? [] : stack.splice(-pops)
      for (let i = 0; i < pushes; ++i) stack.push(operands[0] ?? at)
      found.push({ code, at, end: reader.at, operands })
    }
    if (first === 0x02 || first === 0x03) open(at)
    else if (first === 0x04) open(stack.pop())
    else if (first === 0x05 || first === 0x00 || first === 0x0f) unreachable()
    else if (first === 0x0b) {
      const block = blocks.pop()
      if (block) {
        stack.length = block.height
        if (block.results) stack.push(block.at)
      }
    } else if (first === 0x0c) {
      reader.u32()
      unreachable()
    } else if (first === 0x0e) {
      reader.list(() => reader.u32())
      reader.u32()
      unreachable()
    } else if (first === 0x10) apply([first], signatures[reader.u32()])
    else {
      const rows = prefixed[first] ?? plain
      const opcode = rows === plain ? first : reader.u32()
      const row = rows.find(([from, to]) => from <= opcode && opcode <= to)
      const code = rows === plain ? [first] : [first, opcode]
      if (!row) throw new Error(`the wasm binary: an instruction that is not known, ${code} at ${at}`)
      row[3]?.(reader)
      apply(code, row[2])
    }
  }
  return found
}

/**
 * The sections of a binary, [{ id, from, to }] of their contents, and its functions, [{ from, to, instructions }] of their
 * bodies.
 */
export function readBinary(bytes) {
  const reader = new Reader(bytes, 8)
  const sections = []
  const types = []
  const signatures = []
  const bodies = []
  while (reader.at < bytes.length) {
    const id = reader.byte()
    const size = reader.u32()
    const from = reader.at
    const to = from + size
    sections.push({ id, from, to })
    if (id === TYPE) {
      reader.list(() => {
        reader.byte()
        const parameters = reader.list(() => reader.byte())
        types.push([parameters.length, reader.list(() => reader.byte()).length])
      })
    } else if (id === IMPORT) {
      reader.list(() => {
        for (const _ of ['module', 'name']) reader.list(() => reader.byte())
        if (reader.byte() === 0) signatures.push(types[reader.u32()])
        else {
          const hasMaximum = reader.byte() & 1
          reader.u32()
          if (hasMaximum) reader.u32()
        }
      })
    } else if (id === FUNCTION) reader.list(() => signatures.push(types[reader.u32()]))
    else if (id === CODE) {
      reader.list(() => {
        const bodySize = reader.u32()
        const bodyFrom = reader.at
        const bodyTo = bodyFrom + bodySize
        bodies.push({
          from: bodyFrom,
          to: bodyTo,
          instructions: instructionsOf(reader, bodyTo, signatures),
        })
        if (reader.at !== bodyTo)
          throw new Error(`the wasm binary: a function ends at ${reader.at}, not ${bodyTo}`)
      })
    }
    reader.at = to
  }
  return { sections, bodies }
}
