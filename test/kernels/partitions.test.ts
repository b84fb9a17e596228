// Threads and determinism are one design: a tape run as 1, 2, 3 or 5 threads leaves the same bits. The threads are
// taken in turn here, phase by phase, in two different orders: what a barrier does, on one thread.

import { describe, expect, it } from 'vitest'
import * as Hits from '../../assembly/abi/hits.ts'
import { LARGE, PAIRED, SINGLE, TALL } from '../../assembly/abi/layout.ts'
import { Engine } from '../../src/engine/engine.ts'
import { type Activation, activationOption, nameOf } from '../../src/model/custom-activation.ts'
import { customLoss, type Loss } from '../../src/model/custom-loss.ts'
import { beginSteps, optimizer as settingsOf, updateRuleOf } from '../../src/model/optimizer.ts'
import { type OptimizerSettings, plainSgd } from '../../src/model/optimizers.ts'
import { type ActivationName, activations } from '../../src/model/tables.ts'
import { PREDICTS } from '../../src/program/capacity.ts'
import { trainTape } from '../../src/program/tape.ts'
import { backends, type TestedBackend, wasmBackends } from '../helpers/backends.ts'
import { ownQuadratic } from '../helpers/custom.ts'
import { slotKinds, titleOf } from '../helpers/optimizers.ts'
import { numbers } from '../helpers/random.ts'
import { part } from '../helpers/thorough.ts'
import { phasesOf, shuffleRows } from '../helpers/training.ts'

const ROWS = 67

/** Sizes that leave tails in every direction, as the last mini-batches of both sizes do; of 29 rows D is packed too. */
const BATCHES = [11, 29]

const sgd = settingsOf({ name: 'sgd', learningRate: 0.05 }, 'optimizer')

const TILES = part([SINGLE, PAIRED, LARGE | TALL, LARGE | TALL | PAIRED], 3)

function engineOf(
  { make }: TestedBackend,
  activation: Activation,
  loss: Loss,
  batch: number,
  tiles: number = SINGLE,
  sizes: readonly number[] = [13, 17, 6, 5],
  threads = 1,
  rows = ROWS,
  optimizer: OptimizerSettings = sgd,
): Engine {
  const output = loss === 'crossEntropy' ? 'softmax' : loss === 'binaryCrossEntropy' ? 'sigmoid' : activation
  const engine = new Engine(
    {
      inputs: sizes[0],
      outputs: 5,
      layers: sizes.slice(1).map((units, l) => ({
        inputs: sizes[l],
        units,
        activation: l === 2 ? output : activation,
        bias: l !== 1,
      })),
      loss,
    },
    make,
    updateRuleOf(optimizer),
    tiles,
  )
  engine.architecture.layers.forEach(({ inputs, units }, l) => {
    engine.parameters.setWeights(l, numbers(inputs * units, 10 + l, 0.5))
    engine.parameters.setBiases(l, numbers(units, 20 + l))
  })
  engine.resize({ ...PREDICTS, batchRows: batch, dataRows: rows, threads, steps: 1 })
  engine.fill(engine.plan.x, numbers(rows * sizes[0], 30), 0, rows)
  engine.fill(
    engine.plan.y,
    Float32Array.from({ length: rows * 5 }, (_, i) => (i % 5 === Math.floor(i / 5) % 5 ? 1 : 0)),
    0,
    rows,
  )
  shuffleRows(engine, rows, 1, 0)
  // Those of the first step, for all of them.
  engine.setScalars(0, beginSteps(optimizer, 0)(optimizer.learningRate as number))
  engine.hitMode = Hits.ARGMAX
  return engine
}

/** Everything that training leaves: parameters, what the optimizer keeps of them, losses and hits, bit by bit. */
function bitsOf(engine: Engine): string {
  const { state, losses, hits } = engine.plan
  return [state, losses, hits]
    .map(({ offset, length }) => {
      const slice = engine.floats.slice(offset, offset + length)
      return Buffer.from(slice.buffer, slice.byteOffset, slice.byteLength).toString('hex')
    })
    .join()
}

