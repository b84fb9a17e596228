import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError, OptionError, ShapeError } from '../../src/base/errors.ts'
import {
  MinMaxScaler,
  minMaxScaler,
  StandardScaler,
  scalerFromJSON,
  standardScaler,
} from '../../src/data/index.ts'

// Three rows of three columns; the last column is constant, and 0.1 is not exact in float32.
const x = Float32Array.of(1, -10, 0.1, 2, 0, 0.1, 6, 25, 0.1)

describe('minMaxScaler', () => {
  it('maps the least value of each column to 0 and the largest to 1', () => {
    const scaler = minMaxScaler(x, 3)
    expect([scaler.min, scaler.max]).toEqual([
      [1, -10, x[2]],
      [6, 25, x[2]],
    ])
    expect(scaler.transform(x)).toEqual(Float32Array.of(0, 0, 0, 0.2, 2 / 7, 0, 1, 1, 0))
  })

  it('maps to another range, and values out of the limits beyond it', () => {
    const scaler = minMaxScaler(x, 3, { range: [-1, 1] })
    expect([...scaler.transform([1, 7.5, 0.1, 11, 42.5, 1.1])]).toEqual(
      [-1, 0, -1 + 2 * (0.1 - x[2]), 3, 2, -1 + 2 * (1.1 - x[2])].map(Math.fround),
    )
  })

  it('takes known limits instead of data, of one column for all', () => {
    const pixels = new MinMaxScaler({ min: [0], max: [16] })
    expect([...pixels.transform([0, 4, 8, 16])]).toEqual([0, 0.25, 0.5, 1])
    expect([...pixels.inverse([0, 0.25])]).toEqual([0, 4])
    expect(new MinMaxScaler({ min: Float32Array.of(0), max: [16], range: [0, 2] }).range).toEqual([0, 2])
  })
})

describe('arrays of rows', () => {
  const rows = [
    [1, -10, 0.1],
    [2, 0, 0.1],
    [6, 25, 0.1],
  ]
  const flat = rows.flat()
  const kinds: [string, ArrayLike<number>[]][] = [
    ['arrays', rows],
    ['typed arrays', rows.map((row) => Float64Array.from(row))],
  ]

  it.each(kinds)('of %s are taken as flat ones are, without the number of columns', (_, x) => {
    for (const [made, expected] of [
      [minMaxScaler(x), minMaxScaler(flat, 3)],
      [minMaxScaler(x, 3, { range: [-1, 1] }), minMaxScaler(flat, 3, { range: [-1, 1] })],
      [minMaxScaler(x, undefined, { range: [-1, 1] }), minMaxScaler(flat, 3, { range: [-1, 1] })],
      [standardScaler(x), standardScaler(flat, 3)],
    ]) {
      expect(made.toJSON()).toEqual(expected.toJSON())
      const scaled = expected.transform(flat)
      expect(made.transform(x)).toEqual(scaled)
      const nested = [0, 1, 2].map((r) => scaled.subarray(3 * r, 3 * r + 3))
      expect(made.inverse(nested)).toEqual(expected.inverse(scaled))
    }
  })

  it('of any width are taken by a scaler of one column', () => {
    const pixels = new MinMaxScaler({ min: [0], max: [16] })
    expect([...pixels.transform([[0, 4], [8, 16]])]).toEqual([0, 0.25, 0.5, 1]) // biome-ignore format: rows
    expect([...pixels.inverse([[0.5, 1]])]).toEqual([8, 16])
  })

  it('that differ in their widths, or are no rows of numbers, are refused', () => {
    const scaler = standardScaler(rows)
    for (const take of [
      (x: never) => standardScaler(x),
      (x: never) => minMaxScaler(x, 3),
      (x: never) => scaler.transform(x),
    ]) {
      expect(() =>
        take([
          [1, 2, 3],
          [1, 2],
        ] as never),
      ).toThrow(ShapeError)
      expect(() =>
        take([
          [1, 2, 3],
          [1, 2],
        ] as never),
      ).toThrow(/^x\[1\]: expected a row of 3 numbers, got/)
      expect(() => take([[1, 2, 3], 5] as never)).toThrow(/^x\[1\]: expected a row of 3 numbers, got 5/)
      expect(() => take([[1, 2, '3']] as never)).toThrow(/^x\[0\]\[2\]: expected a finite number, got "3"/)
      expect(() => take([[1, 2, NaN]] as never)).toThrow(/^x\[0\]\[2\]: expected a finite number, got NaN/)
      expect(() => take([] as never)).toThrow(ShapeError)
    }
    expect(() => scaler.transform([[1, 2]])).toThrow(/^x\[0\]: expected a row of 3 numbers/)
    expect(() => standardScaler(flat as never)).toThrow(/number of its columns/)
    expect(() => standardScaler([[], []])).toThrow(ShapeError)
  })
})

