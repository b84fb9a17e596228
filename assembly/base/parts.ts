// How the parts of a step divide its work: where a part begins; its end is where the next one does.

import { LANES, PACK_BLOCK, PAIRED, PANEL } from '../abi/layout'
import { padded } from './panels'

/** Where part `part` of `parts` begins in `count` things; its end is where the next one begins. */
@inline
export function beginOf(part: i32, parts: i32, count: i32): i32 {
  return parts == 1 ? part * count : <i32>((<i64>count * <i64>part) / <i64>parts)
}

/** The first of this part's columns, of n: whole panels, or pairs of them. */
@inline
export function firstUnitOf(part: i32, parts: i32, n: i32, tiles: i32): i32 {
  const group = tiles & PAIRED ? 2 * PANEL : PANEL
  return min(padded(n), beginOf(part, parts, (n + group - 1) / group) * group)
}

/**
 * The first of this part's rows of W, of k, in fours: on the border of a block of gemmTN, unless the longest part would be
 * more than a third longer than the mean. A step of 1024-2048-2048-1024 in 9 parts packed δ 27% more often without.
 */
@inline
export function firstBlockOf(part: i32, parts: i32, k: i32): i32 {
  const fours = padded(k) / LANES
  const blocks = (k + PACK_BLOCK - 1) / PACK_BLOCK
  const longest = (blocks + parts - 1) / parts * PACK_BLOCK
  if (3 * longest * parts > 4 * k) return beginOf(part, parts, fours)
  return min(fours, beginOf(part, parts, blocks) * (PACK_BLOCK / LANES))
}
