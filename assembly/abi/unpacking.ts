// The memory of unpack.ts: where JavaScript puts the text, and where it finds the binary. In bytes.

export const TEXT = 0x50000
export const PACKED = 0x60000
export const BINARY = 0x80000
/** Pages in all. */
export const PAGES = 12