describe('standardScaler', () => {
  it('maps each column to a mean of 0 and a deviation of 1, and a constant one to 0', () => {
    const scaler = standardScaler(x, 3)
    expect(scaler.mean).toEqual([3, 5, x[2]])
    expect(scaler.deviation[0]).toBeCloseTo(Math.sqrt(14 / 3), 14)
    expect(scaler.deviation[2]).toBe(0)
    const scaled = scaler.transform(x)
    for (const c of [0, 1]) {
      const column = [scaled[c], scaled[c + 3], scaled[c + 6]]
      expect(column.reduce((a, b) => a + b)).toBeCloseTo(0, 6)
      expect(column.reduce((a, b) => a + b * b, 0)).toBeCloseTo(3, 6)
    }
    expect([scaled[2], scaled[5], scaled[8]]).toEqual([0, 0, 0])
  })

  it('sums in float64: a deviation of 1 about ten million is seen', () => {
    const far = Float32Array.from({ length: 10000 }, (_, r) => 1e7 + (r % 2 ? 1 : -1))
    expect(standardScaler(far, 1)).toMatchObject({ mean: [1e7], deviation: [1] })
  })

  it('is exact where the values are far from 0 and near each other', () => {
    // 0 … 4 and 1e15, whose neighbours are ⅛ apart: sums of the values themselves would be 64 off and more.
    const far = Float64Array.from({ length: 1000 }, (_, r) => 1e15 + (r % 5))
    expect(standardScaler(far, 1)).toMatchObject({ mean: [1e15 + 2], deviation: [Math.SQRT2] })
    const tenth = new Array(1000).fill(0.1)
    expect(standardScaler(tenth, 1)).toMatchObject({ mean: [0.1], deviation: [0] })
  })

  it('takes a known mean and deviation instead of data', () => {
    expect([...new StandardScaler({ mean: [5], deviation: [2] }).transform([5, 9])]).toEqual([0, 2])
  })
})

