// What others change while a network trains: its options, in a callback and between two turns of trainAsync().

import type { Library, Net, Scenarios, Status } from './library.ts'
import { jsonOf, xor } from './networks.ts'

const fixed = ({ NeuralNetwork }: Library, trainOpts = {}) =>
  new NeuralNetwork().fromJSON(jsonOf([2, 3, 1], { seed: 8, reach: 0.9, trainOpts }))

/** Calls `change` after the tenth of 25 iterations, and returns how it ended and the error of each call. */
function changedAfterTen(library: Library, trainOpts: Record<string, unknown>, change: (net: Net) => void) {
  const net = fixed(library, trainOpts)
  const errors: number[] = []
  const result = net.train(xor(), {
    ...{ iterations: 25, callbackPeriod: 1 },
    callback: ({ iterations, error }: Status) => {
      errors.push(error)
      if (iterations === 10) change(net)
    },
  })
  return { result, errors, output: net.run([1, 0]) }
}

const written: [Record<string, unknown>, Record<string, unknown>][] = [
  [{}, { learningRate: 0.9 }],
  [{}, { momentum: 0.8 }],
  [{}, { learningRate: 3 }],
  [{ activation: 'leaky-relu', learningRate: 0.1 }, { leakyReluAlpha: 0.5 }],
  [{ praxis: 'adam', learningRate: 0.01 }, { learningRate: 0.1 }],
  [{ praxis: 'adam', learningRate: 0.01 }, { beta1: 0.2 }],
  [{ praxis: 'adam', learningRate: 0.01 }, { beta2: 0.7 }],
  [{ praxis: 'adam', learningRate: 0.01 }, { epsilon: 0.5 }],
  [{}, { iterations: 30 }],
  [{}, { iterations: 15 }],
  [{}, { iterations: 0 }],
  [{}, { errorThresh: 0.9 }],
  [{}, { timeout: 1e-9 }],
  [{}, { callbackPeriod: 4 }],
  [{}, { callbackPeriod: 0 }],
  [{}, { callback: undefined }],
  [{}, { praxis: 'adam' }],
]

export const changeScenarios: Scenarios = Object.fromEntries(
  written.map(([trainOpts, change]) => [
    `${JSON.stringify(trainOpts)}, then ${JSON.stringify(change, (_, one) => one ?? null)}`,
    (library: Library) =>
      changedAfterTen(library, trainOpts, (net) => {
        Object.assign(net.trainOpts, change)
      }),
  ]),
)

Object.assign(changeScenarios, {
  'by updateTrainingOptions()': (library) =>
    changedAfterTen(library, {}, (net) => net.updateTrainingOptions({ learningRate: 0.8, iterations: 20 })),
  'other options as a whole': (library) =>
    changedAfterTen(library, {}, (net) => {
      net.trainOpts = { ...net.trainOpts, learningRate: 0.8, iterations: 20 }
    }),
  'by setActivation()': (library) => changedAfterTen(library, {}, (net) => net.setActivation('tanh')),
  'a learningRate that decays': (library) => {
    const net = fixed(library, { learningRate: 0.9 })
    const errors: number[] = []
    net.train(xor(), {
      ...{ iterations: 40, callbackPeriod: 1 },
      callback: ({ error }: Status) => {
        errors.push(error)
        ;(net.trainOpts.learningRate as number) *= 0.95
      },
    })
    return errors
  },
  'a log that comes, and one that goes': (library) => {
    const told: unknown[] = []
    const net = fixed(library)
    net.train(xor(), {
      ...{ iterations: 30, logPeriod: 5, callbackPeriod: 1 },
      log: false,
      callback: ({ iterations }: Status) => {
        if (iterations === 12) net.trainOpts.log = ({ iterations }: Status) => told.push(iterations)
        if (iterations === 21) net.trainOpts.log = false
      },
    })
    return told
  },
  'another callback': (library) => {
    const told: unknown[] = []
    changedAfterTen(library, {}, (net) => {
      net.trainOpts.callback = ({ iterations }: Status) => told.push(iterations)
    })
    return told
  },
  'another errorCheckInterval': (library) =>
    changedAfterTen(library, { learningRate: 0.9, momentum: 0.6 }, (net) => {
      net.errorCheckInterval = 4
    }),
  'in a callback of trainAsync()': async (library) => {
    const net = fixed(library)
    const callback = () => Object.assign(net.trainOpts, { iterations: 15, learningRate: 0.9 })
    return net.trainAsync(xor(), { iterations: 30, callbackPeriod: 10, callback })
  },
  'while trainAsync() waits': async (library) => {
    const net = fixed(library)
    const training = net.trainAsync(xor(), { iterations: 3e6, errorThresh: 1e-12 })
    setTimeout(() => {
      net.trainOpts.iterations = 1
    }, 30)
    const { iterations, error } = await training
    return [iterations >= 1, iterations < 3e6, error > 0]
  },
} satisfies Scenarios)
