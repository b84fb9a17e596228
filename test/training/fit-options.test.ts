// What ends a fit early, what is kept apart of its data, and what it tells while it runs.

import { describe, expect, it, vi } from 'vitest'
import {
  type BatchLog,
  type EpochLog,
  Network,
  OptionError,
  type SizedNetworkOptions,
} from '../../src/index.ts'
import { Progress } from '../../src/training/progress.ts'
import { numbers } from '../helpers/random.ts'

const ROWS = 40
const x = numbers(3 * ROWS, 1)
const y = numbers(2 * ROWS, 2)
const network = (options: Partial<SizedNetworkOptions> = {}) =>
  new Network({ sizes: [3, 6, 2], seed: 1, kernels: 'simd', threads: 1, ...options })
const bits = (net: Network) =>
  net.layers.map((_, l) => [...net.weights(l), ...net.biases(l)].join()).join('\n')

describe('early stopping', () => {
  /** Validation data that have nothing to do with the training data: their loss falls, then rises. */
  const apart = { x: numbers(30, 8), y: numbers(20, 9) }
  const options = { epochs: 200, batchSize: 8, learningRate: 0.2, validation: apart }

  it('ends after `patience` epochs that are no better, with the parameters of the best', async () => {
    const net = network()
    const seen: { bits: string; loss: number }[] = []
    const history = await net.fit(
      { x, y },
      {
        ...options,
        earlyStopping: { patience: 4 },
        onEpoch: ({ validationLoss }) => {
          seen.push({ bits: bits(net), loss: validationLoss! })
        },
      },
    )
    const losses = seen.map(({ loss }) => loss)
    const best = losses.indexOf(Math.min(...losses))
    expect(history.epochs).toBe(best + 1 + 5)
    expect(history.epochs).toBeLessThan(200)
    expect(history.bestEpoch).toBe(best + 1)
    expect(bits(net)).toBe(seen[best].bits)
    expect(net.evaluate(apart).loss).toBeCloseTo(losses[best], 5)
  })

  it('brings the best back where the training ran to its end, and not where that is not wanted', async () => {
    const [restored, last, plain] = [network(), network(), network()]
    const settings = { ...options, epochs: 60 }
    const history = await restored.fit({ x, y }, { ...settings, earlyStopping: { patience: 1000 } })
    const kept = await last.fit(
      { x, y },
      { ...settings, earlyStopping: { patience: 1000, restoreBest: false } },
    )
    await plain.fit({ x, y }, settings)
    expect(history.epochs).toBe(60)
    expect(history.bestEpoch).toBeLessThan(60)
    expect(kept.bestEpoch).toBe(history.bestEpoch)
    expect(restored.evaluate(apart).loss).toBeLessThan(last.evaluate(apart).loss)
    expect(bits(last)).toBe(bits(plain))
    const until = network()
    await until.fit({ x, y }, { ...settings, epochs: history.bestEpoch! })
    expect(bits(restored)).toBe(bits(until))
  })

  it.each([2, 3])('does so with a team of %i, off the thread and in a memory of its own', async (threads) => {
    const settings = { ...options, epochs: 40, earlyStopping: true as const }
    const one = network()
    await one.fit({ x, y }, settings)
    for (const offThread of [false, true]) {
      const team = network({ threads })
      await team.fit({ x, y }, { ...settings, offThread })
      expect(bits(team)).toBe(bits(one))
    }
  })

  it('goes by another figure, up or down, and by more than minDelta', async () => {
    const labels = Int32Array.from({ length: ROWS }, (_, r) => +(x[3 * r] > 0))
    const classifier = network({ loss: 'crossEntropy' })
    const accuracies: number[] = []
    const history = await classifier.fit(
      { x, y: labels },
      {
        epochs: 100,
        learningRate: 0.05,
        earlyStopping: { monitor: 'accuracy', patience: 3 },
        onEpoch: ({ accuracy }) => {
          accuracies.push(accuracy!)
        },
      },
    )
    const best = accuracies.indexOf(Math.max(...accuracies))
    expect(history.bestEpoch).toBe(best + 1)
    expect(history.epochs).toBe(best + 1 + 4)

    const strict = await network().fit(
      { x, y },
      { ...options, earlyStopping: { minDelta: 100, patience: 2 } },
    )
    expect([strict.epochs, strict.bestEpoch]).toEqual([4, 1])
    const upwards = { monitor: 'loss', mode: 'max', patience: 0 } as const
    expect((await network().fit({ x, y }, { ...options, earlyStopping: upwards })).epochs).toBe(2)
  })

  it('refuses a figure that there cannot be before anything is trained', async () => {
    const net = network()
    const before = bits(net)
    for (const monitor of ['auc', 'seconds', 'epochs', 'learningRate', 'validationLoss', 'toString']) {
      const fit = net.fit({ x, y }, { epochs: 3, metrics: ['r2'], earlyStopping: { monitor } })
      await expect(fit).rejects.toThrow(
        new OptionError(
          `fit options.earlyStopping.monitor: expected one of loss, accuracy, r2, got '${monitor}'`,
        ),
      )
    }
    expect(bits(net)).toBe(before)
  })

  it('refuses a figure that there is not, and keeps what was trained', async () => {
    const net = network()
    const before = bits(net)
    const fit = net.fit({ x, y }, { epochs: 3, earlyStopping: { monitor: 'accuracy' } })
    await expect(fit).rejects.toThrow(OptionError)
    await expect(fit).rejects.toThrow(
      "fit options.earlyStopping.monitor: expected one of loss, got 'accuracy'",
    )
    expect(bits(net)).not.toBe(before)
    const wrong = [{ patience: -1 }, { mode: 'least' }, { minDelta: NaN }, { best: true }]
    for (const earlyStopping of wrong) {
      await expect(net.fit({ x, y }, { earlyStopping } as never)).rejects.toThrow(/earlyStopping/)
    }
  })
})

