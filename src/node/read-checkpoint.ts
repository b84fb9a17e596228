import { FormatError, shown } from '../base/errors.ts'
import { previousPath, readBytes } from '../files/atomic.ts'
import { decodeCheckpoint } from '../formats/checkpoint.ts'

/**
 * Returns the bytes of a checkpoint file for `Network.resume`: those of the file, or, where it is missing or not whole, those
 * of the one before, `<file>.previous`, beside the file itself where that is a link. Rejects with FormatError where neither is whole, and with the system's error where
 * there is no file.
 */
export async function readCheckpoint(file: string): Promise<Uint8Array> {
  if (typeof file !== 'string') throw new FormatError(`file: expected a path, got ${shown(file)}`)
  let first: unknown
  for (const path of [file, await previousPath(file)]) {
    try {
      const bytes = await readBytes(path)
      decodeCheckpoint(bytes)
      return bytes
    } catch (error) {
      first ??= error
    }
  }
  throw first
}
