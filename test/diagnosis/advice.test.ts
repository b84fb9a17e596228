// The advice of the messages taken in random networks on random data: whatever diverged does not diverge again.

import { expect, it } from 'vitest'
import { inverseNormalCdf } from '../../src/base/math.ts'
import { PhiloxStream } from '../../src/base/random.ts'
import { standardScaler } from '../../src/data/index.ts'
import { type Numbers, outputSize, stableRate, usualWeights } from '../../src/diagnosis/stability.ts'
import type { LayerOptions, LayerShape, OptimizerOptions } from '../../src/index.ts'
import { followed, type Training, train } from '../helpers/advice.ts'
import { runs } from '../helpers/thorough.ts'

/** Inputs, targets and rate of many sizes; the loss of a network that learns nothing. */
function drawTraining(
  random: PhiloxStream,
  seed: number,
  rates: readonly number[],
  optimizerOf: (learningRate: number) => OptimizerOptions,
): { training: Training; meanLoss: number } {
  const normal = () => inverseNormalCdf(random.uniform() + 2 ** -25)
  const pick = <const T>(...values: readonly T[]): T => values[random.below(values.length)]
  const inputs = pick(1, 2, 4, 16, 64)
  const hidden = Array.from({ length: pick(0, 1, 1, 2, 3) }, () => pick(4, 16, 64))
  const loss = pick('quadratic', 'quadratic', 'quadratic', 'crossEntropy', 'binaryCrossEntropy')
  const outputs = loss === 'crossEntropy' ? 3 : pick(1, 1, 3)
  const activation = pick('relu', 'leakyRelu', 'elu', 'linear', 'tanh', 'gelu', 'selu', 'softplus', 'sigmoid')
  const scale = pick(1, 1, 1, 10, 1e2, 1e4, 1e8, 1e30)
  const shift = pick(0, 0, 0, 3)
  const targetScale = pick(1, 1, 1, 1e3, 1e6, 1e30)
  const targetShift = pick(0, 0, 5)
  const learningRate = pick(...rates)
  const initializer = pick('glorotUniform', 'glorotUniform', 'heNormal', 'standardNormal')
  const rows = pick(10, 100, 400)
  const x = Float32Array.from({ length: rows * inputs }, () => scale * (normal() + shift))
  const from = (r: number) => Math.sin(x[r * inputs] / scale - shift) + 0.3 * normal()
  const y =
    loss === 'crossEntropy'
      ? Array.from({ length: rows }, (_, r) => (from(r) > 0 ? 1 : pick(0, 2)))
      : Float32Array.from({ length: rows * outputs }, (_, i) => {
          const target = from(Math.floor(i / outputs))
          return loss === 'quadratic' ? targetScale * (target + targetShift) : target > 0 ? 1 : 0
        })
  const last: LayerOptions = { units: outputs, ...(loss === 'quadratic' && { activation: 'linear' }) }
  const layers: LayerOptions[] = [...hidden.map((units) => ({ units, activation })), last]
  const optimizer = optimizerOf(learningRate)
  const options = { inputs, layers, loss, initializer, seed, optimizer } as const
  const fit = { epochs: 40, batchSize: pick(1, 8, 32, 400), threads: 1 }
  const meanLoss = loss === 'crossEntropy' ? Math.log(3) : outputs * Math.LN2
  return { training: { options, x, y, fit }, meanLoss }
}

const messageOf = (training: Training) =>
  train(training).then(
    () => undefined,
    (error: Error) => error.message,
  )

const sgdRates = [0.01, 0.01, 0.05, 0.3, 1, 5, 100, 1e10, 1e20]
// Below these Adam diverges of nothing but data that overflow.
const adamRates = [0.001, 0.01, 1, 1e6, 1e10, 1e10, 1e15, 1e20, 1e30]

