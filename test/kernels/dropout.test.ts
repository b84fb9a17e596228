// Dropout of every backend: masks word for word from the paper's generator, the same wherever a step is divided, others in
// every epoch; and nothing is dropped outside training.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { ARENA_START } from '../../assembly/abi/layout.ts'
import { DROPOUT_OF_EPOCH, DROPOUT_OF_STEP } from '../../assembly/abi/purposes.ts'
import { type KernelsName, Network, type NetworkOptions, OptionError } from '../../src/index.ts'
import { type ActivationName, activations } from '../../src/model/tables.ts'
import { padded } from '../../src/program/panels.ts'
import { measureThreads } from '../../src/threads/crew.ts'
import { stopIdleWorkers } from '../../src/threads/pool.ts'
import { definitions } from '../helpers/activations.ts'
import { backends, runsRelaxed } from '../helpers/backends.ts'
import { canaries } from '../helpers/canaries.ts'
import { sharesOf } from '../helpers/kernels.ts'
import { numbers } from '../helpers/random.ts'
import { STAGE_ROOM, stageKernelsOf } from '../helpers/stages.ts'
import { textbookPhilox } from '../helpers/textbook.ts'
import { type StagedNetwork, stagedStep } from '../helpers/textbook-stages.ts'

measureThreads(false)
afterEach(async () => {
  vi.unstubAllGlobals()
  await stopIdleWorkers()
})

// 1 … 5 vectors with every tail, and more than two groups of 16 columns.
const SIZES = [...Array.from({ length: 21 }, (_, n) => n + 1), 32, 33, 47]
const ROWS = 5
const MOST = ROWS * 48 + 16
const ROOM = ARENA_START
const BEGIN = ROOM + STAGE_ROOM
const A = BEGIN + 16
const OUT = A + MOST
const SLOPE = OUT + MOST
const TABLE = SLOPE + MOST
const ELEMENTS = TABLE + 16
const CANARY = 77
const WORDS = [0x9abcdef0, 0x1234, 7, DROPOUT_OF_EPOCH] as const

/** Whether a = the column j of the row at a place of the epoch is kept. */
function keeps(
  [seedLow, seedHigh, stream, purpose]: readonly [number, number, number, number],
  layer: number,
  place: number,
  j: number,
  p: number,
): boolean {
  const counter = [Math.floor(j / 4), place, stream, purpose + 16 * layer].map((word) => BigInt(word >>> 0))
  const words = textbookPhilox(counter, [BigInt(seedLow >>> 0), BigInt(seedHigh >>> 0)])
  return Number(words[j % 4]) >= Math.min(2 ** 32 - 1, Math.round(p * 2 ** 32))
}

