// Every metric against scikit-learn where figures have no good definition or float64 runs out: one class only, classes that
// never occur, more classes than rows, ties, constant targets, weights of 0, what is no number. scripts/make-metric-corner-oracles.py
// made the file.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
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
  meanAbsolutePercentageError,
  meanSquaredError,
  NablaError,
  precision,
  precisionRecallCurve,
  r2,
  recall,
  rocCurve,
  rootMeanSquaredError,
  topK,
} from '../../src/index.ts'

/** A line of the file. */
interface Case {
  readonly about?: string
  readonly metric: keyof typeof metrics
  readonly given: readonly [never, never]
  readonly options: { readonly weights?: number[]; readonly average?: string; readonly k?: number }
  readonly value: unknown
}

const fixture: { alike: Case[]; unlike: Case[] } = JSON.parse(
  gunzipSync(readFileSync(new URL('../fixtures/metric-corners.json.gz', import.meta.url))).toString(),
  (_, value) => (['NaN', 'Infinity', '-Infinity'].includes(value) ? Number(value) : value),
)

type Metric = (labels: never, predicted: never, options: never) => unknown

const metrics = {
  accuracy,
  balancedAccuracy,
  cohenKappa,
  matthews,
  auc,
  averagePrecision,
  logLoss,
  topK,
  r2,
  explainedVariance,
  meanSquaredError,
  rootMeanSquaredError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  averaged: (...args: Parameters<typeof f1>) => [precision(...args), recall(...args), f1(...args)],
  confusion: (...args: Parameters<typeof confusionMatrix>) => confusionMatrix(...args).counts,
  rocCurve(...args: Parameters<typeof rocCurve>) {
    const { falsePositiveRate, truePositiveRate, thresholds } = rocCurve(...args)
    return [falsePositiveRate, truePositiveRate, thresholds]
  },
  precisionRecallCurve(...args: Parameters<typeof precisionRecallCurve>) {
    const { precision, recall, thresholds } = precisionRecallCurve(...args)
    return [precision, recall, thresholds]
  },
}

/** The figure, with lists of lists as one list, or 'refused'. */
function figureOf({ metric, given, options }: Case): number[] | 'refused' {
  try {
    return numbersOf((metrics[metric] as Metric)(...given, options as never))
  } catch (error) {
    if (error instanceof NablaError) return 'refused'
    throw error
  }
}

function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return Array.from(value as ArrayLike<unknown>).flatMap(numbersOf)
}

/** Sums of at most 15 terms and a few divisions: 1e-13 is two digits above their rounding. */
function isClose(actual: number, expected: number): boolean {
  if (Object.is(actual, expected) || actual === expected) return true
  if (!Number.isFinite(actual) || !Number.isFinite(expected)) return false
  return Math.abs(actual - expected) <= 1e-13 * Math.max(Math.abs(actual), Math.abs(expected))
}

/** Figures that are differences of terms of size 1, here or in scikit-learn: they are rounded as those are. */
const differencesOf1: readonly Case['metric'][] = ['r2', 'explainedVariance', 'cohenKappa', 'matthews', 'auc']

function agrees(one: Case): boolean {
  const figure = figureOf(one)
  if (figure === 'refused' || one.value === 'refused') return figure === one.value
  const expected = numbersOf(one.value)
  const slack = differencesOf1.includes(one.metric) ? 1e-15 : 0
  return (
    figure.length === expected.length &&
    figure.every((value, i) => isClose(value, expected[i]) || Math.abs(value - expected[i]) <= slack)
  )
}

const namesOf = (cases: readonly Case[]) => [...new Set(cases.map(({ metric }) => metric))]

describe('in corners scikit-learn has the same', () => {
  it.each(namesOf(fixture.alike))('%s', (metric) => {
    const cases = fixture.alike.filter((one) => one.metric === metric)
    expect(cases.length).toBeGreaterThan(20)
    const others = cases.filter((one) => !agrees(one))
    expect(others.map((one) => ({ ...one, nabla: figureOf(one) }))).toEqual([])
  })
  it('of every metric', () => {
    expect(namesOf(fixture.alike).sort()).toEqual(Object.keys(metrics).sort())
  })
  it('in the report, and 0 / 0 as it is told', () => {
    const cases = fixture.alike.filter(
      ({ metric, options }) => metric === 'averaged' && options.average !== 'binary',
    )
    let compared = 0
    for (const { given, options, value } of cases) {
      if (value === 'refused' || typeof given[0][0] === 'object') continue
      const { average, ...rest } = options
      const means = classificationReport(...given, rest)[average as 'macro']
      const wanted = numbersOf(value)
      ;[means.precision, means.recall, means.f1].forEach((mean, i) => {
        expect(isClose(mean, wanted[i]), JSON.stringify({ given, options, mean, wanted })).toBe(true)
      })
      compared += 1
    }
    expect(compared).toBeGreaterThan(200)
  })
})

/** What docs/metrics.md says differs: scikit-learn's figure is in the file, that of nabla here. */
const differences: Record<string, Partial<Record<Case['metric'], number | number[] | 'refused'>>> = {
  ties: { topK: 1 },
  'constant targets': { r2: 0, explainedVariance: 0 },
  'a constant error': { explainedVariance: 1 },
  // y = 1, 3 and ŷ = 2, 1: Σ (y − ŷ)² = 5, Σ (y − 2)² = 2; the errors −1 and 2 have a variance of 9/4, y one of 1.
  'numbers of size 1e-300': {
    r2: -1.5,
    explainedVariance: -1.25,
    rootMeanSquaredError: Math.sqrt(5 / 2) * 1e-300,
  },
  'numbers of size 1e+300': {
    r2: -1.5,
    explainedVariance: -1.25,
    rootMeanSquaredError: Math.sqrt(5 / 2) * 1e300,
  },
  // p = 3/4 and q = (2 · 3 + 2 · 1) / 16 = 1/2; (2 · 1 − 0) / √(1 · 3 · 2 · 2).
  'weights of 1e-200': { cohenKappa: 0.5, matthews: 1 / Math.sqrt(3) },
  'weights of 1e+200': { cohenKappa: 0.5, matthews: 1 / Math.sqrt(3) },
  // Of the second and third label alone, whose rows that are true have all the weight there is.
  'tiny weights of positives': { auc: 0.5, averagePrecision: 0.5 },
  'very unequal weights': { matthews: 1 },
  'weights that are all 0': { auc: 'refused' },
  'none of the labels': { confusion: [0, 0, 0, 0] },
  'one class in log loss': { logLoss: -Math.log(0.25 * 0.5) / 2 },
  'rows that do not add up to 1': { auc: 11 / 12 },
}

describe('scikit-learn differs, as docs/metrics.md says', () => {
  it.each(fixture.unlike.map((one) => [one.about!, one.metric, one] as const))(
    '%s: %s',
    (about, metric, one) => {
      expect(agrees(one)).toBe(false)
      const wanted = differences[about]?.[metric]
      expect(wanted).toBeDefined()
      expect(agrees({ ...one, value: wanted })).toBe(true)
    },
  )
})
