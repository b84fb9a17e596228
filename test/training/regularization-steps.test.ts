// Penalties, limits and summed batches on every backend: the steps against the textbook, the same bits for any number of
// parts, and tapes that stay within their places.

import { describe, expect, it } from 'vitest'
import * as Hits from '../../assembly/abi/hits.ts'
import { PAIRED, SINGLE } from '../../assembly/abi/layout.ts'
import { INSTRUCTION_WORDS } from '../../assembly/abi/tape.ts'
import { runNow } from '../../src/base/pace.ts'
import { Engine } from '../../src/engine/engine.ts'
import { optimizer as optimizerOf, updateRuleOf } from '../../src/model/optimizer.ts'
import type { OptimizerSettings } from '../../src/model/optimizers.ts'
import { regularizationOf } from '../../src/model/regularization.ts'
import { PREDICTS } from '../../src/program/capacity.ts'
import { trainTape } from '../../src/program/tape.ts'
import { tapePlace } from '../../src/program/tape-places.ts'
import { Rates } from '../../src/training/rates.ts'
import { Stepper } from '../../src/training/stepper.ts'
import { backends, type TestedBackend, wasmBackends } from '../helpers/backends.ts'
import { numbers } from '../helpers/random.ts'
import type { TextbookOptimizer } from '../helpers/textbook-optimizers.ts'
import {
  type TextbookRegularization,
  textbookPenalty,
  textbookTraining,
} from '../helpers/textbook-regularized.ts'
import { part } from '../helpers/thorough.ts'
import { phasesOf } from '../helpers/training.ts'

const ROWS = 34
const BATCH = 11
const EPOCHS = 2
// Tails in every direction; 147 columns of the input are more than one block of what a product packs, and W1 has more
// elements than one block of a sum.
const SIZES = [147, 17, 6, 5]
const NONE = Number.POSITIVE_INFINITY

// Numbers that float32 holds, so that float64 has the same; different in each layer, so that none stands for another.
const l1 = [1 / 256, 0, 1 / 512]
const l2 = [1 / 64, 1 / 128, 0]
const maxNorm = [1, 0.75, NONE]
const off = { l1: [0, 0, 0], l2: [0, 0, 0], maxNorm: [NONE, NONE, NONE] }

const cases: Record<string, TextbookRegularization> = {
  nothing: off,
  l1: { ...off, l1 },
  l2: { ...off, l2 },
  'l1 and l2': { ...off, l1, l2 },
  'clip value': { ...off, clip: { value: 1 / 64 } },
  'clip norm': { ...off, clip: { norm: 1 / 8 } },
  'clip globalNorm': { ...off, clip: { globalNorm: 1 / 4 } },
  maxNorm: { ...off, maxNorm },
  'l1, l2, clip value, maxNorm': { l1, l2, maxNorm, clip: { value: 1 / 64 } },
  'l1, l2, clip norm, maxNorm': { l1, l2, maxNorm, clip: { norm: 1 / 8 } },
  'l1, l2, clip globalNorm, maxNorm': { l1, l2, maxNorm, clip: { globalNorm: 1 / 4 } },
}

const optimizers: Record<string, OptimizerSettings> = {
  sgd: optimizerOf({ name: 'sgd', learningRate: 0.125 }, 'optimizer'),
  momentum: optimizerOf({ name: 'sgd', learningRate: 0.0625, momentum: 0.875 }, 'optimizer'),
  adam: optimizerOf({ name: 'adam', learningRate: 0.015625 }, 'optimizer'),
}

const x = numbers(ROWS * SIZES[0], 1, 0.5)
const y = numbers(ROWS * 5, 2)
const biasesOf = (l: number) => l !== 1
const weightsOf = (l: number) => numbers(SIZES[l] * SIZES[l + 1], 10 + l, 0.5)
const inRows = (values: ArrayLike<number>, columns: number) =>
  Array.from({ length: values.length / columns }, (_, r) =>
    Array.from({ length: columns }, (__, c) => values[r * columns + c]),
  )

function architectureOf({ clip, ...layers }: TextbookRegularization) {
  const regularization = regularizationOf(
    { clip: clip as never },
    l1.map((_, l) => ({ l1: layers.l1[l], l2: layers.l2[l], maxNorm: layers.maxNorm[l] })),
  )
  return {
    inputs: SIZES[0],
    outputs: 5,
    layers: SIZES.slice(1).map((units, l) => ({
      inputs: SIZES[l],
      units,
      activation: 'tanh' as const,
      bias: biasesOf(l),
    })),
    loss: 'quadratic' as const,
    ...(regularization && { regularization }),
  }
}