describe.each(backends.map((backend) => [backend.name, backend] as const))('%s', (_, { make, epsilon }) => {
  const backend = make(ELEMENTS)
  const { floats } = backend
  const kernels = stageKernelsOf(backend, ROOM)
  const { fill, expectLeft } = canaries(floats, BEGIN, ELEMENTS, CANARY)
  const operands = (n: number, p: number, activation: number) => ({
    input: A,
    inputStride: padded(n),
    out: A,
    slope: SLOPE,
    units: n,
    activation,
    layer: 3,
    threshold: Math.round(p * 2 ** 32),
    scale: 1 / (1 - p),
  })

  it("keeps what the paper's generator says, scaled, for every size", () => {
    for (const p of [0.1, 0.5, 0.9]) {
      for (const n of SIZES) {
        fill()
        const stride = padded(n)
        const a = numbers(ROWS * stride, n, 2)
        floats.set(a, A)
        const { slope: _, ...rest } = operands(n, p, 0)
        kernels.dropout(ROWS, { ...rest, out: OUT }, WORDS, 11)
        for (let r = 0; r < ROWS; ++r) {
          for (let j = 0; j < stride; ++j) {
            const kept = j < n && keeps(WORDS, 3, 11 + r, j, p)
            const expected = kept ? a[r * stride + j] / (1 - p) : 0
            const found = floats[OUT + r * stride + j]
            expect(Math.abs(found - expected)).toBeLessThanOrEqual(2 * epsilon * Math.abs(expected))
          }
        }
        expectLeft([A, ROWS * stride], [OUT, ROWS * stride])
      }
    }
  })

  it('takes rows that a table lists, at any alignment, and reads nothing beside them', () => {
    for (const n of SIZES) {
      fill()
      const a = numbers(ROWS * n, n, 2)
      floats.fill(Number.NaN, A - 3, A + ROWS * n + 4)
      floats.set(a, A)
      const order = [3, 0, 4, 1, 2]
      backend.writeInts(
        TABLE,
        order.map((row) => A + row * n),
      )
      const { slope: _, ...rest } = operands(n, 0.5, 0)
      kernels.dropout(ROWS, { ...rest, inputTable: TABLE, out: OUT }, WORDS, 2)
      for (let r = 0; r < ROWS; ++r) {
        for (let j = 0; j < padded(n); ++j) {
          const kept = j < n && keeps(WORDS, 3, 2 + r, j, 0.5)
          expect(floats[OUT + r * padded(n) + j]).toBe(kept ? 2 * a[order[r] * n + j] : 0)
        }
      }
    }
  })

  it.each(Object.entries(definitions).map(([name, one]) => [name, one] as const))(
    'makes the slope of %s f′ times the mask',
    (name, { code, value, slope, slopeTerms }) => {
      const { storesSlope } = activations[name as ActivationName]
      for (const n of SIZES) {
        fill()
        const stride = padded(n)
        const z = numbers(ROWS * stride, n, 2)
        floats.set(z.map(value), A)
        if (storesSlope) floats.set(z.map(slope), SLOPE)
        // 12: its f′ is stored.
        kernels.dropout(ROWS, operands(n, 0.25, storesSlope ? 12 : code), WORDS)
        for (let r = 0; r < ROWS; ++r) {
          for (let j = 0; j < n; ++j) {
            const at = r * stride + j
            const factor = keeps(WORDS, 3, r, j, 0.25) ? 4 / 3 : 0
            // f′ is computed from a float32, from which some of it is a difference to 1.
            const tolerance = 32 * 2 ** -24 * (1 + (slopeTerms?.(z[at]) ?? 0))
            expect(Math.abs(floats[A + at] - factor * value(z[at]))).toBeLessThan(tolerance * 4)
            expect(Math.abs(floats[SLOPE + at] - factor * slope(z[at]))).toBeLessThan(tolerance)
            if (factor === 0) expect(floats[A + at] === 0 && floats[SLOPE + at] === 0).toBe(true)
          }
        }
        expectLeft([A, ROWS * stride], [SLOPE, ROWS * stride])
      }
    },
  )

  it('leaves the same bits in any number of parts', () => {
    const bits = (parts: number) => {
      fill()
      floats.set(numbers(ROWS * 48, 5), A)
      for (const share of sharesOf(parts)) kernels.dropout(ROWS, operands(47, 0.4, 2), WORDS, 9, share)
      return Buffer.from(floats.slice(BEGIN).buffer).toString('hex')
    }
    const whole = bits(1)
    for (const parts of [2, 3, 5, 16]) expect(bits(parts) === whole, `${parts} parts`).toBe(true)
  })

  it('drops its share of many, and others for another layer, place, stream, purpose and seed', () => {
    const n = 47
    const maskOf = (p: number, words: readonly [number, number, number, number], layer = 3, start = 0) => {
      floats.fill(1, A, A + ROWS * 48)
      const { slope: _, ...rest } = operands(n, p, 0)
      kernels.dropout(ROWS, { ...rest, layer }, words, start)
      return Array.from({ length: ROWS * n }, (__, i) => floats[A + Math.floor(i / n) * 48 + (i % n)] === 0)
    }
    for (const p of [0.05, 0.3, 0.8]) {
      let dropped = 0
      const epochs = 100
      for (let epoch = 0; epoch < epochs; ++epoch) {
        for (const one of maskOf(p, [1, 0, epoch, DROPOUT_OF_EPOCH])) dropped += Number(one)
      }
      const count = epochs * ROWS * n
      // Five deviations of a binomial share.
      expect(Math.abs(dropped / count - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / count))
    }
    const [low, high, stream, purpose] = WORDS
    const masks = [
      maskOf(0.5, WORDS),
      maskOf(0.5, WORDS, 4),
      maskOf(0.5, WORDS, 3, ROWS),
      maskOf(0.5, [low, high, stream + 1, purpose]),
      maskOf(0.5, [low, high, stream, DROPOUT_OF_STEP]),
      maskOf(0.5, [low + 1, high, stream, purpose]),
      maskOf(0.5, [low, high + 1, stream, purpose]),
    ]
    for (const [i, one] of masks.entries()) {
      for (const other of masks.slice(0, i)) {
        const alike = one.filter((value, k) => value === other[k]).length / one.length
        expect(Math.abs(alike - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / one.length))
      }
    }
  })
})

