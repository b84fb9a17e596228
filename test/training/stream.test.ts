// Training on data that come in parts.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Data, Network, OptionError, ShapeError, type SizedNetworkOptions } from '../../src/index.ts'
import { numbers } from '../helpers/random.ts'

const ROWS = 60
const x = numbers(4 * ROWS, 1)
const y = Int32Array.from({ length: ROWS }, (_, r) => r % 3)
const part = (from: number, to: number): Data => ({
  x: x.subarray(4 * from, 4 * to),
  y: y.subarray(from, to),
})
/** Parts of so many rows, in their order. */
function* partsOf(...sizes: number[]): Generator<Data> {
  let from = 0
  for (const size of sizes) {
    yield part(from, from + size)
    from += size
  }
}
const network = (options: Partial<SizedNetworkOptions> = {}) =>
  new Network({ sizes: [4, 8, 3], loss: 'crossEntropy', seed: 1, kernels: 'simd', threads: 1, ...options })
const bits = (net: Network) =>
  net.layers.map((_, l) => [...net.weights(l), ...net.biases(l)].join()).join('\n')

describe('a stream of parts', () => {
  it.each([
    { name: 'sgd' },
    { name: 'adam', learningRate: { name: 'inverse', from: 0.01, per: 'step' } },
  ] as const)('of a batch each trains as the rows in that order do (%o)', async (optimizer) => {
    const expected = network({ optimizer })
    const history = await expected.fit({ x, y }, { epochs: 3, batchSize: 20, shuffle: false })
    for (const options of [{}, { threads: 2 }, { offThread: true }, { threads: 3, offThread: true }]) {
      const streamed = network({ optimizer })
      const found = await streamed.fit(() => partsOf(20, 20, 20), { epochs: 3, ...options })
      expect(bits(streamed)).toBe(bits(expected))
      expect(found.loss).toEqual(history.loss)
      expect(found.accuracy).toEqual(history.accuracy)
      expect(found.learningRate).toEqual(history.learningRate)
      expect(streamed.epochs).toBe(3)
    }
  })

  it('may come in time, and is trained in mini-batches of batchSize', async () => {
    const [streamed, expected] = [network(), network()]
    async function* slowly() {
      for (const one of partsOf(20, 33, 7)) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        yield one
      }
    }
    const batches: unknown[] = []
    const history = await streamed.fit(slowly(), {
      batchSize: 8,
      shuffle: false,
      validation: { x, y },
      onBatch: (log) => void batches.push(log.batch),
    })
    const sizes = [8, 8, 4, 8, 8, 8, 8, 1, 7]
    let from = 0
    let loss = 0
    for (const size of sizes) {
      const { x, y } = part(from, from + size)
      loss += size * expected.trainBatch(x, y)
      from += size
    }
    expect(bits(streamed)).toBe(bits(expected))
    expect(history.loss[0]).toBeCloseTo(loss / ROWS, 6)
    expect(history.validationLoss![0]).toBeCloseTo(expected.evaluate({ x, y }).loss, 6)
    expect(batches).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('is asked for its next part only when the one before is trained', async () => {
    const net = network()
    const events: string[] = []
    async function* watched() {
      for (const [i, one] of [...partsOf(10, 10, 10)].entries()) {
        events.push(`part ${i}`)
        yield one
      }
    }
    await net.fit(watched(), { onBatch: () => void events.push('trained') })
    expect(events).toEqual(['part 0', 'trained', 'part 1', 'trained', 'part 2', 'trained'])
  })

  it('that throws leaves the network as after its last whole batch', async () => {
    for (const options of [{}, { threads: 2 }, { offThread: true }]) {
      const [streamed, expected] = [network(), network()]
      let closed = 0
      async function* failing() {
        try {
          yield* partsOf(20, 20)
          throw new Error('the line is cut')
        } finally {
          closed += 1
        }
      }
      await expect(streamed.fit(failing(), options)).rejects.toThrow('the line is cut')
      await expected.fit(part(0, 40), { batchSize: 20, shuffle: false })
      expect(bits(streamed)).toBe(bits(expected))
      expect([streamed.epochs, closed]).toEqual([0, 1])
      await streamed.fit(part(0, 40))
    }
  })

  it('is closed where the training ends: by a signal, by its user, by a part that is wrong', async () => {
    let closed = 0
    async function* endless() {
      try {
        for (;;) yield part(0, 20)
      } finally {
        closed += 1
      }
    }
    const stop = new AbortController()
    const net = network()
    let batches = 0
    const aborting = () => {
      if (++batches === 5) stop.abort(new Error('enough'))
    }
    await expect(net.fit(endless(), { signal: stop.signal, onBatch: aborting })).rejects.toThrow('enough')
    expect(closed).toBe(1)
    const five = network()
    let taken = 0
    const history = await five.fit(endless(), { onBatch: () => ++taken < 5 })
    expect([history.epochs, closed]).toEqual([0, 2])
    expect(bits(five)).toBe(bits(net))
    async function* wrong() {
      try {
        yield part(0, 20)
        yield { x: x.subarray(0, 7), y: y.subarray(0, 2) }
      } finally {
        closed += 1
      }
    }
    const before = network()
    await expect(before.fit(wrong())).rejects.toThrow(ShapeError)
    expect(closed).toBe(3)
    const one = network()
    await one.fit(part(0, 20), { shuffle: false, batchSize: 20 })
    expect(bits(before)).toBe(bits(one))
  })

  describe('whose end takes time, or fails,', () => {
    /** A stream of the same rows without end, and what closes it. */
    const closedBy = (close: () => unknown) => () =>
      ({
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: false, value: part(0, 20) }),
          return: close,
        }),
      }) as unknown as AsyncIterable<Data>
    const closedAtOnceBy = (close: () => unknown, parts: readonly Data[]) => () =>
      ({
        [Symbol.iterator]: () => {
          const left = [...parts]
          return { next: () => ({ done: left.length === 0, value: left.shift() }), return: close }
        },
      }) as unknown as Iterable<Data>
    const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
    const wrong = { x: x.subarray(0, 7), y: y.subarray(0, 2) }
    /** Runs it, and returns the rejections that nobody has seen to. */
    async function unhandledOf(run: () => Promise<void>): Promise<unknown[]> {
      const seen: unknown[] = []
      const others = process.listeners('unhandledRejection')
      const listen = (reason: unknown) => void seen.push(reason)
      process.removeAllListeners('unhandledRejection')
      process.on('unhandledRejection', listen)
      try {
        await run()
        await wait(20)
      } finally {
        process.off('unhandledRejection', listen)
        for (const one of others) process.on('unhandledRejection', one)
      }
      return seen
    }

    it('is waited for', async () => {
      let closed = false
      const slowly = async () => {
        await wait(30)
        closed = true
        return { done: true, value: undefined }
      }
      await network().fit(closedBy(slowly), { onBatch: () => false })
      expect(closed).toBe(true)
    })

    it('rejects the fit where nothing else went wrong, and keeps what was trained', async () => {
      const failing = () => Promise.reject(new Error('the file is gone'))
      const expected = network()
      await expected.fit(part(0, 20), { shuffle: false, batchSize: 20 })
      const unhandled = await unhandledOf(async () => {
        const net = network()
        await expect(net.fit(closedBy(failing), { onBatch: () => false })).rejects.toThrow('the file is gone')
        expect(bits(net)).toBe(bits(expected))
        await net.fit(part(0, 20))
      })
      expect(unhandled).toEqual([])
    })

    it('leaves the error that came first, and a network that trains as before', async () => {
      const failing = () => {
        throw new Error('the file is gone')
      }
      const settings = { batchSize: 5, accumulate: 2, shuffle: false }
      const expected = network()
      await expect(
        expected.fit(
          closedAtOnceBy(() => ({ done: true }), [part(0, 20), wrong]),
          settings,
        ),
      ).rejects.toThrow(ShapeError)
      const net = network()
      await expect(net.fit(closedAtOnceBy(failing, [part(0, 20), wrong]), settings)).rejects.toThrow(
        ShapeError,
      )
      const other = network()
      let steps = 0
      const ended = other.fit(closedAtOnceBy(failing, [part(0, 20), part(20, 40)]), {
        ...settings,
        onBatch: () => ++steps < 2,
      })
      await expect(ended).rejects.toThrow('the file is gone')
      for (const one of [expected, net, other]) one.trainBatch(x.subarray(0, 12), y.subarray(0, 3))
      expect(bits(net)).toBe(bits(expected))
      expect(bits(other)).toBe(bits(expected))
    })

    it('is not waited for by an abort, before it or while it lasts', async () => {
      const never = () => new Promise(() => {})
      const late = async () => {
        await wait(5)
        throw new Error('the file is gone')
      }
      const unhandled = await unhandledOf(async () => {
        for (const close of [never, late]) {
          const stop = new AbortController()
          const onBatch = () => stop.abort(new Error('enough'))
          await expect(network().fit(closedBy(close), { onBatch, signal: stop.signal })).rejects.toThrow(
            'enough',
          )
        }
        const stop = new AbortController()
        const fit = network().fit(closedBy(never), { onBatch: () => false, signal: stop.signal })
        setTimeout(() => stop.abort(new Error('enough')), 10)
        await expect(fit).rejects.toThrow('enough')
      })
      expect(unhandled).toEqual([])
    })
  })

  it('that never brings its next part can be aborted', async () => {
    const stop = new AbortController()
    async function* stuck() {
      yield part(0, 20)
      await new Promise(() => {})
    }
    const fitting = network().fit(stuck(), { signal: stop.signal })
    setTimeout(() => stop.abort(new Error('enough')), 20)
    await expect(fitting).rejects.toThrow('enough')
  })

  it('is refused where it has no rows, or cannot do what is asked of it', async () => {
    const net = network()
    await expect(net.fit(partsOf())).rejects.toThrow('expected a stream with rows, got none in epoch 1')
    await expect(net.fit(partsOf(20), { epochs: 2 })).rejects.toThrow(
      'got none in epoch 2: give a function that begins a stream for each epoch',
    )
    await expect(net.fit(partsOf(20), { validation: 0.2 })).rejects.toThrow(OptionError)
    const checkpoint = { save: () => {}, every: { steps: 2 } }
    await expect(net.fit(partsOf(20), { checkpoint })).rejects.toThrow('a number of epochs for a stream')
    const learningRate = { name: 'oneCycle', peak: 0.1, per: 'step' } as const
    await expect(net.fit(partsOf(20), { learningRate })).rejects.toThrow(
      'learningRate.over: expected a number of steps',
    )
    await net.fit(partsOf(20), { learningRate: { ...learningRate, over: 3 } })
    const within = network()
    await within.fit({ x, y }, { batchSize: 20, onBatch: () => false })
    const resumed = Network.resume(within.checkpoint())
    await expect(resumed.fit(partsOf(20))).rejects.toThrow('expected the arrays within whose epoch')
    for (const wrong of [[1, 2], 'text', [undefined], () => 3]) {
      await expect(net.fit(wrong as never)).rejects.toThrow(/stream|fit data|iterator/)
    }
  })

  it('is refused where what should iterate does not', async () => {
    const net = network()
    const stream = 'fit data: expected a stream of { x, y }, or a function that returns one, got '
    const next = 'fit data: expected a stream whose next() gives { done, value }, got '
    for (const [wrong, message] of [
      [{ [Symbol.iterator]: 5 }, stream],
      [{ [Symbol.iterator]: undefined }, stream],
      [{ [Symbol.iterator]: () => 5 }, stream],
      [{ [Symbol.iterator]: () => ({}) }, stream],
      [{ [Symbol.asyncIterator]: () => undefined }, stream],
      [() => ({ x, y }), stream],
      [{ [Symbol.iterator]: () => ({ next: () => undefined }) }, `${next}undefined`],
      [{ [Symbol.asyncIterator]: () => ({ next: async () => 5 }) }, `${next}5`],
    ] as const) {
      const error = await net.fit(wrong as never).catch((thrown) => thrown)
      expect(error).toBeInstanceOf(OptionError)
      expect(error.message.startsWith(message), error.message).toBe(true)
    }
    // As `for await` takes it, a method that is undefined is none.
    const [streamed, expected] = [network(), network()]
    await streamed.fit({ [Symbol.asyncIterator]: undefined, [Symbol.iterator]: () => partsOf(20) } as never)
    await expected.fit(partsOf(20))
    expect(bits(streamed)).toBe(bits(expected))
  })

  it('may have parts whose rows all have the weight 0, as the batches of arrays may', async () => {
    const weights = Float32Array.from({ length: ROWS }, (_, r) => (r >= 20 && r < 40 ? 0 : 1 + (r % 3)))
    const optimizer = { name: 'adam', weightDecay: 0.1 } as const
    const [streamed, expected] = [network({ optimizer, l2: 0.01 }), network({ optimizer, l2: 0.01 })]
    const history = await expected.fit({ x, y, weights }, { epochs: 2, batchSize: 20, shuffle: false })
    const stream = function* () {
      let row = 0
      for (const one of partsOf(20, 20, 20)) yield { ...one, weights: weights.subarray(row, (row += 20)) }
    }
    const found = await streamed.fit(stream, { epochs: 2 })
    expect(found.loss).toEqual(history.loss)
    expect(bits(streamed)).toBe(bits(expected))
    const zeros = [{ ...part(0, 20), weights: weights.subarray(20, 40) }]
    await expect(streamed.fit(zeros)).rejects.toThrow(
      new ShapeError('fit data: expected at least one weight above 0 in a stream, got only zeros in epoch 1'),
    )
  })

  it('sums batches within a part, and is refused where a part is a batch', async () => {
    await expect(network().fit(() => partsOf(20, 20), { accumulate: 2 })).rejects.toThrow(
      'fit options.accumulate: expected 1 where each part of a stream is a batch and makes a step; larger parts with a ' +
        'batchSize have several batches each, got 2',
    )
    const [streamed, expected] = [network(), network()]
    const options = { accumulate: 2, batchSize: 8, shuffle: false }
    await streamed.fit(partsOf(20, 40), options)
    for (const [from, to] of [
      [0, 20],
      [20, 60],
    ]) {
      await expected.fit(part(from, to), options)
    }
    expect(bits(streamed)).toBe(bits(expected))
    await network().fit(() => partsOf(20, 20), { accumulate: 1 })
  })

  it('goes on from a checkpoint after an epoch to the same bits', async () => {
    const [whole, first] = [network({ optimizer: 'adam' }), network({ optimizer: 'adam' })]
    const stream = () => partsOf(20, 15, 25)
    await whole.fit(stream, { epochs: 4, validation: { x, y }, earlyStopping: { patience: 99 } })
    const saved: Uint8Array[] = []
    const checkpoint = { save: (bytes: Uint8Array) => void saved.push(bytes) }
    const options = { validation: { x, y }, earlyStopping: { patience: 99 } }
    await first.fit(stream, { epochs: 4, ...options, checkpoint })
    const second = Network.resume(saved[1])
    await second.fit(stream, { epochs: 2, ...options })
    expect(bits(second)).toBe(bits(whole))
  })
})

it('a stream ten times as large as the limit of memory is trained on within it', () => {
  const child = fileURLToPath(new URL('../runtimes/stream-child.mjs', import.meta.url))
  const { stdout, stderr } = spawnSync(process.execPath, [child], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const { megabytes, most } = JSON.parse(stdout)
  expect(megabytes).toBeGreaterThan(1000)
  expect(most).toBeLessThan(megabytes / 10)
})
