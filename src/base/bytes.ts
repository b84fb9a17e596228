// Bytes as callers have them.

const byteLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')!.get!

/**
 * The bytes of a Uint8Array or an ArrayBuffer, not a copy; undefined for anything else. Those of another realm, such as a frame,
 * are no instances of this one's classes.
 */
export function bytesOf(source: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(source)) {
    return Object.prototype.toString.call(source) === '[object Uint8Array]'
      ? (source as Uint8Array)
      : undefined
  }
  try {
    byteLength.call(source)
    return new Uint8Array(source as ArrayBuffer)
  } catch {
    // No ArrayBuffer, or one that was transferred.
    return undefined
  }
}
