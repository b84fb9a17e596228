// What the calls of a network do about functions of the user's own that fail, are not there, or would have to run elsewhere.

import { describe, expect, it } from 'vitest'
import {
  BackendError,
  type CustomActivation,
  type CustomLoss,
  crossValidate,
  DivergedError,
  type FitOptions,
  Network,
  type NetworkOptions,
  OptionError,
} from '../../src/index.ts'
import { measureThreads } from '../../src/threads/crew.ts'
import { ownQuadratic } from '../helpers/custom.ts'
import { type Anything, parametersOf } from '../helpers/errors.ts'
import { kernels } from '../helpers/networks.ts'
import { numbers } from '../helpers/random.ts'

// A fit takes as many as it would, at once.
measureThreads(false)

const sine: CustomActivation = { name: 'sine', f: Math.sin, derivative: Math.cos }
const ROWS = 24
const x = numbers(ROWS * 5, 1, 2)
const y = numbers(ROWS * 3, 2)

/** A function that fails at its call number `at`, counted from 1. */
function failing<F extends (...args: never[]) => unknown>(f: F, fail: (...args: Parameters<F>) => unknown) {
  let calls = 0
  let at = Number.POSITIVE_INFINITY
  const wrapped = ((...args: Parameters<F>) => {
    calls += 1
    return calls === at ? fail(...args) : f(...args)
  }) as unknown as F
  const failAfter = (more: number) => {
    at = calls + more
  }
  return { wrapped, failAfter }
}

const thrower = () => {
  throw new TypeError('no such row')
}

