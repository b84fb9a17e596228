// Penalties, limits and summed batches as a user meets them: in fit, trainBatch, evaluate and gradients, on every kernel, in
// any number of threads, with sparse data, off the thread.

import { describe, expect, it } from 'vitest'
import { DivergedError, Network, OptionError, type SizedNetworkOptions } from '../../src/index.ts'
import { numbers } from '../helpers/random.ts'
import { textbookLoss } from '../helpers/textbook.ts'
import { textbookPenalty, textbookPrepared } from '../helpers/textbook-regularized.ts'

const ROWS = 70
const x = numbers(ROWS * 9, 1)
const y = numbers(ROWS * 3, 2)
const inRows = (values: ArrayLike<number>, columns: number) =>
  Array.from({ length: values.length / columns }, (_, r) =>
    Array.from({ length: columns }, (__, c) => values[r * columns + c]),
  )

const make = (more: Partial<SizedNetworkOptions> = {}) =>
  new Network({ sizes: [9, 7, 3], activation: 'tanh', kernels: 'simd', seed: 4, ...more })
const bits = (net: Network) =>
  net.layers.map((_, l) => [...net.weights(l), ...net.biases(l)].join()).join('\n')
const textbookOf = (net: Network) => ({
  layers: net.layers.map(({ units, activation }, l) => ({
    weights: inRows(net.weights(l), units),
    biases: [...net.biases(l)],
    activation: activation as string,
  })),
  loss: 'quadratic',
})
const off = { l1: [0, 0], l2: [0, 0], maxNorm: [Infinity, Infinity] }

const regularized: Partial<SizedNetworkOptions>[] = [
  { l1: 0.001, l2: 0.01 },
  { clip: { value: 0.01 }, maxNorm: 0.8 },
  { l2: 0.01, clip: { norm: 0.1 } },
  { l1: 0.001, l2: 0.01, clip: { globalNorm: 0.1 }, maxNorm: 0.8 },
]
const optimizers = ['sgd', { name: 'sgd', momentum: 0.9 }, 'adam'] as const
const all = regularized.flatMap((one) =>
  optimizers.flatMap((optimizer) =>
    [1, 3].map(
      (accumulate) =>
        [JSON.stringify({ ...one, optimizer, accumulate }), one, optimizer, accumulate] as const,
    ),
  ),
)

