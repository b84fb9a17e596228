// Numbers with a bound of their error: a running error analysis, as in Higham, Accuracy and Stability of Numerical
// Algorithms, section 3.3. Every operation adds one rounding to what its operands bring.

export interface Rounded {
  readonly value: number
  /** How far what a kernel has may be from the value. */
  readonly error: number
}

export interface Arithmetic {
  /** Known without an error. */
  readonly exactly: (value: number) => Rounded
  readonly add: (a: Rounded, b: Rounded) => Rounded
  readonly subtract: (a: Rounded, b: Rounded) => Rounded
  readonly times: (...factors: readonly Rounded[]) => Rounded
  readonly over: (a: Rounded, b: Rounded) => Rounded
  readonly root: (a: Rounded) => Rounded
  /** −1, 0 or 1; where the error reaches beyond 0 it may be any of them. */
  readonly sign: (a: Rounded) => Rounded
}

/** u: the unit roundoff of each operation. */
export function arithmetic(u: number): Arithmetic {
  const rounded = (value: number, error: number): Rounded => ({
    value,
    error: error + u * (Math.abs(value) + error),
  })
  const add = (a: Rounded, b: Rounded) => rounded(a.value + b.value, a.error + b.error)
  const product = (a: Rounded, b: Rounded) =>
    rounded(a.value * b.value, Math.abs(a.value) * b.error + Math.abs(b.value) * a.error + a.error * b.error)
  return {
    exactly: (value) => ({ value, error: 0 }),
    add,
    subtract: (a, b) => add(a, { value: -b.value, error: b.error }),
    times: (...factors) => factors.reduce(product),
    over(a, b) {
      const value = a.value / b.value
      const least = Math.abs(b.value) - b.error
      return rounded(value, (a.error + Math.abs(value) * b.error) / least)
    },
    root(a) {
      const value = Math.sqrt(a.value)
      return rounded(value, value - Math.sqrt(Math.max(0, a.value - a.error)))
    },
    sign: (a) => ({ value: Math.sign(a.value), error: Math.abs(a.value) > a.error ? 0 : 2 }),
  }
}
