// Cross-validation: the folds are what they should be, and the figures those of networks trained one by one.

import { describe, expect, it, vi } from 'vitest'
import {
  auc,
  balancedAccuracy,
  crossValidate,
  DivergedError,
  Network,
  type NetworkOptions,
  OptionError,
  ShapeError,
} from '../../src/index.ts'
import { Core } from '../../src/training/core.ts'
import { numbers } from '../helpers/random.ts'

const ROWS = 61
const x = numbers(4 * ROWS, 1)
const y = Int32Array.from({ length: ROWS }, (_, r) => (x[4 * r] > 0.2 ? 2 : x[4 * r + 1] > 0 ? 1 : 0))
const data = { x, y }
const options: NetworkOptions = { sizes: [4, 6, 3], loss: 'crossEntropy', kernels: 'simd', seed: 3 }
const fit = { epochs: 4, batchSize: 8, learningRate: 0.2 }

/** The figures without what a clock says. */
const figures = ({ folds, mean, deviation }: Awaited<ReturnType<typeof crossValidate>>) => ({
  folds: folds.map(({ history: { seconds, samplesPerSecond, threads, ...history }, ...rest }) => ({
    ...rest,
    history,
  })),
  mean,
  deviation,
})

describe('crossValidate', () => {
  it('gives each fold the figures of a network trained on the others', async () => {
    const { folds, mean, deviation } = await crossValidate(options, data, { folds: 4, seed: 5, fit })
    expect(folds.map(({ repeat, fold }) => [repeat, fold])).toEqual([1, 2, 3, 4].map((fold) => [1, fold]))
    for (const { testIndices, loss, accuracy, trainingLoss, trainingAccuracy, history } of folds) {
      const isTested = new Set(testIndices)
      const rowsOf = (tested: boolean) => [...y.keys()].filter((r) => isTested.has(r) === tested)
      const part = (rows: number[]) => ({
        x: Float32Array.from(rows.flatMap((r) => [...x.subarray(4 * r, 4 * r + 4)])),
        y: Int32Array.from(rows, (r) => y[r]),
      })
      const net = new Network(options)
      const alone = await net.fit(part(rowsOf(false)), fit)
      expect(history.loss).toEqual(alone.loss)
      expect({ loss, accuracy }).toEqual(net.evaluate(part(rowsOf(true))))
      expect([trainingLoss, trainingAccuracy]).toEqual([alone.loss.at(-1), alone.accuracy!.at(-1)])
    }
    for (const key of ['loss', 'accuracy', 'trainingLoss', 'trainingAccuracy'] as const) {
      const values = folds.map((one) => one[key]!)
      const average = (values[0] + values[1] + values[2] + values[3]) / 4
      expect(mean[key]).toBeCloseTo(average, 14)
      expect(deviation[key]! ** 2).toBeCloseTo(
        values.reduce((sum, v) => sum + v * v, 0) / 4 - average ** 2,
        12,
      )
    }
  })

  it('measures what it is asked for on the rows that each network was tested on', async () => {
    const largest = (outputs: Float32Array) => Math.max(...outputs)
    const metrics = ['balancedAccuracy', { name: 'auc', as: 'area' }, largest] as const
    const run = (parallel: number) => crossValidate(options, data, { folds: 4, fit, metrics, parallel })
    const { folds, mean, deviation } = await run(1)
    for (const { testIndices, metrics: measured } of folds) {
      const isTested = new Set(testIndices)
      const part = (tested: boolean) => {
        const rows = [...y.keys()].filter((r) => isTested.has(r) === tested)
        const values = Float32Array.from(rows.flatMap((r) => [...x.subarray(4 * r, 4 * r + 4)]))
        return { x: values, y: Int32Array.from(rows, (r) => y[r]) }
      }
      const net = new Network(options)
      await net.fit(part(false), fit)
      const test = part(true)
      const outputs = net.predict(test.x)
      expect(measured).toEqual({
        balancedAccuracy: balancedAccuracy(test.y, net.classify(test.x)),
        area: auc(test.y, outputs),
        largest: largest(outputs),
      })
      // As a plain object, which a console shows without further words.
      expect(Object.getPrototypeOf(measured)).toBe(Object.prototype)
    }
    const areas = folds.map((one) => one.metrics!.area)
    const average = (areas[0] + areas[1] + areas[2] + areas[3]) / 4
    expect(Object.keys(mean.metrics!)).toEqual(['balancedAccuracy', 'area', 'largest'])
    expect(mean.metrics!.area).toBeCloseTo(average, 14)
    const squares = areas.reduce((sum, area) => sum + (area - average) ** 2, 0)
    expect(deviation.metrics!.area).toBeCloseTo(Math.sqrt(squares / 4), 14)
    expect(figures(await run(3))).toEqual(figures({ folds, mean, deviation }))
  })

  it('refuses a metric that has no meaning for the targets before anything is trained', async () => {
    const values = { x, y: numbers(ROWS, 5) }
    const run = crossValidate({ sizes: [4, 1] }, values, { metrics: ['auc'], fit: { epochs: 1e9 } })
    await expect(run).rejects.toThrow("metric 'auc': expected targets that are classes")
    await expect(crossValidate(options, data, { metrics: ['area'] as never })).rejects.toThrow(
      'crossValidate options.metrics[0].name: expected one of',
    )
  })

  it('tests each row once in each repeat, each class spread evenly', async () => {
    const { folds } = await crossValidate(options, data, { folds: 5, repeats: 3, fit: { epochs: 1 } })
    expect(folds).toHaveLength(15)
    const texts = new Set<string>()
    for (let repeat = 1; repeat <= 3; ++repeat) {
      const own = folds.filter((one) => one.repeat === repeat)
      texts.add(own.map(({ testIndices }) => testIndices.join()).join('|'))
      const tested = own.flatMap(({ testIndices }) => [...testIndices]).sort((a, b) => a - b)
      expect(tested).toEqual([...y.keys()])
      for (const one of [0, 1, 2]) {
        const counts = own.map(({ testIndices }) => testIndices.filter((r) => y[r] === one).length)
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      }
    }
    expect(texts.size).toBe(3)
    const other = await crossValidate(options, data, { folds: 5, seed: 1, fit: { epochs: 1 } })
    expect(texts.has(other.folds.map(({ testIndices }) => testIndices.join()).join('|'))).toBe(false)
  })

  it.each(['simd', 'relaxed', 'reference'] as const)(
    'has the same bits for any number at once (%s)',
    async (kernels) => {
      const given = { folds: 3, repeats: 2, fit: { ...fit, validation: 0.2, earlyStopping: { patience: 1 } } }
      const expected = figures(await crossValidate({ ...options, kernels }, data, { ...given, parallel: 1 }))
      for (const parallel of [2, 6, 'auto'] as const) {
        expect(figures(await crossValidate({ ...options, kernels }, data, { ...given, parallel }))).toEqual(
          expected,
        )
      }
      const byLbfgs = { ...options, kernels, optimizer: 'lbfgs' } as const
      const one = await crossValidate(byLbfgs, data, { folds: 3, fit: { epochs: 9 }, parallel: 1 })
      expect(
        figures(await crossValidate(byLbfgs, data, { folds: 3, fit: { epochs: 9 }, parallel: 3 })),
      ).toEqual(figures(one))
    },
  )

  it('has as many folds at work as it is told', async () => {
    let [atWork, most] = [0, 0]
    const initializer = ({ fanIn, fanOut }: { fanIn: number; fanOut: number }) => {
      atWork += 1
      most = Math.max(most, atWork)
      return new Float32Array(fanIn * fanOut).fill(0.1)
    }
    const dispose = vi.spyOn(Core.prototype, 'dispose').mockImplementation(() => {
      atWork -= 1
    })
    const single: NetworkOptions = {
      inputs: 4,
      layers: [3],
      loss: 'crossEntropy',
      kernels: 'simd',
      initializer,
    }
    for (const parallel of [1, 2, 4, 9]) {
      most = 0
      await crossValidate(single, data, { folds: 4, fit, parallel })
      expect([most, atWork]).toEqual([Math.min(parallel, 4), 0])
    }
    dispose.mockRestore()
  })

  it('reports no accuracy of values, though a fold may look like classes', async () => {
    const values = Float32Array.from({ length: ROWS }, (_, r) => (r === 7 ? 0.5 : r % 2))
    const single: NetworkOptions = { sizes: [4, 1], kernels: 'simd' }
    const { folds, mean } = await crossValidate(single, { x, y: values }, { folds: 4, fit })
    expect(Object.keys(mean)).toEqual(['loss', 'trainingLoss'])
    for (const one of folds) expect(one).not.toHaveProperty('accuracy')
  })

  it('ends by its signal, all folds at rest', async () => {
    for (const parallel of [1, 3]) {
      const stop = new AbortController()
      const long = crossValidate(options, data, { fit: { epochs: 1e6 }, parallel, signal: stop.signal })
      setTimeout(() => stop.abort(new Error('enough')), 60)
      const asked = performance.now()
      await expect(long).rejects.toThrow('enough')
      expect(performance.now() - asked).toBeLessThan(1000)
    }
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(crossValidate(options, data, { signal })).rejects.toThrow('too late')
  })

  it('rejects with what a fold throws, and ends the others', async () => {
    const wild = { x: x.map((v, i) => (i === 4 * 17 ? 1e30 : v)), y }
    // Only the fold that is tested on the outlier does not diverge, and it would train for hours.
    const asked = performance.now()
    const run = crossValidate(options, wild, { parallel: 5, fit: { epochs: 1e8 } })
    await expect(run).rejects.toThrow(DivergedError)
    expect(performance.now() - asked).toBeLessThan(3000)
    await expect(crossValidate(options, wild, { parallel: 1 })).rejects.toThrow(DivergedError)
  })

  it.each<[string, object, string]>([
    ['one fold', { folds: 1 }, 'crossValidate options.folds: expected a whole number of at least 2, got 1'],
    [
      'more folds than rows',
      { folds: 62, stratify: false },
      'options.folds: expected at most the 61 rows of x, got 62',
    ],
    ['more folds than any class has', { folds: 50 }, 'rows of the largest class, got 50'],
    [
      'repeats of one division',
      { repeats: 2, shuffle: false },
      'options.shuffle: expected true where repeats',
    ],
    ['no epochs', { fit: { epochs: 0 } }, 'crossValidate options.fit.epochs: expected a whole number'],
    [
      'an option of one fold',
      { fit: { onEpoch: () => {} } },
      'crossValidate options.fit: expected no onEpoch, which is for a single fit: folds are trained at once, in threads ' +
        'that a callback cannot follow; the result has the history of each',
    ],
    [
      'a callback for batches',
      { parallel: 2, fit: { onBatch: () => {} } },
      'crossValidate options.fit: expected no onBatch, which is for a single fit: folds are trained at once, in threads ' +
        'that a callback cannot follow',
    ],
    ['threads', { fit: { threads: 2 } }, 'expected no threads, which is for a single fit; see parallel'],
    [
      'a signal of one fold',
      { fit: { signal: new AbortController().signal } },
      'expected no signal, which is for a single fit; crossValidate has one for all',
    ],
    ['no number at once', { parallel: 0 }, "options.parallel (a number or 'auto'): expected"],
    ['what it does not know', { fold: 3 }, 'crossValidate options: expected options among folds, stratify'],
  ])('refuses %s', async (_, wrong, message) => {
    const run = crossValidate(options, data, wrong)
    await expect(run).rejects.toThrow(OptionError)
    await expect(run).rejects.toThrow(message)
  })

  it('names the fold whose rows all have the weight 0, before anything is trained', async () => {
    const found: string[] = []
    const run = (weights: number[], more = {}) =>
      crossValidate(options, { ...data, weights }, { folds: 3, ...more, fit: { epochs: 1e9 } })
    const [first] = (await crossValidate(options, data, { folds: 3 })).folds
    const isFirst = new Set(first.testIndices)
    const inFirst = [...y.keys()].map((r) => (isFirst.has(r) ? 1 : 0))
    const outside = inFirst.map((one) => 1 - one)
    for (const [weights, more] of [[inFirst], [outside], [outside, { repeats: 2 }]] as const) {
      const error = await run([...weights], more).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(ShapeError)
      found.push((error as ShapeError).message)
    }
    expect(found).toEqual([
      'weights: expected at least one above 0 to train on besides each fold, got only zeros besides fold 1',
      'weights: expected at least one above 0 in each fold, got only zeros in fold 1',
      'weights: expected at least one above 0 in each fold, got only zeros in fold 1 of repeat 1',
    ])
  })

  it('refuses data that no network could be trained on', async () => {
    await expect(crossValidate(options, x as never)).rejects.toThrow('crossValidate data: expected { x, y }')
    await expect(crossValidate(options, { x: x.subarray(1), y })).rejects.toThrow(ShapeError)
    await expect(crossValidate(options, { x, y: y.map(() => 3) })).rejects.toThrow(ShapeError)
    await expect(crossValidate({ sizes: [4] } as never, data)).rejects.toThrow(OptionError)
  })
})
