// Optimizers that keep numbers of each parameter: these stay with the network from call to call and from arena to arena, and
// come back with the parameters where training is rolled back.

import { describe, expect, it, vi } from 'vitest'
import { chooseBackend } from '../../src/backends/choose.ts'
import { Arena } from '../../src/engine/arena.ts'
import { Engine } from '../../src/engine/engine.ts'
import { DivergedError, Network, type OptimizerOptions, type SizedNetworkOptions } from '../../src/index.ts'
import { beginSteps, optimizer as optimizerSettings, updateRuleOf } from '../../src/model/optimizer.ts'
import { PREDICTS } from '../../src/program/capacity.ts'
import { stripedKinds, titleOf } from '../helpers/optimizers.ts'
import { numbers } from '../helpers/random.ts'
import { textbookSteps } from '../helpers/textbook-optimizers.ts'

const ROWS = 60
const x = numbers(ROWS * 9, 1)
const y = numbers(ROWS * 3, 2)

const titled = stripedKinds.map((one) => [titleOf(one), one] as const)
const make = (optimizer: SizedNetworkOptions['optimizer'], more: Partial<SizedNetworkOptions> = {}) =>
  new Network({ sizes: [9, 7, 3], activation: 'tanh', kernels: 'simd', seed: 4, optimizer, ...more })
const bits = (net: Network) =>
  net.layers.map((_, l) => [...net.weights(l), ...net.biases(l)].join()).join('\n')

describe.each(titled)('%s', (_, optimizer) => {
  it('steps by the textbook, in fit and in trainBatch', async () => {
    const [byFit, byBatch] = [make(optimizer, { sizes: [9, 3] }), make(optimizer, { sizes: [9, 3] })]
    const inRows = (values: Float32Array, columns: number) =>
      Array.from({ length: values.length / columns }, (__, r) => [
        ...values.slice(r * columns, (r + 1) * columns),
      ])
    const layer = { weights: inRows(byFit.weights(0), 3), biases: [0, 0, 0], activation: 'tanh' }
    await byFit.fit({ x, y }, { epochs: 5, batchSize: ROWS, shuffle: false })
    for (let step = 0; step < 5; ++step) byBatch.trainBatch(x, y)
    const network = { layers: [layer], loss: 'quadratic' }
    textbookSteps(network, inRows(x, 9), inRows(y, 3), 5, optimizer, () => {})
    const found = byFit.weights(0)
    for (const [i, expected] of layer.weights.flat().entries()) expect(found[i]).toBeCloseTo(expected, 5)
    expect(bits(byBatch)).toBe(bits(byFit))
  })

  it('goes on from call to call as in one', async () => {
    const [once, often] = [make(optimizer), make(optimizer)]
    await once.fit({ x, y }, { epochs: 6, batchSize: 16 })
    for (let call = 0; call < 3; ++call) {
      await often.fit({ x, y }, { epochs: 2, batchSize: 16 })
      // Other capacities of the arena in between, and readers.
      often.gradients(x.subarray(0, 9), y.subarray(0, 3))
      often.predict(x)
    }
    expect(bits(often)).toBe(bits(once))
  })

  it.each(['simd', 'relaxed', 'reference'] as const)(
    'steps back with the parameters: %s',
    async (kernels) => {
      const [good, shaken] = [make(optimizer, { kernels }), make(optimizer, { kernels })]
      const options = { epochs: 2, batchSize: 16 }
      for (const net of [good, shaken]) await net.fit({ x, y }, options)
      const huge = x.map((v) => v * 1e30)
      await expect(shaken.fit({ x: huge, y: y.map((v) => v * 1e38) }, options)).rejects.toThrow(DivergedError)
      expect(() =>
        shaken.trainBatch(
          huge,
          y.map((v) => v * 1e38),
        ),
      ).toThrow(DivergedError)
      const signal = AbortSignal.abort(new Error('enough'))
      await expect(shaken.fit({ x, y }, { ...options, signal })).rejects.toThrow('enough')
      expect(bits(shaken)).toBe(bits(good))
      for (const net of [good, shaken]) await net.fit({ x, y }, options)
      expect(bits(shaken)).toBe(bits(good))
    },
  )

  it('has the same bits off the thread, in memory of its own too', async () => {
    const [here, there] = [make(optimizer), make(optimizer)]
    await here.fit({ x, y }, { epochs: 4, batchSize: 7 })
    await there.fit({ x, y }, { epochs: 4, batchSize: 7, offThread: true })
    expect(bits(there)).toBe(bits(here))
    const shared = globalThis.SharedArrayBuffer
    Object.assign(globalThis, { SharedArrayBuffer: undefined })
    try {
      const apart = make(optimizer)
      await apart.fit({ x, y }, { epochs: 2, batchSize: 7, offThread: true })
      await apart.fit({ x, y }, { epochs: 2, batchSize: 7, offThread: true })
      expect(bits(apart)).toBe(bits(here))
    } finally {
      Object.assign(globalThis, { SharedArrayBuffer: shared })
    }
  })
})

