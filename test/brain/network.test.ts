// The network of nabla/brain as a user of brain.js 2.0.0-beta.24 knows it. What is expected here was seen there, but for the
// differences that docs/brain.md names.

import { describe, expect, it, vi } from 'vitest'
import { NeuralNetwork } from '../../src/brain/index.ts'
import { FormatError, OptionError, ShapeError } from '../../src/index.ts'

const xor = [0, 1, 2, 3].map((i) => ({ input: [i & 1, i >> 1], output: [(i & 1) ^ (i >> 1)] }))
const colours = [
  { input: { r: 0.03, g: 0.7 }, output: { black: 1 } },
  { input: { r: 0.16, b: 0.2 }, output: { white: 1 } },
  { input: { r: 0.5, g: 0.5, b: 1 }, output: { white: 1 } },
]
const once = { iterations: 1 }

/** A network that answers with its inputs, which are not below 0. */
const echo = (n: number, lookup: Record<string, number> | null = null) =>
  new NeuralNetwork().fromJSON({
    ...{ type: 'NeuralNetwork', sizes: [n, n] },
    layers: [
      { weights: [], biases: [] },
      {
        weights: Array.from({ length: n }, (_, j) => Array.from({ length: n }, (_, i) => Number(i === j))),
        biases: new Array(n).fill(0),
      },
    ],
    ...{ inputLookup: lookup, inputLookupLength: lookup ? n : 0, outputLookup: lookup },
    ...{ outputLookupLength: lookup ? n : 0, options: { inputSize: 0, outputSize: 0, binaryThresh: 0.5 } },
    trainOpts: { ...new NeuralNetwork().getTrainOptsJSON(), activation: 'relu' },
  })

