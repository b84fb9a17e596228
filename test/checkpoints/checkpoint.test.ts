// A training that is interrupted and resumed, byte for byte the same as one that was not.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { decodeCheckpoint } from '../../src/formats/checkpoint.ts'
import {
  BackendError,
  type BatchLog,
  type Data,
  type EpochLog,
  type FitOptions,
  FormatError,
  Network,
  OptionError,
  type SizedNetworkOptions,
} from '../../src/index.ts'
import { numbers } from '../helpers/random.ts'
import { thoroughly } from '../helpers/thorough.ts'

const ROWS = 50
const x = numbers(4 * ROWS, 1)
const y = Int32Array.from({ length: ROWS }, (_, r) => r % 3)
const data = { x, y }
const weights = (value: number) => new Float32Array(ROWS).fill(value)
const apart = { x: numbers(4 * 20, 3), y: Int32Array.from({ length: 20 }, (_, r) => r % 3) }

const network = (options: Partial<SizedNetworkOptions> = {}) =>
  new Network({ sizes: [4, 9, 3], loss: 'crossEntropy', seed: 2, kernels: 'simd', threads: 1, ...options })

/** How far a network is, and every parameter and slot bit by bit. */
function stateOf(net: Network): string {
  const { header, state } = decodeCheckpoint(net.checkpoint())
  return `${JSON.stringify(header.progress)} ${Buffer.from(state.buffer).toString('base64')}`
}
const resumed = (net: Network, options = {}) => Network.resume(net.checkpoint(), options)

const optimizers = [
  { name: 'sgd' },
  { name: 'sgd', momentum: 0.9, nesterov: true },
  { name: 'adam' },
  { name: 'adam', learningRate: { name: 'cosine', from: 0.01, over: 7, warmUp: 2 } },
  { name: 'sgd', learningRate: { name: 'plateau', from: 0.5, patience: 0, factor: 0.5 } },
  { name: 'adam', learningRate: { name: 'oneCycle', peak: 0.02, per: 'step', over: 40 } },
] as const

describe.each(optimizers)('a training by %o', (optimizer) => {
  const options = { batchSize: 8, validation: apart }

  it('of N epochs, resumed for M, is one of N + M', async () => {
    const [whole, first] = [network({ optimizer }), network({ optimizer })]
    await whole.fit(data, { ...options, epochs: 7 })
    await first.fit(data, { ...options, epochs: 3 })
    const second = resumed(first)
    expect(stateOf(second)).toBe(stateOf(first))
    expect(second.learningRate).toBe(first.learningRate)
    await second.fit(data, { ...options, epochs: 4 })
    expect(stateOf(second)).toBe(stateOf(whole))
  })

  it.each(['simd', 'relaxed', 'reference'] as const)(
    'that is aborted in the middle of an epoch goes on there (%s)',
    async (kernels) => {
      const whole = network({ optimizer, kernels })
      const expected = await whole.fit(data, { ...options, epochs: 5 })
      for (const steps of [1, 9, 14, 21]) {
        const stopped = network({ optimizer, kernels })
        let taken = 0
        await stopped.fit(data, { ...options, epochs: 5, onBatch: () => ++taken < steps })
        const second = resumed(stopped, { threads: 2 })
        expect(second.learningRate).toBe(stopped.learningRate)
        const done = Math.floor(steps / 7)
        const history = await second.fit(data, { ...options, epochs: 5 - done })
        expect(stateOf(second)).toBe(stateOf(whole))
        // The unfinished epoch is reported as a whole.
        expect(history.loss).toEqual(expected.loss.slice(done))
        expect(history.accuracy).toEqual(expected.accuracy!.slice(done))
        expect(history.learningRate).toEqual(expected.learningRate.slice(done))
      }
    },
  )
})

