// Losses that are functions of the user's own, against the built-in ones that compute the same.

import { describe, expect, it } from 'vitest'
import {
  type CustomLoss,
  type FitOptions,
  Network,
  type NetworkOptions,
  OptionError,
  ShapeError,
} from '../../src/index.ts'
import { distance, lossTwins, ownQuadratic } from '../helpers/custom.ts'
import { parametersOf } from '../helpers/errors.ts'
import { kernels } from '../helpers/networks.ts'
import { numbers } from '../helpers/random.ts'

// Sums in float32 of the built-in losses, and logarithms of what rounding has made of a.
const CLOSE = 5e-6

const ROWS = 23
const x = numbers(ROWS * 5, 1, 2)

/** Targets of a kind, (rows × outputs). */
function targetsOf(kind: string, rows: number, outputs: number): Float32Array {
  const values = numbers(rows * outputs, 2)
  if (kind === 'labels') return values.map((v) => (v + 1) / 2)
  if (kind === 'classes') return values.map((_, i) => (i % outputs === ((i * 7) % 3) % outputs ? 1 : 0))
  return values
}

describe.each(kernels)('on %s', (name) => {
  describe.each(lossTwins)('$own.name behind $activation', ({ own, builtIn, activation, targets }) => {
    const pair = (options: Omit<NetworkOptions, 'kernels' | 'seed' | 'loss'>) =>
      [own, builtIn].map(
        (loss) => new Network({ seed: 1, kernels: name, ...options, loss } as NetworkOptions),
      )
    const layersOf = (units: number) => [7, { units, activation }]

    it('is the built-in one at every tail of outputs and rows', () => {
      for (const outputs of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33]) {
        if (outputs === 1 && targets === 'classes') continue
        const [mine, theirs] = pair({ inputs: 5, layers: layersOf(outputs) as never })
        for (const rows of [1, 2, 3, 4, 5, 9]) {
          const few = x.subarray(0, 5 * rows)
          const y = targetsOf(targets, rows, outputs)
          const what = `${outputs} outputs, ${rows} rows`
          const [a, b] = [mine.gradients(few, y), theirs.gradients(few, y)]
          expect(distance([a.loss], [b.loss]), what).toBeLessThan(CLOSE)
          for (const l of [0, 1]) {
            expect(distance(a.weights[l], b.weights[l]), what).toBeLessThan(CLOSE)
            expect(distance(a.biases[l], b.biases[l]), what).toBeLessThan(CLOSE)
          }
          const [one, other] = [mine.evaluate({ x: few, y }), theirs.evaluate({ x: few, y })]
          expect(distance([one.loss], [other.loss]), what).toBeLessThan(CLOSE)
          expect(one.accuracy, what).toBe(other.accuracy)
        }
      }
    })

    const y = targetsOf(targets, ROWS, 3)
    const normalizable = activation !== 'softmax' && activation !== 'sigmoid'
    const cases: [string, object, FitOptions][] = [
      ['alone', {}, {}],
      ['with accumulation', {}, { accumulate: 2 }],
      ['with dropout and a normalized hidden layer', { dropout: 0.2, normalization: 'batch' }, {}],
      ...(normalizable
        ? [
            [
              'with a normalized output',
              { layers: [7, { units: 3, activation, normalization: 'layer' }] },
              {},
            ],
          ]
        : []),
    ] as never
    it.each(cases)('trains as the built-in one %s', async (_, more, fit) => {
      const [mine, theirs] = pair({ inputs: 5, layers: layersOf(3) as never, ...more })
      const start = parametersOf(mine)
      const data = { x, y, weights: numbers(ROWS, 3).map((v, r) => (r === 4 ? 0 : 1 + v)) }
      const options = { batchSize: 5, epochs: 3, learningRate: 0.02, ...fit }
      const validation = { x: x.subarray(0, 20), y: y.subarray(0, 12) }
      const [a, b] = [
        await mine.fit(data, { ...options, validation }),
        await theirs.fit(data, { ...options, validation }),
      ]
      expect(distance(a.loss, b.loss)).toBeLessThan(CLOSE)
      expect(distance(a.validationLoss!, b.validationLoss!)).toBeLessThan(CLOSE)
      expect(a.accuracy).toEqual(b.accuracy)
      expect(distance(parametersOf(mine), parametersOf(theirs))).toBeLessThan(5 * CLOSE)
      expect(distance(parametersOf(mine), start)).toBeGreaterThan(0.01)
      expect([...mine.classify(x)]).toEqual([...theirs.classify(x)])
      expect(mine.checkGradients(x, y).relativeError).toBeLessThan(1e-6)
    })

    it('is traced like the built-in one', () => {
      const [a, b] = pair({ inputs: 5, layers: layersOf(3) as never }).map((net) => net.trace(x, y))
      expect(distance([a.loss], [b.loss])).toBeLessThan(CLOSE)
      for (const key of ['z', 'a', 'delta', 'weightGradient'] as const) {
        expect(distance(a.layers[1][key].values, b.layers[1][key].values), key).toBeLessThan(CLOSE)
      }
    })
  })

  it('may couple the outputs of a row', () => {
    // Of two quantiles, the second never below the first.
    const crossed: CustomLoss = {
      name: 'crossed',
      f: ([low, high], [y]) => (low - y) ** 2 + (high - y) ** 2 + Math.max(0, low - high) ** 2,
      derivative([low, high], [y]) {
        const over = 2 * Math.max(0, low - high)
        return [2 * (low - y) + over, 2 * (high - y) - over]
      },
    }
    const net = new Network({
      inputs: 5,
      layers: [6, 2],
      activation: 'tanh',
      loss: crossed,
      seed: 1,
      kernels: name,
    })
    expect(net.checkGradients(x, numbers(ROWS * 2, 3)).relativeError).toBeLessThan(1e-6)
  })

  it('has a wrong gradient found by checkGradients', () => {
    const check = (derivative: CustomLoss['derivative']) =>
      new Network({
        inputs: 5,
        layers: [6, 3],
        activation: 'tanh',
        loss: { ...ownQuadratic, derivative },
        seed: 1,
        kernels: name,
      }).checkGradients(x, targetsOf('values', ROWS, 3)).relativeError
    expect(check(ownQuadratic.derivative)).toBeLessThan(1e-6)
    expect(check((a, y) => Array.from(a, (one, j) => 1.01 * (one - y[j])))).toBeGreaterThan(1e-3)
    expect(check((a, y) => Array.from(a, (one, j) => (j === 0 ? 0 : one - y[j])))).toBeGreaterThan(0.1)
  })

  it('gets copies, and may give the same array each time', async () => {
    const reused = new Float64Array(3)
    const spoiling: CustomLoss = {
      name: 'spoiling',
      f(a, y) {
        const value = ownQuadratic.f(a, y)
        a.fill(Number.NaN)
        y.fill(Number.NaN)
        return value
      },
      derivative(a, y) {
        reused.set(Array.from(a, (one, j) => one - y[j]))
        a.fill(1e9)
        y.fill(1e9)
        return reused
      },
    }
    const y = targetsOf('values', ROWS, 3)
    const [mine, theirs] = [spoiling, ownQuadratic].map(
      (loss) => new Network({ inputs: 5, layers: [6, 3], loss, seed: 1, kernels: name }),
    )
    for (const net of [mine, theirs]) await net.fit({ x, y }, { epochs: 2, batchSize: 4 })
    expect(parametersOf(mine)).toEqual(parametersOf(theirs))
    expect(Array.from(y)).toEqual(Array.from(targetsOf('values', ROWS, 3)))
  })

  it('is not asked for δ where there is none to take', () => {
    let asked = 0
    const derivative: CustomLoss['derivative'] = (a, y) => {
      asked += 1
      return ownQuadratic.derivative(a, y)
    }
    const loss = { ...ownQuadratic, derivative }
    const net = new Network({ inputs: 5, layers: [3], loss, seed: 1, kernels: name })
    net.evaluate({ x, y: targetsOf('values', ROWS, 3) })
    net.predict(x)
    expect(asked).toBe(0)
    net.gradients(x, targetsOf('values', ROWS, 3))
    expect(asked).toBe(ROWS)
  })
})

