// Programs as users of brain.js write them, with only the import changed, in its types: each was run with brain.js 2.0.0-beta.24 too, and
// what is expected here is what it gave there.

import { describe, expect, it } from 'vitest'
import * as brain from '../../src/brain/index.ts'

const xor = [
  { input: [0, 0], output: [0] },
  { input: [0, 1], output: [1] },
  { input: [1, 0], output: [1] },
  { input: [1, 1], output: [0] },
]

/** Exclusive or sticks in some first weights, here as there: the best of some networks. */
function untilLearned(make: () => { error: number }): number {
  let least = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 8 && least > 0.005; ++attempt) least = Math.min(least, make().error)
  return least
}

describe('a program of a user of brain.js', () => {
  it('learns exclusive or', () => {
    let answers: number[] = []
    const error = untilLearned(() => {
      const net = new brain.NeuralNetwork<number[], number[]>({
        binaryThresh: 0.5,
        hiddenLayers: [3],
        activation: 'sigmoid',
        leakyReluAlpha: 0.01,
      })
      const result = net.train(xor, { iterations: 40000, learningRate: 0.5 })
      answers = xor.map(({ input }) => Math.round(net.run(input)[0]))
      return result
    })
    expect(error).toBeLessThanOrEqual(0.005)
    expect(answers).toEqual([0, 1, 1, 0])
  })

  it('tells which colour of text is read better', () => {
    const net = new brain.NeuralNetwork()
    const { error, iterations } = net.train([
      { input: { r: 0.03, g: 0.7, b: 0.5 }, output: { black: 1 } },
      { input: { r: 0.16, g: 0.09, b: 0.2 }, output: { white: 1 } },
      { input: { r: 0.5, g: 0.5, b: 1.0 }, output: { white: 1 } },
    ])
    expect(error <= 0.005 || iterations === 20000).toBe(true)
    const output = net.run({ r: 1, g: 0.4, b: 0 })
    expect(Object.keys(output)).toEqual(['black', 'white'])
    expect(brain.likely({ r: 0.16, g: 0.09, b: 0.2 }, net)).toBe('white')
  })

  it('has types of its own for inputs that lack some names', () => {
    interface Colour {
      r?: number
      g?: number
      b?: number
    }
    interface Text {
      black?: number
      white?: number
    }
    const net = new brain.NeuralNetwork<
      Partial<Colour & Record<string, number>>,
      Partial<Text & Record<string, number>>
    >()
    net.train(
      [
        { input: { r: 0.03, g: 0.7 }, output: { black: 1 } },
        { input: { r: 0.16, b: 0.2 }, output: { white: 1 } },
      ],
      { iterations: 2000 },
    )
    const { black, white }: Text = net.run({ r: 0.16, b: 0.2 })
    expect(white! > black!).toBe(true)
  })

  it('draws its own progress from log and callback', () => {
    const net = new brain.NeuralNetwork({ hiddenLayers: [3] })
    const lines: string[] = []
    const drawn: number[] = []
    net.train(
      [
        { input: [0], output: [1] },
        { input: [1], output: [0] },
      ],
      {
        iterations: 100,
        errorThresh: 0.0001,
        logPeriod: 25,
        callbackPeriod: 50,
        timeout: 60_000,
        log: (status) => lines.push(`after ${status.iterations}`),
        callback: ({ iterations, error }) => drawn.push(iterations, Math.sign(error)),
      },
    )
    expect(lines).toEqual(['after 25', 'after 50', 'after 75', 'after 100'])
    expect(drawn).toEqual([50, 1, 100, 1])
  })

  it('keeps a network in a file and asks it again', () => {
    const net = new brain.NeuralNetwork<number[], number[]>()
    net.train(xor, { iterations: 500 })
    const file = JSON.stringify(net.toJSON())
    const again = new brain.NeuralNetwork<number[], number[]>()
    again.fromJSON(JSON.parse(file))
    expect(again.run([0, 1])).toEqual(net.run([0, 1]))
    expect(Object.keys(JSON.parse(file))).toEqual([
      ...[
        'type',
        'sizes',
        'layers',
        'inputLookup',
        'inputLookupLength',
        'outputLookup',
        'outputLookupLength',
      ],
      ...['options', 'trainOpts'],
    ])
  })

  it('puts a function into a page', () => {
    interface Answer extends Record<string, number> {
      yes: number
      no: number
    }
    const net = new brain.NeuralNetwork<Record<string, number>, Answer>()
    net.train(
      [
        { input: { a: 1 }, output: { yes: 1, no: 0 } },
        { input: { a: 0 }, output: { yes: 0, no: 1 } },
      ],
      { iterations: 3000 },
    )
    const run = net.toFunction()
    expect(Math.round(run({ a: 1 }).yes)).toBe(1)
    expect(run({ a: 1 }).yes).toBeCloseTo(net.run({ a: 1 }).yes, 6)
    expect(run.toString()).toMatch(/^function/)
  })

  it('waits for a training', async () => {
    const net = new brain.NeuralNetwork<number[], number[]>()
    const result = await net.trainAsync(xor, { iterations: 50, errorThresh: 0.0001 })
    expect(result.iterations).toBe(50)
    await expect(net.trainAsync(xor, { learningRate: 5 })).rejects.toThrow(
      '[learningRate, 5] is out of normal training range',
    )
  })

  it('cross-validates, and takes the best network', () => {
    const data = Array.from({ length: 40 }, (_, i) => {
      const [a, b] = [i & 1, (i >> 1) & 1]
      return { input: [a, b], output: [a & b] }
    })
    const make = () =>
      new brain.NeuralNetwork<number[], number[]>({ activation: 'sigmoid', hiddenLayers: [4] })
    const crossValidate = new brain.CrossValidate(make)
    const stats = crossValidate.train(data, { iterations: 3000, errorThresh: 0.001 }, 4)
    if (!brain.CrossValidate.isBinaryResults(stats)) throw new Error('expected statistics of one output')
    expect(stats.stats.accuracy).toBe(1)
    expect(stats.sets.map((set) => set.total)).toEqual([10, 10, 10, 10])
    expect(Math.round(crossValidate.toNeuralNetwork().run([1, 1])[0])).toBe(1)
    const saved = JSON.parse(JSON.stringify(crossValidate.toJSON()))
    expect(Math.round(new brain.CrossValidate(make).fromJSON(saved).run([0, 1])[0])).toBe(0)
  })

  it('reads letters from pixels', () => {
    const letter = (pixels: string) =>
      pixels
        .replaceAll(/\s/g, '')
        .split('')
        .map((pixel) => (pixel === '#' ? 1 : 0))
    const a = letter('.#. #.# ### #.#')
    const b = letter('##. ##. #.# ##.')
    const c = letter('.## #.. #.. .##')
    const net = new brain.NeuralNetwork<number[], Record<string, number>>({ hiddenLayers: [8] })
    net.train(
      [
        { input: a, output: { a: 1 } },
        { input: b, output: { b: 1 } },
        { input: c, output: { c: 1 } },
      ],
      { iterations: 3000, log: false },
    )
    expect([a, b, c].map((pixels) => brain.likely(pixels, net))).toEqual(['a', 'b', 'c'])
  })

  it('stops by hand, and looks at the test', () => {
    const or = xor.map(({ input }) => ({ input, output: [input[0] | input[1]] }))
    const net = new brain.NeuralNetwork<number[], number[]>({
      ...{ inputSize: 2, hiddenLayers: [3], outputSize: 1, learningRate: 0.4, momentum: 0.2 },
    })
    net.initialize()
    let state = { iterations: 0, error: 1 }
    for (let part = 0; part < 60 && state.error > 0.002; ++part) {
      state = net.train(or, { iterations: 100, errorThresh: 1e-5 })
    }
    const results = net.test(or)
    expect([results.misclasses.length, results.total]).toEqual([0, 4])
    expect('accuracy' in results && results.accuracy).toBe(1)
    expect([net.sizes, net.isRunnable, net.trainOpts.iterations]).toEqual([[2, 3, 1], true, 100])
    net.updateTrainingOptions({ learningRate: 0.2 })
    expect(net.toJSON().trainOpts.learningRate).toBe(0.2)
  })

  it('keeps its network where Vue makes objects reactive, by proxies of them and of all that is in them', async () => {
    const reactive = <T extends object>(target: T): T =>
      new Proxy(target, {
        get(object, name, receiver) {
          const value = Reflect.get(object, name, receiver)
          const isWrapped = ['Object', 'Array'].includes(Object.prototype.toString.call(value).slice(8, -1))
          return isWrapped ? reactive(value as object) : value
        },
      })
    const data = reactive({ net: new brain.NeuralNetwork({ hiddenLayers: [3] }), rows: xor })
    data.net.train(data.rows, { iterations: 5 })
    await data.net.trainAsync(data.rows, { iterations: 5, praxis: 'adam' })
    expect(data.net.trainPattern(data.net.formatData(xor)[0], true)).toBeGreaterThan(0)
    data.net.validateData(data.net.formatData(xor))
    expect([data.net.sizes.length, data.net.isRunnable, data.net.weights.length]).toEqual([3, true, 3])
    expect(data.net.toFunction()([0, 1])).toEqual([...(data.net.run([0, 1]) as Float32Array)])
    expect('accuracy' in data.net.test(xor)).toBe(true)
    const again = reactive(new brain.NeuralNetwork()).fromJSON(data.net.toJSON())
    expect(again.run([1, 0])).toEqual(data.net.run([1, 0]))
    expect(Object.create(again).run([1, 0])).toEqual(data.net.run([1, 0]))
    again.initialize()
  })

  it('is told of a recurrent network that it is not here', () => {
    expect(() => new brain.recurrent.LSTM()).toThrow(/nabla\/brain has no LSTM/)
  })
})
