// Learning rates that change: each schedule against its formula, and trainings with them against trainings that are given
// the rates one by one.

import { describe, expect, it } from 'vitest'
import { cosPi, power } from '../../src/base/powers.ts'
import {
  DivergedError,
  type LearningRateOption,
  Network,
  OptionError,
  type ScheduleOptions,
} from '../../src/index.ts'
import { learningRate, rateAt } from '../../src/model/schedules.ts'
import { afterEpoch, freshPlateau, type PlateauState } from '../../src/training/plateau.ts'
import { numbers } from '../helpers/random.ts'

const rates = (
  given: LearningRateOption,
  count: number,
  length = count,
  unit: 'epoch' | 'step' = 'epoch',
) => {
  const checked = learningRate(given, 'learningRate')
  const end = { step: unit === 'step' ? length : Infinity, epoch: unit === 'epoch' ? length : Infinity }
  return Array.from({ length: count }, (_, t) =>
    rateAt(checked, { step: unit === 'step' ? t : 0, epoch: unit === 'epoch' ? t : 0 }, end),
  )
}
const upTo = (count: number, of: (t: number) => number) => Array.from({ length: count }, (_, t) => of(t))
function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-13): void {
  expect(found).toHaveLength(expected.length)
  for (let i = 0; i < found.length; ++i) {
    expect(Math.abs(found[i] - expected[i]), `at ${i}`).toBeLessThan(tolerance)
  }
}
const halfCosine = (from: number, to: number, x: number) =>
  to + 0.5 * (from - to) * (1 + Math.cos(Math.PI * x))

/** Found, and what the formula gives, with the platform's own functions. */
const cases: [string, ScheduleOptions, (t: number) => number][] = [
  ['constant', { name: 'constant', from: 0.3 }, () => 0.3],
  ['step', { name: 'step', from: 0.5, factor: 0.3, every: 4 }, (t) => 0.5 * 0.3 ** Math.floor(t / 4)],
  ['exponential', { name: 'exponential', from: 0.5, factor: 0.9 }, (t) => 0.5 * 0.9 ** t],
  [
    'exponential every 7',
    { name: 'exponential', from: 0.5, factor: 0.2, every: 7 },
    (t) => 0.5 * 0.2 ** (t / 7),
  ],
  ['inverse', { name: 'inverse', from: 0.5 }, (t) => 0.5 / Math.sqrt(1 + t)],
  ['inverse with options', { name: 'inverse', from: 2, decay: 0.1, power: 1 }, (t) => 2 / (1 + 0.1 * t)],
  ['polynomial', { name: 'polynomial', from: 1, to: 0.1 }, (t) => 0.1 + 0.9 * (1 - t / 20)],
  [
    'polynomial², over 10',
    { name: 'polynomial', from: 1, power: 2, over: 10 },
    (t) => Math.max(0, 1 - t / 10) ** 2,
  ],
  ['cosine', { name: 'cosine', from: 1, to: 0.2 }, (t) => halfCosine(1, 0.2, t / 20)],
  ['cosine, restarted', { name: 'cosine', from: 1, restartEvery: 5 }, (t) => halfCosine(1, 0, (t % 5) / 5)],
  [
    'cosine, ever longer',
    { name: 'cosine', from: 1, restartEvery: 2, restartFactor: 2 },
    (t) => {
      const begin = t < 2 ? 0 : t < 6 ? 2 : t < 14 ? 6 : 14
      return halfCosine(1, 0, (t - begin) / (begin + 2))
    },
  ],
  [
    'oneCycle',
    { name: 'oneCycle', peak: 2 },
    (t) => (t <= 5 ? halfCosine(0.08, 2, t / 5) : halfCosine(2, 0.08 / 1e4, (t - 5) / 14)),
  ],
]

