import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { float32At, float32Of, float64At } from '../../../src/data/csv/decimal.ts'
import { runs } from '../../helpers/thorough.ts'

/** What the number is by JavaScript itself, brought to a type. */
const expected = (text: string, round = Math.fround) => {
  const trimmed = text.trim()
  const isDecimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)
  const value = isDecimal ? round(Number(trimmed)) : Number.NaN
  return Number.isFinite(value) ? value : Number.NaN
}

const check = (text: string) => {
  expect(float64At(`9${text}9`, 1, 1 + text.length), JSON.stringify(text)).toBe(expected(text, Number))
  expect(float32At(`9${text}9`, 1, 1 + text.length), JSON.stringify(text)).toBe(expected(text))
  expect(float32Of(text), JSON.stringify(text)).toBe(expected(text))
}

describe('a decimal number', () => {
  it('is what Number() says, in float32 and float64, to the last bit', () => {
    const digits = (maxLength: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength })
    const exponent = fc.oneof(
      fc.constant(''),
      fc.integer({ min: -60, max: 60 }).map((e) => `e${e}`),
    )
    const written = fc
      .tuple(fc.constantFrom('', '-', '+'), digits(20), fc.oneof(fc.constant(''), digits(25)), exponent)
      .map(([sign, whole, fraction, e]) => `${sign}${whole}${fraction && '.'}${fraction}${e}`)
    const given = fc.oneof(
      written,
      fc.double({ noNaN: true }).map(String),
      fc.double({ noNaN: true, min: 0, max: 1 }).map(String),
      fc.float({ noNaN: true }).map(String),
      fc.integer().map((n) => (n / 1000).toFixed(3)),
    )
    fc.assert(fc.property(given, check), { seed: 1, numRuns: runs(20_000) })
  })

  it('is rounded right between two float64 numbers', () => {
    // 2⁵³ + 1 is halfway between two: to the even one, but for any digit behind it.
    for (const text of [
      ...['9007199254740993', '9007199254740993.0', '9007199254740993.0000001', '9007199254740992.99999999'],
      ...[
        '9007199254740995',
        '9007199254740994.9999999999',
        '90071992547409930000000.1',
        '0.9007199254740993',
      ],
      ...['900719925474099.3000000000000001', '0000000000000009007199254740993', '2.2250738585072011'],
      ...['8.41e21', '1.00000000000000011102230246251', '1.00000000000000011102230246252'],
    ]) {
      for (const sign of ['', '-']) check(`${sign}${text}`)
    }
    // Halves of units in the last place, written out: 53 bits, and one more.
    for (let i = 0; i < 2000; ++i) {
      const odd = 2n ** 53n + BigInt(i * i * 7919 + 2 * i) * 4_398_041n
      check(String(2n * odd + 1n))
      check(`${odd / 1000n}.${String(odd % 1000n).padStart(3, '0')}5`)
      check(`${odd}.5`)
    }
  })

  it('is rounded right between two float32 numbers', () => {
    // Halfway is to the even one; a digit more, however far behind, decides. 1 + 2⁻²⁴ and 1 + 3 · 2⁻²⁴.
    for (const halfway of ['1.000000059604644775390625', '1.000000178813934326171875']) {
      for (const tail of [
        '',
        '0',
        '1',
        '0000000000000000001',
        '00000000000000000000000000000000000000000001',
      ]) {
        for (const sign of ['', '-']) check(`${sign}${halfway}${tail}`)
      }
      check(`${halfway.slice(0, -1)}4999999999`)
    }
    // Digits beyond 2⁵³, whose sum in float64 and its quotient are on the other side of halfway than the number.
    for (const text of [
      '36.139860153198235',
      '0.49076239764690394',
      '1912.4349975585938',
      '971.3450012207031',
    ]) {
      check(text)
    }
    // Through float64, 2⁻⁵⁴ above halfway is halfway: fround(Number()) is asked for, not the nearest.
    check('1.00000005960464483090178')
  })

  it('is exact up to the ends of the range', () => {
    for (const text of [
      ...['3.4028234663852886e38', '3.4028235677973366e38', '340282346638528859811704183484516925440'],
      ...[
        '340282356779733661637539395458142568447',
        '1e38',
        '1e39',
        '-1e39',
        '1e308',
        '1e400',
        '1e99999999999',
      ],
      ...['1.401298464324817e-45', '7.006492321624085e-46', '7.1e-46', '1e-400', '1e-22', '1e22', '1e23'],
      ...[
        '9007199254740993',
        '123456789012345678',
        '0.1',
        '-0',
        '0e5',
        '-0.0000000000000000000',
        '00012',
        '5e-324',
      ],
      ...[
        '1'.repeat(65),
        `0.${'0'.repeat(63)}1`,
        `0.${'3'.repeat(63)}`,
        `${'0'.repeat(400)}1.5`,
        '1'.repeat(400),
        `${'1'.repeat(61)}e-22`,
        `${'3'.repeat(60)}e-22`,
        `${'9'.repeat(39)}e-39`,
      ],
    ]) {
      check(text)
    }
  })

  it('is nothing else', () => {
    const piece = fc.constantFrom(
      '1',
      '23',
      '.',
      '-',
      '+',
      'e',
      'E',
      ' ',
      '\t',
      '\u00a0',
      '',
      'x',
      '_',
      '٣',
      '０',
    )
    const given = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(''))
    fc.assert(fc.property(given, check), { seed: 2, numRuns: runs(20_000) })
    for (const text of [
      '',
      ' ',
      '.',
      '+',
      'e5',
      '1e',
      '1e+',
      '0x10',
      'Infinity',
      'NaN',
      '1_0',
      '1.2.3',
      '1 2',
    ]) {
      expect(float32At(text, 0, text.length), JSON.stringify(text)).toBeNaN()
    }
  })
})