describe('a share of the data kept apart', () => {
  it('is not trained on, and is what is validated', async () => {
    const net = network()
    const history = await net.fit({ x, y }, { epochs: 2, validation: 0.25 })
    expect(history.validationLoss).toHaveLength(2)
    // Rows that are all alike but for one: what it is trained on shows whether that was kept apart.
    const rows = Array.from({ length: 10 }, () => [1, 1, 1])
    const targets = rows.map((_, r) => [r === 9 ? 1e6 : 0, 0])
    const found = new Set<string>()
    for (let seed = 0; seed < 8; ++seed) {
      const { loss, validationLoss } = await network({ seed }).fit(
        { x: rows, y: targets },
        { validation: { share: 0.3 }, learningRate: 1e-9 },
      )
      const isApart = validationLoss![0] > 1e6
      expect(loss[0] > 1e6).toBe(!isApart)
      found.add(`${isApart}`)
    }
    expect(found.size).toBe(2)
  })

  it('has its share of every class, or not where that is not wanted', async () => {
    const rows = 200
    const labels = Int32Array.from({ length: rows }, (_, r) => (r < 10 ? 1 : 0))
    const inputs = Float32Array.from({ length: 3 * rows }, (_, i) => (labels[Math.floor(i / 3)] ? 1 : -1))
    // A network that says 1 for every row: its accuracy is the share of that class.
    const share = async (validation: object, seed: number) => {
      const net = network({ loss: 'crossEntropy', sizes: [3, 2], seed, initializer: 'zeros' })
      net.setBiases(0, [0, 10])
      const options = { validation: validation as never, learningRate: 1e-30 }
      return (await net.fit({ x: inputs, y: labels }, options)).validationAccuracy![0]
    }
    const shares = []
    for (let seed = 0; seed < 6; ++seed) {
      expect(await share({ share: 0.2 }, seed)).toBe(2 / 40)
      shares.push(await share({ share: 0.2, stratify: false }, seed))
    }
    expect(new Set(shares).size).toBeGreaterThan(1)
  })

  it('is the same for the same seed, whatever the threads and the form of the data', async () => {
    const options = { epochs: 3, validation: 0.3, batchSize: 8 }
    const flat = network()
    const nested = network()
    await flat.fit({ x, y }, options)
    const rowsOf = (values: Float32Array, columns: number) =>
      Array.from({ length: ROWS }, (_, r) => [...values.subarray(r * columns, (r + 1) * columns)])
    await nested.fit({ x: rowsOf(x, 3), y: rowsOf(y, 2) }, { ...options, threads: 2 })
    expect(bits(nested)).toBe(bits(flat))
  })

  it('must leave rows on both sides', async () => {
    for (const validation of [0, 1, -0.1, 'half', { share: 2 }, { share: 0.2, seed: 1 }]) {
      await expect(network().fit({ x, y }, { validation } as never)).rejects.toThrow(/validation/)
    }
    const named = (validation: unknown) => network().fit({ x, y }, { validation } as never)
    await expect(named(20)).rejects.toThrow(
      'fit options.validation: expected a share above 0 and below 1, got 20',
    )
    await expect(named({ share: 2 })).rejects.toThrow('fit options.validation.share: expected a share')
    const single = network().fit({ x: x.subarray(0, 3), y: y.subarray(0, 2) }, { validation: 0.5 })
    await expect(single).rejects.toThrow(
      'a share that leaves rows to train on, got 0.5, which is 1 of 1 rows',
    )
  })
})

