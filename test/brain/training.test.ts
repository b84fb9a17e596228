// A training of nabla/brain: when it ends, what it calls, and what stays of it.

import { describe, expect, it, vi } from 'vitest'
import { NeuralNetwork } from '../../src/brain/index.ts'
import { BackendError, DivergedError, OptionError } from '../../src/index.ts'

const xor = [0, 1, 2, 3].map((i) => ({ input: [i & 1, i >> 1], output: [(i & 1) ^ (i >> 1)] }))
const fresh = (options: object = {}) =>
  new NeuralNetwork<number[], number[]>({
    inputSize: 2,
    hiddenLayers: [3],
    outputSize: 1,
    seed: 7,
    ...options,
  })
const ready = (options: object = {}) => {
  const net = fresh(options)
  net.initialize()
  return net
}

/** The error of each of the first iterations. */
function errorsOf(net: NeuralNetwork<number[], number[]>, iterations: number, options = {}): number[] {
  const errors: number[] = []
  net.train(xor, {
    ...{ iterations, errorThresh: 1e-9, callbackPeriod: 1, ...options },
    callback: ({ error }) => errors.push(error),
  })
  return errors
}

/** The same in float64 from the textbook: D. E. Rumelhart, G. E. Hinton and R. J. Williams (1986), with momentum. */
function textbook(net: NeuralNetwork<number[], number[]>, iterations: number): number[] {
  const { layers } = net.toJSON()
  const [w1, w2] = [layers[1].weights, layers[2].weights[0]]
  const [b1, b2] = [layers[1].biases, layers[2].biases]
  const [c1, c2] = [w1.map((row) => row.map(() => 0)), w2.map(() => 0)]
  const f = (z: number) => 1 / (1 + Math.exp(-z))
  return Array.from({ length: iterations }, () => {
    let sum = 0
    for (const { input, output } of xor) {
      const a1 = w1.map((row, j) => f(b1[j] + row[0] * input[0] + row[1] * input[1]))
      const a2 = f(b2[0] + a1.reduce((z, a, j) => z + a * w2[j], 0))
      const e = output[0] - a2
      const d2 = e * a2 * (1 - a2)
      const d1 = a1.map((a, j) => d2 * w2[j] * a * (1 - a))
      a1.forEach((a, j) => {
        c2[j] = 0.3 * d2 * a + 0.1 * c2[j]
        w2[j] += c2[j]
        input.forEach((x, i) => {
          c1[j][i] = 0.3 * d1[j] * x + 0.1 * c1[j][i]
          w1[j][i] += c1[j][i]
        })
        b1[j] += 0.3 * d1[j]
      })
      b2[0] += 0.3 * d2
      sum += e * e
    }
    return sum / xor.length
  })
}

