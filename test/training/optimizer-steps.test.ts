// Every optimizer from outside, on every backend: runs of one and ten steps against figures that stand here as sums over
// the gradients of all steps so far, and runs of a network against the textbook's rules.

import { describe, expect, it } from 'vitest'
import * as Hits from '../../assembly/abi/hits.ts'
import { runNow } from '../../src/base/pace.ts'
import { Engine } from '../../src/engine/engine.ts'
import type { OptimizerOptions } from '../../src/index.ts'
import type { LossName } from '../../src/model/losses.ts'
import { beginSteps, optimizer, updateRuleOf } from '../../src/model/optimizer.ts'
import { optimizers } from '../../src/model/optimizers.ts'
import type { ActivationName } from '../../src/model/tables.ts'
import { PREDICTS } from '../../src/program/capacity.ts'
import { Rates } from '../../src/training/rates.ts'
import { Stepper } from '../../src/training/stepper.ts'
import { backends, type TestedBackend } from '../helpers/backends.ts'
import { decaying } from '../helpers/optimizer-recursions.ts'
import { optimizerKinds, titleOf } from '../helpers/optimizers.ts'
import { numbers } from '../helpers/random.ts'
import { textbookNames, textbookSteps } from '../helpers/textbook-optimizers.ts'

const settingsOf = (options: OptimizerOptions) => optimizer(options, 'optimizer')

/** A network in the arena, and a function that takes one step on all rows. */
function trainerOf(
  { make }: TestedBackend,
  options: OptimizerOptions,
  sizes: readonly number[],
  activation: ActivationName,
  loss: LossName,
  rows: number,
) {
  const settings = settingsOf(options)
  const layers = sizes.slice(1).map((units, l) => ({ inputs: sizes[l], units, activation, bias: true }))
  const architecture = { inputs: sizes[0], outputs: sizes.at(-1)!, layers, loss }
  const engine = new Engine(architecture, make, updateRuleOf(settings))
  engine.resize({ ...PREDICTS, batchRows: rows, dataRows: rows, steps: 1 })
  engine.hitMode = Hits.NONE
  runNow(engine.orderSlices(rows))
  const counters = { epochs: 0, steps: 0 }
  const stepper = new Stepper(settings, counters)
  const rates = new Rates(settings.learningRate, counters)
  const step = (x: ArrayLike<number>, y: ArrayLike<number>) => {
    engine.fill(engine.plan.x, Float32Array.from(x), 0, rows)
    engine.fill(engine.plan.y, Float32Array.from(y), 0, rows)
    stepper.prepare(engine, 1, rates)
    engine.train({ firstRow: 0, endRow: rows, batchRows: rows })
    stepper.taken(1)
  }
  return { engine, step }
}

// The gradients of w and b in a + |a − y| with one input of 1: the sign of a − y. They turn in the middle of the run.
const GRADIENTS = [1, 1, 1, 1, 1, 1, 1, -1, -1, -1]

/** Σ over the steps up to t of weight(t − s) · g_s: s from 1. */
const sum = (t: number, weight: (age: number, s: number) => number) =>
  GRADIENTS.slice(0, t).reduce((total, g, i) => total + weight(t - i - 1, i + 1) * g, 0)

/** The mean of the gradients that is kept to the share beta in each step, from 0. */
const meanOf = (t: number, beta: number) => sum(t, (age) => (1 - beta) * beta ** age)

interface Run {
  readonly options: OptimizerOptions
  /** By what the parameter goes down in step t, as a multiple of the rate. Every g² is 1. */
  readonly direction: (t: number) => number
  /** The decay that multiplies the parameter itself by 1 − ηλ in each step. */
  readonly decay?: number
}

const momentumOf = (t: number) => 0.9 * (1 - 0.5 * 0.96 ** (t * 0.004))
/** μ₁ ⋯ μₜ. */
const momenta = (t: number) =>
  Array.from({ length: t }, (_, i) => momentumOf(i + 1)).reduce((product, one) => product * one, 1)
const rmspropStep = (t: number) => GRADIENTS[t - 1] / (Math.sqrt(1 - 0.99 ** t) + 1e-8)
// The mean of the squares, all 1, is 1 once it is freed of its bias.
const adamStep = (t: number) => meanOf(t, 0.9) / (1 - 0.9 ** t) / (1 + 1e-8)
const lionStep = (t: number) => Math.sign(0.9 * meanOf(t - 1, 0.99) + 0.1 * GRADIENTS[t - 1])