describe('a NeuralNetwork', () => {
  it('has the defaults of brain.js, in its order', () => {
    const net = new NeuralNetwork()
    expect(JSON.stringify(net.options)).toBe('{"inputSize":0,"outputSize":0,"binaryThresh":0.5}')
    expect(Object.entries(net.trainOpts)).toEqual([
      ['activation', 'sigmoid'],
      ['iterations', 20000],
      ['errorThresh', 0.005],
      ['log', false],
      ['logPeriod', 10],
      ['leakyReluAlpha', 0.01],
      ['learningRate', 0.3],
      ['momentum', 0.1],
      ['callbackPeriod', 10],
      ['timeout', Infinity],
      ['beta1', 0.9],
      ['beta2', 0.999],
      ['epsilon', 1e-8],
    ])
    expect([net.sizes, net.isRunnable]).toEqual([[], false])
  })

  it('learns xor', () => {
    const net = new NeuralNetwork<number[], number[]>({ seed: 1 })
    const { error, iterations } = net.train(xor)
    expect(error).toBeLessThanOrEqual(0.005)
    expect(iterations).toBeLessThan(20000)
    for (const { input, output } of xor) expect(Math.abs(net.run(input)[0] - output[0])).toBeLessThan(0.2)
  })

  it.each([
    ['iterations', [0, -1, NaN, '5', null, undefined], [1.5]],
    ['errorThresh', [0, 1, -1, '0.1', null], [0.5]],
    ['log', [null, 1, 'x', undefined], [true, () => {}]],
    ['logPeriod', [0, -1, '1', undefined], [1.5]],
    ['leakyReluAlpha', [0, 1], [0.2]],
    ['learningRate', [0, 1, 2, NaN, undefined], [0.999]],
    ['momentum', [0, 1], [0.999]],
    ['callback', [5, {}], [undefined, null, () => {}]],
    ['callbackPeriod', [0, '1'], [3]],
    ['timeout', [0, -1, NaN, null], [Infinity, 1]],
    ['praxis', ['sgd', 5], ['adam', null, undefined]],
    ['beta1', [0, 1], [0.5]],
    ['beta2', [0, 1], [0.5]],
    ['epsilon', [0, 1], [0.5]],
    ['activation', ['foo', 5, null, 'constructor'], ['relu', 'tanh', 'leaky-relu']],
  ])('takes and refuses the %s that brain.js does', (name, refused, taken) => {
    for (const value of refused) {
      const message = `[${name}, ${value}] is out of normal training range, your network will probably not train.`
      const net = new NeuralNetwork()
      const before = { ...net.trainOpts }
      for (const call of [
        () => new NeuralNetwork({ [name]: value }),
        () => net.train(xor, { ...once, [name]: value }),
        () => net.updateTrainingOptions({ [name]: value }),
      ]) {
        expect(call).toThrow(OptionError)
        expect(call).toThrow(message)
      }
      expect(net.trainOpts).toEqual(before)
    }
    for (const value of taken) expect(() => new NeuralNetwork({ [name]: value })).not.toThrow()
  })

  it('takes its options at the constructor and in train(), and keeps them', () => {
    const net = new NeuralNetwork({ learningRate: 0.7, hiddenLayers: [2], binaryThresh: 0.6 })
    expect([net.trainOpts.learningRate, net.options.binaryThresh]).toEqual([0.7, 0.6])
    net.train(xor, { ...once, momentum: 0.4, activation: 'tanh' })
    expect([net.trainOpts.learningRate, net.trainOpts.momentum, net.trainOpts.iterations]).toEqual([
      0.7, 0.4, 1,
    ])
    expect(net.toJSON().trainOpts.activation).toBe('tanh')
  })

  it('has a hidden layer of half the inputs where none is asked for, and as many as are', () => {
    const hidden = [1, 6, 7, 8, 10, 100].map((inputs) => {
      const net = new NeuralNetwork()
      net.train([{ input: new Array(inputs).fill(1), output: [1, 1] }], once)
      return net.sizes
    })
    expect(hidden.map(([, units]) => units)).toEqual([3, 3, 3, 4, 5, 50])
    const sizes = (options: object) => {
      const net = new NeuralNetwork(options)
      net.train(xor, once)
      return net.sizes
    }
    expect(sizes({ hiddenLayers: [5, 4] })).toEqual([2, 5, 4, 1])
    expect(sizes({ hiddenLayers: [] })).toEqual([2, 1])
    expect(sizes({ inputSize: 7, outputSize: 7, hiddenLayers: [3] })).toEqual([2, 3, 1])
    expect(sizes({ hiddenLayers: Uint8Array.of(5, 4) as unknown as number[] })).toEqual([2, 5, 4, 1])
    for (const hiddenLayers of [[0], [-1], [1.5], 3, 'x']) {
      expect(() => new NeuralNetwork({ hiddenLayers: hiddenLayers as number[] })).toThrow(OptionError)
    }
  })

  it('is ready by initialize() where its sizes are given', () => {
    const net = new NeuralNetwork({ inputSize: 2, hiddenLayers: [4], outputSize: 3, seed: 5 })
    expect([net.sizes, net.isRunnable, net.outputLayer]).toEqual([[2, 4, 3], true, 2])
    expect(() => net.run([1, 1])).toThrow('network not runnable')
    net.initialize()
    expect((net.run([1, 1]) as Float32Array).length).toBe(3)
    expect(() => new NeuralNetwork().run([1])).toThrow('network not runnable')
    expect(() => new NeuralNetwork().initialize()).toThrow('Sizes must be set before initializing')
    expect(() => new NeuralNetwork().toJSON()).toThrow('Sizes must be set before initializing')
  })

  it('draws weights and biases from −0.2 to 0.2, the same for the same seed', () => {
    const net = (seed?: number) => {
      const made = new NeuralNetwork({ inputSize: 100, hiddenLayers: [50], outputSize: 10, seed })
      made.initialize()
      return made
    }
    for (const made of [net(), net(3)]) {
      const values = [...made.weights.flat(), ...made.biases].filter(Boolean).flatMap((row) => [...row])
      expect(values.length).toBe(100 * 50 + 50 * 10 + 60)
      expect(Math.max(...values)).toBeLessThan(0.2)
      expect(Math.min(...values)).toBeGreaterThanOrEqual(Math.fround(-0.2))
      expect(Math.max(...values)).toBeGreaterThan(0.199)
      const mean = values.reduce((sum, value) => sum + value) / values.length
      // Six standard deviations of the mean.
      expect(Math.abs(mean)).toBeLessThan((6 * 0.4) / Math.sqrt(12 * values.length))
    }
    expect(net(3).toJSON().layers).toEqual(net(3).toJSON().layers)
    expect(net(3).toJSON().layers).not.toEqual(net(4).toJSON().layers)
    expect(net().toJSON().layers).not.toEqual(net().toJSON().layers)
  })

  it.each([
    ['seed', 'x', 'seed: expected a whole number of at least 0, got "x"'],
    ['seed', Number.NaN, 'got NaN'],
    ['seed', 1.5, 'got 1.5'],
    ['seed', -1, 'got -1'],
    ['binaryThresh', 'x', 'binaryThresh: expected a finite number, got "x"'],
    ['binaryThresh', Number.NaN, 'got NaN'],
    ['hiddenLayers', [3, 0], 'hiddenLayers[1]: expected a whole number above 0, got 0'],
    ['hiddenLayers', 'x', 'hiddenLayers: expected an array of sizes, got "x"'],
    ['outputSize', 1.5, 'outputSize: expected a whole number above 0, got 1.5'],
  ])('refuses the %s %j, of the constructor as of a JSON', (name, value, message) => {
    const net = echo(2)
    const json = net.toJSON()
    const options = { inputSize: 1, outputSize: 1, [name]: value } as object
    for (const call of [
      () => new NeuralNetwork(options),
      () => net.fromJSON({ ...json, options: { ...json.options, ...options } }),
    ]) {
      expect(call).toThrow(OptionError)
      expect(call).toThrow(message)
    }
    expect(net.toJSON()).toEqual(json)
  })

  it('refuses the seed null', () => {
    expect(() => new NeuralNetwork({ seed: null as never })).toThrow(OptionError)
  })

  it('refuses sizes whose weights no memory holds', () => {
    const message = /^the layers 2-1099511627776-1: expected at most 2³⁰ weights in all, got about 3\.3e\+12/
    const options = { inputSize: 2, outputSize: 1, hiddenLayers: [2 ** 40] }
    expect(() => new NeuralNetwork(options)).toThrow(OptionError)
    expect(() => new NeuralNetwork(options)).toThrow(message)
    const net = new NeuralNetwork({ hiddenLayers: [2 ** 40] })
    expect(() => net.train(xor)).toThrow(message)
    expect(net.sizes).toEqual([])
  })

  it.each([undefined, null])('takes a binaryThresh of %s for the default', (binaryThresh) => {
    expect(new NeuralNetwork({ binaryThresh } as object).options.binaryThresh).toBe(0.5)
  })

  it('draws from Math.random in the order of brain.js: biases, then each unit, layer by layer', () => {
    let drawn = 0
    const random = vi.spyOn(Math, 'random').mockImplementation(() => drawn++ / 100)
    const net = new NeuralNetwork({ inputSize: 2, hiddenLayers: [3], outputSize: 1 })
    net.initialize()
    random.mockRestore()
    const order = (values: ArrayLike<number>) =>
      Array.from(values, (value) => Math.round((100 * (value + 0.2)) / 0.4) + 0)
    expect(order(net.biases[1])).toEqual([0, 1, 2])
    expect(net.weights[1].map(order)).toEqual([[3, 4], [5, 6], [7, 8]]) // biome-ignore format: a matrix
    expect([order(net.biases[2]), net.weights[2].map(order)]).toEqual([[9], [[10, 11, 12]]])
  })
})

