// What the metrics refuse, and the ways to say the same that they accept.

import { describe, expect, it } from 'vitest'
import { Sum } from '../../src/base/sum.ts'
import {
  accuracy,
  auc,
  averagePrecision,
  balancedAccuracy,
  classificationReport,
  cohenKappa,
  confusionMatrix,
  explainedVariance,
  f1,
  logLoss,
  matthews,
  meanAbsoluteError,
  meanSquaredError,
  type NablaError,
  OptionError,
  precision,
  precisionRecallCurve,
  r2,
  rocCurve,
  rootMeanSquaredError,
  ShapeError,
  topK,
} from '../../src/index.ts'
import { numbers } from '../helpers/random.ts'

/** Expects an error of the class with this in its message. */
function refuses(call: () => unknown, kind: new (message: string) => NablaError, message: string): void {
  expect(call).toThrow(kind)
  expect(call).toThrow(message)
}

describe('classes', () => {
  it('may be strings or booleans as well as indices', () => {
    expect(accuracy(['a', 'b', 'b'], ['a', 'b', 'a'])).toBe(2 / 3)
    expect(cohenKappa([true, false, true], [true, false, false])).toBe(cohenKappa([1, 0, 1], [1, 0, 0]))
    const words = confusionMatrix(['bee', 'ant', 'bee'], ['bee', 'bee', 'cow'])
    expect(words.classNames).toEqual(['ant', 'bee', 'cow'])
    expect(words.counts).toEqual([
      [0, 1, 0],
      [0, 1, 1],
      [0, 0, 0],
    ])
    expect(f1(['no', 'yes'], ['yes', 'yes'], { positive: 'yes' })).toBe(2 / 3)
    expect(f1([false, true], [true, true])).toBe(2 / 3)
  })
  it('are all of one kind', () => {
    const mixed = 'labels[1]: expected a string like the other classes, got 1'
    refuses(() => accuracy(['a', 1], ['a', 'b']), ShapeError, mixed)
    refuses(
      () => matthews([true, false], [true, 0]),
      ShapeError,
      'predicted[1]: expected a boolean like the other classes, got 0',
    )
    refuses(
      () => balancedAccuracy([1, 0], ['1', '0']),
      ShapeError,
      'predicted[0]: expected a class index from 0 on, got "1"',
    )
    refuses(
      () => f1(['a'], ['a'], { average: 'macro', labels: [1] }),
      OptionError,
      'options.labels: expected classes as the labels are, each a string, got 1',
    )
  })
  it('are chosen once each', () => {
    refuses(
      () => f1([0], [0], { labels: [0, 0] }),
      OptionError,
      'options.labels[1]: expected each class once, got 0',
    )
    refuses(() => f1([0], [0], { labels: [] }), OptionError, 'options.labels: expected at least one class')
    refuses(
      () => f1([0], [0], { labels: [-1] }),
      OptionError,
      'options.labels[0] (a class): expected a whole number of at least 0',
    )
    refuses(
      () => f1([0], [0], { labels: 1 as never }),
      OptionError,
      'options.labels: expected an array, got 1',
    )
  })
})

describe('the class that is looked for', () => {
  const hint = (name: string) => `options.positive: expected ${name}`
  it('is named where it is not plain', () => {
    refuses(
      () => precision(['a', 'b'], ['a', 'b']),
      OptionError,
      hint('the class to look for, as the labels are not 0 and 1 but "a", "b"'),
    )
    refuses(
      () => auc([1, 2], [0, 1]),
      OptionError,
      hint('the class to look for, as the labels are not 0 and 1 but 1, 2'),
    )
    expect(auc([1, 2, 3], [0, 1, 0.5], { positive: 2 })).toBe(1)
  })
  it('occurs, where two others do', () => {
    refuses(
      () => precision(['a', 'b'], ['a', 'b'], { positive: 'c' }),
      OptionError,
      hint('a class that occurs, as "a", "b", got "c"'),
    )
    expect(precision(['a'], ['a'], { positive: 'c', zeroDivision: 1 })).toBe(1)
    refuses(
      () => rocCurve([0, 1], [0, 1], { positive: 'x' }),
      OptionError,
      hint('classes as the labels are, each a class index'),
    )
  })
  it('is one of two', () => {
    refuses(
      () => f1([0, 1, 2], [0, 1, 2]),
      OptionError,
      `options.average: expected 'macro', 'micro' or 'weighted' for 3 classes, got "binary", which is the default`,
    )
    refuses(() => f1([0, 1, 2], [0, 1, 2], { labels: [0, 1] }), OptionError, 'for 3 classes')
  })
})

