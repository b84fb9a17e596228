import { describe, expect, it } from 'vitest'
import { oneHot } from '../../src/data/index.ts'
import { OptionError, ShapeError } from '../../src/errors.ts'

describe('oneHot', () => {
  it('puts a 1 at the label of each row', () => {
    expect(oneHot([2, 0], 3)).toEqual(Float32Array.of(0, 0, 1, 1, 0, 0))
    expect(oneHot(Int32Array.of(0, 1), 4)).toEqual(Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0))
  })

  it('counts the classes by the largest label', () => {
    expect(oneHot([1, 0, 2]).length).toBe(9)
    expect(oneHot([]).length).toBe(0)
  })

  it('refuses a label that is no class index, and names its row', () => {
    for (const label of [3, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => oneHot([0, label], 3)).toThrow(
        new ShapeError(`labels[1]: expected a class index from 0 to 2, got ${label}`),
      )
    }
    expect(() => oneHot([0, 1.5, 2])).toThrow('labels[1]: expected a class index from 0 to 2, got 1.5')
    expect(() => oneHot([-1])).toThrow('labels[0]: expected a class index of at least 0, got -1')
    expect(() => oneHot([0, 4e9])).toThrow('labels[1]: expected a class index below 16777216, got 4000000000')
    expect(() => oneHot(undefined as never)).toThrow(
      'labels: expected an array of class indices, got undefined',
    )
  })

  it('refuses a number of classes that cannot be', () => {
    for (const classes of [0, 1.5, -1]) expect(() => oneHot([0], classes)).toThrow(OptionError)
  })
})
