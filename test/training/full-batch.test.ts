// Training by L-BFGS: a network's whole loss as a function that is minimized.

import { describe, expect, it, vi } from 'vitest'
import { digits } from '../../src/datasets/index.ts'
import { decodeCheckpoint } from '../../src/formats/checkpoint.ts'
import {
  BackendError,
  DivergedError,
  Network,
  OptionError,
  type SizedNetworkOptions,
} from '../../src/index.ts'
import { exact } from '../helpers/plain/noise.ts'
import { forward, lossesOf, type PlainLayer } from '../helpers/plain/pass.ts'
import { numbers } from '../helpers/random.ts'

const bits = (net: Network) =>
  net.layers.map((_, l) => [net.weights(l), net.biases(l), net.gains(l), net.shifts(l)].join()).join('\n')
const stateOf = (net: Network) => {
  const { header, state } = decodeCheckpoint(net.checkpoint())
  return `${JSON.stringify(header.progress)} ${Buffer.from(state.buffer).toString('base64')}`
}

// More than two blocks of rows.
const ROWS = 2500
const x = numbers(ROWS * 9, 1)
const y = Float32Array.from({ length: ROWS * 3 }, (_, i) => {
  const at = Math.floor(i / 3) * 9
  return Math.tanh(x[at + (i % 3)] - 0.5 * x[at + 4] * x[at + 5])
})
const data = { x, y }
const make = (more: Partial<SizedNetworkOptions> = {}) =>
  new Network({
    ...{ sizes: [9, 7, 3], activation: 'tanh', kernels: 'simd', seed: 4, optimizer: 'lbfgs', threads: 1 },
    ...(more as object),
  })

/** Solves A w = b by Gauss with pivots, in float64. */
function solve(a: number[][], b: number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]])
  for (let k = 0; k < rows.length; ++k) {
    const best = rows.slice(k).reduce((m, row, i) => (Math.abs(row[k]) > Math.abs(rows[m][k]) ? k + i : m), k)
    ;[rows[k], rows[best]] = [rows[best], rows[k]]
    for (let i = 0; i < rows.length; ++i) {
      if (i === k) continue
      const factor = rows[i][k] / rows[k][k]
      for (let j = k; j <= rows.length; ++j) rows[i][j] -= factor * rows[k][j]
    }
  }
  return rows.map((row, k) => row[rows.length] / row[k])
}

