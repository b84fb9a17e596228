// The metrics that a training asks for by name: what a spec may be, and that outputs and targets of every kind of network are
// read as its loss reads them. That the figures themselves are right, test/metrics/oracles.test.ts shows.

import { describe, expect, it } from 'vitest'
import * as Hits from '../../assembly/abi/hits.ts'
import { runNow } from '../../src/base/pace.ts'
import {
  accuracy,
  argmax,
  auc,
  averagePrecision,
  balancedAccuracy,
  cohenKappa,
  explainedVariance,
  f1,
  logLoss,
  matthews,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  Network,
  OptionError,
  precision,
  r2,
  recall,
  rootMeanSquaredError,
  topK,
} from '../../src/index.ts'
import { oneHot } from '../../src/intake/one-hot.ts'
import { type MetricShape, targetKindOf } from '../../src/metrics/given.ts'
import { resolveMetrics } from '../../src/metrics/table.ts'
import { type MetricName, type MetricSpec, metricList, metrics } from '../../src/model/metrics.ts'

const resolve = (...specs: MetricSpec[]) => resolveMetrics(metricList(specs, 'metrics'))
const names = Object.keys(metrics) as MetricName[]
const ofClasses = names.filter((name) => metrics[name].needs !== 'values')
const ofValues = names.filter((name) => metrics[name].needs === 'values')

/** The figures of the metrics, by name. */
function figures(
  specs: readonly MetricSpec[],
  outputs: Float32Array,
  targets: ArrayLike<number>,
  shape: MetricShape,
): Record<string, number> {
  const resolved = resolve(...specs)
  for (const one of resolved) one.check(shape)
  return Object.fromEntries(resolved.map((one) => [one.name, runNow(one.compute(outputs, targets, shape))]))
}

describe('a metric', () => {
  it('has the defaults of its row', () => {
    const [topK, f1, auc] = metricList(['topK', { name: 'f1', as: 'F' }, { name: 'auc' }], 'metrics')
    expect(topK).toEqual({ name: 'topK', as: 'topK', k: 2 })
    expect(f1).toEqual({ name: 'f1', as: 'F', average: undefined, zeroDivision: 0 })
    expect(auc).toEqual({ name: 'auc', as: 'auc', average: 'macro' })
  })
  it('says what it reads and which way is better', () => {
    const [a, b, c] = resolve('logLoss', { name: 'matthews', as: 'mcc' }, 'meanAbsoluteError')
    expect([a.name, a.better, a.needs]).toEqual(['logLoss', 'min', 'scores'])
    expect([b.name, b.better, b.needs]).toEqual(['mcc', 'max', 'classes'])
    expect([c.name, c.better, c.needs]).toEqual(['meanAbsoluteError', 'min', 'values'])
  })
  it.each<[unknown, string]>([
    ['acuracy', "metrics[0].name: expected one of 'accuracy', "],
    [3, 'metrics[0]: expected the name of a metric, its name and options, or a function, got 3'],
    [() => 1, 'metrics[0]: expected a function that has a name, got a function'],
    [{ name: 'topK', k: 0 }, 'metrics[0].k: expected a whole number of at least 1, got 0'],
    [{ name: 'topK', n: 1 }, 'metrics[0]: expected options among name, as, k, got "n"'],
    [{ name: 'auc', average: 'binary' }, "metrics[0].average: expected one of 'macro', 'micro', 'weighted'"],
    [{ name: 'f1', average: 'samples' }, "metrics[0].average: expected one of 'binary', 'macro'"],
    [{ name: 'f1', zeroDivision: 0.5 }, 'metrics[0].zeroDivision: expected 0, 1 or NaN, got 0.5'],
    [{ name: 'r2', as: '' }, 'metrics[0].as: expected a name, got ""'],
  ])('%j is refused', (spec, message) => {
    expect(() => metricList([spec], 'metrics')).toThrow(OptionError)
    expect(() => metricList([spec], 'metrics')).toThrow(message)
  })
  it('is called something that no other is', () => {
    const two = ['f1', { name: 'f1', average: 'micro' }]
    expect(() => metricList(two, 'metrics')).toThrow(
      "metrics[1]: expected a metric that is not called 'f1' as one before it (`as` names it)",
    )
    expect(() => metricList('f1', 'metrics')).toThrow('metrics: expected an array of metrics, got "f1"')
  })
  it('is of targets that are counted as hits as they are', () => {
    expect([Hits.NONE, Hits.ARGMAX, Hits.THRESHOLD].map(targetKindOf)).toEqual([
      'values',
      'classes',
      'labels',
    ])
  })
})