const kernelNames: KernelsName[] = ['reference', 'simd', ...(runsRelaxed ? (['relaxed'] as const) : [])]
const columns = 37
const rows = 83
const data = {
  x: numbers(rows * columns, 1).map((v, i) => ((i * 7) % 3 < 2 ? 0 : v)),
  y: Int32Array.from({ length: rows }, (_, r) => r % 5),
}

const make = (options: Partial<NetworkOptions> = {}): Network =>
  new Network({
    inputs: columns,
    layers: [{ units: 33, activation: 'tanh' }, { units: 64, activation: 'gelu', dropout: 0.5 }, 5],
    dropout: 0.25,
    loss: 'crossEntropy',
    optimizer: { name: 'sgd', learningRate: 0.1 },
    seed: 2 ** 33 + 5,
    kernels: 'simd',
    threads: 1,
    ...options,
  } as NetworkOptions)

const bitsOf = (net: Network): string =>
  Buffer.concat(
    net.layers.flatMap((_, l) => [net.weights(l), net.biases(l)].map((one) => Buffer.from(one.buffer))),
  ).toString('hex')

describe.each(kernelNames)('a network with dropout, %s', (kernels) => {
  it.each([
    ['hidden layers', {}],
    ['inputs too', { inputDropout: 0.2 }],
  ])('trains to the same bits on 1 to 4 threads, and off the thread: %s', async (_, more) => {
    const train = async (threads: number, offThread: boolean) => {
      const net = make({ kernels, threads, ...more })
      await net.fit(data, { epochs: 2, batchSize: 29, offThread })
      await net.fit(data, { batchSize: 11, offThread })
      return bitsOf(net)
    }
    const expected = await train(1, false)
    for (const threads of kernels === 'reference' ? [1] : [1, 2, 3, 4]) {
      expect((await train(threads, true)) === expected, `${threads} threads`).toBe(true)
    }
    expect(bitsOf(make({ kernels, ...more, dropout: 0 }))).toBe(bitsOf(make({ kernels })))
  })

  it('takes the steps of the textbook with the masks of each epoch', async () => {
    const seed = 5
    const net = new Network({
      inputs: 6,
      layers: [
        { units: 7, activation: 'tanh', dropout: 0.3 },
        { units: 3, activation: 'linear' },
      ],
      inputDropout: 0.2,
      optimizer: { name: 'sgd', learningRate: 0.1 },
      seed,
      kernels,
    })
    const inRows = (values: ArrayLike<number>, n: number) =>
      Array.from({ length: values.length / n }, (_, r) =>
        Array.from({ length: n }, (__, j) => values[r * n + j]),
      )
    const x = inRows(numbers(11 * 6, 1), 6)
    const y = inRows(numbers(11 * 3, 2), 3)
    const book: StagedNetwork = {
      loss: 'quadratic',
      layers: [0, 1].map((l) => ({
        weights: inRows(net.weights(l), l ? 3 : 7),
        biases: [...net.biases(l)],
        activation: l ? 'linear' : 'tanh',
      })),
    }
    const history = await net.fit({ x, y }, { epochs: 2, batchSize: 4, shuffle: false })
    for (let epoch = 0; epoch < 2; ++epoch) {
      let loss = 0
      for (let from = 0; from < 11; from += 4) {
        const batch = x.slice(from, from + 4)
        const maskOf = (layer: number, n: number, p: number) =>
          batch.map((_, r) =>
            Array.from({ length: n }, (__, j) =>
              keeps([seed, 0, epoch, DROPOUT_OF_EPOCH], layer, from + r, j, p) ? 1 / (1 - p) : 0,
            ),
          )
        book.inputMask = maskOf(0, 6, 0.2)
        book.layers[0].mask = maskOf(1, 7, 0.3)
        loss += stagedStep(book, batch, y.slice(from, from + 4), 0.1) * batch.length
      }
      expect(history.loss[epoch]).toBeCloseTo(loss / 11, 5)
    }
    book.layers.forEach(({ weights, biases }, l) => {
      const found = [...net.weights(l), ...net.biases(l)]
      for (const [i, value] of [...weights.flat(), ...biases!].entries())
        expect(found[i]).toBeCloseTo(value, 5)
    })
  })

  it('drops nothing in predict, evaluate, gradients and checkGradients', () => {
    const dropping = make({ kernels, inputDropout: 0.3 })
    const plain = new Network({
      inputs: columns,
      layers: [{ units: 33, activation: 'tanh' }, { units: 64, activation: 'gelu' }, 5],
      loss: 'crossEntropy',
      seed: 2 ** 33 + 5,
      kernels,
    })
    expect(dropping.predict(data.x)).toEqual(plain.predict(data.x))
    expect(dropping.evaluate(data)).toEqual(plain.evaluate(data))
    expect(dropping.gradients(data.x, data.y)).toEqual(plain.gradients(data.x, data.y))
    expect(dropping.checkGradients(data.x, data.y, { samples: 5 }).relativeError).toBeLessThan(1e-7)
  })

  it('draws other masks in each epoch, and in each step of trainBatch', async () => {
    // The weights do not move: what differs between two losses is the masks.
    const net = make({ kernels })
    const fit = { epochs: 4, batchSize: 16, shuffle: false, learningRate: 1e-30 }
    const { loss } = await net.fit(data, fit)
    const steps = [1, 2, 3].map(() => net.trainBatch(data.x, data.y, { learningRate: 1e-30 }))
    const plain = net.evaluate(data).loss
    expect(new Set([...loss, ...steps, plain]).size).toBe(8)
    const again = make({ kernels })
    expect((await again.fit(data, fit)).loss).toEqual(loss)
  })
})

