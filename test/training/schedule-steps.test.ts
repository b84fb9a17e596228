// Every schedule in a training, by steps and by epochs, with a warm-up and without: where one step and ten take a parameter,
// as sums of rates that stand here by their formulas. The gradients turn in the middle of the run.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Network, type OptimizerOptions, type ScheduleOptions } from '../../src/index.ts'
import { schedules } from '../../src/model/schedules.ts'
import { kernels } from '../helpers/networks.ts'

// The gradients of w and b in a + |a − y| with an input of 1: the sign of a − y.
const GRADIENTS = [1, 1, 1, 1, 1, 1, 1, -1, -1, -1]
const STEPS = GRADIENTS.length
// Of one epoch, where these are what a schedule counts.
const STEPS_AN_EPOCH = 2
const WARM_UP = 4

const halfCosine = (high: number, low: number, x: number) =>
  low + ((high - low) * (1 + Math.cos(Math.PI * x))) / 2

interface Run {
  readonly schedule: ScheduleOptions
  /** η, from t and the schedule's length. */
  readonly rate: (t: number, length: number) => number
}

const from = 0.125
const runs: readonly Run[] = [
  { schedule: { name: 'constant', from }, rate: () => 0.125 },
  { schedule: { name: 'step', from, every: 3, factor: 0.5 }, rate: (t) => 0.125 * 0.5 ** Math.floor(t / 3) },
  { schedule: { name: 'step', from, every: 2 }, rate: (t) => 0.125 * 0.1 ** Math.floor(t / 2) },
  { schedule: { name: 'exponential', from }, rate: (t) => 0.125 * 0.95 ** t },
  { schedule: { name: 'exponential', from, every: 4, factor: 0.5 }, rate: (t) => 0.125 * 0.5 ** (t / 4) },
  { schedule: { name: 'inverse', from }, rate: (t) => 0.125 / Math.sqrt(1 + t) },
  { schedule: { name: 'inverse', from, decay: 0.5, power: 2 }, rate: (t) => 0.125 / (1 + t / 2) ** 2 },
  { schedule: { name: 'polynomial', from }, rate: (t, length) => 0.125 * (1 - t / length) },
  {
    schedule: { name: 'polynomial', from, to: 0.025, power: 2, over: 5 },
    rate: (t) => 0.025 + 0.1 * Math.max(0, 1 - t / 5) ** 2,
  },
  { schedule: { name: 'cosine', from }, rate: (t, length) => halfCosine(0.125, 0, t / length) },
  {
    schedule: { name: 'cosine', from, to: 0.025, restartEvery: 2, restartFactor: 2 },
    rate: (t) => {
      const [began, period] = t < 2 ? [0, 2] : t < 6 ? [2, 4] : [6, 8]
      return halfCosine(0.125, 0.025, (t - began) / period)
    },
  },
  {
    schedule: { name: 'oneCycle', peak: 0.125, rise: 0.5, divide: 4, divideAtEnd: 10 },
    rate: (t, length) => {
      const top = length / 2 - 1
      return t <= top
        ? halfCosine(0.03125, 0.125, t / top)
        : halfCosine(0.125, 0.003125, (t - top) / (length - 1 - top))
    },
  },
  // The losses rise from the eighth step on, and the epochs' from the fourth: none is better by half before that, nor then.
  { schedule: { name: 'plateau', from, factor: 0.5, patience: 0, threshold: 0.5 }, rate: () => Number.NaN },
]

/** What a rule adds up to, with rates η₁ … ηₜ. */
const optimizers: readonly {
  readonly options: OptimizerOptions
  readonly moved: (rates: number[]) => number
}[] = [
  {
    options: { name: 'sgd' },
    moved: (rates) => rates.reduce((sum, rate, i) => sum + rate * GRADIENTS[i], 0),
  },
  {
    options: { name: 'sgd', momentum: 0.75 },
    moved: (rates) =>
      rates.reduce((sum, rate, i) => {
        const m = GRADIENTS.slice(0, i + 1).reduce((total, g, s) => total + 0.75 ** (i - s) * g, 0)
        return sum + rate * m
      }, 0),
  },
  {
    // Every g² is 1, and so is the mean of the squares without its bias.
    options: { name: 'adam' },
    moved: (rates) =>
      rates.reduce((sum, rate, i) => {
        const m = GRADIENTS.slice(0, i + 1).reduce((total, g, s) => total + 0.1 * 0.9 ** (i - s) * g, 0)
        return sum + (rate * m) / (1 - 0.9 ** (i + 1)) / (1 + 1e-8)
      }, 0),
  },
]