describe('weights', () => {
  const at = (weights: unknown) => () => accuracy([0, 1], [0, 1], { weights: weights as never })
  it('are numbers from 0 on, one a row, with a sum', () => {
    refuses(at([1]), ShapeError, 'options.weights: expected 2 numbers, one a row, got 1')
    refuses(at([1, -1]), ShapeError, 'options.weights[1]: expected a finite number of at least 0, got -1')
    refuses(at([Number.NaN, 1]), ShapeError, 'options.weights[0]: expected a finite number')
    refuses(at(['1', 1]), ShapeError, 'options.weights[0]: expected a finite number of at least 0, got "1"')
    refuses(at([0, 0]), ShapeError, 'options.weights: expected a finite sum above 0, got 0')
    refuses(at([1e308, 1e308]), ShapeError, 'options.weights: expected a finite sum above 0, got Infinity')
    refuses(at(3), OptionError, 'options.weights: expected an array, got 3')
  })
  it.each([-9, -1060, 1000])('may all be 2^%i times as large', (exponent) => {
    const [labels, scores, guess] = [
      [0, 1, 1, 0],
      [0.25, 0.5, 0.75, 0.5],
      [0, 1, 0, 1],
    ]
    const weights = [1, 2, 3, 1]
    const others = weights.map((weight) => weight * 2 ** exponent)
    for (const metric of [auc, averagePrecision, logLoss, rocCurve, precisionRecallCurve]) {
      expect(metric(labels, scores, { weights: others })).toEqual(metric(labels, scores, { weights }))
    }
    for (const metric of [accuracy, balancedAccuracy, precision, f1, cohenKappa, matthews]) {
      expect(metric(labels, guess, { weights: others })).toBe(metric(labels, guess, { weights }))
    }
    for (const metric of [meanAbsoluteError, rootMeanSquaredError, r2, explainedVariance]) {
      expect(metric(scores, guess, { weights: others })).toBe(metric(scores, guess, { weights }))
    }
  })
  it('may be as large as a float64 holds', () => {
    const weights = [8e307, 8e307]
    expect(f1([0, 1], [1, 1], { weights })).toBeCloseTo(2 / 3, 14)
    expect(f1([0, 1], [0, 1], { weights, average: 'macro' })).toBe(1)
    expect(classificationReport([0, 1], [1, 1], { weights }).classes[1].f1).toBeCloseTo(2 / 3, 14)
  })
  it('of 0 leave out whatever the row has', () => {
    const weights = [0, 1, 1]
    expect(meanSquaredError([1e300, 1, 2], [-1e300, 2, 4], { weights })).toBe(2.5)
    expect(rootMeanSquaredError([1e300, 1, 2], [-1e300, 2, 4], { weights })).toBe(Math.sqrt(2.5))
    expect(r2([1e300, 1, 2], [-1e300, 1, 2], { weights })).toBe(1)
  })
  it('lead no figure beyond its range by rounding', () => {
    // Every row of a class is above all others: 1, and without a limit 1 + 2⁻⁵².
    const scores = [
      [1.12, 0.12, 0],
      [0.03, 0.14, 1.335],
      [0.315, 0.49, 1.15],
      [1.49, 0.125, 0.35],
    ]
    expect(auc([0, 2, 2, 0], scores, { weights: [0.42, 0.89, 0.45, 0.3], average: 'micro' })).toBe(1)
    const weights = numbers(4 * 1000, 3).map((value) => (value + 1) / 2)
    for (let at = 0; at < weights.length; at += 4) {
      const some = matthews([0, 1, 0, 1], [1, 0, 1, 0], { weights: weights.subarray(at, at + 4) })
      expect(some).toBeGreaterThanOrEqual(-1)
    }
  })
  it('that are very unequal keep what is small', () => {
    const weights = [1, 1e-20, 1e-20]
    // TP 1, TN 1e-20, FP 1e-20: p − q = TP · TN / 1, and 1 − q = TN + (FP + TN).
    expect(cohenKappa([0, 1, 0], [0, 1, 1], { weights })).toBeCloseTo(2 / 3, 14)
    expect(matthews([0, 1, 0], [0, 1, 1], { weights })).toBeCloseTo(Math.sqrt(1 / 2), 14)
    expect(matthews([0, 1, 2], [0, 1, 2], { weights })).toBeCloseTo(1, 14)
    expect(cohenKappa([0, 1, 2], [0, 2, 1], { weights })).toBeCloseTo(1 / 2, 14)
  })
  it('of whole numbers are repetitions', () => {
    const labels = [0, 1, 1, 0]
    const scores = [0.25, 0.5, 0.75, 0.5]
    const weights = Uint8Array.of(1, 3, 2, 0)
    const again = <T>(list: readonly T[]) => list.flatMap((one, i) => new Array<T>(weights[i]).fill(one))
    for (const metric of [auc, averagePrecision, logLoss]) {
      expect(metric(labels, scores, { weights })).toBeCloseTo(metric(again(labels), again(scores)), 14)
    }
    const guess = [0, 1, 0, 0]
    expect(`${classificationReport(labels, guess, { weights })}`).toBe(
      `${classificationReport(again(labels), again(guess))}`,
    )
    expect(r2(scores, labels, { weights })).toBeCloseTo(r2(again(scores), again(labels)), 14)
  })
})

