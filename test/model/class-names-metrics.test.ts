// Metrics and splits of rows whose classes are names or booleans.

import { describe, expect, it } from 'vitest'
import { trainTestSplit } from '../../src/data/index.ts'
import { classificationReport, confusionMatrix, OptionError } from '../../src/index.ts'
import { indices, make, ROWS, x, y } from '../helpers/named.ts'

describe('metrics', () => {
  const truth = ['bee', 'ant', 'bee', 'bee']
  const guess = ['bee', 'bee', 'bee', 'ant']

  it('count the classes that names are given of, in their order, absent ones too', () => {
    const net = make({ classNames: ['bee', 'Zebra', 'ant'] })
    const { classNames } = net
    const matrix = confusionMatrix(truth, guess, { classNames })
    expect(matrix.classNames).toEqual(['bee', 'Zebra', 'ant'])
    expect(matrix.counts).toEqual([
      [2, 0, 1],
      [0, 0, 0],
      [1, 0, 0],
    ])
    const byIndex = (list: string[]) => list.map((name) => classNames!.indexOf(name))
    const options = { classNames: classNames as string[] }
    const report = classificationReport(truth, guess, options)
    expect(`${report}`).toBe(`${classificationReport(byIndex(truth), byIndex(guess), options)}`)
    expect(`${report}`).toMatch(/^ +Zebra +0\.00/m)
    const named = net.classify(x, { names: true })
    const counted = confusionMatrix(y, named, { classNames })
    expect(counted.counts.flat().reduce((sum, count) => sum + count)).toBe(ROWS)
  })

  it('take booleans for names, and print them', () => {
    const { classNames, counts } = confusionMatrix([true, true], [true, false], { classNames: [false, true] })
    expect(classNames).toEqual(['false', 'true'])
    expect(counts).toEqual([
      [0, 0],
      [1, 1],
    ])
  })

  it('refuse a class that is none of the names', () => {
    const options = { classNames: ['ant', 'bee'] }
    expect(() => confusionMatrix(['ant', 'cow'], ['ant', 'ant'], options)).toThrow(
      'labels[1]: expected one of the classes "ant", "bee", got "cow"',
    )
    expect(() => classificationReport(['ant', 'bee'], ['ant', 'cow'], options)).toThrow(
      'predicted[1]: expected one of the classes "ant", "bee", got "cow"',
    )
    expect(() => confusionMatrix(['ant'], ['ant'], { classNames: ['ant', 'ant'] })).toThrow(OptionError)
  })
})

it('trainTestSplit stratifies by booleans', () => {
  const one = indices.map((_, r) => r % 6 === 0)
  const { test } = trainTestSplit({ x: indices, y: one }, { testSize: 30, stratify: true, seed: 1 })
  expect(test.y.filter(Boolean).length).toBe(5)
})
