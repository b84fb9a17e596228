// Every metric against scikit-learn's figures: random predictions with ties, absent classes and weights, and the corners where
// a definition divides by zero. scripts/make-metric-oracles.py made the file.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type AverageOptions,
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
  meanAbsolutePercentageError,
  meanSquaredError,
  precision,
  precisionRecallCurve,
  r2,
  recall,
  rocCurve,
  rootMeanSquaredError,
  topK,
} from '../../src/index.ts'

const ofClasses = { accuracy, balancedAccuracy, cohenKappa, matthews }
const averaged = [precision, recall, f1]
const ofCurves = { auc, averagePrecision }
const ofScores = { ...ofCurves, logLoss }
const ofValues = {
  r2,
  explainedVariance,
  meanSquaredError,
  rootMeanSquaredError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
}

type Numbers = (number | null)[]

/** A line of the file, whose keys depend on its part. */
type Case = ReturnType<typeof JSON.parse>

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/metrics.json', import.meta.url), 'utf8'),
  (_, value) => (value === 'inf' ? Number.POSITIVE_INFINITY : value),
)

/** Sums of at most 120 terms of size 1 and a few divisions: 1e-12 is two digits above their rounding. */
function expectClose(actual: number, expected: number | null, what: string): void {
  if (expected === null) expect(actual, what).toBeNaN()
  else if (!Number.isFinite(expected)) expect(actual, what).toBe(expected)
  else
    expect(Math.abs(actual - expected), `${what}: ${actual} and not ${expected}`).toBeLessThanOrEqual(
      1e-12 * Math.max(1, Math.abs(expected)),
    )
}

const expectAllClose = (actual: ArrayLike<number>, expected: Numbers, what: string) => {
  expect(actual.length, what).toBe(expected.length)
  expected.forEach((one, i) => {
    expectClose(actual[i], one, `${what}[${i}]`)
  })
}

const zero = (text: string) => (text === 'NaN' ? Number.NaN : Number(text))
const weightsOf = ({ weights }: { weights: number[] | null }) => (weights ? { weights } : {})

describe('what classes were predicted', () => {
  it.each<Case>(fixture.classes)('$name', (one) => {
    const { labels, predicted, only, positive } = one
    const weights = weightsOf(one)
    const chosen = only ? { labels: only } : {}
    for (const [name, metric] of Object.entries(ofClasses)) {
      if (name in one) expectClose(metric(labels, predicted, weights), one[name], name)
    }
    const keys = Object.keys(one.averaged)
    expect(keys.length).toBe(positive === null ? 9 : 12)
    for (const key of keys) {
      const [average, zeroDivision] = key.split(' ')
      const options = {
        ...weights,
        ...(average === 'binary' ? { positive } : chosen),
        average: average as AverageOptions['average'],
        zeroDivision: zero(zeroDivision),
      }
      const figures = averaged.map((metric) => metric(labels, predicted, options))
      expectAllClose(figures, one.averaged[key], key)
      if (average === 'binary') continue
      const { average: _, ...rest } = options
      const report = classificationReport(labels, predicted, rest)
      const means = report[average as 'macro' | 'micro' | 'weighted']
      expectAllClose([means.precision, means.recall, means.f1], one.averaged[key], `report, ${key}`)
    }
    // Python writes 4.0, True and False.
    const text = one.report
      .replace(/\.0$/gm, '  ')
      .replace(/True|False/g, (word: string) => word.toLowerCase())
      .replace(/ {2}$/gm, '')
    const squeezed = (report: string) => report.replace(/ +/g, ' ')
    const report = classificationReport(labels, predicted, { ...weights, ...chosen, digits: 3 })
    expect(squeezed(`${report}`)).toBe(squeezed(text))
    expect(confusionMatrix(labels, predicted, { ...weights, ...chosen }).counts).toEqual(one.confusion)
  })
})