describe('scores', () => {
  it('are finite and come out even', () => {
    refuses(() => auc([0, 1], [0, Number.NaN]), ShapeError, 'scores[1]: expected a finite number, got NaN')
    refuses(
      () =>
        auc(
          [0, 1],
          [
            [0, 1],
            [0, Number.POSITIVE_INFINITY],
          ],
        ),
      ShapeError,
      'scores[1][1]: expected a finite number, got Infinity',
    )
    refuses(() => auc([0, 1], [0, 1, 2]), ShapeError, 'scores: expected values for 2 rows, got 3 values')
    refuses(() => auc([0, 1], [[0, 1]]), ShapeError, 'scores: expected values for 2 rows, got 1 rows')
    refuses(() => auc([0, 1], [[0, 1], [0]]), ShapeError, 'scores[1]: expected a row of 2 numbers, got [0]')
    refuses(
      () => auc([0, 1], [[0, 1], 3] as never),
      ShapeError,
      'scores[1]: expected a row of 2 numbers, got 3',
    )
    refuses(() => auc([0, 1], []), ShapeError, 'scores: expected at least one row, got an empty array')
    refuses(
      () => auc([0, 1], 'high' as never),
      ShapeError,
      'scores: expected a typed array or an array, got "high"',
    )
    refuses(() => auc([], []), ShapeError, 'labels: expected at least one class index, got none')
    refuses(
      () => rocCurve([0, 1], [0, 1, 2, 3]),
      ShapeError,
      'scores: expected values for 2 rows, got 4 values',
    )
    refuses(
      () => precisionRecallCurve([0, 1], [0, '1'] as never),
      ShapeError,
      'scores[1]: expected a finite number, got "1"',
    )
  })
  it('are of the classes that there are', () => {
    const scores = [0.5, 0.25, 0.25, 0.5, 0.25, 0.25]
    refuses(
      () => auc([0, 3], scores),
      ShapeError,
      'labels[1]: expected one of the 3 classes that have scores, got 3',
    )
    refuses(
      () => topK(['a', 'b'], scores),
      ShapeError,
      'labels: expected 3 classes, one for each column of scores, got 2',
    )
    refuses(
      () => topK(['a', 'b'], scores, { classes: ['a', 'b'] }),
      ShapeError,
      'options.classes: expected 3 classes',
    )
    refuses(
      () => topK([0, 1], [0, 1]),
      ShapeError,
      'scores: expected a column for each class, got one column',
    )
    refuses(
      () => auc([0, 1], scores, { positive: 1 }),
      OptionError,
      'options.positive: expected none with a column of scores for each class',
    )
    refuses(
      () => auc([0, 1], [0, 1], { classes: [0, 1] }),
      OptionError,
      'options.classes: expected none with one column of scores',
    )
    expect(topK(['c', 'a'], scores, { classes: ['c', 'b', 'a'], k: 1 })).toBe(0.5)
    expect(
      logLoss(
        ['b', 'a'],
        [
          [0.75, 0.25],
          [1, 0],
        ],
      ),
    ).toBe(-Math.log(0.25) / 2 - Math.log(1 - 2 ** -52) / 2)
  })
  it('of equal height rank as in argmax', () => {
    expect(topK([0, 1, 2], new Float32Array(9), { k: 1 })).toBe(1 / 3)
    expect(topK([0, 1, 2], new Float32Array(9), { k: 2 })).toBe(2 / 3)
  })
  it('that are probabilities lie from 0 to 1', () => {
    refuses(
      () => logLoss([0, 1], [0, 1.5]),
      ShapeError,
      'probabilities[1]: expected a probability from 0 to 1, got 1.5',
    )
    refuses(
      () => logLoss([0, 1], [0, 1, -0.5, 1]),
      ShapeError,
      'probabilities[1][0]: expected a probability from 0 to 1, got -0.5',
    )
    // As certain as wrong: finite, by what the array can tell from 1.
    expect(logLoss([1], [0])).toBeCloseTo(52 * Math.LN2, 12)
    expect(logLoss([1], new Float32Array(1))).toBeCloseTo(23 * Math.LN2, 12)
  })
})