describe.each(all)('%s', (_, options, optimizer, accumulate) => {
  const fitOptions = { epochs: 3, batchSize: 8, accumulate }
  // Enough weights that threads take them by units.
  const wide = { ...options, optimizer, sizes: [9, 70, 64, 3] }

  it('has the same bits in any number of threads, off the thread and in memory of its own', async () => {
    const one = make(wide)
    const { loss } = await one.fit({ x, y }, { ...fitOptions, threads: 1 })
    for (const more of [{ threads: 2 }, { threads: 4 }, { threads: 1, offThread: true }]) {
      const other = make(wide)
      const history = await other.fit({ x, y }, { ...fitOptions, ...more })
      expect(history.loss).toEqual(loss)
      expect(bits(other) === bits(one), JSON.stringify(more)).toBe(true)
    }
    const shared = globalThis.SharedArrayBuffer
    Object.assign(globalThis, { SharedArrayBuffer: undefined })
    try {
      const apart = make(wide)
      const history = await apart.fit({ x, y }, { ...fitOptions, offThread: true })
      expect(history.loss).toEqual(loss)
      expect(bits(apart) === bits(one)).toBe(true)
    } finally {
      Object.assign(globalThis, { SharedArrayBuffer: shared })
    }
  })

  it('has the same bits whether zeros are listed or not', async () => {
    const holed = x.map((v, i) => (i % 5 ? 0 : v))
    const sizes = [9, 32, 3]
    const [listed, dense] = [make({ ...options, optimizer, sizes }), make({ ...options, optimizer, sizes })]
    await listed.fit({ x: holed, y }, { ...fitOptions, shuffle: false })
    if (accumulate > 1) {
      // The reference kernels keep no lists.
      const other = make({ ...options, optimizer, sizes, kernels: 'reference' })
      await other.fit({ x: holed, y }, { ...fitOptions, shuffle: false })
      const found = other.weights(0)
      for (const [i, w] of listed.weights(0).entries()) expect(found[i]).toBeCloseTo(w, 4)
      return
    }
    // trainBatch keeps no lists either; each of its calls is one step.
    for (let epoch = 0; epoch < 3; ++epoch) {
      for (let from = 0; from < ROWS; from += 8) {
        const to = Math.min(ROWS, from + 8)
        dense.trainBatch(holed.subarray(from * 9, to * 9), y.subarray(from * 3, to * 3))
      }
    }
    expect(bits(listed) === bits(dense)).toBe(true)
  })

  it.each(['relaxed', 'reference'] as const)(
    'trains on %s kernels as on simd, within rounding',
    async (kernels) => {
      const [simd, other] = [make({ ...options, optimizer }), make({ ...options, optimizer, kernels })]
      const [a, b] = await Promise.all([simd, other].map((net) => net.fit({ x, y }, fitOptions)))
      for (const [e, loss] of a.loss.entries()) expect(b.loss[e]).toBeCloseTo(loss, 5)
      for (const l of [0, 1]) {
        const found = other.weights(l)
        for (const [i, w] of simd.weights(l).entries()) expect(found[i]).toBeCloseTo(w, 4)
      }
    },
  )

  it('goes on from call to call, whatever is asked in between', async () => {
    const [once, often] = [make({ ...options, optimizer }), make({ ...options, optimizer })]
    await once.fit({ x, y }, { ...fitOptions, epochs: 4 })
    for (let call = 0; call < 2; ++call) {
      await often.fit({ x, y }, { ...fitOptions, epochs: 2 })
      often.gradients(x, y)
      often.evaluate({ x, y })
    }
    expect(bits(often)).toBe(bits(once))
  })
})

describe('the loss that is reported', () => {
  const penalties = { l1: [0.01, 0.01], l2: [0.02, 0.02], maxNorm: [Infinity, Infinity] }
  const penalized = (more: Partial<SizedNetworkOptions> = {}) => make({ l1: 0.01, l2: 0.02, ...more })

  it('has the penalty of the weights in evaluate, validation, trainBatch and gradients', async () => {
    const net = penalized()
    const expected =
      textbookLoss(textbookOf(net), inRows(x, 9), inRows(y, 3)) + textbookPenalty(textbookOf(net), penalties)
    expect(net.evaluate({ x, y }).loss).toBeCloseTo(expected, 6)
    expect((await net.evaluateAsync({ x, y })).loss).toBe(net.evaluate({ x, y }).loss)
    expect(net.loss(x, y)).toBe(net.evaluate({ x, y }).loss)
    expect(net.gradients(x, y).loss).toBeCloseTo(expected, 6)
    expect(penalized().trainBatch(x, y)).toBeCloseTo(expected, 6)
    for (const threads of [1, 2]) {
      const one = penalized()
      const { validationLoss } = await one.fit({ x, y }, { validation: { x, y }, threads })
      expect(validationLoss![0]).toBeCloseTo(one.evaluate({ x, y }).loss, 6)
    }
  })

  it("is Keras's in fit: the mean over the rows of what each step met before it", async () => {
    const [byFit, byBatch] = [penalized(), penalized()]
    const { loss } = await byFit.fit({ x, y }, { epochs: 2, batchSize: 16, shuffle: false })
    for (let epoch = 0; epoch < 2; ++epoch) {
      let sum = 0
      for (let from = 0; from < ROWS; from += 16) {
        const to = Math.min(ROWS, from + 16)
        sum += (to - from) * byBatch.trainBatch(x.subarray(from * 9, to * 9), y.subarray(from * 3, to * 3))
      }
      expect(loss[epoch]).toBeCloseTo(sum / ROWS, 12)
    }
  })

  it('is without one where no layer has one', async () => {
    const [plain, zero] = [make(), make({ l1: 0, l2: 0 })]
    const histories = await Promise.all([plain, zero].map((net) => net.fit({ x, y }, { epochs: 2 })))
    expect(histories[1].loss).toEqual(histories[0].loss)
    expect(bits(zero)).toBe(bits(plain))
  })
})