describe('its data', () => {
  it('may be sparse objects: names are found in all of them, and what is missing is 0', () => {
    const net = new NeuralNetwork()
    net.train(colours, once)
    expect(net.sizes).toEqual([3, 3, 2])
    expect(net.inputLookup).toEqual({ r: 0, g: 1, b: 2 })
    expect(net.outputLookup).toEqual({ black: 0, white: 1 })
    expect([net.inputLookupLength, net.outputLookupLength]).toEqual([3, 2])
    const answer = net.run({ r: 1, g: 0.4 }) as Record<string, number>
    expect(Object.keys(answer)).toEqual(['black', 'white'])
    expect(net.run({ g: 0.4, r: 1, b: 0, other: 7 })).toEqual(answer)
    expect(net.run([1, 0.4, 0])).toEqual(net.run({}))
  })

  it('may have any names', () => {
    const net = new NeuralNetwork({ seed: 2 })
    const output = JSON.parse('{"__proto__": 1, "toString": 0, "2": 0.5}')
    net.train([{ input: { constructor: 1, b: 0 } as unknown as { [name: string]: number }, output }], once)
    expect(Object.entries(net.outputLookup!)).toEqual([
      ['2', 0],
      ['__proto__', 1],
      ['toString', 2],
    ])
    expect(net.run({})).not.toEqual(net.run({ constructor: 1 } as unknown as { [name: string]: number }))
    expect(Object.keys(net.run({ b: 1 }) as object)).toEqual(['2', '__proto__', 'toString'])
  })

  it('may be objects on one side alone', () => {
    const named = new NeuralNetwork()
    named.train([{ input: { a: 1 }, output: [1, 0] }], once)
    expect([named.inputLookup, named.outputLookup]).toEqual([{ a: 0 }, null])
    expect(named.run({ a: 1 })).toBeInstanceOf(Float32Array)
    const listed = new NeuralNetwork()
    listed.train([{ input: [1, 0], output: { x: 1 } }], once)
    expect([listed.inputLookup, Object.keys(listed.run([1, 0]) as object)]).toEqual([null, ['x']])
  })

  it('may be typed arrays and single numbers, by place', () => {
    const net = new NeuralNetwork({ seed: 4 })
    net.train([{ input: Float32Array.of(1, 2), output: Float64Array.of(1) }], once)
    expect([net.sizes, net.inputLookup, net.outputLookup]).toEqual([[2, 3, 1], null, null])
    expect(net.run(Float32Array.of(1, 2))).toEqual(net.run([1, 2]))
    const single = new NeuralNetwork<number, number[]>({ seed: 4 })
    single.train([{ input: 0.2, output: [0.4] }], once)
    expect([single.sizes, single.run(0.2).length]).toEqual([[1, 3, 1], 1])
    expect(single.run(0.2)).not.toEqual(single.run(0.3))
  })

  it('take null for 0, and booleans and texts for their numbers', () => {
    const input = ['0.5', true, null] as unknown as number[]
    expect(echo(3).run(input)).toEqual(Float32Array.of(0.5, 1, 0))
    const named = { a: undefined, b: '0.5', c: null } as unknown as Record<string, number>
    expect(echo(3, { a: 0, b: 1, c: 2 }).run(named)).toEqual({ a: 0, b: 0.5, c: 0 })
  })

  it.each([
    [
      'NaN',
      [{ input: [1, NaN], output: [1] }],
      'data[0].input[1]: expected a finite float32 number, got NaN',
    ],
    ['undefined in an array', [{ input: [1, undefined], output: [1] }], 'data[0].input[1]'],
    ['beyond float32', [{ input: [1, 1], output: [1e39] }], 'data[0].output[0]'],
    [
      'a text',
      [xor[0], { input: [1, 'x'], output: [1] }],
      'data[1].input[1]: expected a finite float32 number, got "x"',
    ],
    ['a list in a list', [{ input: [[1]], output: [1] }], 'data[0].input[0]'],
    ['NaN by name', [{ input: { a: NaN }, output: [1] }], 'data[0].input["a"]'],
    [
      'a text for numbers',
      [{ input: 'hello', output: [1] }],
      'data[0].input: expected an array or an object of numbers, got "hello"',
    ],
    [
      'a number where names come',
      [
        { input: [1], output: { a: 1 } },
        { input: [1], output: 1 },
      ],
      'data[1].output: expected an object of numbers, got 1',
    ],
    ['no output', [{ input: [1] }], 'data[0]: expected { input, output }'],
    ['no input', [{ output: [1] }], 'data[0]: expected { input, output }'],
    ['nothing in a datum', [xor[0], null], 'data[1]: expected { input, output }, got null'],
    ['no data', [], 'data: expected an array of at least one'],
    ['no array', { input: [1], output: [1] }, 'data: expected an array'],
    ['no inputs', [{ input: [], output: [1] }], 'data[0].input: expected at least one number'],
    ['no outputs', [{ input: [1], output: {} }], 'data[0].output: expected at least one number'],
    ['another length of input', [xor[0], { input: [1], output: [1] }], 'input at index 1 length 1 must be 2'],
    [
      'another length of output',
      [xor[0], { input: [1, 1], output: [1, 0] }],
      'output at index 1 length 2 must be 1',
    ],
    ['names after places', [xor[0], { input: { a: 1 }, output: [1] }], 'input at index 1 length 0 must be 2'],
  ])('are refused with %s, and the network stays as it was', (_, data, message) => {
    const net = new NeuralNetwork()
    for (const call of [() => net.train(data as typeof xor, once), () => net.test(data as typeof xor)]) {
      expect(call).toThrow(ShapeError)
      expect(call).toThrow(message)
    }
    expect([net.sizes, net.inputLookup, net.isRunnable]).toEqual([[], null, false])
    net.train(xor, once)
    expect(net.sizes).toEqual([2, 3, 1])
  })

  it('of run() have to fit', () => {
    const net = new NeuralNetwork()
    net.train(xor, once)
    expect(() => net.run([1])).toThrow('input length 1 must match options.inputSize of 2')
    expect(() => net.run({ a: 1, b: 1 })).toThrow('input length undefined must match options.inputSize of 2')
    expect(() => net.run([NaN, 1])).toThrow('input[0]: expected a finite float32 number, got NaN')
    expect(() => net.validateInput(new Float32Array(3))).toThrow(
      'input length 3 must match options.inputSize of 2',
    )
    expect(net.validateInput(new Float32Array(2))).toBe(undefined)
    const named = echo(1, { a: 0 }) as NeuralNetwork<never>
    for (const [input, came] of [
      [undefined, 'undefined'],
      [null, 'null'],
      ['a', '"a"'],
      [5, '5'],
    ]) {
      const run = () => named.run(input as never)
      expect(run).toThrow(ShapeError)
      expect(run).toThrow(`input: expected an object of numbers, got ${came}`)
    }
  })

  it('are checked only by a network that has sizes', () => {
    const net = new NeuralNetwork()
    const datum = { input: new Float32Array(2), output: new Float32Array(1) }
    expect(() => net.validateInput(datum.input)).toThrow('network not runnable')
    expect(() => net.validateData([datum])).toThrow('network not runnable')
    expect(() => echo(2).validateData([undefined as never])).toThrow(
      'data[0]: expected { input, output }, got undefined',
    )
    expect(() => echo(2).trainPattern(undefined as never)).toThrow(
      'data[0]: expected { input, output }, got undefined',
    )
  })

  it('are put into numbers by formatData(), and checked by validateData()', () => {
    const net = new NeuralNetwork()
    expect(net.formatData(colours)[1]).toEqual({
      input: Float32Array.of(0.16, 0, 0.2),
      output: Float32Array.of(0, 1),
    })
    net.train(xor, once)
    const [input, output] = [new Float32Array(2), new Float32Array(1)]
    expect(net.validateData([{ input, output }])).toBe(undefined)
    expect(() => net.validateData([{ input: output, output }])).toThrow('input at index 0 length 1 must be 2')
    expect(() => net.validateData([{ input, output: input }])).toThrow('output at index 0 length 2 must be 1')
  })
})