describe.each(['simd', 'relaxed', 'reference'] as const)('lbfgs (%s)', (kernels) => {
  it('reaches the closed form of least squares', async () => {
    const target = Float32Array.from({ length: ROWS }, (_, r) => {
      const row = x.subarray(9 * r, 9 * r + 9)
      return row.reduce((sum, v, i) => sum + v * (i - 3), 0.7) + Math.sin(40 * row[0])
    })
    const optimizer = { name: 'lbfgs', tolerance: 1e-6, functionTolerance: 0 } as const
    const net = make({ sizes: [9, 1], activation: 'linear', kernels, optimizer })
    const { epochs } = await net.fit({ x, y: target }, { epochs: 200 })
    expect(epochs).toBeLessThan(60)
    // XᵀX w = Xᵀy, with a column of ones.
    const at = (r: number, i: number) => (i < 9 ? x[9 * r + i] : 1)
    const a = Array.from({ length: 10 }, () => new Array<number>(10).fill(0))
    const b = new Array<number>(10).fill(0)
    for (let r = 0; r < ROWS; ++r) {
      for (let i = 0; i < 10; ++i) {
        b[i] += at(r, i) * target[r]
        for (let j = 0; j < 10; ++j) a[i][j] += at(r, i) * at(r, j)
      }
    }
    const found = [...net.weights(0), ...net.biases(0)]
    solve(a, b).forEach((w, i) => {
      expect(Math.abs(found[i] - w)).toBeLessThan(1e-5)
    })
  })

  it('ends where the gradient of all rows is within the tolerance', async () => {
    const optimizer = { name: 'lbfgs', tolerance: 1e-3, functionTolerance: 0 } as const
    const net = make({ kernels, optimizer })
    const { epochs, loss } = await net.fit(data, { epochs: 300 })
    expect(epochs).toBeGreaterThan(5)
    expect(epochs).toBeLessThan(300)
    const { weights, biases, loss: now } = net.gradients(x, y)
    const largest = Math.max(...[...weights, ...biases].flatMap((g) => [...g].map(Math.abs)))
    expect(largest).toBeLessThanOrEqual(1.001e-3)
    // What is reported of an epoch is the loss after it.
    expect(now).toBeCloseTo(loss.at(-1)!, 7)
    for (let i = 1; i < loss.length; ++i) expect(loss[i]).toBeLessThan(loss[i - 1])
    // Converged already.
    const before = stateOf(net)
    expect((await net.fit(data, { epochs: 3 })).epochs).toBe(0)
    expect(stateOf(net)).toBe(before)
  })

  it('that has converged stays where it is when it goes on', async () => {
    const optimizer = { name: 'lbfgs', functionTolerance: 1e-4 } as const
    const whole = make({ kernels, optimizer })
    const saved: Uint8Array[] = []
    const save = (bytes: Uint8Array) => void saved.push(bytes)
    const { epochs } = await whole.fit(data, { epochs: 300, checkpoint: { save, every: { steps: 1 } } })
    expect(epochs).toBeGreaterThan(5)
    expect(epochs).toBeLessThan(100)
    const state = stateOf(whole)
    // Its gradient is still above the tolerance.
    const { weights } = whole.gradients(x, y)
    expect(Math.max(...weights.flatMap((g) => [...g].map(Math.abs)))).toBeGreaterThan(1e-4)
    // At the end of the fit, and between its last step and whoever observes it.
    for (const [bytes, left] of [[whole.checkpoint(), 0] as const, [saved.at(-1)!, 1] as const]) {
      const resumed = Network.resume(bytes)
      expect((await resumed.fit(data, { epochs: 4 })).epochs).toBe(left)
      expect(stateOf(resumed)).toBe(state)
    }
    expect((await whole.fit(data, { epochs: 4 })).epochs).toBe(0)
    expect(stateOf(whole)).toBe(state)
    // Other data, or another tolerance, are something else.
    const fewer = { x: x.subarray(0, 900), y: y.subarray(0, 300) }
    expect((await Network.resume(whole.checkpoint()).fit(fewer, { epochs: 2 })).epochs).toBe(2)
    const closer = { optimizer: { name: 'lbfgs', functionTolerance: 1e-7 } } as const
    expect((await Network.resume(whole.checkpoint(), closer).fit(data, { epochs: 2 })).epochs).toBe(2)
  })

  it('goes on from call to call, and from a checkpoint, to the same bits', async () => {
    const optimizer = { name: 'lbfgs', memory: 3 } as const
    const [once, often] = [make({ kernels, optimizer }), make({ kernels, optimizer })]
    const whole = await once.fit(data, { epochs: 9 })
    let resumed = make({ kernels, optimizer })
    const losses: number[] = []
    for (const epochs of [1, 2, 6]) {
      await often.fit(data, { epochs })
      // Other capacities of the arena in between.
      often.gradients(x.subarray(0, 9), y.subarray(0, 3))
      resumed = Network.resume(resumed.checkpoint())
      losses.push(...(await resumed.fit(data, { epochs })).loss)
    }
    expect(losses).toEqual(whole.loss)
    expect(stateOf(often)).toBe(stateOf(once))
    expect(stateOf(resumed)).toBe(stateOf(once))
  })

  it.each(['none', 'layer'] as const)(
    'has the same bits with threads, off the thread and in memory of its own (normalization %s)',
    async (normalization) => {
      const here = make({ kernels, normalization })
      const expected = await here.fit(data, { epochs: 12 })
      for (const options of [{ threads: 2 }, { threads: 3 }, { threads: 1, offThread: true }]) {
        const there = make({ kernels, normalization })
        const { loss, accuracy } = await there.fit(data, { epochs: 12, ...options })
        expect({ loss, accuracy }).toEqual({ loss: expected.loss, accuracy: expected.accuracy })
        expect(bits(there)).toBe(bits(here))
      }
      const shared = globalThis.SharedArrayBuffer
      Object.assign(globalThis, { SharedArrayBuffer: undefined })
      try {
        const apart = make({ kernels, normalization })
        await apart.fit(data, { epochs: 5, offThread: true })
        await apart.fit(data, { epochs: 7, offThread: true, validation: data })
        expect(bits(apart)).toBe(bits(here))
      } finally {
        Object.assign(globalThis, { SharedArrayBuffer: shared })
      }
    },
  )

  it('trains γ and β too, to where the gradient of every parameter is within the tolerance', async () => {
    const optimizer = { name: 'lbfgs', tolerance: 3e-3, functionTolerance: 0 } as const
    const net = make({ kernels, optimizer, normalization: 'layer' })
    const parametersOf = () =>
      net.layers.map((_, l) => ({
        weights: [...net.weights(l)],
        biases: [...net.biases(l)],
        gains: [...net.gains(l)],
        shifts: [...net.shifts(l)],
        runningMean: [],
        runningVariance: [],
      }))
    const layers = net.layers.map(
      ({ units, activation, bias, normalization }, l): PlainLayer => ({
        ...{ inputs: [9, 7][l], units, activation: `${activation}`, bias, dropout: 0, l1: 0, l2: 0 },
        ...(normalization && {
          normalization: { name: 'layer', epsilon: normalization.epsilon, momentum: 0 },
        }),
        maxNorm: Number.POSITIVE_INFINITY,
      }),
    )
    const rowsOf = (values: Float32Array, columns: number) =>
      Array.from({ length: ROWS }, (_, r) => [...values.subarray(r * columns, (r + 1) * columns)])
    const plainLoss = () => {
      const passed = forward(layers, parametersOf(), rowsOf(x, 9), false, () => undefined, exact)
      return lossesOf({ name: 'quadratic' }, passed, rowsOf(y, 3), exact).reduce((a, b) => a + b, 0) / ROWS
    }
    const before = parametersOf()
    const one = await net.fit(data, { epochs: 1 })
    expect(one.loss[0]).toBeCloseTo(plainLoss(), 6)
    parametersOf().forEach((layer, l) => {
      for (const key of ['weights', 'biases', 'gains', 'shifts'] as const) {
        expect(layer[key].length).toBe(before[l][key].length)
        layer[key].forEach((value, i) => {
          expect(value, `${key} ${i} of layer ${l}`).not.toBe(before[l][key][i])
        })
      }
    })
    const { epochs, loss } = await net.fit(data, { epochs: 300 })
    expect(epochs).toBeLessThan(300)
    expect(loss.at(-1)).toBeCloseTo(plainLoss(), 6)
    const { weights, biases, gains, shifts } = net.gradients(x, y)
    expect(gains[0].length).toBe(7)
    const all = [...weights, ...biases, ...gains, ...shifts].flatMap((part) => [...part])
    expect(Math.max(...all.map(Math.abs))).toBeLessThanOrEqual(3.01e-3)
  })
})

