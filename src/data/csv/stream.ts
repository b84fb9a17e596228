// The text of a stream, piece by piece.

import { bytesOf } from '../../base/bytes.ts'
import { isArray, isObject } from '../../base/check.ts'
import { FormatError, shown } from '../../base/errors.ts'
import type { CsvRows } from './rows.ts'
import { CsvDecoder, type CsvSource } from './text.ts'

/** What is used of a ReadableStream, which not every project has a type of. */
export interface WebStream {
  /** Returns a reader, by which the stream is locked. */
  getReader(): {
    /** Resolves to the next chunk. */
    read(): Promise<{
      /** Whether there is none. */
      done: boolean
      /** The chunk, a text or bytes. */
      value?: unknown
    }>
    /** Says that no more of it will be read. */
    cancel(): Promise<void>
    /** Gives the stream free. */
    releaseLock(): void
  }
}

/** Texts or bytes, cut anywhere: a web stream, one of Node.js, or anything to iterate over. */
export type CsvStream =
  | AsyncIterable<string | Uint8Array>
  | Iterable<string | Uint8Array>
  | WebStream
  | CsvSource

/** Characters that a row of a stream may have, unless an option says otherwise. */
export const MOST_CHARACTERS = 2 ** 24

const isStream = (value: unknown): value is WebStream =>
  isObject(value) && typeof value.getReader === 'function'

/** The chunks of a web stream, for engines where it is not iterable; it is cancelled where no more of them are asked for. */
async function* chunksOf(stream: WebStream): AsyncGenerator<unknown> {
  const reader = stream.getReader()
  let isDone = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      isDone = done
      if (done) return
      yield value
    }
  } finally {
    // A stream that failed refuses, which says nothing new.
    if (!isDone) await reader.cancel().catch(() => {})
    reader.releaseLock()
  }
}

/** What gives the chunks of a source. Throws FormatError where there are none. */
export function iterableOf(source: unknown): AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof source === 'string' || bytesOf(source)) return [source]
  if (isStream(source)) return chunksOf(source)
  if (isObject(source) || isArray(source)) {
    const { [Symbol.asyncIterator]: inTime, [Symbol.iterator]: atOnce } = source as Partial<
      AsyncIterable<unknown> & Iterable<unknown>
    >
    if (typeof inTime === 'function' || typeof atOnce === 'function') return source as Iterable<unknown>
  }
  throw new FormatError(`CSV: expected a text, its bytes or a stream of them, got ${shown(source)}`)
}

/** The pieces of text of the chunks. rows: to name the line in the FormatError that is thrown for other bytes. */
export async function* piecesInTime(
  chunks: AsyncIterable<unknown> | Iterable<unknown>,
  encoding: string,
  rows: CsvRows,
): AsyncGenerator<string> {
  const decoder = new CsvDecoder(encoding)
  for await (const chunk of chunks) {
    const bytes = bytesOf(chunk)
    if (!bytes && typeof chunk !== 'string') {
      throw new FormatError(`CSV: expected chunks of text or bytes, got ${shown(chunk)}`)
    }
    yield* bytes ? decoder.pieces(bytes, rows) : [decoder.end(rows), chunk as string]
  }
  yield decoder.end(rows)
}