describe('test()', () => {
  it('counts the answers of one output by its threshold', () => {
    const data = [
      [0.7, 1],
      [0.1, 0],
      [0.6, 0],
      [0.2, 1],
      [0.5, 0],
    ].map(([input, output]) => ({ input: [input], output: [output] }))
    const { error, misclasses, ...counts } = echo(1).test(data) as ReturnType<NeuralNetwork['test']> & object
    expect(error).toBeCloseTo((0.09 + 0.01 + 0.36 + 0.64 + 0.25) / 5, 6)
    expect(counts).toEqual({
      ...{ total: 5, trueNeg: 2, truePos: 1, falseNeg: 1, falsePos: 1 },
      ...{ precision: 0.5, recall: 0.5, accuracy: 0.6 },
    })
    expect(misclasses).toEqual([
      { input: Float32Array.of(0.6), output: Float32Array.of(0), actual: 1, expected: 0 },
      { input: Float32Array.of(0.2), output: Float32Array.of(1), actual: 0, expected: 1 },
    ])
    const soft = echo(1).test([{ input: [0.9], output: [0.75] }])
    expect(soft).toMatchObject({
      misclasses: [{ actual: 1, expected: 0.75 }],
      truePos: 0,
      accuracy: 0,
      recall: 0,
    })
  })

  it('compares more outputs than a call may have arguments', () => {
    const names = Array.from({ length: 150_000 }, (_, j) => j)
    const net = new NeuralNetwork({ inputSize: 1, hiddenLayers: [1], outputSize: names.length, seed: 1 })
    net.initialize()
    const output = names.map((j) => (j === 7 ? 1 : 0))
    expect(net.test([{ input: [1], output }])).toMatchObject({ total: 1 })
  })

  it('compares the largest of several outputs', () => {
    const result = echo(2, { a: 0, b: 1 }).test([
      { input: { a: 1, b: 0.5 }, output: { b: 1 } },
      { input: { a: 1 }, output: { a: 1 } },
      { input: {}, output: { a: 1, b: 1 } },
    ])
    expect(Object.keys(result)).toEqual(['error', 'misclasses', 'total'])
    expect(result.total).toBe(3)
    expect(result.error).toBeCloseTo((1.25 / 2 + 0 + 1) / 3, 6)
    expect(result.misclasses).toEqual([
      { input: Float32Array.of(1, 0.5), output: Float32Array.of(0, 1), actual: 0, expected: 1 },
    ])
  })
})

