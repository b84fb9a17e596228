import { describe, expect, it } from 'vitest'
import { BackendError, OptionError, ShapeError } from '../../src/base/errors.ts'
import { oneHot } from '../../src/data/index.ts'

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

  it('refuses more values than memory can hold, before it takes any', () => {
    const rows = new Uint8Array(2 ** 9)
    const message = (size: string) =>
      `labels: expected at most 1073741824 values, rows × classes, got ${size}`
    expect(() => oneHot(rows, 2 ** 24)).toThrow(new ShapeError(message('512 rows of 16777216 classes')))
    expect(() => oneHot(rows, 2 ** 21 + 1)).toThrow(new ShapeError(message('512 rows of 2097153 classes')))
    expect(() => oneHot([...rows, 2 ** 24 - 1])).toThrow(ShapeError)
    // A list of 2³² − 1 holes, which it would take seconds to go through.
    expect(() => oneHot(new Array(2 ** 32 - 1), 2 ** 24)).toThrow(ShapeError)
  })

  it('says so where there is no memory for them', () => {
    const { Float32Array: kept } = globalThis
    globalThis.Float32Array = class {
      constructor() {
        throw new RangeError('Array buffer allocation failed')
      }
    } as never
    try {
      expect(() => oneHot([0, 1], 3)).toThrow(
        new BackendError('oneHot: not enough memory for 2 rows of 3 classes'),
      )
    } finally {
      globalThis.Float32Array = kept
    }
  })

  it('refuses a number of classes that cannot be', () => {
    for (const classes of [0, 1.5, -1]) expect(() => oneHot([0], classes)).toThrow(OptionError)
  })
})
