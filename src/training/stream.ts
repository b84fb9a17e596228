// Data that come in parts.

import type { DataStream } from '../model/options.ts'

/** True for what gives data bit by bit: no `{ x, y }`. */
export function isStream(value: unknown): value is DataStream {
  if (typeof value === 'function') return true
  if (typeof value !== 'object' || value === null) return false
  try {
    return !('x' in value && 'y' in value) && (Symbol.asyncIterator in value || Symbol.iterator in value)
  } catch {
    // A proxy that is revoked.
    return false
  }
}
