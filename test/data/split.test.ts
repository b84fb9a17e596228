import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { OptionError, ShapeError } from '../../src/base/errors.ts'
import { takeRows, trainTestSplit } from '../../src/data/index.ts'

/** Rows [10 r, 10 r + 1] of class r mod `classes`. */
function numbered(rows: number, classes = 1) {
  return {
    x: Float32Array.from({ length: 2 * rows }, (_, i) => 10 * (i >> 1) + (i & 1)),
    y: Int32Array.from({ length: rows }, (_, r) => r % classes),
  }
}

const countOf = (y: ArrayLike<number>, label: number) => Array.from(y).filter((v) => v === label).length

describe('trainTestSplit', () => {
  it('puts each row in one part, with its target', () => {
    const anySplit = fc.record({
      rows: fc.integer({ min: 4, max: 60 }),
      testSize: fc.double({ min: 0.01, max: 0.7, noNaN: true }),
      seed: fc.maxSafeNat(),
    })
    fc.assert(
      fc.property(anySplit, ({ rows, testSize, seed }) => {
        const { x, y } = numbered(rows, rows)
        const { train, test, trainIndices, testIndices } = trainTestSplit({ x, y }, { testSize, seed })
        expect(test.y.length).toBe(Math.ceil(testSize * rows))
        expect([...trainIndices, ...testIndices].sort((a, b) => a - b)).toEqual([...y])
        for (const [part, indices] of [
          [train, trainIndices],
          [test, testIndices],
        ] as const) {
          expect([...part.y]).toEqual([...indices])
          expect([...part.x]).toEqual([...indices].flatMap((r) => [10 * r, 10 * r + 1]))
        }
      }),
      { seed: 1 },
    )
  })

  it('splits by its seed, the same on every machine', () => {
    const at = (seed: number) => [...trainTestSplit(numbered(8), { seed }).trainIndices]
    expect(at(1)).toEqual(at(1))
    expect(at(1)).not.toEqual(at(2))
    // The shuffle of the indices, worked out in Python from the definitions of Philox and of shuffle().
    const { trainIndices, testIndices } = trainTestSplit(numbered(8))
    expect([[...testIndices], [...trainIndices]]).toEqual([
      [4, 1],
      [6, 7, 3, 0, 5, 2],
    ])
  })

  it('tests with a quarter unless told, and with a number of rows if told so', () => {
    expect(trainTestSplit(numbered(10)).test.y.length).toBe(3)
    expect(trainTestSplit(numbered(10), { testSize: 4 }).test.y.length).toBe(4)
    expect(trainTestSplit(numbered(10), { testSize: 1 }).test.y.length).toBe(1)
  })

  it('keeps the types of the arrays, and takes arrays of rows', () => {
    const rows = [[0], [1], [2], [3]]
    const { train, test } = trainTestSplit({ x: rows, y: Uint8Array.of(0, 1, 2, 3) }, { testSize: 2 })
    expectTypeOf(train.x).toEqualTypeOf<number[][]>()
    expectTypeOf(train.y).toExtend<Uint8Array>()
    expect(test.x.map(([v]) => v)).toEqual([...test.y])
    expect(train.y).toBeInstanceOf(Uint8Array)
  })

  it('takes targets of several values a row where the rows are given', () => {
    const x = Float32Array.of(0, 1, 2, 3)
    const y = Float32Array.of(0, 0, 1, 1, 2, 2, 3, 3)
    const { train, test } = trainTestSplit({ x, y, rows: 4 }, { testSize: 2 })
    for (const part of [train, test]) expect([...part.y]).toEqual([...part.x].flatMap((v) => [v, v]))
    expect(() => trainTestSplit({ x, y })).toThrow(ShapeError)
  })
})

