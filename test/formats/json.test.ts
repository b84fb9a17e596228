// A network as JSON: exact, readable, refused where it is not what it says.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shortest } from '../../src/base/float32.ts'
import { parseStrictly } from '../../src/base/strict-json.ts'
import { BackendError, FormatError, NablaError, Network, OptionError } from '../../src/index.ts'
import { anyOptions, bitsOf, dataFor, setOddWeights } from '../helpers/any-network.ts'

const parsed = (net: Network, options = {}) => JSON.parse(JSON.stringify(net.toJSON(options)))

describe('the shortest number of a float32', () => {
  it('rounds to it, and has as few digits as any', () => {
    const words = new Uint32Array(1)
    const float = new Float32Array(words.buffer)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (word) => {
        words[0] = word
        const [value] = float
        if (!Number.isFinite(value)) return
        const short = shortest(value)
        expect(Math.fround(short)).toBe(value === 0 ? 0 : value)
        const digits = Array.from({ length: 9 }, (_, i) => Number(value.toPrecision(i + 1)))
        expect(short === 0 ? 0 : short).toBe(
          digits.find((one) => Math.fround(one) === value) === 0
            ? 0
            : digits.find((one) => Math.fround(one) === value),
        )
      }),
      { seed: 1, numRuns: 3000 },
    )
    expect([0.1, 1 / 3, 1e-45, 3.4028235e38, 16777216].map((one) => `${shortest(Math.fround(one))}`)).toEqual(
      ['0.1', '0.33333334', '1e-45', '3.4028235e+38', '16777216'],
    )
  })
})

