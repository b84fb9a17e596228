// HDF5 as h5py writes it unless it is told otherwise, and so Keras: groups of symbol tables, arrays in one piece. What else
// there is in the format (chunks, filters, links, headers of version 2) is refused by its name.
//
//   superblock ─▶ header of the root ─▶ B-tree ─▶ symbol nodes ─▶ headers of groups and arrays ─▶ data
//                                    └▶ heap with the names
//
// Written here because the subset is small: 500 lines, all of whose addresses and sizes are checked, with errors that say where. jsfive 0.4.2 is
// 190 KB and answers a damaged file by a bare string or a TypeError; h5wasm is the C library, megabytes of WebAssembly with a file
// system of its own. Nobody has to install anything, and a bundler has nothing to resolve. The specification: HDF5 File Format 3.0,
// https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html

import { Bytes, refuse } from './bytes.ts'
import {
  ATTRIBUTE,
  DATASPACE,
  DATATYPE,
  FILTERS,
  LAYOUT,
  type Message,
  messagesOf,
  only,
  SYMBOL_TABLE,
} from './header.ts'
import { type Datatype, dataspaceOf, datatypeOf, elementsOf, floatsOf, textsOf } from './values.ts'

export interface Hdf5Array {
  readonly shape: number[]
  /** Row-major. */
  readonly values: Float32Array
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

interface State {
  readonly file: Bytes
  /** Nodes of trees that were read: one that comes again would make a small file a large tree, or an endless one. */
  readonly nodes: Set<number>
  /** By the address of a group's tree: what is in it. */
  readonly links: Map<number, ReadonlyMap<string, number>>
  /** [begin, end) of the arrays that were read, which may not overlap: what comes out is no more than what is in the file. */
  readonly taken: [number, number][]
}

export class Hdf5Group {
  readonly #state: State
  readonly #path: string
  readonly #messages: readonly Message[]
  /** @internal */
  constructor(state: State, path: string, messages: readonly Message[]) {
    this.#state = state
    this.#path = path
    this.#messages = messages
  }

