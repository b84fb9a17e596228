// L-BFGS (Nocedal 1980, doi:10.1090/S0025-5718-1980-0572855-7; Liu and Nocedal 1989): quasi-Newton steps on a function of
// many variables, whose inverse Hessian is known by the last few steps and what they did to the gradient. It knows nothing of
// networks.

import { allocate } from '../base/allocate.ts'
import type { Floats } from '../base/floats.ts'
import type { Slices } from '../base/pace.ts'
import { strongWolfe, type Trial } from './line-search.ts'
import { addTo, dot, inRanges, largestOf, setTo } from './vectors.ts'

/** A function, its variables, and room for what is remembered of it. */
export interface Problem {
  /** The variables as they stand. */
  readonly x: Floats
  /** Room for `memory` pairs of s, a step, and y, its change of the gradient: s₁ y₁ s₂ y₂ … */
  readonly pairs: Floats
  /** The value at x; its gradient goes to `gradient`. */
  evaluate(gradient: Float64Array): Slices<number>
}

/** Which pairs there are, as plain data; replaced as a whole. */
export interface PairsState {
  readonly count: number
  /** Where the next one goes. */
  readonly next: number
  /** The value that the last step came to, and what it gained as a share of max(|value|, 1): a fit that goes on from there knows
   * whether it had converged. */
  readonly value?: number | undefined
  readonly gain?: number | undefined
}

const NO_PAIRS: PairsState = { count: 0, next: 0 }

export interface LbfgsSettings {
  /** Pairs that are remembered. */
  readonly memory: number
  /** It has converged where no part of the gradient is larger. */
  readonly tolerance: number
  /** The same where a step lowers the value by no more than this share of max(|value|, 1); 0: not looked at. */
  readonly functionTolerance: number
  /** Evaluations in one line search, at most. */
  readonly maxLineSearch: number
  /** See LineSearchSettings. */
  readonly noise: number
}

// Nocedal and Wright, section 3.1; SciPy's and PyTorch's c₂ too.
const DECREASE = 1e-4
const CURVATURE = 0.9

export class Lbfgs {
  readonly #problem: Problem
  readonly #settings: LbfgsSettings
  #gradient: Float64Array
  #trialGradient: Float64Array
  readonly #direction: Float64Array
  #before: Floats
  /** 1 / sᵀy of each pair, by its place. */
  readonly #rho: number[] = []
  #value = Number.NaN
  #pairs: PairsState
  #hasConverged = false