interface Setting {
  readonly optimizer: OptimizerSettings
  readonly regularization: TextbookRegularization
  readonly accumulate: number
  readonly threads?: number
  readonly tiles?: number
}

function engineOf(
  { make }: TestedBackend,
  setting: Setting,
): { engine: Engine; stepper: Stepper; rates: Rates } {
  const { optimizer, regularization, accumulate, threads = 1, tiles = SINGLE } = setting
  const engine = new Engine(architectureOf(regularization), make, updateRuleOf(optimizer), tiles)
  engine.architecture.layers.forEach(({ units }, l) => {
    engine.parameters.setWeights(l, weightsOf(l))
    engine.parameters.setBiases(l, numbers(units, 20 + l, 0.5))
  })
  const counters = { epochs: 0, steps: 0 }
  const stepper = new Stepper(optimizer, counters)
  const rates = new Rates(optimizer.learningRate, counters)
  engine.resize({
    ...PREDICTS,
    batchRows: BATCH,
    dataRows: ROWS,
    threads,
    steps: stepper.rows(rates),
    accumulates: accumulate > 1,
  })
  engine.fill(engine.plan.x, x, 0, ROWS)
  engine.fill(engine.plan.y, y, 0, ROWS)
  runNow(engine.orderSlices(ROWS))
  engine.group =
    accumulate > 1 ? { batches: accumulate, rows: accumulate * BATCH, epochRows: ROWS } : undefined
  return { engine, stepper, rates }
}

const SLICE = { firstRow: 0, endRow: ROWS, batchRows: BATCH }

/** Whole epochs at once; returns the mean loss of each. */
function train(backend: TestedBackend, setting: Setting): { engine: Engine; losses: number[] } {
  const { engine, stepper, rates } = engineOf(backend, setting)
  const steps = Math.ceil(ROWS / (BATCH * setting.accumulate))
  const losses = Array.from({ length: EPOCHS }, () => {
    stepper.prepare(engine, steps, rates)
    engine.train(SLICE)
    stepper.taken(steps)
    return engine.sumPenalties(SLICE, engine.sum(engine.plan.losses, 0, ROWS)) / ROWS
  })
  return { engine, losses }
}

/** The same batch by batch and phase by phase, each phase by `parts` parts in turn. */
function trainInParts(backend: TestedBackend, setting: Setting, parts: number, backwards: boolean): Engine {
  const { engine, stepper, rates } = engineOf(backend, { ...setting, threads: parts })
  const stepRows = BATCH * setting.accumulate
  for (let epoch = 0; epoch < EPOCHS; ++epoch) {
    for (let from = 0; from < ROWS; from += BATCH) {
      const batch = { firstRow: from, endRow: Math.min(ROWS, from + BATCH), batchRows: BATCH }
      if (from % stepRows === 0) stepper.prepare(engine, 1, rates)
      for (const phase of phasesOf(engine)) {
        for (let i = 0; i < parts; ++i) engine.train(batch, phase, backwards ? parts - 1 - i : i, parts)
      }
      if (batch.endRow % stepRows === 0 || batch.endRow === ROWS) stepper.taken(1)
    }
  }
  return engine
}

const parametersOf = ({ architecture, parameters }: Engine): number[] =>
  architecture.layers.flatMap((_, l) => [...parameters.weights(l), ...parameters.biases(l)])

function textbook({ optimizer, regularization, accumulate }: Setting) {
  const layers = SIZES.slice(1).map((units, l) => ({
    weights: inRows(weightsOf(l), units),
    biases: biasesOf(l) ? [...numbers(units, 20 + l, 0.5)] : undefined,
    activation: 'tanh',
  }))
  const network = { layers, loss: 'quadratic' }
  const stepRows = BATCH * accumulate
  const data = [inRows(x, SIZES[0]), inRows(y, 5)] as const
  const losses = textbookTraining(
    network,
    ...data,
    { epochs: EPOCHS, stepRows },
    optimizer as TextbookOptimizer,
    regularization,
  )
  const parameters = layers.flatMap(({ weights, biases }) => [...weights.flat(), ...(biases ?? [])])
  return { network, losses, parameters }
}

// Float64 differs by the order of sums; Adam's ε and the rates are rounded to float32 in neither. In float32 each of the 8
// steps adds an error of some units in the last place of sums of 147 terms; Adam's quotient makes more of it.
const toleranceOf = ({ epsilon }: TestedBackend) => (epsilon < 1e-12 ? 1e-11 : 2e-5)

/** An optimizer, and how many batches make a step. */
const ways = [
  ['sgd', 1],
  ['sgd', 3],
  ['momentum', 1],
  ['adam', 3],
] as const

