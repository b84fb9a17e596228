// The forms of data: what becomes of them, and what is said of those that do not fit.

import type { Library, Net, Scenarios } from './library.ts'
import { jsonOf, xor } from './networks.ts'
import { attempt } from './seen.ts'

const shapeOf = (net: Net) => {
  const { sizes, inputLookup, inputLookupLength, outputLookup, outputLookupLength, options } = net
  return { sizes, inputLookup, inputLookupLength, outputLookup, outputLookupLength, options }
}

/** A network that was trained with `data`, and its shape. */
function trained({ NeuralNetwork }: Library, data: unknown, options?: unknown) {
  const net = new NeuralNetwork(options)
  net.train(data, { iterations: 2 })
  return { net, shape: shapeOf(net) }
}

/** What kind of thing run() gives, and the names in it. */
const kindOf = (output: unknown) => [
  (output as object).constructor.name,
  Object.keys(output as object),
  Object.values(output as object).every((value) => typeof value === 'number' && value > 0 && value < 1),
]

const forms: Record<string, { data: unknown; probe: unknown }> = {
  arrays: { data: [{ input: [0.1, 0.2, 0.3], output: [1, 0] }], probe: [1, 0, 1] },
  objects: {
    data: [
      { input: { b: 1, a: 0.5 }, output: { yes: 1 } },
      { input: { c: 1, a: 1 }, output: { no: 1 } },
    ],
    probe: { c: 1 },
  },
  'objects with odd names': {
    data: [{ input: { z: 1, 10: 1, 2: 0.3, constructor: 0.3 }, output: { 'a b': 1, 1: 0 } }],
    probe: { z: 1 },
  },
  'objects, then arrays': {
    data: [
      { input: { a: 1 }, output: [1] },
      { input: [1, 2], output: [1] },
    ],
    probe: { a: 1 },
  },
  'names to arrays': { data: [{ input: { a: 1 }, output: [1, 0] }], probe: { a: 1 } },
  'arrays to names': { data: [{ input: [1, 2], output: { x: 1 } }], probe: [1, 2] },
  Float32Array: {
    data: [{ input: new Float32Array([1, 2]), output: new Float32Array([1]) }],
    probe: new Float32Array([1, 2]),
  },
  Float64Array: {
    data: [{ input: new Float64Array([1, 2]), output: new Float64Array([1]) }],
    probe: new Float64Array([1, 2]),
  },
  'Uint8Array to array': { data: [{ input: new Uint8Array([1, 2]), output: [1] }], probe: [1, 2] },
  booleans: { data: [{ input: [true, false], output: [true] }], probe: [true, false] },
  'numbers as texts': { data: [{ input: ['1', '0'], output: ['1'] }], probe: ['1', '0'] },
  nulls: { data: [{ input: [null, 1], output: [1] }], probe: [null, 1] },
  'single numbers': {
    data: [
      { input: 0.2, output: 0.4 },
      { input: 0.9, output: 0.1 },
    ],
    probe: 0.3,
  },
  'a single number to an array': { data: [{ input: 0.2, output: [0.4, 1] }], probe: 0.3 },
  'undefined by name': { data: [{ input: { a: undefined, b: 1 }, output: [1] }], probe: { a: 1 } },
}

const unfit: Record<string, unknown> = {
  none: [],
  undefined,
  'an object': {},
  'one row': { input: [1, 2], output: [1] },
  'null for a row': [null],
  'no input': [{ output: [1] }],
  'no output': [{ input: [1] }],
  'a longer input': [...xor(), { input: [1, 2, 3], output: [1] }],
  'a shorter input': [...xor(), { input: [1], output: [1] }],
  'a longer output': [...xor(), { input: [1, 1], output: [1, 2] }],
  'an object after arrays': [...xor(), { input: { a: 1 }, output: [1] }],
}

export const dataScenarios: Scenarios = {}

for (const [name, { data, probe }] of Object.entries(forms)) {
  dataScenarios[`data: ${name}`] = (library) => {
    const { net, shape } = trained(library, data)
    return { shape, output: kindOf(net.run(probe)) }
  }
}
for (const [name, data] of Object.entries(unfit)) {
  dataScenarios[`unfit: ${name}`] = (library) => trained(library, data).shape
}

const fixed = ({ NeuralNetwork }: Library, sizes = [2, 3, 1], names = {}) =>
  new NeuralNetwork().fromJSON(jsonOf(sizes, names))

