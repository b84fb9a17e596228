// Learning rates that change: for each schedule its options and the rate at a moment of the training. A new one is a row
// here. Each is a pure function of how far the training is, so that a resumed training goes on with the same numbers;
// 'plateau' alone depends on what was seen, and keeps that in a state of its own (src/training/plateau.ts).

import {
  type Check,
  type Checked,
  checkOptions,
  isObject,
  notNegative,
  oneOf,
  optional,
  positive,
  rate,
  refuse,
  share,
} from '../base/check.ts'
import { cosPi, power } from '../base/powers.ts'

type Table = Record<string, Check<unknown>>

/** How far the training is: counted over the life of the network, from 0. */
export interface Moment {
  /** Steps of the optimizer that were taken. */
  readonly step: number
  /** Epochs that were done. */
  readonly epoch: number
}

interface Row<T extends Table> {
  readonly options: T
  /** Throws OptionError for options that make no sense together. */
  check?(options: Checked<T>, name: string): void
  /** The rate after t epochs or steps, without the warm-up. over: the length of the schedule, in the same unit. */
  rate(options: Checked<T>, t: number, over: number): number
}

const row = <T extends Table>(one: Row<T>): Row<T> => one

/** A factor by which a rate falls. */
const factor: Check<number> = (value, name) =>
  typeof value === 'number' && value > 0 && value <= 1
    ? value
    : refuse(name, 'a number above 0, at most 1', value)

const from = rate
const to = optional(notNegative, 0)

/** Where t stands between 0 and `over`, at most 1. */
const progress = (t: number, over: number): number => (over > 0 ? Math.min(1, t / over) : 1)

/** From `high` to `low` along half a cosine, at 0 ≤ x ≤ 1. */
const annealed = (high: number, low: number, x: number): number => low + ((high - low) * (1 + cosPi(x))) / 2

const constantOptions = { from }
const stepOptions = { from, factor: optional(factor, 0.1), every: positive }
const exponentialOptions = { from, factor: optional(factor, 0.95), every: optional(positive, 1) }
const inverseOptions = { from, decay: optional(notNegative, 1), power: optional(notNegative, 0.5) }
const polynomialOptions = { from, to, power: optional(notNegative, 1) }
const cosineOptions = {
  from,
  to,
  restartEvery: optional(positive, undefined),
  restartFactor: optional(positive, 1),
}
const oneCycleOptions = {
  peak: rate,
  rise: optional(share, 0.3),
  divide: optional(positive, 25),
  divideAtEnd: optional(positive, 1e4),
}
const plateauOptions = {
  from,
  factor: optional(factor, 0.1),
  patience: optional(notNegative, 10),
  threshold: optional(notNegative, 1e-4),
  cooldown: optional(notNegative, 0),
  least: optional(notNegative, 0),
  monitor: optional(oneOf(['loss', 'validationLoss']), undefined),
}

/**
 * constant · step (PyTorch's StepLR) · exponential (ExponentialLR) · inverse (scikit-learn's 'invscaling', Keras's
 * InverseTimeDecay) · polynomial (Keras's PolynomialDecay) · cosine with restarts (Loshchilov and Hutter 2017) · oneCycle
 * (Smith and Topin 2018, as PyTorch's OneCycleLR) · plateau (PyTorch's ReduceLROnPlateau).
 */
export const schedules = {
  constant: row({ options: constantOptions, rate: (options) => options.from }),
  step: row({
    options: stepOptions,
    rate: (options, t) => options.from * power(options.factor, Math.floor(t / options.every)),
  }),
  exponential: row({
    options: exponentialOptions,
    rate: (options, t) => options.from * power(options.factor, t / options.every),
  }),
  inverse: row({
    options: inverseOptions,
    rate: (options, t) => options.from / power(1 + options.decay * t, options.power),
  }),
  polynomial: row({
    options: polynomialOptions,
    rate: (options, t, over) =>
      options.to + (options.from - options.to) * power(1 - progress(t, over), options.power),
  }),
  cosine: row({
    options: cosineOptions,
    check({ restartEvery, restartFactor }, name) {
      if (restartFactor < 1) refuse(`${name}.restartFactor`, 'a number of at least 1', restartFactor)
      if (restartFactor > 1 && restartEvery === undefined) {
        refuse(`${name}.restartEvery`, 'the length of the first period with restartFactor', restartEvery)
      }
    },
    rate({ from: high, to: low, restartEvery, restartFactor }, t, over) {
      if (restartEvery === undefined) return annealed(high, low, progress(t, over))
      let period = restartEvery
      let within = t
      if (restartFactor === 1) within = t % period
      while (within >= period) {
        within -= period
        period *= restartFactor
      }
      return annealed(high, low, within / period)
    },
  }),
  oneCycle: row({
    options: oneCycleOptions,
    rate({ peak, rise, divide, divideAtEnd }, t, over) {
      const begin = peak / divide
      // As PyTorch counts: the steps numbered `top` and `last` have the peak and the lowest rate themselves.
      const top = rise > 0 ? rise * over - 1 : -1
      const last = Math.max(0, over - 1)
      const at = Math.min(t, last)
      if (at <= top) return annealed(begin, peak, top > 0 ? at / top : 1)
      return annealed(peak, begin / divideAtEnd, (at - top) / (last - top))
    },
  }),
  plateau: row({
    options: plateauOptions,
    rate: (options) => options.from,
  }),
} as const

