// CrossValidate, likely and lookup of nabla/brain, and the names that it does not have.

import { describe, expect, it, vi } from 'vitest'
import * as brain from '../../src/brain/index.ts'
import {
  CrossValidate,
  type ICrossValidateBinaryStats,
  likely,
  lookup,
  NeuralNetwork,
} from '../../src/brain/index.ts'
import { BackendError, FormatError, OptionError, ShapeError } from '../../src/index.ts'

const data = Array.from({ length: 23 }, (_, i) => ({
  input: [i / 23, ((7 * i) % 23) / 23],
  output: [Number(i > 11)],
}))
const validation = () =>
  new CrossValidate(() => new NeuralNetwork<number[], number[]>({ hiddenLayers: [2], seed: 3 }))

describe('CrossValidate', () => {
  it('has results without sets at first', () => {
    expect(JSON.stringify(validation().toJSON())).toBe(
      '{"avgs":{"error":0,"iterations":0,"testTime":0,"trainTime":0},"stats":{"total":0,"testSize":0,"trainSize":0},"sets":[]}',
    )
    expect(() => validation().toNeuralNetwork()).toThrow(ShapeError)
  })

  it('wants a function that makes networks', () => {
    const wrong: [unknown, string][] = [
      [NeuralNetwork, 'a class'],
      [undefined, 'undefined'],
      [5, '5'],
    ]
    for (const [given, came] of wrong) {
      const make = () => new CrossValidate(given as () => NeuralNetwork)
      expect(make).toThrow(OptionError)
      expect(make).toThrow(
        `initClassifier: expected a function that makes a network, such as () => new NeuralNetwork(), got ${came}`,
      )
    }
  })

  it.each([
    [undefined, 'undefined'],
    [{}, '{}'],
    [null, 'null'],
  ])('wants a network of that function, not %s', (made, came) => {
    const cv = new CrossValidate((() => made) as unknown as () => NeuralNetwork)
    for (const call of [
      () => cv.train(data),
      () => cv.fromJSON({ sets: [{ error: 1, network: {} }] } as never),
    ]) {
      expect(call).toThrow(OptionError)
      expect(call).toThrow(`initClassifier(): expected a network, got ${came}`)
    }
  })

  it('tests each part by what was trained on the others', () => {
    const sets: { trained: unknown[]; tested: unknown[] }[] = []
    const cv = new CrossValidate(() => {
      const net = new NeuralNetwork<number[], number[]>({ hiddenLayers: [2] })
      const { train, test } = net
      vi.spyOn(net, 'train').mockImplementation((rows, options) => {
        sets.push({ trained: rows, tested: [] })
        return train.call(net, rows, options)
      })
      vi.spyOn(net, 'test').mockImplementation((rows) => {
        sets.at(-1)!.tested = rows
        return test.call(net, rows)
      })
      return net
    })
    const given = [...data]
    cv.train(data, { iterations: 2 }, 4)
    expect(data).toEqual(given)
    expect(sets.map(({ trained, tested }) => [trained.length, tested.length])).toEqual(
      new Array(4).fill([18, 5]),
    )
    for (const { trained, tested } of sets) expect(new Set([...trained, ...tested])).toEqual(new Set(data))
    expect(new Set(sets.flatMap(({ tested }) => tested)).size).toBe(20)
    expect(sets[0].tested).not.toEqual(data.slice(0, 5))
  })

  it('sums the counts of one output, and takes the means of the rest', () => {
    const cv = validation()
    const results = cv.train(data, { iterations: 30 }, 4)
    expect([results === cv.toJSON(), results === cv.json]).toEqual([true, true])
    if (!CrossValidate.isBinaryResults(results)) throw new Error('expected binary results')
    const { avgs, stats, sets } = results
    expect(Object.keys(stats)).toEqual([
      ...['total', 'testSize', 'trainSize', 'truePos', 'trueNeg', 'falsePos', 'falseNeg'],
      ...['precision', 'recall', 'accuracy'],
    ])
    expect(Object.keys(sets[0])).toEqual([
      ...['error', 'misclasses', 'total', 'trueNeg', 'truePos', 'falseNeg', 'falsePos'],
      ...['precision', 'recall', 'accuracy', 'trainTime', 'testTime', 'iterations', 'network'],
    ])
    expect([stats.total, stats.testSize, stats.trainSize, avgs.iterations]).toEqual([20, 5.75, 17.25, 30])
    const sum = (name: keyof (typeof sets)[0]) =>
      sets.reduce((total, set) => total + (set[name] as number), 0)
    expect(stats.truePos).toBe(sum('truePos'))
    expect(stats.falseNeg).toBe(sum('falseNeg'))
    expect(stats.truePos + stats.trueNeg + stats.falsePos + stats.falseNeg).toBe(20)
    expect(stats.accuracy).toBe((stats.truePos + stats.trueNeg) / 20)
    expect(avgs.error).toBeCloseTo(sum('error') / 4, 12)
    expect([CrossValidate.isBinaryStats(stats), CrossValidate.isBinaryPartitionResults(sets[0])]).toEqual([
      true,
      true,
    ])
  })

  it('has no such counts for several outputs', () => {
    const named = data.map(({ input, output: [y] }) => ({ input, output: { yes: y, no: 1 - y } }))
    const cv = new CrossValidate(() => new NeuralNetwork<number[], { yes: number; no: number }>())
    const results = cv.train(named, { iterations: 2 }, 2)
    expect(results.stats).toEqual({ total: 22, testSize: 11.5, trainSize: 11.5 })
    expect(CrossValidate.isBinaryResults(results)).toBe(false)
    expect(Object.keys(cv.toNeuralNetwork().run([1, 1]))).toEqual(['yes', 'no'])
  })

  it('gives the network with the least error, from its own results and from saved ones', () => {
    const cv = validation()
    const results = cv.train(data, { iterations: 60 }) as ICrossValidateBinaryStats<
      ReturnType<NeuralNetwork['toJSON']>
    >
    const errors = results.sets.map(({ error }) => error)
    const best = results.sets[errors.indexOf(Math.min(...errors))].network
    expect(cv.toNeuralNetwork().toJSON().layers).toEqual(best.layers)
    const saved = JSON.parse(JSON.stringify(results))
    const other = new CrossValidate(() => new NeuralNetwork<number[], number[]>())
    expect(other.fromJSON(saved).run([0.3, 0.4])).toEqual(cv.toNeuralNetwork().run([0.3, 0.4]))
  })
  it.each([undefined, null, {}, { sets: 1 }, { sets: [null] }, { sets: [{ error: 1 }] }])(
    'refuses the JSON %j',
    (json) => {
      const cv = new CrossValidate(() => new NeuralNetwork({ hiddenLayers: [2] }))
      expect(() => cv.fromJSON(json as never)).toThrow(FormatError)
    },
  )

  it('refuses a k that is none, and more parts than data', () => {
    for (const k of [0, 1, -1, 2.5, NaN]) {
      expect(() => validation().train(data, {}, k)).toThrow(OptionError)
    }
    expect(() => validation().train(data, {}, 24)).toThrow(
      'Training set size is too small for 23 k folds of 24',
    )
    expect(() => validation().train({} as never)).toThrow(ShapeError)
  })

  it('shuffles by Durstenfeld, as brain.js does with the same random numbers', () => {
    let drawn = 37
    const random = vi.spyOn(Math, 'random').mockImplementation(() => drawn++ / 100)
    expect(validation().shuffleArray([1, 2, 3, 4, 5, 6])).toEqual([6, 1, 4, 5, 2, 3])
    random.mockRestore()
  })
})

