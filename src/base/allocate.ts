// Large arrays, for which there may be no memory.

import { BackendError } from './errors.ts'

/** What `make` makes, which takes so many bytes. Throws BackendError, which says what it was for, where the engine has none. */
export function allocate<T>(what: string, bytes: number, make: () => T): T {
  try {
    return make()
  } catch (cause) {
    const megabytes = Math.ceil(bytes / 2 ** 20)
    throw new BackendError(`${what} needs ${megabytes} MB, and the engine gave none`, { cause })
  }
}
