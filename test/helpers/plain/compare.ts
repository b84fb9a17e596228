// What a training leaves, compared number by number: how far rounding may take it is found by running the plain trainer again
// with random rounding errors (noise.ts).

import { dataOf, plainOptions, plainSettings, type RandomCase } from './cases.ts'
import { type Noise, shaken } from './noise.ts'
import { type PlainParameters, TRAINED } from './pass.ts'
import { PlainTrainer } from './trainer.ts'

/** Lists of numbers by what they are. */
export type Outcome = ReadonlyMap<string, ArrayLike<number>>

export const PARAMETERS = [...TRAINED, 'runningMean', 'runningVariance'] as const

/** The case on the plain trainer, from these parameters. */
export function plainOutcome(one: RandomCase, begin: readonly PlainParameters[], round?: Noise): Outcome {
  const trainer = new PlainTrainer(plainOptions(one.network), begin, round)
  const outcome = new Map<string, ArrayLike<number>>()
  const data = dataOf(one, one.rows)
  one.calls.forEach((call, c) => {
    if (call.kind === 'resume') return
    const { x, y, weights } = data
    if (call.kind === 'trainBatch') {
      const batch = { x: x.slice(0, call.rows), y: y.slice(0, call.rows) }
      const weighted = call.isWeighted ? { ...batch, weights: weights.slice(0, call.rows) } : batch
      outcome.set(`loss of batch ${c}`, [trainer.trainBatch(weighted, call.learningRate)])
      return
    }
    const validation = call.validationRows > 0 ? dataOf(one, call.validationRows, c + 1) : undefined
    const settings = plainSettings(call.settings, validation)
    const history = trainer.fit(call.isWeighted ? data : { x, y }, settings)
    outcome.set(`losses of fit ${c}`, history.loss)
    outcome.set(`validation losses of fit ${c}`, history.validationLoss)
    outcome.set(`learning rates of fit ${c}`, history.learningRate)
  })
  trainer.parameters.forEach((layer, l) => {
    for (const which of PARAMETERS) outcome.set(`${which} ${l}`, layer[which])
  })
  outcome.set('outputs', trainer.predict(data.x))
  outcome.set('evaluated loss', [trainer.evaluate(data)])
  const { loss, gradient } = trainer.gradients(data)
  outcome.set('loss beside the gradients', [loss])
  gradient.forEach((layer, l) => {
    for (const which of TRAINED) outcome.set(`gradient of ${which} ${l}`, layer[which])
  })
  return outcome
}

const largest = (values: ArrayLike<number>): number => {
  let most = 0
  for (let i = 0; i < values.length; ++i) most = Math.max(most, Math.abs(values[i]))
  return most
}

/** True where a number left the range in which float32 has its digits: no training that anyone would want. */
export function isTooLarge(outcome: Outcome): boolean {
  for (const values of outcome.values()) {
    for (let i = 0; i < values.length; ++i) if (!(Math.abs(values[i]) < 1e6)) return true
  }
  return false
}

/** Runs with rounding errors before a comparison, and at most where it fails: a sign that changes in one of many. */
const RUNS = 4
const MOST_RUNS = 200
/**
 * Errors of a result of one operation, in roundings, run after run: more than there are, so that what may happen does; and
 * less, since many operations round nothing. A gradient that is 0 but for rounding makes steps of Adagrad whose size is that
 * of the optimizer's ε beside the rounding's.
 */
const AMOUNTS = [4, 4, 16, 4, 1, 2 ** -4, 64, 4, 2 ** -8, 2, 2 ** -12, 16]
const FACTOR = 3
/**
 * Where one rounding moves what comes out by more than this share, it has a discontinuity in the middle of its numbers: a relu
 * of columns that batch normalisation left at 0, a step that is the sign of a rounding error. What such a case comes to is
 * one of many values, and no number of runs has seen them all.
 */
const JUMP = 2 ** 16

export interface Disagreement {
  readonly what: string
  readonly index: number
  readonly found: number
  readonly expected: number
  readonly tolerance: number
}

/** What comes of a comparison. Undecided: numbers are off, by less than rounding explains or by a jump of what rounding did. */
export interface Verdict {
  readonly disagreement?: Disagreement
  readonly isUndecided: boolean
  /** The largest difference relative to the largest number of its kind, where rounding makes no jump; else NaN. */
  readonly difference: number
}

/** Numbers of one list, with what each may be off by. */
class Band {
  readonly expected: ArrayLike<number>
  readonly size: number
  readonly #spread: Float64Array
  readonly #floor: number

