/** The largest power of two that is not above x, for a finite x > 0. A number divided by it keeps its bits, where it does not underflow. */
export function powerOfTwo(x: number): number {
  let power = 1
  // Ends for 0 and ∞ too.
  while (power > x && power > 2 ** -1074) power /= 2
  while (power <= x / 2 && power < 2 ** 1023) power *= 2
  return power
}
