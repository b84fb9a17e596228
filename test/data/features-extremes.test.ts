// Columns and targets of numbers near the ends of float64, where a difference of two overflows.

import { describe, expect, it } from 'vitest'
import { fitFeatures, fitTarget } from '../../src/data/index.ts'
import { OptionError } from '../../src/index.ts'

const END = 1.7e308
const rowsOf = (...values: number[]) => values.map((v) => ({ v }))

describe('numbers near the ends of float64', () => {
  it.each(['minMax', 'robust'] as const)('are refused by their column where %s would overflow', (scale) => {
    const rows = rowsOf(-END, -END, 0, END, END)
    const fit = () => fitFeatures(rows, { columns: { v: { type: 'numeric', scale } } })
    expect(fit).toThrow(OptionError)
    expect(fit).toThrow('columns["v"]: expected values whose distances are within float64, got -1.7e+308')
    expect(() => fitTarget(rows, 'v', { scale })).toThrow('columns["v"]: expected values whose distances')
  })

  it('are refused where their distance from the mean overflows', () => {
    const rows = rowsOf(-END, ...new Array(9).fill(END))
    expect(() => fitFeatures(rows, { columns: { v: 'standard' } })).toThrow(
      'columns["v"]: expected values whose distances are within float64',
    )
  })

  it.each([
    ['minMax', [0, 0.5, 1]],
    ['robust', [-1, 0, 1]],
    ['standard', [-Math.sqrt(1.5), 0, Math.sqrt(1.5)]],
  ] as const)('are scaled by %s where they are not too far apart', (scale, expected) => {
    const rows = rowsOf(-END / 2, 0, END / 2)
    const x = fitFeatures(rows, { columns: { v: { type: 'numeric', scale } } }).transform(rows)
    expected.forEach((value, r) => {
      expect(x[r]).toBeCloseTo(value, 6)
    })
  })

  it('may be what stands for a missing one, unscaled', () => {
    const rows = [...rowsOf(-END, ...new Array(9).fill(END)), { v: null }]
    const features = fitFeatures(rows as never, {
      columns: { v: { type: 'numeric', scale: 'none', missing: 'mean' } },
    })
    expect((features.toJSON().columns[0] as { missing: number }).missing / (0.8 * END)).toBeCloseTo(1, 12)
  })

  // Type 7: (n − 1) q = ½ lies halfway between the two, and 1 on the one in the middle.
  it.each([
    [[-END, END], 0],
    [[-END, -1, END], -1],
    [[-END, -END, END], -END],
    [[-END, -1, 1, END], 0],
    [[-END, -END, END, END, END], END],
  ])('have the median of %j', (values, median) => {
    const rows = [...rowsOf(...values), { v: Number.NaN }]
    const features = fitFeatures(rows, {
      columns: { v: { type: 'numeric', scale: 'none', missing: 'median' } },
    })
    const [column] = features.toJSON().columns
    expect(column).toMatchObject({ missing: median })
  })
})