describe('one output and targets of 0 and 1', () => {
  const scores = Float32Array.of(0.5, 0.25, 0.75, 0.5, 0.125, 1)
  const truth = [1, 0, 0, 0, 1, 1]
  const guess = [1, 0, 1, 1, 0, 1]
  const weights = Float64Array.of(1, 2, 0.5, 3, 1, 1)
  const shape = { rows: 6, outputs: 1, kind: 'labels' } as const

  it('are two classes, parted at ½', () => {
    const all = ofClasses.filter((name) => name !== 'topK')
    expect(figures(all, scores, truth, shape)).toEqual({
      accuracy: accuracy(truth, guess),
      balancedAccuracy: balancedAccuracy(truth, guess),
      precision: precision(truth, guess),
      recall: recall(truth, guess),
      f1: f1(truth, guess),
      cohenKappa: cohenKappa(truth, guess),
      matthews: matthews(truth, guess),
      auc: auc(truth, scores),
      averagePrecision: averagePrecision(truth, scores),
      logLoss: logLoss(truth, scores),
    })
  })
  it('count with their weights', () => {
    const weighted = { weights }
    expect(figures(['accuracy', 'f1', 'auc', 'logLoss', 'r2'], scores, truth, { ...shape, weights })).toEqual(
      {
        accuracy: accuracy(truth, guess, weighted),
        f1: f1(truth, guess, weighted),
        auc: auc(truth, scores, weighted),
        logLoss: logLoss(truth, scores, weighted),
        r2: r2(truth, scores, weighted),
      },
    )
  })
  it('have averages over both classes where these are asked for', () => {
    const macro = { name: 'f1', average: 'macro' } as const
    expect(figures([macro], scores, truth, shape)).toEqual({ f1: f1(truth, guess, { average: 'macro' }) })
  })
  it('have the F1 of a class that never occurs', () => {
    const none = [{ name: 'f1', zeroDivision: 1 } as const, 'recall' as const]
    const low = new Float32Array(6)
    expect(figures(none, low, new Float32Array(6), shape)).toEqual({ f1: 1, recall: 0 })
  })
})

describe('two softmax outputs', () => {
  const second = [0.5, 0.25, 0.75, 0.625, 0.125, 1]
  const outputs = Float32Array.from(second.flatMap((p) => [1 - p, p]))
  const truth = [1, 0, 0, 0, 1, 1]
  // Of equal outputs the first counts.
  const guess = [0, 0, 1, 1, 0, 1]
  const shape = { rows: 6, outputs: 2, kind: 'classes' } as const

  it.each([
    ['class indices', truth],
    ['one-hot rows', oneHot(truth)],
  ])('have figures of the second class, of %s', (_, targets) => {
    const all: MetricSpec[] = [
      'accuracy',
      'precision',
      'f1',
      'auc',
      'averagePrecision',
      'logLoss',
      { name: 'topK', k: 1 },
    ]
    expect(figures(all, outputs, targets, shape)).toEqual({
      accuracy: accuracy(truth, guess),
      precision: precision(truth, guess),
      f1: f1(truth, guess),
      auc: auc(truth, second),
      averagePrecision: averagePrecision(truth, second),
      logLoss: logLoss(truth, outputs),
      topK: accuracy(truth, guess),
    })
  })
})

