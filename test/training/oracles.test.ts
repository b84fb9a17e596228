// Every golden run of PyTorch (float64) on every backend: initial weights and data in; prediction, gradients, every loss
// and the final parameters out. And every one of them by the textbook, so that the two answers from outside are known to
// agree.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import * as Hits from '../../assembly/abi/hits.ts'
import { runNow } from '../../src/base/pace.ts'
import { Engine } from '../../src/engine/engine.ts'
import type { Architecture } from '../../src/model/architecture.ts'
import { type LossName, losses } from '../../src/model/losses.ts'
import { optimizer as optimizerSettings, updateRuleOf } from '../../src/model/optimizer.ts'
import type { OptimizerSettings } from '../../src/model/optimizers.ts'
import { type ActivationName, activations } from '../../src/model/tables.ts'
import { PREDICTS } from '../../src/program/capacity.ts'
import { evaluateRows } from '../../src/training/evaluate.ts'
import { Rates } from '../../src/training/rates.ts'
import { Stepper } from '../../src/training/stepper.ts'
import { backends, type TestedBackend } from '../helpers/backends.ts'
import { textbookGradient, textbookLoss, textbookPredict } from '../helpers/textbook.ts'
import { type TextbookOptimizer, textbookSteps } from '../helpers/textbook-optimizers.ts'
import { inputsOf } from '../helpers/training.ts'

interface Case {
  name: string
  sizes: number[]
  activations: string[]
  loss: string
  optimizer: TextbookOptimizer
  steps: number
  x: number[]
  y: number[]
  weights: number[][]
  biases: number[][]
  prediction0: number[]
  weightGradients: number[][]
  biasGradients: number[][]
  losses: number[]
  prediction: number[]
  weightsAfter: number[][]
  biasesAfter: number[][]
}

// Written by scripts/golden_file.py.
const file = new URL('../fixtures/pytorch.json.gz', import.meta.url)
const written: Case[] = JSON.parse(gunzipSync(readFileSync(file)).toString()).cases
const exact = (values: readonly number[]): number[] => values.map(Math.fround)
const cases = written.map(
  (one): Case => ({
    ...one,
    x: exact(one.x),
    y: exact(one.y),
    weights: one.weights.map(exact),
    biases: one.biases.map(exact),
  }),
)

/** |actual − expected| ≤ tolerance · max(1, |expected|) for every element. */
function expectAllClose(
  actual: ArrayLike<number>,
  expected: readonly number[],
  tolerance: number,
  what: string,
) {
  expect(actual.length, what).toBe(expected.length)
  let worst = 0
  for (let i = 0; i < expected.length; ++i) {
    worst = Math.max(worst, Math.abs(actual[i] - expected[i]) / Math.max(1, Math.abs(expected[i])))
  }
  expect(worst, what).toBeLessThanOrEqual(tolerance)
}

/**
 * What rounding may do in `steps` steps. A step is a chain of products: a sum of k terms is off by at most
 * (k + 1) u Σ|x w|, here with Σ|x w| of a few units, plus 8 u for an activation and its derivative; the backward
 * chain is as long as the forward one; and the error of the parameters grows by one step's error a step. 1e-9 is the
 * bound asked of float64, where the golden file itself is rounded to 13 decimals.
 */
function toleranceOf({ sizes }: Case, { epsilon }: TestedBackend, steps: number): number {
  if (epsilon < 1e-12) return 1e-9
  const chain = sizes.reduce((sum, k) => sum + k + 8, 0)
  return 2 * chain * epsilon * 4 * (1 + 0.1 * steps)
}

const settingsOf = ({ optimizer }: Case): OptimizerSettings => optimizerSettings(optimizer, 'optimizer')

function engineOf(one: Case, { make }: TestedBackend): Engine {
  const { sizes } = one
  const architecture: Architecture = {
    inputs: sizes[0],
    outputs: sizes.at(-1)!,
    layers: sizes.slice(1).map((units, l) => ({
      inputs: sizes[l],
      units,
      activation: one.activations[l] as ActivationName,
      bias: true,
    })),
    loss: one.loss as LossName,
  }
  const engine = new Engine(architecture, make, updateRuleOf(settingsOf(one)))
  for (const [l, values] of one.weights.entries()) engine.parameters.setWeights(l, values)
  for (const [l, values] of one.biases.entries()) engine.parameters.setBiases(l, values)
  return engine
}

const inRows = (values: readonly number[], columns: number): number[][] =>
  Array.from({ length: values.length / columns }, (_, r) => values.slice(r * columns, (r + 1) * columns))

