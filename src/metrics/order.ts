// The order of scores, by the digits of their bits: a comparison sort of a million takes a second and a half, and cannot
// pause.

import type { Slices } from '../base/pace.ts'
import { inSpans } from './spans.ts'

const DIGIT = 11
const BUCKETS = 1 << DIGIT
const ALL_BUT_SIGN = 0x7fffffff

function areSingle(values: Float64Array, from: number, to: number): boolean {
  for (let i = from; i < to; ++i) if (Math.fround(values[i]) !== values[i]) return false
  return true
}

/** Words of bits of each value that, read as whole numbers, ascend as the values descend: high alone where low is empty. */
function setKeys(values: Float64Array, low: Uint32Array, high: Uint32Array, from: number, to: number): void {
  const float = low.length > 0 ? new Float64Array(1) : new Float32Array(1)
  // Every engine that runs WebAssembly is little-endian: the sign is in the last word.
  const words = new Int32Array(float.buffer)
  const last = words.length - 1
  for (let i = from; i < to; ++i) {
    // −0 is 0.
    float[0] = values[i] + 0
    const isNegative = words[last] < 0
    high[i] = isNegative ? words[last] : ~words[last] & ALL_BUT_SIGN
    if (last > 0) low[i] = isNegative ? words[0] : ~words[0]
  }
}

function* keysOf(values: Float64Array): Slices<readonly Uint32Array[]> {
  let single = true
  yield* inSpans(values.length, (from, to) => {
    single &&= areSingle(values, from, to)
  })
  const low = new Uint32Array(single ? 0 : values.length)
  const high = new Uint32Array(values.length)
  yield* inSpans(values.length, (from, to) => setKeys(values, low, high, from, to))
  return single ? [high] : [low, high]
}

/** What a pass of the sort works on: one digit of every key. */
interface SortPass {
  readonly keys: Uint32Array
  readonly shift: number
  readonly rows: Uint32Array
  readonly sorted: Uint32Array
  /** Of each digit: how many rows have it, and then where the next of them goes. */
  readonly places: Uint32Array
}

function count({ keys, shift, rows, places }: SortPass, from: number, to: number): void {
  for (let i = from; i < to; ++i) places[(keys[rows[i]] >>> shift) & (BUCKETS - 1)] += 1
}

function place({ keys, shift, rows, sorted, places }: SortPass, from: number, to: number): void {
  for (let i = from; i < to; ++i) {
    const row = rows[i]
    const digit = (keys[row] >>> shift) & (BUCKETS - 1)
    sorted[places[digit]] = row
    places[digit] += 1
  }
}

function addUp(places: Uint32Array): void {
  for (let d = 0, sum = 0; d < BUCKETS; ++d) {
    const own = places[d]
    places[d] = sum
    sum += own
  }
}

/**
 * The rows in the order of their values, the largest first, equal ones as they came: a radix sort, of three passes where all
 * are float32 and six otherwise. rows is written over. Yields now and then.
 */
export function* descending(values: Float64Array, rows: Uint32Array): Slices<Uint32Array> {
  let unsorted = rows
  let sorted: Uint32Array = new Uint32Array(rows.length)
  for (const keys of yield* keysOf(values)) {
    for (let shift = 0; shift < 32; shift += DIGIT) {
      const pass = { keys, shift, rows: unsorted, sorted, places: new Uint32Array(BUCKETS) }
      yield* inSpans(rows.length, (from, to) => count(pass, from, to))
      addUp(pass.places)
      yield* inSpans(rows.length, (from, to) => place(pass, from, to))
      ;[unsorted, sorted] = [sorted, unsorted]
    }
  }
  return unsorted
}