describe('several labels a row', () => {
  it('are 0 or 1, and have no class to look for', () => {
    const rows = [[0, 1]]
    refuses(() => f1([[0, 2]], rows), ShapeError, 'labels[0][1]: expected a label that is 0 or 1, got 2')
    refuses(
      () => f1(rows, [[0, 0.5]]),
      ShapeError,
      'predicted[0][1]: expected a label that is 0 or 1, got 0.5',
    )
    refuses(() => f1(rows, [[0, 1, 1]]), ShapeError, 'predicted[0]: expected a row of 2 numbers')
    refuses(
      () => f1(rows, rows, { average: 'binary' }),
      OptionError,
      "options.average: expected 'macro', 'micro' or 'weighted' with several labels a row",
    )
    refuses(
      () => f1(rows, rows, { positive: 1 }),
      OptionError,
      'options.positive: expected none with several labels a row',
    )
    refuses(
      () => f1(rows, rows, { labels: [1] }),
      OptionError,
      'options.labels: expected none with several labels a row',
    )
    refuses(
      () => auc(rows, rows, { classes: [0, 1] }),
      OptionError,
      'options.classes: expected none with several labels a row',
    )
    refuses(
      () => f1([0, 1, 1], [0, 1, 1], { outputs: 2 }),
      ShapeError,
      'labels: expected rows of 2 values, got 3 values',
    )
    refuses(
      () => f1(rows, rows, { outputs: 0 }),
      OptionError,
      'options.outputs: expected a whole number of at least 1, got 0',
    )
    expect(f1([[false, true]], rows)).toBe(0.5)
    expect(f1([[false, true]], rows, { zeroDivision: Number.NaN })).toBe(1)
  })
})

describe('numbers', () => {
  it('are finite and as many as the targets', () => {
    refuses(() => r2([1, 2], [1]), ShapeError, 'predictions: expected values for 2 rows, got 1 values')
    refuses(() => r2([1, Number.NaN], [1, 2]), ShapeError, 'targets[1]: expected a finite number, got NaN')
    refuses(
      () => meanAbsoluteError([1, 2, 3], [1, 2, 3], { outputs: 2 }),
      ShapeError,
      'targets: expected rows of 2 values, got 3 values',
    )
    refuses(
      () => meanAbsoluteError([1], [1], { output: 2 } as never),
      OptionError,
      'options: expected options among outputs, weights, got "output"',
    )
  })
  it('that are constant have an R² of 0 or 1, in any weight and however they round', () => {
    const constant = new Array(7).fill(0.1)
    expect(r2(constant, [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2])).toBe(0)
    expect(r2([9, ...constant], [1, ...constant], { weights: [0, 1, 2, 3, 1, 1, 1, 1] })).toBe(1)
    expect(r2([9, ...constant], new Array(8).fill(0.3), { weights: [0, 1, 2, 3, 1, 1, 1, 1] })).toBe(0)
  })
  it('far from 0 keep their digits', () => {
    const targets = Array.from({ length: 1000 }, (_, i) => 1e9 + (i % 10))
    const predictions = targets.map((y, i) => y + (i % 2 ? 1 : -1))
    expect(r2(targets, predictions)).toBeCloseTo(1 - 1 / 8.25, 12)
  })
})

