// What training leaves where it ends early: the parameters of a whole step, finite, whoever ended it.

import { describe, expect, it } from 'vitest'
import { makeReferenceBackend } from '../../src/backends/reference.ts'
import { runNow } from '../../src/base/pace.ts'
import { Engine } from '../../src/engine/engine.ts'
import { BackendError, type Data, DivergedError, Network, type NetworkOptions } from '../../src/index.ts'
import { plainSgd } from '../../src/model/optimizers.ts'

import { Transaction } from '../../src/training/transaction.ts'
import { slotKinds, titleOf } from '../helpers/optimizers.ts'
import { numbers } from '../helpers/random.ts'
import { thoroughly } from '../helpers/thorough.ts'

const parametersOf = (net: Network): number[] =>
  net.layers.flatMap((_, l) => [...net.weights(l), ...net.biases(l)])
const bitsOf = (net: Network): string =>
  Buffer.from(Float32Array.from(parametersOf(net)).buffer).toString('hex')
const areFinite = (net: Network): boolean => parametersOf(net).every(Number.isFinite)

/** Wide enough that one thread splits its products by units. */
const wide: NetworkOptions = { sizes: [1024, 256, 10], loss: 'crossEntropy', seed: 1 }
const wideBatch = () => ({ x: numbers(8 * 1024, 1), y: Int32Array.from({ length: 8 }, (_, r) => r) })

describe.each(['simd', 'auto', 'reference'] as const)('trainBatch with kernels %s', (kernels) => {
  it('returns the loss before its own step where a product is split by units', () => {
    const net = new Network({ ...wide, kernels })
    const { x, y } = wideBatch()
    for (let step = 0; step < 3; ++step) {
      const before = net.loss(x, y)
      expect(net.trainBatch(x, y)).toBeCloseTo(before, 5)
    }
  })

  it('recovers from a divergence in such a network, the parameters as they were', () => {
    const net = new Network({ ...wide, kernels })
    const { x, y } = wideBatch()
    const before = bitsOf(net)
    const huge = x.map((v) => v * 1e30)
    expect(() => net.trainBatch(huge, y, { learningRate: 1e10 })).toThrow(DivergedError)
    const large = x.map((v) => v * 1e4)
    expect(() => net.trainBatch(large, y, { learningRate: 3e38 })).toThrow(DivergedError)
    expect(bitsOf(net) === before).toBe(true)
    const loss = net.loss(x, y)
    expect(net.trainBatch(x, y)).toBeCloseTo(loss, 5)
    expect(net.loss(x, y)).toBeLessThan(loss)
  })
})

describe.each(slotKinds.map((one) => [titleOf(one), one] as const))('a fit with %s', (_, optimizer) => {
  const make = () => new Network({ sizes: [3, 4, 2], optimizer, seed: 1, threads: 1 })
  const data: Data = { x: numbers(60, 1), y: numbers(40, 2) }

  it('keeps what the optimizer knows from its first epoch on', async () => {
    const [once, twice] = [make(), make()]
    await once.fit(data, { epochs: 4, batchSize: 7 })
    await twice.fit(data, { epochs: 1, batchSize: 7 })
    await twice.fit(data, { epochs: 3, batchSize: 7 })
    expect(bitsOf(twice) === bitsOf(once)).toBe(true)
  })

  it('forgets it with a first epoch that diverges', async () => {
    const [net, fresh] = [make(), make()]
    const huge = { x: data.x, y: numbers(40, 2).map((v) => v * 3e38) }
    await expect(net.fit(huge, { epochs: 3, batchSize: 7 })).rejects.toThrow(DivergedError)
    expect(bitsOf(net) === bitsOf(fresh)).toBe(true)
    for (const one of [net, fresh]) await one.fit(data, { epochs: 2, batchSize: 7 })
    expect(bitsOf(net) === bitsOf(fresh)).toBe(true)
  })
})

