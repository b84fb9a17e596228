// Writes HDF5 as h5py does by default, as far as Keras's files need it: for tests of what a file could hold.

export type Tree = {
  [name: string]: Tree | { shape: number[]; values: ArrayLike<number>; bytes?: 2 | 4 | 8 }
} & {
  [attributes]?: Record<string, string[]>
}
export const attributes = Symbol('attributes')

class Writer {
  bytes = new Uint8Array(1 << 12)
  length = 0

  reserve(size: number): number {
    const at = Math.ceil(this.length / 8) * 8
    this.length = at + size
    while (this.bytes.length < this.length) {
      const more = new Uint8Array(this.bytes.length * 2)
      more.set(this.bytes)
      this.bytes = more
    }
    return at
  }
  get view() {
    return new DataView(this.bytes.buffer)
  }
  put(at: number, data: Uint8Array) {
    this.bytes.set(data, at)
  }
  u16(at: number, value: number) {
    this.view.setUint16(at, value, true)
  }
  u32(at: number, value: number) {
    this.view.setUint32(at, value, true)
  }
  u64(at: number, value: number) {
    this.u32(at, value % 2 ** 32)
    this.u32(at + 4, Math.floor(value / 2 ** 32))
  }
}

const text = new TextEncoder()
const padded = (data: Uint8Array) => {
  const out = new Uint8Array(Math.ceil(data.length / 8) * 8)
  out.set(data)
  return out
}
const numbers = (bytes: number, write: (view: DataView) => void) => {
  const out = new Uint8Array(bytes)
  write(new DataView(out.buffer))
  return out
}
const floatType = (bytes: number) =>
  numbers(24, (view) => {
    const [location, exponent, mantissa, bias] = {
      2: [10, 5, 10, 15],
      4: [23, 8, 23, 127],
      8: [52, 11, 52, 1023],
    }[bytes as 4]
    view.setUint8(0, 0x11)
    view.setUint8(1, 0x20)
    view.setUint8(2, bytes * 8 - 1)
    view.setUint32(4, bytes, true)
    view.setUint16(10, bytes * 8, true)
    view.setUint8(12, location)
    view.setUint8(13, exponent)
    view.setUint8(15, mantissa)
    view.setUint32(16, bias, true)
  })
const textType = (size: number) =>
  numbers(8, (view) => {
    view.setUint8(0, 0x13)
    view.setUint32(4, size, true)
  })
const space = (shape: readonly number[]) =>
  numbers(8 + shape.length * 8, (view) => {
    view.setUint8(0, 1)
    view.setUint8(1, shape.length)
    shape.forEach((size, d) => {
      view.setBigUint64(8 + d * 8, BigInt(size), true)
    })
  })

function half(value: number): number {
  const [bits] = new Uint32Array(new Float32Array([value]).buffer)
  const sign = (bits >>> 16) & 0x8000
  const magnitude = Math.abs(value)
  if (magnitude === 0) return sign
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14)
  const fraction = Math.round((magnitude / 2 ** exponent) * 1024)
  return sign | (fraction < 1024 ? fraction : ((exponent + 15) << 10) + fraction - 1024)
}

type Message = [type: number, data: Uint8Array]

function header(file: Writer, messages: readonly Message[]): number {
  const size = messages.reduce((sum, [, data]) => sum + 8 + padded(data).length, 0)
  const at = file.reserve(16 + size)
  file.bytes[at] = 1
  file.u16(at + 2, messages.length)
  file.u32(at + 4, 1)
  file.u32(at + 8, size)
  let next = at + 16
  for (const [type, data] of messages) {
    const whole = padded(data)
    file.u16(next, type)
    file.u16(next + 2, whole.length)
    file.put(next + 8, whole)
    next += 8 + whole.length
  }
  return at
}

const attribute = (name: string, values: readonly string[]): Message => {
  const named = padded(text.encode(`${name}\0`))
  const size = Math.max(1, ...values.map((value) => text.encode(value).length))
  const [type, shape] = [padded(textType(size)), padded(space([values.length]))]
  const data = new Uint8Array(size * values.length)
  values.forEach((value, i) => {
    data.set(text.encode(value), i * size)
  })
  const out = new Uint8Array(8 + named.length + type.length + shape.length + data.length)
  const view = new DataView(out.buffer)
  view.setUint8(0, 1)
  view.setUint16(2, name.length + 1, true)
  view.setUint16(4, 8, true)
  view.setUint16(6, 16, true)
  out.set(named, 8)
  out.set(type, 8 + named.length)
  out.set(shape, 8 + named.length + type.length)
  out.set(data, 8 + named.length + type.length + shape.length)
  return [12, out]
}

function group(file: Writer, tree: Tree): number {
  const names = Object.keys(tree).sort()
  const addresses = names.map((name) => {
    const one = tree[name]
    return 'values' in one && 'shape' in one ? array(file, one as never) : group(file, one as Tree)
  })
  const encoded = names.map((name) => text.encode(`${name}\0`))
  const offsets: number[] = []
  let length = 8
  for (const name of encoded) {
    offsets.push(length)
    length += Math.ceil(name.length / 8) * 8
  }
  const heap = file.reserve(32)
  const data = file.reserve(length)
  file.put(heap, text.encode('HEAP'))
  file.u64(heap + 8, length)
  file.u64(heap + 24, data)
  encoded.forEach((name, i) => {
    file.put(data + offsets[i], name)
  })
  const node = file.reserve(8 + names.length * 40)
  file.put(node, text.encode('SNOD'))
  file.bytes[node + 4] = 1
  file.u16(node + 6, names.length)
  names.forEach((_, i) => {
    file.u64(node + 8 + i * 40, offsets[i])
    file.u64(node + 16 + i * 40, addresses[i])
  })
  const btree = file.reserve(24 + 24)
  file.put(btree, text.encode('TREE'))
  file.u16(btree + 6, names.length > 0 ? 1 : 0)
  file.u64(btree + 32, node)
  const table = numbers(16, (view) => {
    view.setBigUint64(0, BigInt(btree), true)
    view.setBigUint64(8, BigInt(heap), true)
  })
  const own = Object.entries(tree[attributes] ?? {}).map(([name, values]) => attribute(name, values))
  return header(file, [[17, table], ...own])
}

function array(
  file: Writer,
  { shape, values, bytes = 4 }: { shape: number[]; values: ArrayLike<number>; bytes?: 2 | 4 | 8 },
) {
  const at = file.reserve(values.length * bytes)
  const view = file.view
  for (let i = 0; i < values.length; ++i) {
    if (bytes === 8) view.setFloat64(at + i * 8, values[i], true)
    else if (bytes === 4) view.setFloat32(at + i * 4, values[i], true)
    else view.setUint16(at + i * 2, half(values[i]), true)
  }
  const layout = numbers(18, (data) => {
    data.setUint8(0, 3)
    data.setUint8(1, 1)
    data.setBigUint64(2, BigInt(at), true)
    data.setBigUint64(10, BigInt(values.length * bytes), true)
  })
  return header(file, [
    [1, space(shape)],
    [3, floatType(bytes)],
    [8, layout],
  ])
}

/** The bytes of a file with the groups and arrays of the tree. */
export function writeHdf5(tree: Tree): Uint8Array {
  const file = new Writer()
  file.reserve(96)
  file.put(0, Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a))
  file.bytes[13] = 8
  file.bytes[14] = 8
  const root = group(file, tree)
  file.u64(24 + 16, file.length)
  file.u64(24 + 24, 2 ** 32 - 1)
  file.u64(24 + 40, root)
  return file.bytes.slice(0, file.length)
}
