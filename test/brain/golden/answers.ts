// test(), toFunction(), and JSON in and out.

import type { Library, Scenarios } from './library.ts'
import { jsonOf, xor } from './networks.ts'
import { attempt } from './seen.ts'

type Extras = Parameters<typeof jsonOf>[1]

const fixed = ({ NeuralNetwork }: Library, sizes: number[], extras: Extras = {}, options?: unknown) =>
  new NeuralNetwork(options).fromJSON(jsonOf(sizes, extras))

const classes = [
  { input: [0, 1], output: [1, 0, 0] },
  { input: [1, 1], output: [0, 1, 0] },
  { input: [1, 0], output: [0, 0, 1] },
  { input: [0, 0], output: [0, 0.2, 0.7] },
]

const activations = ['sigmoid', 'tanh', 'relu', 'leaky-relu']
const probes = [
  [0.3, -0.9, 0.2],
  [0, 0, 0],
  [-1, 2, 0.5],
]

export const answerScenarios: Scenarios = {
  'test() of one output': (library) => fixed(library, [2, 3, 1], { reach: 3 }).test(xor()),
  'test() of one output, the other way round': (library) =>
    fixed(library, [2, 3, 1], { reach: 3, seed: 8 }).test(xor()),
  'test() of one output by its name': (library) =>
    fixed(library, [2, 3, 1], { reach: 3, outputs: ['odd'] }).test(
      xor().map(({ input, output }) => ({ input, output: { odd: output[0] } })),
    ),
  'test() of targets between 0 and 1': (library) =>
    fixed(library, [2, 3, 1], { reach: 3 }).test([
      { input: [0, 1], output: [0.7] },
      { input: [1, 1], output: [0.2] },
      { input: [1, 1], output: [1] },
    ]),
  'test() with no positives': (library) => {
    const json = jsonOf([2, 3, 1])
    json.layers[2].biases[0] = -9
    return new library.NeuralNetwork().fromJSON(json).test([{ input: [0, 1], output: [0] }])
  },
  'test() by binaryThresh': (library) =>
    [0.1, 0.4, 0.5, 0.6, 0.9].map((binaryThresh) => {
      const json = jsonOf([2, 3, 1], { reach: 3 })
      json.options.binaryThresh = binaryThresh
      return new library.NeuralNetwork().fromJSON(json).test(xor())
    }),
  'test() of several outputs': (library) => fixed(library, [2, 4, 3], { reach: 3 }).test(classes),
  'test() of several outputs by names': (library) =>
    fixed(library, [2, 4, 2], { reach: 3, inputs: ['a', 'b'], outputs: ['x', 'y'] }).test([
      { input: { a: 1 }, output: { x: 1 } },
      { input: { b: 1 }, output: { y: 1 } },
      { input: { a: 1, b: 1 }, output: { y: 1 } },
    ]),
  'test() of outputs that are equal': (library) => {
    const json = jsonOf([2, 3, 3])
    for (const row of json.layers[2].weights) row.fill(0)
    json.layers[2].biases.fill(0)
    return new library.NeuralNetwork().fromJSON(json).test([
      { input: [0, 1], output: [0, 1, 1] },
      { input: [0, 1], output: [1, 1, 1] },
    ])
  },
  'test() of an output at the threshold': (library) => {
    const json = jsonOf([2, 1])
    json.layers[1].weights[0].fill(0)
    json.layers[1].biases.fill(0)
    return new library.NeuralNetwork().fromJSON(json).test([{ input: [0, 1], output: [1] }])
  },
  'test() of data that do not fit': (library) =>
    [
      [{ input: [1], output: [1] }],
      [{ input: [1, 1], output: [1, 2] }],
      [],
      undefined,
      { input: [1, 1], output: [1] },
    ].map((data) => attempt(() => fixed(library, [2, 3, 1]).test(data))),
  'fromJSON gives the network': ({ NeuralNetwork }) => {
    const net = new NeuralNetwork()
    return net.fromJSON(jsonOf([2, 3, 1])) === net
  },
  'toJSON of fromJSON': (library) => [
    fixed(library, [2, 3, 1]).toJSON(),
    fixed(library, [3, 2, 2], { inputs: ['a', 'b', 'c'], outputs: ['x', 'y'] }).toJSON(),
    fixed(library, [1, 2], { trainOpts: { praxis: 'adam', activation: 'leaky-relu', timeout: 77 } }).toJSON(),
  ],
  'the order of the keys of toJSON': (library) => {
    const json = fixed(library, [2, 3, 1], { trainOpts: { praxis: 'adam' } }).toJSON()
    return [Object.keys(json), Object.keys(json.options), Object.keys(json.trainOpts)]
  },
  'toJSON without what JSON has not': (library) => {
    const net = fixed(library, [2, 3, 1])
    net.train(xor(), { iterations: 1, log: () => {}, callback: () => {}, mine: 5 })
    return net.toJSON().trainOpts
  },
  'toJSON of options of the constructor': (library) => {
    const options = { hiddenLayers: [4], activation: 'tanh', binaryThresh: 0.6, iterations: 3, mine: 5 }
    const net = new library.NeuralNetwork(options)
    net.train(xor())
    const json = net.toJSON()
    return { sizes: json.sizes, options: json.options, trainOpts: json.trainOpts }
  },
  'toJSON and fromJSON share nothing with the network': (library) => {
    const given = jsonOf([2, 3, 1])
    const before = JSON.stringify(given)
    const net = new library.NeuralNetwork().fromJSON(given)
    const json = net.toJSON()
    const text = JSON.stringify(json)
    net.train(xor(), { iterations: 5 })
    const isArray = [json.layers[1].biases, json.layers[1].weights, json.layers[1].weights[0]].map(
      Array.isArray,
    )
    return [
      JSON.stringify(given) === before,
      JSON.stringify(json) === text,
      JSON.stringify(net.toJSON()) === text,
      isArray,
    ]
  },
  'fromJSON in place of a network of another shape': (library) => {
    const net = fixed(library, [2, 3, 1])
    net.train(xor(), { iterations: 3 })
    net.fromJSON(jsonOf([3, 2, 2], { inputs: ['a', 'b', 'c'], outputs: ['x', 'y'] }))
    return { sizes: net.sizes, output: net.run({ a: 1 }) }
  },
  'fromJSON of what is left out': ({ NeuralNetwork }) =>
    [['options'], ['trainOpts'], ['inputLookup', 'outputLookup'], ['type']].map((missing) => {
      const json: Record<string, unknown> = { ...jsonOf([2, 3, 1]) }
      for (const name of missing) delete json[name]
      return attempt(() => new NeuralNetwork().fromJSON(json).run([1, 0]))
    }),
  'fromJSON of what is no network': ({ NeuralNetwork }) =>
    [undefined, null, 5, 'x', {}, []].map((json) => attempt(() => new NeuralNetwork().fromJSON(json).sizes)),
}