function trainInParts(engine: Engine, batch: number, parts: number, backwards: boolean): string {
  for (let epoch = 0; epoch < 3; ++epoch) {
    for (let firstRow = 0; firstRow < ROWS; firstRow += batch) {
      const slice = { firstRow, endRow: Math.min(ROWS, firstRow + batch), batchRows: batch }
      for (const phase of phasesOf(engine)) {
        for (let i = 0; i < parts; ++i) engine.train(slice, phase, backwards ? parts - 1 - i : i, parts)
      }
    }
  }
  return bitsOf(engine)
}

const own = activationOption({ name: 'sine', f: Math.sin, derivative: Math.cos }, 'activation')
const ownLoss = customLoss(ownQuadratic, 'loss')

const titled = (cases: readonly [Activation, Loss][]) =>
  cases.map(([activation, loss]) => [nameOf(activation), nameOf(loss), activation, loss] as const)

const cases: [Activation, Loss][] = [
  ...(Object.keys(activations) as ActivationName[])
    .filter((name) => !activations[name].wholeRow)
    .map((name): [Activation, Loss] => [name, 'quadratic']),
  ['relu', 'crossEntropy'],
  ['tanh', 'binaryCrossEntropy'],
  [own, 'quadratic'],
  ['tanh', ownLoss],
]

describe('a training tape', () => {
  it('has two phases a step: deltas by rows, then updates by tiles', () => {
    const { plan } = engineOf(backends[1], 'sigmoid', 'quadratic', 11)
    const { compute, update } = trainTape(plan, plainSgd, 0)
    expect([compute.phases.length, update!.phases.length]).toEqual([1, 1])
  })

  it('has a phase more for each product that is split by units', () => {
    const { plan } = engineOf(backends[1], 'sigmoid', 'quadratic', 11, SINGLE, [101, 33, 64, 5], 2)
    const { compute, update, instructions } = trainTape(plan, plainSgd, 0)
    const split = instructions.filter((one) => one.split === 'units').map(({ kind }) => kind)
    expect(split).toEqual(['forward', 'forward', 'backward', 'updateWeights', 'updateWeights'])
    // z1 | z2 | output and δ2 | δ1 | updates
    expect([compute.phases.length, update!.phases.length]).toEqual([4, 1])
  })
})

