// How many threads the next slice of a fit gets. What the platform says of its cores is a claim: a container has a
// quota, a laptop other work, a browser a taskset of its own. So threads are measured against fewer on real slices of the
// fit, which cost nothing but their time since every number of threads leaves the same bits. Pure: told the times, it
// answers with numbers.

import { openingOf, type TrialSettings } from './opening.ts'
import { Rate } from './rate.ts'
import { verdictOf } from './verdict.ts'

// Milliseconds of a core that it takes to start a worker: 18 (Node 20), and more in a browser.
const START_MS = 30
/** The same where a core was seen to be free for it: what it takes of the training. */
const FREE_START_MS = 4
// The first slice runs in the engine's baseline code, and says nothing of those that follow, unless it is long.
const WARM_SLICES = 3
const WARM_MS = 8
const LONG_SLICE_MS = 20
/** Where a fit takes one thread of a fast core this long or longer, idle workers are taken before they are due: that takes a millisecond. */
const WORTH_TAKING_MS = 20
/** Milliseconds of one thread's work in the first slice of a challenger (src/training/epoch.ts). */
const SAMPLE_MS = 2
/** A slice shorter than this says nothing yet. */
const LEAST_MS = 1
/** Milliseconds until a challenger that lost is tried again, twice as many after each time; and where it lost clearly. */
const FIRST_PAUSE = 50
const CLEAR_PAUSE = 400
/** Milliseconds until fewer threads are tried again at least; else as many as have passed. */
const SECOND_LOOK_MS = 50
/** How far the rate may fall before fewer threads are tried. */
const FALLEN = 0.75

export class Trial {
  readonly #share: number
  readonly #batchRows: number
  /** The numbers of threads that are compared. */
  readonly #counts: readonly number[]
  readonly #rates = new Map<number, Rate>()
  /** Milliseconds of the whole in one thread of a fast core. */
  readonly #fastMs: number
  #rowsLeft: number
  #elapsed = 0
  #slices = 0
  /** Milliseconds that were lost by trying. */
  #spent = 0
  /** Index of the threads that work, and of those that are tried next; the latter may be undefined. */
  #best: number
  #aim: number | undefined
  /** True while the aim has every other slice. */
  #isChallenged = false
  #samples = 0
  #challenges = 0
  #turn: number
  /** The moment of #elapsed before which nothing is tried. */
  #due = 0
  #pause = FIRST_PAUSE
  /** How fast more threads were against the best when they lost last; undefined before. */
  #lastRatio: number | undefined
  /** The rate of the best when it was chosen. */
  #chosenRate = 0
  #startMs = START_MS
  #start: { rows: number; ms: number; readonly rate: number } | undefined

  constructor(settings: TrialSettings) {
    const { counts, best, aim, fastMs, isProven } = openingOf(settings)
    this.#counts = counts
    this.#best = best
    this.#aim = aim
    this.#turn = counts[best]
    this.#fastMs = fastMs
    if (isProven) this.#due = SECOND_LOOK_MS
    this.#rowsLeft = settings.rows
    this.#batchRows = settings.batchRows
    this.#share = settings.share
  }

  /** Threads that gained, for the next fit with such steps; 1 where none did. */
  get gained(): number {
    return this.#elapsed < SECOND_LOOK_MS ? 1 : this.#counts[this.#best]
  }

  /** True where more threads than one were tried, and one is the fastest. */
  get hasLost(): boolean {
    return this.#best === 0 && this.#lastRatio !== undefined
  }

  /** Workers to have from the beginning, where so many are idle. */
  workersAtOnce(idle: number): number {
    if (this.#turn > 1) return this.#turn
    const wanted = this.#aim === undefined ? 0 : this.#counts[this.#aim]
    return idle >= wanted && this.#fastMs >= WORTH_TAKING_MS ? wanted : 0
  }

  /** Threads for the next slice. */
  next(): number {
    return this.#turn
  }

  /** True where the next slice is a challenger's, who may be slow: it should be short. */
  get isSample(): boolean {
    return this.#isChallenged && this.#turn !== this.#counts[this.#best]
  }

  /** Challenges so far. */
  get challenges(): number {
    return this.#challenges
  }

  /** A slice of `rows` rows took `threads` threads `ms` milliseconds. ready: workers that there are for the next. */
  observe(threads: number, rows: number, ms: number, ready: number): void {
    if (this.#slices === 1 && this.#elapsed < LONG_SLICE_MS) this.#rates.clear()
    this.#elapsed += ms
    this.#rowsLeft -= rows
    this.#slices += 1
    this.#rateOf(threads).add(rows, ms)
    if (this.#start) {
      this.#start.rows += rows
      this.#start.ms += ms
    }
    if (this.#isChallenged) this.#judge(threads, rows, ms)
    else this.#consider(ready)
  }

  /** How many workers there should be, of `ready` at work and `idle` ones that need no start. */
  workers(ready: number, idle: number): number {
    if (this.#start || this.#isChallenged || !this.#isDue || this.#aim === undefined) return ready
    const missing = this.#counts[this.#aim] - ready
    if (missing <= 0) return ready
    const affordable = Math.floor(this.#allowance / this.#startMs)
    return ready + Math.max(0, Math.min(missing, idle + affordable))
  }

  /** Workers are being started. */
  startBegins(): void {
    this.#start = { rows: 0, ms: 0, rate: this.#bestRate.rowsPerMs }
  }

  /** They are ready. Where a core was free for them, the training went on at its own rate. */
  startEnds(): void {
    const { rows, ms, rate } = this.#start!
    this.#start = undefined
    if (ms < LEAST_MS) return
    const lost = ms - rows / rate
    if (lost < ms / 5) {
      this.#startMs = FREE_START_MS
      return
    }
    this.#startMs = START_MS
    this.#spent += lost
    this.#rest()
  }

  /** No more workers are available. */
  giveUp(): void {
    this.#start = undefined
    this.#aim = undefined
    this.#isChallenged = false
    this.#best = 0
    this.#turn = 1
  }

  #rateOf(threads: number): Rate {
    let one = this.#rates.get(threads)
    if (!one) {
      one = new Rate()
      this.#rates.set(threads, one)
    }
    return one
  }

  get #bestRate(): Rate {
    return this.#rateOf(this.#counts[this.#best])
  }

  get #isDue(): boolean {
    const isWarm = this.#slices >= WARM_SLICES || this.#elapsed >= LONG_SLICE_MS
    return isWarm && this.#elapsed >= Math.max(WARM_MS, this.#due)
  }

  /** How fast more threads that were never tried may be at worst: as two on one core, the slower the shorter the steps. */
  #feared(rate: number): number {
    const stepMs = this.#batchRows / rate
    return stepMs > 4 ? 0.75 : stepMs > 0.25 ? 0.4 : 1 / 6
  }

  /** Milliseconds that may still be lost. */
  get #allowance(): number {
    const whole = this.#elapsed + Math.max(0, this.#rowsLeft) / this.#bestRate.rowsPerMs
    return this.#share * whole - this.#spent
  }

