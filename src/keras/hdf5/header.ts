// The header of an object, version 1: a list of messages that say what it is (HDF5 File Format Specification 3.0, IV.A.1.a).
//
//   version 1 │ 0 │ messages │ references │ bytes │ 4 bytes │ messages: type │ size │ flags │ 3 bytes │ data
//   1         │ 1 │ 2        │ 4          │ 4     │         │           2    │ 2    │ 1     │         │ size

import { type Bytes, refuse } from './bytes.ts'

export const DATASPACE = 1
export const DATATYPE = 3
export const LAYOUT = 8
export const FILTERS = 11
export const ATTRIBUTE = 12
export const SYMBOL_TABLE = 17
const LINK_INFO = 2
const LINK = 6
const CONTINUATION = 16
const LINKS = "a group of links, as names beyond ASCII and libver='latest' make them"

/** Of a group's or a dataset's header: far beyond what anything that is written has. */
const MOST_MESSAGES = 4096

export interface Message {
  readonly type: number
  readonly at: number
  readonly size: number
}

/** What one block of the header may still hold. */
interface Block {
  readonly at: number
  readonly size: number
}

/** The messages of the object whose header is at `address`. */
export function messagesOf(file: Bytes, address: number): Message[] {
  if (file.u8(address) !== 1) {
    refuse(
      `an object header of version 1 at byte ${address}, as h5py and Keras write them`,
      file.u8(address) === 0x4f ? 'one of version 2' : `version ${file.u8(address)}`,
    )
  }
  const count = file.u16(address + 2)
  if (count > MOST_MESSAGES) refuse(`at most ${MOST_MESSAGES} messages at byte ${address}`, `${count}`)
  const messages: Message[] = []
  const blocks: Block[] = [{ at: address + 16, size: file.u32(address + 8) }]
  let read = 0
  for (const { at: from, size } of blocks) {
    file.check(from, size)
    for (let at = from; read < count && at + 8 <= from + size; ++read) {
      const type = file.u16(at)
      const length = file.u16(at + 2)
      const isShared = (file.u8(at + 4) & 2) !== 0
      if (at + 8 + length > from + size) refuse(`a message within its header at byte ${at}`, 'a longer one')
      if (type === LINK || type === LINK_INFO) {
        refuse('groups of symbol tables, as h5py and Keras write them', LINKS)
      }
      if (isShared && (type === DATASPACE || type === DATATYPE))
        refuse('types within a header', 'a shared one')
      // Each continuation is a message itself, so that there are no more blocks than messages.
      if (type === CONTINUATION) blocks.push({ at: file.u64(at + 8), size: file.u64(at + 16) })
      messages.push({ type, at: at + 8, size: length })
      at += 8 + length
    }
  }
  return messages
}

/** The only message of the type, or undefined. Throws FormatError where there are several. */
export function only(messages: readonly Message[], type: number): Message | undefined {
  const found = messages.filter((one) => one.type === type)
  if (found.length > 1) refuse(`one message of type ${type} in a header`, `${found.length}`)
  return found[0]
}
