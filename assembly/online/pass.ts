// The end of a pass over the data.

import { ERROR, ITERATIONS } from '../abi/online/map'

/** Counts the pass, whose error is given. Returns whether to stop: it is the `until`-th, or its error not above `threshold`. */
export function endPass(head: usize, error: f64, until: i32, threshold: f64): bool {
  const iterations = load<i32>(head, ITERATIONS) + 1
  store<i32>(head, iterations, ITERATIONS)
  store<f64>(head, error, ERROR)
  // NaN stops too.
  return iterations >= until || !(error > threshold)
}
