import { describe, expect, it } from 'vitest'
import {
  accuracy,
  argmax,
  classificationReport,
  confusionMatrix,
  OptionError,
  ShapeError,
} from '../src/index.ts'

const labels = [0, 1, 2, 2, 2]
const predicted = [0, 0, 2, 2, 1]

describe('argmax', () => {
  it('returns the index of the largest value of each row, of equal ones the first', () => {
    expect([...argmax([1, 3, 2, 5, 5, 4, -2, -1, -3], 3)]).toEqual([1, 0, 1])
  })
  it('refuses rows that do not come out even', () => {
    expect(() => argmax([1, 2, 3], 2)).toThrow(
      new ShapeError('argmax: expected 3 values in whole rows, got rows of 2'),
    )
  })
})

describe('accuracy', () => {
  it('is the share of right predictions', () => expect(accuracy(labels, predicted)).toBe(0.6))
  it('refuses lists of different lengths', () => {
    expect(() => accuracy([0, 1], [0])).toThrow('predicted: expected 2 class indices, one a label, got 1')
  })
  it('refuses what is no class index', () => {
    expect(() => accuracy([0, 1.5], [0, 1])).toThrow('labels[1]: expected a class index from 0 on, got 1.5')
    expect(() => accuracy([0, 1], [0, -1])).toThrow('predicted[1]')
    expect(() => accuracy([], [])).toThrow(ShapeError)
  })
})

describe('confusionMatrix', () => {
  it('counts true classes in rows and predicted ones in columns', () => {
    expect(confusionMatrix(labels, predicted).counts).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 2],
    ])
  })
  it('prints the counts under the names of the classes', () => {
    expect(`${confusionMatrix(labels, predicted, { classNames: ['ant', 'bee', 'cow'] })}`).toBe(
      ['     ant  bee  cow', 'ant    1    0    0', 'bee    1    0    0', 'cow    0    1    2'].join('\n'),
    )
  })
  it('refuses a label beyond the named classes', () => {
    expect(() => confusionMatrix([0, 2], [0, 1], { classNames: ['a', 'b'] })).toThrow(
      'labels[1]: expected a class index from 0 to 1, got 2',
    )
  })
})

describe('classificationReport', () => {
  const classNames = ['class 0', 'class 1', 'class 2']

  it('prints what scikit-learn prints for the example of its documentation', () => {
    expect(`${classificationReport(labels, predicted, { classNames })}`).toBe(
      `              precision    recall  f1-score   support

     class 0       0.50      1.00      0.67         1
     class 1       0.00      0.00      0.00         1
     class 2       1.00      0.67      0.80         3

    accuracy                           0.60         5
   macro avg       0.50      0.56      0.49         5
weighted avg       0.70      0.60      0.61         5
`,
    )
  })

  it('gives the figures of each class and their averages', () => {
    const report = classificationReport(labels, predicted)
    expect(report.classes[2]).toEqual({ precision: 1, recall: 2 / 3, f1: 0.8, support: 3 })
    // A class that is never predicted has no precision: 0, not NaN.
    expect(report.classes[1]).toEqual({ precision: 0, recall: 0, f1: 0, support: 1 })
    expect(report.accuracy).toBe(0.6)
    expect(report.macro.recall).toBeCloseTo(5 / 9, 15)
    expect(report.weighted).toEqual({ precision: 0.7, recall: 0.6, f1: (2 / 3 + 3 * 0.8) / 5, support: 5 })
  })

  it('is perfect where every prediction is right', () => {
    const report = classificationReport([0, 1, 1], [0, 1, 1])
    expect([report.accuracy, report.macro.f1, report.weighted.precision]).toEqual([1, 1, 1])
  })

  it('refuses an impossible number of decimals', () => {
    expect(() => classificationReport(labels, predicted, { digits: 1.5 })).toThrow(OptionError)
  })

  it('has a row for each class that occurs, or that is named', () => {
    expect(classificationReport([0, 2, 2], [0, 2, 2]).classNames).toEqual(['0', '2'])
    expect(classificationReport([0, 2, 2], [0, 2, 2]).macro.recall).toBe(1)
    expect(confusionMatrix([0, 2], [2, 2], { classNames: ['a', 'b', 'c'] }).counts[0]).toEqual([0, 0, 1])
  })

  it('refuses options that it does not know', () => {
    const typo = { classnames: ['a'] } as never
    expect(() => classificationReport([0], [0], typo)).toThrow(
      'options: expected options among classNames, digits',
    )
    expect(() => confusionMatrix([0], [0], { classNames: 3 as never })).toThrow(
      'options.classNames: expected an array',
    )
    expect(() => accuracy(undefined as never, [0])).toThrow(
      'labels: expected an array of class indices, got undefined',
    )
  })
})
