// trainTestSplit() of rows as they come: tables, row objects, arrays of cells.

import { describe, expect, expectTypeOf, it } from 'vitest'
import { OptionError, ShapeError } from '../../src/base/errors.ts'
import { type CsvTable, fitFeatures, fitTarget, readTable, trainTestSplit } from '../../src/data/index.ts'

const cities = ['Rome', 'Oslo']
/** Twelve rows: every third one of Oslo, and row 4 without a number. */
const csv = `id,city,area\n${Array.from({ length: 12 }, (_, r) => `${r},${cities[r % 3 === 0 ? 1 : 0]},${r === 4 ? '' : 10 * r}`).join('\n')}\n`

describe('trainTestSplit of a table', () => {
  it('keeps the cells of a row together, each row in one part, in columns of their own types', () => {
    const table = readTable(csv)
    const { train, test, trainIndices, testIndices } = trainTestSplit(table, { testSize: 5, seed: 3 })
    expectTypeOf(train).toEqualTypeOf<CsvTable>()
    expect([train.rows, test.rows]).toEqual([7, 5])
    expect([...trainIndices, ...testIndices].sort((a, b) => a - b)).toEqual([...Array(12).keys()])
    for (const [part, indices] of [
      [train, trainIndices],
      [test, testIndices],
    ] as const) {
      expect(part.names).toEqual(['id', 'city', 'area'])
      expect(part.columns[0]).toBeInstanceOf(Float64Array)
      expect([...part.columns[0]]).toEqual([...indices])
      expect(part.columns[1]).toEqual([...indices].map((r) => cities[r % 3 === 0 ? 1 : 0]))
      expect([...part.columns[2]]).toEqual([...indices].map((r) => (r === 4 ? Number.NaN : 10 * r)))
    }
    // What is fitted to one part takes the other.
    const features = fitFeatures(train, {
      except: ['city'],
      columns: { area: { type: 'numeric', missing: 'mean' } },
    })
    expect(features.transform(test).length).toBe(5 * features.width)
    expect(fitTarget(train, 'city').encode(test).length).toBe(5)
  })

  it('divides as { x, y } of as many rows is divided', () => {
    const y = Int32Array.from({ length: 12 }, (_, r) => (r % 3 === 0 ? 1 : 0))
    const flat = trainTestSplit({ x: y, y }, { testSize: 0.4, stratify: true, seed: 9 })
    const { train, trainIndices, testIndices } = trainTestSplit(readTable(csv), {
      testSize: 0.4,
      stratify: 'city',
      seed: 9,
    })
    expect([trainIndices, testIndices]).toEqual([flat.trainIndices, flat.testIndices])
    // 4 of 12 rows are of Oslo, 5 rows are tested with: shares of 1.67 and 3.33.
    expect((train.columns[1] as string[]).filter((city) => city === 'Oslo').length).toBe(2)
  })

  it('takes a number that is missing for a class of its own', () => {
    const table = { names: ['a'], rows: 6, columns: [Float64Array.of(1, 1, 1, Number.NaN, Number.NaN, 1)] }
    const { test } = trainTestSplit(table, { testSize: 2, stratify: 'a' })
    expect([...test.columns[0]].sort()).toEqual([1, Number.NaN])
  })
})

describe('trainTestSplit of rows', () => {
  const rows = Array.from({ length: 9 }, (_, r) => ({ id: r, kind: ['a', 'b', 'c'][r % 3] }))

  it('shares row objects out, those of each class by a column', () => {
    const { train, test, testIndices } = trainTestSplit(rows, { testSize: 3, stratify: 'kind', seed: 2 })
    expectTypeOf(train).toEqualTypeOf<{ id: number; kind: string }[]>()
    expect(test.map(({ kind }) => kind).sort()).toEqual(['a', 'b', 'c'])
    expect(test.map(({ id }) => id)).toEqual([...testIndices])
    expect(train.length).toBe(6)
    // The rows themselves, not copies.
    expect(test[0]).toBe(rows[testIndices[0]])
  })

  it('shares arrays of cells out, by the place of a column', () => {
    const cells = rows.map(({ id, kind }) => [id, kind])
    const { test } = trainTestSplit(cells, { testSize: 3, stratify: '1' })
    expect(test.map(([, kind]) => kind).sort()).toEqual(['a', 'b', 'c'])
  })

  it('refuses what it cannot divide, by the name of the argument', () => {
    const table = readTable(csv)
    expect(() => trainTestSplit([])).toThrow(new ShapeError('rows: expected at least one row, got none'))
    expect(() => trainTestSplit({ names: ['a'], rows: 0, columns: [[]] })).toThrow(
      new ShapeError('rows: expected at least one row, got none'),
    )
    expect(() => trainTestSplit({ ...table, rows: 13 })).toThrow(
      new ShapeError('rows: expected 13 cells in the column "id", got 12'),
    )
    expect(() => trainTestSplit(table, { stratify: 'town' })).toThrow(
      new ShapeError('rows: expected the column "town" in the table, got "id", "city", "area"'),
    )
    expect(() => trainTestSplit(table, { stratify: 'id' })).toThrow(
      new ShapeError('column "id": expected at least 2 rows of each class, got 1 of class 0'),
    )
    expect(() => trainTestSplit([{ a: null }, { a: 1 }], { stratify: 'a' })).toThrow(
      new ShapeError('column "a"[0]: expected a class index or name to stratify by, got null'),
    )
    // @ts-expect-error: there is no y to stratify by.
    expect(() => trainTestSplit(table, { stratify: true })).toThrow(
      new OptionError('options.stratify: expected the name of a column, got true'),
    )
    // @ts-expect-error: of { x, y } it is y that is stratified by.
    expect(() => trainTestSplit({ x: [[1], [2]], y: [0, 1] }, { stratify: 'y' })).toThrow(
      new OptionError('options.stratify: expected true or false, got "y"'),
    )
    expect(() => trainTestSplit(rows, { testSize: 9 })).toThrow(
      /^options\.testSize: expected at least 1 of the 9 rows in both parts/,
    )
    // @ts-expect-error: as scikit-learn has it.
    expect(() => trainTestSplit([[1], [2]], [0, 1])).toThrow(
      new OptionError('options: expected an object of options after the data, { x, y }, got [0, 1]'),
    )
  })
})