const learningRate = 0.125
const runs: readonly Run[] = [
  { options: { name: 'sgd', learningRate }, direction: (t) => GRADIENTS[t - 1] },
  {
    options: { name: 'sgd', learningRate, weightDecay: 0.5 },
    direction: (t) => GRADIENTS[t - 1],
    decay: 0.5,
  },
  {
    options: { name: 'sgd', learningRate, momentum: 0.75 },
    direction: (t) => sum(t, (age) => 0.75 ** age),
  },
  {
    options: { name: 'sgd', learningRate, momentum: 0.75, dampening: 0.25 },
    direction: (t) => sum(t, (age, s) => 0.75 ** age * (s === 1 ? 1 : 0.75)),
  },
  {
    options: { name: 'sgd', learningRate, momentum: 0.75, nesterov: true },
    direction: (t) => GRADIENTS[t - 1] + 0.75 * sum(t, (age) => 0.75 ** age),
  },
  { options: { name: 'rmsprop', learningRate }, direction: rmspropStep },
  {
    options: { name: 'rmsprop', learningRate, momentum: 0.75 },
    direction: (t) => sum(t, (age, s) => 0.75 ** age * Math.abs(rmspropStep(s))),
  },
  {
    options: { name: 'rmsprop', learningRate, rho: 0.75, centered: true },
    direction: (t) => GRADIENTS[t - 1] / (Math.sqrt(1 - 0.75 ** t - meanOf(t, 0.75) ** 2) + 1e-8),
  },
  {
    options: { name: 'adagrad', learningRate },
    direction: (t) => GRADIENTS[t - 1] / (Math.sqrt(t) + 1e-10),
  },
  {
    options: { name: 'adagrad', learningRate, learningRateDecay: 0.5 },
    direction: (t) => GRADIENTS[t - 1] / (1 + (t - 1) * 0.5) / (Math.sqrt(t) + 1e-10),
  },
  { options: { name: 'adam', learningRate }, direction: adamStep },
  { options: { name: 'adamw', learningRate }, direction: adamStep, decay: 0.01 },
  { options: { name: 'adamw', learningRate, weightDecay: 0.5 }, direction: adamStep, decay: 0.5 },
  {
    options: { name: 'nadam', learningRate },
    direction: (t) =>
      ((momentumOf(t + 1) * meanOf(t, 0.9)) / (1 - momenta(t + 1)) +
        ((1 - momentumOf(t)) * GRADIENTS[t - 1]) / (1 - momenta(t))) /
      (1 + 1e-8),
  },
  { options: { name: 'lion', learningRate }, direction: lionStep },
  { options: { name: 'lion', learningRate, weightDecay: 0.5 }, direction: lionStep, decay: 0.5 },
]

it('has figures and a textbook for every optimizer', () => {
  // One that takes all rows has no steps by a rule: test/training/full-batch.test.ts.
  const names = Object.keys(optimizers).filter((name) => !updateRuleOf(optimizer(name, 'optimizer')).allRows)
  expect([...new Set(runs.map(({ options }) => options.name))].sort()).toEqual([...names].sort())
  expect([...new Set(decaying.map(({ options }) => options.name))].sort()).toEqual([...names].sort())
  expect([...new Set(optimizerKinds.map(({ name }) => name))].sort()).toEqual([...names].sort())
  expect([...textbookNames].sort()).toEqual([...names].sort())
})