describe.each(backends.map((backend) => [backend.name, backend] as const))('%s', (_, backend) => {
  it.each(part(titled(cases), 4))(
    'trains %s with %s to the same bits as 1, 2, 3 and 5 threads',
    (_, __, activation, loss) => {
      for (const batch of BATCHES) {
        const whole = engineOf(backend, activation, loss, batch)
        const before = bitsOf(whole)
        for (let epoch = 0; epoch < 3; ++epoch) whole.train({ firstRow: 0, endRow: ROWS, batchRows: batch })
        const expected = bitsOf(whole)
        expect(expected).not.toBe(before)
        expect(whole.parameters.areFinite()).toBe(true)
        for (const tiles of wasmBackends.includes(backend) ? TILES : [SINGLE]) {
          for (const parts of [1, 2, 3, 5, 16]) {
            const fresh = () => engineOf(backend, activation, loss, batch, tiles)
            expect(trainInParts(fresh(), batch, parts, false) === expected, `${parts} parts`).toBe(true)
            expect(trainInParts(fresh(), batch, parts, true) === expected, `${parts} parts back`).toBe(true)
          }
        }
      }
    },
  )

  // Large enough to be split by units where there are two threads; the last layer is split by rows.
  const large = [101, 33, 64, 5]

  const streamed = titled([
    ['gelu', 'quadratic'],
    ['tanh', 'crossEntropy'],
    [own, ownLoss],
  ])

  it.each(part(streamed))('trains %s with %s to the same bits split by units', (_, __, activation, loss) => {
    for (const batch of BATCHES) {
      const whole = engineOf(backend, activation, loss, batch, SINGLE, large)
      for (let epoch = 0; epoch < 3; ++epoch) whole.train({ firstRow: 0, endRow: ROWS, batchRows: batch })
      const expected = bitsOf(whole)
      for (const tiles of wasmBackends.includes(backend) ? TILES : [SINGLE]) {
        for (const parts of [1, 2, 3, 16]) {
          const fresh = () => engineOf(backend, activation, loss, batch, tiles, large, 2)
          expect(trainInParts(fresh(), batch, parts, false) === expected, `${parts} parts`).toBe(true)
          expect(trainInParts(fresh(), batch, parts, true) === expected, `${parts} parts back`).toBe(true)
        }
      }
    }
  })

  // Parts in turn begin on the blocks of 144 rows of W that the product packs, where that is even enough.
  it.each([145, 288, 432, 1000])('updates weights of %d rows in whole blocks to the same bits', (inputs) => {
    const fresh = (tiles: number) => engineOf(backend, 'tanh', 'quadratic', 11, tiles, [inputs, 9, 6, 5])
    const whole = fresh(SINGLE)
    for (let epoch = 0; epoch < 3; ++epoch) whole.train({ firstRow: 0, endRow: ROWS, batchRows: 11 })
    const expected = bitsOf(whole)
    for (const tiles of wasmBackends.includes(backend) ? TILES : [SINGLE]) {
      for (const parts of [2, 3, 4, 7, 9]) {
        expect(trainInParts(fresh(tiles), 11, parts, true) === expected, `${parts} parts`).toBe(true)
      }
    }
  })

  // The tape takes at most 144 rows through a layer at a time; by 5 parts of these batches each takes fewer.
  it.each([145, 288, 300, 433])('takes %d rows through its layers in blocks to the same bits', (rows) => {
    const fresh = (tiles: number) =>
      engineOf(backend, 'tanh', 'crossEntropy', rows, tiles, [13, 17, 6, 5], 1, rows)
    const slice = { firstRow: 0, endRow: rows, batchRows: rows }
    const inParts = fresh(SINGLE)
    for (const phase of phasesOf(inParts)) {
      for (let part = 0; part < 5; ++part) inParts.train(slice, phase, part, 5)
    }
    const expected = bitsOf(inParts)
    for (const tiles of wasmBackends.includes(backend) ? TILES : [SINGLE]) {
      const whole = fresh(tiles)
      whole.train(slice)
      expect(bitsOf(whole) === expected, `tiles ${tiles}`).toBe(true)
    }
  })

  // Split by rows, by units, and in whole blocks.
  const shapes = [
    { sizes: [13, 17, 6, 5], threads: 1 },
    { sizes: large, threads: 2 },
    { sizes: [432, 9, 6, 5], threads: 1 },
  ]

  it.each(
    part(
      slotKinds.map((one) => [titleOf(one), one] as const),
      4,
    ),
  )('trains by %s to the same bits as 1 to 5 threads', (__, options) => {
    const optimizer = settingsOf(options, 'optimizer')
    for (const { sizes, threads } of shapes) {
      const fresh = (tiles: number, count = threads) =>
        engineOf(backend, 'tanh', 'crossEntropy', 29, tiles, sizes, count, ROWS, optimizer)
      const whole = fresh(SINGLE, 1)
      const before = bitsOf(whole)
      for (let epoch = 0; epoch < 3; ++epoch) whole.train({ firstRow: 0, endRow: ROWS, batchRows: 29 })
      const expected = bitsOf(whole)
      expect(expected).not.toBe(before)
      expect(whole.parameters.areFinite()).toBe(true)
      for (const tiles of wasmBackends.includes(backend) ? TILES : [SINGLE]) {
        for (const parts of [1, 2, 3, 4, 5]) {
          const what = `${sizes.join('-')}, ${parts} parts`
          expect(trainInParts(fresh(tiles), 29, parts, false) === expected, what).toBe(true)
          expect(trainInParts(fresh(tiles), 29, parts, true) === expected, `${what} back`).toBe(true)
        }
      }
    }
  })
})