describe('gradients', () => {
  it('are those of the loss with its penalties, and are not clipped', () => {
    const net = make({ l1: 0.01, l2: 0.02, clip: { globalNorm: 1e-3 } })
    const expected = textbookPrepared(textbookOf(net), inRows(x, 9), inRows(y, 3), {
      ...off,
      l1: [0.01, 0.01],
      l2: [0.02, 0.02],
    })
    const found = net.gradients(x, y)
    for (const l of [0, 1]) {
      for (const [i, g] of expected.weights[l].flat().entries()) expect(found.weights[l][i]).toBeCloseTo(g, 6)
      for (const [j, g] of expected.biases[l]!.entries()) expect(found.biases[l][j]).toBeCloseTo(g, 6)
    }
  })

  it.each(['none', 'layer', 'batch'] as const)(
    'agree with differences of it where normalization is %s',
    (normalization) => {
      for (const penalty of [{ l2: 0.1 }, { l1: 0.05 }]) {
        const net = new Network({ inputs: 4, layers: [{ units: 5, normalization }, 1], seed: 2, ...penalty })
        const check = net.checkGradients(numbers(4 * 20, 1), numbers(20, 2))
        expect(check.relativeError, JSON.stringify(penalty)).toBeLessThan(1e-7)
        expect(check.kernelError).toBeLessThan(1e-5)
      }
    },
  )

  it('agree with central differences of it', () => {
    const net = make({ l1: 0.01, l2: 0.02, maxNorm: 1, clip: { norm: 1 } })
    const { relativeError, kernelError } = net.checkGradients(x, y)
    expect(relativeError).toBeLessThan(1e-7)
    expect(kernelError).toBeLessThan(1e-5)
  })
})

describe('accumulate', () => {
  it.each(optimizers.map((one) => [JSON.stringify(one), one] as const))(
    'of 4 batches of 8 is a batch of 32 within rounding: %s',
    async (_, optimizer) => {
      const [large, small] = [make({ optimizer }), make({ optimizer })]
      const one = await large.fit({ x, y }, { epochs: 5, batchSize: 32 })
      const four = await small.fit({ x, y }, { epochs: 5, batchSize: 8, accumulate: 4 })
      for (const [e, loss] of one.loss.entries()) expect(four.loss[e]).toBeCloseTo(loss, 6)
      for (const l of [0, 1]) {
        const found = small.weights(l)
        for (const [i, w] of large.weights(l).entries()) expect(Math.abs(found[i] - w)).toBeLessThan(1e-5)
        const foundBiases = small.biases(l)
        for (const [j, b] of large.biases(l).entries())
          expect(Math.abs(foundBiases[j] - b)).toBeLessThan(1e-5)
      }
    },
  )

  it('of more batches than an epoch has is one step an epoch', async () => {
    const [whole, parts] = [make(), make()]
    await whole.fit({ x, y }, { epochs: 3, batchSize: ROWS })
    await parts.fit({ x, y }, { epochs: 3, batchSize: 8, accumulate: 2 ** 31 })
    const found = parts.weights(0)
    for (const [i, w] of whole.weights(0).entries()) expect(found[i]).toBeCloseTo(w, 6)
  })

  it('ends with the call: the next one steps after every batch', async () => {
    const [before, after] = [make(), make()]
    await before.fit({ x, y }, { batchSize: 8, accumulate: 3 })
    await after.fit({ x, y }, { batchSize: 8, accumulate: 3 })
    expect(after.trainBatch(x, y)).toBe(before.trainBatch(x, y))
    await before.fit({ x, y }, { batchSize: 8 })
    await after.fit({ x, y }, { batchSize: 8, accumulate: 1 })
    expect(bits(after)).toBe(bits(before))
  })

  it('counts steps of the optimizer, whose corrections depend on them', async () => {
    // Adam's tables have room for 512 steps: with 600 of 2 batches each, an epoch is several calls.
    const rows = 1200
    const [x1, y1] = [numbers(rows * 2, 5), numbers(rows, 6)]
    const options = { sizes: [2, 1], optimizer: 'adam' } as const
    const [large, small] = [make(options), make(options)]
    await large.fit({ x: x1, y: y1 }, { epochs: 2, batchSize: 2, shuffle: false })
    await small.fit({ x: x1, y: y1 }, { epochs: 2, batchSize: 1, accumulate: 2, shuffle: false })
    for (const [i, w] of large.weights(0).entries()) expect(small.weights(0)[i]).toBeCloseTo(w, 4)
  })
})

