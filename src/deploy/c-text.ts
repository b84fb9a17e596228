// Numbers and texts as constants of C.

/** A float32: nine digits tell all of them apart. */
export function floatConstant(value: number): string {
  if (Object.is(value, -0)) return '-0.0f'
  const [digits, exponent] = value.toPrecision(9).split('e')
  const mantissa = digits.includes('.') ? digits.replace(/0+$/, '').replace(/\.$/, '.0') : `${digits}.0`
  return exponent ? `${mantissa}e${Number(exponent)}f` : `${mantissa}f`
}

/** A float64: JavaScript writes as many digits as tell it from all others. */
export function doubleConstant(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  const text = String(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

/** One character in UTF-8; half a pair of surrogates becomes U+FFFD. Not every engine has TextEncoder. */
function utf8(character: string): number[] {
  const given = character.codePointAt(0)!
  const code = given >= 0xd800 && given < 0xe000 ? 0xfffd : given
  if (code < 0x80) return [code]
  const rest = (shift: number) => 0x80 | ((code >> shift) & 63)
  if (code < 0x800) return [0xc0 | (code >> 6), rest(0)]
  if (code < 0x10000) return [0xe0 | (code >> 12), rest(6), rest(0)]
  return [0xf0 | (code >> 18), rest(12), rest(6), rest(0)]
}

/** A text in ASCII; other bytes of its UTF-8 as three octal digits, and so ?, * and $, which begin trigraphs,
 * end comments and stand for prefixes. */
export function textConstant(value: unknown): string {
  const bytes = [...String(value)].flatMap(utf8)
  const text = bytes.map((byte) => {
    const isPlain = byte >= 32 && byte < 127 && !'"\\?*$'.includes(String.fromCharCode(byte))
    return isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`
  })
  return `"${text.join('')}"`
}
