/** The largest of the numbers, −∞ of none. For lists of any length: Math.max(...list) overflows the stack. */
export function largest(numbers: Iterable<number>): number {
  let most = Number.NEGATIVE_INFINITY
  for (const one of numbers) most = Math.max(most, one)
  return most
}

/** The index of the first of the largest of values[from … to), counted from `from`; −1 where one of them is NaN. */
export function indexOfLargest(values: ArrayLike<number>, from: number, to: number): number {
  let best = from
  for (let i = from; i < to; ++i) {
    if (Number.isNaN(values[i])) return -1
    if (values[i] > values[best]) best = i
  }
  return best - from
}
