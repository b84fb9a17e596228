// Rounding as a random experiment (Monte Carlo arithmetic, Parker 1997): a training that is run again and again with a random
// error of about one rounding in each result shows how far float32 may take it, through whatever comes after: sums that
// cancel, relus and signs that change sides, limits that are reached in one run and not in another.

/** Returns the value as it came out of an operation whose rounding is relative to `size`; what is 0 stays 0. */
export type Noise = (value: number, size: number) => number

export const exact: Noise = (value) => value

/** Errors of up to `amount` times the size, and of `least`, where numbers become subnormal. The same for the same seed. */
export function shaken(seed: number, amount: number, least: number): Noise {
  // Marsaglia's xorshift (2003), a few steps in so that seeds part.
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x6d2b79f5) | 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state / 2 ** 31
  }
  for (let i = 0; i < 8; ++i) next()
  return (value, size) => (size === 0 ? value : value + next() * (amount * Math.abs(size) + least))
}
