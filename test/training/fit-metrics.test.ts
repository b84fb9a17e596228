// Metrics of a fit after each epoch: those of the functions, on what the network predicts.

import { describe, expect, it } from 'vitest'
import {
  auc,
  f1,
  meanAbsoluteError,
  Network,
  OptionError,
  r2,
  type SizedNetworkOptions,
} from '../../src/index.ts'
import { numbers } from '../helpers/random.ts'

const ROWS = 80
const x = numbers(4 * ROWS, 1)
const labels = Int32Array.from({ length: ROWS }, (_, r) => (x[4 * r] > 0.3 ? 2 : x[4 * r + 1] > 0 ? 1 : 0))
const apart = { x: numbers(4 * 30, 2), y: Int32Array.from({ length: 30 }, (_, r) => r % 3) }
const network = (options: Partial<SizedNetworkOptions> = {}) =>
  new Network({ sizes: [4, 8, 3], loss: 'crossEntropy', seed: 1, kernels: 'simd', threads: 1, ...options })

describe('the metrics of a fit', () => {
  it('are those of the validation data, or of the training data', async () => {
    for (const validation of [apart, undefined]) {
      const rows = validation ?? { x, y: labels }
      const net = network()
      const expected: number[][] = []
      const history = await net.fit(
        { x, y: labels },
        {
          epochs: 3,
          learningRate: 0.1,
          ...(validation && { validation }),
          metrics: ['accuracy', { name: 'f1', average: 'macro', as: 'macroF1' }, 'auc'],
          onEpoch: ({ metrics }) => {
            const outputs = net.predict(rows.x)
            const { accuracy } = net.evaluate(rows)
            const macro = f1(rows.y, net.classify(rows.x), { average: 'macro' })
            const area = auc(rows.y, outputs, { average: 'macro' })
            expected.push([accuracy!, macro, area])
            expect(Object.keys(metrics!)).toEqual(['accuracy', 'macroF1', 'auc'])
          },
        },
      )
      const { accuracy, macroF1, auc: areas } = history.metrics!
      expect(accuracy).toHaveLength(3)
      expected.forEach(([share, macro, area], i) => {
        expect(accuracy[i]).toBeCloseTo(share, 6)
        expect(macroF1[i]).toBeCloseTo(macro, 12)
        expect(areas[i]).toBeCloseTo(area, 12)
      })
    }
  })

  it('change nothing of the training, whatever the threads', async () => {
    const plain = network()
    await plain.fit({ x, y: labels }, { epochs: 3, batchSize: 8 })
    for (const options of [{}, { threads: 2 }, { offThread: true }]) {
      const measured = network()
      const settings = { epochs: 3, batchSize: 8, metrics: ['accuracy'] as const, ...options }
      const history = await measured.fit({ x, y: labels }, settings)
      expect(measured.weights(0)).toEqual(plain.weights(0))
      expect(history.metrics!.accuracy.at(-1)).toBeCloseTo(measured.evaluate({ x, y: labels }).accuracy!, 6)
    }
  })

  it('of numbers and of your own, by which the training may be stopped', async () => {
    const y = Float32Array.from(labels, (label, r) => label + x[4 * r + 2])
    const net = network({
      sizes: [4, 8, 1],
      loss: 'quadratic',
      optimizer: { name: 'adam', learningRate: 0.02 },
    })
    const largest = (outputs: Float32Array, targets: Float32Array) =>
      outputs.reduce((most, value, i) => Math.max(most, Math.abs(value - targets[i])), 0)
    const history = await net.fit(
      { x, y },
      {
        epochs: 300,
        metrics: ['r2', 'meanAbsoluteError', largest],
        validation: 0.25,
        earlyStopping: { monitor: 'r2', patience: 5 },
      },
    )
    const { r2: found, meanAbsoluteError: errors, largest: largests } = history.metrics!
    const best = found.indexOf(Math.max(...found))
    expect(history.bestEpoch).toBe(best + 1)
    expect(history.epochs).toBe(Math.min(300, best + 1 + 6))
    expect(largests[best]).toBeGreaterThan(errors[best])
    const all = net.predict(x)
    expect(r2(y, all)).toBeGreaterThan(0.5)
    expect(meanAbsoluteError(y, all)).toBeLessThan(0.6)
  })

  it('bring back the best epoch whatever they are called', async () => {
    const y = Float32Array.from(labels, (label, r) => label + x[4 * r + 2])
    const validation = { x: apart.x, y: Float32Array.from(apart.y) }
    for (const [name, as, sign] of [
      ['meanAbsoluteError', 'mae', -1],
      ['r2', 'noLoss', 1],
    ] as const) {
      const net = network({ sizes: [4, 8, 1], loss: 'quadratic', optimizer: 'adam' })
      const history = await net.fit(
        { x, y },
        { epochs: 8, validation, metrics: [{ name, as }], earlyStopping: { monitor: as, patience: 99 } },
      )
      const figures = history.metrics![as].map((figure) => sign * figure)
      expect(new Set(figures).size).toBe(8)
      expect(history.bestEpoch, as).toBe(figures.indexOf(Math.max(...figures)) + 1)
    }
  })

  it('that are functions of your own are stopped by only where it is said which way is better', async () => {
    const y = Float32Array.from(labels)
    const net = network({ sizes: [4, 8, 1], loss: 'quadratic' })
    const before = net.weights(0)
    const error = (outputs: Float32Array, targets: Float32Array) =>
      outputs.reduce((sum, value, i) => sum + Math.abs(value - targets[i]), 0)
    const settings = { epochs: 4, metrics: [error] }
    await expect(net.fit({ x, y }, { ...settings, earlyStopping: { monitor: 'error' } })).rejects.toThrow(
      "fit options.earlyStopping.mode: expected 'min' or 'max' with the metric 'error', a function of which it is not known " +
        'whether less or more is better, got undefined',
    )
    expect(net.weights(0)).toEqual(before)
    for (const mode of ['min', 'max'] as const) {
      const { bestEpoch, metrics } = await net.fit(
        { x, y },
        { ...settings, learningRate: 0.001, earlyStopping: { monitor: 'error', mode, restoreBest: false } },
      )
      const best = mode === 'min' ? Math.min(...metrics!.error) : Math.max(...metrics!.error)
      expect(bestEpoch).toBe(metrics!.error.indexOf(best) + 1)
    }
    // Not watched, it needs none.
    await net.fit({ x, y }, { ...settings, earlyStopping: true })
  })

  it('go before figures of the log that have the same name', async () => {
    // What is learned of the training rows does worse and worse on these.
    const opposite = { x, y: labels.map((label) => (label + 1) % 3) }
    const earlyStopping = { monitor: 'accuracy', patience: 99 }
    const settings = { epochs: 12, learningRate: 0.1, validation: opposite, earlyStopping }
    const byMetric = await network().fit({ x, y: labels }, { ...settings, metrics: ['accuracy'] })
    const byLog = await network().fit({ x, y: labels }, settings)
    const firstBest = (figures: number[]) => figures.indexOf(Math.max(...figures)) + 1
    expect(byMetric.bestEpoch).toBe(firstBest(byMetric.metrics!.accuracy))
    expect(byLog.bestEpoch).toBe(firstBest(byLog.accuracy!))
    expect(byMetric.bestEpoch).not.toBe(byLog.bestEpoch)
    // What is watched without being named is the log's.
    const validationLoss = () => 1
    const metrics = [validationLoss]
    const byDefault = await network().fit({ x, y: labels }, { ...settings, metrics, earlyStopping: true })
    const losses = byDefault.validationLoss!
    expect(byDefault.bestEpoch).toBe(losses.indexOf(Math.min(...losses)) + 1)
  })

  it('are refused before anything is trained, where they have no meaning', async () => {
    const net = network()
    const before = net.weights(0)
    const wrong = ['r2', ['unknown'], ['auc', 'auc'], [() => 1], [3]]
    for (const metrics of wrong) {
      await expect(net.fit({ x, y: labels }, { metrics } as never), `${metrics}`).rejects.toThrow(OptionError)
    }
    const stream = [{ x, y: labels }]
    await expect(net.fit(stream, { metrics: ['accuracy'] })).rejects.toThrow('validation data with a stream')
    expect(net.weights(0)).toEqual(before)
    const history = await net.fit(stream, { metrics: ['accuracy'], validation: apart })
    expect(history.metrics!.accuracy).toHaveLength(1)
  })

  it('may be read from data that change after they were read', async () => {
    const changing = numbers(4 * ROWS, 1)
    const [net, other] = [network(), network()]
    const options = { epochs: 5, metrics: ['accuracy'] as const }
    const fitting = net.fit({ x: changing, y: labels }, { ...options, onEpoch: () => void changing.fill(9) })
    const expected = await other.fit({ x, y: labels }, options)
    expect((await fitting).metrics).toEqual(expected.metrics)
  })

  it('are kept apart from the log, from functions that change their arrays, and by any name', async () => {
    const options = { epochs: 3, learningRate: 0.1, validation: apart }
    const expected = await network().fit({ x, y: labels }, { ...options, metrics: ['accuracy', 'auc'] })
    const sorting = (outputs: Float32Array, targets: Float32Array) => outputs.sort()[0] + targets.sort()[0]
    const found = await network().fit(
      { x, y: labels },
      {
        ...options,
        metrics: [sorting, { name: 'accuracy', as: '__proto__' }, 'auc'],
        onEpoch: ({ metrics }) => void Object.assign(metrics!, { auc: 9 }),
      },
    )
    expect(Object.keys(found.metrics!)).toEqual(['sorting', '__proto__', 'auc'])
    expect(Object.entries(found.metrics!)[1][1]).toEqual(expected.metrics!.accuracy)
    expect(found.metrics!.auc).toEqual(expected.metrics!.auc)
    expect(found.validationLoss).toEqual(expected.validationLoss)
    expect(found.loss).toEqual(expected.loss)
  })
})