describe('a schedule', () => {
  it.each(cases)('%s follows its formula, by epochs and by steps', (_, options, formula) => {
    const expected = upTo(20, formula)
    for (const per of ['epoch', 'step'] as const) {
      const found = rates({ ...options, per }, 20, 20, per)
      expectClose(found, expected)
    }
  })

  it.each(cases)('%s begins after its warm-up, which rises in equal parts', (_, options, formula) => {
    const hasEnd = ['polynomial', 'cosine', 'oneCycle'].includes(options.name) && !('restartEvery' in options)
    const over = hasEnd ? { over: ('over' in options && options.over) || 16 } : {}
    const found = rates({ ...options, warmUp: 4, ...over } as never, 20)
    if (hasEnd) {
      expect(found.slice(4)).toEqual(rates({ ...options, ...over } as never, 16))
    } else expectClose(found.slice(4), upTo(16, formula))
    expectClose(
      found.slice(0, 4),
      upTo(4, (t) => (formula(0) * (t + 1)) / 4),
    )
  })

  it('with an end stays there, and without one ends with the fit', () => {
    expect(rates({ name: 'polynomial', from: 1, to: 0.5, over: 2 }, 5)).toEqual([1, 0.75, 0.5, 0.5, 0.5])
    expect(rates({ name: 'polynomial', from: 1, to: 0.5 }, 5, 2)).toEqual([1, 0.75, 0.5, 0.5, 0.5])
    expect(rates({ name: 'oneCycle', peak: 1, over: 2, rise: 1 }, 4).at(-1)).toBeCloseTo(1, 12)
  })

  it("of one cycle has PyTorch's rates, which are at the peak and at the end in whole steps", () => {
    // OneCycleLR(max_lr=0.06, total_steps=10): its phases end at 0.3 · 10 − 1 and at 10 − 1.
    const found = rates({ name: 'oneCycle', peak: 0.06 }, 12, 10)
    const low = 0.06 / 25 / 1e4
    const down = [1, 2, 3, 4, 5, 6].map((n) => halfCosine(0.06, low, n / 7))
    expectClose(found, [0.0024, 0.0312, 0.06, ...down, low, low, low])
    // With one step its last phase alone is there, which began before it.
    expectClose(rates({ name: 'oneCycle', peak: 0.06 }, 1, 1), [low])
    expectClose(rates({ name: 'oneCycle', peak: 0.06, rise: 0 }, 2, 2), [halfCosine(0.06, low, 0.5), low])
    expectClose(rates({ name: 'oneCycle', peak: 0.06, rise: 0.5 }, 2, 2), [0.06, low])
    for (const rise of [0, 0.3, 1]) {
      const endless = rates({ name: 'oneCycle', peak: 0.06, rise }, 3, Number.POSITIVE_INFINITY)
      expectClose(endless, new Array(3).fill(rise === 0 ? 0.06 : 0.0024))
    }
  })

  const wrong: [unknown, RegExp][] = [
    [0, /a finite float32 number above 0, got 0/],
    ['fast', /a number, a schedule such as .* or a function, got "fast"/],
    [{ name: 'cosinus', from: 1 }, /learningRate\.name: expected one of 'constant', 'step'/],
    [{ name: 'cosine' }, /learningRate\.from: expected a finite float32 number above 0, got undefined/],
    [{ name: 'step', from: 1 }, /learningRate\.every: expected a finite number above 0/],
    [
      { name: 'step', from: 1, every: 1, factor: 1.5 },
      /factor: expected a number above 0, at most 1, got 1.5/,
    ],
    [{ name: 'cosine', from: 1, restartFactor: 2 }, /restartEvery: expected the length of the first period/],
    [
      { name: 'cosine', from: 1, restartEvery: 2, restartFactor: 0.5 },
      /restartFactor: expected a number of at least 1/,
    ],
    [
      { name: 'cosine', from: 1, restartEvery: 2, over: 9 },
      /learningRate.over: expected none with 'cosine' and restartEvery, which has no end, got 9/,
    ],
    [
      { name: 'step', from: 1, every: 2, over: 9 },
      /learningRate.over: expected none with 'step', which has no end/,
    ],
    [{ name: 'cosine', from: 1, patience: 1 }, /options among .*got "patience"/],
    [{ name: 'exponential', from: 1, per: 'batch' }, /per: expected one of 'epoch', 'step'/],
  ]
  it.each(wrong)('is refused: %o', (given, message) => {
    expect(() => learningRate(given, 'learningRate')).toThrow(OptionError)
    expect(() => learningRate(given, 'learningRate')).toThrow(message)
  })
})

describe('powers and the cosine', () => {
  it('are those of the platform to a few units in the last place', () => {
    for (let i = 0; i <= 1000; ++i) {
      expect(Math.abs(cosPi(i / 1000) - Math.cos((Math.PI * i) / 1000))).toBeLessThan(1e-15)
      const base = 0.01 + i / 300
      for (const exponent of [-3, -1, 0, 1, 2, 17, 0.5, 1.7, -0.3]) {
        expect(Math.abs(power(base, exponent) / base ** exponent - 1)).toBeLessThan(4e-15)
      }
    }
    expect([power(0, 0), power(0, 0.5), power(0, 2)]).toEqual([1, 0, 0])
  })
})

const x = numbers(40 * 3, 1)
const y = numbers(40 * 2, 2)
const network = (optimizer: object = {}) =>
  new Network({
    sizes: [3, 5, 2],
    seed: 1,
    optimizer: { name: 'sgd', ...optimizer } as never,
    kernels: 'simd',
    threads: 1,
  })
