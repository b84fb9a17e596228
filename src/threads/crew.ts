// Who trains: the caller's own thread, or as many workers as are worth it. The workers are started while the training
// goes on; the trial (trial.ts) says how many get the next slice.

import type { SharedArena } from '../backends/backend.ts'
import { note } from '../base/notes.ts'
import { availableCores } from './cores.ts'
import { gainedLately, recordFinding } from './found.ts'
import type { Hands } from './hands.ts'
import type { TrialSettings } from './opening.ts'
import { idleWorkers } from './pool.ts'
import { Team } from './team.ts'
import { Trial } from './trial.ts'

export interface CrewSettings extends Omit<TrialSettings, 'claimed' | 'share' | 'proven'> {
  /** True where the caller's own thread is to stay free: one worker does what it would do. */
  readonly offThread: boolean
  /** True where nobody asked for this number of threads. */
  readonly auto: boolean
}

// How much of the whole time may be lost by starting and trying workers, so that 'auto' stays above 0.9 of one thread's
// speed and a number that was asked for above 0.5.
const AUTO_SHARE = 0.05
const ASKED_SHARE = 0.3

// How long a thread looks for the others at a barrier before it sleeps: about a millisecond where each has a core of its
// own. To wake takes 50 µs and more, and two threads that wake each other may take turns on one core for a whole slice:
// with 100 µs 784-30-10 at batch 10 ran at a tenth of one thread's speed (Node 26). Where there are more threads than
// cores, the one that is waited for may need this one's core.
const PATIENT_SPINS = 3_000_000
const SHORT_SPINS = 3_000

/** where: the work is done instead. */
export const noteNoThreads = (reason: string, where = "in the caller's thread"): void =>
  note(`nabla: threads are unavailable here (${reason}); training goes on ${where}, to the same bits`)

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

let measured = true

/** Threads that gained in the last fit, if it was like this one and its workers are still there. */
function provenFor({ most, batchRows, rowFlops }: CrewSettings): number {
  const gained = gainedLately(most, batchRows * rowFlops)
  return idleWorkers() >= gained ? gained : 1
}

/** For tests and benches: with false, a fit takes exactly the threads that it is told, from its first slice on. */
export function measureThreads(yes: boolean): void {
  measured = yes
}

export class Crew implements Hands {
  /** The arena is one and the same. */
  readonly isRemote = false
  readonly #settings: CrewSettings
  readonly #offThread: boolean
  readonly #claimed: number
  readonly #team: Team
  /** Undefined where the threads are what they are. */
  #trial: Trial | undefined
  #threads: number
  #challenges = 0
  #growing = false
  #dismissed = false
  /** Rows trained, by number of threads. */
  readonly #rows = new Map<number, number>()

  private constructor(settings: CrewSettings, claimed: number, team: Team, trial: Trial | undefined) {
    const { most, offThread } = settings
    this.#settings = settings
    this.#offThread = offThread
    this.#claimed = claimed
    this.#team = team
    this.#trial = trial
    this.#threads = trial?.next() ?? most
    this.#bePatient()
  }

  #bePatient(): void {
    this.#team.patience = this.#threads <= this.#claimed ? PATIENT_SPINS : SHORT_SPINS
  }

  /** A crew for the arena; `sync` is the offset of its words for barriers. Rejects if workers are required and none start. */
  static async hire(settings: CrewSettings, arena: SharedArena, sync: number): Promise<Crew> {
    const { most, offThread, auto } = settings
    const claimed = availableCores()
    const share = auto ? AUTO_SHARE : ASKED_SHARE
    const trial =
      measured && most > 1
        ? new Trial({ ...settings, claimed, share, proven: provenFor(settings) })
        : undefined
    const atOnce = trial ? Math.max(Number(offThread), trial.workersAtOnce(idleWorkers())) : most
    return new Crew(settings, claimed, await Team.hire(atOnce, arena, sync), trial)
  }

  /** Workers that get the next slice; 0 where it is the caller's. */
  get size(): number {
    return this.#threads === 1 && !this.#offThread && this.#trial ? 0 : this.#threads
  }

  get isSample(): boolean {
    return this.#trial?.isSample ?? false
  }

  /** Workers that are there, at work or not. */
  get ready(): number {
    return this.#team.size
  }

  /** Threads that trained on most rows. */
  get threads(): number {
    let most = 0
    let threads = this.#threads
    for (const [count, rows] of this.#rows) if (rows > most) [threads, most] = [count, rows]
    return threads
  }

  get failed(): boolean {
    return this.#team.failed
  }

  run(
    span: readonly [number, number, number, number, number],
    _: unknown,
    [part, parts]: readonly [number, number],
  ): Promise<number> {
    return parts > 1 ? this.#team.runPart(span, part, parts) : this.#team.run(span, this.#threads)
  }

  async fetch(): Promise<void> {}

  call(kernel: 'shuffle' | 'countUp', args: readonly number[]): Promise<number | undefined> {
    return this.#team.call(kernel, args)
  }

  /** Records the last slice and picks the threads for the next. */
  timed(rows: number, ms: number): void {
    this.#rows.set(this.#threads, (this.#rows.get(this.#threads) ?? 0) + rows)
    const trial = this.#trial
    if (!trial) return
    trial.observe(this.#threads, rows, ms, this.ready)
    const wanted = trial.workers(this.ready, idleWorkers())
    if (wanted > this.ready && !this.#growing) this.#grow(trial, wanted)
    // A worker lost while idle took no work with it, but it will not come back.
    if (this.size === 0 && this.#team.hasGone) trial.giveUp()
    this.#threads = trial.next()
    if (trial.challenges > this.#challenges) {
      // The cores may be free now that were busy the last time.
      this.#challenges = trial.challenges
      this.#bePatient()
    }
  }

  async #grow(trial: Trial, size: number): Promise<void> {
    this.#growing = true
    trial.startBegins()
    try {
      await this.#team.grow(size)
      trial.startEnds()
    } catch (cause) {
      trial.giveUp()
      if (!this.#dismissed) noteNoThreads(reasonOf(cause))
    }
    this.#growing = false
  }

  /** Lets the workers rest. */
  dismiss(): void {
    this.#dismissed = true
    if (this.#trial) {
      const { most, batchRows, rowFlops } = this.#settings
      const gained = this.#team.failed ? 1 : this.#trial.gained
      recordFinding({ most, stepFlops: batchRows * rowFlops, gained, hasLost: this.#trial.hasLost })
    }
    this.#team.dismiss()
  }
}
