// The masks of dropout as docs/layers.md has them. They share no line with nabla.

import { textbookPhilox } from '../textbook.ts'

const WORD = 2 ** 32
/** The blocks that were drawn: a training that is run again has the same ones. */
const drawn = new Map<string, readonly number[]>()

function block(counter: readonly number[], seed: number): readonly number[] {
  const key = `${counter.join()} ${seed}`
  let words = drawn.get(key)
  if (!words) {
    const seedWords = [BigInt(seed) % 2n ** 32n, BigInt(seed) / 2n ** 32n]
    words = textbookPhilox(counter.map(BigInt), seedWords).map(Number)
    if (drawn.size > 20_000) drawn.clear()
    drawn.set(key, words)
  }
  return words
}

/** What the units of one row are multiplied with: 0, or 1 / (1 − p). place: of the row, in the order of its epoch. */
export function maskOf(
  p: number,
  units: number,
  place: number,
  stream: number,
  purpose: number,
  seed: number,
): number[] {
  return Array.from({ length: units }, (_, j) => {
    const word = block([Math.floor(j / 4), place, stream, purpose], seed)[j % 4]
    return word >= p * WORD ? 1 / (1 - p) : 0
  })
}
