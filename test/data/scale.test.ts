import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MinMaxScaler,
  minMaxScaler,
  StandardScaler,
  scalerFromJSON,
  standardScaler,
} from '../../src/data/index.ts'
import { FormatError, OptionError, ShapeError } from '../../src/errors.ts'

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

describe('both scalers', () => {
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
        new ShapeError('x: expected at least one row, whole rows of 2, got 3 values'),
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
        'options.range: expected two finite numbers, the lower one first, got [1, 1]',
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
