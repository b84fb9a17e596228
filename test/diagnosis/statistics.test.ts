// The figures that a diagnosis starts from.

import { describe, expect, it } from 'vitest'
import { standardScaler } from '../../src/data/index.ts'
import { roundDown } from '../../src/diagnosis/stability.ts'
import { momentsOf, statisticsOf } from '../../src/diagnosis/statistics.ts'
import { layerStatistics } from '../../src/engine/layer-statistics.ts'
import { numbers } from '../helpers/random.ts'

describe('the statistics', () => {
  it('of columns are those of the scaler, and of all values as one column', () => {
    const values = numbers(300, 7, 5).map((v, i) => (i % 3 === 1 ? 1e8 + v : v))
    const { columns, overall, outlier } = statisticsOf({ values, rows: 100, columns: 3 })
    const scaler = standardScaler(values, 3)
    columns.forEach(({ mean, deviation, largest }, c) => {
      // A sum of 100 terms in float64.
      expect(Math.abs(mean / scaler.mean[c] - 1)).toBeLessThan(100 * 2 ** -52)
      expect(Math.abs(deviation / scaler.deviation[c] - 1)).toBeLessThan(1e-9)
      expect(largest).toBe(Math.max(...values.filter((_, i) => i % 3 === c).map(Math.abs)))
    })
    const all = standardScaler(values, 1)
    expect(overall.mean).toBeCloseTo(all.mean[0], 4)
    expect(overall.deviation / all.deviation[0]).toBeCloseTo(1, 9)
    expect(outlier).toBeUndefined()
  })

  it('know a value that stands alone, and what is left without its row', () => {
    const values = numbers(60, 8)
    values[31] = -5e4
    const matrix = { values, rows: 20, columns: 3 }
    expect(statisticsOf(matrix).outlier).toMatchObject({ row: 10, column: 1, value: -5e4 })
    const { seen, columns } = statisticsOf(matrix, 10)
    expect(seen).toEqual([...Array(20).keys()].filter((r) => r !== 10))
    expect(columns[1].largest).toBeLessThan(1)
  })

  it('look at a sample of large data, in its whole length', () => {
    const columns = 64
    const rows = 200_000
    const { seen } = statisticsOf({ values: new Float32Array(rows * columns), rows, columns })
    expect(seen.length).toBe(2 ** 19 / columns)
    expect(seen.at(-1)!).toBeGreaterThan(rows * 0.99)
    expect(statisticsOf({ values: new Float32Array(0), rows: 5, columns: 2 }).seen).toEqual([])
  })

  it("hold the largest eigenvalue of the inputs' second moments", () => {
    // [[14/3, 2], [2, 1]] of x = 1, 2, 3 beside a column of ones: (17/3 + √(11²/9 + 16)) / 2.
    const values = Float32Array.of(1, 1, 2, 1, 3, 1)
    const exact = (17 / 3 + Math.sqrt(121 / 9 + 16)) / 2
    const { square, largest, top } = momentsOf({ values, rows: 3, columns: 2 })
    expect(square).toBeCloseTo(17 / 3, 12)
    expect(largest).toBe(10)
    expect(top).toBeGreaterThanOrEqual(exact * (1 - 1e-12))
    expect(top).toBeLessThanOrEqual(square)
  })

  it('of weights leave the padding out', () => {
    const floats = Float32Array.of(9, 2, -2, 2, -2, 2, -6, 0, 0, 1, 3)
    const found = layerStatistics(floats, { offset: 1, length: 8 }, 6, { offset: 9, length: 2 }, 2)
    expect(found.mean).toBeCloseTo(-4 / 6, 12)
    expect(found.size).toBeCloseTo(Math.sqrt((5 * 4 + 36) / 6), 12)
    expect(found.biasSize).toBeCloseTo(Math.sqrt(5), 12)
    expect(found.largest).toBe(6)
  })
})

describe('an advised rate', () => {
  it.each([
    [0.36, 0.2],
    [0.2, 0.2],
    [7, 5],
    [1, 1],
    [0.0199, 0.01],
    [5.2e-9, 5e-9],
  ])('of at most %d is %d', (most, rate) => {
    expect(roundDown(most)).toBe(rate)
  })
})
