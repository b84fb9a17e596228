import { vi } from 'vitest'
import { SLICE_MS } from '../../src/base/pace.ts'

/**
 * What the work returns, on a clock that shows two slices more at each look: it pauses wherever it may, however quick this
 * machine is.
 */
export async function onSlowClock<T>(work: () => Promise<T>): Promise<T> {
  let clock = 0
  const time = vi.spyOn(performance, 'now').mockImplementation(() => {
    clock += 2 * SLICE_MS
    return clock
  })
  try {
    return await work()
  } finally {
    time.mockRestore()
  }
}
