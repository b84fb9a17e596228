// When train() ends, what it says meanwhile, and to whom.

import type { Library, Scenarios, Status } from './library.ts'
import { jsonOf, xor } from './networks.ts'
import { attempt, messageOf } from './seen.ts'

const fixed = ({ NeuralNetwork }: Library, trainOpts = {}, options: unknown = undefined) =>
  new NeuralNetwork(options).fromJSON(jsonOf([2, 3, 1], { reach: 0.3, trainOpts }))

/** What is told to `log` and `callback` in their order, and the result. */
function told(library: Library, options: Record<string, unknown>) {
  const calls: unknown[] = []
  const listener =
    (name: string) =>
    (...given: object[]) =>
      calls.push([name, ...given.map((status) => ({ ...status }))])
  const result = fixed(library).train(xor(), {
    log: listener('log'),
    callback: listener('callback'),
    ...options,
  })
  return { calls, result }
}

/** What is written by console.log during `act`. */
function printed(act: () => void): unknown[] {
  const lines: unknown[] = []
  const { log } = console
  console.log = (...given) => lines.push(given)
  try {
    act()
  } finally {
    console.log = log
  }
  return lines
}

const numbersOf = (lines: unknown[]) =>
  lines.flatMap((line) => {
    const [text] = line as string[]
    const numbers = /\d[\d.]*(e-\d+)?/g
    const [iterations, error] = text.match(numbers)!.map(Number)
    return [{ text: text.replace(numbers, '#'), iterations, error }]
  })