  constructor(expected: ArrayLike<number>, unit: number) {
    this.expected = expected
    this.size = largest(expected)
    this.#spread = new Float64Array(expected.length)
    this.#floor = 8 * unit * this.size
  }

  widen(other: ArrayLike<number>): void {
    for (let i = 0; i < this.#spread.length; ++i) {
      this.#spread[i] = Math.max(this.#spread[i], Math.abs(other[i] - this.expected[i]))
    }
  }

  tolerance(i: number): number {
    return FACTOR * this.#spread[i] + this.#floor
  }

  firstOutside(found: ArrayLike<number>): number {
    for (let i = 0; i < this.expected.length; ++i) {
      if (!(Math.abs(found[i] - this.expected[i]) <= this.tolerance(i))) return i
    }
    return -1
  }

  difference(found: ArrayLike<number>): number {
    let most = 0
    for (let i = 0; i < this.expected.length; ++i)
      most = Math.max(most, Math.abs(found[i] - this.expected[i]))
    return most
  }

  get spread(): number {
    return largest(this.#spread)
  }
}

/** Gradients beside gradients, parameters beside parameters: one that is 0 but for rounding is as large as its rounding. */
const kindOf = (what: string): string => {
  if (what.startsWith('gradient')) return 'gradients'
  return PARAMETERS.some((name) => what.startsWith(name)) ? 'parameters' : what
}

/** The plain trainer's outcome of a case, with what rounding may make of it. */
export class Expected {
  readonly #one: RandomCase
  readonly #begin: readonly PlainParameters[]
  readonly #unit: number
  readonly #bands: Map<string, Band>
  readonly #sizes = new Map<string, number>()
  #runs = 0

  /** unit: the unit roundoff of what is compared. */
  constructor(one: RandomCase, begin: readonly PlainParameters[], exactly: Outcome, unit: number) {
    this.#one = one
    this.#begin = begin
    this.#unit = unit
    // Outputs are rounded to float32 whatever the network computes in, and rates are powers of many factors in float64.
    const unitOf = (what: string) => {
      if (what === 'outputs') return 2 ** -24
      return what.startsWith('learning rates') ? 2 ** -46 : unit
    }
    this.#bands = new Map([...exactly].map(([what, values]) => [what, new Band(values, unitOf(what))]))
    for (const [what, { size }] of this.#bands) {
      const kind = kindOf(what)
      this.#sizes.set(kind, Math.max(size, this.#sizes.get(kind) ?? 0))
    }
    this.#run(RUNS)
  }

  #run(until: number): void {
    for (; this.#runs < until; ++this.#runs) {
      const amount = AMOUNTS[this.#runs % AMOUNTS.length] * this.#unit
      // Below 2⁻¹²⁵ the kernels may take float32 numbers for 0.
      const least = this.#unit > 2 ** -30 ? 2 ** -122 : 0
      const noisy = plainOutcome(this.#one, this.#begin, shaken(this.#runs + 1, amount, least))
      for (const [what, values] of noisy) this.#bands.get(what)!.widen(values)
    }
  }

  #relative(what: string, value: number): number {
    const size = this.#sizes.get(kindOf(what))!
    return value === 0 ? 0 : value / size
  }

  /** The most that a rounding moved anything by, relative to its size. */
  get blur(): number {
    return Math.max(...[...this.#bands].map(([what, band]) => this.#relative(what, band.spread)))
  }

  /** Disagrees where a number is further off than rounding explains. */
  compare(found: Outcome): Verdict {
    let difference = 0
    for (const [what, band] of this.#bands) {
      const values = found.get(what)
      if (!values || values.length !== band.expected.length) {
        const lengths = { found: values?.length ?? -1, expected: band.expected.length, tolerance: 0 }
        return { disagreement: { what, index: -1, ...lengths }, isUndecided: false, difference: Number.NaN }
      }
      let index = band.firstOutside(values)
      while (index >= 0 && this.#runs < MOST_RUNS) {
        this.#run(Math.min(MOST_RUNS, 4 * this.#runs))
        index = band.firstOutside(values)
      }
      if (index >= 0) {
        if (this.jumps) return { isUndecided: true, difference: Number.NaN }
        const numbers = { found: values[index], expected: band.expected[index] }
        const disagreement = { what, index, ...numbers, tolerance: band.tolerance(index) }
        return { disagreement, isUndecided: false, difference: Number.NaN }
      }
      if (what !== 'outputs') difference = Math.max(difference, this.#relative(what, band.difference(values)))
    }
    return { isUndecided: false, difference: this.jumps ? Number.NaN : difference }
  }

  get jumps(): boolean {
    return this.blur > JUMP * this.#unit
  }

  get runs(): number {
    return this.#runs
  }
}
