// Long work in slices: the work is a generator that yields wherever it may be interrupted, and the pace decides
// whether the event loop gets a turn there.

/** Work that may pause at each yield. */
export type Slices<T> = Generator<unknown, T, unknown>

/** Milliseconds of work between two turns of the event loop. */
export const SLICE_MS = 15

/** Resolves after the event loop had a turn: timers, input and I/O that were due have run. */
function turn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown }
  return new Promise((resolve) => {
    if (setImmediate) {
      setImmediate(resolve)
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

/** Yielded where the work may pause but not end: what it has begun must be finished first. */
export const MIDWAY = Symbol('midway')

/**
 * Runs the work with the event loop free every SLICE_MS. Whatever the work yields is awaited and handed back
 * to it, or thrown where it was rejected.
 * `check` is called after each yield but MIDWAY, and ends the work by throwing.
 */
export async function runPaced<T>(work: Slices<T>, check: () => void): Promise<T> {
  let from = performance.now()
  let answer: unknown
  let lost: { readonly reason: unknown } | undefined
  try {
    for (;;) {
      const { done, value } = lost ? work.throw(lost.reason) : work.next(answer)
      if (done) return value
      lost = undefined
      try {
        answer = isThenable(value) ? await value : value
      } catch (reason) {
        // The work is told where it stands, and may end in order.
        lost = { reason }
        continue
      }
      if (performance.now() - from >= SLICE_MS) {
        await turn()
        from = performance.now()
      }
      if (value !== MIDWAY) check()
    }
  } finally {
    // Where something threw between two slices, the work gets to put its things in order.
    work.return(undefined as T)
  }
}
