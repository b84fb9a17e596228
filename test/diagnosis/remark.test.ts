// The note about a training that stayed finite and was absurd, and none about an honest one.

import { describe, expect, it, vi } from 'vitest'
import { digits } from '../../src/datasets/index.ts'
import type { Situation } from '../../src/diagnosis/causes.ts'
import { remarkOn } from '../../src/diagnosis/remark.ts'
import { layerStatistics } from '../../src/engine/layer-statistics.ts'
import { Network } from '../../src/index.ts'
import { networkSettings } from '../../src/model/network-settings.ts'
import { followed, type Training, train } from '../helpers/advice.ts'
import { base, change, classes, column, long, net, rateOf, rows, y1 } from '../helpers/diagnosis.ts'

describe('a training that stays finite', () => {
  const situationOf = (training: Training, losses: readonly number[]): Situation => {
    const { options, x, y, fit } = training
    const network = new Network(options)
    const { architecture } = networkSettings(options)
    return {
      architecture,
      x: { values: x, rows: x.length / architecture.inputs, columns: architecture.inputs },
      y: { values: y, rows: y.length / architecture.outputs, columns: architecture.outputs },
      batchRows: fit.batchSize ?? 32,
      optimizer: networkSettings(options).optimizer,
      learningRate: rateOf(training) as number,
      losses,
      weightsBefore: architecture.layers.map(({ inputs, units, bias }, l) =>
        layerStatistics(
          Float32Array.of(...network.weights(l), ...network.biases(l)),
          { offset: 0, length: inputs * units },
          inputs * units,
          bias ? { offset: inputs * units, length: units } : undefined,
          units,
        ),
      ),
      trainedBefore: false,
    }
  }
  const remarkAfter = async (training: Training) => {
    const { loss } = await train(training)
    expect(loss.every(Number.isFinite)).toBe(true)
    return { loss, remark: remarkOn(situationOf(training, loss)) }
  }

  const { x: pixels, y: labels } = digits()
  const ofDigits = {
    x: pixels,
    y: [...labels].flatMap((c) => Array.from({ length: 10 }, (_, j) => (j === c ? 1 : 0))),
  }

  const absurd: [string, RegExp, Training][] = [
    [
      'a huge column of inputs',
      /never below \S+e\d+ in all of its 60 epochs, where predicting 0 has 0\.\d+ .*column 2 of the inputs \(mean .*standardScaler\(x, 4\)/,
      { options: net([4, 16, 1], 0.01), x: column(2, (v) => 3e4 * (v + 2)), y: y1, fit: long },
    ],
    [
      'a rate a little too high',
      /ended at \S+ after all of its 12 epochs.*the learning rate 2\.2 is too high/,
      { options: net([4, 1], 2.2), x: base, y: y1, fit: { epochs: 12, batchSize: 200 } },
    ],
    [
      'targets that the last activation cannot reach',
      /the last layer's sigmoid makes only numbers from 0 to 1, and the targets \(mean 5\d{5}, deviation \d+\) lie outside; take activation: 'linear' there .*standardScaler\(y, 1\)/,
      {
        options: net([4, 8, 1], 0.01, { activation: 'sigmoid' }),
        x: base,
        y: change(y1, (v) => 5e5 + 1e5 * v),
        fit: { epochs: 10, batchSize: 16 },
      },
    ],
    [
      'crossEntropy with inputs of 1e4',
      /the same share for every class has 0\.693.*the inputs \(mean .*standardScaler\(x, 4\)/,
      {
        options: net([4, 2], 0.1, { loss: 'crossEntropy' }),
        x: change(base, (v) => 1e4 * v),
        y: Float32Array.from({ length: rows * 2 }, (_, i) => (classes[i >> 1] === i % 2 ? 1 : 0)),
        fit: { epochs: 8, batchSize: 16 },
      },
    ],
  ]
  const houses = change(y1, (v) => 5e5 + 1e5 * v)
  const adam = { optimizer: { name: 'adam', learningRate: 0.01 } } as const
  const stuck: [string, RegExp, Training][] = [
    [
      'house prices and a low rate',
      /never below \S+e11 in all of its 60 epochs, where predicting the mean .*the targets \(mean 5\d{5}, deviation \d+, .*standardScaler\(y, 1\).*the learning rate 1e-9 is then too low, .*; try/,
      { options: net([4, 16, 1], 1e-9), x: base, y: houses, fit: long },
    ],
    [
      'house prices and Adam',
      /Likely: the targets \(mean 5\d{5}, deviation \d+, [^;]*standardScaler\(y, 1\)[^;]*\.$/,
      { options: net([4, 16, 1], 0.01, adam), x: base, y: houses, fit: long },
    ],
    [
      'house prices and units that saturate',
      /Likely: the targets \(mean 5\d{5}, deviation \d+, [^;]*standardScaler\(y, 1\)[^;]*\.$/,
      {
        options: {
          inputs: 4,
          layers: [{ units: 16, activation: 'sigmoid' }, 1],
          optimizer: { name: 'sgd', learningRate: 0.05 },
        },
        x: base,
        y: houses,
        fit: long,
      },
    ],
    [
      'a huge column of inputs and a rate that suits it',
      /Likely: column 2 of the inputs \(mean .*standardScaler\(x, 4\).*is then too low/,
      { options: net([4, 16, 1], 1e-12), x: column(2, (v) => 3e4 * (v + 2)), y: y1, fit: long },
    ],
    [
      'a loss of 1e20 in two epochs',
      /never below \S+e20 in all of its 2 epochs.*the targets \(mean .*standardScaler\(y, 1\)/,
      {
        options: net([4, 16, 1], 1e-14),
        x: base,
        y: change(y1, (v) => 2e10 * (1 + v / 10)),
        fit: { epochs: 2 },
      },
    ],
    [
      'a rate that is far too low',
      /Likely: the learning rate 1e-7 is too low, where about 0\.\d+ is bearable; try 0\.\d\.$/,
      { options: net([4, 16, 1], 1e-7), x: base, y: y1, fit: long },
    ],
    [
      'classes and a rate that is far too low',
      /predicting the mean of the targets has 0\.69\d*\. Likely: the learning rate 1e-7 is too low/,
      {
        options: net([4, 8, 1], 1e-7, { loss: 'binaryCrossEntropy' }),
        x: base,
        y: classes,
        fit: long,
      },
    ],
  ]
  it.each(stuck)('but is stuck, with %s, is told so, and learns as told', async (_, pattern, training) => {
    const { loss, remark } = await remarkAfter(training)
    expect(remark, `${loss.at(-1)}`).toMatch(pattern)
    const again = followed(training, remark!)!
    const after = await remarkAfter({ ...again, fit: { ...again.fit, epochs: 60 } })
    expect(after.remark).toBeUndefined()
    expect(after.loss.at(-1)!).toBeLessThan(0.8 * after.loss[0])
  })

  it.each(absurd)(
    'but is absurd, with %s, is told so, and does better as told',
    async (_, pattern, training) => {
      const { remark } = await remarkAfter(training)
      expect(remark).toMatch(pattern)
      const again = followed(training, remark!)!
      const after = await remarkAfter({ ...again, fit: { ...again.fit, epochs: 60 } })
      expect(after.remark).toBeUndefined()
      expect(after.loss.at(-1)!).toBeLessThan(after.loss[0])
    },
  )

  const honest: [string, Training][] = [
    ['a good rate', { options: net([4, 16, 1], 0.05), x: base, y: y1, fit: long }],
    ['one epoch', { options: net([4, 16, 1], 0.01), x: base, y: y1, fit: { epochs: 1, batchSize: 200 } }],
    [
      'targets of a thousandth',
      { options: net([4, 16, 1], 0.01), x: base, y: change(y1, (v) => v / 1000), fit: long },
    ],
    [
      'targets that are all the same',
      { options: net([4, 16, 1], 0.01), x: base, y: y1.map(() => 3), fit: long },
    ],
    [
      'targets of 20 ± 1',
      { options: net([4, 16, 1], 0.001), x: base, y: change(y1, (v) => 20 + v), fit: long },
    ],
    [
      'initial weights from standardNormal',
      { options: net([4, 16, 1], 0.01, { initializer: 'standardNormal' }), x: base, y: y1, fit: long },
    ],
    [
      'classes',
      { options: net([4, 8, 1], 0.1, { loss: 'binaryCrossEntropy' }), x: base, y: classes, fit: long },
    ],
    [
      'nothing to learn from',
      {
        options: net([4, 8, 1], 0.1),
        x: base,
        y: Float32Array.from({ length: rows }, (_, r) => ((r * 7919) % 101) / 50 - 1),
        fit: long,
      },
    ],
    [
      'one class in every row, and inputs from 0 to 16',
      {
        options: net([4, 8, 1], 1e-4, { loss: 'binaryCrossEntropy' }),
        x: change(base, (v) => 5 * (v + 1.7)),
        y: classes.map(() => 1),
        fit: { epochs: 5 },
      },
    ],
    [
      'the plateau of exclusive or',
      {
        options: net([2, 2, 1], 0.5, { activation: 'sigmoid', loss: 'quadratic' }),
        x: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1),
        y: [0, 1, 1, 0],
        fit: { epochs: 100, batchSize: 4 },
      },
    ],
    [
      'the digits',
      { options: net([64, 10], 0.1, { loss: 'crossEntropy' }), ...ofDigits, fit: { epochs: 6 } },
    ],
    [
      'classes for sigmoid and quadratic',
      { options: net([4, 8, 1], 1, { activation: 'sigmoid' }), x: base, y: classes, fit: long },
    ],
  ]
  it.each(honest)('and honest, with %s, is told nothing', async (_, training) => {
    expect((await remarkAfter(training)).remark).toBeUndefined()
  })

  it('is told nothing from the mean of rows that are a part of a stream', async () => {
    vi.resetModules()
    const { Network: Fresh } = await import('../../src/index.ts')
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const part = (from: number, to: number) => ({ x: base.slice(4 * from, 4 * to), y: y1.slice(from, to) })
    const options = net([4, 16, 1], 1e-7)
    const parts = () => [part(0, 100), part(100, rows)].values()
    await new Fresh(options).fit(parts, long)
    expect(warn).not.toHaveBeenCalled()
    await new Fresh(options).fit(() => [part(0, rows)].values(), long)
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/the learning rate 1e-7 is too low/))
    warn.mockRestore()
  })

  it('has its note printed, once in a process whatever the numbers', async () => {
    vi.resetModules()
    const { Network: Fresh } = await import('../../src/index.ts')
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    for (const [, , { options, x, y, fit }] of [absurd[0], absurd[2]]) {
      await new Fresh(options).fit({ x, y }, fit)
    }
    const texts = warn.mock.calls.map(([text]) => String(text))
    warn.mockRestore()
    expect(texts).toEqual([expect.stringMatching(absurd[0][1])])
  })
})