describe('the confusion matrix and the report of chosen classes', () => {
  it('leave out the rows of others', () => {
    const [labels, predicted] = [
      [0, 1, 2, 2],
      [0, 2, 2, 1],
    ]
    expect(confusionMatrix(labels, predicted, { labels: [2, 1] }).counts).toEqual([
      [1, 1],
      [1, 0],
    ])
    const report = classificationReport(labels, predicted, { labels: [2, 7], classNames: ['two', 'seven'] })
    expect(report.classNames).toEqual(['two', 'seven'])
    expect(report.classes.map(({ support }) => support)).toEqual([2, 0])
    expect(report.accuracy).toBe(0.5)
    expect(`${report}`).toContain('micro avg')
  })
  it('leave out a row whose label alone is another', () => {
    const report = classificationReport([0, 1], [1, 1], { labels: [1] })
    expect([report.accuracy, report.micro.precision, report.micro.recall]).toEqual([0.5, 0.5, 1])
    expect(`${report}`).toContain('micro avg')
    expect(`${classificationReport([1, 1], [0, 1], { labels: [1] })}`).toContain('micro avg')
  })
  it('average classes that all never occur', () => {
    const none = { labels: [8, 9], zeroDivision: 1 }
    expect(classificationReport([0], [0], none).weighted.precision).toBe(1)
    expect(f1([0], [0], { ...none, average: 'weighted' })).toBe(1)
    expect(f1([0], [0], { ...none, zeroDivision: Number.NaN, average: 'macro' })).toBeNaN()
  })
  it('have a name for each', () => {
    refuses(
      () => classificationReport([0, 1], [0, 1], { labels: [0, 1], classNames: ['a'] }),
      OptionError,
      'options.classNames: expected 2 names, one for each of options.labels, got 1',
    )
  })
  it('print weights under each other', () => {
    expect(`${confusionMatrix([0, 10], [0, 10], { weights: [0.125, 2] })}`).toBe(
      ['           0     10', '    0  0.125      0', '   10      0      2'].join('\n'),
    )
  })
})

describe('the area under the ROC curve', () => {
  it('is the share of pairs in the right order, ties one half', () => {
    for (let seed = 1; seed <= 20; ++seed) {
      const at = (i: number) => Math.abs(Math.sin(seed * 1000 + i * 7.3))
      const labels = Array.from({ length: 60 }, (_, i) => +(at(i) > 0.4))
      const scores = labels.map((y, i) => Math.round(8 * (at(i + 100) + y / 4)) / 8)
      let pairs = 0
      let right = 0
      labels.forEach((y, i) => {
        labels.forEach((other, j) => {
          if (y !== 1 || other !== 0) return
          pairs += 1
          right += scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0
        })
      })
      expect(auc(labels, scores)).toBe(right / pairs)
    }
  })
})

describe('a sum', () => {
  it('keeps what its additions round off', () => {
    const sum = new Sum()
    for (const term of [1, 1e100, 1, -1e100]) sum.add(term)
    expect(sum.value).toBe(2)
    const tenths = new Sum()
    for (let i = 0; i < 1e5; ++i) tenths.add(0.1)
    expect(tenths.value).toBe(1e4)
  })
  it('is infinite where it overflows', () => {
    const sum = new Sum()
    for (const term of [1e308, 1e308]) sum.add(term)
    expect(sum.value).toBe(Number.POSITIVE_INFINITY)
  })
})
