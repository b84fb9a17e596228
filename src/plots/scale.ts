// Numbers to places: the range of the data, and a linear or logarithmic map of it to pixels.

/** What is larger has no room for steps and differences, and counts as a gap, as NaN does. */
const LARGEST = 1e280
/** What is smaller is drawn as 0. */
const SMALLEST = 1e-280

export type Range = readonly [min: number, max: number]

/** The value to draw, or NaN where there is none. */
export function drawable(value: number, log = false): number {
  if (!(Math.abs(value) <= LARGEST)) return Number.NaN
  if (Math.abs(value) < SMALLEST) return log ? Number.NaN : 0
  return log && value < 0 ? Number.NaN : value
}

/** The least and largest of what can be drawn; undefined where nothing can. */
export function rangeOf(lists: readonly ArrayLike<number>[], log = false): Range | undefined {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (const list of lists) {
    for (let i = 0; i < list.length; ++i) {
      const value = drawable(list[i], log)
      if (value < min) min = value
      if (value > max) max = value
    }
  }
  return min <= max ? [min, max] : undefined
}

/** The range with some air; one that is a point, or too narrow for float64 to divide, gets a width. Never over 0. */
export function padded(range: Range | undefined, { log = false, share = 0.04 } = {}): Range {
  if (!range) return log ? [0.1, 10] : [0, 1]
  const [min, max] = range
  const largest = Math.max(Math.abs(min), Math.abs(max))
  if (max - min <= largest * 1e-12) {
    if (log) return [min / 2, max * 2]
    const air = largest === 0 ? 1 : largest * 0.1
    return [min - air, max + air]
  }
  if (share === 0) return range
  if (log) {
    const air = (max / min) ** share
    return [min / air, max * air]
  }
  const air = (max - min) * share
  return [min >= 0 ? Math.max(0, min - air) : min - air, max <= 0 ? Math.min(0, max + air) : max + air]
}

export type Scale = (value: number) => number

/** The map of [min, max] to pixels from `from` to `to`. */
export function scaleOf([min, max]: Range, from: number, to: number, log = false): Scale {
  const f = log ? Math.log10 : (value: number) => value
  const [low, span] = [f(min), f(max) - f(min)]
  return (value) => from + ((f(value) - low) / span) * (to - from)
}