describe('onBatch', () => {
  it('sees every batch with its loss, and changes nothing', async () => {
    const seen: BatchLog[] = []
    const [watched, plain] = [network(), network()]
    const options = { epochs: 2, batchSize: 16, shuffle: false, learningRate: 0.1 }
    const history = await watched.fit(
      { x, y },
      {
        ...options,
        onBatch: async (log) => {
          seen.push(log)
        },
      },
    )
    await plain.fit({ x, y }, options)
    expect(bits(watched)).toBe(bits(plain))
    expect(seen.map(({ epoch, batch, batches }) => [epoch, batch, batches])).toEqual([
      [1, 1, 3],
      [1, 2, 3],
      [1, 3, 3],
      [2, 1, 3],
      [2, 2, 3],
      [2, 3, 3],
    ])
    const byHand = network()
    const rows = [16, 16, 8]
    let from = 0
    rows.forEach((count, b) => {
      const part = [
        x.subarray(3 * from, 3 * (from + count)),
        y.subarray(2 * from, 2 * (from + count)),
      ] as const
      expect(byHand.trainBatch(...part, { learningRate: 0.1 })).toBeCloseTo(seen[b].loss, 6)
      from += count
    })
    const mean = (16 * seen[0].loss + 16 * seen[1].loss + 8 * seen[2].loss) / 40
    expect(history.loss[0]).toBeCloseTo(mean, 6)
  })

  const weights = Float32Array.from({ length: 40 }, (_, r) => (r % 4 === 0 ? 0 : 1 + (r % 3)))
  const conventions = [
    ['plain', {}, {}],
    ['weighted', { weights }, {}],
    ['with penalties', {}, { l2: 0.1, l1: 0.01 }],
    ['weighted, with penalties', { weights }, { l2: 0.1 }],
  ] as const
  it.each(conventions)(
    'has the loss of the epoch, batch by batch, of rows that are %s',
    async (_, more, regularized) => {
      for (const [how, given] of [
        ['one thread', { threads: 1 }],
        ['two threads', { threads: 2 }],
        ['off the thread', { threads: 1, offThread: true }],
        ['in steps of two batches', { threads: 1, accumulate: 2 }],
      ] as const) {
        const [net, byHand] = [network(regularized), network(regularized)]
        const losses: number[] = []
        const options = { batchSize: 8, shuffle: false, learningRate: 0.1, ...given }
        const { loss } = await net.fit(
          { x, y, ...more },
          { ...options, onBatch: (log) => void losses.push(log.loss) },
        )
        const step = 'accumulate' in given ? 16 : 8
        let [data, all, penalties] = [0, 0, 0]
        losses.forEach((one, b) => {
          const [from, to] = [step * b, Math.min(40, step * (b + 1))]
          const part = { x: x.subarray(3 * from, 3 * to), y: y.subarray(2 * from, 2 * to) }
          const own = weights.subarray(from, to)
          const sum = 'weights' in more ? own.reduce((total, s) => total + s, 0) : to - from
          const zero = { x: new Float32Array(3), y: byHand.predict(new Float32Array(3)) }
          const penalty = byHand.evaluate(zero).loss
          const expected = byHand.evaluate('weights' in more ? { ...part, weights: own } : part).loss
          expect(one, `${how}, step ${b}`).toBeCloseTo(expected, 6)
          data += (one - penalty) * sum
          all += sum
          penalties += penalty * (to - from)
          if ('weights' in more) byHand.trainBatch(part.x, part.y, { learningRate: 0.1, weights: own })
          else byHand.trainBatch(part.x, part.y, { learningRate: 0.1 })
        })
        expect(loss[0], how).toBeCloseTo(data / all + penalties / 40, 6)
      }
    },
  )

  it('has the penalties alone where all rows of a step have the weight 0', async () => {
    const losses: number[] = []
    const none = weights.map((s, r) => (r < 8 ? 0 : s))
    const net = network({ l2: 0.1 })
    const penalty = net.evaluate({ x: new Float32Array(3), y: net.predict(new Float32Array(3)) }).loss
    const options = { batchSize: 8, shuffle: false, learningRate: 1e-30 }
    await net.fit({ x, y, weights: none }, { ...options, onBatch: ({ loss }) => void losses.push(loss) })
    expect(losses[0]).toBeCloseTo(penalty, 6)
    expect(losses[1]).toBeGreaterThan(penalty + 0.01)
  })

  it('has it in an order that is shuffled, and with weights of classes', async () => {
    const classes = Int32Array.from({ length: 40 }, (_, r) => (r % 4 === 0 ? 1 : 0))
    for (const given of [{}, { threads: 2 }, { offThread: true }]) {
      const net = network({ loss: 'crossEntropy' })
      const losses: number[] = []
      // A rate that changes nothing: each row has the same loss whenever it comes.
      const options = { batchSize: 10, learningRate: 1e-30, classWeight: { 0: 1, 1: 3 }, ...given }
      const onBatch = (log: BatchLog) => void losses.push(log.loss)
      const { loss } = await net.fit({ x, y: classes }, { ...options, onBatch })
      expect(new Set(losses).size).toBe(4)
      const weights = Float32Array.from(classes, (one) => (one === 1 ? 3 : 1))
      expect(loss[0]).toBeCloseTo(net.evaluate({ x, y: classes, weights }).loss, 6)
      const own = Array.from(classes, (one, r) => net.loss(x.subarray(3 * r, 3 * r + 3), [one]))
      // The rows of each batch are those whose weighted mean it is: all that is known here is that they are among them.
      for (const one of losses) {
        expect(one).toBeGreaterThan(Math.min(...own))
        expect(one).toBeLessThan(Math.max(...own))
      }
    }
  })

  it('ends the training at the batch where it returns false, with the parameters of that step', async () => {
    const options = { epochs: 3, batchSize: 8, shuffle: false, learningRate: 0.1 }
    for (const threads of [1, 2]) {
      const [ended, byHand] = [network({ threads }), network()]
      let calls = 0
      const history = await ended.fit({ x, y }, { ...options, onBatch: () => ++calls < 7 })
      expect([calls, history.epochs, history.loss.length]).toEqual([7, 1, 1])
      await byHand.fit({ x, y }, { ...options, epochs: 1 })
      for (const b of [0, 1]) {
        byHand.trainBatch(x.subarray(24 * b, 24 * (b + 1)), y.subarray(16 * b, 16 * (b + 1)), {
          learningRate: 0.1,
        })
      }
      expect(bits(ended)).toBe(bits(byHand))
    }
  })
})