export const statusScenarios: Scenarios = {
  'log and callback at each iteration': (library) =>
    told(library, { iterations: 3, logPeriod: 1, callbackPeriod: 1 }),
  'periods of their own': (library) => told(library, { iterations: 13, logPeriod: 3, callbackPeriod: 4 }),
  'the periods that are the default': (library) => told(library, { iterations: 25 }),
  'periods that are not whole': (library) =>
    told(library, { iterations: 7, logPeriod: 1.5, callbackPeriod: 2.5 }),
  'periods longer than the training': (library) =>
    told(library, { iterations: 5, logPeriod: 6, callbackPeriod: 100 }),
  'iterations that are not whole': (library) => told(library, { iterations: 2.5, callbackPeriod: 1 }).result,
  'the order of the keys of what is told': (library) => {
    const keys: unknown[] = []
    const { iterations } = fixed(library).train(xor(), {
      ...{ iterations: 1, logPeriod: 1, callbackPeriod: 1 },
      log: (status: object) => keys.push(Object.keys(status).sort()),
      callback: (status: object) => keys.push(Object.keys(status).sort()),
    })
    return { keys, iterations }
  },
  'log: true': (library) =>
    numbersOf(printed(() => fixed(library).train(xor(), { iterations: 25, log: true, logPeriod: 6 }))),
  'log: true of the JSON': (library) =>
    numbersOf(printed(() => fixed(library, { log: true }).train(xor(), { iterations: 12 }))),
  'log: true of the constructor, with a JSON that says false': (library) =>
    printed(() => fixed(library, {}, { log: true }).train(xor(), { iterations: 12 })),
  'an object of its own for each call': (library) => {
    const all: Status[] = []
    const result = fixed(library).train(xor(), {
      ...{ iterations: 3, callbackPeriod: 1 },
      callback: (status: Status) => all.push(status),
    })
    return [new Set([...all, result]).size, result]
  },
  'a callback that changes what it is given': (library) =>
    fixed(library).train(xor(), {
      ...{ iterations: 5, callbackPeriod: 1 },
      callback: (status: Status) => {
        status.iterations = 100
        status.error = 0
      },
    }),
  'a callback that throws': (library) => {
    const net = fixed(library)
    let calls = 0
    const said = attempt(() =>
      net.train(xor(), {
        ...{ iterations: 9, callbackPeriod: 2 },
        callback: () => {
          if (++calls === 2) throw new Error('enough')
        },
      }),
    )
    // Four iterations are done.
    return { said, calls, output: net.run([1, 0]) }
  },
  'a callback that asks the network': (library) => {
    const net = fixed(library)
    const outputs: unknown[] = []
    net.train(xor(), {
      ...{ iterations: 3, callbackPeriod: 1 },
      callback: () => outputs.push(net.run([1, 0]), net.toJSON().layers[2].biases),
    })
    return outputs
  },
  'an errorThresh that is reached': (library) => {
    const errors: number[] = []
    const callback = ({ error }: Status) => errors.push(error)
    const options = { iterations: 2000, learningRate: 0.9, momentum: 0.5, errorThresh: 0.1 }
    const result = fixed(library).train(xor(), { ...options, callback, callbackPeriod: 1 })
    return { result, rose: errors.slice(0, -1).every((error) => error > 0.1), last: errors.at(-1)! <= 0.1 }
  },
  'an errorThresh above the first error': (library) => fixed(library).train(xor(), { errorThresh: 0.9 }),
  'an errorThresh that an error equals': (library) => {
    const errors: number[] = []
    const callback = ({ error }: Status) => errors.push(error)
    fixed(library).train(xor(), { iterations: 40, callback, callbackPeriod: 1 })
    return fixed(library).train(xor(), { iterations: 50, errorThresh: Math.min(...errors) }).iterations
  },
  'a timeout that is over at once': (library) => fixed(library).train(xor(), { timeout: 1e-9 }),
  'a timeout': (library) => {
    const began = performance.now()
    const options = { iterations: 1e12, errorThresh: 1e-12, timeout: 40 }
    const { error, iterations } = fixed(library).train(xor(), options)
    const took = performance.now() - began
    return [iterations > 1, error > 0, took >= 39, took < 1000]
  },
  'training again': (library) => {
    const rules = [{ momentum: 0.9 }, { praxis: 'adam', learningRate: 0.02 }]
    return rules.map((rule) => {
      const [parts, whole] = [fixed(library, rule), fixed(library, rule)]
      const first = parts.train(xor(), { iterations: 7 })
      // In between, so that nothing of the first is left where it was by chance.
      const all = whole.train(xor(), { iterations: 15 })
      const second = parts.train(xor(), { iterations: 8 })
      return { first, second, all, output: parts.run([0, 1]) }
    })
  },
  'Adam begins anew with fromJSON': (library) => {
    const net = fixed(library, { praxis: 'adam', learningRate: 0.02 })
    net.train(xor(), { iterations: 7 })
    net.fromJSON(net.toJSON())
    return net.train(xor(), { iterations: 8 })
  },
  'Adam of the constructor, with a JSON that names no praxis': (library) =>
    fixed(library, {}, { praxis: 'adam' }).train(xor(), { iterations: 20, learningRate: 0.02 }),
  'Adam given to train() of a new network': (library) => {
    const net = new library.NeuralNetwork()
    net.train(xor(), { iterations: 3, praxis: 'adam' })
    return net.toJSON().trainOpts.praxis
  },
  'Adam given to train() after fromJSON': (library) =>
    fixed(library).train(xor(), { iterations: 20, praxis: 'adam', learningRate: 0.02 }),
  'Adam of the JSON': (library) =>
    fixed(library, { praxis: 'adam', learningRate: 0.02 }).train(xor(), { iterations: 20 }),
  'an activation given to train() after fromJSON': (library) => {
    const net = fixed(library)
    return [net.train(xor(), { iterations: 20, activation: 'tanh', learningRate: 0.1 }), net.run([1, 0])]
  },
  'an activation of the JSON': (library) => {
    const net = fixed(library, { activation: 'tanh', learningRate: 0.1 })
    return [net.train(xor(), { iterations: 20 }), net.run([1, 0])]
  },
  'trainAsync is train': async (library) => {
    const calls: unknown[] = []
    const result = await fixed(library).trainAsync(xor(), {
      ...{ iterations: 12, logPeriod: 5, callbackPeriod: 4 },
      log: (status: Status) => calls.push(['log', { ...status }]),
      callback: (status: Status) => calls.push(['callback', { ...status }]),
    })
    return { result, calls }
  },
  'trainAsync rejects': async (library) => {
    const wrong: [unknown, unknown?][] = [
      [xor(), { learningRate: 3 }],
      [[{ input: [1], output: [1] }]],
      [[]],
      [undefined],
    ]
    const said: unknown[] = []
    for (const [data, options] of wrong) {
      const promise = fixed(library).trainAsync(data, options)
      said.push(await promise.catch(messageOf))
    }
    return said
  },
}