describe('an engine for adam', () => {
  const [inputs, units] = [50, 20]
  const layers = [{ inputs, units, activation: 'tanh', bias: true }] as const
  const architecture = { inputs, outputs: units, layers, loss: 'quadratic' } as const
  const rule = updateRuleOf(optimizerSettings('adam', 'optimizer'))
  const fresh = () => new Engine(architecture, chooseBackend('simd').make, rule)
  const rows = { batchRows: 8, dataRows: 8 }

  it('has room for slots and a strip from the first step on, not for gradients', () => {
    const engine = fresh()
    engine.reserve({ ...rows, gradients: true, steps: 0 })
    expect(engine.plan.capacity).toMatchObject({ slots: 0, strips: false, gradients: true })
    expect(engine.plan.state).toEqual(engine.plan.parameters)
    engine.reserve({ ...rows, gradients: false, steps: 1 })
    expect(engine.plan.capacity).toMatchObject({ slots: 2, strips: true, gradients: true })
    expect(engine.plan.state.length).toBe(3 * engine.plan.parameters.length)
    // Nothing moves where gradients are wanted again, and the slots stay.
    const { plan } = engine
    engine.reserve({ ...rows, gradients: true, steps: 0 })
    expect(engine.plan).toBe(plan)
    engine.release()
  })

  it('is asked for no more by the gradients of a network', () => {
    const engines: Engine[] = []
    const reserve = vi.spyOn(Engine.prototype, 'reserve').mockImplementation(function (
      this: Engine,
      ...args
    ) {
      engines.push(this)
      Arena.prototype.reserve.apply(this, args)
    })
    make({ name: 'adam' }).gradients(x, y)
    reserve.mockRestore()
    expect(engines.map(({ plan }) => plan.capacity.slots)).toEqual([0])
  })

  it('keeps the slots where it has no room for steps any more', () => {
    const engine = fresh()
    engine.reserve({ ...rows, gradients: false, steps: 1 })
    engine.floats.fill(7, engine.plan.state.offset, engine.plan.state.offset + engine.plan.state.length)
    engine.resize(PREDICTS)
    expect(engine.plan.capacity).toMatchObject({ slots: 2, strips: false, steps: 0 })
    const { offset, length } = engine.plan.state
    expect(engine.floats.subarray(offset, offset + length).every((v) => v === 7)).toBe(true)
    engine.release()
  })
})

describe("adam's bias correction of a rate near the end of float32", () => {
  // 1 − β₁ of its first step divides the rate.
  const settings = optimizerSettings({ name: 'adam', learningRate: 2e38 }, 'optimizer')

  it('stays in float32, and its step the same', () => {
    const [tame, huge] = [beginSteps(settings, 0), beginSteps(settings, 0)]
    for (let step = 1; step <= 30; ++step) {
      const [rate, beta1, rest1, beta2, rest2, scale, epsilon] = huge(2e38)
      expect([rate, scale, epsilon].map(Math.fround).every((v) => Number.isFinite(v) && v > 0)).toBe(true)
      const [tameRate, ...others] = tame(1e-3)
      expect([beta1, rest1, beta2, rest2]).toEqual(others.slice(0, 4))
      const [m, v] = [0.3, 0.01]
      const stepOf = (rate: number, scale: number, epsilon: number) =>
        (rate * m) / (Math.sqrt(v) * scale + epsilon)
      expect(stepOf(rate, scale, epsilon) / stepOf(tameRate, others[4], others[5]) / 2e41).toBeCloseTo(1, 12)
    }
  })

  it('leaves alone what has a gradient of 0', () => {
    for (const kernels of ['simd', 'reference'] as const) {
      for (const epsilon of [1e-8, 1.5e-45]) {
        const optimizer = { name: 'adam', learningRate: 2e38, epsilon } as const
        const net = make(optimizer, { sizes: [9, 3], kernels, activation: 'linear' })
        const before = net.weights(0)
        // All inputs are 0 but one, and the targets are what the network says already, but for one output.
        const row = new Float32Array(9).fill(1, 4, 5)
        const target = net.predict(row)
        target[1] += 1
        net.trainBatch(row, target)
        const moved = [...net.weights(0)].flatMap((w, i) => (w === before[i] ? [] : [i]))
        expect(moved).toEqual([4 * 3 + 1])
        expect(net.weights(0)[13] / 2e38).toBeCloseTo(1, 5)
      }
    }
  })
})

