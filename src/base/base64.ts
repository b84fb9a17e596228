// Bytes as text in base64 (https://www.rfc-editor.org/rfc/rfc4648#section-4): not every engine has atob and btoa.

interface NodeBuffer {
  from(text: string, encoding: 'base64'): Uint8Array
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

// Pieces of a text are joined, as a text that grows by characters is a tree of them.
const PIECE = 4096

/** The bytes in base64. */
export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = []
  let piece = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const word = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    piece +=
      ALPHABET[word >> 18] + ALPHABET[(word >> 12) & 63] + ALPHABET[(word >> 6) & 63] + ALPHABET[word & 63]
    if (piece.length >= PIECE) {
      pieces.push(piece)
      piece = ''
    }
  }
  const text = pieces.join('') + piece
  const missing = (3 - (bytes.length % 3)) % 3
  return text.slice(0, text.length - missing) + '='.repeat(missing)
}

/** The bytes of a base64 text. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const { Buffer } = globalThis as { Buffer?: NodeBuffer }
  // Ten times as fast as atob (Node 20), which would add some milliseconds to the start of every process.
  if (Buffer) return new Uint8Array(Buffer.from(text, 'base64'))
  const digits = text.replace(/=+$/, '')
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4))
  const values = new Uint8Array(128)
  for (let i = 0; i < 64; ++i) values[ALPHABET.charCodeAt(i)] = i
  let [bits, word, length] = [0, 0, 0]
  for (let at = 0; at < digits.length; ++at) {
    word = ((word << 6) | values[digits.charCodeAt(at)]) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[length++] = (word >> bits) & 255
  }
  return bytes
}
