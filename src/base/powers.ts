// Powers and the cosine, from the operations IEEE 754 defines exactly: learning rates must be the same bits on every engine.

import { exp, log } from './math.ts'

/** base^exponent for base ≥ 0: by squaring where the exponent is a whole number, else e^(exponent · log base). */
export function power(base: number, exponent: number): number {
  if (!Number.isSafeInteger(exponent))
    return base === 0 ? (exponent > 0 ? 0 : Infinity) : exp(exponent * log(base))
  let result = 1
  let square = base
  for (let rest = Math.abs(exponent); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square
    square *= square
  }
  return exponent < 0 ? 1 / result : result
}

/** The series of Taylor, whose first term is `first`, to x^18: for |x| ≤ π/4, where the next term is below 1e-19. */
function series(x: number, first: number, from: number): number {
  let sum = first
  let term = first
  for (let n = from; n <= 18; n += 2) {
    term *= -(x * x) / (n * (n - 1))
    sum += term
  }
  return sum
}

/** cos πx for 0 ≤ x ≤ 1. */
export function cosPi(x: number): number {
  if (x > 0.5) return -cosPi(1 - x)
  if (x <= 0.25) return series(Math.PI * x, 1, 2)
  // sin π(½ − x)
  const y = Math.PI * (0.5 - x)
  return series(y, y, 3)
}