describe('scores of one class', () => {
  it.each<Case>(fixture.binary)('$name', (one) => {
    const { labels, scores } = one
    const weights = weightsOf(one)
    for (const [name, metric] of Object.entries(ofScores)) {
      expectClose(metric(labels, scores, weights), one[name], name)
      // As two columns, the second that of the class.
      const both = scores.map((score: number) => [1 - score, score])
      expectClose(metric(labels, both, weights), one[name], `${name} of two columns`)
      const booleans = labels.map((label: number) => label === 1)
      expectClose(metric(booleans, Float64Array.from(scores), weights), one[name], `${name} of booleans`)
    }
    for (const dropIntermediate of [true, false]) {
      const roc = rocCurve(labels, scores, { ...weights, dropIntermediate })
      const [falses, trues, levels] = one[`roc ${dropIntermediate}`]
      expectAllClose(roc.falsePositiveRate, falses, 'false positive rate')
      expectAllClose(roc.truePositiveRate, trues, 'true positive rate')
      expectAllClose(roc.thresholds, levels, 'thresholds of the ROC curve')
      const pr = precisionRecallCurve(labels, scores, { ...weights, dropIntermediate })
      const [precisions, recalls, thresholds] = one[`pr ${dropIntermediate}`]
      expectAllClose(pr.precision, precisions, 'precision')
      expectAllClose(pr.recall, recalls, 'recall')
      expectAllClose(pr.thresholds, thresholds, 'thresholds of precision and recall')
    }
    expect(rocCurve(labels, scores, weights)).toEqual(
      rocCurve(labels, scores, { ...weights, dropIntermediate: true }),
    )
    expect(precisionRecallCurve(labels, scores, weights)).toEqual(
      precisionRecallCurve(labels, scores, { ...weights, dropIntermediate: false }),
    )
  })
})

const curveAverages = ['macro', 'micro', 'weighted'] as const

describe('scores of many classes', () => {
  it.each<Case>(fixture.many)('$name', (one) => {
    const { labels, scores } = one
    const weights = weightsOf(one)
    const flat = Float32Array.from(scores.flat())
    for (const average of curveAverages) {
      for (const [name, metric] of Object.entries(ofCurves)) {
        expectClose(metric(labels, scores, { ...weights, average }), one[`${name} ${average}`], name)
        expectClose(metric(labels, flat, { ...weights, average }), one[`${name} ${average}`], name)
      }
    }
    expectClose(logLoss(labels, scores, weights), one.logLoss, 'logLoss')
    for (const k of [1, 2, 3]) {
      expectClose(topK(labels, scores, { ...weights, k }), one[`topK ${k}`], `topK ${k}`)
    }
    expect(topK(labels, scores, weights)).toBe(topK(labels, scores, { ...weights, k: 2 }))
  })
})

describe('several labels a row', () => {
  it.each<Case>(fixture.labels)('$name', (one) => {
    const { labels, scores, predicted } = one
    const weights = weightsOf(one)
    const outputs = labels[0].length
    for (const average of curveAverages) {
      for (const [name, metric] of Object.entries(ofCurves)) {
        const options = { ...weights, average }
        expectClose(metric(labels, scores, options), one[`${name} ${average}`], `${name} ${average}`)
        const flat = metric(labels.flat(), scores.flat(), { ...options, outputs })
        expectClose(flat, one[`${name} ${average}`], `${name} ${average}, flat`)
      }
    }
    expectClose(logLoss(labels, scores, weights), one.logLoss, 'logLoss')
    for (const key of Object.keys(one.averaged)) {
      const [average, zeroDivision] = key.split(' ')
      const options = {
        ...weights,
        average: average as AverageOptions['average'],
        zeroDivision: zero(zeroDivision),
      }
      const figures = averaged.map((metric) => [
        metric(labels, predicted, options),
        metric(labels.flat(), predicted.flat(), { ...options, outputs }),
      ])
      for (const i of [0, 1])
        expectAllClose(
          figures.map((both) => both[i]),
          one.averaged[key],
          key,
        )
    }
  })
})

describe('numbers', () => {
  it.each<Case>(fixture.values)('$name', (one) => {
    const { targets, predictions } = one
    const weights = weightsOf(one)
    for (const [name, metric] of Object.entries(ofValues)) {
      expectClose(metric(targets, predictions, weights), one[name], name)
      const outputs = targets[0].length ?? 1
      const flat = metric(targets.flat(), predictions.flat(), { ...weights, outputs })
      expectClose(flat, one[name], `${name}, flat`)
    }
  })
})
