// Bytes from the text that a module of JavaScript holds them as.

interface NodeBuffer {
  from(text: string, encoding: 'base64'): Uint8Array
}

/** The bytes of a base64 text. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const { Buffer } = globalThis as { Buffer?: NodeBuffer }
  // Ten times as fast as atob (Node 20), which would add some milliseconds to the start of every process.
  if (Buffer) return new Uint8Array(Buffer.from(text, 'base64'))
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < bytes.length; ++i) bytes[i] = binary.charCodeAt(i)
  return bytes
}