describe('train()', () => {
  it('takes the steps of the textbook, sample by sample', () => {
    const expected = textbook(ready(), 200)
    errorsOf(ready(), 200).forEach((error, i) => {
      expect(Math.abs(error - expected[i]) / expected[i]).toBeLessThan(1e-5)
    })
  })

  it('ends once the error is not above errorThresh, or after so many iterations', () => {
    const errors = errorsOf(ready(), 60)
    const least = errors.indexOf(Math.min(...errors))
    expect(ready().train(xor, { iterations: 60, errorThresh: errors[least] })).toEqual({
      error: errors[least],
      iterations: least + 1,
    })
    expect(ready().train(xor, { iterations: 3 })).toEqual({ error: errors[2], iterations: 3 })
    expect(ready().train(xor, { iterations: 1.5 })).toEqual({ error: errors[1], iterations: 2 })
  })

  it('ends in the very iteration whose error is small enough, whichever it is', () => {
    // Four rows: 16 iterations are the 64 samples after which the clock is first looked at.
    const or = xor.map(({ input }) => ({ input, output: [Number(input.includes(1))] }))
    const errors: number[] = []
    ready().train(or, {
      ...{ iterations: 70, learningRate: 0.9, momentum: 0.5, callbackPeriod: 1, errorThresh: 1e-9 },
      callback: ({ error }) => errors.push(error),
    })
    const first = errors.findIndex((error, i) => i > 0 && error >= errors[i - 1])
    expect(first).toBe(-1)
    errors.forEach((errorThresh, i) => {
      const options = { learningRate: 0.9, momentum: 0.5, errorThresh }
      expect(ready().train(or, options)).toEqual({ iterations: i + 1, error: errorThresh })
    })
  })

  it('calls log and then callback, each in its period', () => {
    const calls: unknown[] = []
    const errors = errorsOf(ready(), 12)
    ready().train(xor, {
      ...{ iterations: 12, logPeriod: 4, callbackPeriod: 1.5 },
      log: (...status) => calls.push(['log', ...status]),
      callback: (...status) => calls.push(['callback', ...status]),
    })
    const status = (iterations: number) => ({ iterations, error: errors[iterations - 1] })
    expect(calls).toEqual([
      ['callback', status(3)],
      ['log', status(4)],
      ['callback', status(6)],
      ['log', status(8)],
      ['callback', status(9)],
      ['log', status(12)],
      ['callback', status(12)],
    ])
  })

  it('prints with log: true', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    const { error } = ready().train(xor, { iterations: 10, log: true })
    expect(log.mock.calls).toEqual([[`iterations: 10, training error: ${error}`]])
    log.mockRestore()
  })

  it('logs with what setLogMethod() was given', () => {
    const net = ready({ iterations: 10 })
    const log = vi.spyOn(net, 'logTrainingStatus').mockImplementation(() => {})
    net.setLogMethod(true)
    const { error } = net.train(xor)
    expect(log.mock.calls).toEqual([[{ iterations: 10, error }]])
    net.setLogMethod(false)
    net.train(xor)
    expect(log.mock.calls.length).toBe(1)
    const own = vi.fn()
    net.setLogMethod(own)
    net.train(xor)
    expect(own.mock.calls.length).toBe(1)
  })

  it('checks all options by validateTrainingOptions(), and keeps none of them', () => {
    const net = ready()
    expect(net.validateTrainingOptions({ ...net.trainOpts, momentum: 0.5 })).toBe(undefined)
    expect(() => net.validateTrainingOptions({ ...net.trainOpts, momentum: 2 })).toThrow(
      '[momentum, 2] is out of',
    )
    expect(net.trainOpts.momentum).toBe(0.1)
  })

  it('ends after a timeout, with a whole iteration', () => {
    const net = ready()
    const before = performance.now()
    const { iterations, error } = net.train(xor, { iterations: Infinity, errorThresh: 1e-30, timeout: 60 })
    const took = performance.now() - before
    expect(took).toBeGreaterThanOrEqual(59)
    expect(took).toBeLessThan(1000)
    expect(iterations).toBeGreaterThan(100)
    const other = ready()
    expect(other.train(xor, { iterations, errorThresh: 1e-30, timeout: Infinity })).toEqual({
      iterations,
      error,
    })
    expect(other.toJSON().layers).toEqual(net.toJSON().layers)
    expect(ready().train(xor, { timeout: 1e-9 })).toEqual({ error: 1, iterations: 0 })
  })

  it('looks at the error in every errorCheckInterval-th iteration only, and where it is logged', () => {
    const errors = errorsOf(ready(), 8)
    const net = ready()
    net.errorCheckInterval = 3
    const seen: number[] = []
    net.train(xor, {
      ...{ iterations: 8, callbackPeriod: 1, callback: ({ error }) => seen.push(error) },
      ...{ logPeriod: 4, log: () => {} },
    })
    const [, , third, fourth, , sixth, , eighth] = errors
    expect(seen).toEqual([1, 1, third, fourth, fourth, sixth, sixth, eighth])
  })

  it.each([undefined, 'adam' as const])('goes on where it was: 5 + 7 iterations are 12 (%s)', (praxis) => {
    const [whole, parts] = [ready({ praxis, momentum: 0.8 }), ready({ praxis, momentum: 0.8 })]
    const errors = errorsOf(whole, 12)
    expect([...errorsOf(parts, 5), ...errorsOf(parts, 7)]).toEqual(errors)
    expect(parts.toJSON().layers).toEqual(whole.toJSON().layers)
    expect(parts.iterations).toBe(praxis ? 48 : 0)
  })

  it('takes a praxis and an activation of a later call', () => {
    const adam = ready()
    errorsOf(adam, 3)
    const layers = adam.toJSON().layers
    const plain = ready()
    errorsOf(plain, 3)
    errorsOf(plain, 2)
    errorsOf(adam, 2, { praxis: 'adam' })
    expect(adam.toJSON().layers).not.toEqual(plain.toJSON().layers)
    expect(adam.toJSON().layers).not.toEqual(layers)
    const net = ready()
    const before = net.run([1, 0])[0]
    net.train(xor, { iterations: 1, errorThresh: 0.999, activation: 'tanh', learningRate: 1e-30 })
    expect(net.run([1, 0])[0]).not.toBe(before)
    net.setActivation('sigmoid')
    expect([net.run([1, 0])[0], net.toJSON().trainOpts.activation]).toEqual([before, 'sigmoid'])
    net.trainOpts.activation = 'tanh'
    net.setActivation()
    expect(net.toJSON().trainOpts.activation).toBe('tanh')
    expect(() => net.setActivation('foo' as 'relu')).toThrow(
      "Unknown activation foo. Available activations are: 'sigmoid', 'relu', 'leaky-relu', 'tanh'",
    )
  })

  it('shows a callback the weights as they are, and takes over what it writes', () => {
    const seen: unknown[] = []
    const net = ready()
    net.train(xor, {
      ...{ iterations: 2, callbackPeriod: 1 },
      callback: () => seen.push([net.run([1, 0])[0], net.toJSON().layers]),
    })
    const steps = [1, 2].map((iterations) => {
      const other = ready()
      other.train(xor, { iterations })
      return [other.run([1, 0])[0], other.toJSON().layers]
    })
    expect(seen).toEqual(steps)

    const written = ready()
    written.train(xor, {
      ...{ iterations: 2, callbackPeriod: 1 },
      callback: ({ iterations }) => {
        if (iterations === 1) written.weights[2][0][0] = 5
      },
    })
    expect(written.weights[2][0][0]).toBeGreaterThan(4)
    expect(net.weights[2][0][0]).toBeLessThan(1)
    written.biases[2][0] = 100
    expect(written.run([0, 0])[0]).toBe(1)
  })

  it('ends where a callback throws, with the weights so far', () => {
    const net = ready()
    const callback = () => {
      throw new RangeError('enough')
    }
    expect(() => net.train(xor, { iterations: 5, callback, callbackPeriod: 2 })).toThrow(RangeError)
    const other = ready()
    other.train(xor, { iterations: 2 })
    expect(net.toJSON().layers).toEqual(other.toJSON().layers)
  })

  it('ends where others write to its options what is no number, with the weights so far', () => {
    for (const [name, value] of [
      ['learningRate', Number.NaN],
      ['momentum', '0.5'],
      ['epsilon', Number.POSITIVE_INFINITY],
      ['iterations', undefined],
      ['errorThresh', null],
    ] as const) {
      const net = ready()
      const train = () =>
        net.train(xor, {
          ...{ iterations: 5, callbackPeriod: 1 },
          callback: ({ iterations }) => {
            if (iterations === 2) Object.assign(net.trainOpts, { [name]: value })
          },
        })
      expect(train, name).toThrow(
        new OptionError(
          `[${name}, ${value}] is out of normal training range, your network will probably not train.`,
        ),
      )
      const expected = ready()
      expected.train(xor, { iterations: 2 })
      expect(net.weights, name).toEqual(expected.weights)
      Object.assign(net.trainOpts, expected.trainOpts)
      expect(net.train(xor, { iterations: 1 }).iterations).toBe(1)
    }
    const net = ready()
    const callback = () => net.setActivation('gelu' as 'relu')
    expect(() => net.train(xor, { callback })).toThrow('Unknown activation gelu')
  })

  it('keeps the weights so far where another network diverges in its callback', () => {
    const net = ready()
    const callback = () => {
      const other = ready({ activation: 'relu' })
      other.weights[1][0][0] = Number.NaN
      other.train(xor)
    }
    expect(() => net.train(xor, { iterations: 5, callback, callbackPeriod: 2 })).toThrow(DivergedError)
    const other = ready()
    other.train(xor, { iterations: 2 })
    expect(net.toJSON().layers).toEqual(other.toJSON().layers)
  })

  it('refuses to train within its own training, and lets others', () => {
    const net = ready()
    let inner: unknown
    net.train(xor, {
      ...{ iterations: 1, callbackPeriod: 1 },
      callback: () => {
        inner = ready().train(xor, { iterations: 3 })
        for (const call of [() => net.train(xor), () => net.initialize(), () => net.fromJSON(net.toJSON())]) {
          expect(call).toThrow(BackendError)
        }
      },
    })
    expect(inner).toEqual(ready().train(xor, { iterations: 3 }))
  })

  it('throws where the error is no longer finite, and keeps the weights from before', () => {
    const net = ready({ activation: 'leaky-relu', learningRate: 0.9 })
    const before = net.toJSON().layers
    const large = xor.map(({ input, output }) => ({ input: input.map((x) => 1e6 * (x + 1)), output }))
    const call = () => net.train(large, { iterations: 1000, callbackPeriod: 1, callback: () => net.weights })
    expect(call).toThrow(DivergedError)
    expect(call).toThrow(/no longer finite in iteration \d+\..*learningRate below 0\.9.*'sigmoid'/)
    expect(net.toJSON().layers).toEqual(before)
  })

  it.each([
    [
      'train()',
      (net: NeuralNetwork<number[], number[]>) =>
        net.train([{ input: [1e25], output: [3e25] }], { iterations: 1 }),
    ],
    [
      'trainPattern()',
      (net: NeuralNetwork<number[], number[]>) =>
        net.trainPattern({ input: Float32Array.of(1e25), output: Float32Array.of(3e25) }),
    ],
  ])(
    'throws where the last step leaves a weight that is not finite, and keeps those from before: %s',
    (_, step) => {
      const net = new NeuralNetwork<number[], number[]>({
        inputSize: 1,
        outputSize: 1,
        hiddenLayers: [],
        activation: 'relu',
      })
      net.initialize()
      net.weights[1][0][0] = 1
      const before = net.toJSON().layers
      expect(() => step(net)).toThrow(DivergedError)
      expect(net.toJSON().layers).toEqual(before)
    },
  )

  it('trains on one pattern at a time by trainPattern()', () => {
    const [net, other] = [ready(), ready()]
    const [datum] = net.formatData([xor[1]])
    const { error } = other.train([xor[1]], { iterations: 1 })
    expect(net.trainPattern(datum, true)).toBeCloseTo(error, 6)
    expect(net.trainPattern(datum)).toBe(null)
    other.train([xor[1]], { iterations: 1 })
    net.weights[1].forEach((row, j) => {
      row.forEach((weight, i) => {
        expect(weight).toBeCloseTo(other.weights[1][j][i], 6)
      })
    })
    expect(net.weights[1]).not.toEqual(ready().weights[1])
  })

  it('leaves the data as they are', () => {
    const data = structuredClone(xor)
    ready().train(data, { iterations: 3 })
    expect(data).toEqual(xor)
  })
})