it.each<[string, draws: number, learn: number, readonly number[], OptimizerOptions]>([
  ['sgd', 400, 0.85, sgdRates, { name: 'sgd' }],
  ['a momentum of 0.9', 200, 0.85, sgdRates, { name: 'sgd', momentum: 0.9 }],
  // Its memory is longer than some of these trainings.
  ['a momentum of 0.99', 200, 0.75, sgdRates, { name: 'sgd', momentum: 0.99 }],
  ["Nesterov's momentum", 200, 0.85, sgdRates, { name: 'sgd', momentum: 0.9, nesterov: true }],
  ['adam', 200, 0.85, adamRates, { name: 'adam' }],
])('taken once is enough, and most then learn in 40 epochs: %s', async (_, draws, learn, rates, rule) => {
  const random = new PhiloxStream(1, 77)
  const optimizerOf = (learningRate: number) => ({ ...rule, learningRate }) as OptimizerOptions
  const some = runs(draws)
  let diverged = 0
  let learned = 0
  for (let seed = 0; seed < some; ++seed) {
    const { training, meanLoss } = drawTraining(random, seed, rates, optimizerOf)
    const message = await messageOf(training)
    if (!message) continue
    diverged += 1
    const again = followed(training, message)
    expect(again, message).toBeDefined()
    const { loss } = await train(again!).catch((error: Error) => {
      throw new Error(`${error.message}\n  after the advice of\n${message}`)
    })
    const { options, y } = again!
    const outputs =
      typeof options.layers!.at(-1) === 'object' ? (options.layers!.at(-1) as LayerOptions).units : 1
    const nothing =
      options.loss === 'quadratic'
        ? standardScaler(Float32Array.from(y), outputs).deviation.reduce((sum, d) => sum + d * d, 0) / 2
        : meanLoss
    if (loss.at(-1)! < 1.02 * loss[0] && loss.at(-1)! < 1.5 * nothing) learned += 1
  }
  expect(diverged).toBeGreaterThan(some / 2)
  // The rest is slow: few steps on few rows, from biases far from the targets' mean.
  expect(learned / diverged).toBeGreaterThan(learn)
})

it.each(['layer', 'batch'] as const)(
  'is enough where hidden layers have %s normalization too',
  async (normalization) => {
    const random = new PhiloxStream(1, 77)
    const sgd = (learningRate: number) => ({ name: 'sgd', learningRate }) as const
    let diverged = 0
    for (let seed = 0; seed < 150; ++seed) {
      const { training } = drawTraining(random, seed, [0.01, 0.05, 0.3, 1, 5, 100, 1e10], sgd)
      const { options, fit } = training
      const normalized: Training = {
        ...training,
        options: { ...options, normalization },
        // What is normalised over a batch needs several rows.
        fit: { ...fit, batchSize: Math.max(8, fit.batchSize!) },
      }
      const message = await messageOf(normalized)
      if (!message) continue
      diverged += 1
      const again = followed(normalized, message)
      expect(again, message).toBeDefined()
      await train(again!).catch((error: Error) => {
        throw new Error(`${error.message}\n  after the advice of\n${message}`)
      })
    }
    expect(diverged).toBeGreaterThan(50)
  },
)

it('knows that a normalised layer has the same outputs from larger weights, and bears a higher rate', () => {
  const numbersOf = (times: number, normalization?: { name: 'layer'; epsilon: number }): Numbers => {
    const hidden = { inputs: 20, units: 30, activation: 'relu', bias: true } as const
    const layers: LayerShape[] = [
      { ...hidden, ...(normalization && { normalization }) },
      { inputs: 30, units: 2, activation: 'linear', bias: true },
    ]
    const weights = usualWeights(layers).map((one, l) => (l === 0 ? { ...one, size: times * one.size } : one))
    return {
      architecture: { inputs: 20, outputs: 2, layers, loss: 'quadratic' },
      inputs: { square: 20, largest: 40, top: 2 },
      batchRows: 32,
      rows: 1000,
      targetSize: 1,
      weights,
    }
  }
  const rateOf = (numbers: Numbers) => stableRate(numbers, { follows: 'gradient', times: 1 })
  const normalization = { name: 'layer', epsilon: 1e-5 } as const
  expect(outputSize(numbersOf(100, normalization))).toBe(outputSize(numbersOf(1, normalization)))
  expect(outputSize(numbersOf(100))).toBeCloseTo(100 * outputSize(numbersOf(1)), 6)
  const rates = [0.01, 1, 100].map((times) => rateOf(numbersOf(times, normalization)))
  // Steeper by 1/σ² in front of small weights; in the end the second layer, which is as it was, is the limit.
  expect(rates[0]).toBeLessThan(rates[1] / 100)
  expect(rates[2]).toBeGreaterThan(rates[1])
  expect(rateOf(numbersOf(100))).toBeLessThan(rateOf(numbersOf(1)) / 100)
})
