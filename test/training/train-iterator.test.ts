// A fit as an async iterator, a fit of data in parts, and predictions into an array of the caller's.

import { describe, expect, it } from 'vitest'
import { type EpochLog, Network, OptionError, ShapeError } from '../../src/index.ts'
import { numbers } from '../helpers/random.ts'

const x = numbers(120, 1)
const y = numbers(80, 2)
const network = () => new Network({ sizes: [3, 5, 2], seed: 1, kernels: 'simd', threads: 1 })

describe('train', () => {
  it('yields the epochs of a fit and returns its history', async () => {
    const [iterated, fitted] = [network(), network()]
    const told: EpochLog[] = []
    const options = { epochs: 3, batchSize: 7, validation: { x, y } }
    const expected = await fitted.fit({ x, y }, { ...options, onEpoch: (log) => void told.push(log) })
    const seen: EpochLog[] = []
    const epochs = iterated.train({ x, y }, options)
    let step = await epochs.next()
    for (; !step.done; step = await epochs.next()) {
      seen.push(step.value)
      // The parameters are those of the epoch.
      expect(iterated.evaluate({ x, y }).loss).toBeCloseTo(step.value.validationLoss!, 5)
    }
    expect(step.value.loss).toEqual(expected.loss)
    expect(seen.map(({ seconds, ...rest }) => rest)).toEqual(told.map(({ seconds, ...rest }) => rest))
    expect(iterated.checkpoint()).toEqual(fitted.checkpoint())
  })

  it('takes no epoch that is not asked for, and leaves an idle network where the loop is left', async () => {
    const [left, two] = [network(), network()]
    await two.fit({ x, y }, { epochs: 2 })
    for await (const { epoch } of left.train({ x, y }, { epochs: 100 })) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      expect(left.epochs).toBe(epoch)
      if (epoch === 2) break
    }
    expect(left.checkpoint()).toEqual(two.checkpoint())
    await left.fit({ x, y })
    await left.train({ x, y }).return(undefined as never)
    expect(left.epochs).toBe(3)
  })

  it('throws what the fit rejects with', async () => {
    await expect(network().train({ x, y }, { epochs: 0 }).next()).rejects.toThrow(OptionError)
    const stop = new AbortController()
    const net = network()
    const run = async () => {
      for await (const { epoch } of net.train({ x, y }, { epochs: 9, signal: stop.signal })) {
        if (epoch === 3) stop.abort(new Error('enough'))
      }
    }
    await expect(run()).rejects.toThrow('enough')
    expect(net.epochs).toBe(3)
    const failing = async () => {
      for await (const log of net.train({ x, y }, { epochs: 9 })) throw new Error(`lost at ${log.epoch}`)
    }
    await expect(failing()).rejects.toThrow('lost at 1')
    expect(net.epochs).toBe(4)
  })

  it('throws where an abort comes while its epoch is looked at', async () => {
    const stop = new AbortController()
    const net = network()
    const run = async () => {
      for await (const { epoch } of net.train({ x, y }, { epochs: 9, signal: stop.signal })) {
        if (epoch < 2) continue
        stop.abort(new Error('enough'))
        // The fit hears of it before the next epoch is asked for.
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    await expect(run()).rejects.toThrow('enough')
    expect(net.epochs).toBe(2)
    await expect(net.train({ x, y }, { onEpoch: 5 } as never).next()).rejects.toThrow(OptionError)
  })

  it("ends by the user's onEpoch too", async () => {
    let count = 0
    for await (const _ of network().train({ x, y }, { epochs: 9, onEpoch: ({ epoch }) => epoch < 4 }))
      count += 1
    expect(count).toBe(4)
  })
})

it('partialFit wants no epochs', async () => {
  const net = network()
  await expect(net.partialFit({ x, y }, { epochs: 50 } as never)).rejects.toThrow(
    'partialFit options.epochs: expected none: it trains on the data once, and fit as often as asked, got 50',
  )
  expect(net.epochs).toBe(0)
})

it('partialFit trains once on each part', async () => {
  const [parts, fits] = [network(), network()]
  for (const from of [0, 20]) {
    const part = { x: x.subarray(3 * from, 3 * from + 60), y: y.subarray(2 * from, 2 * from + 40) }
    const history = await parts.partialFit(part, { batchSize: 8 })
    expect(history.epochs).toBe(1)
    await fits.fit(part, { batchSize: 8, epochs: 1 })
  }
  expect(parts.checkpoint()).toEqual(fits.checkpoint())
})

describe('predict into an array of the caller', () => {
  it('fills it and returns it', async () => {
    const net = network()
    const out = new Float32Array(80).fill(7)
    expect(net.predict(x, { out })).toBe(out)
    expect(out).toEqual(net.predict(x))
    const later = new Float32Array(80)
    expect(await net.predictAsync(x, { out: later })).toBe(later)
    expect(later).toEqual(out)
  })

  it('refuses one without the room, or of another kind', async () => {
    const net = network()
    for (const length of [0, 79, 81]) {
      expect(() => net.predict(x, { out: new Float32Array(length) })).toThrow(ShapeError)
      expect(() => net.predict(x, { out: new Float32Array(length) })).toThrow(
        `out: expected room for 40 rows of 2 (80 values), got ${length} values`,
      )
      await expect(net.predictAsync(x, { out: new Float32Array(length) })).rejects.toThrow(ShapeError)
    }
    expect(() => net.predict(x, { out: new Float64Array(80) as never })).toThrow(OptionError)
  })
})