const bits = (net: Network) =>
  net.layers.map((_, l) => [...net.weights(l), ...net.biases(l)].join()).join('\n')

describe.each([{ name: 'sgd' }, { name: 'sgd', momentum: 0.9 }, { name: 'adam' }])(
  'a training by %o',
  (optimizer) => {
    it('with a schedule takes the rates that its formula gives, epoch by epoch', async () => {
      const schedule = { name: 'exponential', from: 0.1, factor: 0.5 } as const
      const [scheduled, byHand] = [network({ ...optimizer, learningRate: schedule }), network(optimizer)]
      expect(scheduled.learningRate).toBe(0.1)
      const history = await scheduled.fit({ x, y }, { epochs: 4, batchSize: 16 })
      for (const learningRate of [0.1, 0.05, 0.025, 0.0125])
        await byHand.fit({ x, y }, { batchSize: 16, learningRate })
      expect(bits(scheduled)).toBe(bits(byHand))
      expect(history.learningRate).toEqual([0.1, 0.05, 0.025, 0.0125])
      expect(scheduled.learningRate).toBe(0.00625)
    })

    it('goes on where an earlier fit ended, and counts steps over the batches of any size', async () => {
      const learningRate = { name: 'inverse', from: 0.1, per: 'step' } as const
      const [once, twice, byHand] = [network(optimizer), network(optimizer), network(optimizer)]
      const shuffle = false
      await once.fit({ x, y }, { epochs: 3, batchSize: 16, learningRate, shuffle })
      await twice.fit({ x, y }, { epochs: 1, batchSize: 16, learningRate, shuffle })
      await twice.fit({ x, y }, { epochs: 2, batchSize: 16, learningRate, shuffle })
      let step = 0
      for (let epoch = 0; epoch < 3; ++epoch) {
        for (const [from, to] of [
          [0, 16],
          [16, 32],
          [32, 40],
        ]) {
          const rate = 0.1 / Math.sqrt(1 + step++)
          byHand.trainBatch(x.subarray(from * 3, to * 3), y.subarray(from * 2, to * 2), {
            learningRate: rate,
          })
        }
      }
      expect(bits(twice)).toBe(bits(once))
      expectClose(once.weights(0), byHand.weights(0), 1e-6)
      expect(once.learningRate).not.toBe(0.1)
    })

    it('may be told its rate by a function of steps and epochs', async () => {
      const asked: string[] = []
      const learningRate = ({ step, epoch }: { step: number; epoch: number }) => {
        asked.push(`${step} ${epoch}`)
        return 0.1 / (1 + step)
      }
      const [custom, inverse] = [network(optimizer), network(optimizer)]
      const history = await custom.fit({ x, y }, { epochs: 2, batchSize: 16, learningRate })
      await inverse.fit(
        { x, y },
        { epochs: 2, batchSize: 16, learningRate: { name: 'inverse', from: 0.1, power: 1, per: 'step' } },
      )
      expect(bits(custom)).toBe(bits(inverse))
      expect(asked).toEqual(expect.arrayContaining(['0 0', '1 0', '2 0', '3 1', '4 1', '5 1']))
      expect(history.learningRate).toEqual([0.1 / 3, 0.1 / 6])
      const broken = custom.fit(
        { x, y },
        { learningRate: ({ step }) => (step < 8 ? 0.1 : NaN), batchSize: 8 },
      )
      await expect(broken).rejects.toThrow(
        'learningRate({ step: 8, epoch: 2 }): expected a finite float32 number',
      )
    })
  },
)

it('of one rate behind a warm-up by steps rises within an epoch', async () => {
  const learningRate = { name: 'constant', from: 0.25, per: 'step', warmUp: 4 } as const
  const [scheduled, byHand] = [network(), network()]
  const history = await scheduled.fit({ x, y }, { epochs: 2, batchSize: 16, learningRate })
  await byHand.fit(
    { x, y },
    { epochs: 2, batchSize: 16, learningRate: ({ step }) => 0.25 * Math.min(1, (step + 1) / 4) },
  )
  expect(bits(scheduled)).toBe(bits(byHand))
  expect(history.learningRate).toEqual([0.1875, 0.25])
})

it('by steps ends with a fit whose batches are summed for a step', async () => {
  const learningRate = { name: 'polynomial', from: 1e-3, per: 'step' } as const
  const net = network()
  const history = await net.fit({ x, y }, { epochs: 2, batchSize: 4, accumulate: 5, learningRate })
  // 40 rows are two steps an epoch: the fourth and last has a quarter of the way to go.
  expect(history.learningRate[1]).toBeCloseTo(0.25e-3, 12)
})

