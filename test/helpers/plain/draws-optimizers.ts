// Random optimizers and learning rates, with the few things that all draws are made of.

import fc from 'fast-check'
import type { PlainRate, PlainSchedule } from './schedules.ts'

/** undefined in most cases; fc.option's freq counts the other way round. */
export const rarely = <T>(arbitrary: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

/** One of these, in which the first is the simplest. */
export const one = <const T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
/** Float32 numbers: those of penalties, limits and losses are rounded to them. */
export const float = (...values: number[]): fc.Arbitrary<number> => one(...values.map(Math.fround))

/** Without what is undefined. */
export const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T
export const options = <T extends Record<string, fc.Arbitrary<unknown>>>(arbitraries: T) =>
  fc.record(arbitraries).map(defined) as fc.Arbitrary<Record<string, unknown>>

/** A rate of about this size, which may change. */
const schedule = (from: number): fc.Arbitrary<PlainSchedule> => {
  const timing = {
    per: rarely(one('step', 'epoch'), 2),
    warmUp: rarely(fc.integer({ min: 1, max: 4 }), 3),
  }
  const over = rarely(fc.integer({ min: 1, max: 6 }), 3)
  const named = (name: string, more: Record<string, fc.Arbitrary<unknown>>) =>
    options({ name: fc.constant(name), from: fc.constant(from), ...timing, ...more })
  return fc.oneof(
    named('constant', {}),
    named('step', { every: fc.integer({ min: 1, max: 3 }), factor: rarely(one(0.5, 0.3), 2) }),
    named('exponential', { factor: rarely(one(0.8), 2), every: rarely(one(2, 0.5), 3) }),
    named('inverse', { decay: rarely(one(0.3, 2), 2), power: rarely(one(1, 2, 0.75), 2) }),
    named('polynomial', { to: rarely(one(from / 4), 2), power: rarely(one(2, 0.5), 2), over }),
    named('cosine', { to: rarely(one(from / 4), 2), over }),
    named('cosine', { restartEvery: one(1, 2, 2.5), restartFactor: rarely(one(1.5, 2), 2) }),
    options({
      name: fc.constant('oneCycle'),
      peak: fc.constant(from),
      ...timing,
      rise: rarely(one(0.5, 0, 1), 2),
      divide: rarely(one(4), 2),
      divideAtEnd: rarely(one(10), 2),
      over,
    }),
    named('plateau', {
      factor: one(0.5, 0.25),
      patience: one(0, 1),
      threshold: rarely(one(0.1, 0), 2),
      cooldown: rarely(one(1), 3),
      least: rarely(one(from / 3), 3),
      monitor: rarely(one('loss'), 3),
    }),
  ) as unknown as fc.Arbitrary<PlainSchedule>
}

export const rate = (from: number): fc.Arbitrary<PlainRate> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(from) }, { weight: 1, arbitrary: schedule(from) })

const rated = (name: string, rates: number[], more: Record<string, fc.Arbitrary<unknown>>) =>
  one(...rates).chain((from) => options({ name: fc.constant(name), learningRate: rate(from), ...more }))

const weightDecay = rarely(one(0.01, 0.2), 3)
const betas = {
  beta1: rarely(one(0.8, 0, 0.5), 3),
  beta2: rarely(one(0.95, 0.5), 3),
}
export const optimizer = fc.oneof(
  rated('sgd', [0.1, 0.02, 0.3], { weightDecay }),
  rated('sgd', [0.1, 0.02], { momentum: one(0.9, 0.5), dampening: rarely(one(0.25), 3), weightDecay }),
  rated('sgd', [0.1, 0.02], { momentum: one(0.9, 0.5), nesterov: fc.constant(true), weightDecay }),
  rated('rmsprop', [0.01, 0.03], {
    rho: rarely(one(0.9, 0.5), 2),
    epsilon: rarely(one(1e-3), 3),
    momentum: rarely(one(0.5, 0.9), 2),
    weightDecay,
  }),
  rated('rmsprop', [0.01], {
    rho: rarely(one(0.9, 0.5), 2),
    epsilon: one(1e-2, 1e-3),
    momentum: rarely(one(0.5), 2),
    centered: fc.constant(true),
    weightDecay,
  }),
  rated('adagrad', [0.05], {
    learningRateDecay: rarely(one(0.25), 2),
    epsilon: rarely(one(1e-3), 3),
    weightDecay,
  }),
  rated('adam', [0.01, 0.03], { ...betas, epsilon: rarely(one(1e-3), 3), weightDecay }),
  rated('adamw', [0.01, 0.03], {
    ...betas,
    epsilon: rarely(one(1e-3), 3),
    weightDecay: rarely(one(0.5, 0), 3),
  }),
  rated('nadam', [0.01, 0.03], { ...betas, momentumDecay: rarely(one(0.5), 3), weightDecay }),
  rated('lion', [0.003, 0.02], { beta1: rarely(one(0.8), 3), beta2: rarely(one(0.9), 3), weightDecay }),
)