for (const activation of activations) {
  answerScenarios[`toFunction of ${activation}`] = (library) => {
    const extras = { trainOpts: { activation, leakyReluAlpha: 0.2 } }
    const ask = fixed(library, [3, 4, 3, 2], extras).toFunction()
    return probes.map((probe) => ask(probe))
  }
}
Object.assign(answerScenarios, {
  'toFunction of names': (library) => {
    const names = { inputs: ['a b', 'c', "d'"], outputs: ['x', "y'"] }
    const ask = fixed(library, [3, 4, 2], names).toFunction()
    return [{ 'a b': 1, c: 0.5, "d'": 0.2 }, { c: 1 }, {}].map((input) => ask(input))
  },
  'toFunction of names that every object has': (library) => {
    const names = { inputs: ['constructor', 'a', 'toString'], outputs: ['x', 'valueOf'] }
    const net = fixed(library, [3, 4, 2], names)
    return [{ a: 1 }, { a: 1, constructor: 0.5 }].map((input) => [net.toFunction()(input), net.run(input)])
  },
  'toFunction of a name with a quotation mark': (library) => {
    const ask = fixed(library, [1, 2, 1], { inputs: ['a"b'], outputs: ['x'] }).toFunction()
    return ask({ 'a"b': 1 })
  },
  'run() by a name with a quotation mark': (library) =>
    fixed(library, [1, 2, 1], { inputs: ['a"b'], outputs: ['x'] }).run({ 'a"b': 1 }),
  'toFunction stands alone': (library) => {
    const ask = fixed(library, [3, 4, 2]).toFunction()
    return new Function(`return ${ask.toString()}`)()(probes[0])
  },
  'toFunction with another source': (library) => {
    const net = fixed(library, [3, 4, 2])
    let isText = false
    const ask = net.toFunction((source) => {
      isText = typeof source === 'string' && source.includes('return')
      return `const given = input; ${source}`
    })
    return [isText, ask(probes[0])]
  },
} satisfies Scenarios)
