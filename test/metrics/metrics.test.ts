import { describe, expect, it } from 'vitest'
import {
  accuracy,
  argmax,
  classificationReport,
  confusionMatrix,
  OptionError,
  ShapeError,
} from '../../src/index.ts'

const labels = [0, 1, 2, 2, 2]
const predicted = [0, 0, 2, 2, 1]

describe('argmax', () => {
  it('returns the index of the largest value of each row, of equal ones the first', () => {
    expect([...argmax([1, 3, 2, 5, 5, 4, -2, -1, -3], 3)]).toEqual([1, 0, 1])
  })
  it('refuses rows that do not come out even', () => {
    expect(() => argmax({} as never, 2)).toThrow(
      new ShapeError('argmax: expected an array of numbers, got {}'),
    )
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

describe('labels far apart', () => {
  const far = [2 ** 40, 3, 2 ** 40, 1e15]
  const guessed = [2 ** 40, 3, 3, 1e15]

  it('are classes like any others: those that occur, in ascending order', () => {
    const { classNames, counts } = confusionMatrix(far, guessed)
    expect(classNames).toEqual(['3', '1099511627776', '1000000000000000'])
    expect(counts).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [0, 0, 1],
    ])
    expect(accuracy(far, guessed)).toBe(0.75)
    const report = classificationReport(far, guessed)
    expect(report.classes.map(({ support }) => support)).toEqual([1, 2, 1])
    expect(report.classes[0]).toEqual({ precision: 0.5, recall: 1, f1: 2 / 3, support: 1 })
  })
  it('are refused where classes are named', () => {
    const message = 'labels[0]: expected a class index from 0 to 1, got 1099511627776'
    for (const metric of [confusionMatrix, classificationReport]) {
      expect(() => metric(far, guessed, { classNames: ['a', 'b'] })).toThrow(new ShapeError(message))
    }
  })
  it('are still whole numbers from 0 on', () => {
    for (const bad of [2 ** 40 + 0.5, -(2 ** 40), Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(() => confusionMatrix([bad], [0])).toThrow(
        `labels[0]: expected a class index from 0 on, got ${bad}`,
      )
      expect(() => classificationReport([0], [bad])).toThrow('predicted[0]: expected a class index from 0 on')
    }
  })
})

describe('very many classes', () => {
  const every = (classes: number) => Int32Array.from({ length: classes }, (_, i) => i)

  it('have a matrix and a report as text', () => {
    const classes = every(1000)
    const wrong = classes.map((c) => (c === 999 ? 0 : c))
    expect(`${confusionMatrix(classes, wrong)}`.split('\n').length).toBe(1001)
    const report = classificationReport(classes, wrong)
    expect(report.accuracy).toBe(0.999)
    expect(`${report}`.split('\n').length).toBe(1000 + 7)
  })
  it('have a report where they have no matrix', () => {
    const classes = every(200_000)
    const report = classificationReport(classes, classes)
    expect([report.accuracy, report.macro.support]).toEqual([1, 200_000])
    expect(`${report}`.split('\n').length).toBe(200_000 + 7)
    expect(() => confusionMatrix(classes, classes)).toThrow(
      new ShapeError(
        'confusionMatrix: expected at most 8192 classes, got 200000 (classificationReport takes any number)',
      ),
    )
  })
  it('with long names have no text, and a typed error', () => {
    const classNames = Array.from({ length: 1000 }, () => 'x'.repeat(1e6))
    expect(() => `${confusionMatrix([0], [1], { classNames })}`).toThrow(ShapeError)
    expect(() => `${classificationReport([0], [1], { classNames })}`).toThrow(
      'toString: expected a text of at most',
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
    for (const classNames of [Object.assign(['a'], { length: 2 }), new Array(2 ** 32 - 1), ['a', 1], []]) {
      expect(() => classificationReport([0], [0], { classNames: classNames as never })).toThrow(OptionError)
    }
    expect(() => accuracy(undefined as never, [0])).toThrow(
      'labels: expected an array of class indices, got undefined',
    )
  })
})