describe.each(backends.map((backend) => [backend.name, backend] as const))('%s', (_, backend) => {
  it.each(runs.map((run) => [titleOf(run.options), run] as const))(
    '%s goes as far in one step and in ten as its formula says',
    (__, { options, direction, decay = 0 }) => {
      const [w0, b0] = [0.5, -0.25]
      const { engine, step } = trainerOf(backend, options, [1, 1], 'linear', 'meanAbsoluteError', 1)
      engine.parameters.setWeights(0, [w0])
      engine.parameters.setBiases(0, [b0])
      const kept = 1 - learningRate * decay
      for (let t = 1; t <= GRADIENTS.length; ++t) {
        // Far below the output, or far above it.
        step([1], [-100 * GRADIENTS[t - 1]])
        if (t > 1 && t < GRADIENTS.length) continue
        const steps = Array.from({ length: t }, (___, i) => learningRate * direction(i + 1))
        const moved = steps.reduce((sum, one, i) => sum + kept ** (t - i - 1) * one, 0)
        const path = steps.reduce((sum, one) => sum + Math.abs(one), 1)
        // Each step adds the roundings of a dozen operations to what is there.
        const bound = Math.max(12 * backend.epsilon * t * path, 1e-14)
        for (const [found, from] of [
          [engine.parameters.weights(0)[0], w0],
          [engine.parameters.biases(0)[0], b0],
        ]) {
          expect(Math.abs(found - (kept ** t * from - moved)), `step ${t}`).toBeLessThanOrEqual(bound)
        }
      }
    },
  )

  it.each(decaying.map((run) => [titleOf(run.options), run] as const))(
    '%s goes as far in one step and in ten as its recursion says',
    (__, { options, steps }) => {
      const begin = [0.5, -0.25]
      const { engine, step } = trainerOf(backend, options, [1, 1], 'linear', 'meanAbsoluteError', 1)
      engine.parameters.setWeights(0, [begin[0]])
      engine.parameters.setBiases(0, [begin[1]])
      const paths = begin.map((from) => {
        const next = steps()
        const path = [from]
        for (const [i, g] of GRADIENTS.entries()) path.push(path[i] - next(path[i], g, i + 1))
        return path
      })
      for (let t = 1; t <= GRADIENTS.length; ++t) {
        step([1], [-100 * GRADIENTS[t - 1]])
        if (t > 1 && t < GRADIENTS.length) continue
        const found = [engine.parameters.weights(0)[0], engine.parameters.biases(0)[0]]
        paths.forEach((path, k) => {
          const length = path.slice(1, t + 1).reduce((sum, one, i) => sum + Math.abs(one - path[i]), 1)
          const bound = Math.max(12 * backend.epsilon * t * length, 1e-14)
          expect(Math.abs(found[k] - path[t]), `step ${t}`).toBeLessThanOrEqual(bound)
        })
      }
    },
  )

  it.each(optimizerKinds.map((options) => [titleOf(options), options] as const))(
    '%s trains a network as the textbook does',
    (__, options) => {
      const [rows, steps] = [12, 10]
      const sizes = [9, 7, 3]
      const x = numbers(rows * 9, 1)
      const y = numbers(rows * 3, 2)
      const { engine, step } = trainerOf(backend, options, sizes, 'tanh', 'quadratic', rows)
      const inRows = (values: ArrayLike<number>, columns: number) =>
        Array.from({ length: values.length / columns }, (___, r) =>
          Array.from(values).slice(r * columns, (r + 1) * columns),
        )
      const layers = [0, 1].map((l) => {
        const weights = numbers(sizes[l] * sizes[l + 1], 10 + l, 0.5)
        const biases = numbers(sizes[l + 1], 20 + l, 0.25)
        engine.parameters.setWeights(l, weights)
        engine.parameters.setBiases(l, biases)
        return { weights: inRows(weights, sizes[l + 1]), biases: [...biases], activation: 'tanh' }
      })
      for (let i = 0; i < steps; ++i) step(x, y)
      textbookSteps({ layers, loss: 'quadratic' }, inRows(x, 9), inRows(y, 3), steps, options, () => {})
      // As in test/training/oracles.test.ts.
      const chain = sizes.reduce((sum, k) => sum + k + 8, 0)
      const tolerance = backend.epsilon < 1e-12 ? 1e-9 : 2 * chain * backend.epsilon * 4 * (1 + 0.1 * steps)
      for (const [l, { weights, biases }] of layers.entries()) {
        const found = [...engine.parameters.weights(l), ...engine.parameters.biases(l)]
        const worst = [...weights.flat(), ...biases].map((expected, i) => Math.abs(found[i] - expected))
        expect(Math.max(...worst), `layer ${l}`).toBeLessThanOrEqual(tolerance)
      }
    },
  )
})

it.each(optimizerKinds.map((options) => [titleOf(options), options] as const))(
  '%s goes on after any number of steps to the same bits',
  (_, options) => {
    const settings = settingsOf(options)
    const next = beginSteps(settings, 0)
    for (let taken = 0; taken < 600; ++taken) {
      const rate = (settings.learningRate as number) / (1 + (taken % 3))
      const found = next(rate)
      if (taken < 3 || taken % 97 === 0) expect(found).toEqual(beginSteps(settings, taken)(rate))
      expect(found.every(Number.isFinite)).toBe(true)
    }
  },
)

it.each(['adam', 'nadam'] as const)(
  '%s gives the numbers of a step after any number of them at once',
  (name) => {
    const settings = optimizer({ name, beta1: 0.9, beta2: 0.99 }, 'optimizer')
    const next = beginSteps(settings, 0)
    // By then the powers of β are as small as they get.
    for (let step = 0; step < 90_000; ++step) next(0.01)
    const from = performance.now()
    expect(beginSteps(settings, 90_000)(0.01)).toEqual(next(0.01))
    for (const beta2 of [0.99, 0.99999]) {
      const late = optimizer({ name, beta1: 0.9, beta2 }, 'optimizer')
      expect(beginSteps(late, 2 ** 40)(0.01)).toHaveLength(next(0.01).length)
    }
    expect(performance.now() - from).toBeLessThan(500)
  },
)
