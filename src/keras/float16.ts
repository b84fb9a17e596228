// Half-precision floats (IEEE 754 binary16): 1 bit of sign, 5 of exponent, 10 of fraction.

/** The number that the 16 bits stand for. */
export function toFloat64(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