describe.each(kernels)('on %s', (name) => {
  const make = (options: Partial<NetworkOptions>) =>
    new Network({
      inputs: 5,
      layers: [4, 3],
      seed: 1,
      kernels: name,
      optimizer: { name: 'adam', learningRate: 0.01 },
      ...options,
    } as NetworkOptions)

  /** Everything that a fit goes on from. */
  const stateOf = (net: Network) => Buffer.from(net.checkpoint()).toString('hex')

  const failures: [string, () => unknown, RegExp][] = [
    ['NaN', () => Number.NaN, /got NaN$/],
    ['an infinity', () => Number.POSITIVE_INFINITY, /got Infinity$/],
    ['nothing', () => undefined, /got undefined$/],
    ['a text', () => '0.5', /got "0.5"$/],
    ['a bigint', () => 1n, /got 1n$/],
    ['an object', () => ({ valueOf: () => 1 }), /got \{ valueOf \}$/],
    ['an error', thrower, /got an error: no such row$/],
    [
      'what is thrown',
      () => {
        throw 'a text'
      },
      /got "a text" thrown$/,
    ],
  ]
  describe.each(['f', 'derivative'] as const)('%s of an activation', (which) => {
    it.each(failures)('that gives %s is named, with the layer and z', (_, fail, got) => {
      const { wrapped, failAfter } = failing(sine[which] as () => unknown, fail)
      const net = make({ layers: [4, { units: 6, activation: { ...sine, [which]: wrapped } }, 3] as never })
      failAfter(8)
      const error = (() => {
        try {
          return net.gradients(x, y)
        } catch (cause) {
          return cause
        }
      })() as Error
      expect(error).toBeInstanceOf(OptionError)
      const [, z] = error.message.match(
        new RegExp(
          `^options\\.layers\\[1\\]\\.activation\\.${which}: expected a finite number from 'sine' for z = (-?[\\d.e-]+), got `,
        ),
      )!
      expect(error.message).toMatch(got)
      // The second unit of the second row.
      expect(Number(z)).toBe(net.trace(x, y).layers[1].z.values[7])
      if (fail === thrower) expect(error.cause).toBeInstanceOf(TypeError)
    })
  })

  it('a loss that gives no finite number is named, with the outputs and the targets', () => {
    const net = (loss: Partial<CustomLoss>) => make({ layers: [3], loss: { ...ownQuadratic, ...loss } })
    const call = (loss: Partial<CustomLoss>) => () => net(loss).gradients(new Float32Array(5), [1, 0.5, -2])
    const where =
      "expected a finite number from 'ownQuadratic' for the outputs [0, 0, 0] and the targets [1, 0.5, -2]"
    expect(call({ f: () => Number.NaN })).toThrow(new OptionError(`options.loss.f: ${where}, got NaN`))
    expect(call({ f: () => '1' as Anything })).toThrow(`options.loss.f: ${where}, got "1"`)
    expect(call({ f: thrower })).toThrow(`options.loss.f: ${where}, got an error: no such row`)
    const slope = where.replace('a finite number', '3 finite numbers')
    expect(call({ derivative: thrower })).toThrow(
      `options.loss.derivative: ${slope}, got an error: no such row`,
    )
    expect(call({ derivative: () => [1, 2] })).toThrow(`options.loss.derivative: ${slope}, got [1, 2]`)
    expect(call({ derivative: () => [1, Number.NaN, 2] })).toThrow(`${slope}, got [1, NaN, 2]`)
    expect(call({ derivative: () => [1, '2', 2] as Anything })).toThrow(`${slope}, got [1, "2", 2]`)
    expect(call({ derivative: () => 1 as Anything })).toThrow(`${slope}, got 1`)
    expect(call({ derivative: () => undefined as Anything })).toThrow(`${slope}, got undefined`)
    expect(call({})).not.toThrow()
  })

  // The calls of an epoch: 24 rows of 4 units, or of one loss.
  const kinds = [
    ['an activation', 96, (f: (z: number) => number) => ({ activation: { ...sine, f } }), Math.sin],
    ['a loss', 24, (f: Anything) => ({ loss: { ...ownQuadratic, f } }), ownQuadratic.f],
  ] as const
  describe.each(kinds)('%s that throws', (_, perEpoch, optionsOf, f) => {
    const build = () => {
      const { wrapped, failAfter } = failing(f as () => unknown, thrower)
      return {
        net: make({
          layers: [4, { units: 3, activation: 'linear' }],
          normalization: 'batch',
          ...(optionsOf as Anything)(wrapped),
        }),
        failAfter,
      }
    }
    const fitting: FitOptions = { batchSize: 5, epochs: 4, validation: { x, y } }

    it('ends a fit after a whole step, from which a checkpoint goes on to the same bits', async () => {
      const whole = build().net
      await whole.fit({ x, y }, fitting)
      const stoppedAt = new Set<number>()
      // In the first batch, within an epoch, in a validation, in an epoch after that, and with the last call.
      for (const share of [0, 0.5, 1.2, 1.7, 2.4, 4.6, 6.3, 8]) {
        const { net, failAfter } = build()
        failAfter(Math.max(1, Math.floor(share * perEpoch)))
        await expect(net.fit({ x, y }, fitting)).rejects.toThrow(/got an error: no such row$/)
        stoppedAt.add(net.epochs)
        const resumed = Network.resume(net.checkpoint(), (optionsOf as Anything)(f))
        // One of its epochs may be the validation that is still to come.
        for (let turn = 0; turn < 2 && resumed.epochs < 4; ++turn) {
          await resumed.fit({ x, y }, { ...fitting, epochs: 4 - resumed.epochs })
        }
        if (share === 8) await resumed.fit({ x, y }, { ...fitting, epochs: 1 })
        expect(stateOf(resumed) === stateOf(whole), `${share} epochs`).toBe(true)
      }
      expect([...stoppedAt]).toEqual([0, 1, 2, 3, 4])
    })

    it('leaves trainBatch, predict, evaluate and their kin as they were', async () => {
      const { net, failAfter } = build()
      net.trainBatch(x, y)
      const before = stateOf(net)
      const calls: [string, () => unknown][] = [
        ['trainBatch', () => net.trainBatch(x, y)],
        ['gradients', () => net.gradients(x, y)],
        ['checkGradients', () => net.checkGradients(x, y)],
        ['trace', () => net.trace(x, y)],
        ['evaluate', () => net.evaluate({ x, y })],
        ['evaluateAsync', () => net.evaluateAsync({ x, y })],
        ['partialFit', () => net.partialFit({ x, y })],
        [
          'train',
          async () => {
            for await (const __ of net.train({ x, y }));
          },
        ],
        ...(perEpoch === 96
          ? ([
              ['predict', () => net.predict(x)],
              ['predictAsync', () => net.predictAsync(x)],
            ] as [string, () => unknown][])
          : []),
      ]
      for (const [call, run] of calls) {
        failAfter(9)
        await expect((async () => run())(), call).rejects.toThrow(/got an error: no such row$/)
        expect(stateOf(net) === before, call).toBe(true)
      }
      // And it is as good as new.
      expect(net.trainBatch(x, y)).toBeGreaterThan(0)
      expect((await net.fit({ x, y }, fitting)).epochs).toBe(4)
    })
  })

  it('numbers that diverge are the fault of no function', async () => {
    const grows: CustomActivation = { name: 'grows', f: (z) => z * z, derivative: (z) => 2 * z }
    const net = make({ activation: grows, optimizer: 'sgd' })
    await expect(net.fit({ x, y }, { learningRate: 1e6, epochs: 30 })).rejects.toThrow(DivergedError)
    expect(parametersOf(net).every(Number.isFinite)).toBe(true)
  })

  it('a function may use another network, but not the one that calls it', async () => {
    const other = make({ activation: sine })
    let busy: unknown
    const f = (z: number) => {
      // Its memory may grow or move.
      const [a] = other.predict(numbers(5 * 300, 3))
      return Math.sin(z) + 0 * a
    }
    const outer = make({ activation: { ...sine, f } })
    const plain = make({ activation: sine })
    for (const net of [outer, plain])
      await net.fit({ x: x.subarray(0, 40), y: y.subarray(0, 24) }, { epochs: 2 })
    expect(parametersOf(outer)).toEqual(parametersOf(plain))
    const inner: Network = make({
      loss: {
        ...ownQuadratic,
        f(a, target) {
          try {
            inner.predict(x)
          } catch (error) {
            busy = error
          }
          return ownQuadratic.f(a, target)
        },
      },
    })
    expect(inner.loss(x, y)).toBe(make({ loss: ownQuadratic }).loss(x, y))
    expect(busy).toBeInstanceOf(BackendError)
    expect(String(busy)).toContain('predict: expected another network than the one that calls this function')
  })

  it('goes on from a checkpoint to the same bits, once it has its functions', async () => {
    const options = { activation: sine, loss: ownQuadratic, dropout: 0.2, normalization: 'batch' } as const
    const whole = make(options)
    const half = make(options)
    await whole.fit({ x, y }, { epochs: 4, batchSize: 5 })
    await half.fit({ x, y }, { epochs: 2, batchSize: 5 })
    const resumed = Network.resume(half.checkpoint(), { activations: [sine], loss: ownQuadratic })
    await resumed.fit({ x, y }, { epochs: 2, batchSize: 5 })
    expect(stateOf(resumed)).toBe(stateOf(whole))
    const again = Network.resume(half.checkpoint(), { activation: sine, loss: ownQuadratic })
    expect(again.predict(x)).toEqual(half.predict(x))
  })
})