  /** pairs: those that the problem's room has already. Throws BackendError where there is no memory for its vectors. */
  constructor(problem: Problem, settings: LbfgsSettings, pairs: PairsState = NO_PAIRS) {
    this.#problem = problem
    this.#settings = settings
    this.#pairs = pairs
    const n = problem.x.length
    const { x } = problem
    const vector = () => new Float64Array(n)
    const vectors = () => [vector(), vector(), vector(), x.slice()] as const
    const room = allocate('a step of L-BFGS', 3 * 8 * n + x.byteLength, vectors)
    ;[this.#gradient, this.#trialGradient, this.#direction, this.#before] = room
  }

  get value(): number {
    return this.#value
  }

  get pairs(): PairsState {
    return this.#pairs
  }

  /** True once the gradient, or what a step gained, was within the tolerances. */
  get hasConverged(): boolean {
    return this.#hasConverged
  }

  /** Evaluates the function where it stands. To be called first. */
  *begin(): Slices<void> {
    this.#value = yield* this.#problem.evaluate(this.#gradient)
    yield* this.#checkGradient()
    const { value, gain } = this.#pairs
    // At another value it stands elsewhere, or the function is of other data.
    if (value === this.#value) this.#checkGain(gain!)
    const { memory } = this.#settings
    for (let back = 1; back <= this.#pairs.count; ++back) {
      const place = (this.#pairs.next - back + memory) % memory
      this.#rho[place] = 1 / (yield* dot(this.#s(place), this.#y(place)))
    }
  }

  *#checkGradient(): Slices<void> {
    if ((yield* largestOf(this.#gradient)) <= this.#settings.tolerance) this.#hasConverged = true
  }

  #checkGain(gain: number): void {
    const { functionTolerance } = this.#settings
    if (functionTolerance > 0 && gain <= functionTolerance) this.#hasConverged = true
  }

  /** Row `row` of the pairs: s of place p stands in row 2p, y in the next. */
  #row(row: number): Floats {
    const n = this.#gradient.length
    return this.#problem.pairs.subarray(row * n, (row + 1) * n)
  }

  #s(place: number): Floats {
    return this.#row(2 * place)
  }

  #y(place: number): Floats {
    return this.#row(2 * place + 1)
  }

  /** −H g by the two loops (Nocedal and Wright, algorithm 7.4). */
  *#findDirection(): Slices<void> {
    const { memory } = this.#settings
    const { count, next } = this.#pairs
    const d = this.#direction
    yield* setTo(d, -1, this.#gradient)
    if (count === 0) return
    const placeOf = (back: number) => (next - back + memory) % memory
    const alphas: number[] = []
    for (let back = 1; back <= count; ++back) {
      const place = placeOf(back)
      alphas[place] = this.#rho[place] * (yield* dot(this.#s(place), d))
      yield* addTo(d, -alphas[place], this.#y(place))
    }
    const newest = placeOf(1)
    const y = this.#y(newest)
    yield* setTo(d, 1 / (this.#rho[newest] * (yield* dot(y, y))), d)
    for (let back = count; back >= 1; --back) {
      const place = placeOf(back)
      const beta = this.#rho[place] * (yield* dot(this.#y(place), d))
      yield* addTo(d, alphas[place] - beta, this.#s(place))
    }
  }

  *#evaluateAt(step: number): Slices<Omit<Trial, 'step'>> {
    const problem = this.#problem
    const { x } = problem
    yield* inRanges(x.length, (from, to) => {
      for (let i = from; i < to; ++i) x[i] = this.#before[i] + step * this.#direction[i]
    })
    const value = yield* problem.evaluate(this.#trialGradient)
    return { value, slope: yield* dot(this.#direction, this.#trialGradient) }
  }

  /** Searches along −H g, or along −g where no pairs are known. */
  *#search(first: number): Slices<Trial | undefined> {
    yield* this.#findDirection()
    const d = this.#direction
    const slope = yield* dot(d, this.#gradient)
    // Rounding may have turned it, or the pairs may be of other data.
    if (!(slope < 0)) return undefined
    // Nothing says how long −g should be.
    const length = this.#pairs.count === 0 ? Math.min(1, 1 / Math.sqrt(yield* dot(d, d))) : 1
    const start = { step: 0, value: this.#value, slope }
    return yield* strongWolfe((step) => this.#evaluateAt(step), start, first * length, {
      decrease: DECREASE,
      curvature: CURVATURE,
      most: this.#settings.maxLineSearch,
      noise: this.#settings.noise,
    })
  }

  /** Remembers what the step from #before to x did to the gradient. */
  *#remember(): Slices<void> {
    const { x } = this.#problem
    const { count, next } = this.#pairs
    const { memory } = this.#settings
    const [s, y] = [this.#s(next), this.#y(next)]
    yield* inRanges(x.length, (from, to) => {
      for (let i = from; i < to; ++i) {
        s[i] = x[i] - this.#before[i]
        y[i] = this.#trialGradient[i] - this.#gradient[i]
      }
    })
    const curvature = yield* dot(s, y)
    // Without it H would not stay positive definite. The oldest pair, which stood here, is lost all the same.
    if (curvature > Number.EPSILON * (yield* dot(y, y))) {
      this.#rho[next] = 1 / curvature
      this.#pairs = { count: Math.min(count + 1, memory), next: (next + 1) % memory }
    } else this.#pairs = { count: Math.min(count, memory - 1), next }
  }

  /**
   * Takes one step and returns its length as a multiple of the direction's; undefined where no step lowers the value, and x
   * is then anywhere. first: the multiple that the search tries first.
   */
  *step(first: number): Slices<number | undefined> {
    const { x } = this.#problem
    yield* inRanges(x.length, (from, to) => this.#before.set(x.subarray(from, to), from))
    let found = yield* this.#search(first)
    if (!found && this.#pairs.count > 0) {
      this.#pairs = NO_PAIRS
      found = yield* this.#search(first)
    }
    if (!found) return undefined
    yield* this.#remember()
    const [before, { value }] = [this.#value, found]
    this.#value = value
    ;[this.#gradient, this.#trialGradient] = [this.#trialGradient, this.#gradient]
    yield* this.#checkGradient()
    // As SciPy's L-BFGS-B has it.
    const gain = (before - value) / Math.max(Math.abs(before), Math.abs(value), 1)
    this.#checkGain(gain)
    this.#pairs = { ...this.#pairs, value, gain }
    return found.step
  }
}