const settings = Object.entries(cases).flatMap(([title, regularization]) =>
  ways.map(([name, accumulate]) => {
    const setting = { optimizer: optimizers[name], regularization, accumulate }
    const steps = accumulate === 1 ? 'a step a batch' : `a step every ${accumulate} batches`
    return [`${title}, ${name}, ${steps}`, setting, textbook(setting)] as const
  }),
)

describe.each(backends.map((one) => [one.name, one] as const))('%s', (_, backend) => {
  it.each(part(settings, 3))('%s', (__, setting, expected) => {
    const { engine, losses } = train(backend, setting)
    const found = parametersOf(engine)
    expect(found.length).toBe(expected.parameters.length)
    const worst = found.reduce((most, w, i) => Math.max(most, Math.abs(w - expected.parameters[i])), 0)
    expect(worst).toBeLessThanOrEqual(toleranceOf(backend))
    for (const [e, loss] of losses.entries()) {
      expect(Math.abs(loss / expected.losses[e] - 1)).toBeLessThanOrEqual(toleranceOf(backend))
    }
    const penalty = textbookPenalty(expected.network, setting.regularization)
    expect(Math.abs(engine.penalty() - penalty)).toBeLessThanOrEqual(toleranceOf(backend) * 4)
    // What the next forward and backward pass read: the copies follow, and padding has stayed zero.
    for (const { weights, weightsT, biases } of engine.plan.layers) {
      const sum = ({ offset, length }: { offset: number; length: number }) => {
        let squares = 0
        for (let i = offset; i < offset + length; ++i) squares += engine.floats[i] ** 2
        return squares
      }
      if (weightsT) expect(Math.abs(sum(weightsT) / sum(weights) - 1)).toBeLessThan(1e-5)
      if (biases) {
        const padding = engine.floats.subarray(biases.offset + biases.columns, biases.offset + biases.length)
        expect([...padding].every((v) => v === 0)).toBe(true)
      }
    }
  })
})

describe.each(wasmBackends.map((one) => [one.name, one] as const))('in parts: %s', (_, backend) => {
  const some = settings.filter(
    ([, { optimizer, accumulate }]) => optimizer.name === 'adam' || accumulate === 1,
  )
  it.each(part(some, 3))('the same bits: %s', (__, setting) => {
    for (const tiles of backend.name === 'debug' ? [SINGLE] : [SINGLE, PAIRED]) {
      const whole = train(backend, { ...setting, tiles }).engine
      const bits = parametersOf(whole).join()
      const penalties = Array.from({ length: ROWS }, (___, r) => (r % BATCH ? 0 : whole.penaltyAt(r)))
      for (const parts of [1, 2, 3, 5]) {
        const engine = trainInParts(backend, { ...setting, tiles }, parts, parts % 2 === 0)
        expect(parametersOf(engine).join() === bits, `${parts} parts`).toBe(true)
        const found = Array.from({ length: ROWS }, (___, r) => (r % BATCH ? 0 : engine.penaltyAt(r)))
        expect(found).toEqual(penalties)
      }
    }
  })
})

// The stages at the output are split by rows where a row is normalised alone, and need no barriers there.
describe.each([
  { name: 'none', normalization: undefined, spare: 0 },
  { name: 'layer', normalization: { name: 'layer', epsilon: 1e-5 }, spare: 2 },
  { name: 'batch', normalization: { name: 'batch', epsilon: 1e-5, momentum: 0.1 }, spare: 0 },
] as const)('the longest tape with the normalization $name', ({ normalization, spare }) => {
  it.each([1, 2, 3, 8])('of %i layers is as long as its place', (depth) => {
    const layers = Array.from({ length: depth }, () => ({
      inputs: 64,
      units: 64,
      activation: 'sigmoid' as const,
      bias: true,
      normalization,
    }))
    const regularization = regularizationOf(
      { l1: 1, maxNorm: 1, clip: { globalNorm: 1 } },
      layers.map(() => ({})),
    )!
    const architecture = { inputs: 64, outputs: 64, layers, loss: 'quadratic' as const, regularization }
    const { make } = wasmBackends[0]
    const engine = new Engine(architecture, make, updateRuleOf(optimizers.sgd))
    engine.resize({ ...PREDICTS, batchRows: 8, dataRows: 16, threads: 2, steps: 1, accumulates: true })
    const group = { batches: 2, rows: 16, epochRows: 16 }
    const { from, to } = trainTape(engine.plan, updateRuleOf(optimizers.sgd), Hits.NONE, group)
    expect(to - from).toBe(tapePlace(architecture, 'train').length - spare * INSTRUCTION_WORDS)
  })
})