describe('standardScaler against exact arithmetic', () => {
  // A float64 is a whole multiple of 2^-1074, so that sums and squares of them are whole numbers.
  const whole = (value: number): bigint => {
    const bits = new BigUint64Array(Float64Array.of(value).buffer)[0]
    const exponent = (bits >> 52n) & 2047n
    const fraction = bits & (2n ** 52n - 1n)
    const size = exponent ? (fraction | (1n << 52n)) << (exponent - 1n) : fraction
    return bits >> 63n ? -size : size
  }
  const sqrt = (square: bigint): bigint => {
    if (square < 2n) return square
    let root = 1n << BigInt((square.toString(2).length + 1) >> 1)
    for (;;) {
      const next = (root + square / root) >> 1n
      if (next >= root) return root
      root = next
    }
  }
  /** How far a float64 is from the exact n / d in units of 2^-1074, as a share of `size` in the same units. */
  const errorOf = (value: number, n: bigint, d: bigint, size: bigint) => {
    const difference = whole(value) * d - n
    return Number(((difference < 0n ? -difference : difference) << 80n) / (d * size)) / 2 ** 80
  }
  /** The errors of the mean, as a share of the largest size, and of the deviation, as a share of itself. */
  const errorsOf = (values: readonly number[]) => {
    const { mean, deviation } = standardScaler(values, 1)
    const n = BigInt(values.length)
    const all = values.map(whole)
    const sum = all.reduce((a, b) => a + b, 0n)
    const squares = all.reduce((a, b) => a + (b * n - sum) ** 2n, 0n)
    const most = all.reduce((a, b) => (b > a ? b : -b > a ? -b : a), 1n)
    // The deviation is √(squares / n³); its 64 further bits are of the root below the point.
    const exact = sqrt((squares << 128n) / n ** 3n)
    return {
      mean: errorOf(mean[0], sum, n, most),
      deviation: exact >> 64n ? errorOf(deviation[0], exact, 1n << 64n, exact >> 64n) : 0,
    }
  }
  const ramp = (length: number, start: number, step: number) =>
    Array.from({ length }, (_, r) => start + r * step)

  it.each([
    ['one huge value first', [1e16, ...ramp(99_999, 1, 1)]],
    ['one huge value last', [...ramp(99_999, 1, 1), 1e16]],
    ['huge values that cancel', [1e16, 3, -1e16, 4, 1e16, -1e16, 7]],
    ['values that differ in their last bits', [1e16, 1e16 + 2, 1e16 + 4, 1e16 + 2]],
    ['values whose mean is between two numbers', [1e16, 1e16 + 2, 1e16 + 2]],
    ['the ends of the range', [1e308, -1e308, 1.7e308, -1.7e308, 1]],
    ['many at one end of the range', ramp(1000, 1.5e308, 1e304)],
    ['values whose squares vanish', [1e-200, 3e-200, -2e-200]],
    ['the least values there are', [5e-324, 0, 5e-324 * 40, 5e-324 * 9]],
    ['tenths', ramp(10_000, 0.1, 0.1)],
  ])('%s', (_, values) => {
    const error = errorsOf(values)
    // Rounded once to float64 and, of the least values, to a whole multiple of 2^-1074.
    const least = Math.max(...values.map(Math.abs)) < 1e-300 ? 0.5 : 0
    expect(error.mean).toBeLessThanOrEqual(2 ** -52 + least / 40)
    // Sums of n squares, each step with a rounding of 2⁻⁵³ at most.
    expect(error.deviation).toBeLessThanOrEqual((values.length + 8) * 2 ** -53 + least / 15)
  })

  it('keeps the digits of what is left where huge values cancel', () => {
    expect(standardScaler([1e16, 3, -1e16, 4, 1e16, -1e16, 7], 1).mean).toEqual([2])
  })

  it('any column of up to eight values of any size', () => {
    const column = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e308, max: 1e308 }), {
      minLength: 1,
      maxLength: 8,
    })
    let checked = 0
    fc.assert(
      fc.property(column, (values) => {
        if (Math.max(...values.map(Math.abs)) < 1e-290) return
        const error = errorsOf(values)
        expect(error.mean).toBeLessThanOrEqual(2 ** -52)
        // A mean rounded to 2⁻⁵³ of the largest value is as far off as a deviation of that size.
        expect(error.deviation).toBeLessThanOrEqual(2 ** -48)
        checked += 1
      }),
      { seed: 3, numRuns: 1000 },
    )
    expect(checked).toBeGreaterThan(900)
  })

  it('a constant column of any number and length is exactly that, with a deviation of 0', () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 50 }), (v, rows) => {
        const scaler = standardScaler(new Array(rows).fill(v), 1)
        expect([scaler.mean[0] === v, scaler.deviation]).toEqual([true, [0]])
        expect(scaler.transform([v])[0]).toBe(0)
      }),
      { seed: 4 },
    )
  })
})