const MEANS = 'm = β₁ m + (1 − β₁) g; v = β₂ v + (1 − β₂) g²'
const gradient = 'xᵀ · δ1 / 5'
it.each([
  [{ name: 'sgd' }, `W1 −= η · ${gradient}`],
  [{ name: 'sgd', weightDecay: 0.1 }, `W1 −= η · (${gradient} + λ W1)`],
  [{ name: 'sgd', momentum: 0.9 }, `m = μ m + ${gradient}; W1 −= η · m`],
  [
    { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.1 },
    `m = μ m + ${gradient} + λ W1; W1 −= η · (${gradient} + λ W1 + μ m)`,
  ],
  [
    { name: 'sgd', momentum: 0.9, dampening: 0.5 },
    `g = ${gradient}; m = μ m + (1 − τ) g, in the first step m = g; W1 −= η · m`,
  ],
  [{ name: 'rmsprop' }, `g = ${gradient}; v = ρ v + (1 − ρ) g²; W1 −= η g / (√v + ε)`],
  [
    { name: 'rmsprop', centered: true, momentum: 0.9, weightDecay: 0.1 },
    `g = ${gradient} + λ W1; d = g − ḡ; v = ρ v + ρ (1 − ρ) d²; ḡ = ḡ + (1 − ρ) d; b = μ b + g / (√v + ε); W1 −= η b`,
  ],
  [{ name: 'adagrad' }, `g = ${gradient}; v = v + g²; W1 −= η g / (√v + ε)`],
  [{ name: 'adagrad', learningRateDecay: 0.1 }, 'W1 −= η / (1 + (t − 1) κ) · g / (√v + ε)'],
  [{ name: 'adam' }, `g = ${gradient}; ${MEANS}; W1 −= η m̂ / (√v̂ + ε), m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)`],
  [{ name: 'adam', weightDecay: 0.1 }, `g = ${gradient} + λ W1; ${MEANS}; W1 −= η m̂ / (√v̂ + ε)`],
  [{ name: 'adamw' }, `g = ${gradient}; ${MEANS}; W1 −= η λ W1 + η m̂ / (√v̂ + ε)`],
  [{ name: 'adamw', weightDecay: 0 }, `g = ${gradient}; ${MEANS}; W1 −= η m̂ / (√v̂ + ε)`],
  [{ name: 'nadam' }, `g = ${gradient}; ${MEANS}; W1 −= η m̂ / (√v̂ + ε), m̂ = μₜ₊₁ m / (1 − μ₁ ⋯ μₜ₊₁)`],
  [{ name: 'lion' }, `g = ${gradient}; W1 −= η · sign(β₁ m + (1 − β₁) g); m = β₂ m + (1 − β₂) g`],
  [{ name: 'lion', weightDecay: 0.1 }, 'W1 −= η · (sign(β₁ m + (1 − β₁) g) + λ W1)'],
] as const satisfies [OptimizerOptions, string][])('%j is explained by its formula', (optimizer, formula) => {
  const text = make(optimizer, { sizes: [9, 3] }).explain(5)
  expect(text).toContain(formula)
  const ofBiases = formula.replaceAll('W1', 'b1').replaceAll(gradient, 'Σ δ1 / 5')
  expect(text).toContain(ofBiases)
})

it.each(['simd', 'reference'] as const)(
  'Lion is not silent about a gradient that overflows: %s',
  (kernels) => {
    const options = { sizes: [1, 1], activation: 'linear', initializer: 'zeros', kernels } as const
    const net = make({ name: 'lion' }, options)
    // A loss of 5e27, and a gradient of −1e39.
    expect(() => net.trainBatch([1e25], [1e14])).toThrow(DivergedError)
  },
)

it('a network that only predicts keeps no room for an optimizer', () => {
  const [plain, adam] = (['sgd', 'adam'] as const).map((name) => make({ name }))
  expect(adam.explain(1).length).toBeGreaterThan(plain.explain(1).length)
  expect(bits(adam)).toBe(bits(plain))
  expect(adam.predict(x)).toEqual(plain.predict(x))
})

it.each(titled)(
  'a first fit with %s that is aborted at any moment leaves the network as it was',
  async (_, optimizer) => {
    const sizes = [145, 145, 3]
    const batch = { x: numbers(145 * 8, 3), y: numbers(3 * 8, 4) }
    const fresh = make(optimizer, { sizes })
    const before = bits(fresh)
    fresh.trainBatch(batch.x, batch.y)
    const after = bits(fresh)
    let aborted = 0
    for (let moment = 1; moment < 60; ++moment) {
      let checks = 0
      const signal = Object.assign(new AbortController().signal, {
        throwIfAborted() {
          checks += 1
          if (checks === moment) throw new Error('enough')
        },
      })
      const net = make(optimizer, { sizes })
      const trained = await net.fit(batch, { epochs: 1, batchSize: 8, signal, threads: 1 }).then(
        () => true,
        () => false,
      )
      if (trained) break
      aborted += 1
      if (bits(net) === before) {
        net.trainBatch(batch.x, batch.y)
        expect(bits(net) === after, `aborted at check ${moment}`).toBe(true)
      }
      net.dispose()
    }
    expect(aborted).toBeGreaterThan(3)
  },
)
