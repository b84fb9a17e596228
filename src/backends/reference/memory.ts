import type { Floats } from '../../base/floats.ts'
import type { Callbacks } from '../callbacks.ts'

/**
 * The reference backend's arena: floats, and integers over the same bytes. In float64 an element is 8 bytes wide, so
 * integer i of the arena stands at ints[i << shift].
 */
export interface Memory {
  readonly floats: Floats
  readonly ints: Int32Array
  readonly shift: 0 | 1
  /** What its tapes call of the user's own. */
  readonly callbacks: Callbacks | undefined
}

/** Throws RangeError where there is no memory for it. */
export function makeMemory(
  elements: number,
  precision: 'float32' | 'float64',
  callbacks?: Callbacks,
): Memory {
  const floats = precision === 'float64' ? new Float64Array(elements) : new Float32Array(elements)
  return { floats, ints: new Int32Array(floats.buffer), shift: precision === 'float64' ? 1 : 0, callbacks }
}