describe('resume', () => {
  const other: CustomActivation = { name: 'other', f: (z) => z / 2, derivative: () => 0.5 }
  const net = new Network({
    inputs: 5,
    layers: [
      { units: 4, activation: sine },
      { units: 4, activation: other },
      { units: 4, activation: sine },
      3,
    ],
    loss: ownQuadratic,
    seed: 1,
  })
  const bytes = net.checkpoint()
  const resume = (options?: Anything) => () => Network.resume(bytes, options)

  it('refuses to run without the functions, and says which', () => {
    const all = { activations: [sine, other], loss: ownQuadratic }
    expect(resume()).toThrow(OptionError)
    expect(resume()).toThrow(
      "resume options.loss: expected the functions of 'ownQuadratic', which a checkpoint cannot hold, got undefined",
    )
    expect(resume({ loss: ownQuadratic })).toThrow(
      "resume options.activations: expected the functions of 'sine' of layers 0, 2, which a checkpoint cannot hold, got none",
    )
    expect(resume({ loss: ownQuadratic, activations: [sine] })).toThrow(
      "expected the functions of 'other' of layer 1, which a checkpoint cannot hold, got 'sine'",
    )
    expect(resume({ ...all, loss: 'quadratic' })).toThrow('got "quadratic"')
    expect(resume({ ...all, loss: { ...ownQuadratic, name: 'another' } })).toThrow(OptionError)
    expect(resume({ ...all, activations: [sine, other, { ...sine, name: 'third' }] })).toThrow(
      'resume options.activations: expected activations of the checkpoint, got "third"',
    )
    expect(resume({ ...all, activations: 'sine' })).toThrow(
      'expected an array of custom activations, got "sine"',
    )
    expect(resume({ ...all, activations: ['tanh', sine, other] })).toThrow(
      'resume options.activations[0]: expected a custom activation, got "tanh"',
    )
    expect(resume({ ...all, activations: [{ name: 'sine', f: Math.sin }, other] })).toThrow(
      'resume options.activations[0].derivative: expected a function, got undefined',
    )
    expect(resume(all)().predict(x)).toEqual(net.predict(x))
  })

  it('knows a network without functions as before', () => {
    const plain = new Network({ sizes: [5, 4, 3], loss: { name: 'huber', delta: 2 }, seed: 1 })
    expect(Network.resume(plain.checkpoint()).predict(x)).toEqual(plain.predict(x))
    expect(() => Network.resume(plain.checkpoint(), { activations: [sine] })).toThrow('got "sine"')
  })

  it('has names of the functions alone in JSON', () => {
    const { layers, loss } = JSON.parse(JSON.stringify(net)).options
    expect(layers[0].activation).toEqual({ name: 'sine' })
    expect(loss).toEqual({ name: 'ownQuadratic', targets: 'values', threshold: 0.5 })
    expect(() => new Network({ inputs: 5, layers, loss } as Anything)).toThrow(
      'expected a function, got undefined',
    )
  })
})

