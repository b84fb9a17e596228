/** The number with the fewest digits that rounds to this float32 number: 0.1 for 0.10000000149011612. */
export function shortest(value: number): number {
  for (let digits = 1; digits < 9; ++digits) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}
