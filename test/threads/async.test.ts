// The asynchronous forms of predict, classify and evaluate: the same numbers, from the parameters of one moment, with the
// event loop free.

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { BackendError, Network, ShapeError } from '../../src/index.ts'
import { numbers } from '../helpers/random.ts'
import { onSlowClock } from '../helpers/slow-clock.ts'

// Some 100 ms of work.
const rowsFor = { simd: 50_000, reference: 5000 }
const make = (kernels: 'simd' | 'reference') =>
  new Network({ sizes: [64, 200, 200, 5], loss: 'crossEntropy', seed: 1, kernels, threads: 1 })
const all = {
  x: numbers(rowsFor.simd * 64, 1),
  y: Int32Array.from({ length: rowsFor.simd }, (_, r) => r % 5),
}

/** Numbers as a digest: a difference between arrays of this length is not to be printed. */
const digest = (values: Float32Array | Int32Array) => createHash('sha256').update(values).digest('hex')

/** Turns that the event loop has while the work is on. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let running = true
  const turn = () => {
    turns += 1
    if (running) setImmediate(turn)
  }
  setImmediate(turn)
  await onSlowClock(work)
  running = false
  return turns
}

describe.each(['simd', 'reference'] as const)('with %s kernels', (kernels) => {
  const x = all.x.subarray(0, 64 * rowsFor[kernels])
  const y = all.y.subarray(0, rowsFor[kernels])

  it('give what the others give, and the event loop its turns', async () => {
    const net = make(kernels)
    expect(digest(await net.predictAsync(x))).toBe(digest(net.predict(x)))
    expect(digest(await net.classifyAsync(x))).toBe(digest(net.classify(x)))
    expect(await net.evaluateAsync({ x, y })).toEqual(net.evaluate({ x, y }))
    expect(await turnsDuring(() => net.predictAsync(x))).toBeGreaterThan(2)
    expect(await turnsDuring(() => net.evaluateAsync({ x, y }))).toBeGreaterThan(2)
  })

  it('read the parameters that there were at the call, whoever changes them meanwhile', async () => {
    const net = make(kernels)
    const now = () => [digest(net.predict(x)), JSON.stringify(net.evaluate({ x, y }))]
    const reads = async () => {
      const [outputs, evaluation] = await Promise.all([net.predictAsync(x), net.evaluateAsync({ x, y })])
      return [digest(outputs), JSON.stringify(evaluation)]
    }
    const first = now()
    const duringStep = reads()
    net.trainBatch(x.subarray(0, 640), y.subarray(0, 10))
    expect(await duringStep).toEqual(first)

    const second = now()
    expect(second).not.toEqual(first)
    const duringSet = reads()
    net.setWeights(0, numbers(64 * 200, 9))
    net.setBiases(0, numbers(200, 10))
    expect(await duringSet).toEqual(second)

    const third = now()
    const beforeFit = reads()
    const fit = net.fit({ x, y }, { epochs: 2, batchSize: 32 })
    const duringFit = reads()
    expect(await beforeFit).toEqual(third)
    expect(await duringFit).toEqual(third)
    await fit
    expect(now()).not.toEqual(third)
  })

  it('end where the signal or the network does, with its reason', async () => {
    const net = make(kernels)
    const stop = new AbortController()
    const aborted = net.predictAsync(x, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    await expect(net.evaluateAsync({ x, y }, { signal: stop.signal })).rejects.toThrow('enough')
    const orphan = net.predictAsync(x)
    net.dispose()
    await expect(orphan).rejects.toBeInstanceOf(BackendError)
    await expect(net.classifyAsync(x)).rejects.toThrow('classifyAsync')
  })
})

it('reject what the others throw for', async () => {
  const x = all.x.slice(0, 6400)
  const y = all.y.slice(0, 100)
  const net = make('simd')
  await expect(net.predictAsync(x.subarray(1))).rejects.toBeInstanceOf(ShapeError)
  await expect(net.predictAsync(x.slice().fill(Number.NaN, 100, 101))).rejects.toThrow('x[1][36]')
  await expect(net.evaluateAsync({ x, y: y.subarray(1) })).rejects.toBeInstanceOf(ShapeError)
  await expect(net.evaluateAsync({ x } as never)).rejects.toThrow('evaluateAsync data')
  await expect(net.predictAsync(x, { signal: 1 } as never)).rejects.toThrow('options.signal')
})

it('refuses data that are changed before they have been read', async () => {
  const net = make('reference')
  const y = all.y.subarray(0, 30_000)
  const changing = all.x.slice(0, 64 * 30_000)
  const evaluation = net.evaluateAsync({ x: changing, y })
  changing.fill(1)
  await expect(evaluation).rejects.toThrow('x: expected values that stay as they are')
})