describe('likely()', () => {
  it.each([
    [{ x: 0.3, y: 0.9 }, 'y'],
    [[0.3, 0.1, 0.9], '2'],
    [{ a: 1, b: 1 }, 'a'],
    [{ a: -2, b: -1 }, 'b'],
    [{ a: NaN, b: -1 }, 'b'],
    [{}, null],
  ])('of %o is %s', (answer, name) => {
    expect(likely(0, { run: () => answer })).toBe(name)
  })
})

describe('lookup', () => {
  it('turns names to indices and back', () => {
    expect(lookup.toTable([{ a: 1 }, { b: 6, c: 7 }])).toEqual({ a: 0, b: 1, c: 2 })
    expect(lookup.toHash({ a: 6, b: 7 })).toEqual({ a: 0, b: 1 })
    expect(lookup.toArray({ a: 0, b: 1 }, { a: 6 }, 2)).toEqual(Float32Array.of(6, 0))
    expect(lookup.toObject({ a: 0, b: 1 }, [6, 7])).toEqual({ a: 6, b: 7 })
  })
})

describe('what nabla/brain has not', () => {
  it.each([
    ...['AE', 'FeedForward', 'NeuralNetworkGPU', 'Recurrent', 'LSTM', 'GRU', 'RNN'],
    ...['LSTMTimeStep', 'GRUTimeStep', 'RNNTimeStep'],
  ])('is there by its name, and says so: %s', (name) => {
    const { [name]: Absent, recurrent } = brain as unknown as Record<string, new () => unknown> & typeof brain
    expect(() => new Absent()).toThrow(BackendError)
    expect(() => new Absent()).toThrow(`nabla/brain has no ${name}: `)
    if (name in recurrent) expect(recurrent[name as 'LSTM']).toBe(Absent)
  })
})

describe('the default export', () => {
  it('has the names of brain.js that are here', () => {
    for (const [name, value] of Object.entries(brain.default)) {
      expect((brain as unknown as Record<string, unknown>)[name], name).toBe(value)
    }
    expect(Object.keys(brain.default)).toContain('NeuralNetwork')
  })
})