it('a training whose batches are summed, with dropout and both normalizations, goes on within an epoch', async () => {
  const make = () =>
    new Network({
      inputs: 4,
      layers: [{ units: 8, normalization: 'batch', dropout: 0.3 }, { units: 8, normalization: 'layer' }, 3],
      loss: 'crossEntropy',
      optimizer: 'nadam',
      l2: 1e-3,
      clip: { globalNorm: 1 },
      inputDropout: 0.1,
      seed: 4,
      kernels: 'simd',
      threads: 1,
    })
  const options = {
    batchSize: 8,
    accumulate: 2,
    validation: 0.2,
    epochs: 4,
    classWeight: 'balanced',
  } as const
  const whole = make()
  const expected = await whole.fit(data, options)
  for (const steps of [2, 4, 7]) {
    const first = make()
    let taken = 0
    await first.fit(data, { ...options, onBatch: () => ++taken < steps })
    const done = Math.floor(steps / 3)
    const second = resumed(first, { threads: 2 })
    const history = await second.fit(data, { ...options, epochs: 4 - done })
    expect(stateOf(second)).toBe(stateOf(whole))
    expect(history.loss).toEqual(expected.loss.slice(done))
  }
})

describe('early stopping', () => {
  const options = { batchSize: 8, validation: apart, epochs: 60, learningRate: 0.3 }
  const earlyStopping = { patience: 5 }
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  afterAll(() => warn.mockRestore())

  it('goes on with what it had seen, the best parameters too', async () => {
    const whole = network()
    const expected = await whole.fit(data, { ...options, earlyStopping })
    expect(expected.epochs).toBeLessThan(60)
    for (const stopAt of [expected.bestEpoch! - 1, expected.bestEpoch! + 2]) {
      // A checkpoint from within the last observer of an epoch, and one of an abort in the middle of the next.
      const stop = new AbortController()
      let [epochs, batches] = [0, 0]
      let bytes: Uint8Array | undefined
      const first = network()
      const fit = first.fit(data, {
        ...options,
        earlyStopping,
        signal: stop.signal,
        onEpoch: () => {
          if (++epochs === stopAt) bytes = first.checkpoint()
        },
        onBatch: () => {
          if (epochs === stopAt && ++batches === 3) stop.abort()
        },
      })
      await expect(fit).rejects.toThrow(/abort/)
      const resumptions: [Network, number][] = [
        [Network.resume(bytes!), stopAt - 1],
        [resumed(first), stopAt],
      ]
      for (const [second, done] of resumptions) {
        const history = await second.fit(data, { ...options, earlyStopping, epochs: 60 - done })
        expect(stateOf(second), `${done}`).toBe(stateOf(whole))
        expect(history.epochs + done).toBe(expected.epochs)
        expect(history.bestEpoch).toBe(Math.max(0, expected.bestEpoch! - done))
      }
    }
  })

  it('has ended where the checkpoint is from after its last epoch', async () => {
    const saved: Uint8Array[] = []
    const whole = network()
    const checkpoint = { save: (bytes: Uint8Array) => void saved.push(bytes) }
    const expected = await whole.fit(data, { ...options, earlyStopping, checkpoint })
    const second = Network.resume(saved.at(-1)!)
    const history = await second.fit(data, { ...options, earlyStopping })
    expect(history.epochs).toBe(0)
    expect(second.weights(0)).toEqual(whole.weights(0))
    // Nobody looks for the best in this one, and what was seen is forgotten.
    const free = Network.resume(saved.at(-2)!)
    const more = await free.fit(data, { ...options, epochs: 3 })
    expect([more.epochs, more.bestEpoch]).toEqual([3, undefined])
    const late = Network.resume(saved.at(-2)!)
    const { bestEpoch } = await late.fit(data, {
      ...options,
      earlyStopping: { ...earlyStopping, minDelta: 9 },
      epochs: 2,
    })
    expect(bestEpoch).toBe(0)
    expect(expected.bestEpoch).toBeGreaterThan(0)
  })

  describe.each([
    ['by its epochs', (epochs: number) => ({ epochs })],
    ['by onEpoch', (epochs: number) => ({ onEpoch: ({ epoch }: EpochLog) => epoch < epochs })],
    [
      'by onBatch',
      (epochs: number) => ({ onBatch: ({ epoch, batch }: BatchLog) => epoch <= epochs || batch < 3 }),
    ],
  ])('of a fit that was ended %s', (_, endedAfter) => {
    it('goes on to the same bits and ends where it would have ended', async () => {
      const settings = { ...options, earlyStopping: { patience: 5, restoreBest: false } }
      const whole = network()
      const expected = await whole.fit(data, settings)
      const { bestEpoch, epochs } = expected
      expect(bestEpoch).toBeGreaterThan(0)
      expect(epochs).toBeLessThan(60)
      for (const parts of [4, bestEpoch!, bestEpoch! + 2]) {
        const first = network()
        await first.fit(data, { ...settings, ...endedAfter(parts) })
        const done = first.epochs
        const second = resumed(first)
        const history = await second.fit(data, { ...settings, epochs: 60 - done })
        expect(history.epochs + done).toBe(epochs)
        expect(history.bestEpoch).toBe(Math.max(0, bestEpoch! - done))
        expect(stateOf(second)).toBe(stateOf(whole))
      }
    })
  })

  it('brings back the best of both parts where the first ended with it', async () => {
    const whole = network()
    const { bestEpoch, epochs } = await whole.fit(data, { ...options, earlyStopping })
    const first = network()
    await first.fit(data, { ...options, earlyStopping, epochs: bestEpoch! })
    const bytes = first.checkpoint()
    expect(decodeCheckpoint(bytes).best).toBeUndefined()
    const second = Network.resume(bytes)
    const history = await second.fit(data, { ...options, earlyStopping, epochs: 60 })
    expect([history.epochs, history.bestEpoch]).toEqual([epochs - bestEpoch!, 0])
    expect(stateOf(second)).toBe(stateOf(whole))
    expect(second.weights(0)).toEqual(first.weights(0))
    // In the network itself the next fit looks for the best anew.
    const next = await first.fit(data, { ...options, earlyStopping, epochs: 2 })
    expect(next.bestEpoch).toBeGreaterThan(0)
  })

  it('that had ended the training trains nothing when that is resumed, and says so', async () => {
    const settings = { ...options, earlyStopping: { patience: 5, restoreBest: false } }
    const whole = network()
    await whole.fit(data, settings)
    const second = resumed(whole)
    expect((await second.fit(data, settings)).epochs).toBe(0)
    expect(stateOf(second)).toBe(stateOf(whole))
    expect((await second.fit(data, { ...settings, epochs: 2 })).epochs).toBe(2)
    // Once in a process.
    const texts = warn.mock.calls
      .flat()
      .filter((text) => text.includes('this fit trains nothing: early stopping'))
    expect(texts).toHaveLength(1)
  })

  it('begins anew in a fit that is no resumption', async () => {
    const net = network()
    await net.fit(data, { ...options, earlyStopping })
    const again = resumed(net)
    const history = await again.fit(data, { ...options, earlyStopping, epochs: 3 })
    expect(history.epochs).toBe(3)
    expect(history.bestEpoch).toBeGreaterThan(0)
  })
})

