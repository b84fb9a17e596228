// What the network of nabla/brain takes as data and says of them in test(), as in brain.js 2.0.0-beta.24, but for the differences
// that docs/brain.md names.

import { describe, expect, it } from 'vitest'
import { NeuralNetwork } from '../../src/brain/index.ts'
import { ShapeError } from '../../src/index.ts'
import { colours, echo, once, xor } from '../helpers/brain.ts'

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