describe('both scalers', () => {
  it('stay finite from one end of float64 to the other', () => {
    const wide = [-1e308, 1e308, 0, 1e308]
    expect([...minMaxScaler(wide, 1).transform(wide)]).toEqual([0, 1, 0.5, 1])
    expect([...minMaxScaler(wide, 1, { range: [-2, 2] }).transform(wide)]).toEqual([-2, 2, 0, 2])
    const most = Number.MAX_VALUE
    expect([...minMaxScaler([-most, most], 1).transform([-most, most, most / 2])]).toEqual([0, 1, 0.75])
    // Mean 2.5e307, deviation 1e308 · √(11 / 16).
    const scores = [-1.25, 0.75, -0.25, 0.75].map((v) => Math.fround(v / Math.sqrt(11 / 16)))
    expect([...standardScaler(wide, 1).transform(wide)]).toEqual(scores)
    const far = new StandardScaler({ mean: [-1.5e308], deviation: [1e308] })
    expect(far.transform([1.5e308])[0]).toBe(3)
    // A column whose span is the least number there is.
    expect([...minMaxScaler([0, 5e-324], 1, { range: [0, 2] }).transform([0, 5e-324])]).toEqual([0, 2])
    // What comes back is of float32 where the way there is not.
    expect(minMaxScaler([-1e308, 1e308], 1).inverse([0.5])[0]).toBe(0)
    expect(new StandardScaler({ mean: [-1e308], deviation: [1e308] }).inverse([1])[0]).toBe(0)
  })

  it('refuse what leaves float32 when scaled, and name its place', () => {
    const expected = 'expected a number that stays within float32 when scaled, got'
    const scaler = new MinMaxScaler({ min: [0, 0], max: [1, 1] })
    expect(() => scaler.transform([0, 1, 2, -1e308])).toThrow(new ShapeError(`x[1][1]: ${expected} -1e+308`))
    expect(() => minMaxScaler([-1e308, 1e308], 1).inverse([0.5, 1])).toThrow(
      new ShapeError(`x[1][0]: ${expected} 1`),
    )
    expect(() => standardScaler([-1e308, 1e308], 1).inverse([1])).toThrow(
      new ShapeError(`x[0][0]: ${expected} 1`),
    )
  })

  it('refuse values that are no numbers, and name their place', () => {
    const values: [unknown, string][] = [
      ['1', '"1"'],
      [null, 'null'],
      [undefined, 'undefined'],
      [1n, '1n'],
      [true, 'true'],
      [[1], '[1]'],
      [Number.NaN, 'NaN'],
      [Number.NEGATIVE_INFINITY, '-Infinity'],
    ]
    for (const [value, text] of values) {
      const given = [1, 2, 3, value] as number[]
      const message = `x[1][1]: expected a finite number, got ${text}`
      const scalers = [minMaxScaler([1, 2, 3, 4], 2), standardScaler([1, 2, 3, 4], 2)]
      for (const use of [
        () => minMaxScaler(given, 2),
        () => standardScaler(given, 2),
        ...scalers.flatMap((scaler) => [() => scaler.transform(given), () => scaler.inverse(given)]),
      ]) {
        expect(use, text).toThrow(new ShapeError(message))
      }
    }
    expect(() => standardScaler(BigInt64Array.of(1n) as never, 1)).toThrow(ShapeError)
  })

  it('give back by inverse() what transform() was given', () => {
    const value = fc.float({ noNaN: true, min: -1000, max: 1000 })
    const table = fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 6 }))
      .chain(([columns, rows]) =>
        fc.tuple(
          fc.constant(columns),
          fc.array(value, { minLength: columns * rows, maxLength: columns * rows }),
        ),
      )
    fc.assert(
      fc.property(table, ([columns, values]) => {
        for (const scaler of [
          minMaxScaler(values, columns),
          minMaxScaler(values, columns, { range: [-3, 5] }),
          standardScaler(values, columns),
        ]) {
          const back = scaler.inverse(scaler.transform(values))
          // The scaled values, at most 5 or √6 in size, are rounded by at most 2⁻²² each; inverse() stretches that by
          // the column's spread of up to 2000, and rounds once more, by at most 2⁻¹⁵.
          values.forEach((v, i) => {
            expect(Math.abs(back[i] - v)).toBeLessThanOrEqual(2000 * 2 ** -22 + 2 ** -15)
          })
          const copy = scalerFromJSON(JSON.parse(JSON.stringify(scaler)))
          expect(copy.transform(values)).toEqual(scaler.transform(values))
        }
      }),
      { seed: 1 },
    )
  })

  it('save their fitted numbers', () => {
    expect(minMaxScaler([1, 3], 1).toJSON()).toEqual({ scaler: 'minMax', min: [1], max: [3], range: [0, 1] })
    expect(standardScaler([1, 3], 1).toJSON()).toEqual({ scaler: 'standard', mean: [2], deviation: [1] })
    expect(scalerFromJSON(minMaxScaler([1, 3], 1).toJSON())).toBeInstanceOf(MinMaxScaler)
    expect(scalerFromJSON(standardScaler([1, 3], 1).toJSON())).toBeInstanceOf(StandardScaler)
  })

  it('refuse data that is not finite or not in whole rows', () => {
    for (const make of [minMaxScaler, standardScaler]) {
      expect(() => make([1, 2, 3, Number.NaN], 2)).toThrow(
        new ShapeError('x[1][1]: expected a finite number, got NaN'),
      )
      expect(() => make([1, 2, 3], 2)).toThrow(
        new ShapeError('x: expected at least one row, and whole rows of 2, got 3 values'),
      )
      expect(() => make([], 2)).toThrow(ShapeError)
      expect(() => make([1], 0)).toThrow(ShapeError)
      expect(() => make('12' as never, 1)).toThrow(ShapeError)
    }
    expect(() => minMaxScaler(x, 3).transform([1, 2])).toThrow(ShapeError)
    expect(() => standardScaler(x, 3).inverse([1, 2])).toThrow(ShapeError)
  })

  it('refuse fitted numbers that cannot be', () => {
    const bad: [() => unknown, string][] = [
      [() => new MinMaxScaler({ min: [1], max: [0] }), 'min and max: cannot be 1 and 0, in column 0'],
      [
        () => new MinMaxScaler({ min: [1], max: [2, 3] }),
        'min and max: expected as many of one as of the other, got 1 and 2',
      ],
      [
        () => new MinMaxScaler({ min: [], max: [] }),
        'fitted.min: expected an array of at least one finite number, got []',
      ],
      [
        () => minMaxScaler(x, 3, { range: [1, 1] }),
        'options.range: expected two finite numbers of float32, the lower one first, got [1, 1]',
      ],
      [
        () => minMaxScaler(x, 3, { range: [0, 1e39] }),
        'options.range: expected two finite numbers of float32, the lower one first, got [0, 1e+39]',
      ],
      [
        () => new StandardScaler({ mean: [0], deviation: [-1] }),
        'mean and deviation: cannot be 0 and -1, in column 0',
      ],
    ]
    for (const [make, message] of bad) expect(make).toThrow(new OptionError(message))
  })
})

describe('scalerFromJSON refuses', () => {
  it('what no scaler saved', () => {
    const bad = [
      null,
      'minMax',
      [],
      {},
      { scaler: 'other' },
      { scaler: 'minMax', min: [0] },
      { scaler: 'minMax', min: [0], max: ['1'], range: [0, 1] },
      { scaler: 'minMax', min: [0], max: [null], range: [0, 1] },
      { scaler: 'minMax', min: [0], max: [1], range: [0, 1], mean: [0] },
      { scaler: 'standard', mean: [0], deviation: [-1] },
    ]
    for (const json of bad) expect(() => scalerFromJSON(json), JSON.stringify(json)).toThrow(FormatError)
    expect(() => scalerFromJSON({ scaler: 'other' })).toThrow(
      "scaler: expected 'minMax' or 'standard', got \"other\"",
    )
  })
})