describe('an aborted fit', () => {
  const data = (): Data => ({ x: numbers(64 * 300, 1), y: numbers(128, 2) })

  it('never leaves parameters that are not finite, whenever it is aborted', async () => {
    let aborts = 0
    for (let moment = 0; moment < 24; moment += thoroughly(1, 3)) {
      const net = new Network({
        sizes: [3000, 240, 2],
        activation: 'linear',
        // The loss of the first step is finite, and what the step makes of the parameters is not.
        optimizer: { name: 'sgd', learningRate: 3e38 },
        seed: moment,
        threads: 1,
      })
      const stop = new AbortController()
      let checks = 0
      // Counts the looks at the signal, and aborts at one of them.
      const signal = {
        aborted: false,
        addEventListener() {},
        removeEventListener() {},
        throwIfAborted() {
          if (++checks > moment) stop.abort(new Error('enough'))
          stop.signal.throwIfAborted()
        },
      } as unknown as AbortSignal
      const x = numbers(32 * 3000, 3)
      await net.fit({ x, y: numbers(64, 4, 100) }, { epochs: 3, signal }).catch((error) => {
        if (error.message === 'enough') aborts += 1
        else expect(error).toBeInstanceOf(DivergedError)
      })
      expect(areFinite(net), `moment ${moment}`).toBe(true)
    }
    expect(aborts).toBeGreaterThan(thoroughly(3, 1))
  })

  it('keeps the steps that are done', async () => {
    const net = new Network({ sizes: [300, 20, 2], seed: 1, threads: 1 })
    const stop = new AbortController()
    const before = bitsOf(net)
    let afterEpoch = ''
    const fit = net.fit(data(), {
      epochs: 1000,
      batchSize: 8,
      signal: stop.signal,
      onEpoch: ({ epoch }) => {
        afterEpoch = bitsOf(net)
        if (epoch === 3) stop.abort()
      },
    })
    await expect(fit).rejects.toThrow('abort')
    expect(afterEpoch).not.toBe(before)
    expect(bitsOf(net) === afterEpoch).toBe(true)
  })

  it('is trained after a step of an epoch that was aborted, and not after one that was taken back', async () => {
    const { x, y } = { x: numbers(4 * 60, 1), y: Int32Array.from({ length: 60 }, (_, r) => r % 3) }
    const make = () => new Network({ sizes: [4, 3], loss: 'crossEntropy', initializer: 'zeros', threads: 1 })
    const [net, byHand] = [make(), make()]
    const stop = new AbortController()
    let steps = 0
    const fit = net.fit(
      { x, y },
      {
        ...{ batchSize: 8, shuffle: false, learningRate: 1e-3, signal: stop.signal },
        onBatch: () => {
          if (++steps === 3) stop.abort(new Error('enough'))
        },
      },
    )
    await expect(fit).rejects.toThrow('enough')
    for (const r of [0, 8, 16]) {
      byHand.trainBatch(x.subarray(4 * r, 4 * r + 32), y.subarray(r, r + 8), { learningRate: 1e-3 })
    }
    expect(bitsOf(net)).toBe(bitsOf(byHand))
    const what = (one: Network) => one.diagnose({ x, y }).map((note) => note.what)
    net.setWeights(0, new Float32Array(12))
    net.setBiases(0, [1, 0, 0])
    expect(what(net)).toContain('class never predicted')

    const diverged = make()
    const parts = [
      { x, y },
      { x: x.map((v) => v * 1e38), y },
    ]
    await expect(diverged.fit(() => parts, { learningRate: 1e30 })).rejects.toThrow(DivergedError)
    expect(bitsOf(diverged)).toBe(bitsOf(make()))
    diverged.setBiases(0, [1, 0, 0])
    expect(what(diverged)).not.toContain('class never predicted')
  })

  it.each([
    ['in workers', { threads: 2 }],
    ["in the caller's thread", { threads: 1 }],
  ])('keeps the steps of an epoch that was begun, %s', async (_, options) => {
    const net = new Network({ sizes: [64, 200, 200, 5], seed: 1 })
    const stop = new AbortController()
    let atEpoch = ''
    const fit = net.fit(
      { x: numbers(30_000 * 64, 1), y: numbers(30_000 * 5, 2) },
      {
        epochs: 1000,
        batchSize: 16,
        ...options,
        signal: stop.signal,
        onEpoch: ({ epoch }) => {
          atEpoch = bitsOf(net)
          if (epoch === 2) setTimeout(() => stop.abort(new Error('enough')), 40)
        },
      },
    )
    await expect(fit).rejects.toThrow('enough')
    expect(bitsOf(net) === atEpoch).toBe(false)
  })

  it('does not wait for an onEpoch that never settles', async () => {
    const net = new Network({ sizes: [300, 20, 2], seed: 1, threads: 1 })
    const stop = new AbortController()
    const from = performance.now()
    setTimeout(() => stop.abort(new Error('enough')), 30)
    const onEpoch = () => new Promise(() => {})
    await expect(net.fit(data(), { signal: stop.signal, onEpoch })).rejects.toThrow('enough')
    expect(performance.now() - from).toBeLessThan(5000)
    expect((await net.fit(data())).epochs).toBe(1)
  })
})

