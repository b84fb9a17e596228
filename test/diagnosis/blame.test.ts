// What is blamed for a training that diverged, late or by single batches too, and how far the rate is lowered.

import { describe, expect, it } from 'vitest'
import { causesOf, type Situation } from '../../src/diagnosis/causes.ts'
import { divergedError } from '../../src/diagnosis/diverged.ts'
import { remarkOn } from '../../src/diagnosis/remark.ts'
import { DivergedError, Network } from '../../src/index.ts'
import { networkSettings } from '../../src/model/network-settings.ts'
import { followed } from '../helpers/advice.ts'
import { base, change, net, plainSgd, rows, sgd, y1 } from '../helpers/diagnosis.ts'

describe('a training that diverges', () => {
  it('late, after a long good run, is told how long it went well, and goes on from what it kept', async () => {
    const options = {
      inputs: 4,
      layers: [{ units: 16, activation: 'gelu' as const }, 1],
      seed: 3,
      optimizer: sgd(0.8),
      kernels: 'simd' as const,
    }
    const network = new Network(options)
    const fit = { epochs: 600, batchSize: 8 }
    const error = (await network.fit({ x: base, y: y1 }, fit).catch((e) => e)) as DivergedError
    expect(error).toBeInstanceOf(DivergedError)
    expect(error.epoch).toBeGreaterThan(50)
    expect(error.message).toMatch(
      /the learning rate 0\.8 is too high for weights that have grown: the mean loss fell from 0\.\d+ to 0\.0\d+ in \d+ epochs/,
    )
    const again = followed({ options, x: base, y: y1, fit }, error.message)!
    const kept = network.loss(base, y1)
    const { loss } = await network.fit({ x: base, y: y1 }, { ...again.fit, epochs: 100 })
    expect(loss.at(-1)!).toBeLessThan(kept)
  })

  it('by single batches is told that the weights have grown, and to start anew with another rate', () => {
    const options = net([4, 16, 1], 3, { activation: 'linear' })
    const network = new Network(options)
    const step = () => {
      for (let i = 0; i < 200; ++i) network.trainBatch(base, y1)
    }
    let error: DivergedError | undefined
    try {
      step()
    } catch (e) {
      error = e as DivergedError
    }
    expect(error).toBeInstanceOf(DivergedError)
    const { message } = error!
    expect(message).toMatch(/the learning rate 3 is too high/)
    expect(message).toMatch(
      /earlier training has brought the weights to \S+e\d+, so start from a new network/,
    )
    expect(message).not.toMatch(/initial weights/)
    const { fit } = followed({ options, x: base, y: y1, fit: {} }, message)!
    const other = new Network(options)
    const first = other.trainBatch(base, y1, fit)
    for (let i = 0; i < 200; ++i) other.trainBatch(base, y1, fit)
    expect(other.loss(base, y1)).toBeLessThan(first)
  })

  it('says whether the loss or the parameters went first', () => {
    const network = new Network({ inputs: 1, layers: [{ units: 1, activation: 'linear' }], seed: 1 })
    const messageOf = (x: number, y: number, learningRate: number) => {
      try {
        network.trainBatch([[x]], [[y]], { learningRate })
      } catch (e) {
        return (e as Error).message
      }
      return undefined
    }
    expect(messageOf(1, 1e30, 0.1)).toMatch(/^the loss is no longer finite/)
    expect(messageOf(1, 1e10, 1e35)).toMatch(/^the parameters are no longer finite/)
  })

  it('lowers the rate each time, by 3 at the least, however often the advice is taken', () => {
    const { architecture } = networkSettings({ sizes: [4, 16, 1] })
    const weightsBefore = [0, 1].map(() => ({ mean: 0, size: 0.3, biasSize: 0, largest: 0.6 }))
    const situation: Situation = {
      architecture,
      x: { values: base, rows, columns: 4 },
      y: { values: y1, rows, columns: 1 },
      batchRows: 16,
      optimizer: plainSgd,
      learningRate: 1e-3,
      losses: [],
      weightsBefore,
      trainedBefore: false,
    }
    let learningRate = 1e20
    for (let times = 0; times < 10; ++times) {
      const [{ what, text }] = causesOf({ ...situation, learningRate })
      expect(what).toBe('rate')
      const advised = Number(/try (\S+)$/.exec(text)![1])
      expect(advised).toBeGreaterThan(0)
      expect(advised).toBeLessThanOrEqual(learningRate / 3)
      learningRate = advised
    }
  })
})

