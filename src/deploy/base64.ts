// Numbers as text for JavaScript: not every engine has btoa, and none of them takes 32-bit numbers.

export const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

// Pieces of a text are joined, as a text that grows by characters is a tree of them.
const PIECE = 4096

/** The numbers as little-endian float32 in base64, zeros added until they fill whole characters. */
export function toBase64(numbers: ArrayLike<number>): string {
  const bytes = new Uint8Array(12 * Math.ceil(numbers.length / 3))
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < numbers.length; ++i) view.setFloat32(4 * i, numbers[i], true)
  const pieces: string[] = []
  let piece = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const word = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2]
    piece +=
      ALPHABET[word >> 18] + ALPHABET[(word >> 12) & 63] + ALPHABET[(word >> 6) & 63] + ALPHABET[word & 63]
    if (piece.length >= PIECE) {
      pieces.push(piece)
      piece = ''
    }
  }
  return pieces.join('') + piece
}
