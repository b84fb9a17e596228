// UTF-8, where the engine has no TextEncoder or TextDecoder too, such as Hermes: what ECMAScript has for addresses is as
// strict, though slower.

/** The text in UTF-8; half a pair of surrogates becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (typeof TextEncoder !== 'undefined') return new TextEncoder().encode(text)
  const escaped = encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'))
  return Uint8Array.from(escaped.match(/%..|./g) ?? [], (one) =>
    one.length > 1 ? Number(`0x${one.slice(1)}`) : one.charCodeAt(0),
  )
}

/** The text of bytes in UTF-8, with the mark of byte order if there is one. Throws where they are none. */
export function decodeUtf8(bytes: Uint8Array): string {
  if (typeof TextDecoder !== 'undefined') {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  }
  const escaped = Array.from(bytes, (byte) => `%${byte > 15 ? '' : 0}${byte.toString(16)}`)
  return decodeURIComponent(escaped.join(''))
}