describe('what is blamed', () => {
  const { architecture } = networkSettings({ sizes: [4, 16, 1] })
  const layer = { mean: 0, size: 0.3, biasSize: 0, largest: 0.6 }
  const situation: Situation = {
    architecture,
    x: { values: base, rows, columns: 4 },
    y: { values: y1, rows, columns: 1 },
    batchRows: rows,
    optimizer: plainSgd,
    learningRate: 1e-3,
    losses: [],
    weightsBefore: [layer, layer],
    trainedBefore: false,
  }
  const blamed = (more: Partial<Situation>) => causesOf({ ...situation, ...more }).map(({ what }) => what)
  const xOf = (f: (v: number) => number) => ({ values: change(base, f), rows, columns: 4 })
  const yOf = (f: (v: number) => number) => ({ values: change(y1, f), rows, columns: 1 })

  it('is no more than it takes to make the rate bearable', () => {
    const x = xOf((v) => 1e4 * v)
    const y = yOf((v) => 20 + v)
    expect(blamed({ x, y })).toEqual(['inputs'])
    expect(blamed({ x, y, learningRate: 0.05 })).toEqual(['inputs', 'targets'])
  })

  it('is the rate, and never the initial weights, in a network that was trained before', () => {
    const weightsBefore = [layer, { ...layer, size: 5, largest: 9 }]
    expect(blamed({ weightsBefore, learningRate: 0.05 })).toEqual(['weights'])
    expect(blamed({ weightsBefore, trainedBefore: true, learningRate: 0.05 })).toEqual(['rate'])
    const [rate, grown] = causesOf({
      ...situation,
      weightsBefore: [layer, { ...layer, size: 3e9, largest: 6e9 }],
      trainedBefore: true,
    }).sort((a) => (a.what === 'rate' ? -1 : 1))
    // The rate would do in a new network; it is lowered all the same, for it did not do in this one.
    expect(rate.text).toMatch(/0\.001 is too high; try 0\.0002$/)
    expect(grown.text).toMatch(/earlier training has brought the weights to 6e9, so start from a new network/)
  })

  it('is a rate that is lowered by 5 at the least where it did well for long', () => {
    const losses = [1, 0.5, 0.3, 0.2, 0.15, 0.12]
    const [{ text }] = causesOf({ ...situation, losses, learningRate: 0.005 })
    expect(text).toMatch(
      /0\.005 is too high for weights that have grown: the mean loss fell from 1 to 0\.12 in 6 epochs; try 0\.001$/,
    )
  })

  it('is not a note beside targets so small that any outputs are far from them', () => {
    const losses = [0.05, 0.05, 0.05, 0.05, 0.05, 0.05]
    const y = yOf((v) => v / 1000)
    expect(remarkOn({ ...situation, y, losses, learningRate: 1 })).toBeUndefined()
    expect(remarkOn({ ...situation, y, losses: losses.map((v) => 1e3 * v), learningRate: 1 })).toMatch(
      /never below 50 .*the learning rate 1 is too high/,
    )
  })
})

describe('a long history and wide inputs', () => {
  it('are no more than arguments of a call can be', () => {
    const wide = 400_000
    const { architecture } = networkSettings({ sizes: [wide, 1] })
    const situation: Situation = {
      architecture,
      x: { values: new Float32Array(2 * wide).fill(1e3), rows: 2, columns: wide },
      y: { values: [1, 2], rows: 2, columns: 1 },
      batchRows: 2,
      optimizer: plainSgd,
      learningRate: 0.01,
      losses: Array.from({ length: 300_000 }, (_, i) => 1e9 - i),
      weightsBefore: [{ mean: 0, size: 0.002, biasSize: 0, largest: 0.01 }],
      trainedBefore: false,
    }
    expect(causesOf(situation)[0].what).toBe('inputs')
    expect(remarkOn(situation)).toMatch(/never below 1e9 in all of its 300000 epochs/)
    const error = divergedError({ ...situation, epoch: 300_001, batch: 1, seen: 'loss', kept: 'nothing' })
    expect(error.message).toMatch(/the inputs \(mean 1000,/)
  })
})