// What nabla says of targets that are far from 0.
beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterAll(() => {
  vi.restoreAllMocks()
})

it('has a run for every schedule', () => {
  expect([...new Set(runs.map(({ schedule }) => schedule.name))].sort()).toEqual(
    Object.keys(schedules).sort(),
  )
})

/** The rate at a moment: behind its warm-up, which rises in equal parts to the first. */
function rateAt({ schedule, rate }: Run, warmUp: number, t: number, end: number): number {
  const length = 'over' in schedule && schedule.over ? schedule.over : end - warmUp
  return t < warmUp ? (rate(0, length) * (t + 1)) / warmUp : rate(t - warmUp, length)
}

/** The rate of a plateau without patience halves after every epoch but the first. */
const plateauAt = (warmUp: number, t: number, epoch: number): number =>
  0.125 * 0.5 ** Math.max(0, epoch - 1) * (t < warmUp ? (t + 1) / warmUp : 1)

describe.each(kernels)('on %s', (name) => {
  it.each(
    runs.flatMap((run) =>
      [0, WARM_UP].flatMap((warmUp) =>
        (['step', 'epoch'] as const).map((per) => ({
          ...run,
          per,
          warmUp,
          title: JSON.stringify(run.schedule),
        })),
      ),
    ),
  )(
    'goes as far in one step and in ten as its formula says: $title, by $per, warm-up $warmUp',
    async (run) => {
      const { schedule, per, warmUp } = run
      const learningRate = { ...schedule, per, warmUp } as ScheduleOptions
      // Far below the output, or far above it.
      const y = GRADIENTS.map((g) => [-100 * g])
      const epochs = STEPS / STEPS_AN_EPOCH
      const rates = GRADIENTS.map((_, step) => {
        const epoch = Math.floor(step / STEPS_AN_EPOCH)
        const t = per === 'step' ? step : epoch
        if (schedule.name === 'plateau') return plateauAt(warmUp, t, epoch)
        return rateAt(run, warmUp, t, per === 'step' ? STEPS : epochs)
      })
      const isOpen = !('over' in schedule) && ['polynomial', 'cosine', 'oneCycle'].includes(schedule.name)
      const hasEnd = !('restartEvery' in schedule)
      // A stream has no end that a schedule by steps could go to.
      const over = isOpen && hasEnd && per === 'step' ? { over: STEPS - warmUp } : {}
      for (const { options, moved } of optimizers) {
        for (const t of [1, STEPS]) {
          const net = new Network({
            sizes: [1, 1],
            loss: 'meanAbsoluteError',
            optimizer: { ...options, learningRate: { ...learningRate, ...over } } as OptimizerOptions,
            kernels: name,
            threads: 1,
          })
          net.setWeights(0, [0.5])
          net.setBiases(0, [-0.25])
          // One fit, since each ends a schedule without a length: its epochs have data of their own.
          let begun = 0
          const parts = function* () {
            const first = STEPS_AN_EPOCH * begun
            begun += 1
            for (const row of y.slice(first, first + STEPS_AN_EPOCH)) yield { x: [[1]], y: [row] }
          }
          let taken = 0
          const history = await net.fit(parts, { epochs, onBatch: () => ++taken < t || t === STEPS })
          const path = rates.slice(0, t).reduce((sum, rate) => sum + 4 * rate, 1)
          const bound = 16 * 2 ** -24 * t * path
          const step = moved(rates.slice(0, t))
          const what = `${options.name}, step ${t}`
          expect(taken).toBe(t)
          expect(Math.abs(net.weights(0)[0] - (0.5 - step)), `${what}: w`).toBeLessThan(bound)
          expect(Math.abs(net.biases(0)[0] - (-0.25 - step)), `${what}: b`).toBeLessThan(bound)
          if (t === STEPS) {
            expect(history.learningRate).toHaveLength(epochs)
            history.learningRate.forEach((rate, e) => {
              expect(rate).toBeCloseTo(rates[STEPS_AN_EPOCH * e + 1], 12)
            })
          }
          net.dispose()
        }
      }
    },
  )
})
