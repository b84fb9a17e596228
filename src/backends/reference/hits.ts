// The hits of assembly/rows/hits.ts in plain JavaScript.

import * as Hits from '../../../assembly/abi/hits.ts'
import type { Floats } from '../../base/floats.ts'

/** As in assembly/rows/hits.ts: the first of the largest; −1 where they reach to infinity or have NaN among them. */
function argmax(floats: Floats, at: number, n: number): number {
  let best = 0
  let largest = floats[at]
  let least = largest
  for (let j = 1; j < n; ++j) {
    if (floats[at + j] > largest) best = j
    largest = Math.max(largest, floats[at + j])
    least = Math.min(least, floats[at + j])
  }
  return largest - least < Number.POSITIVE_INFINITY ? best : -1
}

/** The hit of one row, as in assembly/rows/hits.ts. */
export function hitsRow(
  floats: Floats,
  out: number,
  y: number,
  n: number,
  mode: number,
  threshold: number,
): number {
  if (mode === Hits.ARGMAX) {
    const best = argmax(floats, out, n)
    return best >= 0 && best === argmax(floats, y, n) ? 1 : 0
  }
  if (mode !== Hits.THRESHOLD) throw new Error(`there is no hit mode ${mode}`)
  let right = 0
  for (let j = 0; j < n; ++j) {
    const value = floats[out + j]
    if (Number.isFinite(value) && value >= threshold === floats[y + j] >= 0.5) right += 1
  }
  return right / n
}
