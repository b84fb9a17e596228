// UTF-8, where the engine has no TextEncoder or TextDecoder too, such as Hermes: what ECMAScript has for addresses is as
// strict, though slower.

// Bytes brought to text at once: a call takes so many arguments.
const PIECE = 4096

/** The text in UTF-8; half a pair of surrogates becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (typeof TextEncoder !== 'undefined') return new TextEncoder().encode(text)
  const escaped = encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'))
  const bytes = new Uint8Array(escaped.length)
  let length = 0
  for (let at = 0; at < escaped.length; ++at) {
    const isByte = escaped[at] === '%'
    bytes[length++] = isByte ? Number.parseInt(escaped.slice(at + 1, at + 3), 16) : escaped.charCodeAt(at)
    if (isByte) at += 2
  }
  return bytes.slice(0, length)
}

/** The text of bytes in UTF-8, with the mark of byte order if there is one. Throws where they are none. */
export function decodeUtf8(bytes: Uint8Array): string {
  if (typeof TextDecoder !== 'undefined') {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  }
  const pieces: string[] = []
  for (let from = 0; from < bytes.length; from += PIECE) {
    const piece = Array.from(bytes.subarray(from, from + PIECE), (byte) =>
      byte < 128 && byte !== PERCENT ? String.fromCharCode(byte) : `%${byte.toString(16)}`,
    )
    pieces.push(piece.join(''))
  }
  return decodeURIComponent(pieces.join(''))
}

const PERCENT = 37