describe('the options', () => {
  const make = (options: Anything) => () => new Network({ inputs: 5, layers: [4, 3], ...options })

  it('of a custom activation are checked', () => {
    expect(make({ activation: { ...sine, name: 'tanh' } })).toThrow(
      'options.activation.name: expected a name that is not built in, got "tanh"',
    )
    expect(make({ activation: { ...sine, name: '' } })).toThrow('options.activation.name: expected a name of')
    expect(make({ activation: { f: sine.f, derivative: sine.derivative } })).toThrow(
      'options.activation.name',
    )
    expect(make({ activation: { name: 'sine', f: sine.f } })).toThrow('options.activation.derivative')
    expect(make({ layers: [{ units: 2, activation: { ...sine, f: 'sin' } }, 3] })).toThrow(
      'options.layers[0].activation.f: expected a function, got "sin"',
    )
    expect(make({ activation: { ...sine, prime: Math.cos } })).toThrow('prime')
    const twin = { ...sine, f: Math.cos }
    expect(make({ layers: [{ units: 2, activation: sine }, { units: 2, activation: twin }, 3] })).toThrow(
      "options.layers[1].activation.name: expected another name than that of layer 0, whose functions are others, got 'sine'",
    )
    expect(make({ activation: sine, loss: 'crossEntropy' })).not.toThrow()
    expect(make({ layers: [4, { units: 3, activation: sine }], loss: 'crossEntropy' })).toThrow(
      "options.loss: 'crossEntropy' expects 'softmax' as the last layer's activation, got 'sine'",
    )
  })

  it('of a custom loss are checked', () => {
    expect(make({ loss: { ...ownQuadratic, name: 'huber' } })).toThrow(
      'options.loss.name: expected a name that is not built in, got "huber"',
    )
    expect(make({ loss: { name: 'mine', f: ownQuadratic.f } })).toThrow('options.loss.derivative')
    expect(make({ loss: { ...ownQuadratic, targets: 'numbers' } })).toThrow('options.loss.targets')
    expect(make({ loss: { ...ownQuadratic, threshold: Number.NaN } })).toThrow('options.loss.threshold')
    expect(make({ loss: { ...ownQuadratic, delta: 2 } })).toThrow('delta')
    expect(make({ loss: { name: 'mine' } })).toThrow("options.loss.name: expected one of 'quadratic'")
  })
})