describe('golden runs of PyTorch', () => {
  it('has golden runs for every activation and loss', () => {
    const seen = new Set(cases.flatMap((one) => [...one.activations, one.loss]))
    // PyTorch's runs were made before these came; test/kernels/textbook.test.ts has the answer from outside for all.
    const later = [
      ...['softsign', 'meanAbsoluteError', 'huber', 'logCosh', 'hinge', 'categoricalHinge'],
      ...['poisson', 'klDivergence', 'focal', 'binaryFocal'],
    ]
    const names = [...Object.keys(activations), ...Object.keys(losses)]
    expect(names.filter((name) => !seen.has(name))).toEqual(later)
    expect([cases.length, cases.filter(({ name }) => name.startsWith('optimizer ')).length]).toEqual([148, 8])
  })

  it.each(cases.map((one) => [one.name, one] as const))('by the textbook: %s', (_, one) => {
    const { sizes, steps, optimizer } = one
    const layers = one.activations.map((activation, l) => ({
      weights: inRows(one.weights[l], sizes[l + 1]),
      biases: [...one.biases[l]],
      activation,
    }))
    const network = { layers, loss: one.loss }
    const [x, y] = [inRows(one.x, sizes[0]), inRows(one.y, sizes.at(-1)!)]
    // The file is rounded to 13 decimals, and a chain of float64 sums keeps more, even of 100 steps.
    expectAllClose(textbookPredict(network, x).flat(), one.prediction0, 1e-13, 'prediction0')
    const gradient = textbookGradient(network, x, y)
    layers.forEach((__, l) => {
      expectAllClose(gradient.weights[l].flat(), one.weightGradients[l], 1e-13, `∇W${l + 1}`)
      expectAllClose(gradient.biases[l]!, one.biasGradients[l], 1e-13, `∇b${l + 1}`)
    })
    const found: number[] = []
    const measure = () => found.push(textbookLoss(network, x, y))
    textbookSteps(network, x, y, steps, optimizer, measure)
    measure()
    expectAllClose(found, one.losses, 1e-13, 'losses')
    expectAllClose(textbookPredict(network, x).flat(), one.prediction, 1e-13, 'prediction')
    layers.forEach(({ weights, biases }, l) => {
      expectAllClose(weights.flat(), one.weightsAfter[l], 1e-13, `W${l + 1} after`)
      expectAllClose(biases, one.biasesAfter[l], 1e-13, `b${l + 1} after`)
    })
  })

  describe.each(backends.map((backend) => [backend.name, backend] as const))('on %s', (_, backend) => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', (__, one) => {
      const engine = engineOf(one, backend)
      const outputs = engine.architecture.outputs
      const rows = one.y.length / outputs
      const x = inputsOf(one.x, engine.architecture.inputs)
      const y = { values: one.y, rows, columns: outputs, hitMode: Hits.NONE }
      engine.resize({ ...PREDICTS, batchRows: rows, dataRows: rows, gradients: true, steps: 1 })
      const predict = () => {
        const out =
          engine.floats instanceof Float64Array
            ? new Float64Array(one.y.length)
            : new Float32Array(one.y.length)
        engine.fill(engine.plan.staging.x, x.values, 0, rows)
        engine.predictStaged(rows, out, 0)
        return out
      }
      const tolerance = toleranceOf(one, backend, 0)
      expectAllClose(predict(), one.prediction0, tolerance, 'prediction0')

      engine.fill(engine.plan.x, x.values, 0, rows)
      engine.fill(engine.plan.y, y.values, 0, rows)
      runNow(engine.orderSlices(rows))
      engine.computeGradients(rows)
      one.weightGradients.forEach((expected, l) => {
        expectAllClose(engine.parameters.weights(l, 'weightGradients'), expected, tolerance, `∇W${l + 1}`)
        expectAllClose(
          engine.parameters.biases(l, 'biasGradients'),
          one.biasGradients[l],
          tolerance,
          `∇b${l + 1}`,
        )
      })

      const counters = { epochs: 0, steps: 0 }
      const stepper = new Stepper(settingsOf(one), counters)
      const rates = new Rates(one.optimizer.learningRate, counters)
      const found: number[] = []
      for (let step = 0; step < one.steps; ++step) {
        stepper.prepare(engine, 1, rates)
        engine.train({ firstRow: 0, endRow: rows, batchRows: rows })
        stepper.taken(1)
        found.push(engine.sum(engine.plan.losses, 0, rows) / rows)
      }
      found.push(runNow(evaluateRows(() => engine, { x, y, weights: undefined })).loss)
      const after = toleranceOf(one, backend, one.steps)
      expectAllClose(found, one.losses, after, 'losses')
      expectAllClose(predict(), one.prediction, after, 'prediction')
      one.weightsAfter.forEach((expected, l) => {
        expectAllClose(engine.parameters.weights(l), expected, after, `W${l + 1} after`)
        expectAllClose(engine.parameters.biases(l), one.biasesAfter[l], after, `b${l + 1} after`)
      })
    })
  })
})
