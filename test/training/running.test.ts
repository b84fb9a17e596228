// A fit while it runs: what it refuses and answers, its callbacks and its signal, and what comes after dispose.

import { describe, expect, it } from 'vitest'
import { BackendError, Network } from '../../src/index.ts'
import { make, x, y } from '../helpers/errors.ts'
import { numbers } from '../helpers/random.ts'
import { bitsOf } from '../helpers/threads.ts'

describe('after dispose', () => {
  it.each<[string, (net: Network) => unknown]>([
    ['predict', (net) => net.predict(x)],
    ['classify', (net) => net.classify(x)],
    ['evaluate', (net) => net.evaluate({ x, y })],
    ['loss', (net) => net.loss(x, y)],
    ['gradients', (net) => net.gradients(x, y)],
    ['checkGradients', (net) => net.checkGradients(x, y)],
    ['trainBatch', (net) => net.trainBatch(x, y)],
    ['weights', (net) => net.weights(0)],
    ['setBiases', (net) => net.setBiases(0, [1, 2, 3, 4])],
    ['explain', (net) => net.explain()],
    ['fit', (net) => net.fit({ x, y })],
  ])('%s is refused', async (_, call) => {
    const net = make()
    net.dispose()
    net.dispose()
    await expect(Promise.resolve().then(() => call(net))).rejects.toThrow(BackendError)
    await expect(Promise.resolve().then(() => call(net))).rejects.toThrow('the network is disposed')
  })
  it('a running fit rejects', async () => {
    const net = make()
    const running = net.fit({ x, y }, { epochs: 1e9 })
    await new Promise((resolve) => setTimeout(resolve, 30))
    net[Symbol.dispose]()
    await expect(running).rejects.toThrow('the network is disposed')
  })
})

describe('a training network', () => {
  it('refuses what would disturb it, answers what only reads, and trains on', async () => {
    const net = make()
    let enough = false
    const running = net.fit({ x, y }, { epochs: 1e9, onEpoch: ({ epoch }) => epoch < 2 || !enough })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(() => net.trainBatch(x, y)).toThrow('trainBatch: the network is training; await fit first')
    expect(() => net.setWeights(0, new Float32Array(12))).toThrow(BackendError)
    expect(() => net.gradients(x, y)).toThrow(BackendError)
    await expect(net.fit({ x, y })).rejects.toThrow('fit: the network is training; await fit first')
    await expect(net.partialFit({ x, y })).rejects.toThrow('partialFit: the network is training;')
    await expect(net.train({ x, y }).next()).rejects.toThrow('train: the network is training;')
    expect(net.predict(x).length).toBe(12)
    expect(net.loss(x, y)).toBeGreaterThan(0)
    enough = true
    expect((await running).epochs).toBeGreaterThan(1)
    net.trainBatch(x, y)
  })

  it('says which call trains it', async () => {
    const net = make()
    const running = net.partialFit({ x, y })
    await expect(net.fit({ x, y })).rejects.toThrow('fit: the network is training; await partialFit first')
    await running
    const epochs = net.train({ x, y }, { epochs: 2 })
    await epochs.next()
    expect(() => net.trainBatch(x, y)).toThrow('await train first')
    await epochs.return(undefined as never)
    net.dispose()
    await expect(net.partialFit({ x, y })).rejects.toThrow('partialFit: the network is disposed')
    expect(() => net.toJSON()).toThrow('saving: the network is disposed')
  })
  it('stops at its signal and keeps what it has learned', async () => {
    const net = make({ optimizer: { name: 'sgd', learningRate: 1 } })
    const before = net.loss(x, y)
    const controller = new AbortController()
    const running = net.fit({ x, y }, { epochs: 1e9, signal: controller.signal })
    await new Promise((resolve) => setTimeout(resolve, 100))
    controller.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    expect(net.loss(x, y)).toBeLessThan(before)
    await net.fit({ x, y })
    await expect(net.fit({ x, y }, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
  })
  it('rejects with what its callback throws, and can train again', async () => {
    const net = make()
    const failing = () => {
      throw new Error('mine')
    }
    await expect(net.fit({ x, y }, { onEpoch: failing })).rejects.toThrow('mine')
    await expect(net.fit({ x, y }, { onEpoch: async () => failing() })).rejects.toThrow('mine')
    expect((await net.fit({ x, y })).epochs).toBe(1)
  })
})

describe('a callback', () => {
  const data = { x, y }
  it.each([
    ['that is not async', () => undefined],
    ['that is async', async () => undefined],
  ])('%s leaves the event loop its turns', async (_, onEpoch) => {
    const net = make()
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 1)
    await net.fit(data, { epochs: 1e9, onEpoch: (log) => (log.seconds > 0.3 ? false : onEpoch()) })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
  })
  it('that aborts ends the training there', async () => {
    const net = make()
    const controller = new AbortController()
    let epochs = 0
    const onEpoch = () => {
      epochs += 1
      if (epochs === 3) controller.abort(new Error('enough'))
    }
    await expect(net.fit(data, { epochs: 100, signal: controller.signal, onEpoch })).rejects.toThrow('enough')
    expect(epochs).toBe(3)
  })
  it('that disposes the network ends the training there', async () => {
    const net = make()
    await expect(net.fit(data, { epochs: 5, onEpoch: () => net.dispose() })).rejects.toThrow('disposed')
  })
  it('may return any thenable', async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    const onEpoch = () => ({ then: (done: (value: boolean) => void) => done(false) })
    expect((await make().fit(data, { epochs: 20, onEpoch })).epochs).toBe(1)
  })
})

describe('a step longer than a slice', () => {
  it('leaves the event loop its turns, and is finished before an abort', async () => {
    const rows = 64
    const wide = { x: numbers(rows * 256, 3), y: numbers(rows * 256, 4) }
    const options = { sizes: [256, 1024, 1024, 256], kernels: 'reference', seed: 1 } as const
    const net = new Network(options)
    const controller = new AbortController()
    const start = performance.now()
    const running = net.fit(wide, {
      epochs: 1000,
      batchSize: rows,
      shuffle: false,
      signal: controller.signal,
    })
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
      if (turns === 5) controller.abort(new Error('enough'))
    }, 1)
    await expect(running).rejects.toThrow('enough')
    clearInterval(timer)
    const seconds = (performance.now() - start) / 1000
    // The parameters are those after some whole number of steps.
    const found = bitsOf(net)
    const other = new Network(options)
    let steps = 0
    while (bitsOf(other) !== found && steps < 20 * seconds + 20) {
      other.trainBatch(wide.x, wide.y)
      steps += 1
    }
    expect(bitsOf(other) === found).toBe(true)
  })
})