describe('checkpoints during a fit', () => {
  const options = { batchSize: 8, validation: apart, epochs: 4 }

  it.each([
    [{ epochs: 1 }, 4],
    [2, 2],
    [{ steps: 3 }, 9],
    [{ steps: 100 }, 0],
    [{ seconds: 1e-9 }, undefined],
  ] as const)('every %o', async (every, count) => {
    const whole = network({ optimizer: 'adam' })
    await whole.fit(data, options)
    for (const settings of [{ threads: 1 }, { threads: 2 }, { threads: 1, offThread: true }]) {
      const saved: Uint8Array[] = []
      const save = async (bytes: Uint8Array) => {
        saved.push(bytes)
      }
      const net = network({ optimizer: 'adam' })
      await net.fit(data, { ...options, ...settings, checkpoint: { save, every } })
      expect(stateOf(net)).toBe(stateOf(whole))
      if (count !== undefined) expect(saved).toHaveLength(count)
      else expect(saved.length).toBeGreaterThan(3)
      for (const bytes of saved) {
        const second = Network.resume(bytes)
        const before = decodeCheckpoint(bytes).header.progress as { epochs: number }
        const left = 4 - before.epochs
        if (left > 0) await second.fit(data, { ...options, epochs: left })
        expect(stateOf(second)).toBe(stateOf(whole))
      }
    }
  })

  it('asked for while it runs are of its last whole epoch', async () => {
    const [net, one] = [network(), network()]
    await one.fit(data, { ...options, epochs: 1 })
    let bytes: Uint8Array | undefined
    let batches = 0
    await net.fit(data, {
      ...options,
      onBatch: () => {
        if (++batches === 10) bytes = net.checkpoint()
      },
    })
    expect(stateOf(Network.resume(bytes!))).toBe(stateOf(one))
  })

  it('that cannot be saved end the fit with that error, and keep what was trained', async () => {
    const [net, one] = [network(), network()]
    await one.fit(data, { ...options, epochs: 2 })
    let saves = 0
    const save = () => {
      if (++saves === 2) throw new Error('the disk is full')
    }
    await expect(net.fit(data, { ...options, checkpoint: { save } })).rejects.toThrow('the disk is full')
    expect(net.weights(0)).toEqual(one.weights(0))
    const wrong = [
      {},
      { save, file: 'x' },
      { file: 3 },
      { save, every: 0 },
      { save, every: {} },
      { save, every: { steps: 1, epochs: 2 } },
    ]
    for (const checkpoint of wrong) {
      await expect(net.fit(data, { checkpoint } as never)).rejects.toThrow(/checkpoint/)
    }
    const nowhere = net.fit(data, { checkpoint: { file: '/no/such/folder/net.ckpt' } })
    await expect(nowhere).rejects.toThrow(
      'expected a file in a folder that exists, got /no/such/folder/net.ckpt',
    )
  })
})

