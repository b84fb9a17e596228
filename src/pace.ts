// Long work in slices: the work is a generator that yields wherever it may be interrupted, and the pace decides
// whether the event loop gets a turn there.

/** Work that may pause at each yield; a promise that it yields is awaited, and its value is handed back. */
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

/** Runs the work with the event loop free every SLICE_MS; `check` is called after each turn and may throw. */
export async function runPaced<T>(work: Slices<T>, check: () => void): Promise<T> {
  let from = performance.now()
  let answer: unknown
  try {
    for (;;) {
      const { done, value } = work.next(answer)
      if (done) return value
      answer = undefined
      if (value instanceof Promise) answer = await value
      else if (performance.now() - from < SLICE_MS) continue
      else await turn()
      check()
      from = performance.now()
    }
  } finally {
    // Where something threw between two slices, the work gets to put its things in order.
    work.return(undefined as T)
  }
}
