// diagnoseAsync: the notes of diagnose, from the parameters of one moment, with the event loop free.

import { describe, expect, it, vi } from 'vitest'
import * as Hits from '../../assembly/abi/hits.ts'
import { chooseBackend } from '../../src/backends/choose.ts'
import { Engine } from '../../src/engine/engine.ts'
import { BackendError, Network, ShapeError, type SizedNetworkOptions } from '../../src/index.ts'
import { type Figures, figuresOf } from '../../src/inspect/health/layer-figures.ts'
import type { Rows } from '../../src/intake/rows.ts'
import { networkSettings } from '../../src/model/network-settings.ts'
import { plainSgd } from '../../src/model/optimizers.ts'
import { numbers } from '../helpers/random.ts'
import { onSlowClock } from '../helpers/slow-clock.ts'

const ROWS = 20_000
// Inputs that are too large, a constant column, and a class that never occurs.
const x = numbers(40 * ROWS, 1, 1000).map((value, i) => (i % 40 === 3 ? 5 : value))
const y = Int32Array.from({ length: ROWS }, (_, r) => r % 4)
const make = (options: Partial<SizedNetworkOptions> = {}) =>
  new Network({
    sizes: [40, 300, 200, 5],
    activation: 'relu',
    loss: 'crossEntropy',
    seed: 1,
    threads: 1,
    ...options,
  })

describe('diagnoseAsync', () => {
  it.each([
    ['a plain network', {}],
    ['normalised over the batch', { normalization: 'batch' }],
    ['of the reference', { kernels: 'reference', sizes: [40, 30, 5] }],
  ] as const)('has the notes of diagnose, %s, and leaves the event loop its turns', async (_, options) => {
    const net = make(options as Partial<SizedNetworkOptions>)
    const notes = net.diagnose({ x, y })
    expect(notes.map(({ what }) => what)).toEqual(expect.arrayContaining(['inputs', 'absent class']))
    let turns = 0
    let running = true
    const turn = () => {
      turns += 1
      if (running) setImmediate(turn)
    }
    setImmediate(turn)
    const found = await onSlowClock(() => net.diagnoseAsync({ x, y }))
    running = false
    expect(found).toEqual(notes)
    expect(turns).toBeGreaterThan(100)
    expect(net.diagnose({ x, y })).toEqual(notes)
  })

  it('predicts one block between two turns, and has the norms of what the arena holds', () => {
    const architecture = networkSettings({
      sizes: [301, 1201, 903, 3],
      loss: 'crossEntropy',
      seed: 1,
    }).architecture
    const engine = new Engine(architecture, chooseBackend('simd', false).make, plainSgd)
    const rows = 700
    const data = {
      x: { values: numbers(301 * rows, 1), rows, columns: 301, name: 'x', nonzeros: 0, checksums: undefined },
      y: {
        values: Int32Array.from({ length: rows }, (_, r) => r % 3),
        rows,
        columns: 1,
        hitMode: Hits.ARGMAX,
      },
      weights: undefined,
    } as unknown as Rows
    const predict = vi.spyOn(engine, 'predictStaged')
    let most = 0
    let seen = 0
    let figures: Figures | undefined
    const work = figuresOf(engine, data)
    while (!figures) {
      const { done, value } = work.next()
      most = Math.max(most, predict.mock.calls.length - seen)
      seen = predict.mock.calls.length
      if (done) figures = value
    }
    expect(seen).toBeGreaterThan(3)
    expect(most).toBe(1)
    const norm = (values: Float32Array | Float64Array) => {
      let squares = 0
      for (const value of values) squares += value ** 2
      return Math.sqrt(squares)
    }
    figures.layers.forEach(({ weightNorm, gradientNorm }, l) => {
      expect(weightNorm, `W${l + 1}`).toBeCloseTo(norm(engine.parameters.weights(l)), 9)
      expect(gradientNorm, `∇W${l + 1}`).toBeCloseTo(norm(engine.parameters.weights(l, 'weightGradients')), 9)
    })
    engine.release()
  })

  it('goes by the parameters at the time of the call, whatever is done with the network meanwhile', async () => {
    const net = make()
    const before = net.diagnose({ x, y })
    const during = net.diagnoseAsync({ x, y })
    net.setWeights(0, new Float32Array(40 * 300))
    net.setWeights(1, new Float32Array(300 * 200))
    net.trainBatch(x.subarray(0, 400), y.subarray(0, 10), { learningRate: 1e-9 })
    net.gradients(x.subarray(0, 400), y.subarray(0, 10))
    expect(await during).toEqual(before)
    expect(net.diagnose({ x, y })).not.toEqual(before)
  })

  it('may be asked for during a fit, and sees the last whole epoch', async () => {
    const net = make()
    const scaled = x.map((value) => value / 1000)
    const before = net.diagnose({ x: scaled, y })
    let after: unknown
    const fit = net.fit(
      { x: scaled, y },
      {
        epochs: 2,
        learningRate: 0.05,
        onEpoch: async ({ epoch }) => {
          if (epoch === 1) after = await net.diagnoseAsync({ x: scaled, y })
        },
      },
    )
    const during = await net.diagnoseAsync({ x: scaled, y })
    expect(during).toEqual(before)
    await fit
    const sameAsAfter = make()
    await sameAsAfter.fit({ x: scaled, y }, { epochs: 1, learningRate: 0.05 })
    expect(after).toEqual(sameAsAfter.diagnose({ x: scaled, y }))
  })

  it('rejects what diagnose throws for, with the reason of a signal, and where the network is disposed', async () => {
    const net = make()
    await expect(net.diagnoseAsync({ x, y: y.subarray(1) })).rejects.toBeInstanceOf(ShapeError)
    await expect(net.diagnoseAsync({ x } as never)).rejects.toThrow('diagnoseAsync data')
    await expect(net.diagnoseAsync({ x, y }, { signal: 1 } as never)).rejects.toThrow('options.signal')
    const stop = new AbortController()
    const aborted = net.diagnoseAsync({ x, y }, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    await expect(net.diagnoseAsync({ x, y }, { signal: stop.signal })).rejects.toThrow('enough')
    const orphan = net.diagnoseAsync({ x, y })
    net.dispose()
    await expect(orphan).rejects.toBeInstanceOf(BackendError)
  })

  it('goes by the data of the call, or refuses them where they change before they are read', async () => {
    const net = make({ kernels: 'reference', sizes: [40, 30, 5] })
    const before = net.diagnose({ x, y })
    const changing = x.slice()
    const run = net.diagnoseAsync({ x: changing, y }).catch((error: Error) => error)
    changing.fill(1)
    const found = await run
    if (found instanceof Error) expect(found.message).toContain('x: expected values that stay as they are')
    else expect(found).toEqual(before)
  })
})