describe('a network in JSON', () => {
  it('comes back to the bit, whatever its architecture and its numbers', () => {
    fc.assert(
      fc.property(anyOptions, fc.integer(), (options, odd) => {
        const net = new Network(options)
        setOddWeights(net, odd)
        const again = Network.fromJSON(parsed(net), { kernels: 'simd', threads: 1 })
        expect(bitsOf(again)).toEqual(bitsOf(net))
        expect(`${again}`).toBe(`${net}`)
        expect(parsed(again)).toEqual(parsed(net))
        net.dispose()
        again.dispose()
      }),
      { seed: 2, numRuns: 150 },
    )
  })

  it('predicts the same after a training, and has the names of the classes', async () => {
    const net = new Network({ sizes: [2, 8, 2], loss: 'crossEntropy', optimizer: 'adam', kernels: 'simd' })
    await net.fit(
      {
        x: [
          [0, 1],
          [1, 0],
          [1, 1],
        ],
        y: ['no', 'yes', 'no'],
      },
      { epochs: 5 },
    )
    const again = Network.fromJSON(parsed(net), { kernels: 'simd' })
    expect(again.predict([[0.5, 2]])).toEqual(net.predict([[0.5, 2]]))
    expect(again.classNames).toEqual(['no', 'yes'])
    expect(again.epochs).toBe(0)
    // As a clone too, which may have typed arrays.
    expect(bitsOf(Network.fromJSON(structuredClone(net.toJSON())))).toEqual(bitsOf(net))
  })

  it('goes on to the same bits with the state of its optimizer, whichever that is', async () => {
    await fc.assert(
      fc.asyncProperty(anyOptions, async (options) => {
        const net = new Network(options)
        const data = dataFor(net, 12)
        const fit = { epochs: 2, batchSize: 4, threads: 1 }
        await net.fit(data, fit)
        const again = Network.fromJSON(parsed(net, { optimizer: true }), { kernels: 'simd', threads: 1 })
        expect(again.epochs).toBe(net.epochs)
        const [goesOn, came] = [await net.fit(data, fit), await again.fit(data, fit)]
        expect(came.loss).toEqual(goesOn.loss)
        expect(bitsOf(again)).toEqual(bitsOf(net))
        net.dispose()
        again.dispose()
      }),
      { seed: 3, numRuns: 60 },
    )
  })

  it('goes on with a rate that falls on a plateau, which remembers what it saw', async () => {
    const optimizer = {
      name: 'sgd',
      learningRate: { name: 'plateau', from: 0.3, patience: 1, monitor: 'loss', factor: 0.5 },
    } as const
    const net = new Network({ sizes: [3, 4, 1], optimizer, kernels: 'simd' })
    const data = { x: new Float32Array(30).fill(0.5), y: new Float32Array(10).fill(1) }
    await net.fit(data, { epochs: 60 })
    expect(net.learningRate).toBeLessThan(0.3)
    const again = Network.fromJSON(parsed(net, { optimizer: true }), { kernels: 'simd' })
    expect(again.learningRate).toBe(net.learningRate)
    await net.fit(data, { epochs: 20 })
    await again.fit(data, { epochs: 20 })
    expect(again.learningRate).toBe(net.learningRate)
    expect(bitsOf(again)).toEqual(bitsOf(net))
  })

  it('begins afresh with another optimizer', async () => {
    const net = new Network({ sizes: [2, 3, 1], optimizer: 'adam', kernels: 'simd' })
    net.trainBatch([[1, 2]], [[1]])
    const other = Network.fromJSON(parsed(net, { optimizer: true }), { optimizer: 'lion', kernels: 'simd' })
    expect(bitsOf(other)).toEqual(bitsOf(net))
    const fresh = new Network({ sizes: [2, 3, 1], optimizer: 'lion', kernels: 'simd' })
    net.layers.forEach((_, l) => {
      fresh.setWeights(l, net.weights(l))
      fresh.setBiases(l, net.biases(l))
    })
    for (const one of [other, fresh]) one.trainBatch([[1, 2]], [[1]])
    expect(bitsOf(other)).toEqual(bitsOf(fresh))
  })

  it('asks for functions, which it cannot hold', () => {
    const activation = { name: 'sine', f: Math.sin, derivative: Math.cos }
    const net = new Network({ inputs: 2, layers: [{ units: 3, activation }, 1], kernels: 'simd' })
    expect(() => Network.fromJSON(parsed(net))).toThrow(OptionError)
    expect(() => Network.fromJSON(parsed(net))).toThrow(
      "options.activations: expected the functions of 'sine' of layer 0, which a saved model cannot hold, got none",
    )
    const again = Network.fromJSON(parsed(net), { activations: [activation], kernels: 'simd' })
    expect(again.predict([[1, 2]])).toEqual(net.predict([[1, 2]]))
  })

  it('leaves out a rate that is a function, and asks for it where the training is to go on', () => {
    const optimizer = { name: 'adam', learningRate: () => 0.5, beta1: 0.8 } as const
    const net = new Network({ sizes: [2, 1], optimizer })
    expect(`${Network.fromJSON(parsed(net))}`).toContain('adam 0.001, beta1 0.8')
    const saved = parsed(net, { optimizer: true })
    expect(() => Network.fromJSON(saved)).toThrow(OptionError)
    expect(() => Network.fromJSON(saved)).toThrow("options.optimizer: expected 'adam' with its learning rate")
    expect(`${Network.fromJSON(saved, { optimizer })}`).toContain('adam custom rate, beta1 0.8')
  })

  it('is that of the last whole epoch while the network trains, without the optimizer', async () => {
    const make = () => new Network({ sizes: [2, 1], kernels: 'simd' })
    const [net, shorter] = [make(), make()]
    const data = { x: [[1, 2]], y: [[1]] }
    const seen: string[] = []
    const onEpoch = () => {
      seen.push(JSON.stringify(net))
      expect(() => net.toJSON({ optimizer: true })).toThrow(BackendError)
    }
    await net.fit(data, { epochs: 3, onEpoch })
    for (let epoch = 0; epoch < 3; ++epoch) {
      await shorter.fit(data, { epochs: 1 })
      expect(seen[epoch]).toBe(JSON.stringify(shorter))
    }
    expect(seen[1]).not.toBe(seen[0])
  })

  it('refuses options that it does not know', () => {
    const net = new Network({ sizes: [2, 1] })
    expect(() => net.toJSON({ optimiser: true } as never)).toThrow(OptionError)
    // JSON.stringify gives the key.
    expect(JSON.parse(JSON.stringify({ net })).net.format).toBe('nabla.network')
    expect(() => Network.fromJSON(net.toJSON(), { learningRate: 1 } as never)).toThrow(OptionError)
    expect(() => Network.fromJSON(net.toJSON(), null as never)).toThrow(OptionError)
  })
})

