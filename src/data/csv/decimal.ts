// Decimal numbers of a text, read in place: 14 to 36 ns each, where a slice, the check that it is a decimal and Number()
// take 50 to 100 (Node 20; pixels, tenths, six digits, all digits of a float64).

const SPACE = 32
const DIGIT_0 = 48
const PLUS = 43
const MINUS = 45
const POINT = 46
const E = 101

/** A decimal number: Number() also takes '', '0x10' and 'Infinity'. */
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i

/** 10⁰ … 10²², which are exact in float64. */
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/** Numbers of up to this many digits are below 2⁵³. */
const EXACT_DIGITS = 15
/**
 * The most that rounding may have moved a number of more digits by, as a share of it: two roundings of 2⁻⁵³ for each of
 * at most 61 digits, for more of them leave float32 whatever power of POWERS they are divided by.
 */
const SLACK = 2 ** -45
/** The same of a number in pairs of float64: a handful of roundings of 2⁻¹⁰⁵. */
const PAIR_SLACK = 2 ** -100
/** Parts a float64 into two of 26 bits. */
const SPLITTER = 2 ** 27 + 1

/** Returns Number(text) of a decimal number, spaces around it aside, also ±∞; NaN for anything else. */
function numberOf(text: string): number {
  const trimmed = text.trim()
  return decimal.test(trimmed) ? Number(trimmed) : Number.NaN
}

const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN)

/**
 * Returns Math.fround(Number(text)) of a decimal number, spaces around it aside; NaN for anything else, also for a number
 * beyond float32.
 */
export const float32Of = (text: string): number => finite(Math.fround(numberOf(text)))

/** Returns float32Of(text.slice(from, to)), to the last bit, mostly without the slice. */
export const float32At = (text: string, from: number, to: number): number =>
  finite(Math.fround(decimalAt(text, from, to, true)))

/** The same in float64: Number(text) of a decimal number that is finite. */
export const float64At = (text: string, from: number, to: number): number =>
  finite(decimalAt(text, from, to, false))

/** Returns numberOf(text.slice(from, to)); where isSingle, a number that rounds to the same one of float32. */
function decimalAt(text: string, from: number, to: number, isSingle: boolean): number {
  if (to - from === 1) {
    const digit = text.charCodeAt(from) ^ DIGIT_0
    return digit <= 9 ? digit : Number.NaN
  }
  while (from < to && text.charCodeAt(from) === SPACE) ++from
  while (from < to && text.charCodeAt(to - 1) === SPACE) --to
  let at = from
  let code = at < to ? text.charCodeAt(at) : 0
  const isNegative = code === MINUS
  if (isNegative || code === PLUS) code = ++at < to ? text.charCodeAt(at) : 0

  let mantissa = 0
  const wholes = at
  // Of all codes, c ^ 48 is 0 … 9 for the digits alone.
  while (at < to && ((code = text.charCodeAt(at)) ^ DIGIT_0) <= 9) {
    mantissa = mantissa * 10 + (code ^ DIGIT_0)
    ++at
  }
  let digits = at - wholes
  let power = 0
  if (at < to && code === POINT) {
    const fractions = ++at
    while (at < to && ((code = text.charCodeAt(at)) ^ DIGIT_0) <= 9) {
      mantissa = mantissa * 10 + (code ^ DIGIT_0)
      ++at
    }
    power = fractions - at
    digits -= power
  }
  if (digits === 0) return numberOf(text.slice(from, to))

  if (at < to && (code | 32) === E) {
    ++at
    const sign = at < to ? text.charCodeAt(at) : 0
    if (sign === MINUS || sign === PLUS) ++at
    let exponent = 0
    const exponents = at
    while (at < to && ((code = text.charCodeAt(at)) ^ DIGIT_0) <= 9) {
      exponent = exponent * 10 + (code ^ DIGIT_0)
      ++at
    }
    if (at === exponents) return Number.NaN
    power += sign === MINUS ? -exponent : exponent
  }
  if (at < to || power > 22 || power < -22) return numberOf(text.slice(from, to))

  const size = power < 0 ? mantissa / POWERS[-power] : mantissa * POWERS[power]
  const value = isNegative ? -size : size
  // Exact operands, rounded once, are what Number() gives (Clinger 1990, doi.org/10.1145/93542.93557).
  if (digits <= EXACT_DIGITS) return value
  // Otherwise the exact number is within SLACK of the value: if that whole interval rounds to one float32, so does Number().
  if (isSingle && Math.fround(size * (1 - SLACK)) === Math.fround(size * (1 + SLACK))) return value
  const long =
    power <= 0 && digits <= 2 * EXACT_DIGITS ? longNumber(text, wholes, digits, -power) : Number.NaN
  if (Number.isNaN(long)) return numberOf(text.slice(from, to))
  return isNegative ? -long : long
}

/** Returns a · b − product, where product = a · b is rounded; exact (Dekker 1971, doi.org/10.1007/BF01397083). */
function lostBy(a: number, b: number, product: number): number {
  const splitA = a * SPLITTER
  const highA = splitA - (splitA - a)
  const lowA = a - highA
  const splitB = b * SPLITTER
  const highB = splitB - (splitB - b)
  const lowB = b - highB
  return lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB)
}

/**
 * Returns the number of 16 to 30 digits from `at` on, over 10 to the power of `places`: Number() of it to the last bit, or NaN
 * where it is too near the middle of two to tell. In pairs of float64, whose sum is off by less than 2⁻¹⁰⁰ of it.
 */
function longNumber(text: string, at: number, digits: number, places: number): number {
  let high = 0
  let low = 0
  for (let left = digits; left > 0; ++at) {
    const digit = text.charCodeAt(at) ^ DIGIT_0
    // The point.
    if (digit > 9) continue
    left -= 1
    if (left >= digits - EXACT_DIGITS) high = high * 10 + digit
    else low = low * 10 + digit
  }
  const shift = POWERS[digits - EXACT_DIGITS]
  const shifted = high * shift
  const sum = shifted + low
  const added = sum - shifted
  const rest = shifted - (sum - added) + (low - added) + lostBy(high, shift, shifted)
  const divisor = POWERS[places]
  const quotient = sum / divisor
  const product = quotient * divisor
  const correction = (sum - product - lostBy(quotient, divisor, product) + rest) / divisor
  const slack = quotient * PAIR_SLACK
  const value = quotient + (correction + slack)
  return value === quotient + (correction - slack) ? value : Number.NaN
}