describe('a stratified split', () => {
  it('gives each class its share, the largest remainders rounded up', () => {
    // 10, 6 and 4 rows, 7 to test: shares of 3.5, 2.1 and 1.4.
    // The class of the largest remainder comes last, so that it is not served first by its place alone.
    const y = [...new Array(6).fill(1), ...new Array(4).fill(2), ...new Array(10).fill(0)]
    const { train, test } = trainTestSplit({ x: y, y }, { testSize: 7, stratify: true })
    expect([0, 1, 2].map((label) => countOf(test.y, label))).toEqual([4, 2, 1])
    expect([0, 1, 2].map((label) => countOf(train.y, label))).toEqual([6, 4, 3])
  })

  it('has the exact total and no class a whole row off its share', () => {
    const labels = fc
      .array(fc.integer({ min: 2, max: 9 }), { minLength: 1, maxLength: 5 })
      .map((counts) => counts.flatMap((count, label) => new Array<number>(count).fill(label)))
    fc.assert(
      fc.property(labels, fc.double({ min: 0.3, max: 0.6, noNaN: true }), fc.nat(), (y, testSize, seed) => {
        const classes = y[y.length - 1] + 1
        const tests = Math.ceil(testSize * y.length)
        fc.pre(tests >= classes && y.length - tests >= classes)
        const { test, trainIndices, testIndices } = trainTestSplit(
          { x: y, y },
          { testSize, stratify: true, seed },
        )
        expect(test.y.length).toBe(tests)
        expect(new Set([...trainIndices, ...testIndices]).size).toBe(y.length)
        for (let label = 0; label < classes; ++label) {
          const share = (countOf(y, label) * tests) / y.length
          expect(Math.abs(countOf(test.y, label) - share)).toBeLessThan(1)
        }
      }),
      { seed: 2 },
    )
  })

  it('mixes the classes', () => {
    const y = Array.from({ length: 100 }, (_, r) => (r < 50 ? 0 : 1))
    const { train, test } = trainTestSplit({ x: y, y }, { stratify: true })
    for (const part of [train.y, test.y]) expect(part).not.toEqual([...part].sort())
  })

  it('takes class names', () => {
    const y = ['cat', 'dog', 'cat', 'dog']
    expect(trainTestSplit({ x: [1, 2, 3, 4], y }, { testSize: 2, stratify: true }).test.y.sort()).toEqual([
      'cat',
      'dog',
    ])
  })

  it('refuses classes that it cannot share out', () => {
    const split = (y: unknown[], testSize?: number) => () =>
      trainTestSplit({ x: y, y }, { stratify: true, testSize })
    expect(split([0, 0, 0, 7])).toThrow(
      new ShapeError('y: expected at least 2 rows of each class, got 1 of class 7'),
    )
    expect(split([[0], [1]])).toThrow(
      new ShapeError('y[0]: expected a class index or name to stratify by, got [0]'),
    )
    expect(split([0, 0, 0, 1, 1, 1], 1)).toThrow(OptionError)
    expect(split([0, 0, 0, 1, 1, 1], 5)).toThrow(OptionError)
    const x = [1, 2]
    expect(() => trainTestSplit({ x, y: [0, 1, 1, 0], rows: 2 }, { stratify: true })).toThrow(
      new ShapeError('y: expected one class for each of the 2 rows to stratify by, got 4 values'),
    )
  })
})

describe('trainTestSplit refuses', () => {
  it('sizes that leave a part empty', () => {
    for (const testSize of [4, 5, 0.99]) {
      expect(() => trainTestSplit(numbered(4), { testSize })).toThrow(OptionError)
    }
    expect(() => trainTestSplit(numbered(4), { testSize: 4 })).toThrow(
      'options.testSize: expected at least 1 of the 4 rows in both parts, got 4 to test and 0 to train with',
    )
    expect(() => trainTestSplit(numbered(1))).toThrow(OptionError)
  })

  it('sizes that are neither a share nor a number of rows', () => {
    for (const testSize of [0, -1, 1.5, Number.NaN, '0.5' as never]) {
      expect(() => trainTestSplit(numbered(4), { testSize })).toThrow(
        /^options\.testSize: expected a share between 0 and 1, or a number of rows, got /,
      )
    }
  })

  it('data of another shape', () => {
    const bad = [
      undefined,
      {},
      { x: [1] },
      { x: [1, 2, 3], y: [1, 2] },
      { x: [], y: [1, 2] },
      { x: [], y: [] },
      { x: 'ab', y: [1, 2] },
    ]
    for (const data of bad) expect(() => trainTestSplit(data as never)).toThrow(ShapeError)
    expect(() => trainTestSplit({ x: [1, 2, 3], y: [1, 2] })).toThrow(
      'x: expected as many values for each of the 2 rows, got 3 values',
    )
    expect(() => trainTestSplit({ x: [1, 2], y: [1, 2], rows: 0 })).toThrow(OptionError)
  })
})

describe('takeRows', () => {
  it('takes rows in any order and as often as wanted', () => {
    const x = Uint8Array.of(0, 1, 10, 11, 20, 21)
    expect(takeRows(x, 2, [2, 0, 2])).toEqual(Uint8Array.of(20, 21, 0, 1, 20, 21))
    expect(takeRows(x, 2, [])).toEqual(new Uint8Array(0))
    expect(takeRows([[1, 2], [3]], 1, [1])).toEqual([[3]])
    expect(takeRows([5], 1, [0, 0, 0])).toEqual([5, 5, 5])
  })

  it('refuses a row that is not there', () => {
    for (const row of [3, -1, 0.5, Number.NaN]) {
      expect(() => takeRows(Float64Array.of(1, 2, 3), 1, [0, row])).toThrow(
        new ShapeError(`indices[1]: expected a row from 0 to 2, got ${row}`),
      )
    }
    expect(() => takeRows([1, 2, 3], 2, [0])).toThrow(ShapeError)
  })
})

describe('the number of rows', () => {
  it('is that of an array of rows, with targets of any width', () => {
    const x = [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]
    const y = Float32Array.of(1, 0, 0, 1, 1, 1, 0, 0)
    const { train, test } = trainTestSplit({ x, y }, { testSize: 1 })
    expect([train.x.length, test.x.length, train.y.length, test.y.length]).toEqual([3, 1, 6, 2])
    const row = x.indexOf(test.x[0])
    expect([...test.y]).toEqual([...y.subarray(2 * row, 2 * row + 2)])
  })
})