// biome-ignore lint/suspicious/noExplicitAny: what is spoiled has no type
type Spoil = (json: any) => unknown

describe('JSON of another version', () => {
  const json = () => parsed(new Network({ sizes: [2, 3, 1] }))

  it('is read where it is a newer minor one, without what is not known', () => {
    const newer = json()
    newer.version = '1.7'
    newer.author = 'somebody'
    newer.options.note = { any: 1 }
    newer.options.layers[0].colour = 'red'
    expect(bitsOf(Network.fromJSON(newer))).toEqual(bitsOf(Network.fromJSON(json())))
  })

  it.each<[string, Spoil, string]>([
    [
      'a newer major one',
      (j) => ({ ...j, version: '2.0' }),
      'expected version 1 of the format, got 2.0, which a newer version',
    ],
    [
      'no version',
      ({ version, ...j }) => j,
      'network.version: expected a version such as "1.0", got undefined',
    ],
    ['a number', (j) => ({ ...j, version: 1 }), 'network.version: expected a version'],
    ['a key that this version has not', (j) => ({ ...j, author: 1 }), 'network: expected options among'],
    [
      'a parameter that a newer one has',
      (j) => ({ ...j, version: '1.1', parameters: j.parameters.map((p: object) => ({ ...p, scales: [1] })) }),
      'network.parameters[0]: expected options among',
    ],
  ])('is refused with %s', (_, spoil, message) => {
    expect(() => Network.fromJSON(spoil(json()))).toThrow(FormatError)
    expect(() => Network.fromJSON(spoil(json()))).toThrow(message)
  })
})