describe('an output for each of four classes', () => {
  const outputs = Float32Array.of(
    ...[0.5, 0.25, 0.125, 0.125],
    ...[0.25, 0.25, 0.25, 0.25],
    ...[0.125, 0.5, 0.25, 0.125],
    ...[0.0625, 0.0625, 0.125, 0.75],
    ...[0.125, 0.25, 0.5, 0.125],
  )
  const truth = [0, 1, 1, 3, 2]
  const guess = argmax(outputs, 4)
  const shape = { rows: 5, outputs: 4, kind: 'classes' } as const

  it.each([
    ['class indices', truth],
    ['one-hot rows', oneHot(truth, 4)],
    ['rows of probabilities', oneHot(truth, 4).map((y) => 0.1 + 0.6 * y)],
  ])('has the figures of %s', (_, targets) => {
    expect(figures([...ofClasses, { name: 'topK', k: 3, as: 'top3' }], outputs, targets, shape)).toEqual({
      accuracy: 0.8,
      balancedAccuracy: balancedAccuracy(truth, guess),
      precision: precision(truth, guess, { average: 'macro' }),
      recall: recall(truth, guess, { average: 'macro' }),
      f1: f1(truth, guess, { average: 'macro' }),
      cohenKappa: cohenKappa(truth, guess),
      matthews: matthews(truth, guess),
      topK: topK(truth, outputs, { k: 2 }),
      top3: topK(truth, outputs, { k: 3 }),
      auc: auc(truth, outputs),
      averagePrecision: averagePrecision(truth, outputs),
      logLoss: logLoss(truth, outputs),
    })
  })
  it('has averages over the classes that occur, as scikit-learn', () => {
    const few = { ...shape, rows: 2 }
    const first = outputs.subarray(0, 8)
    expect(figures(['f1'], first, [0, 1], few).f1).toBe(f1([0, 1], [0, 0], { average: 'macro' }))
    expect(figures(['auc'], first, [0, 1], few).auc).toBeNaN()
  })
  it('makes no class of a row that is not finite', () => {
    const broken = outputs.slice()
    broken[0] = Number.NaN
    broken[13] = Number.POSITIVE_INFINITY
    const got = figures([...ofClasses, ...ofValues], broken, truth, shape)
    expect([got.accuracy, got.topK, got.recall]).toEqual([0.4, 0.6, (0 + 0.5 + 1 + 0) / 4])
    // Right: classes 1 and 2. Predicted: 1, 0 for a row of class 1, 2, and twice none.
    expect(got.precision).toBe((0 + 1 + 1 + 0) / 4)
    expect(got.cohenKappa).toBeCloseTo(1 - (3 * 5) / (25 - (1 + 2 + 1)), 15)
    expect(got.matthews).toBeCloseTo((2 * 5 - 4) / Math.sqrt((25 - 3 - 4) * (25 - 7)), 15)
    for (const name of [...ofValues, 'auc', 'averagePrecision', 'logLoss'] as const) {
      expect(got[name], name).toBeNaN()
    }
  })
  it('has no log loss where an output is no probability', () => {
    const got = figures(
      ['logLoss', 'auc'],
      outputs.map((p) => 2 * p),
      truth,
      shape,
    )
    expect([got.logLoss, got.auc]).toEqual([Number.NaN, auc(truth, outputs)])
  })
})

describe('several labels a row', () => {
  const outputs = Float32Array.of(0.5, 0.25, 0.75, 0.25, 0.125, 0.75, 0.625, 0.375)
  const targets = Float32Array.of(1, 0, 0, 1, 1, 1, 1, 0)
  const guess = [1, 0, 1, 0, 0, 1, 1, 0]
  const shape = { rows: 4, outputs: 2, kind: 'labels' } as const
  const wide = { outputs: 2 }

  it('have the share of labels that are right, and averages over the labels', () => {
    const all: MetricSpec[] = ['accuracy', 'precision', 'recall', { name: 'f1', average: 'micro' }]
    expect(figures([...all, 'auc', 'averagePrecision', 'logLoss'], outputs, targets, shape)).toEqual({
      accuracy: 5 / 8,
      precision: precision(targets, guess, wide),
      recall: recall(targets, guess, wide),
      f1: f1(targets, guess, { ...wide, average: 'micro' }),
      auc: auc(targets, outputs, wide),
      averagePrecision: averagePrecision(targets, outputs, wide),
      logLoss: logLoss(targets, outputs, wide),
    })
  })
  it('count with the weights of their rows', () => {
    const weights = Float64Array.of(1, 0, 2, 1)
    expect(figures(['accuracy', 'f1'], outputs, targets, { ...shape, weights })).toEqual({
      accuracy: (2 + 2 * 1 + 2) / 8,
      f1: f1(targets, guess, { ...wide, weights }),
    })
  })
  it('have the accuracy of evaluate', () => {
    using net = new Network({ sizes: [3, 2], loss: 'binaryCrossEntropy', seed: 4 })
    const x = Float32Array.from({ length: 12 }, (_, i) => Math.sin(7 * i))
    expect(figures(['accuracy'], net.predict(x), targets, shape).accuracy).toBe(
      net.evaluate({ x, y: targets }).accuracy,
    )
  })
})