describe('steps so long that one thread takes them in parts', () => {
  const rows = 9000
  const long = { x: numbers(rows * 9, 3), y: numbers(rows * 3, 4) }
  it.each(regularized.map((one) => [JSON.stringify(one), one] as const))(
    'have the bits of two threads: %s',
    async (_, options) => {
      const sizes = [9, 640, 3]
      for (const accumulate of [1, 3]) {
        const fitOptions = { batchSize: 3000, epochs: 2, accumulate }
        const [one, two] = [make({ ...options, sizes }), make({ ...options, sizes })]
        const { loss } = await one.fit(long, { ...fitOptions, threads: 1 })
        expect((await two.fit(long, { ...fitOptions, threads: 2 })).loss).toEqual(loss)
        expect(bits(two) === bits(one), `${accumulate} batches`).toBe(true)
      }
    },
  )

  it('leave the last whole step where they are aborted between batches of one', async () => {
    const options = { l2: 0.01, clip: { globalNorm: 0.1 }, sizes: [9, 640, 3] }
    const before = bits(make(options))
    const half = make(options)
    let checks = 0
    const signal = Object.assign(new AbortController().signal, {
      throwIfAborted() {
        checks += 1
        if (checks === 40) throw new Error('enough')
      },
    })
    const fitOptions = { batchSize: 100, accumulate: 90, signal, threads: 1 }
    await expect(half.fit(long, fitOptions)).rejects.toThrow('enough')
    expect(bits(half) === before).toBe(true)
  })
})

describe('training that goes wrong', () => {
  it.each([1, 3])('is rolled back, %i batches a step', async (accumulate) => {
    const options = { l2: 0.01, clip: { globalNorm: 1 }, maxNorm: 3, optimizer: 'adam' } as const
    const [good, shaken] = [make(options), make(options)]
    for (const net of [good, shaken]) await net.fit({ x, y }, { batchSize: 8, accumulate })
    const huge = x.map((v) => v * 1e30)
    const bad = { x: huge, y: y.map((v) => v * 1e38) }
    await expect(shaken.fit(bad, { batchSize: 8, accumulate })).rejects.toThrow(DivergedError)
    expect(bits(shaken)).toBe(bits(good))
    for (const net of [good, shaken]) await net.fit({ x, y }, { batchSize: 8, accumulate })
    expect(bits(shaken)).toBe(bits(good))
  })

  it('is found where it is the penalty that is not finite', async () => {
    const net = make({ sizes: [9, 3], l2: 1e30, optimizer: { name: 'sgd', learningRate: 1e-9 } })
    await expect(net.fit({ x, y }, { batchSize: 8 })).rejects.toThrow(
      /no longer finite in epoch 1, batch 2\./,
    )
    expect(bits(net)).toBe(bits(make({ sizes: [9, 3] })))
  })

  it('a gradient beyond all float32 squares is clipped, not lost', () => {
    const net = make({
      sizes: [9, 3],
      activation: 'linear',
      clip: { globalNorm: 1 },
      optimizer: { name: 'sgd', learningRate: 1 },
    })
    const before = net.weights(0)
    net.trainBatch(
      x,
      y.map((v) => v * 1e18),
    )
    const moved = net.weights(0).map((w, i) => w - before[i])
    const norm = Math.hypot(...moved, ...net.biases(0))
    expect(norm).toBeCloseTo(1, 5)
  })
})