describe('hostile JSON', () => {
  const saved = (() => {
    const net = new Network({
      inputs: 2,
      layers: [{ units: 3, normalization: 'batch' }, 1],
      optimizer: 'adam',
    })
    net.trainBatch(
      [
        [1, 2],
        [3, 4],
      ],
      [[1], [2]],
    )
    return JSON.stringify(net.toJSON({ optimizer: true }))
  })()

  it.each<[string, Spoil, string]>([
    [
      'its text',
      (j) => JSON.stringify(j),
      'network: expected the object that net.toJSON() returns, not its text',
    ],
    ['null', () => null, 'network: expected the object'],
    [
      'another format',
      (j) => ({ ...j, format: 'keras' }),
      'network.format: expected "nabla.network", got "keras"',
    ],
    ['no layers', (j) => ({ ...j, parameters: [] }), 'network.parameters: expected an array of layers'],
    [
      'a layer too few',
      (j) => ({ ...j, parameters: j.parameters.slice(1) }),
      'parameters: expected 2 layers, got 1',
    ],
    [
      'ragged rows',
      (j) => {
        j.parameters[0].weights[1].pop()
        return j
      },
      'network.parameters[0].weights[1]: expected an array of 3 numbers, got',
    ],
    [
      'a row too few',
      (j) => {
        j.parameters[0].weights.pop()
        return j
      },
      'parameters[0].weights: expected 6 numbers for 2 inputs and 3 units, got 3',
    ],
    [
      'a text among the weights',
      (j) => {
        j.parameters[0].weights[1][2] = '1'
        return j
      },
      'network.parameters[0].weights[1][2]: expected a number within float32, got "1"',
    ],
    [
      'a number beyond float32',
      (j) => {
        j.parameters[1].biases[0] = 1e39
        return j
      },
      'network.parameters[1].biases[0]: expected a number within float32, got 1e+39',
    ],
    [
      'no gains',
      (j) => {
        delete j.parameters[0].gains
        return j
      },
      'parameters[0].gains: expected 3 numbers for 2 inputs and 3 units, got none',
    ],
    [
      'gains where there are none',
      (j) => {
        j.parameters[1].gains = [1]
        return j
      },
      'parameters[1].gains: expected none',
    ],
    [
      'a negative variance',
      (j) => {
        j.parameters[0].runningVariance[1] = -1
        return j
      },
      'runningVariance',
    ],
    [
      'layers of billions of parameters',
      (j) => {
        j.options.inputs = 2 ** 24
        j.options.layers[0].units = 2 ** 24
        return j
      },
      'parameters[0].weights: expected 281474976710656 numbers',
    ],
    [
      'an option that is none',
      (j) => {
        j.options.loss = 'none'
        return j
      },
      'model: options.loss',
    ],
    [
      'a __proto__ among the options',
      (j) => {
        Object.defineProperty(j.options, '__proto__', { value: { l2: 1 }, enumerable: true })
        return j
      },
      'model: options: expected options among',
    ],
    [
      'a slot too few',
      (j) => {
        j.training.slots.pop()
        return j
      },
      "training.slots: expected 2 of 'adam' after 1 steps, got 1",
    ],
    [
      'a slot of another shape',
      (j) => {
        j.training.slots[1][0].weights.pop()
        return j
      },
      'training.slots[1][0].weights: expected 6 numbers',
    ],
    [
      'statistics in a slot',
      (j) => {
        j.training.slots[1][0].runningMean = [1, 2, 3]
        return j
      },
      'training.slots[1][0].runningMean: expected none',
    ],
    [
      'counters that are none',
      (j) => {
        j.training.progress.steps = -1
        return j
      },
      'training.progress.steps',
    ],
  ])('is refused: %s', (_, spoil, message) => {
    expect(() => Network.fromJSON(spoil(JSON.parse(saved)))).toThrow(FormatError)
    expect(() => Network.fromJSON(spoil(JSON.parse(saved)))).toThrow(message)
  })

  it('is refused by typed errors alone, whatever is put in the place of whatever', () => {
    const paths: (string | number)[][] = []
    const visit = (value: unknown, path: (string | number)[]) => {
      if (path.length > 0) paths.push(path)
      if (typeof value !== 'object' || value === null) return
      for (const [key, one] of Object.entries(value))
        visit(one, [...path, Array.isArray(value) ? Number(key) : key])
    }
    visit(JSON.parse(saved), [])
    let refused = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.oneof(fc.jsonValue(), fc.constantFrom(0, -1, 2 ** 31, 1e300, '', '__proto__', [], {})),
        (path, value) => {
          const json = JSON.parse(saved)
          const last = path.at(-1)!
          const parent = path.slice(0, -1).reduce((at, key) => at[key], json)
          parent[last] = value
          try {
            Network.fromJSON(json, { threads: 1 }).dispose()
          } catch (error) {
            expect(error).toBeInstanceOf(NablaError)
            refused += 1
          }
        },
      ),
      { seed: 4, numRuns: 2000 },
    )
    expect(refused).toBeGreaterThan(1000)
    expect(({} as { l2?: number }).l2).toBeUndefined()
  })
})

describe('text of a stranger', () => {
  it.each([
    ['{"a": 1, "a": 2}', 'file: expected names that differ, got "a" twice'],
    ['{"a": {"b": 1, "\\u0062" : 2}}', 'file: expected names that differ, got "b" twice'],
    ['[{"__proto__": 1}, {"__proto__": 1, "__proto__": 2}]', 'got "__proto__" twice'],
    [`${'['.repeat(65)}${']'.repeat(65)}`, '64 deep at most'],
    ['['.repeat(1e6), '64 deep at most'],
    ['{"a', 'file: expected JSON'],
    ['{"a": 1}}', 'file: expected JSON'],
    ['', 'file: expected JSON'],
  ])('is refused: %j', (text, message) => {
    expect(() => parseStrictly(text, 'file')).toThrow(FormatError)
    expect(() => parseStrictly(text, 'file')).toThrow(message)
  })

  it('is otherwise what JSON.parse makes of it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.boolean(), (value, isSpaced) => {
        const text = JSON.stringify(value, null, isSpaced ? 2 : 0)
        expect(parseStrictly(text, 'file')).toEqual(JSON.parse(text))
      }),
      { seed: 5, numRuns: 500 },
    )
    expect(parseStrictly('{"a": "\\"b\\": {", "b": ["a", {"a": 1}]}', 'file')).toEqual({
      a: '"b": {',
      b: ['a', { a: 1 }],
    })
  })
})
