// Ticks, labels, and the widths that texts are given.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { padded, rangeOf } from '../../src/plots/scale.ts'
import { shortened, widthOf } from '../../src/plots/text.ts'
import { linearTicks, logTicks, shortNumber } from '../../src/plots/ticks.ts'

describe('linear ticks', () => {
  it.each([
    [0, 1, 5, ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']],
    [0, 1, 10, ['0.0', '0.1', '0.2', '0.3', '0.4', '0.5', '0.6', '0.7', '0.8', '0.9', '1.0']],
    [0.13, 0.31, 4, ['0.15', '0.20', '0.25', '0.30']],
    [-7, 12, 4, ['−5', '0', '5', '10']],
    [0, 2e-11, 4, ['0', '5e−12', '1.0e−11', '1.5e−11', '2.0e−11']],
    [0, 4e12, 4, ['0', '1e12', '2e12', '3e12', '4e12']],
    [510_000, 570_000, 3, ['520000', '540000', '560000']],
  ])('from %d to %d, at most %i steps', (min, max, most, labels) => {
    const ticks = linearTicks(min, max, most)
    expect(ticks.labels).toEqual(labels)
    expect(ticks.offset).toBeUndefined()
  })

  it('leave out digits that all have in common', () => {
    const { values, labels, offset } = linearTicks(1e12, 1e12 + 20, 4)
    expect(values).toEqual([0, 5, 10, 15, 20].map((k) => 1e12 + k))
    expect(labels).toEqual(['0', '5', '10', '15', '20'])
    expect(offset).toBe('+ 1000000000000')
    expect(linearTicks(-1e12 - 20, -1e12, 4).offset).toBe('− 1000000000020')
  })

  it('are whole where they count', () => {
    expect(linearTicks(1, 3, 10, true).values).toEqual([1, 2, 3])
    expect(linearTicks(1, 300, 6, true).values).toEqual([50, 100, 150, 200, 250, 300])
  })

  it('lie in the range, in steps of 1, 2 or 5, and are told apart, whatever the range', () => {
    const number = fc.double({ noDefaultInfinity: true, noNaN: true })
    fc.assert(
      fc.property(number, number, fc.integer({ min: 1, max: 20 }), (a, b, most) => {
        const [min, max] = padded(rangeOf([[a, b]]))
        expect(max).toBeGreaterThan(min)
        const { values, labels } = linearTicks(min, max, most)
        expect(values.length).toBeLessThanOrEqual(most + 1)
        expect(new Set(labels).size).toBe(values.length)
        const slack = (max - min) * 1e-6
        for (const value of values) {
          expect(value).toBeGreaterThanOrEqual(min - slack)
          expect(value).toBeLessThanOrEqual(max + slack)
        }
        if (values.length < 3) return
        const steps = values.slice(1).map((value, i) => value - values[i])
        for (const step of steps) expect(Math.abs(step - steps[0])).toBeLessThanOrEqual(slack)
        // Differences of numbers far from 0 have few digits left.
        if (Math.max(Math.abs(min), Math.abs(max)) > 1e3 * (max - min)) return
        expect([1, 2, 5]).toContain(Number(steps[0].toPrecision(6).replace(/e.*/, '').replace(/[.0]/g, '')))
      }),
      { seed: 1, numRuns: 2000 },
    )
  })
})

describe('logarithmic ticks', () => {
  it.each([
    [1e-6, 1, 7, ['1e−6', '1e−5', '1e−4', '0.001', '0.01', '0.1', '1']],
    [1e-12, 1e12, 5, ['1e−10', '1e−5', '1', '100000', '1e10']],
    [0.9, 12, 6, ['1', '2', '5', '10']],
    [2.1, 3, 5, ['2.2', '2.4', '2.6', '2.8', '3.0']],
  ])('from %d to %d, at most %i', (min, max, most, labels) => {
    expect(logTicks(min, max, most).labels).toEqual(labels)
  })
})

describe('the range of an axis', () => {
  it('leaves out what cannot be drawn', () => {
    expect(
      rangeOf([
        [Number.NaN, 3, Number.POSITIVE_INFINITY],
        [-1, 1e300],
      ]),
    ).toEqual([-1, 3])
    expect(rangeOf([[0, -4, 2, 8]], true)).toEqual([2, 8])
    expect(rangeOf([[Number.NaN], []])).toBeUndefined()
  })
  it('gets air, but none beyond 0', () => {
    expect(padded([10, 20], { share: 0.1 })).toEqual([9, 21])
    expect(padded([0.1, 10])[0]).toBe(0)
    expect(padded([-10, -0.1])[1]).toBe(0)
    expect(padded([5, 5])).toEqual([4.5, 5.5])
    expect(padded([0, 0])).toEqual([-1, 1])
    expect(padded([1, 100], { log: true, share: 0.5 })).toEqual([0.1, 1000])
  })
})

describe('texts', () => {
  it('are shortened to a width, and whole where they fit', () => {
    expect(shortened('loss', 100, 11)).toBe('loss')
    expect(shortened('  two\n words ', 100, 11)).toBe('two words')
    const short = shortened('a name that is too long', 80, 11)
    expect(short).toMatch(/^a name.*[^ ]…$/)
    expect(widthOf(short, 11)).toBeLessThanOrEqual(80)
    expect(shortened('🙂🙂🙂🙂', 40, 11)).toBe('🙂…')
    expect(shortened('a'.repeat(1e6), 1e9, 11).length).toBe(201)
  })
  it('write numbers with few digits', () => {
    expect([0, 0.5, 1234.5, -2e-9, 1.5e9, 999_999].map((value) => shortNumber(value))).toEqual([
      '0',
      '0.5',
      '1230',
      '−2e−9',
      '1.5e9',
      '1e6',
    ])
  })
})
