// What a network is to predict: what fitTarget() takes and refuses.

import { describe, expect, it } from 'vitest'
import { fitTarget, targetFromJSON } from '../../src/data/index.ts'
import { FormatError, ShapeError } from '../../src/index.ts'

describe('a target of classes', () => {
  it('refuses classes of the same text, whose probabilities would have one name', () => {
    for (const [a, b] of [
      [1, '1'],
      [true, 'true'],
    ]) {
      const rows = [{ v: a }, { v: 'other' }, { v: b }]
      expect(() => fitTarget(rows, 'v')).toThrow(ShapeError)
      expect(() => fitTarget(rows, 'v')).toThrow(
        /^rows, column "v": expected classes of different texts, got /,
      )
      const json = { type: 'class', name: 'v', classes: [a, b] }
      expect(() => targetFromJSON(json)).toThrow(FormatError)
      expect(() => targetFromJSON(json)).toThrow('target.classes: expected classes of different texts')
    }
    expect(fitTarget([{ v: 1 }, { v: '2' }], 'v', { type: 'class' }).classes).toEqual([1, '2'])
  })
})

describe('a target of rows that are arrays', () => {
  it('is read by the names of the cells, which are their places unless they are given', () => {
    const rows = [
      [7, 1],
      [8, 3],
    ]
    const named = fitTarget(rows, 'y', { names: ['x', 'y'], scale: 'none' })
    expect([...named.encode(rows, ['x', 'y'])]).toEqual([1, 3])
    expect([...fitTarget(rows, '1', { scale: 'none' }).encode(rows)]).toEqual([1, 3])
    // The first cell was taken for it.
    expect(() => named.encode(rows)).toThrow(ShapeError)
    expect(() => named.encode(rows)).toThrow('rows: expected the column "y" among the cells, got "0", "1"')
  })
})

describe('the JSON of a target', () => {
  it.each([
    ['class', { classes: ['a', 'b'] }, 'type, name, classes'],
    ['number', { columns: [{ name: 'v', log1p: false, offset: 0, scale: 1 }] }, 'type, columns'],
    ['labels', { names: ['a', 'b'] }, 'type, names'],
  ])('of the type %s has no other keys', (type, rest, keys) => {
    const json = { type, ...(type === 'class' && { name: 'v' }), ...rest }
    expect(targetFromJSON(json).toJSON()).toEqual(json)
    expect(() => targetFromJSON({ ...json, colour: 1 })).toThrow(
      `target: expected the keys ${keys}, got "colour"`,
    )
  })

  it('has no other keys in its columns', () => {
    const column = { name: 'v', log1p: false, offset: 0, scale: 1, colour: 1 }
    expect(() => targetFromJSON({ type: 'number', columns: [column] })).toThrow(
      'target.columns[0]: expected the keys name, log1p, offset, scale, got "colour"',
    )
  })
})

describe('a target of numbers', () => {
  it('refuses those beyond float64, whatever the scale', () => {
    for (const scale of ['standard', 'robust', 'none'] as const) {
      const fitted = () => fitTarget([{ v: 1 }, { v: 2 }, { v: '1e999' }], 'v', { type: 'number', scale })
      expect(fitted).toThrow('rows[2], column "v": expected a number, got "1e999"')
    }
  })
})