describe('toJSON() and fromJSON()', () => {
  it('has the options of the JSON, and of the constructor the seed alone', () => {
    const net = new NeuralNetwork({ inputSize: 2, outputSize: 1, activation: 'tanh' })
    net.initialize()
    const json = net.toJSON()
    const other = new NeuralNetwork({
      seed: 5,
      hiddenLayers: [9],
      binaryThresh: 0.9,
      momentum: 0.3,
    }).fromJSON(json)
    expect(other.options).toEqual({ ...json.options, seed: 5 })
    expect(new NeuralNetwork({ hiddenLayers: [9] }).fromJSON(json).options).toEqual(json.options)
    expect(
      new NeuralNetwork({ seed: 5 }).fromJSON({ ...json, options: { ...json.options, seed: 6 } }).options
        .seed,
    ).toBe(6)
  })

  it('have the shape of brain.js, in its order', () => {
    const net = new NeuralNetwork({ hiddenLayers: [2], log: true, timeout: 500, praxis: 'adam' })
    net.train([{ input: { a: 1 }, output: [1] }], { ...once, callback: () => {} })
    const json = JSON.parse(JSON.stringify(net.toJSON()))
    for (const { biases, weights } of json.layers) {
      biases.fill(0)
      for (const row of weights) row.fill(0)
    }
    expect(JSON.stringify(json)).toBe(
      '{"type":"NeuralNetwork","sizes":[1,2,1],"layers":[{"weights":[],"biases":[]},{"weights":[[0],[0]],"biases":[0,0]},' +
        '{"weights":[[0,0]],"biases":[0]}],"inputLookup":{"a":0},"inputLookupLength":1,"outputLookup":null,"outputLookupLength":0,' +
        '"options":{"inputSize":0,"outputSize":0,"binaryThresh":0.5,"hiddenLayers":[2],"log":true,"timeout":500,"praxis":"adam"},' +
        '"trainOpts":{"activation":"sigmoid","iterations":1,"errorThresh":0.005,"log":true,"logPeriod":10,"leakyReluAlpha":0.01,' +
        '"learningRate":0.3,"momentum":0.1,"callbackPeriod":10,"timeout":500,"praxis":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8}}',
    )
    expect(new NeuralNetwork().getTrainOptsJSON().timeout).toBe('Infinity')
  })

  it('give back the same network, through a text too', () => {
    const net = new NeuralNetwork({ activation: 'tanh', iterations: 30 })
    net.train(colours)
    const text = JSON.stringify(net.toJSON())
    const other = new NeuralNetwork().fromJSON(JSON.parse(text))
    expect(JSON.stringify(other.toJSON())).toBe(text)
    expect(other.run({ r: 1, b: 0.3 })).toEqual(net.run({ r: 1, b: 0.3 }))
    expect(other.trainOpts.timeout).toBe(Infinity)
    other.train(colours)
    expect(JSON.stringify(net.toJSON())).toBe(text)
  })

  it('have plain data alone, which can be cloned, and share nothing with the network', () => {
    const hiddenLayers = [2]
    const net = new NeuralNetwork({ hiddenLayers, log: () => {}, callback: () => {}, seed: 1 })
    net.train(xor, once)
    const json = net.toJSON()
    expect(structuredClone(json)).toEqual(json)
    expect(JSON.parse(JSON.stringify(json))).toEqual(json)
    expect(json.options).toEqual({
      ...{ inputSize: 0, outputSize: 0, binaryThresh: 0.5, hiddenLayers: [2], seed: 1 },
    })
    const other = new NeuralNetwork().fromJSON(json)
    json.options.hiddenLayers![0] = 9
    expect([hiddenLayers, net.options.hiddenLayers, other.options.hiddenLayers]).toEqual([[2], [2], [2]])
  })

  it('keep an infinite number of iterations, which JSON has no word for', () => {
    const net = new NeuralNetwork({ iterations: Infinity, inputSize: 1, outputSize: 1 })
    const other = new NeuralNetwork().fromJSON(JSON.parse(JSON.stringify(net.toJSON())))
    expect(other.trainOpts.iterations).toBe(Infinity)
  })

  const json = () => echo(2).toJSON() as unknown as Record<string, never>
  it.each([
    [
      'a text',
      () => JSON.stringify(json()),
      'json: expected an object as toJSON() returns it (pass text through JSON.parse() first), got "{',
    ],
    ['nothing', () => ({}), 'json.layers: expected an array, got undefined'],
    [
      'a network of brain.js 1',
      () => ({ layers: [{}, {}] }),
      'For brain.js 1 there is fromBrain() of nabla/brain.',
    ],
    [
      'another type',
      () => ({ ...json(), type: 'LSTM' }),
      'json.type: expected \'NeuralNetwork\', the feedforward network of brain.js, got "LSTM"',
    ],
    [
      'other sizes',
      () => ({ ...json(), sizes: [2, 3] }),
      'json.layers[1].weights: expected 3 lists of weights, one for each unit',
    ],
    [
      'too many sizes',
      () => ({ ...json(), sizes: [2, 2, 2] }),
      'json.sizes: expected 2 sizes, one for each layer',
    ],
    [
      'no size',
      () => ({ ...json(), sizes: [2, 0] }),
      'json.sizes[1]: expected a whole number above 0, got 0',
    ],
    [
      'a weight that is none',
      () => ({ ...json(), layers: [{}, { weights: [[1, 2], [3, null]], biases: [0, 0] }] }), // biome-ignore format: short
      'json.layers[1].weights[1][1]: expected a finite float32 number, got null',
    ],
    [
      'too few weights',
      () => ({ ...json(), layers: [{}, { weights: [[1, 2], [3]], biases: [0, 0] }] }),
      'json.layers[1].weights[1]: expected 2 numbers',
    ],
    [
      'no biases',
      () => ({ ...json(), layers: [{}, { weights: [[1, 2], [3, 4]] }] }), // biome-ignore format: short
      'json.layers[1].biases: expected an array',
    ],
    [
      'a name for two',
      () => ({ ...json(), inputLookup: { a: 0, b: 0 } }),
      'json.inputLookup["b"]: expected an index of its own from 0 to 1, got 0',
    ],
    [
      'names that lack one',
      () => ({ ...json(), outputLookup: { a: 0 } }),
      'json.outputLookup: expected 2 names, one for each value, got 1',
    ],
  ])('refuse %s, and change nothing', (_, bad, message) => {
    const net = echo(2, { a: 0, b: 1 })
    const before = JSON.stringify(net.toJSON())
    const call = () => net.fromJSON(bad() as never)
    expect(call).toThrow(FormatError)
    expect(call).toThrow(message)
    expect(JSON.stringify(net.toJSON())).toBe(before)
  })

  it('refuse options that training cannot take, and change nothing', () => {
    const net = echo(2)
    const before = JSON.stringify(net.toJSON())
    const bad = { ...echo(1).toJSON(), trainOpts: { ...net.getTrainOptsJSON(), momentum: 0 } }
    expect(() => net.fromJSON(bad)).toThrow('[momentum, 0] is out of normal training range')
    expect(JSON.stringify(net.toJSON())).toBe(before)
  })
})
