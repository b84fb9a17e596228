// How many threads the next slice of a fit gets. What the platform says of its cores is a claim: a container has a
// quota, a laptop other work, a browser a taskset of its own. So threads are measured against fewer on real slices of the
// fit, which cost nothing but their time since every number of threads leaves the same bits. Pure: told the times, it
// answers with numbers.

export interface TrialSettings {
  /** The most threads that the fit may use. */
  readonly most: number
  /** Cores that the platform claims. */
  readonly claimed: number
  /** Rows to train on in all epochs. */
  readonly rows: number
  readonly batchRows: number
  /** Share of the whole time that may be lost by starting workers and by trying them. */
  readonly share: number
}

// Milliseconds of a core that it takes to start a worker: 18 (Node 20), and more in a browser.
const START_MS = 30
/** The same where a core was seen to be free for it: what it takes of the training. */
const FREE_START_MS = 4
// The first slices run in the engine's baseline code, and say nothing of those that follow.
const COLD_SLICES = 2
const WARM_SLICES = 3
const WARM_MS = 8
/** Milliseconds of one thread's work in the first slice of a challenger (src/epoch.ts). */
const SAMPLE_MS = 2
/** A slice shorter than this says nothing yet. */
const LEAST_MS = 1
/** Slices whose rate is remembered, and how long they were at least. */
const RECENT = 4
const RECENT_MS = 20
/** Milliseconds until a challenger that lost is tried again, twice as many after each time. */
const FIRST_PAUSE = 50
/** How far the rate may fall before fewer threads are tried. */
const FALLEN = 0.75

/** Rows a millisecond over the last slices. */
class Pace {
  readonly #slices: { readonly rows: number; readonly ms: number }[] = []

  add(rows: number, ms: number): void {
    this.#slices.push({ rows, ms })
    while (this.#slices.length > RECENT && this.ms - this.#slices[0].ms >= RECENT_MS) this.#slices.shift()
  }

  get ms(): number {
    return this.#slices.reduce((sum, { ms }) => sum + ms, 0)
  }

  get rate(): number {
    return this.#slices.reduce((sum, { rows }) => sum + rows, 0) / Math.max(this.ms, 1e-6)
  }
}

/** most, its half, its quarter … 1, in ascending order. */
function halvings(most: number): number[] {
  const counts = [most]
  while (counts[0] > 1) counts.unshift(counts[0] >> 1)
  return counts
}

export class Trial {
  readonly #share: number
  readonly #batchRows: number
  /** The numbers of threads that are compared. */
  readonly #counts: readonly number[]
  readonly #paces = new Map<number, Pace>()
  #rowsLeft: number
  #elapsed = 0
  #slices = 0
  /** Milliseconds that were lost by trying. */
  #spent = 0
  /** Index of the threads that work, and of those that are tried next; the latter may be undefined. */
  #best = 0
  #aim: number | undefined
  /** True while the aim has every other slice. */
  #isChallenged = false
  #samples = 0
  #challenges = 0
  #turn = 1
  /** The moment of #elapsed before which nothing is tried. */
  #due = 0
  #pause = FIRST_PAUSE
  /** How fast the aim was against the best when it lost last; at first what two threads on one core may be. */
  #lastRatio = 1 / 6
  /** The rate of the best when it was chosen. */
  #chosenRate = 0
  #startMs = START_MS
  #start: { rows: number; ms: number; readonly rate: number } | undefined

  constructor({ most, claimed, rows, batchRows, share }: TrialSettings) {
    this.#counts = halvings(most)
    this.#rowsLeft = rows
    this.#batchRows = batchRows
    this.#share = share
    const trusted = this.#counts.findLastIndex((count) => count <= claimed)
    if (most > 1) this.#aim = Math.max(1, trusted)
  }

  /** Threads for the next slice. */
  next(): number {
    return this.#turn
  }

  /** Challenges so far. */
  get challenges(): number {
    return this.#challenges
  }

  /** A slice of `rows` rows took `threads` threads `ms` milliseconds. ready: workers that there are for the next. */
  observe(threads: number, rows: number, ms: number, ready: number): void {
    this.#elapsed += ms
    this.#rowsLeft -= rows
    this.#slices += 1
    if (this.#slices === COLD_SLICES + 1) this.#paces.clear()
    this.#pace(threads).add(rows, ms)
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
    this.#start = { rows: 0, ms: 0, rate: this.#bestPace.rate }
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

  #pace(threads: number): Pace {
    let pace = this.#paces.get(threads)
    if (!pace) {
      pace = new Pace()
      this.#paces.set(threads, pace)
    }
    return pace
  }

  get #bestPace(): Pace {
    return this.#pace(this.#counts[this.#best])
  }

  get #isDue(): boolean {
    return this.#slices >= WARM_SLICES && this.#elapsed >= Math.max(WARM_MS, this.#due)
  }

  /** Milliseconds that may still be lost. */
  get #allowance(): number {
    const whole = this.#elapsed + Math.max(0, this.#rowsLeft) / this.#bestPace.rate
    return this.#share * whole - this.#spent
  }

  #rest(): void {
    this.#due = this.#elapsed + this.#pause
    this.#pause *= 2
  }

  /** Begins a challenge where one is due and the workers are there. */
  #consider(ready: number): void {
    this.#turn = this.#counts[this.#best]
    const { rate } = this.#bestPace
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
    const cost = sample * Math.min(10, Math.max(0, 1 / this.#lastRatio - 1))
    if (cost > this.#allowance) return
    this.#aim = aim
    this.#isChallenged = true
    this.#challenges += 1
    this.#samples = 0
    this.#turn = this.#counts[aim]
    this.#paces.delete(this.#turn)
  }

  /** Every other slice is the challenger's, until it is clear which of the two is faster. */
  #judge(threads: number, rows: number, ms: number): void {
    const aim = this.#aim!
    if (threads !== this.#counts[aim]) {
      this.#turn = this.#counts[aim]
      return
    }
    const best = this.#bestPace
    const pace = this.#pace(threads)
    this.#spent += Math.max(0, ms - rows / best.rate)
    if (pace.ms < LEAST_MS) return
    this.#samples += 1
    const ratio = pace.rate / best.rate
    // On a tie fewer threads are better.
    const bar = aim < this.#best ? 0.97 : 1.03
    if (ratio < 0.6 || (this.#samples >= 2 && ratio < 0.85)) this.#lose(ratio)
    else if (this.#samples >= 2 && ratio > 1.2) this.#win()
    else if (this.#samples < 4) this.#turn = this.#counts[ratio > 1.2 ? aim : this.#best]
    else if (ratio > bar) this.#win()
    else this.#lose(ratio)
  }

  #lose(ratio: number): void {
    const aim = this.#aim!
    this.#isChallenged = false
    this.#turn = this.#counts[this.#best]
    if (aim > this.#best) {
      this.#lastRatio = ratio
      // Half of them may still gain.
      if (aim - 1 > this.#best) this.#aim = aim - 1
      else this.#rest()
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
    // While all goes well fewer threads are not worth many trials.
    if (!more) this.#due = Math.max(1000, 2 * this.#elapsed)
  }
}