  /** How fast fewer threads may be against the best: as they were, or as their number says. */
  #expected(aim: number): number {
    const count = this.#counts[aim]
    const { ms, rowsPerMs } = this.#rateOf(count)
    return ms ? rowsPerMs / this.#bestRate.rowsPerMs : count / this.#counts[this.#best]
  }

  #rest(): void {
    this.#due = this.#elapsed + this.#pause
    this.#pause *= 2
  }

  /** Begins a challenge where one is due and the workers are there. */
  #consider(ready: number): void {
    this.#turn = this.#counts[this.#best]
    const rate = this.#bestRate.rowsPerMs
    if (this.#best > 0) {
      this.#chosenRate ||= rate
      if (rate < FALLEN * this.#chosenRate) {
        this.#chosenRate = rate
        this.#aim = this.#best - 1
        this.#due = 0
      }
    }
    if (this.#start || this.#aim === undefined || !this.#isDue || this.#rowsLeft <= 0) return
    // With fewer workers than were wanted those there are get their trial.
    const aim = this.#counts.findLastIndex((count, i) => i <= this.#aim! && (count === 1 || count <= ready))
    if (aim === this.#best || (this.#aim > this.#best && aim < this.#best)) return
    const sample = Math.max(SAMPLE_MS, this.#batchRows / rate)
    const ratio = aim < this.#best ? this.#expected(aim) : (this.#lastRatio ?? this.#feared(rate))
    const cost = sample * Math.min(10, Math.max(0, 1 / ratio - 1))
    if (cost > this.#allowance) return
    this.#aim = aim
    this.#isChallenged = true
    this.#challenges += 1
    this.#samples = 0
    this.#turn = this.#counts[aim]
    this.#rates.delete(this.#turn)
  }

  /** True where more threads are tried that never were. */
  get #isFirst(): boolean {
    return this.#lastRatio === undefined && this.#aim! > this.#best
  }

  /** Every other slice is the challenger's, until it is clear which of the two is faster. */
  #judge(threads: number, rows: number, ms: number): void {
    const aim = this.#aim!
    if (threads !== this.#counts[aim]) {
      this.#turn = this.#counts[aim]
      return
    }
    const best = this.#bestRate
    const challenger = this.#rateOf(threads)
    this.#spent += Math.max(0, ms - rows / best.rowsPerMs)
    if (challenger.ms < LEAST_MS) return
    this.#samples += 1
    const ratio = challenger.rowsPerMs / best.rowsPerMs
    if (this.#samples === 1 && ratio < 0.6 && this.#isFirst && challenger.ms < this.#allowance) {
      // Its threads may have been asleep.
      this.#rates.delete(threads)
      return
    }
    const verdict = verdictOf(ratio, this.#samples, challenger.ms, aim < this.#best)
    if (verdict === 'lost') this.#lose(ratio)
    else if (verdict === 'won') this.#win()
    else this.#turn = this.#counts[verdict === 'again' ? aim : this.#best]
  }

  #lose(ratio: number): void {
    const aim = this.#aim!
    this.#isChallenged = false
    this.#turn = this.#counts[this.#best]
    if (aim > this.#best) {
      this.#lastRatio = ratio
      // Half of them may still gain.
      if (aim - 1 > this.#best) this.#aim = aim - 1
      else {
        if (ratio < 0.5) this.#pause = Math.max(this.#pause, CLEAR_PAUSE)
        this.#rest()
      }
      return
    }
    this.#seekMore()
  }

  #win(): void {
    const grew = this.#aim! > this.#best
    this.#best = this.#aim!
    this.#isChallenged = false
    this.#turn = this.#counts[this.#best]
    this.#chosenRate = 0
    this.#lastRatio = 1
    if (!grew && this.#best > 0) {
      this.#aim = this.#best - 1
      return
    }
    if (grew) this.#pause = FIRST_PAUSE
    this.#seekMore()
  }

  /** The next trial is of more threads, or, where there are no more, of fewer: ever rarer. */
  #seekMore(): void {
    const more = this.#best + 1 < this.#counts.length
    this.#aim = more ? this.#best + 1 : this.#best - 1
    this.#rest()
    // While all goes well fewer threads are not worth many trials, but the first verdict may be from slices that were cold.
    if (!more) this.#due = this.#elapsed + Math.max(SECOND_LOOK_MS, this.#elapsed)
  }
}