describe('the targets of a custom loss', () => {
  const make = (more: Partial<CustomLoss>, outputs = 2) =>
    new Network({ inputs: 5, layers: [outputs], loss: { ...ownQuadratic, ...more }, seed: 1 })
  const row = x.subarray(0, 5)

  it('are any numbers unless it says what they are', () => {
    expect(make({}).loss(row, [-70, 1e6])).toBeGreaterThan(1e9)
    expect(() => make({ targets: 'labels' }).loss(row, [0, 1.5])).toThrow(ShapeError)
    expect(() => make({ targets: 'labels' }).loss(row, [0, 1.5])).toThrow('for ownQuadratic, got 1.5')
    expect(() => make({ targets: 'classes' }).loss(row, [0, -1])).toThrow(ShapeError)
  })

  it('may be class indices, of two outputs and more', () => {
    const net = make({ targets: 'classes' }, 3)
    expect(net.loss(row, [2])).toBe(net.loss(row, [0, 0, 1]))
    expect(() => make({ targets: 'classes' }, 1)).toThrow(OptionError)
    expect(() => make({ targets: 'classes' }, 1)).toThrow("take targets: 'labels'")
  })

  it('may be names', async () => {
    const { own } = lossTwins.find(({ builtIn }) => builtIn === 'crossEntropy')!
    const net = new Network({ inputs: 1, layers: [{ units: 2, activation: 'softmax' }], loss: own, seed: 1 })
    const data = { x: [-1, -2, 1, 2], y: ['low', 'low', 'high', 'high'] }
    const { accuracy } = await net.fit(data, { epochs: 50, learningRate: 0.5 })
    expect(accuracy!.at(-1)).toBe(1)
    expect(net.classify([-3, 3], { names: true })).toEqual(['low', 'high'])
    const again = Network.resume(net.checkpoint(), { loss: own })
    expect(again.classify([-3, 3], { names: true })).toEqual(['low', 'high'])
    await expect(make({}, 1).fit({ x: row, y: ['low'] })).rejects.toThrow(
      "'ownQuadratic' of one linear output is for numbers",
    )
  })

  it('count as 1 from the threshold on', () => {
    const classes = (threshold: number) => {
      const net = make({ targets: 'labels', threshold })
      net.setWeights(0, new Float32Array(10))
      net.setBiases(0, [-0.25, 0.25])
      return [[...net.classify(row)], net.evaluate({ x: row, y: [0, 1] }).accuracy]
    }
    expect(classes(0)).toEqual([[0, 1], 1])
    expect(classes(0.5)).toEqual([[0, 0], 0.5])
    expect(classes(-1)).toEqual([[1, 1], 0.5])
  })
})
