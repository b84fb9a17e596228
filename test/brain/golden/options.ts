// Which options are taken, and what is said of the others: the same wherever they are given.

import type { Library, Net, Scenarios } from './library.ts'
import { jsonOf, xor } from './networks.ts'
import { attempt } from './seen.ts'

const fraction = [0.5, 1e-9, 0.999, 0, 1, -0.1, 2, Number.NaN, '0.1', null, undefined]
const period = [1, 7, 1.5, 0, -1, Number.NaN, '1', null, undefined]

const given: Record<string, unknown[]> = {
  activation: ['sigmoid', 'relu', 'leaky-relu', 'tanh', 'foo', 5, null, undefined],
  iterations: [1, 1.5, 0, -1, Number.NaN, '5', null, undefined],
  errorThresh: fraction,
  log: [true, false, () => {}, null, 1, 'x', undefined],
  logPeriod: period,
  leakyReluAlpha: fraction,
  learningRate: fraction,
  momentum: fraction,
  callback: [() => {}, undefined, null, 5, 'x', {}],
  callbackPeriod: period,
  timeout: [1000, 1.5, Number.POSITIVE_INFINITY, 0, -1, Number.NaN, null, undefined],
  praxis: ['adam', null, undefined, 'sgd', 5],
  beta1: fraction,
  beta2: fraction,
  epsilon: fraction,
  nothingKnown: [1, 'x'],
}

const places: Record<string, (library: Library, option: Record<string, unknown>) => Net> = {
  'the constructor': ({ NeuralNetwork }, option) => new NeuralNetwork(option),
  'train()': ({ NeuralNetwork }, option) => {
    const net = new NeuralNetwork()
    net.train(xor(), { iterations: 1, ...option })
    return net
  },
  'updateTrainingOptions()': ({ NeuralNetwork }, option) => {
    const net = new NeuralNetwork()
    net.updateTrainingOptions(option)
    return net
  },
}

/** `[name, value]` by name of the place: what the option then is, or the message. */
export const optionScenarios: Scenarios = Object.fromEntries(
  Object.entries(places).flatMap(([place, give]) =>
    Object.entries(given).map(([name, values]) => [
      `${name} in ${place}`,
      (library: Library) =>
        values.map((value) => attempt(() => give(library, { [name]: value }).trainOpts[name])),
    ]),
  ),
)

const net = ({ NeuralNetwork }: Library, options?: unknown) => new NeuralNetwork(options)
const fixed = ({ NeuralNetwork }: Library, trainOpts = {}, options: unknown = undefined) =>
  new NeuralNetwork(options).fromJSON(jsonOf([2, 3, 1], { trainOpts }))

Object.assign(optionScenarios, {
  'options of a new network': (library) => {
    const { options, trainOpts, sizes, isRunnable } = net(library)
    return { options, trainOpts, sizes, isRunnable }
  },
  'options of the constructor': (library) => {
    const all = { inputSize: 2, hiddenLayers: [4, 3], outputSize: 1, activation: 'tanh', binaryThresh: 0.6 }
    const more = { learningRate: 0.2, iterations: 3, praxis: 'adam', beta1: 0.8 }
    const { options, trainOpts, sizes, isRunnable } = net(library, { ...all, ...more })
    return { options, trainOpts, sizes, isRunnable }
  },
  'sizes of the constructor': (library) =>
    [
      { inputSize: 2 },
      { outputSize: 1 },
      { inputSize: 2, outputSize: 1 },
      { inputSize: 2, hiddenLayers: [], outputSize: 1 },
      { inputSize: 2, hiddenLayers: [5], outputSize: 1 },
      { hiddenLayers: [5] },
    ].map((one) => {
      const { sizes, isRunnable } = net(library, one)
      return { sizes, isRunnable }
    }),
  'options given to train() stay': (library) => {
    const one = fixed(library)
    one.train(xor(), { iterations: 2, learningRate: 0.7, momentum: 0.4 })
    one.train(xor(), { iterations: 1 })
    return one.trainOpts
  },
  'an option that is refused leaves the others as they were': (library) => {
    const one = fixed(library)
    const said = attempt(() => one.train(xor(), { iterations: 2, learningRate: 7 }))
    return { said, trainOpts: one.trainOpts, layers: one.toJSON().layers }
  },
  'an option that is refused in fromJSON': (library) => [
    attempt(() => fixed(library, { momentum: 0 })),
    attempt(() => fixed(library, { learningRate: 1.5 })),
    attempt(() => fixed(library, { activation: 'softmax' })),
  ],
  'what fromJSON does to options of the constructor': (library) => {
    const { options, trainOpts, sizes } = fixed(
      library,
      {},
      { activation: 'tanh', binaryThresh: 0.7, praxis: 'adam' },
    )
    return { options, trainOpts, sizes }
  },
  'an activation set without training': (library) => {
    const one = fixed(library)
    one.updateTrainingOptions({ activation: 'tanh', learningRate: 0.2 })
    return { activation: one.trainOpts.activation, learningRate: one.trainOpts.learningRate }
  },
} satisfies Scenarios)