describe('the file of a checkpoint', () => {
  const inFolder = async (run: (folder: string) => Promise<void>) => {
    const folder = mkdtempSync(join(tmpdir(), 'nabla-'))
    try {
      await run(folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  it('is refused where it is a folder, before anything is trained or written', () =>
    inFolder(async (folder) => {
      const net = network()
      const before = stateOf(net)
      const file = join(folder, 'net.ckpt')
      mkdirSync(file)
      await expect(net.fit(data, { checkpoint: { file } })).rejects.toThrow(
        new OptionError(`fit options.checkpoint.file: expected a file, got the folder ${file}`),
      )
      expect(stateOf(net)).toBe(before)
      expect(readdirSync(folder)).toEqual(['net.ckpt'])
    }))

  it('leaves nothing beside it where the system refuses it', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'net.ckpt')
      const onEpoch = ({ epoch }: EpochLog) => {
        if (epoch > 1) return
        rmSync(file, { force: true })
        mkdirSync(join(file, 'in the way'), { recursive: true })
      }
      await expect(network().fit(data, { epochs: 3, checkpoint: { file }, onEpoch })).rejects.toThrow(
        /E[A-Z]+/,
      )
      expect(readdirSync(folder)).toEqual(['net.ckpt'])
    }))

  it('may be written by several at once, and takes what was left by one that was killed', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'net.ckpt')
      const left = ['.nabla-0123abcd.tmp', '.nabla-0123abcd.tmp.old'].map((name) => join(folder, name))
      const others = ['net.ckpt.tmp', '.nabla-young123.tmp', '.nabla-0123abcd.txt', '.nabla-0123.tmp'].map(
        (name) => join(folder, name),
      )
      for (const one of [...left, ...others]) writeFileSync(one, 'x')
      const hourAgo = Date.now() / 1000 - 3600
      for (const one of [...left, ...others]) if (!one.includes('young')) utimesSync(one, hourAgo, hourAgo)
      const epochs = thoroughly(20, 5)
      const fits = [1, 2, 3, 4].map((seed) =>
        network({ seed }).fit(data, { epochs, batchSize: 8, checkpoint: { file, every: { steps: 1 } } }),
      )
      await Promise.all(fits)
      const names = ['net.ckpt', 'net.ckpt.previous', ...others.map((one) => basename(one))]
      expect(readdirSync(folder).sort()).toEqual(names.sort())
      for (const one of [file, `${file}.previous`])
        expect(Network.resume(readFileSync(one)).layers).toHaveLength(2)
    }))
})