export type ScheduleName = keyof typeof schedules

interface Timing {
  /** Whether the schedule's lengths count epochs or steps. */
  readonly per: 'epoch' | 'step'
  /** Length of a linear rise from 0 to the schedule, in front of it. */
  readonly warmUp: number
  /** Length of the schedule without its warm-up; undefined: to the end of the fit. */
  readonly over: number | undefined
}

/** A schedule with every default in place. */
export type ScheduleSettings = {
  readonly [Name in ScheduleName]: { readonly name: Name } & Timing &
    Checked<(typeof schedules)[Name]['options']>
}[ScheduleName]

/** A learning rate: a number, a schedule, or a user's function, which must be pure. */
export type LearningRate = number | ScheduleSettings | ((moment: Moment) => number)

const timing = {
  per: optional(oneOf(['epoch', 'step']), 'epoch' as const),
  warmUp: optional(notNegative, 0),
  over: optional(positive, undefined),
}

const names = Object.keys(schedules) as ScheduleName[]

/** Whether a schedule has an end, where the rate stays from then on. */
const hasEnd = ({ name, ...options }: { name: ScheduleName; restartEvery?: number | undefined }): boolean =>
  name === 'polynomial' || name === 'oneCycle' || (name === 'cosine' && options.restartEvery === undefined)

/** A number, a schedule by its name and options, or a function. Throws OptionError. */
export const learningRate: Check<LearningRate> = (value, name) => {
  if (typeof value === 'number') return rate(value, name)
  if (typeof value === 'function') return value as (moment: Moment) => number
  if (!isObject(value))
    return refuse(name, 'a number, a schedule such as { name: "cosine", from: 0.1 }, or a function', value)
  const which = oneOf(names)(value.name, `${name}.name`)
  const { options, check } = schedules[which] as Row<Table>
  const checked = checkOptions({ name: oneOf([which]), ...timing, ...options }, value, name)
  check?.(checked as never, name)
  const settings = checked as unknown as ScheduleSettings
  if (settings.over !== undefined && !hasEnd(settings)) {
    const restarts = which === 'cosine' ? ' and restartEvery' : ''
    refuse(`${name}.over`, `none with '${which}'${restarts}, which has no end`, settings.over)
  }
  return settings
}

/** True where the rate may differ from step to step within an epoch. */
export const variesWithinEpoch = (given: LearningRate): boolean =>
  typeof given === 'function' ||
  (typeof given === 'object' && given.per === 'step' && (given.name !== 'constant' || given.warmUp > 0))

/** True where a schedule by steps goes up to the end of the fit. */
export const endsWithFit = (given: LearningRate): boolean =>
  typeof given === 'object' && given.per === 'step' && given.over === undefined && hasEnd(given)

/**
 * The rate at a moment. end: epochs and steps at the end of the fit, for schedules without a length of their own. A
 * schedule that has come to its end stays there. Throws OptionError for a function's result that is no rate.
 */
export function rateAt(given: LearningRate, moment: Moment, end: Moment): number {
  if (typeof given === 'number') return given
  if (typeof given === 'function')
    return rate(given(moment), `learningRate({ step: ${moment.step}, epoch: ${moment.epoch} })`)
  const unit = given.per
  const t = moment[unit]
  const over = given.over ?? Math.max(0, end[unit] - given.warmUp)
  const row = schedules[given.name] as Row<Table>
  const reached = row.rate(given as never, Math.max(0, t - given.warmUp), over)
  // From the first step on: a rate of 0 would waste it.
  return t < given.warmUp ? (reached * (t + 1)) / Math.max(given.warmUp, t + 1) : reached
}
