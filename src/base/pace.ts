import { now } from './clock.ts'

// Long work in slices, so that the event loop gets its turns: work is a generator that yields wherever it may pause.

/** Work that may pause at each yield. */
export type Slices<T> = Generator<unknown, T, unknown>

/** Milliseconds of work between two turns of the event loop. */
export const SLICE_MS = 15

/** Values copied or scanned between two chances to pause: about a millisecond of work. */
export const VALUES_AT_ONCE = 1 << 19

/** Calls `work` with consecutive ranges of the rows, and may pause between them. */
export function* inChunks(
  rows: number,
  columns: number,
  work: (from: number, to: number) => void,
): Slices<void> {
  const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / columns))
  for (let from = 0; from < rows; from += rowsAtOnce) {
    work(from, Math.min(from + rowsAtOnce, rows))
    yield
  }
}

/** Resolves after the event loop had a turn: timers, input and I/O that were due have run. */
function turn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown }
  return new Promise((resolve) => {
    if (setImmediate) {
      setImmediate(resolve)
      return
    }
    if (typeof MessageChannel === 'undefined') {
      // An engine alone, with no event loop that could be kept waiting, may have no timers either.
      if (typeof setTimeout === 'undefined') resolve()
      else setTimeout(resolve, 0)
      return
    }
    // In a page: a message is a task of its own, without the 4 ms that nested timers are held back.
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}

/** Runs the work to its end without a pause. */
export function runNow<T>(work: Slices<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'

/** Yielded where the work may pause but not be aborted: what it has begun must be finished first. */
export const MIDWAY = Symbol('midway')

/** The same work, not to be aborted at its yields: a cleanup must not stop halfway. */
export function* toItsEnd<T>(work: Slices<T>): Slices<T> {
  let step = work.next()
  while (!step.done) {
    let answer: unknown
    try {
      answer = yield isThenable(step.value) ? new Owed(step.value) : MIDWAY
    } catch (error) {
      step = work.throw(error)
      continue
    }
    step = work.next(answer)
  }
  return step.value
}

/** Yielded for a promise after which the work may not end: what comes of it must be put in order first. */
export class Owed {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

/** Yielded for a value from outside, which may never settle: an abort does not wait for it. */
export class Foreign {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

/** Settles as the value does, or rejects with the signal's reason if that is aborted first. */
function orAborted(value: PromiseLike<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
  if (!signal) return Promise.resolve(value)
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener?.('abort', abort)
    const settled = () => signal.removeEventListener?.('abort', abort)
    Promise.resolve(value).then(resolve, reject).finally(settled)
  })
}

/**
 * Runs the work, with a turn of the event loop every SLICE_MS. What the work yields is awaited and handed back to it; a
 * rejection is thrown into it. `check` is called after each yield except MIDWAY; if it throws, the error is thrown into
 * the work at that yield, which cleans up, in slices too, and rethrows it.
 */
export async function runPaced<T>(work: Slices<T>, check: () => void, signal?: AbortSignal): Promise<T> {
  let from = now()
  let answer: unknown
  let lost: { readonly reason: unknown } | undefined
  let ends = false
  for (;;) {
    const { done, value } = lost ? work.throw(lost.reason) : work.next(answer)
    if (done) return value
    lost = undefined
    answer = undefined
    try {
      const awaited = value instanceof Foreign || value instanceof Owed ? value.value : value
      if (isThenable(awaited))
        answer = await (value instanceof Foreign ? orAborted(awaited, signal) : awaited)
      else answer = awaited
    } catch (reason) {
      lost = { reason }
      continue
    }
    if (now() - from >= SLICE_MS) {
      await turn()
      from = now()
    }
    if (ends || value === MIDWAY || value instanceof Owed) continue
    try {
      check()
    } catch (reason) {
      lost = { reason }
      ends = true
    }
  }
}