describe('the options', () => {
  it.each([
    [{ l1: -1 }, 'options.l1: expected a finite number from 0 on, got -1'],
    [{ l2: Number.NaN }, 'options.l2: expected a finite number from 0 on, got NaN'],
    [{ l2: 3e38 }, 'options.l2: expected a finite number from 0 on'],
    [{ maxNorm: 0 }, 'options.maxNorm: expected a finite number above 0, got 0'],
    [{ clip: 1 }, 'options.clip: expected { value }, { norm } or { globalNorm }, got 1'],
    [{ clip: {} }, 'options.clip: expected one of { value }, { norm } or { globalNorm }'],
    [
      { clip: { norm: 1, value: 1 } },
      'options.clip: expected one of { value }, { norm } or { globalNorm }, got',
    ],
    [{ clip: { global: 1 } }, "options.clip: expected one of 'value', 'norm', 'globalNorm', got"],
    [{ clip: { norm: 0 } }, 'options.clip.norm: expected a finite number above 0, got 0'],
    [{ clip: { norm: 1e-60 } }, 'options.clip.norm: expected a float32 number above 0'],
  ])('refuses %j', (options, message) => {
    expect(() => make(options as never)).toThrow(OptionError)
    expect(() => make(options as never)).toThrow(message)
  })

  it('refuses no batches, and names the layer', async () => {
    await expect(make().fit({ x, y }, { accumulate: 0 })).rejects.toThrow('fit options.accumulate: expected')
    expect(() => new Network({ inputs: 2, layers: [3, { units: 1, l1: -1 }] })).toThrow(
      'layers[1].l1: expected',
    )
  })

  const layers = [{ units: 7, l2: 0, maxNorm: Infinity }, { units: 5, l1: 0.25 }, 3]
  const mixed = () =>
    new Network({
      inputs: 9,
      layers,
      l2: 0.1,
      maxNorm: 2,
      clip: { globalNorm: 0.3 },
      kernels: 'simd',
      seed: 4,
    })

  it('are read layer by layer: its own win', () => {
    const json = mixed().toJSON()
    const of = json.options.layers.map(({ l1, l2, maxNorm }) => ({ l1, l2, maxNorm }))
    expect(of).toEqual([
      { l1: undefined, l2: undefined, maxNorm: undefined },
      { l1: 0.25, l2: 0.1, maxNorm: 2 },
      { l1: undefined, l2: 0.1, maxNorm: 2 },
    ])
    expect(json.options.clip).toEqual({ globalNorm: 0.3 })
    const [once, again] = [mixed(), new Network({ ...json.options, kernels: 'simd' } as never)]
    for (const net of [once, again]) net.trainBatch(x, y)
    expect(bits(again)).toBe(bits(once))
  })

  it('are shown in a line', () => {
    expect(`${mixed()}`).toContain(
      'l1 in layer 1; l2 in layers 1, 2; maxNorm in layers 1, 2; clip globalNorm 0.3;',
    )
    expect(`${make({ l2: 1e-4 })}`).toContain('; l2 0.0001;')
    expect(`${make()}`).not.toMatch(/l1|l2|maxNorm|clip/)
  })

  it('are explained', () => {
    const text = mixed().explain(8)
    expect(text).toContain('C += 0.25 Σ|W2| + 0.1 ΣW2²')
    expect(text).toMatch(/gradient +∇W1 = xᵀ · δ1 \/ 8/)
    expect(text).toMatch(/measure +∇W2 \+= 0.25 sign W2 \+ 0.2 W2; ‖∇W2‖/)
    expect(text).toMatch(/update +W2 −= η · min\(1, 0.3 \/ ‖∇‖\) ∇W2/)
    expect(text).toMatch(/limit +each column of W3 to a norm of at most 2; W3ᵀ/)
    expect(make({ l2: 0.25, clip: { value: 0.5 } }).explain(8)).toContain(
      'W1 −= η · clip(xᵀ · δ1 / 8 + 0.5 W1, ±0.5)',
    )
    expect(make({ l1: 0.25 }).explain(8)).toContain('W1 −= η · (xᵀ · δ1 / 8 + 0.25 sign W1)')
    expect(make({ clip: { norm: 0.5 } }).explain(8)).toContain('min(1, 0.5 / ‖∇b1‖) ∇b1')
  })
})