describe('threads', () => {
  const options = { inputs: 5, layers: [4, 3], activation: sine, seed: 1 } as const
  const why = "with 'sine', a JavaScript function, which other threads cannot call"

  it('are refused where more than one is asked for, by the name of the option', async () => {
    expect(() => new Network({ ...options, threads: 2 })).toThrow(
      new OptionError(`options.threads: expected 1 or 'auto' ${why}, got 2`),
    )
    const net = new Network(options)
    await expect(net.fit({ x, y }, { threads: 3 })).rejects.toThrow(
      `fit options.threads: expected 1 or 'auto' ${why}, got 3`,
    )
    await expect(net.fit({ x, y }, { offThread: true })).rejects.toThrow(
      `fit options.offThread: expected false ${why}, got true`,
    )
    await expect(crossValidate(options, { x, y }, { parallel: 2 })).rejects.toThrow(
      `crossValidate options.parallel: expected 1 or 'auto' ${why}, got 2`,
    )
    expect((await net.fit({ x, y }, { threads: 1, offThread: false })).epochs).toBeGreaterThan(0)
    const own = new Network({ inputs: 5, layers: [3], loss: ownQuadratic })
    await expect(own.fit({ x, y }, { threads: 2 })).rejects.toThrow(
      "with 'ownQuadratic', a JavaScript function",
    )
  })

  it("are one by 'auto', however large the network", async () => {
    const large = { inputs: 300, layers: [256, 256, 3], seed: 1, threads: 'auto' } as const
    const net = new Network({ ...large, activation: sine })
    const data = { x: numbers(300 * 400, 1), y: numbers(3 * 400, 2) }
    // So many epochs that a network without functions gets more of them, of which one is enough.
    const { threads } = await net.fit(data, { epochs: 400, batchSize: 100, onEpoch: () => false })
    expect(threads).toBe(1)
    expect(net.explain()).toBe(net.explain({ threads: 1 }))
  })

  it('are not needed to cross-validate', async () => {
    const settings = { folds: 3, fit: { epochs: 2, batchSize: 4 } } as const
    const mine = await crossValidate(options, { x, y }, settings)
    const alone = await crossValidate(options, { x, y }, { ...settings, parallel: 1 })
    expect(mine.folds.map(({ loss }) => loss)).toEqual(alone.folds.map(({ loss }) => loss))
  })
})

describe('a slow function', () => {
  it('does not hold the event loop of what is asynchronous', async () => {
    const slow = (z: number) => {
      const until = performance.now() + 0.5
      while (performance.now() < until);
      return Math.sin(z)
    }
    const net = new Network({ inputs: 5, layers: [4, 3], activation: { ...sine, f: slow }, seed: 1 })
    const data = { x: numbers(5 * 200, 1), y: numbers(3 * 200, 2) }
    for (const work of [
      () => net.predictAsync(data.x),
      () => net.evaluateAsync(data),
      () => net.fit(data, { epochs: 1, batchSize: 10 }),
    ]) {
      let turns = 0
      const timer = setInterval(() => {
        turns += 1
      }, 1)
      await work()
      clearInterval(timer)
      // 200 rows of 4 units at half a millisecond are 0.4 s: at the least 5 turns of 80 ms.
      expect(turns).toBeGreaterThan(5)
    }
  })
})
