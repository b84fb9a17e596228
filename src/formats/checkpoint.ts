// A checkpoint as bytes: everything that a training needs to go on as if it had never stopped.
//
//   8 bytes  'nablaCKP'
//   4 bytes  CRC-32 of all that follows, little-endian
//   4 bytes  length of the header
//   header   JSON in UTF-8, padded with spaces to a multiple of 8 bytes
//   floats   the parameters with what the optimizer keeps of them, then those of the best epoch, as the header counts them

import { allocate } from '../base/allocate.ts'
import { FormatError, shown } from '../base/errors.ts'
import type { Floats } from '../base/floats.ts'
import { runNow, type Slices } from '../base/pace.ts'
import { decodeUtf8, encodeUtf8 } from '../base/utf8.ts'
import { checksum } from './checksum.ts'

/** What the floats of a checkpoint are read by; others cannot read it. */
export const CHECKPOINT_VERSION = 1

const MAGIC = 'nablaCKP'
const HEAD = 16

/** The state of a training besides its floats, as plain data. */
export interface CheckpointHeader {
  readonly version: number
  /** The options that make the network, without functions. */
  readonly options: object
  /** How far the training is. */
  readonly progress: object
}

export interface Checkpoint {
  readonly header: CheckpointHeader
  readonly state: Floats
  readonly best: Floats | undefined
}

interface Sizes {
  /** Bytes of a float: 4, or 8 on the reference backend in float64. */
  readonly bytes: 4 | 8
  readonly state: number
  readonly best: number
}

const bytesOf = (floats: Floats): Uint8Array =>
  new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength)

/** The bytes of a checkpoint. Throws BackendError where there is no memory for them. Yields now and then. */
export function* encodeCheckpoint({ header, state, best }: Checkpoint): Slices<Uint8Array> {
  const sizes: Sizes = {
    bytes: state.BYTES_PER_ELEMENT as 4 | 8,
    state: state.length,
    best: best?.length ?? 0,
  }
  const text = encodeUtf8(JSON.stringify({ ...header, floats: sizes }))
  const headerLength = Math.ceil(text.length / 8) * 8
  const length = HEAD + headerLength + state.byteLength + (best?.byteLength ?? 0)
  const bytes = allocate('a checkpoint', length, () => new Uint8Array(length))
  bytes.set(encodeUtf8(MAGIC))
  const view = new DataView(bytes.buffer)
  view.setUint32(12, headerLength, true)
  bytes.fill(32, HEAD, HEAD + headerLength)
  bytes.set(text, HEAD)
  yield
  bytes.set(bytesOf(state), HEAD + headerLength)
  yield
  if (best) bytes.set(bytesOf(best), HEAD + headerLength + state.byteLength)
  view.setUint32(8, yield* checksum(bytes.subarray(12)), true)
  return bytes
}

const refuse = (what: string): never => {
  throw new FormatError(`checkpoint: ${what}`)
}

type Json = Readonly<Record<string, unknown>>

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const isPlain = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parse(bytes: Uint8Array): Json {
  try {
    const header: unknown = JSON.parse(decodeUtf8(bytes))
    if (isPlain(header)) return header
  } catch {}
  return refuse('expected a header in JSON, an object')
}

function sizesOf({ floats }: Json): Sizes {
  const { bytes, state, best } = isPlain(floats) ? floats : refuse('expected floats in its header, an object')
  if (bytes !== 4 && bytes !== 8) return refuse(`floats.bytes: expected 4 or 8, got ${shown(bytes)}`)
  if (!isSize(state)) return refuse(`floats.state: expected a count, got ${shown(state)}`)
  if (!isSize(best)) return refuse(`floats.best: expected a count, got ${shown(best)}`)
  return { bytes, state, best }
}

const startsWithMagic = (bytes: Uint8Array): boolean =>
  [...MAGIC].every((character, i) => bytes[i] === character.charCodeAt(0))

function headerOf(bytes: Uint8Array): { header: CheckpointHeader; sizes: Sizes; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEAD || !startsWithMagic(bytes)) {
    refuse(`expected the bytes of net.checkpoint(), which begin with '${MAGIC}', got ${bytes.length} others`)
  }
  if (view.getUint32(8, true) !== runNow(checksum(bytes.subarray(12)))) {
    refuse('expected whole bytes, got some whose checksum is wrong: the file is incomplete or was changed')
  }
  const end = HEAD + view.getUint32(12, true)
  if (end > bytes.length) {
    refuse(`expected a header of ${end - HEAD} bytes, as it says, got ${bytes.length - HEAD}`)
  }
  const header = parse(bytes.subarray(HEAD, end))
  if (header.version !== CHECKPOINT_VERSION) {
    refuse(
      `expected version ${CHECKPOINT_VERSION}, got ${shown(header.version)}: it is of another version of nabla, ` +
        'and a checkpoint is only for the one that made it',
    )
  }
  const { options, progress } = header
  if (!isPlain(options)) return refuse(`options: expected an object, got ${shown(options)}`)
  if (!isPlain(progress)) return refuse(`progress: expected an object, got ${shown(progress)}`)
  return { header: { version: CHECKPOINT_VERSION, options, progress }, sizes: sizesOf(header), end }
}

/**
 * What the bytes hold. Throws FormatError for bytes that are no checkpoint, are not whole, or of another version, and
 * BackendError where there is no memory for a copy.
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  // By what it is called: it may come from another realm.
  if (!ArrayBuffer.isView(bytes) || bytes[Symbol.toStringTag] !== 'Uint8Array')
    refuse(`expected a Uint8Array, got ${shown(bytes)}; readCheckpoint() reads files`)
  const { header, sizes: floats, end } = headerOf(bytes)
  if (end + (floats.state + floats.best) * floats.bytes !== bytes.length) {
    refuse(`expected the floats that its header counts, got ${bytes.length - end} bytes of them`)
  }
  const take = (from: number, length: number): Floats => {
    // A copy, because the bytes may begin anywhere.
    const Kind = floats.bytes === 8 ? Float64Array : Float32Array
    const values = allocate('what a checkpoint holds', length * floats.bytes, () => new Kind(length))
    bytesOf(values).set(bytes.subarray(from, from + length * floats.bytes))
    return values
  }
  const state = take(end, floats.state)
  const best = floats.best > 0 ? take(end + floats.state * floats.bytes, floats.best) : undefined
  return { header, state, best }
}