describe('a fit whose callback throws', () => {
  it("rejects with the callback's own error and keeps the epoch", async () => {
    const net = new Network({ sizes: [300, 20, 2], seed: 1 })
    let atEpoch = ''
    const mine = new TypeError('mine')
    const fit = net.fit(
      { x: numbers(64 * 300, 1), y: numbers(128, 2) },
      {
        epochs: 5,
        onEpoch: ({ epoch }) => {
          atEpoch = bitsOf(net)
          if (epoch === 2) throw mine
        },
      },
    )
    await expect(fit).rejects.toBe(mine)
    expect(bitsOf(net) === atEpoch).toBe(true)
  })
})

describe('parameters read during a fit', () => {
  it.each([
    ['in workers', { threads: 2 }],
    ['off the thread', { offThread: true, threads: 1 }],
    ["in the caller's thread", { threads: 1 }],
  ])('%s are those after a whole epoch', async (_, options) => {
    const epochs = thoroughly(30, 10)
    const net = new Network({ sizes: [64, 200, 200, 5], seed: 1 })
    const data = { x: numbers(600 * 64, 1), y: numbers(600 * 5, 2) }
    const whole = new Map([[bitsOf(net), 0]])
    const outputs = new Map([[net.predict(data.x.subarray(0, 64)).join(), 0]])
    const seen: [string, string][] = []
    let running = true
    const fit = net
      .fit(data, {
        epochs,
        batchSize: 16,
        ...options,
        onEpoch: ({ epoch }) => {
          whole.set(bitsOf(net), epoch)
          outputs.set(net.predict(data.x.subarray(0, 64)).join(), epoch)
        },
      })
      .finally(() => {
        running = false
      })
    while (running) {
      seen.push([bitsOf(net), net.predict(data.x.subarray(0, 64)).join()])
      await new Promise(setImmediate)
    }
    await fit
    expect(whole.size).toBe(epochs + 1)
    expect(seen.length).toBeGreaterThan(2)
    for (const [weights, output] of seen) {
      expect(whole.has(weights)).toBe(true)
      expect(outputs.get(output)).toBe(whole.get(weights))
    }
    // What is read afterwards is what was trained.
    expect(whole.get(bitsOf(net))).toBe(epochs)
  })
})

describe('where there is no memory for another arena after a worker was lost', () => {
  it('the parameters come back in the one there is', () => {
    const layers = [{ inputs: 3, units: 2, activation: 'linear', bias: true }] as const
    const architecture = { inputs: 3, outputs: 2, layers, loss: 'quadratic' } as const
    let arenas = 0
    const engine = new Engine(
      architecture,
      (elements) => {
        if (++arenas > 1) throw new BackendError('no memory')
        return makeReferenceBackend(elements)
      },
      plainSgd,
    )
    const values = numbers(6, 1)
    engine.parameters.setWeights(0, values)
    const counters = { epochs: 3, steps: 12 }
    const transaction = new Transaction(engine, counters)
    transaction.begin()
    runNow(transaction.keep())
    engine.parameters.setWeights(0, numbers(6, 2))
    counters.epochs = 7
    counters.steps = 28
    runNow(transaction.rollBackElsewhere())
    expect(engine.parameters.weights(0)).toEqual(values)
    expect([counters.epochs, counters.steps, transaction.isWhole, arenas]).toEqual([3, 12, true, 2])
  })
})