describe('a schedule of many steps', () => {
  it('has the same bits on every backend of a kind and any number of threads', async () => {
    const learningRate = { name: 'cosine', from: 0.1, per: 'step', warmUp: 100 } as const
    const found = new Set<string>()
    for (const threads of [1, 2, 3]) {
      const net = new Network({ sizes: [3, 16, 2], seed: 1, kernels: 'simd', threads })
      const history = await net.fit({ x, y }, { epochs: 200, batchSize: 4, learningRate })
      expect(history.learningRate.at(-1)).toBeLessThan(1e-6)
      found.add(bits(net))
    }
    expect(found.size).toBe(1)
  })

  it('is in the advice after a divergence by its rate then', async () => {
    const learningRate = ({ epoch }: { epoch: number }) => (epoch < 2 ? 0.01 : 1e30)
    const error = await network()
      .fit({ x, y }, { epochs: 5, learningRate })
      .catch((cause) => cause)
    expect(error).toBeInstanceOf(DivergedError)
    expect(error.message).toContain('the learning rate 1e30')
  })
})

/** PyTorch's ReduceLROnPlateau, by its documentation: mode 'min', threshold_mode 'rel'. */
function reduceOnPlateau(
  losses: number[],
  from: number,
  factor: number,
  patience: number,
  cooldown: number,
  least: number,
) {
  let [rate, best, bad, cooling] = [from, Infinity, 0, 0]
  return losses.map((loss) => {
    if (loss < best * (1 - 1e-4)) [best, bad] = [loss, 0]
    else bad += 1
    if (cooling > 0) {
      cooling -= 1
      bad = 0
    }
    if (bad > patience) {
      const lower = Math.max(rate * factor, least)
      if (rate - lower > 1e-8) rate = lower
      cooling = cooldown
      bad = 0
    }
    return rate
  })
}

describe("a rate that falls on a plateau, as PyTorch's ReduceLROnPlateau", () => {
  it.each([
    [0.5, 2, 0, 0],
    [0.1, 0, 0, 1e-3],
    [0.3, 1, 3, 0.02],
    [0.9, 3, 1, 0],
  ])('by factor %f, patience %i, cooldown %i, at least %f', (factor, patience, cooldown, least) => {
    const losses = [...numbers(60, 5)].map((value, i) => Math.abs(value) + 3 / (1 + Math.floor(i / 9)))
    const settings = learningRate(
      { name: 'plateau', from: 1, factor, patience, cooldown, least },
      'rate',
    ) as never
    let state: PlateauState = freshPlateau(settings)
    const found = losses.map((loss) => {
      state = afterEpoch(settings, state, loss)
      return state.rate
    })
    expect(found).toEqual(reduceOnPlateau(losses, 1, factor, patience, cooldown, least))
    expect(new Set(found).size).toBeGreaterThan(2)
  })

  it('ignores a change of 1e-8 and less', () => {
    const settings = learningRate({ name: 'plateau', from: 1e-8, patience: 0 }, 'rate') as never
    let state = freshPlateau(settings)
    for (let i = 0; i < 5; ++i) state = afterEpoch(settings, state, 1)
    expect(state.rate).toBe(1e-8)
  })

  it('begins anew where another one is given', async () => {
    const plateau = { name: 'plateau', from: 0.5, factor: 0.5, patience: 0, threshold: 0.9 } as const
    const net = network()
    await net.fit({ x, y }, { epochs: 4, learningRate: plateau })
    const again = await net.fit({ x, y }, { epochs: 1, learningRate: plateau })
    expect(again.learningRate).toEqual([0.0625])
    const other = await net.fit({ x, y }, { epochs: 2, learningRate: { ...plateau, from: 0.2 } })
    expect(other.learningRate[0]).toBe(0.2)
  })

  it('is what a fit trains with: by the validation loss where there is one', async () => {
    const plateau = { name: 'plateau', from: 0.5, factor: 0.5, patience: 0, threshold: 0.5 } as const
    const net = network({ learningRate: plateau })
    const history = await net.fit({ x, y }, { epochs: 4, validation: { x, y } })
    // The loss halves in no epoch after the first.
    expect(history.learningRate).toEqual([0.5, 0.5, 0.25, 0.125])
    expect(net.learningRate).toBe(0.0625)
    const unvalidated = network({ learningRate: { ...plateau, monitor: 'validationLoss' } }).fit({ x, y })
    await expect(unvalidated).rejects.toThrow(/monitor: expected validation data/)
  })
})
