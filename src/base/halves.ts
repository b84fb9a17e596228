// Floats of 16 bits, as files have them.

/** The number of IEEE 754's binary16: 1 bit of the sign, 5 of the exponent, 10 of the fraction. */
export function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const word = new DataView(new ArrayBuffer(4))

/** The number of bfloat16, the upper half of a float32. */
export function bfloat16(bits: number): number {
  word.setUint16(0, bits)
  return word.getFloat32(0)
}
