/** The largest power of two that is not above x, for x > 0. A number divided by it keeps its bits, where it does not underflow. */
export function powerOfTwo(x: number): number {
  let power = 1
  while (power > x) power /= 2
  while (power <= x / 2) power *= 2
  return power
}
