// The version of the formats that nabla has of its own, and which others it reads: those of the same major version. A newer minor
// version may have keys that are not known here, and says by it that a reader may leave them out.

import { FormatError, shown } from '../base/errors.ts'

const MAJOR = 1
const MINOR = 0

/** What is written. */
export const FORMAT_VERSION = `${MAJOR}.${MINOR}`

/** Whether the version is newer than this one, and may have more keys. Throws FormatError for one that cannot be read. */
export function isNewer(version: unknown, name: string): boolean {
  const [, major, minor] = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/.exec(`${version}`) ?? []
  if (typeof version !== 'string' || major === undefined) {
    throw new FormatError(`${name}: expected a version such as "${FORMAT_VERSION}", got ${shown(version)}`)
  }
  if (Number(major) === MAJOR) return Number(minor) > MINOR
  throw new FormatError(
    `${name}: expected version ${MAJOR} of the format, got ${version}` +
      (Number(major) > MAJOR ? ', which a newer version of nabla has written' : ''),
  )
}