describe('the bytes of a checkpoint', () => {
  const bytes = network({ optimizer: 'adam' }).checkpoint()

  it('are refused wherever one of them differs, or is missing', () => {
    for (let at = 0; at < bytes.length; at += at < 40 ? 1 : 97) {
      const wrong = bytes.slice()
      wrong[at] ^= 0x10
      expect(() => Network.resume(wrong), `${at}`).toThrow(FormatError)
      expect(() => Network.resume(bytes.subarray(0, at)), `${at}`).toThrow(FormatError)
    }
    for (const wrong of [undefined, 'text', [1, 2, 3], new Uint8Array(0), new Float32Array(9)]) {
      expect(() => Network.resume(wrong as never)).toThrow(FormatError)
    }
  })

  it('may begin anywhere in a buffer', () => {
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    expect(Network.resume(shifted.subarray(3)).checkpoint()).toEqual(bytes)
    // Whose `slice` is no copy.
    const buffer = Buffer.concat([Buffer.alloc(1), bytes]).subarray(1)
    const fromBuffer = Network.resume(buffer)
    buffer.fill(0)
    expect(fromBuffer.checkpoint()).toEqual(bytes)
    expect(() => Network.resume(new DataView(bytes.buffer) as never)).toThrow(FormatError)
  })

  it('ask for memory, and say so where there is none', () => {
    const net = network({ optimizer: 'adam' })
    const { Uint8Array: ofBytes, Float32Array: ofFloats } = globalThis
    const failing = (Kind: typeof ofBytes | typeof ofFloats) =>
      class extends (Kind as typeof ofBytes) {
        constructor(...given: [number]) {
          if (given[0] > 60) throw new RangeError('Array buffer allocation failed')
          super(...given)
        }
      } as never
    try {
      globalThis.Uint8Array = failing(ofBytes)
      expect(() => net.checkpoint()).toThrow(
        new BackendError('a checkpoint needs 1 MB, and the engine gave none'),
      )
      globalThis.Uint8Array = ofBytes
      globalThis.Float32Array = failing(ofFloats)
      expect(() => Network.resume(bytes)).toThrow(
        new BackendError('what a checkpoint holds needs 1 MB, and the engine gave none'),
      )
    } finally {
      Object.assign(globalThis, { Uint8Array: ofBytes, Float32Array: ofFloats })
    }
    expect(net.checkpoint()).toEqual(bytes)
  })

  it('have the layers: others are refused', () => {
    for (const shape of [{ layers: [99, 2] }, { sizes: [4, 9, 3] }, { inputs: 4 }]) {
      expect(() => Network.resume(bytes, shape as never)).toThrow(
        `resume options.${Object.keys(shape)[0]}: expected none: the checkpoint has the layers, got`,
      )
    }
  })

  it('ask for the optimizer again where its rate is a function', async () => {
    const optimizer = {
      name: 'adam',
      learningRate: ({ epoch }: { epoch: number }) => 0.01 / (1 + epoch),
    } as const
    const [whole, first] = [network({ optimizer }), network({ optimizer })]
    await whole.fit(data, { epochs: 4 })
    await first.fit(data, { epochs: 2 })
    const bytes = first.checkpoint()
    expect(() => Network.resume(bytes)).toThrow(/got "a function: give it to resume again"/)
    const second = Network.resume(bytes, { optimizer })
    await second.fit(data, { epochs: 2 })
    expect(stateOf(second)).toBe(stateOf(whole))
  })

  it('go on only with the data whose epoch was left', async () => {
    const net = network()
    await net.fit(data, { batchSize: 8, onBatch: () => false })
    const second = resumed(net)
    const before = second.weights(0)
    const fewer = { x: x.subarray(0, 160), y: y.subarray(0, 40) }
    await expect(second.fit(fewer, { batchSize: 8 })).rejects.toThrow(OptionError)
    await expect(second.fit(data, { batchSize: 9 })).rejects.toThrow(
      'expected the 50 rows in batches of 8 within whose epoch the checkpoint was made, got 50 rows in batches of 9',
    )
    await expect(second.fit(data, { batchSize: 8, accumulate: 3 })).rejects.toThrow(
      'the 50 rows in batches of 8 within whose epoch the checkpoint was made, got 50 rows in batches of 8, 3 for a step',
    )
    const others: readonly (readonly [Network, Data, FitOptions, string])[] = [
      [second, data, { shuffle: false }, 'fit options.shuffle: expected true, as in'],
      [second, data, { validation: 0.2 }, 'fit options.validation: expected no share of the rows, as in'],
      [resumed(net, { seed: 3 }), data, {}, 'options.seed: expected 2, as in the epoch within which'],
      [
        second,
        { ...data, weights: weights(2) },
        {},
        'sum is 50, as in the epoch within which the checkpoint was',
      ],
      [second, data, { classWeight: { 0: 3 } }, 'expected weights of rows whose sum is 50'],
    ]
    for (const [one, rows, options, message] of others) {
      const run = one.fit(rows, { batchSize: 8, ...options })
      await expect(run).rejects.toThrow(OptionError)
      await expect(run).rejects.toThrow(message)
    }
    expect(second.weights(0)).toEqual(before)
    await second.fit(data, { batchSize: 8 })
    const whole = network()
    await whole.fit(data, { batchSize: 8 })
    expect(stateOf(second)).toBe(stateOf(whole))
  })

  it('go on as if a fit that was refused had never been asked for', async () => {
    const options = { batchSize: 8, epochs: 3, earlyStopping: { patience: 9 }, validation: apart }
    const whole = network()
    const expected = await whole.fit(data, options)
    const first = network()
    const own = () => 1
    let bytes: Uint8Array = new Uint8Array()
    const stop = (saved: Uint8Array) => {
      bytes = saved
      throw new Error('enough')
    }
    const saving = { save: stop, every: { steps: 10 } }
    await expect(first.fit(data, { ...options, checkpoint: saving })).rejects.toThrow('enough')
    const refused: readonly [FitOptions, string][] = [
      [{ checkpoint: { file: '/no/such/folder/net.ckpt' } }, 'a folder that exists'],
      [{ metrics: ['r2', { name: 'precision', average: 'binary' }] }, 'average'],
      [{ learningRate: { name: 'plateau', from: 0.1, monitor: 'validationLoss' } }, 'learningRate.monitor'],
      [{ metrics: [own], earlyStopping: { monitor: 'own' } }, 'mode'],
    ]
    for (const [more, message] of refused) {
      const second = Network.resume(bytes)
      const before = stateOf(second)
      const given = message === 'learningRate.monitor' ? { ...options, validation: undefined } : options
      await expect(second.fit(data, { ...given, ...more } as FitOptions)).rejects.toThrow(message)
      expect(stateOf(second)).toBe(before)
      const history = await second.fit(data, { ...options, epochs: 3 - first.epochs })
      expect(history.loss).toEqual(expected.loss.slice(first.epochs))
      expect(stateOf(second)).toBe(stateOf(whole))
    }
    // Nor is it gone on with twice.
    const twice = Network.resume(bytes)
    await twice.fit(data, { batchSize: 8, onBatch: () => false })
    const left = twice.epochs
    await twice.fit(data, { batchSize: 8 })
    expect(twice.epochs).toBe(left + 1)
    expect(decodeCheckpoint(twice.checkpoint()).header.progress).toMatchObject({ steps: 10 + 1 + 7 })
  })

  it('go on only with the share whose rest was left', async () => {
    const net = network()
    await net.fit(data, { batchSize: 8, validation: 0.2, onBatch: () => false })
    const second = resumed(net)
    const share = { share: 0.2, stratify: false }
    await expect(second.fit(data, { batchSize: 8, validation: share })).rejects.toThrow(
      'expected a share of 0.2, as in the epoch within which the checkpoint was made, got a share of 0.2, not stratified',
    )
    const [one, whole] = [resumed(net), network()]
    await one.fit(data, { batchSize: 8, validation: 0.2 })
    await whole.fit(data, { batchSize: 8, validation: 0.2 })
    expect(stateOf(one)).toBe(stateOf(whole))
  })
})