it('trains without shared memory, in a worker of its own, to the same bits', async () => {
  const train = async (offThread: boolean) => {
    const net = make({ inputDropout: 0.1 })
    await net.fit(data, { epochs: 3, batchSize: 29, offThread })
    return bitsOf(net)
  }
  const expected = await train(false)
  vi.stubGlobal('SharedArrayBuffer', undefined)
  expect((await train(true)) === expected).toBe(true)
})

it('goes on where it stopped: two calls of one epoch are one call of two', async () => {
  const once = make()
  await once.fit(data, { epochs: 2, batchSize: 29 })
  const twice = make()
  await twice.fit(data, { batchSize: 29 })
  await twice.fit(data, { batchSize: 29 })
  expect(bitsOf(twice)).toBe(bitsOf(once))
})

it('refuses shares that make no sense, and dropout of outputs', () => {
  for (const dropout of [1, -0.1, Number.NaN, 1 - 1e-12, '0.5']) {
    expect(() => make({ dropout } as never)).toThrow(OptionError)
    expect(() => make({ inputDropout: dropout } as never)).toThrow(
      /options.inputDropout: expected a number from 0/,
    )
  }
  expect(() => new Network({ inputs: 2, layers: [3, { units: 2, dropout: 0.1 }] })).toThrow(
    'options.layers[1].dropout: expected 0 in the last layer, whose outputs are what the loss compares, got 0.1',
  )
  expect(make().layers.map(({ dropout }) => dropout)).toEqual([0.25, 0.5, undefined])
})