Object.assign(dataScenarios, {
  'training on what is no number': ({ NeuralNetwork }) => {
    const wrong = [
      { input: [Number.NaN, 1], output: [1] },
      { input: [1, 1], output: [Number.NaN] },
      { input: [1, 'x'], output: [1] },
      { input: [1, [2, 3]], output: [1] },
      { input: { a: Number.NaN }, output: [1] },
    ]
    return wrong.map((row) =>
      attempt(() => new NeuralNetwork().train([row, row], { iterations: 3 }).iterations),
    )
  },
  'run() of what is no number': (library) =>
    [
      [Number.NaN, 1],
      [1, undefined],
      ['x', 1],
    ].map((input) => attempt(() => fixed(library).run(input))),
  'a training that diverges': ({ NeuralNetwork }) => {
    const json = jsonOf([2, 4, 1], {
      isLifted: true,
      trainOpts: { activation: 'leaky-relu', learningRate: 0.9 },
    })
    const net = new NeuralNetwork().fromJSON(json)
    const rows = [1, 2, 3].map((i) => ({ input: [900 * i, 400], output: [3000 * i] }))
    const before = net.run([1, 0.5])
    const said = attempt(() => net.train(rows, { iterations: 50 }).iterations)
    return [said, before, net.run([1, 0.5])]
  },
  'hidden units where none are asked for': (library) =>
    [1, 2, 5, 6, 7, 8, 9, 10, 11, 20, 100].map(
      (length) => trained(library, [{ input: new Array(length).fill(1), output: [1, 1, 0] }]).shape.sizes,
    ),
  'hidden units by the names of the data': (library) => {
    const names = Array.from({ length: 21 }, (_, i) => ({ input: { [`word${i}`]: 1 }, output: { x: 1 } }))
    return trained(library, names).shape.sizes
  },
  hiddenLayers: (library) =>
    [[], [5], [2, 2, 2], null, undefined].map(
      (hiddenLayers) => trained(library, xor(), { hiddenLayers }).shape.sizes,
    ),
  'sizes of the constructor that are not those of the data': (library) =>
    [
      { inputSize: 3 },
      { inputSize: 2, outputSize: 1 },
      { inputSize: 3, outputSize: 1 },
      { inputSize: 2, hiddenLayers: [4], outputSize: 5 },
    ].map((options) => attempt(() => trained(library, xor(), options).shape)),
  'initialize() by the sizes of the constructor': ({ NeuralNetwork }) => {
    const net = new NeuralNetwork({ inputSize: 2, hiddenLayers: [4, 3], outputSize: 2 })
    const before = attempt(() => net.run([1, 1]))
    net.initialize()
    const { sizes, isRunnable } = net
    return { before, sizes, isRunnable, output: kindOf(net.run([1, 1])) }
  },
  'first weights': ({ NeuralNetwork }) => {
    const net = new NeuralNetwork({ inputSize: 30, hiddenLayers: [40], outputSize: 20 })
    net.initialize()
    const all = net.toJSON().layers.flatMap(({ weights, biases }) => [...weights.flat(), ...biases])
    const rms = Math.sqrt(all.reduce((sum, w) => sum + w * w, 0) / all.length)
    // Uniform in (-0.2, 0.2), weights and biases: 0.2 / √3 is 0.1155, and 2060 of them are within 5% of it.
    return [all.every((w) => Math.abs(w) <= 0.2), Math.abs(rms - 0.1155) < 0.006, new Set(all).size > 2000]
  },
  'initialize() of a network that is there': (library) => {
    const net = fixed(library)
    const before = net.toJSON().layers.slice(1)
    net.initialize()
    const after = net.toJSON().layers.slice(1)
    return [
      after.every(({ weights }, l) => weights.flat().every((w, i) => w !== before[l].weights.flat()[i])),
      after.every(({ biases }) => biases.every((bias) => Math.abs(bias) <= 0.2)),
      net.sizes,
    ]
  },
  'what cannot be done before training': ({ NeuralNetwork }) => {
    const net = new NeuralNetwork()
    return [
      attempt(() => net.run([0, 1])),
      attempt(() => net.toJSON()),
      attempt(() => net.initialize()),
      attempt(() => net.toFunction()),
      net.isRunnable,
    ]
  },
  'an input of another length': (library) =>
    [[1], [1, 0, 1], [], { a: 1 }, undefined, null].map((input) => attempt(() => fixed(library).run(input))),
  'names that are missing or unknown': (library) => {
    const net = fixed(library, [3, 2, 2], { inputs: ['a', 'b', 'c'], outputs: ['x', 'y'] })
    return [{ a: 1, b: 0.5, c: 0.2 }, { a: 1 }, {}, { zz: 1 }, { a: 1, zz: 3 }].map((input) => net.run(input))
  },
  'values by name that are no numbers': (library) => {
    const net = fixed(library, [3, 2, 2], { inputs: ['a', 'b', 'c'], outputs: ['x', 'y'] })
    return [{ a: 1, b: undefined, c: null }, { a: '0.5' }, { a: true, b: false }].map((input) =>
      net.run(input),
    )
  },
  'training on values by name that are no numbers': (library) =>
    [1, true, '1', '0.5', false, null, undefined, ''].map((value) => {
      const net = fixed(library, [2, 2, 1], { inputs: ['a', 'b'], outputs: ['x'] })
      return [
        { input: { a: value, b: 0.5 }, output: { x: 1 } },
        { input: { a: 1 }, output: { x: value } },
      ].map((datum) => net.train([datum], { iterations: 1 }).error)
    }),
  'forms of one input': (library) => {
    const net = fixed(library, [3, 2, 2])
    return [[1, 0.5, 0], new Float32Array([1, 0.5, 0]), new Float64Array([1, 0.5, 0])].map((input) =>
      net.run(input),
    )
  },
  'an output is a new one each time': (library) => {
    const net = fixed(library)
    const first = net.run([1, 0]) as Float32Array
    const value = first[0]
    const second = net.run([0, 1]) as Float32Array
    return [first === second, first[0] === value]
  },
  'names at a second training': (library) => {
    const { net } = trained(library, [{ input: { a: 1 }, output: { x: 1 } }])
    net.train([{ input: { a: 1, b: 1 }, output: { x: 1, y: 1 } }], { iterations: 1 })
    return shapeOf(net)
  },
  'other sizes at a second training': (library) => {
    const { net } = trained(library, xor())
    return [
      attempt(() => net.train([{ input: [1, 2, 3], output: [1] }])),
      attempt(() => net.train([{ input: [1, 2], output: [1, 1] }])),
      attempt(() => net.train([{ input: { a: 1 }, output: [1] }])),
    ]
  },
  'names for a network that has weights, and no data yet': (library) => {
    const rows = (...names: string[]) => [
      { input: Object.fromEntries(names.map((name) => [name, 0.5])), output: { x: 1 } },
    ]
    const makers: (() => Net)[] = [
      () => fixed(library),
      () => {
        const net = new library.NeuralNetwork({ inputSize: 2, outputSize: 1 })
        net.initialize()
        return net
      },
      // Which form the data had is not in the JSON.
      () => {
        const net = fixed(library)
        net.train(xor(), { iterations: 1 })
        return new library.NeuralNetwork().fromJSON(JSON.parse(JSON.stringify(net.toJSON())))
      },
    ]
    return makers.map((make) => {
      const [net, other, tested] = [make(), make(), make()]
      net.train(rows('b', 'a'), { iterations: 1 })
      other.train([{ input: { b: 1, a: 0.5 }, output: [1] }], { iterations: 1 })
      return [
        ...[shapeOf(net), kindOf(net.run({ a: 1 })), shapeOf(other), kindOf(other.run({ a: 1 }))],
        tested.test(rows('b', 'a')).total,
        ...[shapeOf(tested), kindOf(tested.run({ a: 1 }))],
        attempt(() => make().train(rows('a'))),
        attempt(() => make().train(rows('a', 'b', 'c'))),
        attempt(() => make().train([{ input: [1, 2], output: { x: 1, y: 1 } }])),
      ]
    })
  },
  'formatData() and trainPattern(), datum by datum': (library) => {
    const net = fixed(library)
    const data = net.formatData([
      { input: { b: 1, a: 0.5 }, output: { x: 1 } },
      { input: { a: 1 }, output: { x: 0.25 } },
    ])
    const errors = data.map((datum) => net.trainPattern(datum, true))
    return [data, errors, shapeOf(net), net.run({ a: 1 }), net.trainPattern(data[0])]
  },
  validateData: (library) => {
    const rows = (inputs: number, outputs: number) => [
      { input: new Float32Array(2), output: new Float32Array(1) },
      { input: new Float32Array(inputs), output: new Float32Array(outputs) },
    ]
    const sizes = [
      [2, 1],
      [3, 1],
      [2, 2],
    ]
    return sizes.map(([inputs, outputs]) => attempt(() => fixed(library).validateData(rows(inputs, outputs))))
  },
} satisfies Scenarios)
