// Every decimal of so few digits is another float32 number, and so many tell all of them apart (FLT_DIG and FLT_DECIMAL_DIG of C).
const DISTINCT = 6
const ENOUGH = 9

// Below this float32 numbers are farther apart, and a decimal of few digits may stand for one that has more of its own.
const LEAST_NORMAL = 2 ** -126

/** The number with the fewest digits that rounds to this float32 number: 0.1 for 0.10000000149011612. */
export function shortest(value: number): number {
  const least = Math.abs(value) < LEAST_NORMAL ? 1 : DISTINCT
  for (let digits = least; digits < ENOUGH; ++digits) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return Number(value.toPrecision(ENOUGH))
}
