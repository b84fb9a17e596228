/** The largest of the numbers, −∞ of none. For lists of any length: Math.max(...list) overflows the stack. */
export function largest(numbers: Iterable<number>): number {
  let most = Number.NEGATIVE_INFINITY
  for (const one of numbers) most = Math.max(most, one)
  return most
}