  #read(): ReadonlyMap<string, number> {
    const { file, links } = this.#state
    const table = only(this.#messages, SYMBOL_TABLE)
    if (!table) return refuse(`a group at ${this.#path || '/'}`, 'something else')
    const tree = file.u64(table.at)
    const found = links.get(tree) ?? linksOf(this.#state, tree, file.u64(table.at + 8))
    links.set(tree, found)
    return found
  }

  /** Names of the groups and arrays in it. */
  get names(): string[] {
    return [...this.#read().keys()]
  }

  #messagesAt(name: string): readonly Message[] | undefined {
    const address = this.#read().get(name)
    return address === undefined ? undefined : messagesOf(this.#state.file, address)
  }

  /** The group of that name, or undefined where there is none; by several names one in another. */
  group(...names: string[]): Hdf5Group | undefined {
    let group: Hdf5Group = this
    for (const name of names) {
      const messages = group.#messagesAt(name)
      if (!messages || !only(messages, SYMBOL_TABLE)) return undefined
      group = new Hdf5Group(this.#state, `${group.#path}/${name}`, messages)
    }
    return group
  }

  /** The array of that name, or undefined where there is none. Throws FormatError for one that holds no floats. */
  array(name: string): Hdf5Array | undefined {
    const messages = this.#messagesAt(name)
    if (!messages) return undefined
    const path = `${this.#path}/${name}`
    const { file, taken } = this.#state
    const [space, type, layout] = [DATASPACE, DATATYPE, LAYOUT].map((one) => only(messages, one))
    if (!space || !type || !layout) return refuse(`an array at ${path}`, 'something else')
    if (only(messages, FILTERS)) refuse(`an array without filters at ${path}`, 'a compressed one')
    const shape = dataspaceOf(file, space)
    const datatype = datatypeOf(file, type)
    const bytes = elementsOf(shape) * datatype.size
    const [at, stored] = placeOf(file, layout, path)
    if (stored < bytes) refuse(`${bytes} bytes at ${path}`, `${stored}`)
    file.check(at, bytes)
    if (bytes > 0 && taken.some(([from, to]) => at < to && at + bytes > from)) {
      refuse(`bytes of its own at ${path}`, 'those of another array')
    }
    taken.push([at, at + bytes])
    return { shape, values: floatsOf(file.slice(at, bytes), datatype, path) }
  }

  /** The texts of an attribute, one or several; undefined where there is none. */
  texts(name: string): string[] | undefined {
    const { file } = this.#state
    for (const { type, at, size } of this.#messages) {
      if (type !== ATTRIBUTE) continue
      const found = attributeAt(file, at, size)
      if (found.name === name) return textsOf(file, found.data, found.datatype)
    }
    return undefined
  }
}

/** Where an array is, and how many bytes are there. */
function placeOf(file: Bytes, { at, size }: Message, path: string): [at: number, bytes: number] {
  const version = file.u8(at)
  const kind = file.u8(at + 1)
  if (version !== 3 && version !== 4) refuse('a layout of version 3 or 4', `version ${version}`)
  if (kind === 0) {
    const bytes = file.u16(at + 2)
    if (4 + bytes > size) refuse(`an array within its header at ${path}`, 'a longer one')
    return [at + 4, bytes]
  }
  if (kind !== 1) refuse(`an array in one piece at ${path}`, kind === 2 ? 'one in chunks' : `layout ${kind}`)
  const address = file.u64(at + 2)
  // All ones stand for an array of which nothing was written.
  return address >= 2 ** 63 ? [0, 0] : [address, file.u64(at + 10)]
}

interface Attribute {
  readonly name: string
  readonly datatype: Datatype
  readonly data: Uint8Array
}

/** Version 1: version │ 0 │ sizes of name, type, space: 2 each │ these, each padded to 8 bytes │ data. 3 has a byte more, and no
 * padding (IV.A.2.m). */
function attributeAt(file: Bytes, at: number, size: number): Attribute {
  const version = file.u8(at)
  if (version !== 1 && version !== 3) refuse('an attribute of version 1 or 3', `version ${version}`)
  const padded = (bytes: number) => (version === 1 ? Math.ceil(bytes / 8) * 8 : bytes)
  const sizes = [2, 4, 6].map((offset) => file.u16(at + offset))
  const nameAt = at + (version === 1 ? 8 : 9)
  const typeAt = nameAt + padded(sizes[0])
  const spaceAt = typeAt + padded(sizes[1])
  const dataAt = spaceAt + padded(sizes[2])
  const end = at + size
  if (dataAt > end) refuse(`an attribute within its message at byte ${at}`, 'a longer one')
  const name = file.text(nameAt, sizes[0]).split('\0')[0]
  const elements = elementsOf(dataspaceOf(file, { type: DATASPACE, at: spaceAt, size: sizes[2] }))
  // Other attributes may be of types that are not read here. A list of no texts is one of floats in what Keras writes.
  const isText = [3, 9].includes(file.u8(typeAt) & 15)
  if (!isText || elements === 0) {
    const kind = elements === 0 ? 'text' : 'integer'
    return { name, datatype: { kind, size: 0, isSigned: false }, data: new Uint8Array() }
  }
  const datatype = datatypeOf(file, { type: DATATYPE, at: typeAt, size: sizes[1] })
  const bytes = elements * datatype.size
  if (dataAt + bytes > end)
    refuse(`the ${bytes} bytes of the attribute ${JSON.stringify(name)}`, `${end - dataAt}`)
  return { name, datatype, data: file.slice(dataAt, bytes) }
}

/** The names in a group and the addresses of their headers (III.A.1 and III.B to D). */
function linksOf({ file, nodes }: State, tree: number, heap: number): Map<string, number> {
  file.expect('HEAP', heap)
  const namesSize = file.u64(heap + 8)
  const namesAt = file.u64(heap + 24)
  const names = file.slice(namesAt, namesSize)
  const links = new Map<string, number>()

  const visit = (at: number) => {
    if (nodes.has(at)) refuse('a tree of groups', `one whose node at byte ${at} is there twice`)
    nodes.add(at)
  }
  const symbols = (at: number) => {
    visit(at)
    file.expect('SNOD', at)
    const count = file.u16(at + 6)
    file.check(at + 8, count * 40)
    for (let i = 0; i < count; ++i) {
      const entry = at + 8 + i * 40
      const from = file.u64(entry)
      const end = from < names.length ? names.indexOf(0, from) : -1
      if (end < 0) refuse(`a name in the heap at byte ${heap}`, `one at ${from}`)
      const name = file.text(namesAt + from, end - from)
      if (file.u32(entry + 16) === 2) refuse(`a group or an array as ${JSON.stringify(name)}`, 'a link')
      if (links.has(name)) refuse('names that differ', `${JSON.stringify(name)} twice`)
      links.set(name, file.u64(entry + 8))
    }
  }
  /** level: undefined for that of the root. */
  const node = (at: number, level: number | undefined) => {
    visit(at)
    file.expect('TREE', at)
    const own = file.u8(at + 5)
    if (file.u8(at + 4) !== 0 || (level !== undefined && own !== level)) refuse('a tree of groups', 'another')
    const count = file.u16(at + 6)
    file.check(at + 24, count * 16 + 8)
    for (let i = 0; i < count; ++i) {
      const child = file.u64(at + 32 + i * 16)
      if (own === 0) symbols(child)
      else node(child, own - 1)
    }
  }
  node(tree, undefined)
  return links
}

/** Returns the root group of an HDF5 file. Throws FormatError. */
export function readHdf5(bytes: Uint8Array): Hdf5Group {
  const file = new Bytes(bytes)
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
    refuse('the signature 89 48 44 46 0d 0a 1a 0a', `${bytes.length} other bytes`)
  }
  const version = file.u8(8)
  if (version > 1) refuse('a superblock of version 0 or 1, as h5py and Keras write it', `version ${version}`)
  if (file.u8(13) !== 8 || file.u8(14) !== 8) refuse('addresses and lengths of 8 bytes', 'others')
  const at = version === 0 ? 24 : 28
  if (file.u64(at) !== 0) refuse('a base address of 0', `${file.u64(at)}`)
  // Base, free space, end and driver; then the root's entry: offset of its name, address of its header.
  const root = file.u64(at + 40)
  return new Hdf5Group({ file, nodes: new Set(), links: new Map(), taken: [] }, '', messagesOf(file, root))
}