describe('a fit by lbfgs', () => {
  it('takes no notice of batchSize and shuffle', async () => {
    const [one, other] = [make(), make()]
    await one.fit(data, { epochs: 4 })
    await other.fit(data, { epochs: 4, batchSize: 7, shuffle: false })
    expect(bits(other)).toBe(bits(one))
  })

  it('reports the step, the accuracy, the validation and each batch, which is all rows', async () => {
    const { x: images, y: labels } = digits()
    const some = { x: images.subarray(0, 64 * 300), y: labels.subarray(0, 300) }
    const net = make({ sizes: [64, 12, 10], loss: 'crossEntropy', activation: 'relu' })
    const batches: object[] = []
    const history = await net.fit(some, {
      epochs: 20,
      validation: { x: images.subarray(64 * 300, 64 * 400), y: labels.subarray(300, 400) },
      onBatch: (log) => {
        batches.push(log)
      },
    })
    expect(history.learningRate[0]).toBeLessThan(1)
    expect(history.learningRate.slice(1)).toContain(1)
    expect(history.accuracy!.at(-1)).toBe(net.evaluate(some).accuracy)
    expect(history.validationLoss).toHaveLength(20)
    expect(batches).toEqual(history.loss.map((loss, i) => ({ batch: 1, batches: 1, epoch: i + 1, loss })))
    const stopped = make()
    expect((await stopped.fit(data, { epochs: 9, onBatch: ({ epoch }) => epoch < 4 })).epochs).toBe(4)
  })

  it('is lower after 100 epochs than SGD after 200', async () => {
    const { x: images, y: labels } = digits()
    const some = { x: images.subarray(0, 64 * 600), y: labels.subarray(0, 600) }
    const options = { sizes: [64, 16, 10], loss: 'crossEntropy', activation: 'relu' } as const
    const [byLbfgs, bySgd] = [
      make(options),
      make({ ...options, optimizer: { name: 'sgd', learningRate: 0.01 } }),
    ]
    await byLbfgs.fit(some, { epochs: 100 })
    await bySgd.fit(some, { epochs: 200 })
    expect(byLbfgs.evaluate(some).loss).toBeLessThan(bySgd.evaluate(some).loss / 10)
  })

  it('resumes a checkpoint of the middle of a fit, and from between a step and its observers', async () => {
    const whole = make()
    await whole.fit(data, { epochs: 8 })
    for (const every of [{ epochs: 1 }, { steps: 1 }] as const) {
      const saved: Uint8Array[] = []
      const save = (bytes: Uint8Array) => saved.push(bytes)
      await make().fit(data, { epochs: 8, checkpoint: { save, every } })
      expect(saved).toHaveLength(8)
      for (const bytes of saved) {
        const second = Network.resume(bytes)
        const { epochs } = decodeCheckpoint(bytes).header.progress as { epochs: number }
        if (epochs < 8) await second.fit(data, { epochs: 8 - epochs })
        expect(stateOf(second)).toBe(stateOf(whole))
      }
    }
  })

  it('ends by a signal within a step, and keeps the step before', async () => {
    const steps: string[] = []
    await make().fit(data, {
      epochs: 6,
      onEpoch: () => {},
    })
    for (let epochs = 0; epochs <= 6; ++epochs) {
      const net = make()
      if (epochs > 0) await net.fit(data, { epochs })
      steps.push(stateOf(net))
    }
    const seen = new Set<number>()
    for (let moment = 1; moment < 400; moment += 13) {
      let checks = 0
      const signal = Object.assign(new AbortController().signal, {
        throwIfAborted() {
          checks += 1
          if (checks === moment) throw new Error('enough')
        },
      })
      const net = make()
      const ended = await net.fit(data, { epochs: 6, signal }).then(
        () => false,
        () => true,
      )
      if (!ended) break
      // An epoch that no observer has seen is not counted yet: then its parameters are there all the same.
      const { header, state } = decodeCheckpoint(net.checkpoint())
      const { steps: taken } = header.progress as { steps: number }
      seen.add(taken)
      if (taken === 0) continue
      expect(steps[taken].endsWith(Buffer.from(state.buffer).toString('base64')), `${moment}`).toBe(true)
    }
    expect(seen.size).toBeGreaterThan(3)
  })

  it('is ended within 50 ms where one step takes far longer', async () => {
    const wide = { x: numbers(200 * 3000, 5), y: numbers(3000, 6) }
    const net = make({ sizes: [200, 400, 1] })
    const stop = new AbortController()
    let asked = 0
    setTimeout(() => {
      asked = performance.now()
      stop.abort()
    }, 150)
    await expect(net.fit(wide, { epochs: 1000, signal: stop.signal })).rejects.toThrow(/abort/)
    // On a machine with other work a turn of the event loop may take several times as long.
    expect(performance.now() - asked).toBeLessThan(250)
  })

  it('keeps the parameters where the loss overflows at once, and says why', async () => {
    const net = make()
    await net.fit(data, { epochs: 3 })
    const before = stateOf(net)
    const huge = { x, y: y.map((v) => v * 1e30) }
    await expect(net.fit(huge, { epochs: 3 })).rejects.toThrow(DivergedError)
    await expect(net.fit(huge, { epochs: 3 })).rejects.toThrow(/the targets.*standardScaler/)
    await expect(net.fit(huge, { epochs: 3 })).rejects.not.toThrow(/learning rate/)
    expect(stateOf(net)).toBe(before)
  })

  it('stops with the last good parameters where a search finds nothing', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    // One evaluation is not enough for a first step of this length.
    const optimizer = { name: 'lbfgs', maxLineSearch: 1, learningRate: 1e6 } as const
    const net = make({ optimizer })
    const before = bits(net)
    const { epochs } = await net.fit(data, { epochs: 3 })
    expect(epochs).toBe(0)
    expect(bits(net)).toBe(before)
    expect(warn.mock.calls.flat().join()).toContain('L-BFGS ended before epoch 1')
    warn.mockRestore()
    expect(net.predict(x.subarray(0, 9))).toEqual(make({ optimizer: 'sgd' }).predict(x.subarray(0, 9)))
  })

  it('forgets its pairs with the parameters that they belong to', async () => {
    const net = make()
    const apart = { x: numbers(9 * 20, 7), y: numbers(3 * 20, 8) }
    const { bestEpoch, epochs } = await net.fit(data, {
      epochs: 60,
      validation: apart,
      earlyStopping: { patience: 2 },
    })
    expect(bestEpoch).toBeLessThan(epochs)
    const { progress } = decodeCheckpoint(net.checkpoint()).header
    expect(progress).not.toHaveProperty('pairs')
    const one = make()
    await one.fit(data, { epochs: bestEpoch! })
    expect(bits(net)).toBe(bits(one))
    await net.fit(data, { epochs: 2 })
  })

  it('ends where a schedule has reached the rate 0, and says that this is why', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const learningRate = { name: 'polynomial', from: 1, over: 3 } as const
    const [net, other] = [make({ optimizer: { name: 'lbfgs', learningRate } }), make()]
    const { epochs } = await net.fit(data, { epochs: 9 })
    expect(epochs).toBe(3)
    const text = warn.mock.calls.flat().join()
    expect(text).toContain('L-BFGS ended before epoch 4: its learning rate')
    expect(text).not.toContain('float32')
    warn.mockRestore()
    await other.fit(data, { epochs: 3, learningRate })
    expect(bits(net)).toBe(bits(other))
  })

  it('says so where there is no memory for its vectors, and leaves the network as it was', async () => {
    const { Float64Array: kept } = globalThis
    const [net, other] = [make(), make()]
    const before = bits(net)
    globalThis.Float64Array = class extends kept {
      constructor(...given: [number]) {
        if (given[0] > 90) throw new RangeError('Array buffer allocation failed')
        super(...given)
      }
    } as never
    try {
      await expect(net.fit(data, { epochs: 2 })).rejects.toThrow(
        new BackendError('a step of L-BFGS needs 1 MB, and the engine gave none'),
      )
    } finally {
      globalThis.Float64Array = kept
    }
    expect(bits(net)).toBe(before)
    for (const one of [net, other]) await one.fit(data, { epochs: 2 })
    expect(bits(net)).toBe(bits(other))
  })

  it('wants all rows in arrays', async () => {
    await expect(make().fit(() => [data])).rejects.toThrow(
      "fit data: expected { x, y } for 'lbfgs', which takes all rows in each step, got a function",
    )
  })

  it('is described, explained and refused where a batch is all there is', () => {
    const net = make({ optimizer: { name: 'lbfgs', memory: 7 } })
    expect(String(net)).toContain('lbfgs 1')
    const text = net.explain()
    expect(text).toContain('∇W1 = xᵀ · δ1 / 1024')
    expect(text).toContain('the last 7 steps')
    expect(() => net.trainBatch(x, y)).toThrow(OptionError)
    expect(() => net.trainBatch(x, y)).toThrow(/trainBatch: expected an optimizer.*'lbfgs'.*use fit/)
    for (const wrong of [
      { memory: 0 },
      { tolerance: -1 },
      { functionTolerance: Number.NaN },
      { maxLineSearch: 0.5 },
    ]) {
      const option = Object.keys(wrong)[0]
      expect(() => make({ optimizer: { name: 'lbfgs', ...wrong } })).toThrow(
        `options.optimizer.${option}: expected`,
      )
    }
  })
})