describe('verbose', () => {
  const logs: EpochLog[] = [1, 2, 3].map((epoch) => ({
    epoch,
    epochs: 3,
    loss: 1 / epoch,
    learningRate: 0.1,
    accuracy: 0.5,
    seconds: epoch,
  }))

  it('is a line for each epoch where there is no terminal', () => {
    const lines: string[] = []
    const progress = new Progress(3, 100, { columns: undefined, write: (line) => lines.push(line) })
    for (const log of logs) {
      progress.rowsDone(log.epoch, 50)
      progress.epochEnded(log)
    }
    progress.end(3)
    expect(lines).toEqual([
      'epoch 1/3  loss 1  learningRate 0.1  accuracy 50.00%  1.0 s',
      'epoch 2/3  loss 0.5  learningRate 0.1  accuracy 50.00%  2.0 s',
      'epoch 3/3  loss 0.3333  learningRate 0.1  accuracy 50.00%  3.0 s',
    ])
  })

  it('shows a metric beside the figure of the log that has its name', () => {
    const lines: string[] = []
    const progress = new Progress(3, 100, { columns: undefined, write: (line) => lines.push(line) })
    progress.epochEnded({ ...logs[0], metrics: { accuracy: 0.25, auc: 0.75 } })
    expect(lines).toEqual([
      'epoch 1/3  loss 1  learningRate 0.1  accuracy 50.00%  metrics.accuracy 25.00%  auc 0.75  1.0 s',
    ])
  })

  it('is a bar on a terminal, which moves within an epoch and is no wider than the terminal', () => {
    let now = 1000
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const writes: string[] = []
    const progress = new Progress(2, 100, { columns: 40, write: (text) => writes.push(text) })
    progress.rowsDone(1, 50)
    now += 50
    progress.rowsDone(1, 60)
    now += 60
    progress.rowsDone(1, 100)
    progress.epochEnded(logs[0])
    progress.end(2)
    vi.restoreAllMocks()
    const texts = writes.map((text) => text.replace('\r', '').replace('\u001b[K', ''))
    expect(texts[0]).toMatch(/^epoch 1\/2 █████░{15} 25%/)
    expect(texts[1]).toMatch(/^epoch 1\/2 █{10}░{10} 50%/)
    expect(texts.at(-2)).toMatch(/^epoch 2\/2 █{20} 100%/)
    expect(texts.at(-1)).toBe('\n')
    for (const text of texts) expect(text.length).toBeLessThan(40)
  })

  it('shows what a fit does, and nothing without it', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    await network().fit({ x, y }, { epochs: 2 })
    expect(log).not.toHaveBeenCalled()
    await network().fit({ x, y }, { epochs: 2, verbose: true })
    expect(log.mock.calls.map(([line]) => line.slice(0, 15))).toEqual(['epoch 1/2  loss', 'epoch 2/2  loss'])
    vi.restoreAllMocks()
  })
})
