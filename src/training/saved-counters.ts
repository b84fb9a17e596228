// How far a training is as plain data for a checkpoint, and back: every field is checked, for bytes whose checksum is right may
// still be anybody's.

import {
  boolean,
  type Check,
  checkOptions,
  integer,
  isObject,
  notNegative,
  optional,
  positive,
  refuse,
} from '../base/check.ts'
import { FormatError, OptionError } from '../base/errors.ts'
import type { Floats } from '../base/floats.ts'
import { type ClassNames, checkNames, classNames } from '../model/class-names.ts'
import type { Settings } from '../model/network-settings.ts'
import type { Counters, Order, Position } from './counters.ts'

/** JSON has no numbers that are not finite. */
const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** The counters as plain data. */
export function savedCounters({ stopping, plateau, ...rest }: Counters): object {
  return {
    ...rest,
    // What reads this version of the format may want it.
    trained: rest.steps > 0,
    plateau: plateau && { ...plateau, best: orNull(plateau.best) },
    stopping: stopping && { ...stopping, best: orNull(stopping.best), parameters: undefined },
  }
}

// More steps or epochs than any training takes; what is computed step by step from the first would take for ever.
const MOST = 2 ** 40
const count = integer(0, MOST)
const rowCount = integer(1)

const finite: Check<number> = (value, name) =>
  typeof value === 'number' && Number.isFinite(value) ? value : refuse(name, 'a finite number', value)

const orNone =
  (missing: number): Check<number> =>
  (value, name) =>
    value === null ? missing : finite(value, `${name} (a number or null)`)

const part: Check<number> = (value, name) =>
  typeof value === 'number' && value >= 0 && value < 1
    ? value
    : refuse(name, 'a number from 0 to below 1', value)

const orderTable = {
  rows: rowCount,
  batchRows: rowCount,
  accumulate: rowCount,
  shuffle: boolean,
  seed: integer(0),
  share: part,
  stratify: boolean,
  weight: positive,
}
const order: Check<Order> = (value, name) => checkOptions(orderTable, value, name)

const positionTable = {
  order,
  row: integer(0),
  loss: finite,
  penalty: finite,
  hits: notNegative,
  steps: count,
  rate: optional(positive, undefined),
}

/** takesAll: whether a step takes all rows. */
const position =
  (takesAll: boolean): Check<Position> =>
  (value, name) => {
    const checked = checkOptions(positionTable, value, name)
    const { row, steps } = checked
    const { rows, batchRows, accumulate } = checked.order
    const stepRows = batchRows * accumulate
    if (batchRows > rows)
      refuse(`${name}.order.batchRows`, `at most the ${rows} rows of the epoch`, batchRows)
    if (row > rows || (row < rows && row % stepRows !== 0)) {
      refuse(`${name}.row`, `the end of a step of ${stepRows} rows within ${rows}`, row)
    }
    const taken = Math.ceil(row / (takesAll ? rows : stepRows))
    if (steps !== taken) refuse(`${name}.steps`, `the ${taken} that ${row} rows take`, steps)
    return checked
  }

const unobservedTable = {
  rows: rowCount,
  loss: finite,
  penalty: finite,
  hits: optional(notNegative, undefined),
  learningRate: finite,
  milliseconds: notNegative,
}

const plateauTable = {
  rate: notNegative,
  from: notNegative,
  best: orNone(Number.POSITIVE_INFINITY),
  bad: count,
  cooling: count,
}

const stoppingTable = { best: orNone(Number.NaN), bestEpoch: count, bad: count }

/** Pairs of so many that an optimizer has room for: 0 where it has none. */
const pairs =
  (memory: number): Check<Counters['pairs']> =>
  (value, name) => {
    if (memory === 0) return refuse(name, 'none with this optimizer', value)
    const checked = checkOptions(
      {
        count: integer(0, memory),
        next: integer(0, memory - 1),
        value: optional(finite, undefined),
        gain: optional(finite, undefined),
      },
      value,
      name,
    )
    if ((checked.value === undefined) === (checked.gain === undefined)) return checked
    return refuse(name, 'value and gain, or neither', value)
  }

const table = <T>(rows: Record<string, Check<unknown>>): Check<T> => {
  return (value, name) => checkOptions(rows, value, name) as T
}

/** Runs a check of something that came from a checkpoint. Throws FormatError with the message of its OptionError. */
function asFormat<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw error instanceof OptionError ? new FormatError(error.message) : error
  }
}

/**
 * The counters that the data are of. best: the parameters of the best epoch, where there are some. name: for messages. Throws
 * FormatError.
 */
export function readCounters(
  progress: object,
  { optimizer, architecture }: Pick<Settings, 'optimizer' | 'architecture'>,
  best: Floats | undefined,
  name = 'checkpoint: progress',
): Counters {
  const memory = optimizer.name === 'lbfgs' ? optimizer.memory : 0
  const names: Check<ClassNames> = (value, where) => {
    const checked = classNames(value, where)
    checkNames(checked, architecture, where)
    return checked
  }
  const checks = {
    epochs: count,
    steps: count,
    trained: boolean,
    position: optional(position(memory > 0), undefined),
    unobserved: optional(table<NonNullable<Counters['unobserved']>>(unobservedTable), undefined),
    plateau: optional(table<NonNullable<Counters['plateau']>>(plateauTable), undefined),
    pairs: optional(pairs(memory), undefined),
    classNames: optional(names, undefined),
    stopping: optional(table<NonNullable<Counters['stopping']>>(stoppingTable), undefined),
  }
  return asFormat(() => {
    const { stopping, trained: _, ...rest } = checkOptions(checks, progress, name)
    if (best && !stopping) return refuse(`${name}.stopping`, 'what the best parameters are of', stopping)
    if (rest.position && rest.position.steps > rest.steps) {
      return refuse(`${name}.position.steps`, `at most the ${rest.steps} of all`, rest.position.steps)
    }
    return { ...rest, stopping: stopping && { ...stopping, parameters: best } }
  })
}

/** The name of the optimizer in the options of a checkpoint. Throws FormatError. */
export function savedOptimizer({ optimizer }: { optimizer?: unknown }): string {
  const name = isObject(optimizer) ? optimizer.name : optimizer
  if (typeof name === 'string') return name
  return asFormat(() => refuse('checkpoint: options.optimizer', 'an optimizer with its name', optimizer))
}