describe('trainAsync()', () => {
  it('comes to what train() does, and leaves the event loop its turns', async () => {
    const net = ready()
    let turns = 0
    const timer = setInterval(() => ++turns, 1)
    const options = { iterations: 2_000_000, errorThresh: 1e-30 }
    const status = await net.trainAsync(xor, options)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(1)
    const other = ready()
    expect(other.train(xor, options)).toEqual(status)
    expect(net.toJSON().layers).toEqual(other.toJSON().layers)
  })

  it('trains several networks at a time, which can be asked meanwhile', async () => {
    // Long enough that none of them ends before it is asked, on a quick or a busy machine.
    const options = { iterations: 1_000_000, errorThresh: 1e-30 }
    const nets = [ready(), ready({ seed: 8 }), ready({ seed: 9 })]
    const trainings = nets.map((net) => net.trainAsync(xor, options))
    const [untrained] = ready({ seed: 8 }).run([1, 0])
    while (nets[1].run([1, 0])[0] === untrained) await new Promise((resolve) => setImmediate(resolve))
    await expect(nets[0].trainAsync(xor, options)).rejects.toThrow('the network is training')
    const statuses = await Promise.all(trainings)
    statuses.forEach((status, i) => {
      expect(ready({ seed: 7 + i }).train(xor, options)).toEqual(status)
    })
  })

  it('rejects for options, data and callbacks that throw', async () => {
    await expect(ready().trainAsync(xor, { iterations: -1 })).rejects.toThrow('[iterations, -1] is out of')
    await expect(ready().trainAsync([])).rejects.toThrow('data: expected an array')
    const callback = () => {
      throw new RangeError('enough')
    }
    const net = ready()
    await expect(net.trainAsync(xor, { callback })).rejects.toThrow('enough')
    expect(net.train(xor, { iterations: 1, callback: undefined }).iterations).toBe(1)
  })
})