describe('numbers', () => {
  const outputs = Float32Array.of(1, 2, 3, 4, 5.5, 6)
  const targets = Float32Array.of(1, 2.5, 2, 4, 5, 7)
  const wide = { outputs: 2 }
  it('have figures for each output, averaged', () => {
    expect(figures(ofValues, outputs, targets, { rows: 3, outputs: 2, kind: 'values' })).toEqual({
      r2: r2(targets, outputs, wide),
      explainedVariance: explainedVariance(targets, outputs, wide),
      meanSquaredError: meanSquaredError(targets, outputs, wide),
      rootMeanSquaredError: rootMeanSquaredError(targets, outputs, wide),
      meanAbsoluteError: meanAbsoluteError(targets, outputs, wide),
      meanAbsolutePercentageError: meanAbsolutePercentageError(targets, outputs, wide),
    })
  })
  it('are classes one-hot where targets are class indices', () => {
    const shape = { rows: 3, outputs: 2, kind: 'classes' } as const
    const { meanAbsoluteError: error } = figures(['meanAbsoluteError'], outputs, [0, 1, 1], shape)
    expect(error).toBe(meanAbsoluteError([1, 0, 0, 1, 0, 1], outputs, wide))
  })
})

describe('a function', () => {
  it('is given numbers and shape, and is known by its name', () => {
    const seen: unknown[] = []
    function profit(...all: unknown[]) {
      seen.push(...all)
      return 7
    }
    const outputs = Float32Array.of(0.25, 0.75, 1, 0)
    const shape = { rows: 2, outputs: 2, kind: 'classes' } as const
    expect(figures([profit], outputs, [1, 0], shape)).toEqual({ profit: 7 })
    expect(seen).toEqual([outputs, Float32Array.of(0, 1, 1, 0), { rows: 2, outputs: 2 }])
    const [one] = resolve(profit)
    expect(one.better).toBeUndefined()
  })
  it('must return a number', () => {
    const shape = { rows: 1, outputs: 1, kind: 'values' } as const
    const later = (() => 'later') as never
    const [one] = resolveMetrics(
      metricList([Object.defineProperty(later, 'name', { value: 'late' })], 'metrics'),
    )
    expect(() => runNow(one.compute(new Float32Array(1), new Float32Array(1), shape))).toThrow(
      new OptionError(`metric 'late': expected the function to return a number, got "later"`),
    )
  })
})

describe('a metric that has no meaning for the targets', () => {
  it.each(ofClasses)('%s is refused for numbers', (name) => {
    expect(() => resolve(name)[0].check({ outputs: 3, kind: 'values' })).toThrow(
      new OptionError(
        `metric '${name}': expected targets that are classes (class indices, one-hot rows, 0 and 1), got other numbers`,
      ),
    )
  })
  it('is none that compares numbers', () => {
    for (const kind of ['values', 'classes', 'labels'] as const) {
      for (const one of resolve(...ofValues)) expect(() => one.check({ outputs: 3, kind })).not.toThrow()
    }
  })
  it.each<[MetricSpec, number, MetricShape['kind'], string]>([
    [
      'matthews',
      3,
      'labels',
      "metric 'matthews': expected one class a row, got 3 labels, each true or false",
    ],
    ['topK', 3, 'labels', "metric 'topK': expected one class a row, got 3 labels"],
    ['topK', 1, 'labels', "metric 'topK': expected an output for each class, got one output"],
    [
      { name: 'f1', average: 'binary' },
      3,
      'classes',
      `metric 'f1': average: expected 'macro', 'micro' or 'weighted' for 3 classes, got "binary"`,
    ],
    [{ name: 'f1', average: 'binary' }, 2, 'labels', "'macro', 'micro' or 'weighted' for 2 labels"],
  ])('%j is refused for %i outputs of %s', (spec, outputs, kind, message) => {
    expect(() => resolve(spec)[0].check({ outputs, kind })).toThrow(message)
  })
})
